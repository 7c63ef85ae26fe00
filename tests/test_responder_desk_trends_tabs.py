"""What the tabs say and show: the numbers against a count of the mentions, bands, heat, PNG."""

from __future__ import annotations

import csv
import html
import io
import math
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from listener.models import Mention, MentionStatus
from responder.access import Visitor
from responder.desk.charts import Plotter
from responder.desk.pictures.heat import depth
from responder.desk.trends import volume
from responder.desk.trends.doubt import differs, mean_of, share_of
from responder.desk.trends.kept import panels_of
from responder.desk.trends.pages import _BY_KEY
from responder.desk.trends.panel import Look, Panel
from responder.desk.trends.scope import Asked, read_scope
from responder.desk.trends.tabs import TABS
from responder.desk.trends.week import busiest_stretch
from responder.team.models import Role
from sentiment.score import Sentiment
from tests.conftest import Place, Visit
from tests.factories import make_mention

ALWAYS_DRAWN = ("volume", "sentiment", "topics")
"""Others need replies, competitors or aspects for a picture."""

ANNA = Visitor(name="anna", role=Role.VIEWER, agent_id=None)


def look_of(
    place: Place,
    asked: dict[str, str] | None = None,
    *,
    compare: bool = False,
    seat: Visitor = ANNA,
) -> Look:
    now = place.bot.clock()
    scope = read_scope(place.bot, seat, Asked.model_validate(asked or {}), now).scope
    return Look(bot=place.bot, seat=seat, scope=scope, now=now, compare=compare)


def panels(place: Place, tab: str, **more: Any) -> dict[str, Panel]:
    return {one.key: one for one in _BY_KEY[tab].panels(look_of(place, **more))}


def crowd(place: Place, number: int, **changes: object) -> None:
    at = place.bot.clock() - timedelta(days=3)
    values = {"created_at": at, "status": MentionStatus.LISTEN_ONLY}
    with place.bot.database.write() as session:
        for _ in range(number):
            make_mention(session, **values | changes)


def numbers(panel: Panel, column: int) -> list[float]:
    values = [row[column].value for row in panel.rows]
    return [float(value) for value in values if isinstance(value, int | float)]


def mentions_of(place: Place) -> int:
    since = look_of(place).scope.start
    with place.bot.database.read() as session:
        query = select(func.count()).select_from(Mention).where(Mention.created_at >= since)
        return session.scalar(query) or 0


def test_every_way_of_cutting_it_adds_up_to_the_same_number(place: Place) -> None:
    crowd(place, 40, channel="facebook", language="el", acquainted=True, reach=10)
    found, every = panels(place, "volume"), mentions_of(place)
    by_channel = found["mentions"]
    assert by_channel.columns[-1] == "Total"
    assert sum(numbers(by_channel, len(by_channel.columns) - 1)) == every
    for key in ("languages", "phases"):
        assert sum(numbers(found[key], 1)) == every
        assert math.isclose(sum(numbers(found[key], 2)), 1, abs_tol=0.01)
    assert sum(cell.value for row in found["hours"].rows for cell in row[1:]) == every  # type: ignore[misc]
    assert sum(numbers(found["returning"], 1)) >= 40
    assert sum(numbers(found["reach"], 2)) >= 400
    moods = panels(place, "sentiment")["moods"]
    assert sum(numbers(moods, 5)) == every


def test_beside_the_period_before_each_step_has_its_own(place: Place) -> None:
    crowd(place, 5)
    crowd(place, 9, created_at=place.bot.clock() - timedelta(days=17))
    assert "before" not in panels(place, "volume")
    found = panels(place, "volume", compare=True)["before"]
    assert len(found.rows) == 14
    assert any(row[1].value >= 5 and row[3].value == 9 for row in found.rows)  # type: ignore[operator]
    assert "in the period before (9)" in found.finding
    moods = panels(place, "sentiment", compare=True)
    assert "In the period before" in moods["negative"].finding


def test_a_channel_of_another_team_is_in_no_number(place: Place) -> None:
    crowd(place, 12, channel="facebook")
    eve = Visitor(name="eve", role=Role.VIEWER, agent_id=None, channels=frozenset({"x"}))
    for tab in TABS:
        for panel in tab.panels(look_of(place, seat=eve, compare=True)):
            told = f"{panel.finding} {panel.rows} {panel.spec}"
            assert "Facebook" not in told, panel.key
            assert "facebook" not in told, panel.key


def test_nothing_said_is_said_in_every_panel(place: Place) -> None:
    asked = {"from": "2019-01-01", "to": "2019-01-14"}
    for tab in TABS:
        for panel in tab.panels(look_of(place, asked, compare=True)):
            assert panel.finding
            assert panel.spec is None, panel.key


