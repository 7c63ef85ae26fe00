"""In which hours nobody listened: they are missing, not silent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from listener.channels.base import Channel
from listener.cursors import LOOK_BACK
from listener.models import Cursor, Gap
from responder.bot import Bot
from responder.pulse import GRACE_SECONDS, INTERVALS

_FOREVER: Final = timedelta(days=36_500)


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """[since, until) was not heard."""

    since: datetime
    until: datetime

    def touches(self, start: datetime, end: datetime) -> bool:
        return self.since < end and start < self.until


@dataclass(frozen=True, kw_only=True)
class Hearing:
    """Of one channel. `began_at`: the first fetch ever, None before it; `deaf`: it is not heard
    now."""

    began_at: datetime | None
    silent: tuple[Stretch, ...]
    deaf: bool


def read_hearing(session: Session, bot: Bot, now: datetime) -> Mapping[str, Hearing]:
    """By channel, of all that are configured."""
    return {name: _of(session, channel, now) for name, channel in bot.channels.items()}


def _of(session: Session, channel: Channel, now: datetime) -> Hearing:
    rows = [session.get(Cursor, (channel.name, stream)) for stream in channel.declaration.streams]
    # A stream that never succeeded was never part of what is usual: without it we hear as before.
    found = [one for one in rows if one is not None and one.fetched_at is not None]
    fetched = [one.fetched_at for one in found if one.fetched_at is not None]
    if not fetched:
        began = min((one.started_at for one in rows if one is not None), default=None)
        everything = Stretch(since=now - _FOREVER, until=now + _FOREVER)
        return Hearing(began_at=began, silent=(everything,), deaf=True)
    # With its money or its allowance nearly spent a channel is polled more rarely.
    interval = channel.options.poll_seconds * channel.pressure()
    deaf = now - min(fetched) > timedelta(seconds=INTERVALS * interval + GRACE_SECONDS)
    silent = [*_gaps(session, channel.name)]
    if deaf:
        silent.append(Stretch(since=min(fetched), until=now + _FOREVER))
    began = min(one.started_at for one in found)
    return Hearing(began_at=began, silent=tuple(silent), deaf=deaf)


def _gaps(session: Session, channel: str) -> Iterator[Stretch]:
    """What a stream passed over, and nobody has read since. The daily look back is routine: nothing
    is known to be missing in its hours."""
    rows = select(Gap.since, Gap.until).where(
        Gap.channel == channel, Gap.filled_at.is_(None), Gap.stream != LOOK_BACK
    )
    for since, until in session.execute(rows):
        yield Stretch(since=since, until=until)
