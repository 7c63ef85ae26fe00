"""Health at the desk: the kill switch, what is wrong, and the letters nobody could read."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from listener.channels.errors import Unavailable
from listener.models import Breaker, Cause, Cursor, DeadLetter, Gap, Operation
from responder.approve import approve
from responder.desk.switch import is_the_word
from responder.models import Audit, PauseLevel, Reply, ReplyStatus
from responder.pause import all_pauses, set_pause
from responder.team.models import Agent, Role
from tests.conftest import Place, Visit
from tests.fakes import incoming


def words(page: str) -> str:
    """What a page says, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def limit(place: Place, role: Role, *channels: str) -> None:
    """Let the agent of that role see these channels only."""
    with place.bot.database.write() as session:
        agent = session.scalars(select(Agent).where(Agent.name == role.value)).one()
        agent.channels = list(channels)


def letters(place: Place, *ids: str | None, channel: str = "x") -> list[str]:
    """Texts that could not be read, by their ids on the network."""
    with place.bot.database.write() as session:
        rows = [
            DeadLetter(
                channel=channel,
                stream="mentions",
                fingerprint=f"{channel}-{number}",
                external_id=one,
                payload=f'{{"id": "{one}"}}',
                error="created_at is missing",
                heard_at=place.bot.clock() - timedelta(minutes=number),
            )
            for number, one in enumerate(ids)
        ]
        session.add_all(rows)
        session.flush()
        return [row.id for row in rows]


def test_the_page_of_before_leads_here(visit: Visit) -> None:
    answer = visit(Role.VIEWER).get("/channels")
    assert (answer.status_code, answer.headers["location"]) == (308, "/health")


def test_health_says_whether_anything_leaves(visit: Visit, place: Place) -> None:
    client = visit(Role.VIEWER)
    assert "Approve only Nothing leaves without a person." in words(client.get("/health").text)
    now = place.bot.clock()
    set_pause(
        place.bot.database, channel="x", level=PauseLevel.SEND, by="bo", now=now, why="wrong <b>!"
    )
    page = client.get("/health").text
    assert "X ■ stopped by bo, just now: “wrong &lt;b&gt;!”" in words(page)
    assert "Approve only Nothing leaves" in words(page)
    set_pause(place.bot.database, channel="", level=PauseLevel.ALL, by="cara", now=now)
    page = words(client.get("/health").text)
    assert "■ Stopped Nothing leaves. What people approve waits in the outbox." in page
    assert "Stop sending and listening: by cara, just now." in page


def test_to_stop_everywhere_a_word_is_typed(visit: Visit, place: Place) -> None:
    client = visit(Role.ADMIN)
    asked = client.post("/pause", data={"next": "/trends"})
    assert asked.status_code == 200
    assert "Nothing is paused yet." in asked.text
    assert 'name="back" value="/trends"' in asked.text
    wrong = client.post("/pause", data={"typed": "yes", "level": "all", "why": "a <fire>"})
    assert wrong.status_code == 422
    assert "That was not “stop”. Nothing was paused." in words(wrong.text)
    assert 'value="all" checked' in wrong.text
    assert 'value="a &lt;fire&gt;"' in wrong.text
    assert not all_pauses(place.bot.database)
    form = {"typed": " Stop ", "level": "all", "why": "a fire", "back": "/trends", "next": "/x"}
    done = client.post("/pause", data=form)
    assert (done.status_code, done.headers["location"]) == (303, "/trends")
    (pause,) = all_pauses(place.bot.database)
    assert (pause.channel, pause.level, pause.by) == ("", PauseLevel.ALL, "admin")
    with place.bot.database.read() as session:
        entry = session.scalars(select(Audit).where(Audit.action == "pause")).one()
        assert (entry.subject, entry.detail) == ("all", "all: a fire")


@pytest.mark.parametrize(
    ("typed", "fits"),
    [("stop", True), ("STOP", True), (" Stop\t", True), ("stóp", True), ("", False), ("s", False)],
)
def test_the_word_may_be_written_as_people_write(typed: str, fits: bool) -> None:
    assert is_the_word(typed) is fits


