"""What a figure of the trends counts among replies and drafts: the list behind it has exactly
those.

A figure has a name that stands in addresses. "decided" and "left", what people decided and which
replies left; a dot, and what became of them or who let them leave; a second one, and why they were
rejected or what happened afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, false, or_, select

from listener.models import Mention
from listener.trends.scope import Scope
from responder.history.search import Among
from responder.measures.approvals import Fate, drafts_decided, replies_decided
from responder.measures.automatic import DELETED, VANISHED
from responder.measures.narrowed import sent_in
from responder.models import AuthorKind, Draft, Reply

ANY: Final = "all"

_AFTERWARDS: Final = {"": None, "vanished": VANISHED, "deleted": DELETED}
_FATES: Final = {fate.slug: fate for fate in Fate}
FIGURES: Final = frozenset(
    {
        *(f"decided.{one}" for one in (ANY, *_FATES)),
        *(f"left.{one}" for one in (ANY, *AuthorKind)),
        *(f"left.{kind}.{then}" for kind in AuthorKind for then in _AFTERWARDS if then),
    }
)
"""The names of all there are, but for those that end in a reason."""
REJECTED_FOR: Final = f"decided.{Fate.REJECTED.slug}."
"""So begins the name of a figure that ends in a reason."""


def among(scope: Scope, figure: str, by: str, reason: str = "", but: Sequence[str] = ()) -> Among:
    """What `figure`, one of FIGURES, counts in `scope`. `by`: decided by this agent; `reason`:
    rejected for it; `but`: for none of these."""
    kind, _, which = figure.partition(".")
    if kind == "left":
        return Among(replies=_left(scope, which), drafts=select(Draft.id).where(false()))
    fate = _FATES.get(which)
    drafts = drafts_decided(scope, fate, by)
    if reason:
        drafts = drafts.where(_chosen(reason))
    for one in but:
        drafts = drafts.where(~_chosen(one))
    return Among(replies=replies_decided(scope, fate, by), drafts=drafts)


def _left(scope: Scope, which: str) -> Select[Any]:
    kind, _, then = which.partition(".")
    query = select(Reply.id).join(Mention, Mention.id == Reply.mention_id).where(sent_in(scope))
    if kind != ANY:
        query = query.where(Reply.author_kind == AuthorKind(kind))
    what = _AFTERWARDS[then]
    return query if what is None else query.where(what)


def _chosen(reason: str) -> ColumnElement[bool]:
    """Somebody may have added words of their own to the reason they chose."""
    return or_(Draft.reason == reason, Draft.reason.startswith(f"{reason}: ", autoescape=True))
