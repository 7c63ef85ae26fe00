"""Which of the mentions that wait for an answer belong to an incident, before and after it is
opened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from listener.models import Mention, MentionStatus
from responder.incidents import Opening, belongs, entry_of
from responder.models import Draft, DraftStatus

AT_MOST: Final = 1_000  # mentions looked at, the latest
SHOWN: Final = 5

_WAITING: Final = (MentionStatus.NEW, MentionStatus.DRAFTED, MentionStatus.BY_HAND)


@dataclass(frozen=True, kw_only=True)
class Reached:
    """A waiting mention that belongs to it. `draft_id`: "" while there is no draft."""

    draft_id: str
    channel: str
    language: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Reach:
    """`count` of the waiting mentions belong to it, the latest of them in `examples`; `more`: there
    are older ones that were not looked at."""

    count: int
    examples: tuple[Reached, ...]
    more: bool


def reach_of(session: Session, opening: Opening, seen: ColumnElement[bool]) -> Reach:
    """What belongs to an incident such as `opening` of the mentions that are `seen`. Raises
    Unfit."""
    entry = entry_of(opening)
    rows = session.scalars(
        select(Mention)
        .where(seen, Mention.status.in_(_WAITING), Mention.purged_at.is_(None))
        .order_by(Mention.created_at.desc(), Mention.id.desc())
        .limit(AT_MOST + 1)
    ).all()
    found = [row for row in rows[:AT_MOST] if belongs(row, opening.channel, entry)]
    return Reach(
        count=len(found),
        examples=tuple(_reached(session, row) for row in found[:SHOWN]),
        more=len(rows) > AT_MOST,
    )


def _reached(session: Session, mention: Mention) -> Reached:
    draft_id = session.scalar(
        select(Draft.id).where(
            Draft.mention_id == mention.id,
            Draft.status.in_((DraftStatus.PENDING, DraftStatus.APPROVED)),
        )
    )
    return Reached(
        draft_id=draft_id or "",
        channel=mention.channel,
        language=mention.language,
        text=mention.text,
    )
