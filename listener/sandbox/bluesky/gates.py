"""Threadgates: who may answer in a thread. The PDS takes every answer; the AppView hides some.

https://docs.bsky.app/docs/tutorials/thread-gates (2026-11)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from listener.sandbox.bluesky.ids import place
from listener.sandbox.bluesky.lexicon import (
    FOLLOW,
    FOLLOWED_MAY,
    FOLLOWERS_MAY,
    MENTION,
    MENTIONED_MAY,
)
from listener.sandbox.bluesky.record import Value, features, root_of

if TYPE_CHECKING:
    from listener.sandbox.bluesky.state import BlueskyState


def keeps_out(state: BlueskyState, post: Value, author: str) -> bool:
    """Whether the gate of the thread a post answers in keeps its author (a DID) out."""
    root = root_of(post)
    gate = state.gate_of(root) if root else None
    if root is None or gate is None or gate.last.value is None:
        return False
    return not may_answer(state, root, gate.last.value, author)


def may_answer(state: BlueskyState, root: str, gate: Value, author: str) -> bool:
    """What a gate says of that author. Without `allow` everybody may, with an empty one nobody but
    the thread's own author."""
    where, allowed = place(root), gate.get("allow")
    owner = where.repo if where else ""
    if author == owner or not isinstance(allowed, list):
        return True
    rules = {rule.get("$type") for rule in allowed if isinstance(rule, dict)}
    first = state.records.get(root)
    mentioned = features(first.value) if first and MENTIONED_MAY in rules else []
    return (
        any(one.get("$type") == MENTION and one.get("did") == author for one in mentioned)
        or (FOLLOWERS_MAY in rules and _follows(state, author, owner))
        or (FOLLOWED_MAY in rules and _follows(state, owner, author))
    )


def _follows(state: BlueskyState, who: str, whom: str) -> bool:
    def stands(record: Any) -> bool:
        return bool(record.did == who and record.collection == FOLLOW and record.lives)

    return any(stands(record) for record in state.towards.get(whom, {}).values())