def test_what_was_on_the_wire_is_listed_after_pausing(visit: Visit, place: Place) -> None:
    client = visit(Role.ADMIN)
    with place.bot.database.write() as session:
        reply = session.scalars(select(Reply).where(Reply.draft_id == place.ids["sent"])).one()
        reply.status = ReplyStatus.SENDING
    answer = client.post("/pause", data={"channel": "x", "next": "/trends"})
    assert answer.headers["location"] == f"/health?done=paused&flight={reply.id}"
    page = words(client.get(answer.headers["location"]).text)
    assert "This was on the wire already, and may still land: Anna Bianchi X still on its" in page
    with place.bot.database.write() as session:
        session.get_one(Reply, reply.id).status = ReplyStatus.SENT
    page = words(client.get(answer.headers["location"]).text)
    assert "Anna Bianchi X it was sent" in page


def test_pausing_from_health_leads_back_and_says_so(visit: Visit) -> None:
    client = visit(Role.ADMIN)
    answer = client.post("/pause", data={"channel": "facebook", "level": "auto"})
    assert answer.headers["location"] == "/health?done=paused"
    assert "Paused. An admin resumes it" in client.get("/health?done=paused").text
    answer = client.post("/resume", data={"channel": "facebook"})
    assert answer.headers["location"] == "/health?done=resumed-0"


def test_resuming_says_on_any_page_how_many_replies_leave(visit: Visit, place: Place) -> None:
    client = visit(Role.ADMIN)
    approve(place.bot, place.ids["giulia"], version=1, by="anna")
    client.post("/pause", data={"channel": "x", "level": "send"})
    client.post("/pause", data={"channel": "facebook", "level": "send"})
    answer = client.post("/resume", data={"channel": "x", "next": "/library"})
    page = words(client.get(answer.headers["location"]).text)
    assert "Going on: 1 reply leaves now." in page
    assert "Going on" not in client.get("/library?done=resumed-x").text


def test_only_admins_see_the_switch(visit: Visit) -> None:
    assert 'action="/pause"' not in visit(Role.APPROVER).get("/health").text
    assert "An admin can stop sending here" in visit(Role.APPROVER).get("/health").text
    assert 'id="stop-all"' in visit(Role.ADMIN).get("/health").text


def test_another_teams_channels_are_not_on_the_page(visit: Visit, place: Place) -> None:
    letters(place, "1")
    client = visit(Role.ADMIN)
    limit(place, Role.ADMIN, "facebook")
    now = place.bot.clock()
    with place.bot.database.write() as session:
        session.add(Cursor(channel="x", stream="mentions", started_at=now, last_error="secret"))
    set_pause(place.bot.database, channel="x", level=PauseLevel.SEND, by="bo", now=now)
    page = client.get("/health").text
    assert "Facebook" in page
    assert "secret" not in page
    assert "created_at is missing" not in page
    said = words(page[page.index("<main") : page.index("</main>")])
    assert " x " not in said
    assert "X is paused" not in said
    assert "x/mentions" not in said
    assert client.post("/pause", data={"channel": "x"}).status_code == 404
    assert client.post("/resume", data={"channel": "x"}).status_code == 404


def test_a_channel_in_trouble_is_told_on_every_page_and_row(visit: Visit, place: Place) -> None:
    client, now = visit(Role.APPROVER), place.bot.clock()
    assert "waits:" not in client.get("/").text
    with place.bot.database.write() as session:
        session.add(
            Breaker(
                channel="x",
                operation=Operation.WRITE,
                cause=Cause.AUTH,
                blocked_until=now + timedelta(minutes=5),
                reason="make a new token",
                changed_at=now,
            )
        )
    for path in ("/", "/trends", "/history", f"/item/{place.ids['ola']}"):
        page = words(client.get(path).text)
        assert "X does not accept our keys. What you approve waits, and leaves by itself" in page
    queue = words(client.get("/").text)
    assert queue.count("waits: keys refused") == 4  # of X alone
    page = words(client.get("/health").text)
    assert "Writing is held back until" in page
    assert "make a new token" in page
    limit(place, Role.APPROVER, "facebook")
    assert "does not accept our keys" not in client.get("/trends").text


def test_a_pause_stands_in_each_row(visit: Visit, place: Place) -> None:
    client = visit(Role.VIEWER)
    now = place.bot.clock()
    set_pause(place.bot.database, channel="facebook", level=PauseLevel.SEND, by="bo", now=now)
    assert words(client.get("/").text).count("waits: paused") == 3


