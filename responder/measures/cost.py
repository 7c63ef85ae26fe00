"""What the networks charged in a period, by channel and by what it was for, and what a reply cost.

Settled calls are kept by the UTC day: a day counts whose beginning lies in the period.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from listener.channels.metering import Use
from listener.models import Mention, SpendEntry
from listener.trends.scope import Scope
from responder.measures.narrowed import sent_in
from responder.models import Reply

_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Cost:
    """Of one channel, in micros. `replies` were sent in the period."""

    by_use: Mapping[Use, int]
    replies: int

    @property
    def total(self) -> int:
        return sum(self.by_use.values())

    @property
    def per_reply(self) -> float | None:
        """Everything the channel cost: a reply needs the reading before it."""
        return self.total / self.replies if self.replies else None

    @property
    def sending(self) -> float | None:
        """The calls that sent and looked alone, a reply."""
        return self.by_use.get(Use.REPLY, 0) / self.replies if self.replies else None


def days_of(scope: Scope) -> tuple[datetime, datetime]:
    """The UTC days that count: from the first that begins in the period to the last."""
    begin = scope.start.astimezone(UTC)
    midnight = begin.replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight if midnight == begin else midnight + _DAY), scope.end.astimezone(UTC)


def costs(session: Session, scope: Scope) -> Mapping[str, Cost]:
    """By channel, of those that cost something or replied. Money knows channels alone: language,
    topic and phase of `scope` narrow nothing here."""
    scope = replace(scope, language="", topic="", phase="")
    begin, end = days_of(scope)
    spent: dict[str, dict[Use, int]] = {}
    for channel, use, micros in session.execute(
        select(SpendEntry.channel, SpendEntry.use, func.sum(SpendEntry.micros))
        .where(SpendEntry.at >= begin, SpendEntry.at < end)
        .group_by(SpendEntry.channel, SpendEntry.use)
    ):
        if _looked_at(channel, scope):
            spent.setdefault(channel, {})[Use(use)] = int(micros)
    sent = _sent(session, scope)
    return {
        channel: Cost(by_use=spent.get(channel, {}), replies=sent.get(channel, 0))
        for channel in {*spent, *sent}
    }


def _looked_at(channel: str, scope: Scope) -> bool:
    if scope.channel and channel != scope.channel:
        return False
    return scope.channels is None or channel in scope.channels


def _sent(session: Session, scope: Scope) -> Mapping[str, int]:
    rows = session.execute(
        select(Reply.channel, func.count())
        .select_from(Reply)
        .join(Mention, Mention.id == Reply.mention_id)
        .where(sent_in(scope))
        .group_by(Reply.channel)
    )
    return {channel: number for channel, number in rows}  # noqa: C416
