"""One account on Bluesky before a server on loopback that behaves as the real ones do.

What a test scripts with `on` goes first. For the rest it keeps posts, lists them with the habits
that were measured on a real network (pages that lose rows, cursors of a bare millisecond), and
stores what is written to our own repository.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from config.clock import Clock
from config.secrets import Redactor
from listener.channels.base import Page
from listener.channels.bluesky import fields, tid
from listener.channels.bluesky.channel import BlueskyChannel, open_channel
from listener.channels.metering import free
from tests import loopback
from tests.fakes import make_outgoing
from tests.loopback import Asked, Network, Says, Server, payload
from tests.patience import PATIENCE

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
ME = "did:plc:r4sh7rm43izdtdn7jeayr6yb"
HANDLE = "acme-care.test"
ANNA = "did:plc:ex6ejzllyjyn2fqdk2yekukt"
PASSWORD = "canary-abcd-efgh-ijkl"


def call(method: str, verb: str = "GET") -> str:
    return f"{verb} /xrpc/{method}"


LOGIN = call("com.atproto.server.createSession", "POST")
REFRESH = call("com.atproto.server.refreshSession", "POST")
NOTIFIED = call("app.bsky.notification.listNotifications")
SEARCH = call("app.bsky.feed.searchPosts")
POSTS = call("app.bsky.feed.getPosts")
RECORDS = call("com.atproto.repo.listRecords")
RECORD = call("com.atproto.repo.getRecord")
PUT = call("com.atproto.repo.putRecord", "POST")
RESOLVE = call("com.atproto.identity.resolveHandle")
STATUS = call("com.atproto.sync.getRepoStatus")
DESCRIBE = call("com.atproto.repo.describeRepo")
PROFILE = call("app.bsky.actor.getProfile")


def no(status: int, error: str, message: str = "", **headers: str) -> Says:
    """An answer that is none."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Says(status=status, body={"error": error, "message": message}, headers=named)


def uri(rkey: str, did: str = ANNA) -> str:
    return f"at://{did}/{fields.POST}/{rkey}"


def rkey_at(moment: datetime, clock: int = 7) -> str:
    """A key as a server makes them."""
    return tid.for_reply(moment, f"k{clock}")


def cid_of(record: object) -> str:
    return "bafyrei" + hashlib.sha256(repr(record).encode()).hexdigest()[:52]


def to_us(text: str) -> list[dict[str, Any]]:
    """The facet of a text that begins with our handle."""
    feature = {"$type": "app.bsky.richtext.facet#mention", "did": ME}
    return [{"index": {"byteStart": 0, "byteEnd": len(HANDLE) + 1}, "features": [feature]}]


