"""Where the trouble of those who leave began: the first complaint of each, and its phase."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Text, cast, or_, select
from sqlalchemy.orm import Session

from listener.models import LEAVES, Mention
from listener.trends.scope import Scope
from responder.measures.narrowed import of_kind, on_channels
from sentiment.phase import Phase
from sentiment.score import Sentiment
from sentiment.signals import Signal

MOST: Final = 2_000
"""People who leave that are looked at, the newest."""

_AT_ONCE: Final = 500
_COMPLAINS: Final = f'"{Signal.COMPLAINT.value}"'


@dataclass(frozen=True, kw_only=True)
class Leavers:
    """`people`: with a text in the period that says they return, cancel or leave. `began`: by its
    phase, the first complaint, or negative text, of each that ever had one. `only_then`: theirs
    was the very text in which they left. `more`: there were more people than are looked at."""

    people: int
    began: Mapping[Phase, Sequence[str]]
    only_then: int
    more: bool


def leavers(session: Session, scope: Scope) -> Leavers:
    left = _left(session, scope)
    people = dict(left[:MOST])
    began: dict[Phase, list[str]] = {}
    only_then = 0
    for author, mention, phase in _first_complaints(session, list(people)):
        began.setdefault(phase, []).append(mention)
        only_then += mention == people[author]
    return Leavers(people=len(people), began=began, only_then=only_then, more=len(left) > MOST)


def _left(session: Session, scope: Scope) -> Sequence[tuple[str, str]]:
    """Who, and the last such text of each; the newest first."""
    rows = session.execute(
        select(Mention.author_id, Mention.id)
        .where(
            Mention.created_at >= scope.start,
            Mention.created_at < scope.end,
            LEAVES,
            Mention.author_id.is_not(None),
            on_channels(scope),
            of_kind(scope),
        )
        .order_by(Mention.created_at.desc())
        .limit(3 * MOST)
    )
    found: dict[str, str] = {}
    for author, mention in rows:
        found.setdefault(author or "", mention)
    return list(found.items())


def _first_complaints(session: Session, authors: Sequence[str]) -> Iterator[tuple[str, str, Phase]]:
    for start in range(0, len(authors), _AT_ONCE):
        rows = session.execute(
            select(Mention.author_id, Mention.id, Mention.phase, Mention.created_at)
            .where(
                Mention.author_id.in_(authors[start : start + _AT_ONCE]),
                or_(
                    Mention.sentiment == Sentiment.NEGATIVE,
                    cast(Mention.signals, Text).contains(_COMPLAINS),
                ),
            )
            .order_by(Mention.created_at, Mention.id)
        )
        seen: set[str | None] = set()
        for author, mention, phase, _at in rows:
            if author is not None and author not in seen:
                seen.add(author)
                yield author, mention, phase
