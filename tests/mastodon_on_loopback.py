"""One Mastodon account before a scripted server, for the tests of its channel."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from typing import Any

from config.clock import Clock
from config.secrets import Redactor
from listener.channels.mastodon.channel import MastodonChannel, open_channel
from listener.channels.mastodon.parse import Account, Place, Reader
from listener.channels.metering import free
from tests.fakes import make_outgoing
from tests.loopback import PAYLOADS, Asked, Network, Says, serving
from tests.patience import PATIENCE

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ME = "109000000000000001"
ANNA = "109000000000000005"
TOKEN = "canary-mastodon-token"
MENTION = "115000000000000100"
REPLY = make_outgoing(MENTION, "Ciao Anna!", key="01a202c0ffee")

WHO = "GET /api/v1/accounts/verify_credentials"
INSTANCE = "GET /api/v2/instance/"
OLD_INSTANCE = "GET /api/v1/instance/"
MENTIONS = "GET /api/v1/notifications"
OWN = f"GET /api/v1/accounts/{ME}/statuses"
TAG = "GET /api/v1/timelines/tag/larix"
SEARCH = "GET /api/v2/search"
SEVERAL = "GET /api/v1/statuses"
SEND = "POST /api/v1/statuses"

ACCOUNT = {
    "id": ME,
    "username": "larix",
    "acct": "larix",
    "display_name": "Larix Outdoor",
    "url": "https://social.example/@larix",
    "bot": True,
}
ON_TIME = {"Date": format_datetime(NOW, usegmt=True)}
NOT_FOUND = Says(status=404, body={"error": "Record not found"})
PAGE_404 = Says(
    status=404, body=b"<h1>404 Not Found (snac/2.75)</h1>", headers={"Content-Type": "text/html"}
)
PROXY_404 = Says(
    status=404, body=b"<html>404 Not Found nginx</html>", headers={"Content-Type": "text/html"}
)


@contextmanager
def mastodon_running() -> Iterator[Network]:
    """A server that knows who we are, and for the rest what a test tells it. Its clock is ours."""
    with serving() as running:
        answer = running.answer

        def dated(asked: Asked) -> Says:
            says = answer(asked)
            return replace(says, headers={**ON_TIME, **says.headers})

        running.answer = dated  # type: ignore[method-assign]
        yield running.on(WHO, ACCOUNT).on(INSTANCE, instance())


def channel(url: str, clock: Clock = lambda: NOW, **options: Any) -> MastodonChannel:
    table = {"access_token": TOKEN, "api_url": url, "request_timeout_seconds": PATIENCE, **options}
    return open_channel(
        "mastodon", table, source="bot.toml", redactor=Redactor(), clock=clock, meter=free
    )


def instance(characters: int = 500, per_link: int = 23) -> dict[str, Any]:
    told = {"max_characters": characters, "characters_reserved_per_url": per_link}
    return {"configuration": {"statuses": told}}


def status(found: str, content: str = "<p>hello</p>", **changes: Any) -> dict[str, Any]:
    """A status of Anna's, who lives on another server, five minutes old."""
    return {
        "id": found,
        "created_at": stamp(NOW - timedelta(minutes=5)),
        "edited_at": None,
        "in_reply_to_id": None,
        "in_reply_to_account_id": None,
        "spoiler_text": "",
        "visibility": "public",
        "language": "it",
        "uri": f"https://far.example/users/anna/statuses/{found}",
        "url": f"https://far.example/@anna/{found}",
        "content": content,
        "reblog": None,
        "account": {
            "id": ANNA,
            "username": "anna",
            "acct": "anna@far.example",
            "display_name": "Anna",
            "followers_count": 12,
            "bot": False,
        },
        "media_attachments": [],
        "mentions": [{"id": ME, "username": "larix", "acct": "larix"}],
        "card": None,
        **changes,
    }


def ours(found: str, content: str = "<p>@anna ours</p>", **changes: Any) -> dict[str, Any]:
    """A status of this very account."""
    own = {"account": ACCOUNT, "url": f"https://social.example/@larix/{found}", "mentions": []}
    return status(found, content, **{**own, **changes})


def said(number: int, **changes: Any) -> dict[str, Any]:
    """A notification, and the status it tells of. The higher the number, the newer it is: by a
    minute each, the 1000th now."""
    moment = stamp(NOW - timedelta(minutes=1000 - number))
    told = status(f"s{number}", **{"created_at": moment, **changes})
    return {"id": f"n{number}", "type": "mention", "created_at": moment, "status": told}


def page(newest: int, oldest: int) -> Says:
    """Notifications as the server lists them."""
    return Says(body=[said(number) for number in range(newest, oldest - 1, -1)])


def listed(newest: int, oldest: int, **changes: Any) -> Says:
    """The same statuses, in a timeline."""
    return Says(
        body=[said(number, **changes)["status"] for number in range(newest, oldest - 1, -1)]
    )


def at(number: int) -> datetime:
    """When the one of that number was said."""
    return NOW - timedelta(minutes=1000 - number)


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def position(newest: int, **more: Any) -> str:
    """Of a stream whose newest row is that one, read to its end just after it."""
    return json.dumps(
        {"newest": f"n{newest}", "at": stamp(at(newest)), "read": stamp(at(newest)), **more}
    )


def reader(me: dict[str, Any] = ACCOUNT, api_url: str = "https://social.example") -> Reader:
    who = Account(
        id=me["id"],
        handle=me["acct"],
        host="social.example",
        name=me["display_name"],
        url=me["url"],
    )
    return Reader(me=who, api_url=api_url, seen=NOW, place=lambda raw: Place(root=str(raw["id"])))


@cache
def recorded(server: str) -> dict[str, Any]:
    """What a real server answered, by what it was asked: snac 2.75, or the mock, version 0.6.1 of
    mastodon_mock. One answer a line."""
    lines = (PAYLOADS / "mastodon" / f"{server}.jsonl").read_text(encoding="utf-8").splitlines()
    return {told["name"]: told["body"] for told in map(json.loads, lines)}