@dataclass
class Sky(Network):
    """`listed`: posts as the AppView shows them, in any order. `muted`: accounts whose rows are
    taken out of a page after it was cut. `kept`: our own repository by record key. `tokens`: the
    access tokens that are good. `gated`: posts nobody may answer."""

    listed: dict[str, dict[str, Any]] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    muted: set[str] = field(default_factory=set)
    kept: dict[str, dict[str, Any]] = field(default_factory=dict)
    commits: int = 0
    tokens: set[str] = field(default_factory=set)
    logins: int = 0
    now: datetime = NOW

    def say(
        self,
        text: str,
        *,
        at: datetime | None = None,
        by: str = ANNA,
        rkey: str = "",
        reason: str = "mention",
        **more: Any,
    ) -> str:
        """Somebody posts something about us; with `reason` "" it notifies nobody. Its uri."""
        told = at or self.now - timedelta(minutes=30)
        place = uri(rkey or rkey_at(min(self.now, told), len(self.listed)), by)
        record = {"$type": fields.POST, "text": text, "createdAt": fields.iso(told), **more}
        self.listed[place] = {
            "uri": place,
            "cid": cid_of(record),
            "author": {"did": by, "handle": "anna.test", "displayName": "Anna"},
            "record": record,
            "indexedAt": fields.iso(min(told, self.now)),
            "viewer": {},
        }
        if reason:
            self.reasons[place] = reason
        return place

    def edit(self, place: str, text: str) -> None:
        """Its author changes the words: the uri stays, the cid does not."""
        record = {**self.listed[place]["record"], "text": text}
        self.listed[place] |= {"record": record, "cid": cid_of(record)}

    def forget(self, place: str) -> None:
        """Its author deletes it."""
        self.listed.pop(place)
        self.reasons.pop(place, None)

    def we_say(self, text: str, *, at: datetime | None = None, under: str = "", **more: Any) -> str:
        """A colleague posts in the app, under our account."""
        told = at or self.now
        record: dict[str, Any] = {"$type": fields.POST, "text": text, "createdAt": fields.iso(told)}
        if under:
            above = {"uri": under, "cid": "bafyreiabove"}
            record["reply"] = {"root": above, "parent": above}
        rkey = rkey_at(told, len(self.kept) + 100)
        self.kept[rkey] = {**record, **more}
        self.listed[uri(rkey, ME)] = {
            "uri": uri(rkey, ME),
            "cid": cid_of(self.kept[rkey]),
            "author": {"did": ME, "handle": HANDLE},
            "record": self.kept[rkey],
            "indexedAt": fields.iso(told),
        }
        return uri(rkey, ME)

    def expire(self) -> None:
        """No access token is good any more."""
        self.tokens.clear()

    def answer(self, asked: Asked) -> Says:
        known = self.says.get(f"{asked.method} {asked.path}")
        if known:
            says = super().answer(asked)
        else:
            self.asked.append(asked)
            says = self._itself(asked)
        return Says(**{**vars(says), "headers": {"Date": self._date(), **says.headers}})

    def _date(self) -> str:
        return format_datetime(self.now, usegmt=True)

    def _itself(self, asked: Asked) -> Says:
        method = asked.path.removeprefix("/xrpc/")
        free = {
            "com.atproto.server.createSession": self._create_session,
            "com.atproto.server.refreshSession": self._refresh_session,
            "com.atproto.repo.getRecord": self._get_record,
            "com.atproto.repo.listRecords": self._list_records,
            "com.atproto.repo.describeRepo": lambda _: Says(body={"did": ME, "handle": HANDLE}),
            "com.atproto.sync.getRepoStatus": lambda _: Says(body={"did": ME, "active": True}),
        }
        if method in free:
            return free[method](asked)
        if asked.headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens:
            return no(400, "ExpiredToken", "Token has expired")
        closed = {
            "app.bsky.notification.listNotifications": self._list_notifications,
            "app.bsky.feed.searchPosts": self._search_posts,
            "app.bsky.feed.getPosts": self._get_posts,
            "app.bsky.actor.getProfile": lambda _: Says(body=payload("bluesky/profile.json")),
            "com.atproto.identity.resolveHandle": self._resolve_handle,
            "com.atproto.repo.putRecord": self._put_record,
        }
        if method in closed:
            return closed[method](asked)
        return no(501, "MethodNotImplemented")

    def _create_session(self, asked: Asked) -> Says:
        if asked.json["password"] != PASSWORD:
            return no(401, "AuthenticationRequired", "Invalid identifier or password")
        return self._session()

    def _refresh_session(self, asked: Asked) -> Says:
        if not asked.headers.get("Authorization", "").startswith("Bearer canary-refresh"):
            return no(400, "ExpiredToken", "Token has been revoked")
        return self._session()

    def _session(self) -> Says:
        self.logins += 1
        body = payload("bluesky/session.json")
        body |= {
            "accessJwt": f"canary-access-{self.logins}",
            "refreshJwt": f"canary-refresh-{self.logins}",
        }
        body["didDoc"]["service"][0]["serviceEndpoint"] = self.url
        self.tokens.add(body["accessJwt"])
        return Says(body=body)

    def _list_notifications(self, asked: Asked) -> Says:
        """As measured: sorted by the earlier of both dates, cut by a bare millisecond, and thinned
        out after the page was cut."""
        rows = [view for place, view in self.listed.items() if place in self.reasons]
        rows.sort(key=lambda view: str(view["indexedAt"]), reverse=True)
        cursor, limit = asked.query.get("cursor"), int(asked.query["limit"])
        rows = [view for view in rows if cursor is None or view["indexedAt"] < cursor]
        page = rows[:limit]
        body: dict[str, Any] = {
            "notifications": [
                {**view, "reason": self.reasons[view["uri"]], "isRead": True}
                for view in page
                if view["author"]["did"] not in self.muted
            ]
        }
        if len(rows) > limit:
            body["cursor"] = page[-1]["indexedAt"]
        return Says(body=body)

    def _search_posts(self, asked: Asked) -> Says:
        """As measured: a plain comparison of letters; the cursor is unambiguous."""

        def key(view: dict[str, Any]) -> str:
            return f"{view['indexedAt']}::{view['cid']}"

        found = [v for v in self.listed.values() if asked.query["q"] in v["record"]["text"]]
        found = sorted(found, key=key, reverse=True)
        cursor, limit = asked.query.get("cursor"), int(asked.query["limit"])
        found = [view for view in found if cursor is None or key(view) < cursor]
        more = {"cursor": key(found[limit - 1])} if len(found) > limit else {}
        return Says(body={"posts": found[:limit], **more})

    def _get_posts(self, asked: Asked) -> Says:
        wanted = asked.query["uris"].split(",")
        if len(wanted) > 25:
            return no(400, "InvalidRequest", "uris must not have more than 25 elements")
        return Says(body={"posts": [self.listed[one] for one in wanted if one in self.listed]})

    def _resolve_handle(self, asked: Asked) -> Says:
        if asked.query["handle"] == "anna.test":
            return Says(body={"did": ANNA})
        return no(400, "HandleNotFound", "Unable to resolve handle")

    def _list_records(self, asked: Asked) -> Says:
        cursor, limit = asked.query.get("cursor"), int(asked.query["limit"])
        keys = sorted((k for k in self.kept if cursor is None or k < cursor), reverse=True)[:limit]
        rows = [{"uri": uri(k, ME), "cid": cid_of(k), "value": self.kept[k]} for k in keys]
        return Says(body={"records": rows, **({"cursor": keys[-1]} if keys else {})})

    def _get_record(self, asked: Asked) -> Says:
        rkey = asked.query["rkey"]
        if rkey not in self.kept:
            return no(400, "RecordNotFound", f"Could not locate record: {uri(rkey, ME)}")
        value = self.kept[rkey]
        return Says(body={"uri": uri(rkey, ME), "cid": cid_of(value), "value": value})

    def _put_record(self, asked: Asked) -> Says:
        told = asked.json
        rkey, record, there = told["rkey"], told["record"], self.kept.get(told["rkey"])
        if tid.time_of(rkey) is None:
            return no(400, "InvalidRequest", "Invalid record key: it is no TID")
        answer = {"uri": uri(rkey, ME), "cid": cid_of(record)}
        if there == record:
            return Says(body=answer)  # without a commit
        if there is not None and "swapRecord" in told and told["swapRecord"] is None:
            return no(400, "InvalidSwap", f"Record was at {cid_of(there)}")
        self.kept[rkey] = record
        self.commits += 1
        return Says(body={**answer, "commit": {"cid": "bafyreicommit", "rev": rkey}})