@pytest.mark.parametrize("tab", [tab.KEY for tab in TABS])
def test_every_picture_can_be_drawn_says_its_marks_and_is_a_png(
    visit: Visit, place: Place, tab: str
) -> None:
    crowd(place, 30, sentiment=Sentiment.POSITIVE, language="el", reach=3)
    client = visit(Role.VIEWER)
    page = html.unescape(client.get(f"/trends/{tab}?compare=1").text)
    drawn = re.findall(r'data-draw="([^"]+)"', page)
    slides = re.findall(r'href="([^"]+\.png[^"]*)"', page)
    assert drawn or tab not in ALWAYS_DRAWN
    assert len(slides) >= len(drawn)
    for address in drawn:
        svg = client.get(address).text
        symbols = re.findall(r'<[^>]+role="graphics-symbol"[^>]*>', svg)
        marks = [label for one in symbols for label in re.findall(r'aria-label="([^"]+)"', one)]
        assert marks, address
        assert len(marks) == len(symbols)
        assert all(re.search(r"\d", mark) for mark in marks), address
        assert "style=" not in svg
    for address in slides:
        answer = client.get(address)
        assert answer.content.startswith(b"\x89PNG"), address
        assert answer.headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize("tab", [tab.KEY for tab in TABS])
def test_every_table_is_the_same_as_csv(visit: Visit, place: Place, tab: str) -> None:
    crowd(place, 3)
    client = visit(Role.VIEWER)
    for panel in panels(place, tab).values():
        answer = client.get(f"/trends/{tab}/{panel.key}.csv")
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert tuple(rows[0]) == panel.columns
        assert len(rows) == len(panel.rows) + 1


def test_what_is_kept_is_what_a_fresh_look_finds(place: Place) -> None:
    look = look_of(place)
    first = panels_of(volume, look)
    assert panels_of(volume, look) is first
    crowd(place, 2)
    second = panels_of(volume, look)
    assert second is not first
    assert second[0].rows != first[0].rows
    assert panels_of(volume, look, of_a_page=True) is second
    crowd(place, 1)
    assert panels_of(volume, look, of_a_page=True) is second  # its page shows these numbers
    assert panels_of(volume, replace(look, seat=replace(ANNA, name="bo"))) is not second


def test_a_drawer_that_cannot_make_a_png_says_so(
    visit: Visit, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Plotter, "png", lambda *_: None)
    assert visit(Role.VIEWER).get("/trends/volume/mentions.png").status_code == 503


@given(hits=st.integers(0, 500), more=st.integers(0, 500))
def test_wilsons_interval_holds_the_share_and_stays_within_nothing_and_all(
    hits: int, more: int
) -> None:
    found = share_of(hits, hits + more)
    if not hits + more:
        assert found is None
        return
    assert found is not None
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_intervals_are_those_that_are_published() -> None:
    # Newcombe, Statistics in Medicine 17 (1998), table I, method 3: 81/263, 15/148, 0/20.
    for hits, of, low, high in (
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
    ):
        found = share_of(hits, of)
        assert found is not None
        assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@given(st.lists(st.floats(-1, 1), max_size=40))
def test_the_band_of_a_mean_is_that_of_its_standard_error(values: list[float]) -> None:
    found = mean_of(len(values), sum(values), sum(value * value for value in values))
    if len(values) < 2:
        assert found is None
        return
    assert found is not None
    mean = sum(values) / len(values)
    variance = sum((value - mean) ** 2 for value in values) / (len(values) - 1)
    assert math.isclose(found.value, mean, abs_tol=1e-9)
    reach = 1.959964 * math.sqrt(variance / len(values))
    assert math.isclose(found.high - found.value, reach, abs_tol=1e-5)
    assert not differs(found, found)


@given(
    st.dictionaries(
        st.tuples(st.integers(0, 6), st.integers(0, 23)), st.integers(1, 99), min_size=1
    )
)
def test_half_of_everything_lies_in_the_busiest_stretch_and_in_no_shorter_one(
    fields: dict[tuple[int, int], int],
) -> None:
    since, until = busiest_stretch(fields)
    by_hour = [sum(n for (_d, h), n in fields.items() if h == hour) for hour in range(24)]
    assert 2 * sum(by_hour[since:until]) >= sum(by_hour)
    shorter = until - since - 1
    assert all(2 * sum(by_hour[at : at + shorter]) < sum(by_hour) for at in range(25 - shorter))


@given(st.lists(st.integers(0, 1000), min_size=1))
def test_shades_grow_with_the_numbers(values: list[int]) -> None:
    shades = [depth(value, max(values)) for value in sorted(values)]
    assert shades == sorted(shades)
    assert set(shades) <= set(range(6))
    assert all(
        (shade == 0) == (value == 0) for value, shade in zip(sorted(values), shades, strict=True)
    )
