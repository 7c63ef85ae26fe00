"""Staffing at the desk: the tab, the questions, and opening a channel."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from config.ids import new_id
from listener.models import Cursor, Mention, MentionStatus
from responder.models import Audit
from responder.staffing.kept import forget
from responder.staffing.models import ChannelOpening
from responder.team.models import Agent, Role
from tests.conftest import Place, Visit
from tests.factories import make_agent, make_mention

HOURS = "Mon-Sun 00:00-24:00"
OPEN = "/trends/staffing/channel/facebook/open"
PAGE = "/trends/staffing/channel/facebook"
CALM = {"people": "3", "weekly": "50", "languages": ["it", "en"]}


def _staff(place: Place, number: int = 1, **changes: object) -> None:
    """People with hours. Whoever visits the desk has none, and is not counted."""
    with place.bot.database.write() as session:
        for n in range(number):
            values = {"name": f"staff-{n}", "role": Role.APPROVER, "password_hash": "x"}
            make_agent(session, **(values | {"hours": HOURS} | changes))


def _weeks(place: Place, channel: str = "facebook", weeks: int = 4, an_hour: int = 6) -> None:
    """So many weeks of answered mentions, evenly."""
    now = place.bot.clock()
    start = now - timedelta(weeks=weeks)
    with place.bot.database.write() as session:
        session.add(Cursor(channel=channel, stream="mentions", started_at=start, finished_at=now))
        first = make_mention(
            session, channel=channel, created_at=start, status=MentionStatus.ANSWERED
        )
        columns = {one.key: getattr(first, one.key) for one in Mention.__mapper__.columns}
        for n in range(1, weeks * 7 * 24 * an_hour):
            at = start + n * timedelta(hours=1) / an_hour
            own = {"id": new_id(), "external_id": f"{first.id}-{n}", "created_at": at}
            session.add(Mention(**(columns | own | {"heard_at": at, "changed_at": at})))
    forget(place.bot.database)


def _table(client: TestClient, panel: str) -> list[list[str]]:
    text = client.get(f"/trends/staffing/{panel}.csv").content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def _plain(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def test_a_new_team_is_told_what_is_missing_before_anything_can_be_said(visit: Visit) -> None:
    page = _plain(visit(Role.VIEWER).get("/trends/staffing").text)
    assert "How many mentions are to come is not known yet" in page
    assert "Nobody's hours are known" in page


def test_the_week_stands_hour_by_hour_beside_the_roster(visit: Visit, place: Place) -> None:
    _staff(place)
    _weeks(place)
    viewer = visit(Role.VIEWER)
    page = viewer.get("/trends/staffing?channel=facebook")
    assert page.status_code == 200
    assert "Too few are on the roster in 168 hours of the week" in page.text
    heading, *rows = _table(viewer, "week")
    assert heading == ["Hour", "Needed", "On the roster", "Missing"]
    assert len(rows) == 168
    needed, there, missing = (float(cell) for cell in rows[0][1:])
    # Six an hour, six minutes each: more than half a person, and a fifth of the hours are breaks.
    assert needed == 2
    assert there == 1
    assert missing == 1
    assert viewer.get("/trends/staffing/week.svg?channel=facebook").status_code == 200


def test_the_answer_is_played_through(visit: Visit, place: Place) -> None:
    _staff(place)
    _weeks(place, an_hour=12)
    heading, fewer, by_due, by_coming = _table(visit(Role.VIEWER), "trial")
    assert heading[1:5] == ["P1", "P2", "P3", "P4"]
    assert by_due[0] == "2 people, what is due first"
    assert float(by_due[3]) >= 0.95
    assert fewer[0] == "1 person, what is due first"
    assert float(fewer[3]) < 0.95
    assert by_coming[0] == "2 people, what came first"


def test_what_will_be_late_is_said_with_the_people_missing(visit: Visit, place: Place) -> None:
    _staff(place)
    now = place.bot.clock()
    with place.bot.database.write() as session:
        for draft in session.scalars(select(Mention)).all():
            draft.due_at = now + timedelta(minutes=16)
    page = visit(Role.VIEWER).get("/trends/staffing").text
    rows = {row[0]: row[1] for row in _table(visit(Role.VIEWER), "now")}
    late = int(next(value for name, value in rows.items() if name.startswith("Will be late")))
    assert late >= 3
    assert f"{late} will be late by" in page
    assert "People short: " in page
    assert float(rows["People missing"]) > 0
    assert "Ask others to help." in page


@pytest.mark.parametrize(
    ("asked", "row"),
    [
        ("one_more=2000", "Mentions in a busy week"),
        ("fewer=1", "Hours people have"),
        ("minutes=12", "Hours of work"),
        ("within=7", "People needed, played through"),
    ],
)
def test_another_question_gets_another_answer(
    visit: Visit, place: Place, asked: str, row: str
) -> None:
    _staff(place, 2)
    _weeks(place)
    viewer = visit(Role.VIEWER)
    page = viewer.get(f"/trends/staffing/what-if?{asked}").text
    changed = re.search(rf"{row}</th>.*?>([^<]+)</td>.*?<strong>([^<]+)</strong>", page)
    assert changed is not None
    assert changed[1] != changed[2]
    assert "<strong>" not in viewer.get("/trends/staffing/what-if").text


def test_a_telephone_is_asked_about_apart(visit: Visit) -> None:
    asked = "calls=200&call_minutes=3&seconds=20&percent=80"
    page = _plain(visit(Role.VIEWER).get(f"/trends/staffing/what-if?{asked}").text)
    assert "The line takes 14 people" in page
    assert "Answered in time 89%" in page
    assert "Have to wait 17%" in page


def test_a_channel_is_opened_with_what_it_takes(visit: Visit, place: Place) -> None:
    _staff(place, 3)
    admin = visit(Role.ADMIN)
    assert "Mentions a week you expect" in admin.get(PAGE).text
    answer = admin.post(OPEN, data=CALM)
    assert answer.status_code == 303
    assert "It is answered from now on." in admin.get(answer.headers["location"]).text
    with place.bot.database.read() as session:
        row = session.scalars(select(ChannelOpening)).one()
        noted = session.scalars(select(Audit).where(Audit.action == "open channel")).one()
    assert (row.channel, row.is_open, row.by, row.weekly) == ("facebook", True, "admin", 50)
    assert (row.people, row.languages, row.why) == (3, ["it", "en"], "")
    assert noted.subject == "facebook"


def test_a_channel_that_cannot_be_staffed_is_refused_until_somebody_says_why(
    visit: Visit, place: Place
) -> None:
    _staff(place)
    admin = visit(Role.ADMIN)
    flood = CALM | {"weekly": "9000", "people": "1"}
    refused = admin.post(OPEN, data=flood)
    assert refused.status_code == 422
    assert "It cannot be staffed as things are" in refused.text
    assert "those who see it have too little time" in refused.text
    assert "you named fewer people than it takes" in refused.text
    assert 'name="why"' in refused.text
    with place.bot.database.read() as session:
        assert session.scalars(select(ChannelOpening)).all() == []
    assert admin.post(OPEN, data=flood | {"why": "ten join on Monday"}).status_code == 303
    page = admin.get(PAGE).text
    assert "opened by admin" in page
    assert "ten join on Monday" in page


def test_a_language_nobody_speaks_and_other_hours_than_the_settings_are_said(
    visit: Visit, place: Place
) -> None:
    _staff(place, 3, languages=["it"])
    named = CALM | {"languages": ["de"], "hours": "Mon-Fri 09:00-18:00"}
    page = visit(Role.ADMIN).post(OPEN, data=named).text
    assert "nobody there speaks Deutsch" in page
    assert "the hours you named are not those of the settings" in page


def test_hours_nobody_can_read_are_sent_back(visit: Visit, place: Place) -> None:
    _staff(place, 3)
    answer = visit(Role.ADMIN).post(OPEN, data=CALM | {"hours": "whenever"})
    assert answer.status_code == 422
    assert "is no day with hours" in answer.text
    assert 'value="whenever"' in answer.text


def test_a_channel_may_only_listen_from_now_on(visit: Visit, place: Place) -> None:
    admin = visit(Role.ADMIN)
    assert admin.post(f"{PAGE}/listen").status_code == 303
    assert "It only listens" in admin.get(PAGE).text
    rows = {row[0]: row[1] for row in _table(admin, "channels")[1:]}
    assert rows == {"facebook": "only listens", "x": "answered"}


def test_whoever_may_not_open_a_channel_sees_no_form(visit: Visit) -> None:
    page = visit(Role.APPROVER).get(PAGE).text
    assert "Can " in page
    assert 'method="post" action="/trends' not in page


def test_another_teams_channel_and_one_nobody_knows_are_not_there(
    visit: Visit, place: Place
) -> None:
    admin = visit(Role.ADMIN)
    with place.bot.database.write() as session:
        for agent in session.scalars(select(Agent)):
            agent.channels = ["x"]
    for path in (PAGE, "/trends/staffing/channel/nope"):
        assert admin.get(path).status_code == 404
    assert admin.post(OPEN, data=CALM).status_code == 404
    assert admin.post(f"{PAGE}/listen").status_code == 404
    assert "acebook" not in _plain(admin.get("/trends/staffing").text).partition("Staffing")[2]
