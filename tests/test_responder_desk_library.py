"""The library's list and the page of one work."""

from __future__ import annotations

import re

import pytest

from config.book import Page
from responder.desk import rule_words
from responder.desk.library_fields import (
    FIELDS_OF,
    EntryForm,
    Shape,
    body_of,
    key_from,
    sent_as,
    values_of,
)
from responder.desk.library_words import FIELDS, choices, kind_name, kinds_name, topic_name
from responder.library.checks import MADE_FOR
from responder.library.models import EntryKind
from responder.library.shelving import Change, Name, save
from responder.library.store import MODELS, entries_of
from responder.library.store import body_of as kept_body
from responder.team.models import Role
from responder.voice.finding import RULES
from tests.conftest import Place, Visit
from tests.shelf import BEA, LATE, LATE_PATH, newest, stock
from tests.test_responder_voice_docs import MANUAL


@pytest.fixture(autouse=True)
def _stocked(place: Place) -> None:
    stock(place.bot)


def _titles(page: str) -> list[str]:
    return re.findall(r'class="work-title" href="/library/entry/\w+/(\w+)"', page)


def test_the_list_has_every_work_but_the_voice(visit: Visit) -> None:
    page = visit(Role.VIEWER).get("/library").text
    assert len(_titles(page)) == 89
    assert "parcel_late" in _titles(page)
    assert "voice" not in _titles(page)
    assert "New entry" not in page
    assert "New entry" in visit(Role.EDITOR).get("/library").text
    assert _titles(visit(Role.VIEWER).get("/library?kind=voice").text) == ["voice"]


def test_the_list_is_named_in_the_language_that_was_chosen(visit: Visit) -> None:
    client = visit(Role.VIEWER)
    page = client.get("/library?language=pl&q=paczka+spóźnia").text
    assert _titles(page) == ["parcel_late"]
    assert '<bdi dir="auto" lang="pl">Paczka się spóźnia</bdi>' in page
    assert "Nothing fits" in client.get("/library?q=zzzz").text


def test_filters_stand_in_the_address_and_on_the_page(visit: Visit) -> None:
    page = visit(Role.VIEWER).get("/library?kind=article&topic=delivery&order=recent&q=x").text
    for chosen in ('value="article" selected', 'value="delivery" selected', 'value="x"'):
        assert chosen in page
    assert "/library/export.csv?kind=article" in page


def test_what_a_language_lacks_is_marked_and_found(visit: Visit, place: Place) -> None:
    polish = Name(kind=LATE.kind, key=LATE.key, language="pl")
    save(place.bot, polish, Change(body=None), by=BEA)
    client = visit(Role.VIEWER)
    page = client.get("/library?lacks=pl").text
    assert _titles(page) == ["parcel_late"]
    assert "Polski: missing" in page
    assert _titles(client.get("/library?lacks=it").text) == []
    assert "Missing in:" in client.get(LATE_PATH).text


def test_a_script_gets_the_list_alone(visit: Visit) -> None:
    answer = visit(Role.VIEWER).get("/library?q=parcel", headers={"desk-part": "1"})
    assert answer.text.lstrip().startswith('<section id="shelf"')


@pytest.mark.parametrize(
    "address",
    [
        "?kind=nope&language=xx&lacks=yy&order=%00",
        "?q=%00%ff",
        "?q=" + "a" * 5000,
        "?waiting=maybe",
    ],
)
def test_rubbish_in_a_filter_counts_as_none(visit: Visit, address: str) -> None:
    assert visit(Role.VIEWER).get(f"/library{address}").status_code == 200


