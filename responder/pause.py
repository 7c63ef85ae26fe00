"""The kill switch. It is read inside the very transaction that reserves a send, and a file beside
the database works when the database does not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.database import Database
from responder.audit import note
from responder.automatic.watching import nobody_listens
from responder.models import Pause, PauseLevel, Reply, ReplyStatus

EVERYWHERE = ""
PAUSED: Final = "pause"
"""As the audit calls it."""
LONGEST_REASON: Final = 200
_RANK = {None: 0, PauseLevel.AUTO: 1, PauseLevel.SEND: 2, PauseLevel.ALL: 3}


def set_pause(
    database: Database, *, channel: str, level: PauseLevel, by: str, now: datetime, why: str = ""
) -> list[str]:
    """Pause a channel ("" for all). After this returns no new send starts there. Where nothing is
    polled either, no rule's week in shadow goes on. `why` is for colleagues: the audit keeps it.

    Returns the ids of the replies that were already on the wire and may still land: at most one a
    channel.
    """
    with database.write() as session:
        put_pause(session, channel=channel, level=level, by=by, now=now, why=why)
        in_flight = select(Reply.id).where(Reply.status == ReplyStatus.SENDING)
        if channel:
            in_flight = in_flight.where(Reply.channel == channel)
        return list(session.scalars(in_flight))


def put_pause(
    session: Session, *, channel: str, level: PauseLevel, by: str, now: datetime, why: str = ""
) -> None:
    """The same within a transaction of the caller's."""
    row = session.get(Pause, channel)
    if row is None:
        session.add(Pause(channel=channel, level=level, since=now, by=by))
    else:
        row.level, row.since, row.by = level, now, by
    if stops_polling(level):
        nobody_listens(session, channel, now)
    reason = " ".join(why.split())[:LONGEST_REASON]
    detail = f"{level}: {reason}" if reason else level
    note(session, who=by, action=PAUSED, subject=subject_of(channel), detail=detail, now=now)


def lift_pause(database: Database, *, channel: str, by: str, now: datetime) -> None:
    """End the pause of a channel, or with "" every pause there is."""
    with database.write() as session:
        for row in session.scalars(select(Pause)).all():
            if channel in (EVERYWHERE, row.channel):
                session.delete(row)
        note(session, who=by, action="resume", subject=subject_of(channel), now=now)


def subject_of(channel: str) -> str:
    """As the audit names a channel, or all of them."""
    return channel or "all"


def reason_in(detail: str) -> str:
    """What was said of a pause, out of its entry in the audit."""
    return detail.partition(": ")[2]


def level_for(session: Session, channel: str, file: Path | None = None) -> PauseLevel | None:
    """The strictest pause that holds for `channel` now. The file pauses everything."""
    if file is not None and file.exists():
        return PauseLevel.ALL
    levels: Sequence[PauseLevel] = session.scalars(
        select(Pause.level).where(Pause.channel.in_((EVERYWHERE, channel)))
    ).all()
    return strictest(levels)


def strictest(levels: Iterable[PauseLevel]) -> PauseLevel | None:
    """The one that stops most; None of none."""
    return max(levels, key=lambda level: _RANK[level], default=None)


def stops_sending(level: PauseLevel | None) -> bool:
    return _RANK[level] >= _RANK[PauseLevel.SEND]


def stops_polling(level: PauseLevel | None) -> bool:
    return level is PauseLevel.ALL


def all_pauses(database: Database) -> list[Pause]:
    with database.read() as session:
        return list(session.scalars(select(Pause).order_by(Pause.channel)))
