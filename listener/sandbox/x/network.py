"""Sandbox X: who has posted what, told in words a test can read like a story."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypedDict, Unpack

from config.clock import Clock
from listener.sandbox.exchange import Answer, Request
from listener.sandbox.journal import Event
from listener.sandbox.network import number, token
from listener.sandbox.x import api, pages
from listener.sandbox.x.faults import FAULTS
from listener.sandbox.x.post import Photo, User, handles_in, id_at, leading_handles
from listener.sandbox.x.state import BRAND, XState

BRAND_NAME = "Larix Outdoor"
__all__ = ["BRAND", "BRAND_NAME", "XNetwork"]  # BRAND stands in state.py


_QUERY = (
    '("larix outdoor" OR larixoutdoor OR "lagorai mid" OR "adamello shell")'
    f" -is:retweet -from:{BRAND}"
)


class Saying(TypedDict, total=False):
    """How a post may be made. All of it may be left out."""

    in_reply_to: str | None
    quotes: str | None
    lang: str
    created_at: datetime | None  # None: now
    photos: Sequence[Photo]
    likes: int
    indexed_after: float  # seconds lists do not know the post yet
    scene: str | None  # key of the story's scene


class XNetwork(XState):
    """Accounts are named by their handle; an unknown one is opened when it first posts."""

    FAULTS = FAULTS

    def __init__(self, *, seed: int = 1, clock: Clock, path: Path | None = None) -> None:
        super().__init__(seed=seed, clock=clock, path=path)
        self.implicit_counts = True
        """May we answer who mentions us only by the handles X puts before a reply? Evidence on the
        real network is split, so tests try both."""
        self.rate_limit = 100_000
        """Requests an operation, way of signing in and 15 minutes. Real limits would end a demo
        that polls every two seconds; the headers say whatever stands here."""
        self.rate_limits: dict[str, int] = {}
        """The same for single operations, by operationId (`createPosts`)."""
        self.posts_a_day = 100_000
        """Posts our account may make a UTC day."""
        self.posts_a_month = 3_000_000
        """Posts the app may read a month; then reads of posts are UsageCapExceeded."""
        self.api = api.Api(self)
        self._replay()
        if BRAND not in self.users:
            self.customer(BRAND, name=BRAND_NAME, followers=12_840)

    # What accounts do

    def customer(
        self, handle: str, *, name: str = "", followers: int = 120, about: str = ""
    ) -> User:
        """Open an account, or return the one of that handle."""
        with self.lock:
            if handle.lower() not in self.users:
                self._do(
                    {
                        "op": "user",
                        "id": str(number(18, self.seed, "user", handle.lower())),
                        "handle": handle,
                        "name": name or handle.replace("_", " ").title(),
                        "followers": followers,
                        "about": about,
                        "at": (self.now() - timedelta(days=400)).isoformat(),
                    }
                )
            return self.users[handle.lower()]

    def post(self, author: str, text: str, **how: Unpack[Saying]) -> str:
        """Post, and return the id. A reply gets the handles X puts before it."""
        with self.lock:
            user = self.customer(author)
            replied = how.get("in_reply_to")
            if replied is not None and replied not in self.posts:
                raise LookupError(f"no post {replied} to answer")
            prefix, words = self.addressed(user, text, replied)
            at, post_id = self._moment(how.get("created_at"), how.get("scene"))
            late = how.get("indexed_after", 0.0)
            visible = self._visible_at(at, ours=user.handle == BRAND, after=late)
            event: Event = {
                "op": "post",
                "id": post_id,
                "author": user.handle,
                "text": prefix + words,
                "shown_from": len(prefix),
                "at": at.isoformat(),
                "visible_at": visible.isoformat(),
                "in_reply_to": replied,
                "quotes": how.get("quotes"),
                "lang": how.get("lang", "und"),
                "photos": [{"url": photo.url, "alt": photo.alt} for photo in how.get("photos", ())],
                "likes": how.get("likes", 0),
            }
            self._do(event, scene=how.get("scene"))
            return post_id

    def repost(
        self, author: str, of: str, *, created_at: datetime | None = None, scene: str | None = None
    ) -> str:
        """Pass a post on unchanged: `RT @handle: ...`, cut at 140 as X does."""
        with self.lock:
            passed = self.posts[of]
            at, post_id = self._moment(created_at, scene)
            text = f"RT @{passed.author.handle}: {passed.text}"
            user = self.customer(author)
            event = {
                "op": "post",
                "id": post_id,
                "author": user.handle,
                "text": text if len(text) <= 140 else text[:139] + "…",
                "at": at.isoformat(),
                "visible_at": self._visible_at(at, ours=user.handle == BRAND).isoformat(),
                "reposts": of,
                "lang": passed.lang,
            }
            self._do(event, scene=scene)
            return post_id

    def edit(
        self,
        post_id: str,
        text: str,
        *,
        created_at: datetime | None = None,
        scene: str | None = None,
    ) -> str:
        """A new version with a new id in the same chain; returns that id."""
        with self.lock:
            old = self.posts[post_id]
            prefix, words = self.addressed(old.author, text, old.in_reply_to)
            at, new_id = self._moment(created_at, scene)
            event = {
                "op": "edit",
                "id": new_id,
                "of": old.chain,
                "text": prefix + words,
                "shown_from": len(prefix),
                "at": at.isoformat(),
            }
            self._do(event, scene=scene)
            return new_id

    def delete(self, post_id: str, *, scene: str | None = None) -> None:
        """Every version goes: https://docs.x.com/fundamentals/edit-posts (2026-08)."""
        with self.lock:
            self._do({"op": "delete", "id": post_id}, scene=scene)

    def hide(self, post_id: str, *, hidden: bool = True) -> None:
        with self.lock:
            self._do({"op": "hide", "id": post_id, "hidden": hidden})

    def reply_natively(self, under: str, text: str) -> str:
        return self.post(BRAND, text, in_reply_to=under, lang=self.posts[under].lang)

    # What one can ask

    def secrets(self) -> dict[str, str]:
        """The keys of the sandbox's one app and account."""
        names = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
        return {name: token(self.seed, name) for name in (*names, "bearer_token")}

    def table(self) -> dict[str, Any]:
        return {
            "api_url": self.url,
            "web_url": self.url,
            **self.secrets(),
            "queries": [_QUERY],
            "monthly_budget_usd": 100_000,  # counted as if it were X, but nothing is charged
        }

    @property
    def user_token(self) -> str:
        """An OAuth 2 token in the name of the brand's account."""
        return token(self.seed, "user_token")

    # How it works

    def _answer(self, request: Request) -> Answer:
        if request.path.startswith("/2/"):
            return self.api.answer(request)
        with self.lock:
            return pages.answer(self, request)

    def addressed(self, author: User, text: str, replied: str | None) -> tuple[str, str]:
        """The handles X puts before a reply (the other participants), and the words after."""
        if replied is None:
            return "", text
        parent = self.posts.get(replied) or self.deleted[replied]
        others = dict.fromkeys([parent.author.handle.lower(), *handles_in(parent.text)])
        due = [name for name in others if name != author.handle.lower() and name in self.users]
        typed, words = leading_handles(text)
        # A handle the author typed at the start is the author's own word: it stays in the text.
        prefix = "".join(f"@{self.users[name].handle} " for name in due if name not in typed)
        return prefix, text if typed else words

    def _moment(self, asked: datetime | None, scene: str | None) -> tuple[datetime, str]:
        """When, and an id of that moment. What happens now gets a larger id than all before."""
        at = asked or self.now()
        post_id = id_at(at, number(7, self.seed, scene or len(self.posts)))
        if asked is None:
            post_id = max(post_id, self._newest + 1)
        while str(post_id) in self.posts or str(post_id) in self.deleted:
            post_id += 1
        return at, str(post_id)
