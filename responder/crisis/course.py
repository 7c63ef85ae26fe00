"""Pure: what becomes of episodes when hours are unusual, and when they are not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from listener.spikes.watch import Level, Reading
from responder.crisis.models import Kind

COOL_DOWN: Final = timedelta(hours=12)
"""So long nothing unusual happens before an episode is over; and so long what a person ended is
not begun anew, unless it gets worse."""


class Key(NamedTuple):
    """A series: which mentions, of which topic, on which channel ("": on all together)."""

    kind: str
    topic: str
    channel: str


@dataclass(frozen=True, kw_only=True)
class Alarm:
    key: Key
    reading: Reading


@dataclass(frozen=True, kw_only=True)
class Running:
    """An episode as deciding needs it. `ended_at`: a person ended it then."""

    id: str
    kind: str
    channel: str
    level: Level
    last_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Begin:
    """A new one. `also`: what alarms with it."""

    alarm: Alarm
    also: tuple[Key, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Hold:
    """It goes on; `raised`: to a higher level than it had."""

    id: str
    alarm: Alarm
    raised: bool


@dataclass(frozen=True, kw_only=True)
class End:
    id: str


Move = Begin | Hold | End


def moves(
    known: Sequence[Running], alarms: Sequence[Alarm], *, deaf: Mapping[str, bool], now: datetime
) -> Iterator[Move]:
    """What to do now. What is said on one channel, of whatever topic, is one episode, and what is
    said everywhere takes in all channels: nobody reads five alarms about one matter.

    An episode of a channel that is `deaf` does not end: that nobody complains there is not known.
    One of all channels ends if any of them is heard: one that died would keep it for ever.
    """
    heard: set[str] = set()
    begun: list[list[Alarm]] = []
    for alarm in sorted(alarms, key=_worst_first):
        level = alarm.reading.level
        if level is Level.CALM:
            continue
        if (mine := _of(known, alarm)) is not None:
            raised = mine.id not in heard and level.rank > mine.level.rank
            heard.add(mine.id)
            yield Hold(id=mine.id, alarm=alarm, raised=raised)
        elif (new := next((one for one in begun if _meet(alarm, one[0])), None)) is not None:
            new.append(alarm)
        elif not _rests(known, alarm, now):
            begun.append([alarm])
    for worst, *others in begun:
        yield Begin(alarm=worst, also=tuple(one.key for one in others))
    for one in known:
        over = one.ended_at is None and one.id not in heard and now - one.last_at >= COOL_DOWN
        if over and not _is_deaf(one.channel, deaf):
            yield End(id=one.id)


def _worst_first(alarm: Alarm) -> tuple[int, bool, float]:
    """Of two as bad, that of the whole; of two such, the less likely."""
    return (-alarm.reading.level.rank, bool(alarm.key.topic), alarm.reading.chance)


def _of(known: Sequence[Running], alarm: Alarm) -> Running | None:
    """The open episode it belongs to: its channel's own before one of all channels."""
    fitting = [
        one for one in known if one.ended_at is None and _overlap(one.channel, alarm.key.channel)
    ]
    return max(fitting, key=lambda one: (one.channel == alarm.key.channel, one.id), default=None)


def _rests(known: Sequence[Running], alarm: Alarm, now: datetime) -> bool:
    """A person ended it there a while ago, and it is not worse than it was. That harm is written of
    rests only where just that was ended: it is another matter than many mentions."""
    return any(
        one.ended_at is not None
        and now - one.ended_at < COOL_DOWN
        and one.channel == alarm.key.channel
        and (alarm.key.kind != Kind.DANGER or one.kind == Kind.DANGER)
        and alarm.reading.level.rank <= one.level.rank
        for one in known
    )


def _meet(one: Alarm, other: Alarm) -> bool:
    return _overlap(one.key.channel, other.key.channel)


def _overlap(one: str, other: str) -> bool:
    return one == other or "" in (one, other)


def _is_deaf(channel: str, deaf: Mapping[str, bool]) -> bool:
    return all(deaf.values()) if channel == "" else deaf.get(channel, False)
