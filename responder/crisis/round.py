"""The job that watches: once a minute, what is unusual becomes an episode, goes on, or ends."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from listener.spikes.baseline import Counts, Places
from listener.spikes.series import Seen, Series, look
from listener.spikes.watch import Level
from listener.trends.models import RollupZone
from listener.trends.steps import HOUR, start_of_hour
from responder.bot import Bot
from responder.crisis.counts import RECENT, Table, fill, fresh, heard, places, series_of, siblings
from responder.crisis.course import COOL_DOWN, Alarm, Begin, End, Hold, Key, Running, moves
from responder.crisis.effects import CRISIS_ON, of_crisis
from responder.crisis.evidence import explain
from responder.crisis.hearing import read_hearing
from responder.crisis.logbook import WATCH, write
from responder.crisis.models import Did, Episode, Kind
from responder.crisis.people import LATE, Crowd, Said, count_people, dangers, read_said

log = logging.getLogger(__name__)

EXPLAINED_ANEW: Final = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True)
class Sight:
    """What all series of a look are read from. `said`: in the last sixty minutes."""

    session: Session
    table: Table
    places: Places
    said: Sequence[Said]
    now: datetime


class SpikeWatch:
    """Looks once a round. What it keeps between two of them it could read again at any time."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._table: Table | None = None
        self._crowd = Crowd()

    def round(self) -> None:
        now = self._bot.clock()
        looked = self.look(now)
        if looked is None:
            return
        _, alarms, deaf = looked
        with self._bot.database.write() as session:
            _act(session, alarms, deaf, now)
        found = self._explained(now)
        with self._bot.database.write() as session:
            self._follow(session, found, now)

    def look(
        self, now: datetime
    ) -> tuple[Mapping[Key, Seen], Sequence[Alarm], Mapping[str, bool]] | None:
        """What each series says now, what alarms, and by channel whether it is deaf. None while the
        rollup is not made yet."""
        with self._bot.database.read() as session:
            if session.scalar(select(RollupZone.zone)) is None:
                return None
            hearing = read_hearing(session, self._bot, now)
            table = self._counted(session, now)
            masks = heard(table, hearing)
            said = read_said(session, now - HOUR, now + timedelta(seconds=1))
            known = dict(series_of(table, masks))
            among = siblings(known)
            sight = Sight(session=session, table=table, places=places(table), said=said, now=now)
            seen = {
                key: self._look(sight, key, counts, among[key]) for key, counts in known.items()
            }
        alarms = [Alarm(key=key, reading=one.now) for key, one in seen.items()]
        deaf = {name: one.deaf for name, one in hearing.items()}
        # Dangers are held against nothing that is usual: those of a deaf channel count, too.
        return seen, [*alarms, *dangers(said)], deaf

    def _counted(self, session: Session, now: datetime) -> Table:
        """Once an hour everything, in between what may have changed."""
        table = fresh(self._bot.zone, now)
        if self._table is None or self._table.first != table.first:
            fill(session, table, table.first)
            self._table = table
            self._crowd.forget(now - LATE)
        else:
            fill(session, self._table, start_of_hour(now - RECENT, self._bot.zone))
        return self._table

    def _look(self, sight: Sight, key: Key, counts: Counts, among: int) -> Seen:
        table, said = sight.table, sight.said
        last = len(counts) - 1
        begin = table.first + HOUR * last

        def authors(hours: int, index: int) -> int:
            if hours == 0:
                return count_people(said, key)
            if index == last and hours == 1:
                return count_people([one for one in said if one.at >= begin], key)
            until = table.first + HOUR * (index + 1)
            if index == last:
                return count_people(read_said(sight.session, until - HOUR * hours, until), key)
            return self._crowd.people(sight.session, key, until - HOUR * hours, until)

        sliding = float(sum(one.counts_in(key) for one in said))
        series = Series(
            counts=counts,
            places=sight.places,
            past=min(1.0, (sight.now - begin) / HOUR),
            # What is missing of one of the two hours is missing of the last sixty minutes.
            sliding=sliding + 0.0 * float(counts[-1] + counts[-2]),
            among=among,
        )
        return look(series, authors)

    def _explained(self, now: datetime) -> Mapping[str, dict[str, Any]]:
        """By episode, what is due to be explained. Thousands of texts are read for it, while nobody
        else has to wait for the store."""
        with self._bot.database.read() as session:
            return {
                row.id: explain(
                    session, row, [Key(*one) for one in row.explanation.get("also", [])]
                )
                for row in _open(session)
                if _is_to_be_explained(row, now)
            }

    def _follow(
        self, session: Session, explained: Mapping[str, dict[str, Any]], now: datetime
    ) -> None:
        """What became known is kept, and a crisis does what it does; what somebody ended meanwhile
        does nothing."""
        for row in _open(session):
            if row.id in explained:
                loud = row.explanation.get(CRISIS_ON, [])
                row.explanation = {**explained[row.id], CRISIS_ON: loud}
                row.explained_at = now
            if row.level is Level.CRISIS:
                of_crisis(session, self._bot, row, now)


