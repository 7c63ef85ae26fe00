"""What stands on sandbox X, how events change it, and who may see it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from config.clock import Clock
from listener.sandbox.journal import Event
from listener.sandbox.network import Network
from listener.sandbox.x.post import Photo, Post, User

BRAND = "larixoutdoor"


class XState(Network):
    """Accounts by their handle, posts by the id of each version."""

    def __init__(self, *, seed: int, clock: Clock, path: Path | None) -> None:
        super().__init__(seed=seed, clock=clock, path=path)
        self.users: dict[str, User] = {}  # by handle in lower case
        self.posts: dict[str, Post] = {}  # by id, every version
        self.chains: dict[str, list[str]] = {}  # first id -> all ids, oldest first
        self.deleted: dict[str, Post] = {}  # by the id of any version
        self.hidden: set[str] = set()  # by first id
        self._newest = 0  # the largest id so far

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

    def ever(self) -> list[Post]:
        """The newest version of every post there ever was, the deleted ones too; oldest first."""
        with self.lock:
            gone = sorted(self.deleted.values(), key=_number)  # of a chain, the newest comes last
            newest = {post.chain: post for post in gone}.values()
            return sorted([*newest, *self.current()], key=_number)

    def has_vanished(self, post: Post) -> bool:
        """Whether a read shows none of its versions although nobody has deleted it."""
        return not self.vanished.isdisjoint(self.chains.get(post.chain, [post.id]))

    def is_readable(self, post: Post) -> bool:
        """Whether the API tells this post to who asks for its id: if it is ours, after the lag."""
        if post.id not in self.posts or self.has_vanished(post):
            return False
        return post.author.handle != BRAND or post.visible_at <= self.now()

    def is_listed(self, post: Post) -> bool:
        """Whether timelines, mentions and search know this post."""
        return self.is_readable(post) and post.visible_at <= self.now()

    # How events change it

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


def _number(post: Post) -> int:
    return int(post.id)
