"""What a period was made of, and what of it is more than chance."""

from __future__ import annotations

import statistics
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener.trends.breakdown import Mood, breakdown, mood_of, moods
from listener.trends.cells import FacetKind, Sums
from listener.trends.counts import counted_channels
from listener.trends.scope import Scope
from listener.trends.steps import By
from sentiment.score import Sentiment
from tests.factories import NOW, make_database, make_mention

SCOPE = Scope(
    start=NOW - timedelta(hours=5), end=NOW + timedelta(hours=1), by=By.HOUR, zone=ZoneInfo("UTC")
)
SCORES = st.lists(st.integers(-1000, 1000), max_size=40)


def _measures(scores: list[int]) -> Sums:
    squares = sum(score * score for score in scores)
    return Sums(mentions=len(scores), scores=sum(scores), squares=squares)


@given(negative=SCORES, positive=SCORES, unknown=SCORES)
def test_the_index_and_its_edges_are_those_of_the_scores_themselves(
    negative: list[int], positive: list[int], unknown: list[int]
) -> None:
    mood = Mood(
        by={
            Sentiment.NEGATIVE: _measures(negative),
            Sentiment.POSITIVE: _measures(positive),
            Sentiment.UNKNOWN: _measures(unknown),
        }
    )
    judged = [score / 1000 for score in negative + positive]
    assert mood.judged == len(judged)
    if not judged:
        assert mood.index is None
        return
    mean = statistics.fmean(judged)
    assert mood.index == pytest.approx(mean, abs=1e-9)
    if len(judged) > 1:
        reach = 1.959963984540054 * statistics.stdev(judged) / len(judged) ** 0.5
        assert mood.low == pytest.approx(max(-1.0, mean - reach), abs=1e-6)
        assert mood.high == pytest.approx(min(1.0, mean + reach), abs=1e-6)


@settings(max_examples=15)
@given(data=st.data())
def test_parts_and_steps_add_up_to_the_mentions(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    database = make_database(tmp_path_factory.mktemp("parts"))
    hours = data.draw(st.lists(st.integers(0, 11), max_size=8))
    with database.write() as session:
        for hour in hours:
            make_mention(
                session,
                created_at=NOW - timedelta(hours=hour),
                language=data.draw(st.sampled_from(["it", "en"])),
                topics=data.draw(st.lists(st.sampled_from(["size", "care"]), unique=True)),
                sentiment=data.draw(st.sampled_from(list(Sentiment))),
            )
    inside = sum(hour <= 5 for hour in hours)
    with database.read() as session:
        found = breakdown(session, SCOPE, "language")
        every = list(moods(session, SCOPE))
        whole = mood_of(session, SCOPE)
        topics = breakdown(session, SCOPE, "facet", kind=FacetKind.TOPIC)
    database.close()
    assert found.mentions == sum(part.mentions for part in found.parts) == inside
    assert len(every) == 6
    assert sum(mood.mentions for _, mood in every) == whole.mentions == inside
    assert all(part.mentions <= inside for part in topics.parts)


def test_channels_that_are_configured_no_more_are_known_by_their_mentions(tmp_path: Path) -> None:
    database = make_database(tmp_path)
    with database.write() as session:
        make_mention(session, channel="old_account")
    with database.read() as session:
        assert list(counted_channels(session)) == ["old_account"]
    database.close()
