"""Sandbox X: who has posted what, told in words a test can read like a story."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypedDict, Unpack

from config.clock import Clock
from listener.sandbox.exchange import Answer, Request
from listener.sandbox.journal import Event
from listener.sandbox.network import Network, number, token
from listener.sandbox.x import api, pages
from listener.sandbox.x.post import (
    Photo,
    Post,
    User,
    handles_in,
    id_at,
    leading_handles,
)

BRAND = "larixoutdoor"
BRAND_NAME = "Larix Outdoor"


class Saying(TypedDict, total=False):
    """How a post may be made. All of it may be left out."""

    in_reply_to: str | None
    quotes: str | None
    lang: str
    created_at: datetime | None  # None: now
    photos: Sequence[Photo]
    likes: int
    indexed_after: float  # seconds the API does not know the post yet
    scene: str | None  # key of the story's scene


class XNetwork(Network):
    """Accounts are named by their handle; an unknown one is opened when it first posts."""

    def __init__(self, *, seed: int = 1, clock: Clock, path: Path | None = None) -> None:
        super().__init__(seed=seed, clock=clock, path=path)
        self.users: dict[str, User] = {}  # by handle in lower case
        self.posts: dict[str, Post] = {}  # by id, every version
        self.chains: dict[str, list[str]] = {}  # first id -> all ids, oldest first
        self.deleted: dict[str, Post] = {}  # by the id of any version
        self.hidden: set[str] = set()  # by first id
        self._newest = 0  # the largest id so far
        self.lag_seconds = 0.0
        """How long our own new posts stay invisible to reads."""
        self.implicit_counts = True
        """May we answer who mentions us only by the handles X puts before a reply? Evidence on the
        real network is split, so tests try both."""
        self.rate_limit = 100_000
        """Requests an operation and 15 minutes. Real limits would end a demo that polls every two
        seconds; the headers say whatever stands here."""
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
            visible = at + timedelta(seconds=how.get("indexed_after", 0.0))
            if user.handle == BRAND:
                visible = max(visible, at + timedelta(seconds=self.lag_seconds))
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
            event = {
                "op": "post",
                "id": post_id,
                "author": self.customer(author).handle,
                "text": text if len(text) <= 140 else text[:139] + "…",
                "at": at.isoformat(),
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

    # What one can ask

    @property
    def brand(self) -> User:
        return self.users[BRAND]

    def replies_to(self, post_id: str) -> list[Post]:
        """The living direct replies to any version of that post, oldest first."""
        with self.lock:
            versions = set(self.chain(post_id))
            return [post for post in self.current() if post.in_reply_to in versions]

    def own_posts(self) -> list[Post]:
        """What the brand has posted and not deleted, oldest first."""
        with self.lock:
            return [post for post in self.current() if post.author.handle == BRAND]

    def current(self) -> list[Post]:
        """The newest version of every living post, oldest first."""
        with self.lock:
            newest = [self.posts[versions[-1]] for versions in self.chains.values()]
            return sorted(newest, key=lambda post: int(post.id))

    def chain(self, post_id: str) -> list[str]:
        """The ids of all versions of a post, oldest first."""
        with self.lock:
            known = self.posts.get(post_id) or self.deleted.get(post_id)
            return list(self.chains.get(known.chain, [])) if known else []

    def secrets(self) -> dict[str, str]:
        """The keys of the sandbox's one app and account."""
        names = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
        return {name: token(self.seed, name) for name in (*names, "bearer_token")}

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

    def _apply(self, event: Event) -> None:
        getattr(self, f"_apply_{event['op']}")(event)

    def _apply_user(self, event: Event) -> None:
        self.users[event["handle"].lower()] = User(
            id=event["id"],
            handle=event["handle"],
            name=event["name"],
            followers=event["followers"],
            about=event["about"],
            verified=event["followers"] > 100_000,
            created_at=datetime.fromisoformat(event["at"]),
        )

    def _apply_post(self, event: Event) -> None:
        replied: str = event.get("in_reply_to") or ""
        parent = (self.posts.get(replied) or self.deleted[replied]) if replied else None
        self.posts[event["id"]] = Post(
            id=event["id"],
            chain=event["id"],
            author=self.users[event["author"].lower()],
            text=event["text"],
            at=datetime.fromisoformat(event["at"]),
            conversation=parent.conversation if parent else event["id"],
            shown_from=event.get("shown_from", 0),
            in_reply_to=replied or None,
            quotes=event.get("quotes"),
            reposts=event.get("reposts"),
            lang=event.get("lang", "und"),
            photos=tuple(Photo(**photo) for photo in event.get("photos", ())),
            likes=event.get("likes", 0),
            visible_at=datetime.fromisoformat(event.get("visible_at") or event["at"]),
        )
        self.chains[event["id"]] = [event["id"]]
        self._newest = max(self._newest, int(event["id"]))

    def _apply_edit(self, event: Event) -> None:
        versions = self.chains[event["of"]]
        old = self.posts[versions[-1]]
        at = datetime.fromisoformat(event["at"])
        self.posts[event["id"]] = replace(
            old, id=event["id"], text=event["text"], shown_from=event["shown_from"], edited_at=at
        )
        versions.append(event["id"])
        self._newest = max(self._newest, int(event["id"]))

    def _apply_delete(self, event: Event) -> None:
        for version in self.chain(event["id"]):
            self.deleted[version] = self.posts.pop(version)
        self.chains.pop(self.deleted[event["id"]].chain, None)

    def _apply_hide(self, event: Event) -> None:
        first = self.posts[event["id"]].chain
        (self.hidden.add if event["hidden"] else self.hidden.discard)(first)
