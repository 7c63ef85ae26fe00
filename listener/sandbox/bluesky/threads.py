"""A thread around a post: what it answers, and what answers it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from listener.sandbox.bluesky import problems, told
from listener.sandbox.bluesky.ids import place
from listener.sandbox.bluesky.look import Look, Seen
from listener.sandbox.bluesky.record import parent_of, root_of

if TYPE_CHECKING:
    from listener.sandbox.bluesky.api import Call

_VIEW: Final = "app.bsky.feed.defs#threadViewPost"
_DEEPEST: Final = 100
"""Generations told at most, whatever was asked: nobody keeps a post from answering itself. The real
AppView has such a bound too (`maxThreadDepth`)."""


def get(call: Call) -> Any:
    """`depth` generations of answers, the newest first, and `parentHeight` posts above."""
    look = call.look(own_at_once=call.network.reads_own_writes)
    seen = look.post(_with_did(call))
    if seen is None:
        raise problems.no_post(_with_did(call))
    if look.hidden(seen.did):
        return {"thread": told.blocked(look, seen.uri, seen.did)}
    node = _node(look, seen)
    if not seen.version.gated:
        above = _above(look, seen, min(call.query["parentHeight"], _DEEPEST))
        below = _below(look, seen, min(call.query["depth"], _DEEPEST))
        node |= ({"parent": above} if above else {}) | (
            {"replies": below} if below is not None else {}
        )
    gate = told.threadgate(look, root_of(seen.value) or seen.uri)
    return {"thread": node} | ({"threadgate": gate} if gate else {})


def _with_did(call: Call) -> str:
    """The at-URI asked for, with a DID for the handle it may hold."""
    uri: str = call.query["uri"]
    where = place(uri)
    account = call.network.account_at(where.repo) if where else None
    return uri.replace(where.repo, account.did, 1) if where and account else uri


def _node(look: Look, seen: Seen) -> dict[str, Any]:
    return {"post": told.post(look, seen), "threadContext": {}, "$type": _VIEW}


def _above(look: Look, seen: Seen, height: int) -> dict[str, Any] | None:
    uri = parent_of(seen.value)
    if height < 1 or uri is None:
        return None
    parent = look.post(uri)
    if parent is None:
        return told.gone(uri)
    if look.apart(seen.did, parent.did) or look.hidden(parent.did):
        return told.blocked(look, uri, parent.did)
    if parent.root != seen.root:
        return None
    above = _above(look, parent, height - 1)
    return _node(look, parent) | ({"parent": above} if above else {})


def _below(look: Look, seen: Seen, depth: int) -> list[dict[str, Any]] | None:
    """Answers of those who are blocked, or may not answer, are left out without a word."""
    if depth < 1:
        return None
    found = []
    for one in look.replies(seen.uri):
        if one.version.gated or one.root != seen.root or look.apart(one.did, seen.did):
            continue
        if look.hidden(one.did):
            found.append(told.blocked(look, one.uri, one.did))
            continue
        below = _below(look, one, depth - 1)
        found.append(_node(look, one) | ({"replies": below} if below is not None else {}))
    return found
