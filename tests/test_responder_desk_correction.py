"""Setting a mention right at the desk and through the API."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from listener.models import Mention
from responder.models import Draft
from responder.team.models import Role
from sentiment.prioritize import Level
from sentiment.topics import OTHER, TOPICS
from tests.api_client import Client, a_draft, client_in, is_problem
from tests.conftest import Place, Visit
from tests.factories import FakeChannel, make_mention


def mention_of(place: Place, who: str) -> Mention:
    with place.bot.database.read() as session:
        draft = session.get_one(Draft, place.ids[who])
        return session.get_one(Mention, draft.mention_id)


def form(place: Place, who: str, **changes: Any) -> dict[str, Any]:
    """What the form of the page sends if nobody touches it."""
    mention = mention_of(place, who)
    said = {
        "version": mention.version,
        "seen": "",
        "sentiment": mention.sentiment.value,
        "phase": mention.phase.value,
        "topics": mention.topics,
    }
    return said | changes


def test_the_card_says_who_set_what_right(visit: Visit, place: Place) -> None:
    editor, path = visit(Role.EDITOR), f"/item/{place.ids['marta']}"
    right = form(place, "marta", sentiment="negative", danger="yes")
    answer = editor.post(f"{path}/correction", data=right)
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        f"{path}?view=approve&done=set+right",
    )
    page = editor.get(answer.headers["location"]).text
    assert "Set right by editor: negative (was not judged)" in page
    assert "Set right by editor: danger (was no danger)" in page
    assert "Set right.</p>" in page.replace("\n", "")
    assert "▼" in page
    assert mention_of(place, "marta").priority is Level.P1


def test_the_form_shows_how_it_stands_and_sending_it_untouched_says_nothing(
    visit: Visit, place: Place
) -> None:
    editor, path = visit(Role.EDITOR), f"/item/{place.ids['ola']}"
    page = editor.get(path).text
    assert re.search(r'<option value="negative" selected>', page)
    assert re.search(r'<option value="ownership" selected>', page)
    assert re.findall(r'name="topics" value="(\w+)" checked', page) == ["delivery"]
    assert len(re.findall(r'name="topics"', page)) == len({*TOPICS, OTHER}) == 23
    editor.post(f"{path}/correction", data=form(place, "ola"))
    assert "Set right by" not in editor.get(path).text


def test_unticking_every_topic_means_other_but_only_where_there_was_one(
    visit: Visit, place: Place
) -> None:
    editor, path = visit(Role.EDITOR), f"/item/{place.ids['ola']}/correction"
    editor.post(path, data=form(place, "ola", topics=[]))
    assert mention_of(place, "ola").topics == ["other"]
    with place.bot.database.write() as session:
        session.get_one(Mention, mention_of(place, "sam").id).topics = []
    editor.post(f"/item/{place.ids['sam']}/correction", data=form(place, "sam", topics=[]))
    assert mention_of(place, "sam").topics == []


def test_a_text_that_changed_meanwhile_is_told_on_the_page(visit: Visit, place: Place) -> None:
    with place.bot.database.write() as session:
        session.get_one(Mention, mention_of(place, "ola").id).version = 2
    answer = visit(Role.EDITOR).post(
        f"/item/{place.ids['ola']}/correction",
        data=form(place, "ola", version=1, sentiment="positive"),
    )
    assert answer.status_code == 409
    assert "Not set right: The customer changed the text: read it again." in answer.text


def test_what_was_chosen_is_still_there_after_a_conflict(visit: Visit, place: Place) -> None:
    editor, path = visit(Role.EDITOR), f"/item/{place.ids['ola']}/correction"
    chosen = form(place, "ola", topics=["refund"], phase="retirement", danger="")
    visit(Role.APPROVER).post(path, data=form(place, "ola", sentiment="neutral"))
    answer = editor.post(path, data=chosen | {"sentiment": "positive", "seen": "older"})
    assert answer.status_code == 409
    assert "Not set right: approver set it right meanwhile" in answer.text
    assert '<details class="panel" id="right" open>' in answer.text
    assert re.findall(r'<option value="(\w*)" selected>', answer.text) == [
        "positive", "retirement", "",
    ]  # fmt: skip
    assert re.findall(r'name="topics" value="(\w+)" checked', answer.text) == ["refund"]


@pytest.mark.parametrize(
    ("signals", "shown"), [(["safety"], "yes"), ([], "no"), (["alarming"], "")]
)
def test_danger_is_yes_or_no_and_where_only_a_person_can_tell_not_said(
    visit: Visit, place: Place, signals: list[str], shown: str
) -> None:
    with place.bot.database.write() as session:
        session.get_one(Mention, mention_of(place, "ola").id).signals = signals
    editor, path = visit(Role.EDITOR), f"/item/{place.ids['ola']}"
    danger = editor.get(path).text.split('name="danger"')[1].split("</select>")[0]
    assert re.findall(r'value="(\w*)"', danger) == ["", "yes", "no"]
    assert re.findall(r'value="(\w*)" selected', danger) == [shown]
    editor.post(f"{path}/correction", data=form(place, "ola", danger=shown))
    assert "Set right by" not in editor.get(path).text


def test_an_alarm_for_nothing_is_set_right_on_the_form(visit: Visit, place: Place) -> None:
    with place.bot.database.write() as session:
        session.get_one(Mention, mention_of(place, "ola").id).signals = ["alarming"]
    editor, path = visit(Role.EDITOR), f"/item/{place.ids['ola']}"
    editor.post(f"{path}/correction", data=form(place, "ola", danger="no"))
    assert "Set right by editor: no danger (was perhaps danger)" in editor.get(path).text
    assert mention_of(place, "ola").signals == []


def test_an_answer_that_is_leaving_is_told(visit: Visit, place: Place) -> None:
    path = f"/item/{place.ids['unknown']}/correction"
    answer = visit(Role.EDITOR).post(path, data=form(place, "unknown", danger="yes"))
    told = visit(Role.EDITOR).get(answer.headers["location"]).text
    assert "Set right, but the answer has left or is leaving: look at it there." in told


def test_a_topic_that_has_no_name_any_more_is_no_word_of_the_agent(
    visit: Visit, place: Place
) -> None:
    with place.bot.database.write() as session:
        session.get_one(Mention, mention_of(place, "ola").id).topics = ["damage"]
    path = f"/item/{place.ids['ola']}/correction"
    visit(Role.EDITOR).post(path, data=form(place, "ola", topics=[], phase="retirement"))
    assert mention_of(place, "ola").topics == ["damage"]


def test_topics_and_phases_have_names_and_say_what_they_cover(visit: Visit, place: Place) -> None:
    page = visit(Role.EDITOR).get(f"/item/{place.ids['ola']}").text
    assert '<h2 id="c-right-name">Set right</h2>' in page
    assert re.search(r'title="money to come back"><input [^>]*value="refund"> Refund', page)
    assert "Retirement: returns, cancels, leaves</option>" in page


def test_a_viewer_reads_what_was_set_right_and_has_no_form(visit: Visit, place: Place) -> None:
    path = f"/item/{place.ids['ola']}"
    right = form(place, "ola", sentiment="positive")
    visit(Role.APPROVER).post(f"{path}/correction", data=right)
    page = visit(Role.VIEWER).get(path).text
    assert "Set right by approver: positive (was negative)" in page
    assert 'id="right"' not in page


def test_the_card_says_where_nothing_learns_from_it(visit: Visit, place: Place) -> None:
    place.facebook.declaration = replace(place.facebook.declaration, may_teach=False)
    editor, path = visit(Role.EDITOR), f"/item/{place.ids['ola']}"
    assert "does not teach" not in editor.get(path).text
    editor.post(f"{path}/correction", data=form(place, "ola", sentiment="positive"))
    assert (
        "does not teach the bot to judge the next ones better: texts of Facebook"
        in editor.get(path).text
    )


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    client = client_in(tmp_path)
    yield client
    client.bot.database.close()


def a_mention(client: Client, **changes: Any) -> str:
    with client.bot.database.write() as session:
        return make_mention(session, **changes).id


def sent(client: Client, mention_id: str, **body: Any) -> Any:
    return client.ask("POST", f"/mentions/{mention_id}/correction", json={"version": 1} | body)


def test_a_program_sets_right_what_it_names_and_sees_the_mention(client: Client) -> None:
    mention_id = a_mention(client, scored_by="trained")
    answer = sent(client, mention_id, sentiment="negative", topics=["refund"], danger=True)
    told = answer.json()
    assert answer.status_code == 200
    assert (told["mention"]["sentiment"], told["mention"]["priority"]) == ("negative", "P1")
    assert told["mention"]["phase"] == "acquisition"
    assert {one["question"]: (one["before"], one["answer"]) for one in told["corrections"]} == {
        "sentiment": (["neutral"], ["negative"]),
        "topics": (["delivery"], ["refund"]),
        "danger": (["no"], ["yes"]),
    }
    assert {(one["by"], one["said_by"]) for one in told["corrections"]} == {("t-admin", "trained")}
    assert told["may_teach"] is True
    assert client.get(f"/mentions/{mention_id}") == told["mention"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"sentiment": "unknown"},
        {"sentiment": "angry"},
        {"topics": []},
        {"topics": ["parcels"]},
        {"topics": ["delivery"] * 31},
        {"phase": "moon"},
        {"danger": "yes"},
        {"colour": "red"},
        {"version": 0, "danger": True},
        {"version": True, "danger": True},
    ],
)
def test_words_nobody_knows_are_not_processed(client: Client, body: dict[str, Any]) -> None:
    mention_id = a_mention(client)
    is_problem(sent(client, mention_id, **body), 422)
    assert client.get(f"/mentions/{mention_id}")["topics"] == ["delivery"]


def test_another_version_is_a_conflict_and_no_mention_is_none(client: Client) -> None:
    problem = is_problem(sent(client, a_mention(client, version=2), danger=True), 409)
    assert "changed the text" in problem["detail"]
    is_problem(sent(client, "nobody", danger=True), 404)


def test_the_queue_for_programs_moves_as_well(client: Client) -> None:
    calm, first = a_draft(client, priority=Level.P4, signals=[]), a_draft(client)
    with client.bot.database.read() as session:
        mention_id = session.get_one(Draft, calm).mention_id
    assert sent(client, mention_id, danger=True).status_code == 200
    assert [one["id"] for one in client.get("/drafts")["items"]] == [calm, first]


def test_a_channel_that_may_not_teach_says_so(client: Client) -> None:
    channel = client.bot.channels["x"]
    assert isinstance(channel, FakeChannel)
    channel.declaration = replace(channel.declaration, may_teach=False)
    assert sent(client, a_mention(client), danger=True).json()["may_teach"] is False
