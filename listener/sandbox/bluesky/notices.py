"""Whom a new record concerns: what the AppView makes notifications of when it learns of it.

After the reference AppView 0.0.280, `data-plane/server/indexing/plugins` (2026-11-22): a mention is
a facet, not an @name in the text; an answer concerns the authors of up to four posts above it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from listener.sandbox.bluesky.ids import Place, place
from listener.sandbox.bluesky.lexicon import FOLLOW, LIKE, MENTION, POST, REPOST
from listener.sandbox.bluesky.record import (
    Notice,
    Value,
    features,
    parent_of,
    quoted_by,
    root_of,
    subject_of,
)

if TYPE_CHECKING:
    from listener.sandbox.bluesky.state import BlueskyState

_REACH = 4  # posts above an answer


def notices(state: BlueskyState, where: Place, value: Value, *, gated: bool) -> tuple[Notice, ...]:
    """Each account once and nobody for their own: mentions go before quotes, those before replies.

    `gated`: its author may not answer there, and so those above are not told.
    """
    found = {where.repo: Notice(did=where.repo, reason="")}
    is_post = where.collection == POST
    for notice in _of_post(state, value, gated=gated) if is_post else _of_deed(where, value):
        found.setdefault(notice.did, notice)
    return tuple(found.values())[1:]


def _of_deed(where: Place, value: Value) -> Iterator[Notice]:
    subject = subject_of(value) or ""
    about = place(subject)
    if where.collection == FOLLOW:
        yield Notice(did=subject, reason="follow")
    elif about is not None and where.collection in (LIKE, REPOST):
        reason = "like" if where.collection == LIKE else "repost"
        yield Notice(did=about.repo, reason=reason, subject=subject)


def _of_post(state: BlueskyState, value: Value, *, gated: bool) -> Iterator[Notice]:
    for feature in features(value):
        if feature.get("$type") == MENTION:
            yield Notice(did=str(feature.get("did")), reason="mention")
    quoted = place(quoted_by(value) or "")
    if quoted is not None and quoted.collection == POST:
        yield Notice(did=quoted.repo, reason="quote", subject=quoted.uri)
    if not gated:
        yield from _of_answer(state, value)


def _of_answer(state: BlueskyState, value: Value) -> Iterator[Notice]:
    """As far up as the posts still stand: behind a deleted one nobody is told."""
    gate = state.gate_of(root_of(value) or "")
    hidden = (gate.value.get("hiddenReplies") or []) if gate and gate.lives else []
    above = parent_of(value)
    for _ in range(_REACH):
        record = state.records.get(above or "")
        if record is None or not record.lives or not record.last.indexed:
            return
        yield Notice(did=record.did, reason="reply", subject=record.uri)
        if record.uri in hidden:
            return
        above = record.in_reply_to
