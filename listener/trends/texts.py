"""The newest texts of a period, to quote from and to count words in. Never those that were written
in private, deleted by their authors or erased."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Text, cast, select
from sqlalchemy.orm import Session

from listener.models import Mention, MentionStatus
from listener.trends.counts import about, of_channels
from listener.trends.scope import Scope

SAMPLE: Final = 2_000
"""So many texts of a period are read at most: what counts words must not take long."""


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What a text is counted and quoted by."""

    id: str
    text: str
    language: str
    likeness: str
    topics: Sequence[str]
    aspects: Sequence[str]


def newest_texts(
    session: Session, scope: Scope, *, most: int = SAMPLE, with_aspects: bool = False
) -> list[Heard]:
    """The newest first. `with_aspects`: only those that like, lament or wish something."""
    query = (
        select(
            Mention.id,
            Mention.text,
            Mention.language,
            Mention.likeness,
            Mention.topics,
            Mention.aspects,
        )
        .where(*_readable(), *_within(scope))
        .order_by(Mention.created_at.desc())
        .limit(most)
    )
    if with_aspects:
        query = query.where(cast(Mention.aspects, Text) != "[]")
    return [
        Heard(
            id=row.id,
            text=row.text,
            language=row.language,
            likeness=row.likeness,
            topics=row.topics,
            aspects=row.aspects,
        )
        for row in session.execute(query)
    ]


def _readable() -> Iterator[ColumnElement[bool]]:
    yield Mention.private.is_(False)
    yield Mention.purged_at.is_(None)
    yield Mention.status != MentionStatus.GONE


def _within(scope: Scope) -> Iterator[ColumnElement[bool]]:
    yield Mention.created_at >= scope.start
    yield Mention.created_at < scope.end
    yield from of_channels(scope, Mention)
    yield from about(scope)