def test_a_work_shows_its_texts_in_seven_languages_with_their_lengths(visit: Visit) -> None:
    page = visit(Role.VIEWER).get(LATE_PATH).text
    for code, words in (("pl", "Przykro nam"), ("el", "δέμα"), ("en", "your parcel hasn&#39;t")):
        assert re.search(rf'<p class="said" lang="{code}" dir="auto">[^<]*{words}', page), code
    assert re.search(r"<bdi>X</bdi> \d+/280", page)
    assert re.search(r"<bdi>Facebook</bdi> \d+/8000", page)
    assert ">Edit<" not in page
    assert page.count(">Edit<span") == 0
    assert visit(Role.EDITOR).get(LATE_PATH).text.count(">Edit<span") == 7


def test_a_text_that_a_channel_does_not_take_is_marked(visit: Visit, place: Place) -> None:
    body = dict(newest(place.bot, LATE).body or {})
    long = "We trace your parcel with the courier and write to you here by tonight " * 5
    change = Change(
        body={**body, "texts": [long, *body["texts"]]}, confirm=frozenset({"R32", "R02", "R25"})
    )
    save(place.bot, LATE, change, by=BEA)
    page = visit(Role.VIEWER).get(LATE_PATH).text
    assert re.search(r'<li class="over"><bdi>X</bdi> \d+/280 <strong>too long', page)
    assert '<li class="over"><bdi>Facebook' not in page


def test_there_is_no_page_of_what_never_was(visit: Visit) -> None:
    client = visit(Role.ADMIN)
    for path in ("saved_reply/none", "nonsense/parcel_late", "saved_reply/%00", "x" * 300):
        assert client.get(f"/library/entry/{path}").status_code == 404


# -- words and forms


def test_every_kind_field_and_topic_has_words() -> None:
    for kind, model in MODELS.items():
        assert kind_name(kind)
        assert kinds_name(kind)
        fields = {field.name for field in FIELDS_OF[kind]}
        assert fields == set(model.model_fields) - {"key"}, kind
        assert fields <= set(FIELDS)
        assert {sent_as(name) for name in fields} <= set(EntryForm.model_fields)
    for topic in MADE_FOR:
        assert topic_name(topic) != topic, topic
    assert set(choices("topics")) == MADE_FOR


def _form(kind: EntryKind, page: Page) -> EntryForm:
    values = values_of(kind, kept_body(page))
    return EntryForm.model_validate({sent_as(name): value for name, value in values.items()})


def test_what_a_form_shows_is_what_it_saves(place: Place) -> None:
    for chapter in place.bot.book.chapters.values():
        for kind, key, page in entries_of(chapter):
            typed = MODELS[kind].model_validate(
                {**body_of(kind, _form(kind, page)), **({} if key == "voice" else {"key": key})}
            )
            assert typed == page, (kind, key)


@pytest.mark.parametrize("text", ["a\nb", "a\\nb", "a\\\nb", "\\\\n", "¯\\_(ツ)_/¯", "c:\\new"])
def test_a_line_break_within_a_line_comes_back(text: str) -> None:
    shown = values_of(EntryKind.SAVED_REPLY, {"examples": [text, "next"]})["examples"]
    assert shown.count("\n") == 1
    form = EntryForm(examples=shown.replace("\n", "\r\n"))
    assert body_of(EntryKind.SAVED_REPLY, form)["examples"] == [text, "next"]


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("Parcel late", "parcel_late"),
        ("2 Größen!", "grossen"),
        ("Δέμα", ""),
        ("Café 24h", "cafe_24h"),
    ],
)
def test_a_key_is_made_of_a_title(title: str, key: str) -> None:
    assert key_from(title) == key


def test_lists_are_typed_as_lines() -> None:
    shapes = {field.shape for fields in FIELDS_OF.values() for field in fields}
    assert shapes == set(Shape)


def test_the_rules_are_told_as_the_manual_has_them() -> None:
    for rule in rule_words.all_told():
        row = re.search(rf"^\| {rule.rule} \| \w+ \| \*\*(.+?)\*\*(.*) \|$", MANUAL, re.MULTILINE)
        assert row is not None
        assert (rule.title, rule.finds) == (row[1], row[2].lstrip(":;, "))
        assert rule.severity is RULES[rule.rule].severity
