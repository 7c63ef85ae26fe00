"""Spikes at the desk: the tab, an episode's page, and what people do there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from listener.spikes.watch import Level, Rule
from responder.bot import Bot
from responder.crisis.models import Did, Episode, EpisodeEntry, HoldingStatement, Kind
from responder.desk.words import clock_time
from responder.models import Incident
from responder.team.models import Agent, Role
from tests.conftest import Place, Visit
from tests.factories import make_draft, make_mention

SORRY = "We know that the checkout fails and are mending it."
FORM = {
    "title": "Checkout down",
    "words": "checkout",
    "topics": ["technical"],
    "language": ["en"],
    "statement": [SORRY],
}


def make_episode(bot: Bot, **changes: Any) -> str:
    now = bot.clock()
    with bot.database.write() as session:
        row = Episode(
            **{
                "kind": Kind.NEGATIVE, "channel": "x", "level": Level.CRISIS,
                "first_level": Level.CRISIS, "rule": Rule.TAIL, "observed": 40.0, "expected": 4.2,
                "chance": 1e-9, "authors": 35, "began_at": now - timedelta(hours=1),
                "seen_at": now, "raised_at": now, "last_at": now,
                "explanation": {"terms": [{"text": "checkout broken", "people": 30, "times": 90}]},
            }
            | changes
        )  # fmt: skip
        session.add(row)
        session.flush()
        session.add(EpisodeEntry(episode_id=row.id, at=now, by="spike watch", did=Did.OPENED))
        return row.id


def entries(bot: Bot, episode_id: str) -> list[tuple[str, Did]]:
    with bot.database.read() as session:
        rows = session.scalars(
            select(EpisodeEntry)
            .where(EpisodeEntry.episode_id == episode_id)
            .order_by(EpisodeEntry.id)
        )
        return [(row.by, row.did) for row in rows]


def narrow(bot: Bot, name: str, *channels: str) -> None:
    with bot.database.write() as session:
        session.scalars(select(Agent).where(Agent.name == name)).one().channels = list(channels)


@pytest.fixture
def viewer(visit: Visit) -> TestClient:
    return visit(Role.VIEWER)


def test_the_tab_says_what_is_unusual_and_what_is_not_known_yet(
    viewer: TestClient, place: Place
) -> None:
    assert "Nothing is unusual at the moment" in viewer.get("/trends/spikes").text
    key = make_episode(place.bot)
    page = viewer.get("/trends/spikes").text
    assert f"/episodes/{key}" in page
    assert "checkout broken" in page
    assert "40 where 4.2 are usual, by 35 people" in page
    assert "three weeks have to be heard first" in page
    assert viewer.get("/trends/spikes/usual.csv").status_code == 200


def test_the_page_shows_why_the_mentions_and_what_happened(
    viewer: TestClient, place: Place
) -> None:
    key = make_episode(place.bot)
    with place.bot.database.write() as session:
        make_mention(
            session, text="The checkout is broken <b>", sentiment="negative",
            created_at=place.bot.clock() - timedelta(minutes=5),
        )  # fmt: skip
    page = viewer.get(f"/episodes/{key}").text
    assert "The checkout is broken &lt;b&gt;" in page
    assert "so many in an hour hardly come by chance" in page
    assert "Noticed" in page
    assert f'action="/episodes/{key}' not in page, "a viewer is offered nothing"


def test_taking_it_up_putting_it_off_noting_and_ending_are_logged_by_name(
    visit: Visit, place: Place
) -> None:
    key, client = make_episode(place.bot), visit(Role.APPROVER)
    for deed, values in (
        ("acknowledge", {}),
        ("snooze", {"hours": "4"}),
        ("note", {"text": "The shop is back"}),
        ("end", {}),
        ("post-mortem", {"text": "A broken release"}),
    ):
        answer = client.post(f"/episodes/{key}/{deed}", data=values)
        assert answer.status_code == 303, deed
    assert [did for _, did in entries(place.bot, key)] == [
        Did.OPENED, Did.ACKNOWLEDGED, Did.SNOOZED, Did.NOTED, Did.ENDED, Did.LEARNED,
    ]  # fmt: skip
    assert {by for by, _ in entries(place.bot, key)[1:]} == {"approver"}
    log = client.get(f"/episodes/{key}/log.csv").text
    assert "The shop is back" in log
    with place.bot.database.read() as session:
        done = EpisodeEntry.episode_id == key, EpisodeEntry.did == Did.SNOOZED
        at = session.scalars(select(EpisodeEntry).where(*done)).one().at
    until = clock_time(at + timedelta(hours=4), at, place.bot.zone)
    assert f'"{until}"' in log
    assert "A broken release" in log
    assert client.post(f"/episodes/{key}/end").status_code == 409, "it is over already"


def test_what_cannot_be_put_off_or_noted_changes_nothing(visit: Visit, place: Place) -> None:
    key, client = make_episode(place.bot), visit(Role.EDITOR)
    assert client.post(f"/episodes/{key}/snooze", data={"hours": "900"}).status_code == 422
    assert client.post(f"/episodes/{key}/note", data={"text": "  "}).status_code == 422
    assert client.post(f"/episodes/{'0' * 28}/acknowledge").status_code == 404
    assert len(entries(place.bot, key)) == 1


def test_a_statement_is_used_once_the_named_person_approves_it(visit: Visit, place: Place) -> None:
    key, author, boss = make_episode(place.bot), visit(Role.APPROVER), visit(Role.ADMIN)
    alone = author.post(
        f"/episodes/{key}/statement", data={**FORM, "channel": "x"} | {"approver": "approver"}
    )
    assert alone.status_code == 422, "nobody approves their own"
    named = {**FORM, "channel": "x", "approver": "admin"}
    assert author.post(f"/episodes/{key}/statement", data=named).status_code == 303
    with place.bot.database.read() as session:
        waiting = session.scalars(select(HoldingStatement)).one()
        assert session.scalars(select(Incident)).all() == [], "nothing is said before"
    assert author.post(f"/statements/{waiting.id}/approve").status_code == 409
    assert boss.post(f"/statements/{waiting.id}/approve").status_code == 303
    with place.bot.database.read() as session:
        incident = session.scalars(select(Incident)).one()
    assert (incident.statements, incident.channel, incident.opened_by) == (
        {"en": SORRY},
        "x",
        "admin",
    )
    assert boss.post(f"/statements/{waiting.id}/approve").status_code == 409, "once"
    assert [did for _, did in entries(place.bot, key)][1:] == [Did.PROPOSED, Did.APPROVED]


def test_a_declined_statement_is_never_used(visit: Visit, place: Place) -> None:
    key, author, boss = make_episode(place.bot), visit(Role.APPROVER), visit(Role.ADMIN)
    author.post(f"/episodes/{key}/statement", data={**FORM, "channel": "x", "approver": "admin"})
    with place.bot.database.read() as session:
        waiting = session.scalars(select(HoldingStatement)).one()
    assert boss.post(f"/statements/{waiting.id}/decline").status_code == 303
    assert boss.post(f"/statements/{waiting.id}/approve").status_code == 409
    with place.bot.database.read() as session:
        assert session.scalars(select(Incident)).all() == []


def test_an_episode_of_another_teams_channel_does_not_exist_for_them(
    visit: Visit, place: Place
) -> None:
    key, client = make_episode(place.bot), visit(Role.APPROVER)
    everywhere = make_episode(place.bot, channel="")
    narrow(place.bot, "approver", "facebook")
    assert client.get(f"/episodes/{key}").status_code == 404
    assert client.get(f"/episodes/{key}/log.csv").status_code == 404
    assert client.post(f"/episodes/{key}/end").status_code == 404
    assert key not in client.get("/trends/spikes").text
    assert client.get(f"/episodes/{everywhere}").status_code == 200
    assert client.post(f"/episodes/{everywhere}/end").status_code == 404, "it is everybody's"


def test_what_was_written_in_private_is_for_those_who_answer_it(visit: Visit, place: Place) -> None:
    key = make_episode(place.bot)
    with place.bot.database.write() as session:
        make_mention(
            session, text="My card number is in here", sentiment="negative", private=True,
            created_at=place.bot.clock() - timedelta(minutes=5),
        )  # fmt: skip
    assert "My card number" not in visit(Role.VIEWER).get(f"/episodes/{key}").text
    assert "My card number" in visit(Role.EDITOR).get(f"/episodes/{key}").text


def test_the_first_mention_is_linked_also_where_it_is_not_among_the_latest(
    visit: Visit, place: Place
) -> None:
    with place.bot.database.write() as session:
        early = make_mention(session, created_at=place.bot.clock() - timedelta(days=2))
        draft = make_draft(session, early).id
        thread = {"mention": early.id, "channel": "x", "mentions": 300}
        why = {"first": {"mention": early.id, "channel": "x", "at": ""}, "threads": [thread]}
    key = make_episode(place.bot, explanation=why)
    page = visit(Role.VIEWER).get(f"/episodes/{key}").text
    assert page.count(f"/item/{draft}") == 2


def test_of_an_episode_on_all_channels_those_who_see_some_learn_what_it_is(
    visit: Visit, place: Place
) -> None:
    why = {
        "terms": [{"text": "checkout broken", "people": 30, "times": 90}],
        "topics": [["technical", 771177]],
        "channels": [["x", 771178]],
        "languages": [["pl", 771179]],
        "threads": [{"mention": "0" * 28, "channel": "x", "mentions": 771180}],
        "also": [["topic", "billing", "x"]],
    }
    key = make_episode(place.bot, channel="", observed=771181.0, authors=771182, explanation=why)
    with place.bot.database.write() as session:
        for did, detail in ((Did.PAUSED, "x"), (Did.URGENT, "771183"), (Did.JOINED, "all x")):
            entry = EpisodeEntry(episode_id=key, at=place.bot.clock(), by="spike watch", did=did)
            entry.detail = detail
            session.add(entry)
    client = visit(Role.EDITOR)
    label = place.bot.channels["x"].declaration.label

    def told() -> tuple[str, ...]:
        log = client.get(f"/episodes/{key}/log.csv").text
        return client.get(f"/episodes/{key}").text, client.get("/trends/spikes").text, log

    page, tab, log = told()
    assert "checkout broken" in page and "checkout broken" in tab
    assert f"/episodes/{key}/acknowledge" in page and f"/episodes/{key}/acknowledge" in tab
    assert f'"paused","{label}"' in log
    narrow(place.bot, "editor", "facebook")
    page, tab, log = told()
    for text in (page, tab):
        assert "Crisis" in text and "Mentions on all channels" not in text
        assert "Negative mentions on all channels" in text
        assert "so many in an hour hardly come by chance" in text
        assert f"/episodes/{key}/acknowledge" not in text, "it would answer 404"
        assert f"/episodes/{key}/snooze" not in text
    for text in (page, tab, log):
        for secret in ("checkout broken", "77117", "77118", "771,1", "all x"):
            assert secret not in text.replace(key, ""), secret
    assert f'"paused","{label}"' not in log
    assert "Automatic answers paused" in page
    assert f'<span class="detail" dir="auto">{label}' not in page
