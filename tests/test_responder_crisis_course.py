"""What becomes of episodes: what keeps one open, and what a person's ending makes rest."""

from __future__ import annotations

from datetime import timedelta

import pytest

from listener.spikes.watch import Level, Reading
from responder.crisis.counts import siblings
from responder.crisis.course import COOL_DOWN, Alarm, Begin, End, Key, Running, moves
from responder.crisis.models import Kind
from tests.factories import NOW


def alarm(kind: Kind = Kind.NEGATIVE, channel: str = "x", level: Level = Level.CRISIS) -> Alarm:
    return Alarm(key=Key(kind, "", channel), reading=Reading(level=level))


def test_an_episode_of_all_channels_is_kept_only_while_all_are_deaf() -> None:
    one = Running(id="1", kind=Kind.ALL, channel="", level=Level.ALERT, last_at=NOW - 2 * COOL_DOWN)
    assert list(moves([one], [], deaf={"x": True, "y": False}, now=NOW)) == [End(id="1")]
    assert not list(moves([one], [], deaf={"x": True, "y": True}, now=NOW))


def begins(ended: Kind, channel: str, alarmed: Alarm) -> bool:
    """Whether something begins an hour after a person ended a crisis of that kind."""
    at = NOW - timedelta(hours=1)
    one = Running(id="1", kind=ended, channel=channel, level=Level.CRISIS, last_at=at, ended_at=at)
    return any(isinstance(move, Begin) for move in moves([one], [alarmed], deaf={}, now=NOW))


def test_what_a_person_ended_rests_on_its_own_channel_only() -> None:
    assert not begins(Kind.NEGATIVE, "x", alarm())
    assert begins(Kind.NEGATIVE, "x", alarm(channel="y"))
    assert begins(Kind.NEGATIVE, "", alarm())


def test_danger_rests_only_where_danger_was_ended() -> None:
    assert begins(Kind.NEGATIVE, "x", alarm(Kind.DANGER))
    assert begins(Kind.DANGER, "y", alarm(Kind.DANGER))
    assert not begins(Kind.DANGER, "x", alarm(Kind.DANGER))


def test_the_more_is_watched_the_more_unusual_each_series_has_to_be() -> None:
    alone = [Key(Kind.ALL, "", "x"), Key(Kind.NEGATIVE, "", "x")]
    topics = [Key(Kind.TOPIC, topic, "x") for topic in ("fit", "price", "delivery", "care")]
    assert set(siblings(alone).values()) == {2}
    assert set(siblings([*alone, *topics]).values()) == {3, 12}
    both = [Key(kind, "", name) for kind in (Kind.ALL, Kind.NEGATIVE) for name in ("", "x", "y")]
    shares = siblings(both)
    assert [shares[key] for key in both] == [4, 8, 8] * 2
    assert sum(1 / number for number in shares.values()) == pytest.approx(1)
