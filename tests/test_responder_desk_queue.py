"""The list at the desk: filters in the address, several at once, views people keep, empty lists."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from sqlalchemy import select, update
from starlette.testclient import TestClient

from config.clock import utcnow
from listener.likeness import likeness
from responder import access
from responder.automatic.models import Judgement, Review
from responder.bot import Bot
from responder.desk.app import create_app
from responder.desk.listing import Listing, read_value
from responder.handling.assign import assign
from responder.handling.lists import Filters, View
from responder.handling.models import Assignment, SavedView
from responder.handling.snooze import snooze
from responder.models import AuthorKind, Draft, DraftStatus, Reply, ReplyStatus
from responder.paging import cursor_of
from responder.team import accounts
from responder.team.models import Agent, Role
from sentiment.prioritize import Level
from tests.conftest import Place, Visit
from tests.desk_story import wait
from tests.factories import make_auto_rule, make_bot
from tests.fakes import FakeChannel

CROWD = "The site does not let me pay for my order"


def names(page: str) -> list[str]:
    return re.findall(r'<bdi class="name" dir="auto">([^<]+)</bdi>\s*<span class="chip">', page)


def mention_of(place: Place, who: str) -> str:
    with place.bot.database.read() as session:
        return session.get_one(Draft, place.ids[who]).mention_id


def agent(place: Place, name: str) -> str:
    with place.bot.database.read() as session:
        return session.scalars(select(Agent.id).where(Agent.name == name)).one()


def status(place: Place, *ids: str) -> list[DraftStatus]:
    with place.bot.database.read() as session:
        return [session.get_one(Draft, key).status for key in ids]


def toast(client: TestClient, answer_url: str) -> str:
    page = client.get(answer_url).text
    found = re.search(r'<div class="toast".*?<p>(.*?)</p>', page, re.DOTALL)
    return " ".join(unescape(found[1]).split()) if found else ""


def crowd(place: Place, *, replies: tuple[str, ...] = ()) -> list[str]:
    """Five who say the same. Returns their drafts."""
    people = ("Giulia Verdi", "Marco Neri", "Sara Blu", "Luca Rosa", "Piero Gialli")
    with place.bot.database.write() as session:
        return [
            wait(
                session,
                place.bot.clock(),
                name=name,
                text=CROWD + "!" * number,
                likeness=likeness(CROWD),
                due_at=place.bot.clock() + timedelta(minutes=200 + number),
                reply=replies[number % len(replies)]
                if replies
                else f"Hello {name.split()[0]}, we repair the payment page. — the Larix team",
            ).id
            for number, name in enumerate(people)
        ]


def picks(*ids: str, version: int = 1) -> list[str]:
    return [f"{key}:{version}" for key in ids]


def test_filters_stand_in_the_address_and_go_on_to_the_items_and_back(
    visit: Visit, place: Place
) -> None:
    client = visit(Role.APPROVER)
    page = client.get("/?channel=x&language=it").text
    assert names(page) == ["Giulia Rossi"]
    assert "Channel: X" in page
    assert "Language: Italiano" in page
    href = re.search(r'<a class="row[^>]*href="([^"]+)"', page)
    assert href is not None
    item = client.get(unescape(href[1])).text
    assert names(item) == ["Giulia Rossi"]
    fields = set(re.findall(r'name="view" value="([^"]*)"', item))
    assert fields == {"approve", "approve&amp;channel=x&amp;language=it"}  # of the filters, of all
    form = {"version": 1, "view": "approve&channel=x&language=it"}
    back = client.post(f"/item/{place.ids['giulia']}/reject", data=form).headers["location"]
    assert "channel=x" in back
    assert "language=it" in back
    assert "Nothing here passes these filters." in client.get(back).text


def test_each_filter_in_force_can_be_taken_away(visit: Visit) -> None:
    client = visit(Role.VIEWER)
    page = client.get("/?channel=x&q=ordine&speak=1").text
    chips = re.findall(r'<a class="chip" href="([^"]+)"><bdi>([^<]+)', page)
    assert [name for _, name in chips] == ["Channel: X", "Words: ordine", "My languages"]
    for href, _ in chips:
        assert len(re.findall('class="chip" href', client.get(unescape(href)).text)) == 2


def test_search_finds_words_names_and_handles(visit: Visit) -> None:
    client = visit(Role.VIEWER)
    assert names(client.get("/?q=PRZEMAKAJĄ").text) == ["Ola Wiśniewska"]
    assert names(client.get("/?q=samt").text) == ["Sam Taylor"]
    assert names(client.get("/?q=krämer").text) == ["Jonas Krämer"]
    assert "Nothing here passes" in client.get("/?q=100%25").text


def test_an_odd_cursor_is_the_beginning(visit: Visit) -> None:
    client = visit(Role.VIEWER)
    for moment in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"):
        odd = cursor_of(moment, "1.0", "a" * 28)
        assert names(client.get("/", params={"after": odd}).text) == names(client.get("/").text)


@pytest.mark.parametrize(
    "listing",
    [
        Listing(),
        Listing(of=View.BY_HAND, after="abc"),
        Listing(
            of=View.MINE,
            filters=Filters(q="a&b=c %", owner="me", priority=Level.P2, topic="refund"),
            speak=True,
        ),
    ],
)
def test_a_listing_survives_an_address_and_a_form(listing: Listing) -> None:
    assert read_value(listing.value) == listing
    assert read_value(read_value(listing.value)) == listing


def test_rows_say_whose_they_are_and_when_they_wake(visit: Visit, place: Place) -> None:
    client = visit(Role.APPROVER)
    now = place.bot.clock()
    assign(place.bot, mention_of(place, "ola"), to=agent(place, "bo"), by="bo")
    assign(place.bot, mention_of(place, "giulia"), to=agent(place, "approver"), by="bo")
    snooze(
        place.bot,
        mention_of(place, "jonas"),
        until=now + timedelta(days=2),
        for_answer=True,
        by="bo",
    )
    page = " ".join(client.get("/").text.split())
    assert '<span class="owner"><span class="sr">owner </span><bdi>bo</bdi></span>' in page
    assert '<span class="owner">yours</span>' in page
    assert "Jonas" not in page
    assert names(client.get("/?view=mine").text) == ["Giulia Rossi"]
    asleep = client.get("/?view=snoozed").text
    assert names(asleep) == ["Jonas Krämer"]
    until = (now + timedelta(days=2)).astimezone(place.bot.zone)
    assert f"until {until:%a} {until.day} {until:%b}" in asleep
    assert "or an answer" in asleep


def test_the_line_above_tells_what_slips_and_leads_there(visit: Visit, place: Place) -> None:
    client = visit(Role.VIEWER)
    page = client.get("/").text
    assert "Without owner or overdue: 8" in page  # seven to approve and one by hand
    assert "On duty: bo" in page
    assert len(names(client.get("/?view=slipping").text)) == 8
    for who in ("ola", "sam", "hand"):
        assign(place.bot, mention_of(place, who), to=agent(place, "bo"), by="bo")
    assert "Without owner or overdue: 5" in client.get("/").text
    accounts.disable(place.bot.database, "bo", place.bot.clock())
    page = client.get("/").text
    assert "Without owner or overdue: 8" in page
    assert "Nobody is on duty" in page


def test_a_language_i_do_not_speak_is_marked_and_stays_in_its_place(
    visit: Visit, place: Place
) -> None:
    client = visit(Role.EDITOR)
    assert "Not one of your languages" not in client.get("/").text
    with place.bot.database.write() as session:
        session.get_one(Agent, agent(place, "editor")).languages = ["it", "en"]
    page = client.get("/").text
    assert names(page)[:2] == ["Giulia Rossi", "Ola Wiśniewska"]
    assert page.count('title="Not one of your languages"') == 5
    assert names(client.get("/?speak=1").text) == ["Giulia Rossi", "Sam Taylor"]


def test_a_team_of_one_channel_sees_and_counts_its_own(visit: Visit, place: Place) -> None:
    client = visit(Role.APPROVER)
    with place.bot.database.write() as session:
        session.get_one(Agent, agent(place, "approver")).channels = ["facebook"]
    page = client.get("/").text
    assert names(page) == ["Ola Wiśniewska", "Inès Bernard", "Jonas Krämer"]
    assert "Without owner or overdue: 3" in page
    assert '<option value="x">' not in page
    assert names(client.get("/?channel=x").text) == names(client.get("/?view=sent").text) == []
    hidden = place.ids["giulia"]
    client.post("/bulk/reject", data={"pick": picks(hidden)})
    assert status(place, hidden) == [DraftStatus.PENDING]
    assert "Giulia" not in client.get(f"/bulk?deed=reject&pick={hidden}:1").text


def test_several_are_confirmed_once_with_their_number_and_rejected(
    visit: Visit, place: Place
) -> None:
    client, ids = visit(Role.EDITOR), [place.ids[who] for who in ("giulia", "ola", "jonas")]
    asked = client.get("/bulk", params={"deed": "reject", "pick": picks(*ids)}).text
    assert "Reject 3 drafts?" in asked
    with place.bot.database.write() as session:
        session.get_one(Draft, ids[1]).version = 2  # a colleague changed it meanwhile
    sent = re.findall(r'name="pick" value="([^"]+:\d+)">', asked)
    answer = client.post("/bulk/reject", data={"pick": sent, "reason": "tone"})
    said = toast(client, answer.headers["location"])
    assert said.startswith("2 rejected. 1 was not: it was changed meanwhile")
    rejected, pending = DraftStatus.REJECTED, DraftStatus.PENDING
    assert status(place, *ids) == [rejected, pending, rejected]
    with place.bot.database.read() as session:
        assert session.get_one(Draft, ids[0]).reason == "Wrong tone"
        open_ = select(Draft.mention_id).where(Draft.status == pending)
        waiting = set(session.scalars(open_))
        assert {session.get_one(Draft, one).mention_id for one in ids} <= waiting  # for other words


def test_what_a_colleague_has_open_is_left_out(visit: Visit, place: Place) -> None:
    client, ids = visit(Role.EDITOR), [place.ids["sam"], place.ids["ola"]]
    asked = client.get("/bulk", params={"deed": "snooze", "pick": picks(*ids)}).text
    assert "Snooze 1 draft?" in asked
    assert "1 is left out" in asked
    answer = client.post("/bulk/snooze", data={"pick": picks(*ids), "how": "answer"})
    assert toast(client, answer.headers["location"]).startswith("1 snoozed. 1 was not")
    assert names(client.get("/?view=snoozed").text) == ["Ola Wiśniewska"]
    answer = client.post("/bulk/wake", data={"pick": picks(ids[1]), "view": "snoozed"})
    assert toast(client, answer.headers["location"]) == "1 woken."
    assert names(client.get("/?view=snoozed").text) == []


def test_several_are_given_to_somebody_and_back_to_everybody(visit: Visit, place: Place) -> None:
    client, ids = visit(Role.EDITOR), [place.ids["ola"], place.ids["jonas"]]
    mine = agent(place, "editor")
    assert mine in client.get("/bulk", params={"deed": "assign", "pick": picks(*ids)}).text
    answer = client.post("/bulk/assign", data={"pick": picks(*ids), "agent": mine})
    assert toast(client, answer.headers["location"]) == "2 assigned."
    with place.bot.database.read() as session:
        assert set(session.scalars(select(Assignment.agent_id))) == {mine}
    answer = client.post("/bulk/assign", data={"pick": picks(*ids), "agent": ""})
    assert toast(client, answer.headers["location"]) == "2 given back."


def test_near_identical_ones_are_one_row_that_is_decided_with_all_its_members(
    visit: Visit, place: Place
) -> None:
    ids, client = crowd(place), visit(Role.APPROVER)
    page = client.get("/").text
    assert "Giulia Verdi and 4 more say the same" in page
    assert "Marco Neri" not in page
    assert f'value="crowd:{ids[0]}"' in page
    asked = client.get("/bulk", params={"deed": "reject", "pick": [f"crowd:{ids[0]}"]}).text
    assert "Reject 5 drafts?" in asked
    href = re.search(r'<a class="crowd" href="([^"]+)"', page)
    assert href is not None
    each = client.get(unescape(href[1])).text
    assert len(names(each)) == 5
    assert 'value="approve">Approve…' in each


def test_a_crowd_gets_each_its_own_draft_in_one_go(visit: Visit, place: Place) -> None:
    ids, client = crowd(place), visit(Role.APPROVER)
    asked = client.get("/bulk", params={"deed": "approve", "pick": picks(*ids)}).text
    assert "Approve and send 5" in asked
    assert "networks may take that for spam" in asked
    answer = client.post("/bulk/approve", data={"pick": picks(*ids), "again": "true"})
    assert toast(client, answer.headers["location"]) == "5 approved."
    with place.bot.database.read() as session:
        texts = set(session.scalars(select(Reply.text).where(Reply.draft_id.in_(ids))))
    assert texts == {
        f"Hello {name}, we repair the payment page. — the Larix team"
        for name in ("Giulia", "Marco", "Sara", "Luca", "Piero")
    }


def test_the_same_words_go_to_many_only_if_somebody_says_so(visit: Visit, place: Place) -> None:
    ids = crowd(place)
    answer = visit(Role.APPROVER).post("/bulk/approve", data={"pick": picks(*ids)})
    assert "done=approved-2-3-0" in answer.headers["location"]
    assert status(place, *ids).count(DraftStatus.PENDING) == 3


def test_what_is_not_one_answer_is_never_approved_together(visit: Visit, place: Place) -> None:
    client = visit(Role.APPROVER)
    team = "— the Larix team"
    differ = crowd(place, replies=(f"Hello, it works again. {team}", f"Hello, soon. {team}"))
    strangers = [place.ids["ola"], place.ids["jonas"]]
    for ids in (differ, strangers):
        asked = client.get("/bulk", params={"deed": "approve", "pick": picks(*ids)}).text
        assert "say different things" in asked
        assert "Approve and send" not in asked
        answer = client.post("/bulk/approve", data={"pick": picks(*ids)})
        assert "decide each by itself" in toast(client, answer.headers["location"])
        assert set(status(place, *ids)) == {DraftStatus.PENDING}


def test_who_comes_after_a_colleague_finished_the_crowd_is_told_so(
    visit: Visit, place: Place
) -> None:
    ids, client = crowd(place), visit(Role.APPROVER)
    client.post("/bulk/reject", data={"pick": picks(*ids)})
    answer = client.post("/bulk/approve", data={"pick": picks(*ids)})
    said = toast(client, answer.headers["location"])
    assert "5 were not: they were changed meanwhile" in said


def test_a_crowd_that_is_like_nothing_any_more_is_not_its_whole_channel(
    visit: Visit, place: Place
) -> None:
    ids, client = crowd(place), visit(Role.APPROVER)
    with place.bot.database.write() as session:
        session.get_one(Draft, ids[0]).mention.likeness = ""
    params = {"deed": "reject", "pick": [f"crowd:{ids[0]}", f"{place.ids['ola']}:1"]}
    assert "Reject 1 draft?" in client.get("/bulk", params=params).text


def test_the_checks_hold_for_each_of_a_crowd(visit: Visit, place: Place) -> None:
    ids = crowd(place, replies=("Hello, TODO. — the Larix team",))
    answer = visit(Role.APPROVER).post("/bulk/approve", data={"pick": picks(*ids)})
    assert "done=approved-0-5-0" in answer.headers["location"]
    assert set(status(place, *ids)) == {DraftStatus.PENDING}


def test_views_are_kept_for_their_owner_alone(visit: Visit, place: Place) -> None:
    client, other = visit(Role.VIEWER), visit(Role.EDITOR)
    answer = client.post("/views", data={"view": "approve&language=it", "name": " My  Italians "})
    assert answer.headers["location"].startswith("/?view=approve&language=it&done=kept")
    page = client.get("/").text
    assert '<a href="/?view=approve&amp;language=it" ><bdi>My Italians</bdi></a>' in page
    assert "My Italians" not in other.get("/").text
    with place.bot.database.read() as session:
        key = session.scalars(select(SavedView.id)).one()
    assert other.post("/views/delete", data={"saved": key}).status_code == 404
    assert "Delete the view My Italians" in client.get("/?view=approve&language=it").text
    client.post("/views/delete", data={"saved": key})
    assert "My Italians" not in client.get("/").text


def test_a_view_of_the_same_name_is_replaced_and_there_are_not_too_many(
    visit: Visit, place: Place
) -> None:
    client = visit(Role.VIEWER)
    for number in range(21):
        client.post("/views", data={"view": "sent", "name": f"view {number}"})
    client.post("/views", data={"view": "hand", "name": "view 0"})
    assert "done=not+kept" in client.post("/views", data={"name": " "}).headers["location"]
    with place.bot.database.read() as session:
        rows = {row.name: row.query for row in session.scalars(select(SavedView))}
    assert len(rows) == 20
    assert rows["view 0"] == "hand"


def test_an_empty_queue_says_what_was_done_and_what_sleeps(visit: Visit, place: Place) -> None:
    client = visit(Role.APPROVER)
    until = place.bot.clock() + timedelta(hours=3)
    for who in ("giulia", "ola"):
        snooze(place.bot, mention_of(place, who), until=until, for_answer=False, by="bo")
    with place.bot.database.write() as session:
        rest = select(Draft).where(Draft.id.not_in([place.ids["giulia"], place.ids["ola"]]))
        for draft in session.scalars(rest.where(Draft.status == DraftStatus.PENDING)):
            if draft.id != place.ids["hand"]:
                draft.status = DraftStatus.REJECTED
        first, *others = session.scalars(select(Reply).where(Reply.status == ReplyStatus.SENT))
        first.posted_at = first.changed_at = place.bot.clock()
        for reply in others:
            reply.posted_at = reply.changed_at = place.bot.clock() - timedelta(days=2)
    page = " ".join(client.get("/").text.split())
    assert "<strong>All caught up.</strong> 1 sent today." in page
    assert '<a href="/?view=snoozed">2 snoozed, the first until' in page
    assert "1 text to answer by hand" in page


def test_the_next_free_one_is_nobody_elses(visit: Visit, place: Place) -> None:
    client = visit(Role.APPROVER)
    assign(place.bot, mention_of(place, "giulia"), to=agent(place, "bo"), by="bo")
    answer = client.get("/next?view=approve&channel=x")
    assert answer.headers["location"] == f"/item/{place.ids['ελένη']}?view=approve&channel=x"
    assert "done=none+free" in client.get("/next?q=nobody").headers["location"]


def test_automatic_replies_are_judged_from_the_list(visit: Visit, place: Place) -> None:
    with place.bot.database.write() as session:
        rule = make_auto_rule(session)
        reply = session.scalars(select(Reply).where(Reply.status == ReplyStatus.SENT)).first()
        assert reply is not None
        reply.author_kind, reply.rule_id, key = AuthorKind.AUTO, rule.id, reply.id
        session.add(Review(reply_id=key, rule_id=rule.id, due_at=place.bot.clock()))
    client = visit(Role.APPROVER)
    page = client.get("/?view=review").text
    assert len(names(page)) == 1
    assert f'action="/reply/{key}/judge"' in page
    assert "/judge" not in visit(Role.EDITOR).get("/?view=review").text
    form = {"verdict": "bad", "view": "review"}
    first = client.post(f"/reply/{key}/judge", data=form).headers["location"]
    assert toast(client, first) == "Noted: it should not have left."
    again = client.post(f"/reply/{key}/judge", data=form).headers["location"]
    assert toast(client, again) == "Somebody judged it before you."
    with place.bot.database.read() as session:
        review = session.scalars(select(Review)).one()
        assert (review.verdict, review.by) == (Judgement.BAD, "approver")
    assert client.post(f"/reply/{'0' * 28}/judge", data=form).status_code == 404


def test_the_first_page_names_the_channels_one_sees(tmp_path: Path) -> None:
    channels = [FakeChannel("x"), FakeChannel("facebook")]
    bot: Bot = make_bot(tmp_path, channels=channels, clock=utcnow)
    secret = access.entry_link(bot.database, name="v", role=Role.ADMIN, now=bot.clock())
    with bot.database.write() as session:
        session.execute(update(Agent).values(channels=["facebook"]))
    with TestClient(create_app(bot), base_url="http://127.0.0.1") as client:
        client.get(f"/enter/{secret}", headers={"sec-fetch-site": "same-origin"})
        page = client.get("/").text
    bot.database.close()
    assert "<strong>Facebook</strong>" in page
    assert "<strong>X</strong>" not in page


def test_the_first_page_lists_what_is_still_to_be_set_up(tmp_path: Path) -> None:
    bot: Bot = make_bot(tmp_path, channels=[FakeChannel("x")], clock=utcnow)
    with TestClient(create_app(bot), base_url="http://127.0.0.1") as client:
        secret = access.entry_link(bot.database, name="v", role=Role.ADMIN, now=bot.clock())
        client.get(f"/enter/{secret}", headers={"sec-fetch-site": "same-origin"})
        page = client.get("/").text
        assert "Listening. Nothing was heard yet." in page
        assert "Invite somebody who may approve." in page
        assert "brand.staffed_hours" in page
        with bot.database.write() as session:
            session.scalars(select(Agent)).one().hours = "Mon-Fri 09:00-17:00"
        access.entry_link(bot.database, name="w", role=Role.APPROVER, now=bot.clock())
        page = client.get("/").text
        assert "You are not alone." in page
        assert "The hours when people are there are known." in page
    bot.database.close()


def test_the_list_is_light_on_the_wire_and_asks_little_of_the_store(
    visit: Visit, place: Place
) -> None:
    with place.bot.database.write() as session:
        for _ in range(200):
            wait(session, place.bot.clock())
    client = visit(Role.APPROVER)
    few = client.get("/", headers={"accept-encoding": "gzip"})
    assert int(few.headers["content-length"]) < 50_000
    assert few.text.count("data-id=") == 50