class _Handler(loopback._Handler):
    def do_GET(self) -> None:  # noqa: N802  # http.server's name
        """A parameter that stands there several times is one with commas: uris have none."""
        parts, told = urlsplit(self.path), dict[str, list[str]]()
        for name, value in parse_qsl(parts.query, keep_blank_values=True):
            told.setdefault(name, []).append(value)
        self.path = f"{parts.path}?{urlencode({name: ','.join(told[name]) for name in told})}"
        self._any()


@contextmanager
def sky_running() -> Iterator[Sky]:
    sky = Sky()
    server = Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"network": sky}))
    sky.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield sky
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def channel(
    url: str, clock: Clock = lambda: NOW, redactor: Redactor | None = None, **options: Any
) -> BlueskyChannel:
    table = {
        "handle": HANDLE,
        "app_password": PASSWORD,
        "api_url": url,
        "request_timeout_seconds": PATIENCE,
        **options,
    }
    return open_channel(
        "bluesky",
        table,
        source="bot.toml",
        redactor=redactor or Redactor(),
        clock=clock,
        meter=free,
    )


def walk(bsky: BlueskyChannel, stream: str, position: str | None = None) -> tuple[list[Page], str]:
    """A whole walk through a stream: its pages, and where it stands."""
    pages = []
    for _ in range(300):
        page = bsky.fetch(stream, position)
        pages.append(page)
        position = page.position
        if not page.more:
            return pages, position
    raise AssertionError("the walk has no end")


def texts(pages: Sequence[Page]) -> list[str]:
    return [item.text for page in pages for item in page.items]


MENTION = uri("3n2va4ch47s2o")
REPLY = make_outgoing(MENTION, "So sorry, Anna!", key="01a202c0ffee", made_at=NOW)
