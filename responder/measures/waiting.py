"""Who waits for an answer right now: how many, how many too long, and since when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session

from listener.models import OPEN, Mention
from listener.trends.scope import Scope
from responder.measures.narrowed import of_kind, on_channels


@dataclass(frozen=True, kw_only=True)
class Backlog:
    """`oldest`: when the longest of them was written."""

    waiting: int
    late: int
    oldest: datetime


def waits(scope: Scope) -> ColumnElement[bool]:
    """Of mentions: somebody waits for an answer to it, whenever it was written."""
    return and_(Mention.status.in_(OPEN), on_channels(scope), of_kind(scope))


def is_late(now: datetime) -> ColumnElement[bool]:
    return Mention.due_at < now


def backlogs(session: Session, scope: Scope, now: datetime) -> Mapping[str, Backlog]:
    """By channel. Whatever was written when: the period of `scope` does not matter."""
    late = func.sum(case((is_late(now), 1), else_=0))
    rows = session.execute(
        select(Mention.channel, func.count(), late, func.min(Mention.created_at))
        .where(waits(scope))
        .group_by(Mention.channel)
    )
    return {
        channel: Backlog(waiting=number, late=int(overdue), oldest=oldest)
        for channel, number, overdue, oldest in rows
    }
