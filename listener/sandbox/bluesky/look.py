"""What one account sees of the network at one moment, as the AppView shows it: later than the PDS,
and without those who block it or whom it blocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from listener.sandbox.bluesky import gates
from listener.sandbox.bluesky.ids import place
from listener.sandbox.bluesky.lexicon import BLOCK, FOLLOW, LIKE, POST, REPOST
from listener.sandbox.bluesky.record import (
    Account,
    Record,
    Value,
    Version,
    parent_of,
    quoted_by,
    root_of,
)

if TYPE_CHECKING:
    from listener.sandbox.bluesky.network import BlueskyNetwork


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A post as it is shown."""

    record: Record
    version: Version
    value: Value

    @property
    def uri(self) -> str:
        return self.record.uri

    @property
    def did(self) -> str:
        return self.record.did

    @property
    def root(self) -> str:
        """Where its thread begins. One with a wrong root stands by itself."""
        return (not self.version.torn and root_of(self.value)) or self.uri

    @property
    def key(self) -> tuple[str, str]:
        """What lists sort by."""
        return self.version.sort_at, self.version.cid


@dataclass(frozen=True, kw_only=True)
class Look:
    """`viewer`: a DID. `own_at_once`: the PDS adds what the viewer itself has just written."""

    network: BlueskyNetwork
    viewer: str
    own_at_once: bool = False

    # Records

    def post(self, uri: str) -> Seen | None:
        """A post, whoever blocks whom; None if the AppView has none."""
        own = self.viewer if self.own_at_once else ""
        version = self.network.shown(uri, own=own)
        record = self.network.records.get(uri)
        if version is None or version.value is None or record is None or record.collection != POST:
            return None
        return Seen(record=record, version=version, value=version.value)

    def posts(self) -> list[Seen]:
        """All posts, the newest first by what lists sort by."""
        found = [self.post(uri) for uri in self.network.records]
        return sorted((one for one in found if one), key=lambda one: one.key, reverse=True)

    def replies(self, uri: str) -> list[Seen]:
        """The direct answers to a post, the newest first."""
        found = [one for one in self._about(uri) if parent_of(one.value) == uri]
        return sorted(found, key=lambda one: one.key, reverse=True)

    def quotes(self, uri: str) -> int:
        return sum(quoted_by(one.value) == uri for one in self._about(uri))

    def _about(self, uri: str) -> list[Seen]:
        found = [self.post(one) for one in self.network.towards.get(uri, {})]
        return [one for one in found if one]

    def likes(self, uri: str) -> int:
        record = self.network.records[uri]
        return record.likes + sum(1 for _ in self.network.shown_towards(uri, LIKE))

    def reposts(self, uri: str) -> int:
        return sum(1 for _ in self.network.shown_towards(uri, REPOST))

    def own(self, collection: str, uri: str) -> str | None:
        """The viewer's own like or repost of a post, or None."""
        found = self.network.shown_towards(uri, collection)
        return next((one.uri for one, _ in found if one.did == self.viewer), None)

    # Accounts

    def account(self, name: str) -> Account | None:
        return self.network.account_at(name)

    def block(self, one: str, other: str) -> str | None:
        """The record by which one account blocks another, or None."""
        for record, _ in self.network.shown_towards(other, BLOCK):
            if record.did == one:
                return record.uri
        return None

    def apart(self, one: str, other: str) -> bool:
        """Whether either blocks the other."""
        return bool(self.block(one, other) or self.block(other, one))

    def hidden(self, did: str) -> bool:
        """Whether a block stands between that account and the viewer."""
        return self.apart(self.viewer, did)

    def follow(self, one: str, other: str) -> str | None:
        """The record by which one account follows another, or None."""
        for record, _ in self.network.shown_towards(other, FOLLOW):
            if record.did == one:
                return record.uri
        return None

    def mutes(self, did: str) -> bool:
        return did in self.network.accounts[self.viewer].muted

    # Threads

    def gate(self, root: str) -> tuple[Record, Version, Value] | None:
        """The threadgate of the thread that begins with that post, as the AppView has it."""
        record = self.network.gate_of(root)
        version = self.network.shown(record.uri) if record else None
        if record is None or version is None or version.value is None:
            return None
        return record, version, version.value

    def reply_disabled(self, post: Seen) -> bool | None:
        """Whether the viewer may not answer; None where there is no gate."""
        if post.version.gated:
            return True
        root = root_of(post.value) or post.uri
        gate = self.gate(root)
        if gate is None:
            return None
        return not gates.may_answer(self.network, root, gate[2], self.viewer)

    def hides(self, post: Seen) -> bool:
        """Whether the viewer, in a thread of its own, has hidden that answer from others."""
        root = root_of(post.value) or ""
        where, gate = place(root), self.gate(root)
        if where is None or gate is None or where.repo != self.viewer:
            return False
        return post.uri in (gate[2].get("hiddenReplies") or [])
