"""Due times as people and programs see them: on an item's page, and in the API."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from config.calendar import ALWAYS, Calendar
from listener.clocks import Clocks, Event, Kind, clocks
from listener.models import MentionStatus
from listener.timing import State, Timing
from responder.desk.words import lines
from responder.models import Draft, Reply, ReplyStatus
from responder.team.models import Role
from sentiment.prioritize import Level
from tests.api_client import Client, a_draft, client_in
from tests.conftest import Place, Visit
from tests.factories import NOW, make_draft, make_mention, make_reply

ROME = ZoneInfo("Europe/Rome")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
FRIDAY = datetime(2026, 2, 27, 18, tzinfo=ROME)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    client = client_in(tmp_path)
    yield client
    client.bot.database.close()


def a_timing(state: State = State.RUNNING, **changes: object) -> Timing:
    values: dict[str, object] = {
        "state": state,
        "started_at": NOW,
        "due_at": NOW + 15 * MINUTE,
        "ended_at": None,
        "promise": 15 * MINUTE,
        "taken": 3 * MINUTE,
    }
    return Timing(**values | changes)  # type: ignore[arg-type]


def said(timing: Timing, now: datetime = NOW + 3 * MINUTE) -> tuple[str, str]:
    (line,) = lines(Clocks(first=timing), now, ROME)
    assert line.name == "First answer"
    return line.text, line.state


@pytest.mark.parametrize(
    ("timing", "words", "state"),
    [
        (a_timing(), "due 10:15 (in 12 min), promise 15 min", "soon"),
        (a_timing(due_at=NOW + 63 * MINUTE), "due 11:03 (in 60 min), promise 15 min", "later"),
        (
            a_timing(due_at=NOW + timedelta(days=3, minutes=3)),
            "due Thu 5 Mar, 10:03 (in 3 d), promise 15 min",
            "later",
        ),
        (
            a_timing(State.BROKEN, due_at=NOW - 3 * MINUTE, taken=18 * MINUTE),
            "was due 09:57 (6 min late), promise 15 min",
            "late",
        ),
        (a_timing(State.PAUSED, due_at=None), "waiting for the customer", "later"),
        (
            a_timing(State.MET, ended_at=NOW + 7 * MINUTE, taken=7 * MINUTE),
            "answered after 7 min, promise 15 min",
            "done",
        ),
        (
            a_timing(State.BROKEN, ended_at=NOW + 20 * MINUTE, taken=20 * MINUTE),
            "answered late, after 20 min, promise 15 min",
            "late",
        ),
        (
            a_timing(State.MET, ended_at=NOW + 7 * MINUTE, taken=7 * MINUTE, staffed=True),
            "answered after 7 min of staffed time, promise 15 min",
            "done",
        ),
        (a_timing(promise=60 * MINUTE), "due 10:15 (in 12 min), promise 1 h", "soon"),
        (
            a_timing(due_at=NOW + timedelta(days=17), promise=120 * HOUR, staffed=True),
            "due Thu 19 Mar, 10:00 (in 16 d), promise 120 h of staffed time",
            "later",
        ),
        (
            a_timing(due_at=NOW + timedelta(days=5), promise=120 * HOUR),
            "due Sat 7 Mar, 10:00 (in 4 d), promise 5 d",
            "later",
        ),
        (
            a_timing(State.BROKEN, due_at=FRIDAY, taken=16 * MINUTE, staffed=True),
            "was due Fri 27 Feb, 18:00 (1 min of staffed time late), promise 15 min",
            "late",
        ),
        (
            a_timing(State.BROKEN, due_at=FRIDAY, taken=15 * MINUTE, staffed=True),
            "was due Fri 27 Feb, 18:00 (late, nobody was there since), promise 15 min",
            "late",
        ),
        (a_timing(due_at=NOW + 3 * MINUTE), "due 10:03 (now), promise 15 min", "soon"),
        (
            a_timing(State.BROKEN, due_at=NOW + 3 * MINUTE - MINUTE / 2, taken=15.5 * MINUTE),
            "was due 10:02 (just now), promise 15 min",
            "late",
        ),
        (
            a_timing(due_at=NOW + timedelta(days=306)),
            "due Sat 2 Jan 2027, 10:00 (in 305 d), promise 15 min",
            "later",
        ),
        (
            a_timing(State.BROKEN, promise=24 * HOUR, taken=26 * HOUR, waits=True),
            "waiting for the customer, 2 h over the promise",
            "later",
        ),
        (
            a_timing(State.BROKEN, taken=15 * MINUTE, waits=True, staffed=True),
            "waiting for the customer, just over the promise",
            "later",
        ),
        (
            a_timing(State.MET, ended_at=NOW + HOUR, taken=HOUR, promise=HOUR),
            "answered after 1 h, promise 1 h",
            "done",
        ),
        (a_timing(State.DROPPED, due_at=None, ended_at=NOW), "not owed any more", "done"),
    ],
)
def test_a_clock_in_words(timing: Timing, words: str, state: str) -> None:
    assert said(timing) == (words, state)


def test_a_resolution_broken_before_we_waited_does_not_grow_however_long_we_wait() -> None:
    events = [Event(at=NOW, kind=Kind.WROTE, text="a", level=Level.P1, within=15 * MINUTE)] + [
        Event(at=NOW + 26 * HOUR, kind=kind, text="a", answer="1")
        for kind in (Kind.ANSWERED, Kind.HANDED_OVER)
    ]
    for days in (2, 10):
        now = NOW + timedelta(days=days)
        line = lines(clocks(events, calendar=ALWAYS, now=now), now, ROME)[-1]
        assert line.text == "waiting for the customer, 2 h over the promise"
        assert line.state == "later"


def test_page_and_clock_call_late_what_was_due_at_closing_time() -> None:
    office = Calendar.read(zone="Europe/Rome", hours="Mon-Fri 09:00-18:00")
    wrote = Event(
        at=FRIDAY - 60 * MINUTE, kind=Kind.WROTE, text="a", level=Level.P2, within=60 * MINUTE
    )
    saturday = FRIDAY + 16 * HOUR
    found = clocks([wrote], calendar=office, now=saturday)
    assert found.first and found.first.state is State.BROKEN
    words = lines(found, saturday, ROME)[0].text
    assert words == "was due Fri 27 Feb, 18:00 (late, nobody was there since), promise 1 h"
    answer = Event(at=saturday, kind=Kind.ANSWERED, text="a")
    answered = clocks([wrote, answer], calendar=office, now=saturday + 60 * HOUR)
    assert answered.first and answered.first.state is State.BROKEN
    words = lines(answered, saturday, ROME)[0].text
    assert words == "answered late, after 1 h of staffed time, promise 1 h"


def test_a_settled_matter_is_not_called_answered() -> None:
    timing = a_timing(State.MET, ended_at=NOW + 7 * MINUTE, taken=7 * MINUTE)
    (line,) = lines(Clocks(resolution=timing), NOW, ROME)
    assert (line.name, line.text) == ("Resolution", "settled after 7 min, promise 15 min")


def due_times(client: TestClient, place: Place, who: str) -> str:
    """The section of an item's page, as a person reads it."""
    page = client.get(f"/item/{place.ids[who]}").text
    (section,) = re.findall(r'<section aria-labelledby="c-due">.*?</section>', page, re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", section)).split())


def test_an_item_says_when_its_answer_and_the_end_of_the_matter_are_due(
    visit: Visit, place: Place
) -> None:
    with place.bot.database.write() as session:
        mention = session.get_one(Draft, place.ids["sam"]).mention
        mention.created_at, mention.priority = place.bot.clock() - 20 * MINUTE, Level.P2
    words = due_times(visit(Role.VIEWER), place, "sam")
    assert re.fullmatch(
        r"Due times First answer: due .*\(in (3\d|40) min\), promise 1 h "
        r"Resolution: due .* \(in 47 h\), promise 2 d",
        words,
    )


def test_an_item_whose_reply_is_out_says_how_the_promise_was_kept(
    visit: Visit, place: Place
) -> None:
    with place.bot.database.write() as session:
        reply = session.scalars(select(Reply).where(Reply.draft_id == place.ids["sent"])).one()
        assert reply.posted_at is not None
        reply.mention.created_at = reply.posted_at - 45 * MINUTE
    words = due_times(visit(Role.VIEWER), place, "sent")
    assert "First answer: answered after 45 min, promise 4 h" in words
    assert words.endswith("Resolution: waiting for the customer")


def test_an_item_of_who_wrote_again_has_a_next_clock(visit: Visit, place: Place) -> None:
    # giulia wrote two days before, and was answered a day before.
    words = due_times(visit(Role.VIEWER), place, "giulia")
    assert re.search(
        r"First answer: answered late, after 2[34] h, promise 4 h Next answer: ", words
    )


def test_the_api_tells_the_clocks_of_a_mention_and_of_a_draft(client: Client) -> None:
    draft_id = a_draft(client, priority=Level.P2, created_at=NOW - 20 * MINUTE)
    draft = client.get(f"/drafts/{draft_id}")
    assert draft["clocks"] == {
        "first": {
            "state": "running",
            "started_at": "2026-03-02T08:40:00Z",
            "due_at": "2026-03-02T09:40:00Z",
            "ended_at": None,
            "promise_seconds": 3600,
            "taken_seconds": 1200,
            "left_seconds": 2400,
        },
        "next": None,
        "resolution": {
            "state": "running",
            "started_at": "2026-03-02T08:40:00Z",
            "due_at": "2026-03-04T08:40:00Z",
            "ended_at": None,
            "promise_seconds": 172800,
            "taken_seconds": 1200,
            "left_seconds": 171600,
        },
    }
    assert client.get("/drafts")["items"] == [draft]
    mention = client.get(f"/mentions/{draft['mention_id']}")
    assert mention["clocks"] == draft["clocks"]
    assert client.get("/mentions")["items"] == [mention]


def test_the_api_tells_of_an_answer_and_of_what_owes_none(client: Client) -> None:
    with client.bot.database.write() as session:
        reply = make_reply(
            session,
            make_draft(session, make_mention(session, created_at=NOW - 20 * MINUTE)),
            status=ReplyStatus.SENT,
            posted_at=NOW - 13 * MINUTE,
        )
        spam = make_mention(session, status=MentionStatus.IGNORED)
    told = client.get(f"/mentions/{reply.mention_id}")["clocks"]
    assert (told["first"]["state"], told["first"]["taken_seconds"]) == ("met", 420)
    assert (told["resolution"]["state"], told["resolution"]["due_at"]) == ("paused", None)
    dropped = client.get(f"/mentions/{spam.id}")["clocks"]
    assert dropped["first"]["state"] == dropped["resolution"]["state"] == "dropped"


def test_the_description_of_the_api_knows_clocks(client: Client) -> None:
    parts = client.http.get("/api/v1/openapi.json").json()["components"]["schemas"]
    assert set(parts["ClocksView"]["properties"]) == {"first", "next", "resolution"}
    assert "clocks" in parts["MentionView"]["required"]
