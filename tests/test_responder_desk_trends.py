"""The trends screen: finding, chart, table, CSV; and the drawer in its own process."""

from __future__ import annotations

import csv
import html
import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from listener.models import MentionStatus
from responder.desk.charts import Plotter
from responder.desk.pictures.lines import Point, line_chart
from responder.team.models import Role
from sentiment.score import Sentiment
from tests.conftest import Place, Visit
from tests.factories import make_mention
from tests.patience import PATIENCE, eventually


@pytest.fixture(scope="module")
def plotter() -> Iterator[Plotter]:
    found = Plotter(patience_seconds=PATIENCE)
    yield found
    found.close()


def points(*values: int) -> list[Point]:
    return [
        Point(at=f"2026-03-{day:02}T00:00:00", series=name, value=value, spoken=f"{name} {value}")
        for day, value in enumerate(values, start=1)
        for name in ("X", "Facebook")
    ]


def spike(place: Place) -> None:
    """Nine complaints on Facebook, five hours ago."""
    at = place.bot.clock() - timedelta(hours=5)
    with place.bot.database.write() as session:
        for _ in range(9):
            make_mention(
                session,
                channel="facebook",
                created_at=at,
                sentiment=Sentiment.NEGATIVE,
                status=MentionStatus.LISTEN_ONLY,
            )


def test_the_page_says_what_it_shows(visit: Visit, place: Place) -> None:
    spike(place)
    page = visit(Role.VIEWER).get("/trends?by=hour").text
    assert re.search(r"\d+ mentions; the peak was Facebook on .* with 9\.", page)
    assert "<style" not in page
    assert not re.search(r"<[^>]+ style=", page)
    assert ">9</a></td>" in page
    moods = visit(Role.VIEWER).get("/trends/sentiment?by=hour").text
    assert re.search(r"Of \d+ mentions \d+% are negative", moods)
    assert ">9</a></td>" in moods


def test_a_picture_is_fetched_once_and_stands_in_the_page_from_then_on(
    visit: Visit, place: Place
) -> None:
    spike(place)
    client = visit(Role.VIEWER)
    page = client.get("/trends?by=hour").text
    assert "<svg" not in page.partition("<figure")[2]
    drawn = re.search(r'data-draw="([^"]+)"', page)
    assert drawn
    address = html.unescape(drawn.group(1))
    assert f'<noscript><img src="{drawn.group(1)}" alt="' in page
    picture = client.get(address)
    assert picture.headers["content-type"] == "image/svg+xml"
    assert 'aria-roledescription="point"' in picture.text
    again = client.get("/trends?by=hour").text
    assert picture.text in again
    assert address not in html.unescape(again)


@pytest.mark.parametrize("by", ["hour", "day"])
def test_one_channel_alone(visit: Visit, place: Place, by: str) -> None:
    spike(place)
    page = visit(Role.VIEWER).get(f"/trends?by={by}&channel=x").text
    assert "Facebook: " not in page
    assert '<option value="x" selected>' in page


def test_a_drawer_that_fails_says_so_and_the_table_says_it_all(
    visit: Visit, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    spike(place)
    monkeypatch.setattr(Plotter, "draw", lambda *_: None)
    client = visit(Role.VIEWER)
    page = client.get("/trends").text
    assert "The chart cannot be drawn at the moment" in page
    assert page.count("<table>") >= 1
    assert client.get("/trends/volume/mentions.svg").status_code == 503


def test_csv_opens_as_it_is_meant(visit: Visit, place: Place) -> None:
    spike(place)
    answer = visit(Role.VIEWER).get("/trends/volume/mentions.csv?by=day&channel=facebook")
    assert answer.headers["content-disposition"].startswith(
        'attachment; filename="volume-mentions-'
    )
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 14
    assert set(rows[0]) == {"Start", "Facebook"}
    assert sum(int(row["Facebook"]) for row in rows) >= 9
    moods = visit(Role.VIEWER).get("/trends/sentiment/moods.csv?by=day&channel=facebook")
    rows = list(csv.DictReader(io.StringIO(moods.content.decode("utf-8-sig"))))
    assert sum(int(row["Negative"]) for row in rows) >= 9


def test_a_chart_speaks_and_has_no_text_colour_of_its_own(plotter: Plotter) -> None:
    svg = plotter.draw(line_chart(points(3, 5, 8), order=("X", "Facebook"), hours=False))
    assert svg is not None
    assert svg.count('aria-roledescription="point"') == 6
    assert 'aria-label="Facebook 8"' in svg
    assert "style=" not in svg


def test_each_of_a_few_days_is_named_once(plotter: Plotter) -> None:
    svg = plotter.draw(line_chart(points(3, 5, 8), order=("X", "Facebook"), hours=False))
    assert svg is not None
    days = re.findall(r">(\d+ \w{3})<", svg)
    assert len(days) == len(set(days)) == 3


def test_names_are_escaped(plotter: Plotter) -> None:
    hostile = "</svg><script>alert(1)</script>"
    svg = plotter.draw(
        line_chart(
            [Point(at="2026-03-01T00:00:00", series=hostile, value=1, spoken=hostile)],
            order=(hostile,),
            hours=True,
        )
    )
    assert svg is not None
    assert "<script>" not in svg


def test_names_at_the_ends_keep_apart() -> None:
    spec = line_chart(points(0, 0, 0), order=("X", "Facebook"), hours=False)
    heights = [row["name_at"] for row in spec["data"]["values"] if "name_at" in row]
    assert len(heights) == 2
    assert heights[0] != heights[1]
    assert min(heights) >= 0


def test_the_same_chart_is_drawn_once_and_the_drawer_goes_home() -> None:
    plotter = Plotter(idle_seconds=0.3, patience_seconds=PATIENCE)
    spec = line_chart(points(1, 2), order=("X", "Facebook"), hours=False)
    first = plotter.draw(spec)
    assert plotter.draw(spec) is first
    eventually(lambda: not plotter.running)
    assert plotter.draw(spec) is first  # remembered
    plotter.close()


def test_a_spec_that_cannot_be_drawn_is_no_chart_and_no_fault(
    plotter: Plotter, caplog: pytest.LogCaptureFixture
) -> None:
    assert plotter.draw({"mark": {"type": 17}, "data": 3}) is None
    assert "could not be drawn" in caplog.text
    spec = line_chart(points(1, 3), order=("X", "Facebook"), hours=False)
    assert plotter.draw(spec) is not None


DRAWING = """
import multiprocessing
import subprocess
import sys
import time
from responder.desk.charts import Plotter
from responder.desk.pictures.lines import Point, line_chart

if __name__ == "__main__":
    point = Point(at="2026-03-01T00:00:00", series="X", value=1, spoken="one")
    assert Plotter(patience_seconds=120).draw(line_chart([point], order=("X",), hours=False))
    print(multiprocessing.active_children()[0].pid, flush=True)
    time.sleep(60)
"""


def test_the_drawer_does_not_outlive_a_killed_desk(tmp_path: Path) -> None:
    script = tmp_path / "drawing.py"
    script.write_text(DRAWING, encoding="utf-8")
    root = str(Path(__file__).resolve().parent.parent)
    desk = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": root},
    )
    assert desk.stdout is not None
    drawer = int(desk.stdout.readline())
    desk.kill()
    desk.communicate()
    eventually(lambda: not _runs(drawer))


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
