"""One account on X before a scripted server, for the tests of its channel."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from config.clock import Clock
from config.secrets import Redactor
from listener.channels.metering import Metering, free
from listener.channels.x import fields as x_fields
from listener.channels.x.channel import XChannel, open_channel
from tests.fakes import make_outgoing
from tests.loopback import Network, payload, serving
from tests.patience import PATIENCE

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SECRETS = {
    "consumer_key": "canary-consumer-key",
    "consumer_secret": "canary-consumer-secret",
    "access_token": "1500-canary-access-token",
    "access_token_secret": "canary-access-secret",
}
ME = "1500000000000000001"
MENTIONS = f"GET /2/users/{ME}/mentions"
SEARCH = "GET /2/tweets/search/recent"
MENTION = x_fields.id_at(NOW - timedelta(minutes=30))
REPLY = make_outgoing(MENTION, "Ciao Anna!")


@contextmanager
def x_running() -> Iterator[Network]:
    """A server that knows who we are, and for the rest what a test tells it."""
    with serving() as running:
        yield running.on("GET /2/users/me", payload("x/me.json"))


def channel(url: str, **options: Any) -> XChannel:
    return metered(url, free, **options)


def metered(url: str, meter: Metering, clock: Clock = lambda: NOW, **options: Any) -> XChannel:
    """The same, its calls paid for at `meter`."""
    table = {**SECRETS, "api_url": url, "request_timeout_seconds": PATIENCE, **options}
    return open_channel(
        "x", table, source="bot.toml", redactor=Redactor(), clock=clock, meter=meter
    )


def page(*ids: str, token: str | None = None, **more: Any) -> dict[str, Any]:
    meta: dict[str, Any] = {"result_count": len(ids)}
    if ids:
        meta |= {"newest_id": ids[0], "oldest_id": ids[-1]}
    if token:
        meta["next_token"] = token
    data = [{"id": one, "text": f"text {one}", "author_id": "5", **more} for one in ids]
    return {"data": data, "meta": meta} if ids else {"meta": meta}


def ago(**time: float) -> str:
    return x_fields.id_at(NOW - timedelta(**time))
