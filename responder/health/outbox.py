"""The outbox in four numbers: what waits to leave, is leaving, is in doubt, or did not leave."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from responder.bot import Bot
from responder.models import Draft, DraftStatus, Reply, ReplyStatus
from responder.pause import level_for, stops_sending

_SINCE: Final = {
    ReplyStatus.QUEUED: Reply.queued_at,
    ReplyStatus.SENDING: Reply.stamped_at,
    ReplyStatus.UNKNOWN: func.coalesce(Reply.doubted_at, Reply.stamped_at),
    ReplyStatus.FAILED: Reply.changed_at,
}


@dataclass(frozen=True, kw_only=True)
class Box:
    """Of the failed ones: those about which nobody has decided since. `oldest`: since when."""

    status: ReplyStatus
    count: int
    oldest: datetime | None


def read_outbox(session: Session, channels: Collection[str]) -> tuple[Box, ...]:
    """How the outbox of these channels stands."""
    return tuple(_box(session, status, channels) for status in _SINCE)


def read_held_back(session: Session, bot: Bot) -> Mapping[str, int]:
    """How many replies wait on each channel because sending is paused there."""
    waiting = select(Reply.channel, func.count()).where(Reply.status == ReplyStatus.QUEUED)
    return {
        channel: count
        for channel, count in session.execute(waiting.group_by(Reply.channel))
        if stops_sending(level_for(session, channel, bot.pause_file))
    }


def _box(session: Session, status: ReplyStatus, channels: Collection[str]) -> Box:
    undecided: tuple[ColumnElement[bool], ...] = ()
    query = select(func.count(), func.min(_SINCE[status]))
    if status is ReplyStatus.FAILED:
        query = query.select_from(Reply).join(Draft, Draft.id == Reply.draft_id)
        undecided = (Draft.status == DraftStatus.PENDING,)
    count, oldest = session.execute(
        query.where(Reply.status == status, Reply.channel.in_(sorted(channels)), *undecided)
    ).one()
    return Box(status=status, count=count, oldest=oldest)
