"""How urgent a mention is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentiment.phase import Phase
from sentiment.prioritize import RESPOND_WITHIN, Facts, Level, prioritize
from sentiment.score import Score, Sentiment
from sentiment.signals import Signal
from sentiment.topics import TOPICS

CALM = Score(label=Sentiment.UNKNOWN, score=0.0, confidence=0.0, made_by="none")
FURIOUS = Score(label=Sentiment.NEGATIVE, score=-1.0, confidence=1.0, made_by="vader")


def facts(*signals: Signal, **given_: Any) -> Facts:
    plain: dict[str, Any] = {
        "score": CALM,
        "topics": (),
        "phase": Phase.UNKNOWN,
        "followers": None,
        "engagements_per_hour": 0.0,
        "repeats": 0,
        "addressed": True,
    }
    return Facts(signals=frozenset(signals), **{**plain, **given_})


@pytest.mark.parametrize(
    ("case", "points", "level"),
    [
        (facts(Signal.SAFETY), 40, Level.P1),
        (facts(Signal.LEGAL), 40, Level.P1),
        (facts(Signal.ALARMING), 30, Level.P2),
        (facts(Signal.OUTAGE), 30, Level.P2),
        (facts(Signal.COMPLAINT, topics=("payment",)), 30, Level.P2),
        (facts(Signal.HUMAN, repeats=1), 45, Level.P2),
        (facts(Signal.HUMAN), 20, Level.P3),
        (facts(Signal.COMPLAINT), 20, Level.P3),
        (facts(Signal.QUESTION, topics=("delivery",)), 20, Level.P3),
        (facts(Signal.QUESTION, phase=Phase.OWNERSHIP), 20, Level.P3),
        (facts(Signal.QUESTION, phase=Phase.REQUIREMENTS), 10, Level.P2),
        (facts(Signal.QUESTION, phase=Phase.REQUIREMENTS, addressed=False), 10, Level.P4),
        (facts(Signal.QUESTION, topics=("size",)), 10, Level.P2),
        (facts(Signal.QUESTION), 0, Level.P4),
        (facts(Signal.PRAISE), 0, Level.P4),
        (facts(), 0, Level.P4),
    ],
)
def test_the_matter_sets_the_floor(case: Facts, points: float, level: Level) -> None:
    result = prioritize(case)
    assert (result.points, result.level) == (points, level)


def test_points_are_the_sum_of_the_published_parts() -> None:
    result = prioritize(
        facts(
            Signal.COMPLAINT,
            score=Score(label=Sentiment.NEGATIVE, score=-0.5, confidence=0.8, made_by="vader"),
            followers=999,  # log10(1000)/6 = half of 15
            engagements_per_hour=15.0,  # log2(16)/8 = half of 10
            repeats=3,  # counts once: 15
        )
    )
    assert result.points == pytest.approx(20 + 10 + 7.5 + 5 + 15)
    assert result.level is Level.P2


def test_everything_at_once_is_a_hundred() -> None:
    worst = facts(
        Signal.SAFETY, score=FURIOUS, followers=10**9, engagements_per_hour=1e9, repeats=9
    )
    assert prioritize(worst).points == 100


def test_a_stars_praise_never_passes_a_report_of_an_injury() -> None:
    star = prioritize(facts(Signal.PRAISE, followers=10**9, engagements_per_hour=1e9))
    injury = prioritize(facts(Signal.SAFETY, followers=0))
    assert star.points < injury.points
    assert star.respond_within > injury.respond_within


def test_points_can_raise_a_class_above_its_floor() -> None:
    loud = facts(Signal.COMPLAINT, score=FURIOUS, followers=10**6, repeats=1)
    assert prioritize(loud).level is Level.P1


def test_a_question_before_buying_is_answered_in_a_quarter_of_an_hour() -> None:
    asked = facts(Signal.QUESTION, phase=Phase.REQUIREMENTS)
    assert prioritize(asked).respond_within == timedelta(minutes=15)
    assert prioritize(facts(Signal.OUTAGE)).respond_within == timedelta(hours=1)


def test_the_promises_are_the_published_ones() -> None:
    minutes = [RESPOND_WITHIN[level] / timedelta(minutes=1) for level in Level]
    assert minutes == [15, 60, 240, 1440]


def test_reasons_name_every_part_in_words() -> None:
    result = prioritize(
        facts(
            Signal.COMPLAINT,
            score=FURIOUS,
            followers=18_400,
            engagements_per_hour=12.0,
            repeats=1,
        )
    )
    assert result.reasons == (
        "complaint",
        "sounds unhappy",
        "wrote before and was not answered",
        "18,400 followers",
        "12 reactions an hour",
    )
    assert prioritize(facts(Signal.SAFETY, followers=1)).reasons == (
        "safety: a person may be hurt",
        "1 follower",
    )
    assert prioritize(facts()).reasons == ()


ANY_FACTS = st.builds(
    Facts,
    score=st.floats(-1, 1).map(
        lambda value: Score(label=Sentiment.UNKNOWN, score=value, confidence=0, made_by="none")
    ),
    signals=st.frozensets(st.sampled_from(Signal)),
    topics=st.lists(st.sampled_from(TOPICS), unique=True).map(tuple),
    phase=st.sampled_from(Phase),
    followers=st.none() | st.integers(-5, 10**12),
    engagements_per_hour=st.floats(),
    repeats=st.integers(-5, 100),
    addressed=st.booleans(),
)


@given(ANY_FACTS)
def test_points_stay_in_range_and_floors_hold(case: Facts) -> None:
    result, signals = prioritize(case), set(case.signals)
    assert 0 <= result.points <= 100
    assert result.respond_within <= RESPOND_WITHIN[result.level]
    if signals & {Signal.SAFETY, Signal.LEGAL}:
        assert result.level is Level.P1
    if Signal.OUTAGE in signals:
        assert result.level <= Level.P2
    if signals & {Signal.COMPLAINT, Signal.HUMAN}:
        assert result.level <= Level.P3
    if result.points >= 70:
        assert result.level is Level.P1


@given(ANY_FACTS, st.integers(0, 10**9))
def test_more_followers_never_lower_the_points(case: Facts, more: int) -> None:
    louder = Facts(**{**vars(case), "followers": max(0, case.followers or 0) + more})
    assert prioritize(louder).points >= prioritize(case).points