def test_streams_say_when_they_are_read_next_and_how_far_behind(visit: Visit, place: Place) -> None:
    now = place.bot.clock()

    def ago(**span: float) -> object:
        return now - timedelta(**span)

    with place.bot.database.write() as session:
        for stream, values in {
            "mentions": {"fetched_at": ago(seconds=20), "finished_at": ago(seconds=20)},
            "search": {"fetched_at": ago(seconds=20), "finished_at": ago(hours=3)},
            "own": {"failures": 4, "last_error": "503", "not_before": now + timedelta(minutes=9.5)},
        }.items():
            session.add(Cursor(channel="x", stream=stream, started_at=ago(days=1), **values))
        session.add(
            Gap(
                channel="x",
                stream="search",
                since=ago(hours=5),
                until=ago(hours=4),
                reason="the program did not run",
                noticed_at=ago(hours=4),
                tries=2,
                next_try_at=now + timedelta(minutes=8),
            )
        )
        session.add(
            Gap(
                channel="x",
                stream="search",
                since=ago(hours=9),
                until=ago(hours=8),
                reason="the program did not run",
                noticed_at=ago(hours=8),
                filled_at=ago(hours=1),
                found=3,
            )
        )
    page = words(visit(Role.VIEWER).get("/health").text)
    assert re.search(r"mentions read \d+ s ago next: in \d+ s", page)
    assert re.search(r"search read \d+ s ago behind: 3 h next", page)
    assert re.search(r"own never read next: waits 9 min 4 failures since: 503", page)
    assert "1 gap search from" in page
    assert "tried 2 times, again on" in page
    assert "filled, 3 texts found" in page
    set_pause(place.bot.database, channel="x", level=PauseLevel.ALL, by="bo", now=now)
    assert "rests while paused" in visit(Role.VIEWER).get("/health").text


def open_letters(place: Place) -> set[str]:
    with place.bot.database.read() as session:
        return set(session.scalars(select(DeadLetter.id).where(DeadLetter.closed_at.is_(None))))


def test_letters_are_tried_again_several_at_once(visit: Visit, place: Place) -> None:
    ids = letters(place, "first", "second", None, "unclear")
    place.x.shown = {"first": incoming("first", created_at=place.bot.clock()), "second": None}
    client = visit(Role.ADMIN)
    answer = client.post("/letters/retry", data={"letter": ids})
    assert answer.status_code == 303
    told = words(client.get(answer.headers["location"]).text)
    for sentence in (
        "1 was read.",
        "1 is gone from its network: closed.",
        "1 cannot be asked for",
        "Of 1 its network says nothing clear",
    ):
        assert sentence in told
    assert open_letters(place) == {ids[2], ids[3]}
    with place.bot.database.read() as session:
        tried = session.scalars(select(Audit.subject).where(Audit.action == "retry letter"))
        assert set(tried) == {ids[0], ids[1], ids[3]}


def test_a_network_that_does_not_answer_is_asked_once(visit: Visit, place: Place) -> None:
    ids = letters(place, "1", "2", "3")
    place.x.fail("lookup", Unavailable("503"))
    answer = visit(Role.ADMIN).post("/letters/retry", data={"letter": ids})
    assert "unasked=3" in answer.headers["location"]
    assert place.x.lookup(["1"]) == {}  # the one failure was used up, and no second call made
    assert open_letters(place) == set(ids)


def test_the_button_of_one_letter_leaves_the_ticked_ones_alone(visit: Visit, place: Place) -> None:
    ids = letters(place, "1", "2")
    client = visit(Role.ADMIN)
    answer = client.post("/letters/drop", data={"letter": [ids[0]], "only": ids[1]})
    assert "1 was dropped." in client.get(answer.headers["location"]).text
    assert open_letters(place) == {ids[0]}
    again = client.post("/letters/drop", data={"only": ids[1]})
    assert "1 was closed already." in client.get(again.headers["location"]).text
    with place.bot.database.read() as session:
        dropped = session.scalars(select(Audit).where(Audit.action == "dismiss letter")).one()
        assert (dropped.who, dropped.subject) == ("admin", ids[1])


def test_letters_of_another_team_are_not_there(visit: Visit, place: Place) -> None:
    (theirs,), (ours,) = letters(place, "1"), letters(place, "2", channel="facebook")
    client = visit(Role.ADMIN)
    limit(place, Role.ADMIN, "facebook")
    for path in ("/letters/retry", "/letters/drop"):
        assert client.post(path, data={"letter": [ours, theirs]}).status_code == 404
    assert open_letters(place) == {theirs, ours}
    assert client.post("/letters/drop", data={"letter": [ours]}).status_code == 303


def test_a_viewer_reads_letters_and_presses_nothing(visit: Visit, place: Place) -> None:
    letters(place, "1", "2")
    page = visit(Role.VIEWER).get("/health").text
    assert "created_at is missing" in page
    assert 'name="only"' not in page
    assert 'name="letter"' not in page