def _act(
    session: Session, alarms: Sequence[Alarm], deaf: Mapping[str, bool], now: datetime
) -> None:
    rows = {row.id: row for row in _concerned(session, now)}
    known = [_running(row) for row in rows.values()]
    loud = {one.key for one in alarms if one.reading.level is Level.CRISIS}
    for move in moves(known, alarms, deaf=deaf, now=now):
        if isinstance(move, Begin):
            row = _begin(session, move, now)
            _spread(row, loud & {move.alarm.key, *move.also})
        elif isinstance(move, Hold):
            _hold(session, rows[move.id], move, now)
            _spread(rows[move.id], loud & {move.alarm.key})
        elif isinstance(move, End):
            end(session, rows[move.id], by=WATCH, now=now)


def _spread(row: Episode, loud: Collection[Key]) -> None:
    """Remember where it is a crisis: a channel may have little part in it, and yet be in one."""
    before = row.explanation.get(CRISIS_ON, [])
    after = sorted({*before, *(key.channel for key in loud)})
    if after != before:
        row.explanation = {**row.explanation, CRISIS_ON: after}


def _open(session: Session) -> Sequence[Episode]:
    return session.scalars(select(Episode).where(Episode.ended_at.is_(None))).all()


def _concerned(session: Session, now: datetime) -> Sequence[Episode]:
    """The open ones, and those that a person ended not long ago."""
    ended = (Episode.ended_at > now - COOL_DOWN) & (Episode.ended_by != WATCH)
    return session.scalars(select(Episode).where(or_(Episode.ended_at.is_(None), ended))).all()


def _running(row: Episode) -> Running:
    return Running(
        id=row.id,
        kind=row.kind,
        channel=row.channel,
        level=row.level,
        last_at=row.last_at,
        ended_at=row.ended_at,
    )


def _begin(session: Session, move: Begin, now: datetime) -> Episode:
    key, reading = move.alarm.key, move.alarm.reading
    row = Episode(
        kind=Kind(key.kind),
        topic=key.topic,
        channel=key.channel,
        level=reading.level,
        first_level=reading.level,
        began_at=now - HOUR * reading.hours,
        seen_at=now,
        raised_at=now,
        last_at=now,
        explanation={"also": [list(one) for one in move.also]},
        **_measured(move.alarm),
    )
    session.add(row)
    session.flush()
    write(session, row, Did.OPENED, now=now, detail=reading.level)
    log.info("episode %s: %s on %s", row.id, reading.level, key.channel or "all channels")
    return row


def _measured(alarm: Alarm) -> dict[str, object]:
    reading = alarm.reading
    return {
        "rule": reading.rule,
        "observed": reading.observed,
        "expected": reading.expected,
        "chance": reading.chance,
        "authors": reading.authors,
    }


def _hold(session: Session, row: Episode, move: Hold, now: datetime) -> None:
    row.last_at = now
    key = move.alarm.key
    also = [list(key), *row.explanation.get("also", [])]
    if key != Key(row.kind, row.topic, row.channel) and list(key) not in also[1:]:
        row.explanation = {**row.explanation, "also": also}
        write(session, row, Did.JOINED, now=now, detail=" ".join(filter(None, key)))
    if move.raised:
        row.level, row.raised_at = move.alarm.reading.level, now
        write(session, row, Did.RAISED, now=now, detail=row.level)
    if move.raised or _is_worse(row, move.alarm):
        for name, value in _measured(move.alarm).items():
            setattr(row, name, value)


def _is_worse(row: Episode, alarm: Alarm) -> bool:
    same = alarm.key == Key(row.kind, row.topic, row.channel)
    return same and alarm.reading.observed > row.observed


def _is_to_be_explained(row: Episode, now: datetime) -> bool:
    """Anew every quarter of an hour, while there is something new."""
    return row.explained_at is None or (
        now - row.explained_at >= EXPLAINED_ANEW and row.last_at > row.explained_at
    )


def end(session: Session, row: Episode, *, by: str, now: datetime) -> None:
    """It is over."""
    row.ended_at, row.ended_by = now, by
    write(session, row, Did.ENDED, by=by, now=now)
