"""Sandbox Bluesky: who has posted what, told in words a test can read like a story."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypedDict, Unpack

from config.clock import Clock
from listener.sandbox.bluesky import api, pages, texts
from listener.sandbox.bluesky.dates import iso
from listener.sandbox.bluesky.faults import FAULTS
from listener.sandbox.bluesky.ids import Place, blob_cid, place
from listener.sandbox.bluesky.lexicon import (
    BLOCK,
    FOLLOW,
    GATE,
    IMAGES,
    LIKE,
    POST,
    PROFILE,
    RECORD,
    REPOST,
    WITH_MEDIA,
)
from listener.sandbox.bluesky.pds import BlueskyPds
from listener.sandbox.bluesky.record import Account, Record, Value, root_of
from listener.sandbox.bluesky.shapes import is_form
from listener.sandbox.bluesky.state import BRAND, DOMAIN
from listener.sandbox.exchange import Answer, Request
from listener.sandbox.network import token

BRAND_NAME = "Larix Outdoor"
__all__ = ["BRAND", "BRAND_NAME", "DOMAIN", "BlueskyNetwork"]  # two of them stand in state.py
_PLENTY = 100_000


class Saying(TypedDict, total=False):
    """How a post may be made. All of it may be left out."""

    reply_to: str | None  # the at-URI of what it answers
    quote: str | None  # the at-URI of what it shows in a box
    facets: bool  # False: typed @names, links and tags stay plain text, and nobody is told
    created_at: datetime | str | None  # by the clock of who writes, right or wrong; None: right
    at: datetime | None  # when it was really posted; None: now
    images: Sequence[str]  # what each shows
    langs: Sequence[str]
    likes: int
    indexed_after: float  # seconds the AppView does not know the post yet
    notify: bool  # False: the AppView loses the notification
    scene: str | None  # key of the story's scene


class BlueskyNetwork(BlueskyPds):
    """Accounts are named by their handle; one without a dot stands under our domain, and an unknown
    one is opened when it first posts."""

    FAULTS = FAULTS

    def __init__(self, *, seed: int = 1, clock: Clock, path: Path | None = None) -> None:
        super().__init__(seed=seed, clock=clock, path=path)
        self.plain_search = False
        """True: search finds what the reference server for developers finds: the words as they
        stand, in their very case. The real network finds more."""
        self.reads_own_writes = False
        """True: the PDS adds what an account has just written to the threads and feeds it reads
        itself, as the reference PDS does while the AppView lags. Nothing else is added to."""
        self.calls_per_5_minutes = _PLENTY
        """Requests of one address. Real limits would end a demo; see `keep_real_limits`."""
        self.logins_per_5_minutes = self.logins_per_day = _PLENTY
        self.points_per_hour = self.points_per_day = _PLENTY * 10
        """Of one account: a new record costs 3, a changed one 2, a deletion 1."""
        self.api = api.Api(self)
        self._replay()
        if self.did_of(BRAND) not in self.accounts:
            self.customer(BRAND, name=BRAND_NAME)

    def keep_real_limits(self) -> None:
        """https://docs.bsky.app/docs/advanced-guides/rate-limits (2026-11)"""
        self.calls_per_5_minutes = 3000
        self.logins_per_5_minutes, self.logins_per_day = 30, 300
        self.points_per_hour, self.points_per_day = 5000, 35_000

    # What accounts do

    def customer(self, handle: str, *, name: str = "", about: str = "") -> Account:
        """Open an account, or return the one of that handle. Raises ValueError for what can be no
        handle: letters, digits and hyphens alone."""
        with self.lock:
            whole = _handle(handle)
            known = self.handles.get(whole) or self.did_of(whole)
            if known not in self.accounts:
                shown = name or handle.partition(".")[0].replace("-", " ").title()
                at = self.now() - timedelta(days=400)
                event = {"op": "account", "id": known, "handle": whole, "name": shown}
                self._do({**event, "about": about, "at": at.isoformat()})
                profile = {"$type": PROFILE, "displayName": shown, "description": about}
                self.write(Place(repo=known, collection=PROFILE, key="self"), profile, at=at)
            return self.accounts[known]

    def post(self, author: str, text: str, **how: Unpack[Saying]) -> str:
        """Post, and return the at-URI."""
        with self.lock:
            account, at = self.customer(author), how.get("at")
            said = how.get("created_at") or at or self.now()
            value: Value = {
                "$type": POST,
                "text": text,
                "createdAt": said if isinstance(said, str) else iso(said),
            }
            found = texts.facets(text, self._handle_in_text) if how.get("facets", True) else []
            langs, replied = list(how.get("langs", ())), how.get("reply_to")
            value |= {"facets": found} if found else {}
            value |= {"langs": langs} if langs else {}
            value |= {"reply": self._refs(replied)} if replied else {}
            embed = self._embed(how.get("quote"), how.get("images", ()))
            value |= {"embed": embed} if embed else {}
            where = Place(repo=account.did, collection=POST, key=self.next_key(at))
            self.write(
                where,
                value,
                at=at,
                after=how.get("indexed_after", 0.0),
                scene=how.get("scene"),
                likes=how.get("likes", 0),
                notify=how.get("notify", True),
            )
            return where.uri

    def edit(self, uri: str, text: str, *, facets: bool = True, scene: str | None = None) -> str:
        """Other words under the same at-URI; returns the CID of the new version."""
        with self.lock:
            value = {name: one for name, one in self._living(uri).value.items() if name != "facets"}
            found = texts.facets(text, self._handle_in_text) if facets else []
            value |= {"text": text} | ({"facets": found} if found else {})
            return self.write(_where(uri), value, scene=scene).last.cid

    def delete(self, uri: str, *, scene: str | None = None) -> None:
        with self.lock:
            self.remove(_where(uri), scene=scene)

    def like(self, author: str, uri: str) -> str:
        return self._deed(author, LIKE, {"subject": self._ref(uri)})

    def repost(self, author: str, uri: str, *, at: datetime | None = None, scene: str | None = None
    ) -> str:  # fmt: skip
        return self._deed(author, REPOST, {"subject": self._ref(uri)}, at=at, scene=scene)

    def follow(self, author: str, whom: str = BRAND) -> str:
        return self._deed(author, FOLLOW, {"subject": self.customer(whom).did})

    def block(self, author: str, whom: str = BRAND) -> str:
        """From now on neither sees anything of the other. Delete the record to take it back."""
        return self._deed(author, BLOCK, {"subject": self.customer(whom).did})

    def mute(self, author: str, *, muted: bool = True, by: str = BRAND) -> None:
        """The brand does not want to be told of that account any more; nobody else learns of it."""
        with self.lock:
            did, whose = self.customer(author).did, self.customer(by).did
            self._do({"op": "mute", "id": did, "by": whose, "muted": muted})

    def gate(self, uri: str, *, allow: Sequence[str] = (), hide: Sequence[str] = ()) -> str:
        """Who began that thread lets nobody answer but those of `allow` (types of rules, such as
        lexicon.MENTIONED_MAY), and hides the answers of `hide`. Earlier answers stay."""
        with self.lock:
            where = _where(self._root(uri))
            gate = Place(repo=where.repo, collection=GATE, key=where.key)
            rules = [{"$type": one} for one in allow]
            value = {"$type": GATE, "post": where.uri, "createdAt": iso(self.now())}
            self.write(gate, {**value, "allow": rules, "hiddenReplies": list(hide)})
            return gate.uri

    def rename(self, author: str, handle: str) -> None:
        """Another handle for the same account."""
        with self.lock:
            event = {"op": "rename", "id": self.customer(author).did, "handle": _handle(handle)}
            self._do(event)

    def take_down(self, author: str = BRAND, *, down: bool = True) -> None:
        """A moderator takes the account down, or (`down=False`) lets it be again."""
        with self.lock:
            self._do({"op": "down", "id": self.customer(author).did, "down": down})

    def reply_natively(self, under: str, text: str) -> str:
        return self.post(
            BRAND, text, reply_to=under, langs=self._living(under).value.get("langs", ())
        )

    # What one can ask

    @property
    def web_url(self) -> str:
        """Where people read: the same server, its addresses those of bsky.app."""
        return self.url

    def secrets(self) -> dict[str, str]:
        return {"handle": self.brand.handle, "app_password": self.password_of(self.brand.handle)}

    def table(self) -> dict[str, Any]:
        return {
            "api_url": self.url,
            "web_url": self.web_url,
            **self.secrets(),
            "queries": ['"larix outdoor"', "larixoutdoor"],
        }

    def password_of(self, handle: str) -> str:
        """An app password of that account."""
        account = self.customer(handle)
        whole = token(self.seed, "app_password", account.did)
        return "-".join(whole[at : at + 4] for at in range(0, 16, 4))

    @property
    def signing_key(self) -> str:
        """What the PDS signs its tokens with."""
        return token(self.seed, "jwt")

    # How it works

    def _answer(self, request: Request) -> Answer:
        if request.path.startswith("/xrpc/"):
            return self.api.answer(request)
        with self.lock:
            return pages.answer(self, request)

    def _deed(
        self,
        author: str,
        collection: str,
        value: Value,
        *,
        at: datetime | None = None,
        scene: str | None = None,
    ) -> str:
        """A record that says something about another; returns its at-URI."""
        with self.lock:
            who, key = self.customer(author), self.next_key(at)
            where = Place(repo=who.did, collection=collection, key=key)
            made = {"$type": collection, **value, "createdAt": iso(at or self.now())}
            self.write(where, made, at=at, scene=scene)
            return where.uri

    def _living(self, uri: str) -> Record:
        record = self.records.get(uri)
        if record is None or not record.lives:
            raise LookupError(f"no record {uri}")
        return record

    def _ref(self, uri: str) -> dict[str, str]:
        """What names a record in another: where it stands, and the version that was read."""
        with self.lock:
            record = self.records[uri]
            return {"uri": uri, "cid": next(one.cid for one in record.versions[::-1] if one.cid)}

    def _refs(self, parent: str) -> dict[str, dict[str, str]]:
        return {"root": self._ref(self._root(parent)), "parent": self._ref(parent)}

    def _root(self, uri: str) -> str:
        """The post that post's thread began with."""
        return root_of(self.records[uri].value) or uri

    def _embed(self, quote: str | None, images: Sequence[str]) -> Value | None:
        quoted = {"$type": RECORD, "record": self._ref(quote)} if quote else None
        pictures = {"$type": IMAGES, "images": [_image(alt) for alt in images]} if images else None
        if quoted and pictures:
            return {"$type": WITH_MEDIA, "record": quoted, "media": pictures}
        return quoted or pictures

    def _handle_in_text(self, handle: str) -> str | None:
        return self.handles.get(handle.lower())


def _handle(name: str) -> str:
    whole = name.lower() if "." in name else name.lower() + DOMAIN
    if not is_form(whole, "handle"):
        raise ValueError(f"{whole!r} is no handle on Bluesky")
    return whole


def _where(uri: str) -> Place:
    found = place(uri)
    if found is None:
        raise LookupError(f"{uri} names no record")
    return found


def _image(alt: str) -> Value:
    content = alt.encode()
    blob = {"$type": "blob", "ref": {"$link": blob_cid(content)}, "mimeType": "image/jpeg"}
    ratio = {"width": 1200, "height": 900}
    return {"image": {**blob, "size": 90_000 + len(content)}, "alt": alt, "aspectRatio": ratio}
