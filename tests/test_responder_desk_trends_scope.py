"""What the address of a trends page means: a period, steps, filters; and what is refused."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from listener.trends.scope import Scope
from listener.trends.steps import By, steps
from responder.access import Visitor
from responder.desk.tongue import speaking
from responder.desk.trends.bar import period_words
from responder.desk.trends.earlier import earlier
from responder.desk.trends.links import mentions_between, mentions_url
from responder.desk.trends.scope import FINEST, Asked, Wrong, read_scope
from responder.team.models import Role
from tests.conftest import Place, Visit
from tests.factories import ROME

ANNA = Visitor(name="anna", role=Role.VIEWER, agent_id=None)
LONG_AGO = datetime(2016, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 23, 14, 20, tzinfo=UTC)  # a Monday, 15:20 in Rome


def scope_of(
    place: Place, asked: dict[str, str] | None = None, now: datetime = NOW, seat: Visitor = ANNA
) -> Scope:
    asked = asked or {}
    return read_scope(place.bot, seat, Asked.model_validate(asked), now).scope


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ROME)


@pytest.mark.parametrize(
    ("asked", "start", "end", "by"),
    [
        ({}, "2026-11-10", "2026-11-23T16:00", By.DAY),
        ({"period": "24h"}, "2026-11-22T16:00", "2026-11-23T16:00", By.HOUR),
        ({"by": "hour"}, "2026-11-22T16:00", "2026-11-23T16:00", By.HOUR),
        ({"period": "7", "by": "hour"}, "2026-11-17", "2026-11-23T16:00", By.HOUR),
        ({"period": "30", "by": "hour"}, "2026-10-25", "2026-11-23T16:00", By.DAY),
        ({"period": "90"}, "2026-08-26", "2026-11-23T16:00", By.DAY),
        ({"period": "365"}, "2025-11-24", "2026-11-23T16:00", By.WEEK),
        ({"from": "2026-03-28", "to": "2026-03-29"}, "2026-03-28", "2026-03-30", By.HOUR),
        ({"from": "2026-03-01", "period": "7"}, "2026-03-01", "2026-11-24", By.WEEK),
        ({"to": "2026-03-14"}, "2026-03-01", "2026-03-15", By.DAY),
        ({"to": "2100-01-01"}, "2026-11-10", "2026-11-24", By.DAY),
    ],
)
def test_a_period_is_what_people_mean_by_it(
    place: Place, asked: dict[str, str], start: str, end: str, by: By
) -> None:
    found = scope_of(place, asked)
    assert (found.start, found.end, found.by) == (local(start), local(end), by)


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"from": "2026-03-02", "to": "2026-03-01"}, 422),
        ({"from": "2027-01-01"}, 422),
        ({"from": "2000-01-01"}, 422),
        ({"channel": "nope"}, 404),
        ({"topic": "nope"}, 404),
        ({"language": "<b>"}, 404),
    ],
)
def test_what_is_not_there_is_refused_in_a_sentence(
    place: Place, visit: Visit, asked: dict[str, str], status: int
) -> None:
    with pytest.raises(Wrong) as wrong:
        scope_of(place, asked)
    assert wrong.value.status == status
    page = visit(Role.VIEWER).get("/trends/sentiment", params=asked)
    assert page.status_code == status
    assert "Choose one" in page.text or "first day" in page.text or "Five years" in page.text


def test_a_visitor_of_some_channels_asks_for_those_alone(place: Place) -> None:
    eve = Visitor(name="eve", role=Role.ADMIN, agent_id=None, channels=frozenset({"x"}))
    assert scope_of(place, seat=eve).channels == frozenset({"x"})
    assert scope_of(place, {"channel": "x"}, seat=eve).channel == "x"
    with pytest.raises(Wrong):
        scope_of(place, {"channel": "facebook"}, seat=eve)


_ASKED = st.fixed_dictionaries(
    {},
    optional={
        "period": st.sampled_from(["", "24h", "7", "14", "30", "90", "365"]),
        "from": st.dates(date(2000, 1, 1), date(2100, 1, 1)).map(str),
        "to": st.dates(date(2000, 1, 1), date(2100, 1, 1)).map(str),
        "by": st.sampled_from(["", "hour", "day", "week"]),
    },
)


@given(
    asked=_ASKED,
    now=st.timedeltas(timedelta(0), timedelta(days=26_000)).map(lambda passed: LONG_AGO + passed),
)
def test_whatever_is_asked_for_is_drawn_in_a_bearable_number_of_points_or_refused(
    shared_place: Place, asked: dict[str, str], now: datetime
) -> None:
    try:
        found = scope_of(shared_place, asked, now)
    except (Wrong, ValidationError):
        return
    assert found.start < found.end
    points = list(steps(found.start, found.end, found.by, found.zone))
    assert 1 <= len(points) <= 270
    assert found.end - found.start <= FINEST[found.by] + timedelta(days=2)
    past = earlier(found)
    assert past.end <= found.start + timedelta(days=1)
    wall = timedelta(days=7 if found.by is By.WEEK else 1)
    shift = found.start.replace(tzinfo=None) - past.start.replace(tzinfo=None)
    assert shift % wall == timedelta(0)
    assert period_words(found)


@pytest.fixture(scope="module")
def shared_place(tmp_path_factory: pytest.TempPathFactory) -> Any:
    from tests.conftest import furnish

    found = furnish(tmp_path_factory.mktemp("place"))
    yield found
    found.bot.database.close()


def test_the_period_before_ends_at_the_same_hour_of_the_day(place: Place) -> None:
    past = earlier(scope_of(place))
    assert (past.start, past.end) == (local("2026-10-27"), local("2026-11-09T16:00"))
    day = earlier(scope_of(place, {"period": "24h"}))
    assert (day.start, day.end) == (local("2026-11-21T16:00"), local("2026-11-22T16:00"))


def test_a_number_leads_to_its_days_and_hours_and_filters(place: Place) -> None:
    found = scope_of(place, {"channel": "x", "topic": "size"})
    assert mentions_url(found) == (
        "/mentions?from=2026-11-10&to=2026-11-23T16%3A00%2B01%3A00&channel=x&topic=size"
    )
    day = mentions_between(found, local("2026-11-12"), local("2026-11-13"), sentiment="negative")
    assert day.startswith("/mentions?from=2026-11-12&to=2026-11-12&")
    assert day.endswith("sentiment=negative")


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({}, "10–23 Nov 2026"),
        ({"period": "24h"}, "22 Nov 2026, 16:00 to 23 Nov 2026, 16:00"),
        ({"from": "2026-03-01", "to": "2026-03-01"}, "1 Mar 2026"),
    ],
)
def test_the_period_stands_there_in_words(place: Place, asked: dict[str, str], words: str) -> None:
    assert re.sub(r"\s*–\s*", "–", period_words(scope_of(place, asked))) == words
    with speaking("de"):
        assert "Nov" in period_words(scope_of(place))


def test_filters_go_along_from_tab_to_tab_and_each_can_be_taken_away(visit: Visit) -> None:
    asked = {"period": "30", "channel": "x", "language": "it", "topic": "size", "compare": "1"}
    client = visit(Role.VIEWER)
    page = client.get("/trends", params=asked).text
    along = "period=30&amp;channel=x&amp;language=it&amp;topic=size&amp;compare=1"
    assert f'href="/trends/sentiment?{along}"' in page
    assert 'href="/trends/volume?period=30&amp;language=it&amp;topic=size&amp;compare=1"' in page
    assert '<option value="size" selected>' in page
    assert 'value="1" checked' in page
    page = client.get("/trends?period=30&channel=x&language=it").text
    assert "/trends/volume/mentions.csv?period=30&amp;channel=x&amp;language=it" in page


def test_steps_that_are_too_fine_are_drawn_coarser_and_that_is_said(visit: Visit) -> None:
    client = visit(Role.VIEWER)
    assert "stands for a longer step" in client.get("/trends?period=90&by=hour").text
    assert "stands for a longer step" not in client.get("/trends?period=90&by=day").text
