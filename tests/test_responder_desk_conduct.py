"""What colleagues do around one item, through the desk. No scripts involved."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
import requests
from httpx2 import Response
from sqlalchemy import select

from listener.channels.errors import Unavailable
from listener.models import Mention, MentionStatus
from responder.approve import take_back
from responder.correct import Right, correct
from responder.desk.around import tomorrow
from responder.desk.rest import FOR_ANSWER
from responder.handling.models import Assignment, Note, Snooze
from responder.models import Audit, Correction, Draft, DraftStatus, Reply, ReplyStatus
from responder.post import post_round
from responder.team.models import Agent, Role
from tests.conftest import OpenDesk, Place, Visit
from tests.desk_story import FOR_OLA
from tests.factories import incoming


def draft(place: Place, who: str) -> Draft:
    with place.bot.database.read() as session:
        return session.get_one(Draft, place.ids[who])


def mention_of(place: Place, who: str) -> Mention:
    with place.bot.database.read() as session:
        return session.get_one(Draft, place.ids[who]).mention


def agent(place: Place, name: str) -> str:
    with place.bot.database.read() as session:
        return session.query(Agent).filter(Agent.name == name).one().id


def audited(place: Place, subject: str) -> list[tuple[str, str]]:
    with place.bot.database.read() as session:
        rows = session.query(Audit).filter(Audit.subject == subject).order_by(Audit.id)
        return [(row.who, row.action) for row in rows]


def follow(client: Any, answer: Response) -> str:
    assert answer.status_code == 303, answer.text
    page: str = client.get(answer.headers["location"]).text
    return page


# Who has it open


def test_what_a_colleague_has_open_can_be_read_and_not_changed(visit: Visit, place: Place) -> None:
    client, path = visit(Role.EDITOR), f"/item/{place.ids['sam']}"
    page = client.get(path).text
    assert "<bdi>bo</bdi> has this open." in page
    assert 'data-stage="taken"' in page
    assert "data-claim" not in page
    assert 'id="words"' not in page
    assert "take-over" not in page, "that is for approvers"
    for deed in ("edit", "reject", "spam"):
        answer = client.post(f"{path}/{deed}", data={"version": 1, "text": "my own words"})
        assert answer.status_code == 409
        assert "Not done: bo has this open." in answer.text
    assert draft(place, "sam").version == 1
    assert (
        "my own words"
        in client.post(f"{path}/edit", data={"version": 1, "text": "my own words"}).text
    )


@pytest.mark.parametrize("deed", ["answered", "hide"])
def test_what_a_colleague_has_open_is_not_closed_under_their_hands(
    visit: Visit, place: Place, deed: str
) -> None:
    client, path = visit(Role.APPROVER), f"/item/{place.ids['sam']}"
    answer = client.post(f"{path}/{deed}", data={"version": 1})
    assert answer.status_code == 409
    assert "Not done: bo has this open." in answer.text
    assert draft(place, "sam").status is DraftStatus.PENDING


def test_until_morning_is_the_same_moment_for_one_and_for_several(
    visit: Visit, place: Place
) -> None:
    client, ids = visit(Role.EDITOR), [place.ids[who] for who in ("giulia", "ola")]
    client.post(f"/item/{ids[0]}/snooze", data={"how": "morning"})
    client.post("/bulk/snooze", data={"pick": f"{ids[1]}:1", "how": "morning"})
    with place.bot.database.read() as session:
        until = {row.until for row in session.scalars(select(Snooze))}
    assert until == {tomorrow(place.bot, "x", place.bot.clock())}


def test_it_frees_itself(visit: Visit, place: Place) -> None:
    client, path = visit(Role.EDITOR), f"/item/{place.ids['sam']}"
    page = client.get(path).text
    seconds = int(re.findall(r'data-free-in="(\d+)"', page)[0])
    assert 50 < seconds <= 60
    with place.bot.database.write() as session:
        session.get_one(Draft, place.ids["sam"]).claimed_until = place.bot.clock()
    notice = client.get(f"{path}/notice", params={"version": 1, "stage": "taken"}).text
    assert "It is free now." in notice
    assert 'data-stale="closed"' in notice, "the page follows by itself"
    page = client.get(path).text
    assert "data-claim" in page
    assert 'id="words"' in page


def test_an_approver_takes_over_and_who_had_it_is_told(visit: Visit, place: Place) -> None:
    editor, approver = visit(Role.EDITOR), visit(Role.APPROVER)
    path = f"/item/{place.ids['ola']}"
    assert "data-claim" in editor.get(path).text
    assert "Take it over" in approver.get(path).text
    page = follow(approver, approver.post(f"{path}/take-over"))
    assert 'id="words"' in page
    assert editor.post(f"{path}/claim").status_code == 409
    notice = editor.get(f"{path}/notice", params={"version": 1, "stage": "write"}).text
    assert "<bdi>approver</bdi> took this over from you. What you typed is kept here." in notice
    answer = editor.post(f"{path}/edit", data={"version": 1, "text": "half a sentence"})
    assert answer.status_code == 409
    assert "half a sentence" in answer.text
    assert audited(place, place.ids["ola"]) == [("approver", "take over")]
    assert editor.post(f"{path}/take-over").status_code == 403
    done = approver.post(f"{path}/approve", data={"version": 1, "text": FOR_OLA})
    assert done.status_code == 303


def test_nobody_takes_over_what_is_closed(visit: Visit, place: Place) -> None:
    answer = visit(Role.APPROVER).post(f"/item/{place.ids['sent']}/take-over")
    assert answer.status_code == 409
    assert "Nobody has to do anything about it any more" in answer.text


@pytest.mark.parametrize("races", [20, pytest.param(200, marks=pytest.mark.real)])
def test_of_two_who_approve_at_the_same_moment_exactly_one_sends(
    desk: OpenDesk, races: int
) -> None:
    """Over HTTP, each from a browser of their own. Each race ends with one reply, one who goes on
    and one who is told who won."""
    draft_id, mention_id = desk.ids["giulia"], mention_of(desk, "giulia").id
    people = {name: _signed_in(desk, name) for name in ("ann", "zoe")}
    for race in range(races):
        waiting, gate = draft(desk, "giulia"), Barrier(len(people))

        def press(name: str, waiting: Draft = waiting, gate: Barrier = gate) -> tuple[int, str]:
            gate.wait()
            answer = people[name].post(
                f"{desk.url}/item/{draft_id}/approve",
                data={"version": waiting.version, "text": waiting.text},
                allow_redirects=False,
            )
            return answer.status_code, answer.text

        with ThreadPoolExecutor(len(people)) as pool:
            told = dict(zip(people, pool.map(press, people), strict=True))
        assert sorted(code for code, _ in told.values()) == [303, 409], race
        (winner,) = [name for name, (code, _) in told.items() if code == 303]
        (loser,) = people.keys() - {winner}
        assert f"Not sent: {winner} approved it first." in told[loser][1]
        with desk.bot.database.read() as session:
            (reply,) = session.query(Reply).filter(Reply.mention_id == mention_id)
            reply_id = reply.id
        take_back(desk.bot, reply_id, by=winner)
    for browser in people.values():
        browser.close()


def _signed_in(desk: OpenDesk, name: str) -> requests.Session:
    browser = requests.Session()
    browser.trust_env = False
    browser.headers["sec-fetch-site"] = "same-origin"
    assert browser.get(desk.enter(name, Role.APPROVER)).status_code == 200
    return browser


# Whose it is, and when


def test_taking_and_giving_back(visit: Visit, place: Place) -> None:
    client, path = visit(Role.EDITOR), f"/item/{place.ids['ola']}"
    me = agent(place, "editor")
    page = follow(client, client.post(f"{path}/assign", data={"agent": me}))
    assert "Assigned." in page
    assert "Yours" in page
    assert re.search(r'id="take">Give back', page)
    with place.bot.database.read() as session:
        row = session.get_one(Assignment, mention_of(place, "ola").id)
        assert (row.agent_id, row.by) == (me, "editor")
    page = follow(client, client.post(f"{path}/assign", data={"agent": ""}))
    assert "Given back: anybody may take it." in page
    with place.bot.database.read() as session:
        assert session.query(Assignment).count() == 0


def test_a_colleague_is_chosen_among_those_who_see_it(visit: Visit, place: Place) -> None:
    with place.bot.database.write() as session:
        clock = place.bot.clock()
        for name, changes in (
            ("Łucja", {"languages": ["pl", "en"]}),
            ("Asleep", {"hours": _hours_without(clock + timedelta(hours=1))}),
            ("X only", {"channels": ["x"]}),
            ("Gone", {"disabled_at": clock}),
            ("Reader", {"role": Role.VIEWER}),
        ):
            values: dict[str, Any] = {"role": Role.APPROVER, "created_at": clock, **changes}
            session.add(Agent(name=name, password_hash="x", **values))
    client, path = visit(Role.EDITOR), f"/item/{place.ids['ola']}"
    page = client.get(path).text
    chosen = re.findall(r'<select id="assign-to".*?</select>', page, re.S)[0]
    assert "Łucja: Polski, English" in chosen
    assert re.search(r'value="[0-9a-f]{28}" disabled>Asleep', chosen)
    for name in ("X only", "Gone", "Reader"):
        assert name not in chosen
    to = agent(place, "Łucja")
    page = follow(client, client.post(f"{path}/assign", data={"agent": to}))
    assert '<span class="chip owner"><bdi>Łucja</bdi>' in page
    answer = client.post(f"{path}/assign", data={"agent": agent(place, "Asleep")})
    assert answer.status_code == 409
    assert "Not done: Asleep is not there now: it would come back at once." in answer.text


def _hours_without(moment: Any) -> str:
    """A weekly hour that is not now, whenever the tests run."""
    names = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    return f"{names[(moment.weekday() + 3) % 7]} 09:00-10:00"


@pytest.mark.parametrize("how", ["hour", "morning", "answer", "moment"])
def test_putting_off_has_an_end(visit: Visit, place: Place, how: str) -> None:
    client, path, bot = visit(Role.EDITOR), f"/item/{place.ids['jonas']}", place.bot
    now = bot.clock()
    later = (now.astimezone(bot.zone) + timedelta(days=2)).replace(second=0, microsecond=0)
    data = {"how": how, "at": later.strftime("%Y-%m-%dT%H:%M") if how == "moment" else ""}
    answer = client.post(f"{path}/snooze", data=data)
    assert place.ids["jonas"] not in answer.headers["location"].partition("?")[0]  # the next one
    page = follow(client, answer)
    assert "Put off. It comes back by itself." in page
    assert f'action="{path}/wake"' in page
    assert "put it off until" in client.get(path).text
    with bot.database.read() as session:
        row = session.get_one(Snooze, mention_of(place, "jonas").id)
    meant = {
        "hour": now + timedelta(hours=1),
        "morning": tomorrow(bot, "facebook", now),
        "answer": now + FOR_ANSWER,
        "moment": later,
    }[how]
    assert abs(row.until - meant) < timedelta(seconds=30)
    assert row.for_answer is (how == "answer")
    page = follow(client, client.post(f"{path}/wake"))
    assert "put it off until" not in page


@pytest.mark.parametrize("at", ["", "2020-01-01T10:00", "2999-01-01T10:00"])
def test_a_moment_that_will_not_do_is_said(visit: Visit, place: Place, at: str) -> None:
    path = f"/item/{place.ids['jonas']}/snooze"
    answer = visit(Role.EDITOR).post(path, data={"how": "moment", "at": at})
    assert answer.status_code == 409
    assert "Not done:" in answer.text


# Notes


def test_a_note_stands_in_the_context_and_tells_who_is_named(visit: Visit, place: Place) -> None:
    client, approver = visit(Role.EDITOR), visit(Role.APPROVER)
    path = f"/item/{place.ids['ola']}"
    note = "@approver she called us <b>twice</b>"
    page = follow(client, client.post(f"{path}/note", data={"note": note}))
    assert "she called us &lt;b&gt;twice&lt;/b&gt;" in page
    assert "Noted, for colleagues only." in page
    home = approver.get("/").text
    assert re.search(r'id="bell" class="bell new".*?<span class="sr">1 new', home, re.S)
    page = approver.get("/notices").text
    assert "she called us" in page
    assert f'href="{path}"' in page
    assert "Ola Wiśniewska" in page
    approver.get(path)
    assert 'class="bell"' in approver.get("/notices/count").text
    assert 'id="bell" class="bell"' in client.get("/").text, "the author was not told"
    with place.bot.database.read() as session:
        assert session.query(Note).one().by == "editor"
    assert audited(place, mention_of(place, "ola").id) == [("editor", "note")]


def test_a_note_never_leaves_the_desk(visit: Visit, place: Place) -> None:
    client, path = visit(Role.APPROVER), f"/item/{place.ids['giulia']}"
    client.post(f"{path}/note", data={"note": "SECRET between us"})
    client.post(f"{path}/approve", data={"version": 1, "text": draft(place, "giulia").text})
    with place.bot.database.write() as session:
        (reply,) = session.query(Reply).filter(Reply.draft_id == place.ids["giulia"])
        reply.not_before = place.bot.clock()
        mention = reply.mention
        place.x.shown[mention.external_id] = incoming(mention.external_id, mention.text)
    assert post_round(place.bot, "x") == 1
    assert "SECRET" not in str(place.x.posts)


# Handing up, spam, deleting


def test_handing_up_says_why_and_to_whom_and_ends(visit: Visit, place: Place) -> None:
    client, approver = visit(Role.EDITOR), visit(Role.APPROVER)
    path = f"/item/{place.ids['ola']}"
    assert client.post(f"{path}/escalate", data={"reason": "  "}).status_code == 409
    to = agent(place, "approver")
    data = {"reason": "She mentions a lawyer", "agent": to}
    page = follow(client, client.post(f"{path}/escalate", data=data))
    assert "She mentions a lawyer" in page
    assert draft(place, "ola").escalated == "She mentions a lawyer"
    with place.bot.database.read() as session:
        assert session.get_one(Assignment, mention_of(place, "ola").id).agent_id == to
    assert draft(place, "ola").version == 1, "who has it open may approve it still"
    follow(approver, approver.post(f"{path}/settled"))
    assert draft(place, "ola").escalated == ""
    assert audited(place, place.ids["ola"]) == [
        ("editor", "escalate"), ("approver", "end escalation"),
    ]  # fmt: skip


def test_spam_gets_no_answer_and_teaches_and_can_be_undone(visit: Visit, place: Place) -> None:
    client, path = visit(Role.EDITOR), f"/item/{place.ids['ola']}"
    before = mention_of(place, "ola").topics
    answer = client.post(f"{path}/spam", data={"version": 1})
    page = follow(client, answer)
    assert "Marked as spam for" in page
    assert f'action="{path}/no-spam"' in page
    mention = mention_of(place, "ola")
    assert (mention.status, mention.topics) == (MentionStatus.IGNORED, ["spam"])
    assert draft(place, "ola").reason == "editor marked it as spam"
    with place.bot.database.read() as session:
        (lesson,) = session.query(Correction).filter(Correction.mention_id == mention.id)
        assert (lesson.answer, lesson.before, lesson.by) == (["spam"], before, "editor")
    page = follow(client, client.post(f"{path}/no-spam"))
    assert "No spam after all" in page
    mention = mention_of(place, "ola")
    assert (mention.status, mention.topics) == (MentionStatus.DRAFTED, before)
    assert draft(place, "ola").status is DraftStatus.PENDING
    assert client.post(f"{path}/no-spam").status_code == 409


def sent(place: Place) -> str:
    """The reply that stands on X, with the id it has there."""
    with place.bot.database.write() as session:
        (reply,) = session.query(Reply).filter(Reply.draft_id == place.ids["sent"])
        reply.external_id = "x-reply-1"
        return reply.id


def reply_now(place: Place, reply_id: str) -> Reply:
    with place.bot.database.read() as session:
        return session.get_one(Reply, reply_id)


def test_our_reply_is_deleted_once_the_network_says_so(visit: Visit, place: Place) -> None:
    client, path = visit(Role.APPROVER), f"/item/{place.ids['sent']}"
    reply_id = sent(place)
    assert "Delete it and answer anew" in client.get(path).text
    place.x.fail("delete", Unavailable("X does not answer"))
    answer = client.post(f"{path}/delete")
    assert answer.status_code == 409
    assert "Not deleted: X does not answer." in answer.text
    assert reply_now(place, reply_id).vanished_at is None
    page = follow(client, client.post(f"{path}/delete", data={"view": "sent"}))
    assert "Deleted on the network." in page
    assert "deleted by approver" in page
    assert place.x.deleted == ["x-reply-1"]
    reply = reply_now(place, reply_id)
    assert (reply.status, reply.verify_at) == (ReplyStatus.SENT, None)
    assert audited(place, reply_id) == [("approver", "delete reply")]


def test_a_deletion_nobody_confirmed_is_known_by_looking(visit: Visit, place: Place) -> None:
    client, path = visit(Role.APPROVER), f"/item/{place.ids['sent']}"
    reply_id = sent(place)
    place.x.fail("delete", Unavailable("the answer was lost"), late=True)
    place.x.shown["x-reply-1"] = None
    assert client.post(f"{path}/delete").status_code == 303
    assert reply_now(place, reply_id).vanished_at is not None


def test_what_is_answered_anew_never_has_two_live_replies(visit: Visit, place: Place) -> None:
    client, path = visit(Role.APPROVER), f"/item/{place.ids['sent']}"
    reply_id = sent(place)
    follow(client, client.post(f"{path}/delete", data={"anew": "true"}))
    open_again = draft(place, "sent")
    assert (open_again.status, open_again.version) == (DraftStatus.PENDING, 2)
    assert reply_now(place, reply_id).status is ReplyStatus.FAILED
    assert mention_of(place, "sent").status is MentionStatus.DRAFTED
    words = "Hello Anna, your parcel has left our warehouse. — the Larix team"
    answer = client.post(f"{path}/approve", data={"version": 2, "text": words})
    assert answer.status_code == 303, re.findall(r'id="refusal".*?</div>', answer.text, re.S)
    with place.bot.database.write() as session:
        replies = session.query(Reply).filter(Reply.mention_id == open_again.mention_id).all()
        live = [one for one in replies if one.status is not ReplyStatus.FAILED]
        assert len(live) == 1
        live[0].not_before = place.bot.clock()
        mention = live[0].mention
        place.x.shown[mention.external_id] = incoming(mention.external_id, mention.text)
    assert post_round(place.bot, "x") == 1
    assert [outgoing.text for outgoing, _ in place.x.posts] == [words]


def test_what_does_not_stand_is_not_deleted(visit: Visit, place: Place) -> None:
    client = visit(Role.APPROVER)
    for who in ("ola", "unknown"):
        answer = client.post(f"/item/{place.ids[who]}/delete")
        assert answer.status_code in (404, 409), who
    assert place.x.deleted == []


def test_earlier_contacts_are_counted(visit: Visit, place: Place) -> None:
    page = visit(Role.VIEWER).get(f"/item/{place.ids['giulia']}").text
    assert "Wrote before</dt><dd>1 time<" in page
    assert "We answered</dt><dd>1 time<" in page


def test_what_was_answered_was_not_never_answered(visit: Visit, place: Place) -> None:
    with place.bot.database.write() as session:
        reply = session.scalars(select(Reply).where(Reply.status == ReplyStatus.SENT)).first()
        assert reply is not None
        answered, earlier = reply.mention, session.get_one(Draft, place.ids["giulia"]).mention
        earlier.author_id, draft_id = answered.author_id, reply.draft_id
        earlier.created_at = answered.created_at - timedelta(days=1)
    client = visit(Role.VIEWER)
    assert "We answered</dt><dd>1 time<" in client.get(f"/item/{draft_id}").text
    with place.bot.database.write() as session:
        earlier = session.get_one(Draft, place.ids["giulia"]).mention
        earlier.status = MentionStatus.ANSWERED_OUTSIDE
    assert "We answered</dt><dd>2 times<" in client.get(f"/item/{draft_id}").text


def test_followers_are_told(visit: Visit, place: Place) -> None:
    page = visit(Role.VIEWER).get(f"/item/{place.ids['giulia']}").text
    assert "1,204" in page


def test_a_correction_of_a_colleague_is_told_in_words(visit: Visit, place: Place) -> None:
    mention = mention_of(place, "ola")
    correct(place.bot, mention.id, version=1, right=Right(topics=("refund",)), by="bo")
    page = visit(Role.VIEWER).get(f"/item/{place.ids['ola']}").text
    assert "Set right by bo: about refund (was about delivery)" in page
