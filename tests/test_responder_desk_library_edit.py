"""An entry written, proposed, approved, brought back and retired at the desk."""

from __future__ import annotations

from typing import Any

import pytest

from responder.library.models import EntryKind
from responder.library.shelving import Change, Name, save
from responder.library.store import entries_of
from responder.models import Audit
from responder.team.models import Role
from tests.conftest import Place, Visit
from tests.shelf import BEA, GIFT, LATE, LATE_PATH, newest, past, stock, typed

EN = f"{LATE_PATH}/en"
GOOD = "We're sorry your parcel is late. Message us privately with the order number: we trace it."


@pytest.fixture(autouse=True)
def _stocked(place: Place) -> None:
    stock(place.bot)


def _texts(place: Place, *texts: str) -> dict[str, Any]:
    return typed(place.bot, LATE, texts=[*texts, *(newest(place.bot, LATE).body or {})["texts"]])


def test_an_approver_saves_and_it_is_in_force(visit: Visit, place: Place) -> None:
    client = visit(Role.APPROVER)
    answer = client.post(EN, data=_texts(place, GOOD))
    assert (answer.status_code, answer.headers["location"]) == (303, f"{LATE_PATH}?done=kept#en")
    assert past(place.bot, LATE)[0] == (2, "in_force", "approver")
    assert (newest(place.bot, LATE).body or {})["texts"][0] == GOOD
    assert GOOD in {text for r in place.bot.book.chapters["en"].saved_replies for text in r.texts}
    assert "in force from now on" in client.get(answer.headers["location"]).text
    with place.bot.database.read() as session:
        noted = session.query(Audit).filter(Audit.action == "save library entry").one()
        assert (noted.who, noted.detail) == (
            "approver",
            "saved_reply/parcel_late/en version 2",
        )


def test_nothing_else_of_an_entry_changes(visit: Visit, place: Place) -> None:
    before = newest(place.bot, LATE).body
    visit(Role.APPROVER).post(EN, data=typed(place.bot, LATE, title="Parcel very late"))
    assert newest(place.bot, LATE).body == {**(before or {}), "title": "Parcel very late"}


def test_an_editor_proposes_and_an_approver_decides(visit: Visit, place: Place) -> None:
    editor, approver = visit(Role.EDITOR), visit(Role.APPROVER)
    assert "Propose" in editor.get(EN).text
    answer = editor.post(EN, data=_texts(place, GOOD))
    assert answer.headers["location"].endswith("?done=proposed#en")
    assert past(place.bot, LATE)[0] == (2, "waiting", "editor")
    page = approver.get(EN).text
    assert "editor proposes version 2" in page
    assert "<ins>" in page
    assert "Approve" not in editor.get(EN).text
    assert approver.post(f"{EN}/approve", data={"version": 2}).status_code == 303
    assert past(place.bot, LATE)[0] == (2, "in_force", "editor")
    again = approver.post(f"{EN}/approve", data={"version": 2})
    assert again.status_code == 409
    assert "does not wait" in again.text


def test_a_proposal_is_declined(visit: Visit, place: Place) -> None:
    visit(Role.EDITOR).post(EN, data=_texts(place, GOOD))
    assert visit(Role.APPROVER).post(f"{EN}/decline", data={"version": 2}).status_code == 303
    assert [one[1] for one in past(place.bot, LATE)] == ["declined", "in_force"]


def test_who_comes_second_is_told_and_keeps_the_words(visit: Visit, place: Place) -> None:
    form = _texts(place, GOOD)
    body = {**(newest(place.bot, LATE).body or {}), "title": "Of bea"}
    save(place.bot, LATE, Change(body=body), by=BEA)
    client = visit(Role.APPROVER)
    answer = client.post(EN, data=form)
    assert answer.status_code == 409
    assert "bea was faster and wrote version 2" in answer.text
    assert "We&#39;re sorry your parcel is late. Message" in answer.text
    assert '<input type="hidden" name="version" value="2">' in answer.text
    assert "<del>Of bea</del>" in answer.text.replace("<del>Of</del>", "<del>Of bea</del>")
    assert past(place.bot, LATE)[0] == (2, "in_force", "bea")
    assert client.post(EN, data={**form, "version": 2}).status_code == 303
    assert past(place.bot, LATE)[0] == (3, "in_force", "approver")


UNFIT: list[tuple[dict[str, Any], str]] = [
    ({"title": ""}, "Title: this is missing."),
    ({"texts": [GOOD]}, "Variant: at least 2 are needed."),
    ({"texts": ["Hi {{order}}, we trace your parcel.", GOOD]}, "nobody fills in {{order}}"),
    ({"occasion": ""}, "Occasion: this is missing."),
    ({"occasion": "nonsense"}, "Not saved:"),
    ({"topics": ["nonsense"]}, "there is no topic nonsense"),
    ({"words": "(a+)+"}, "Not saved:"),
    ({"review_by": "soon"}, "the day of review is written as"),
    ({"owner": "x" * 65}, "at most 64 letters"),
]


def test_what_is_not_fit_is_told_and_kept(visit: Visit, place: Place) -> None:
    client = visit(Role.APPROVER)
    for changes, sentence in UNFIT:
        answer = client.post(EN, data=typed(place.bot, LATE, **changes))
        assert answer.status_code == 422, changes
        assert sentence in answer.text, changes
    assert len(past(place.bot, LATE)) == 1


def test_an_article_needs_a_link_of_ours(visit: Visit, place: Place) -> None:
    form = typed(place.bot, GIFT, url="http://shop.example")
    answer = visit(Role.APPROVER).post("/library/entry/article/gift_card/en", data=form)
    assert answer.status_code == 422
    assert "Link: a link begins with https://." in answer.text


def test_a_finding_wants_a_yes(visit: Visit, place: Place) -> None:
    client = visit(Role.APPROVER)
    form = _texts(place, "We're sorry. We trace your parcel as soon as possible, and write here.")
    answer = client.post(EN, data=form)
    assert answer.status_code == 422
    assert "1 finding stands in the way" in answer.text
    assert 'name="confirm" value="R08"' in answer.text
    assert client.post(EN, data={**form, "confirm": "R08"}).status_code == 303
    assert [one["rule"] for one in newest(place.bot, LATE).findings] == ["R08"]


def test_what_blocks_is_not_saved(visit: Visit, place: Place) -> None:
    form = _texts(place, "It is your own fault, you should have read the page. — Larix")
    answer = visit(Role.APPROVER).post(EN, data={**form, "confirm": ["R10"]})
    assert answer.status_code == 422
    assert "R10" in answer.text


def test_words_are_looked_over_while_they_are_typed(visit: Visit, place: Place) -> None:
    client = visit(Role.EDITOR)
    form = _texts(place, "Hello TODO, your parcel {{order}} is late!!")
    told = client.post(
        "/library/check", data={**form, "entry_kind": "saved_reply", "language": "en"}
    ).text
    assert told.lstrip().startswith('<div id="found"')
    for rule in ("R24", "R06"):
        assert f'<code class="rule-id">{rule}</code>' in told
    assert "nobody fills in {{order}}" in told
    nothing = client.post("/library/check", data={"entry_kind": "store", "language": "en"})
    assert "Name: this is missing." in nothing.text
    strange = client.post("/library/check", data={"entry_kind": "saved_reply", "language": "xx"})
    assert strange.status_code == 200


def test_an_earlier_version_is_brought_back(visit: Visit, place: Place) -> None:
    client = visit(Role.APPROVER)
    first = newest(place.bot, LATE).body
    client.post(EN, data=_texts(place, GOOD))
    assert "Bring back version 1" in client.get(EN).text
    answer = client.post(f"{EN}/restore", data={"version": 2, "back_to": 1})
    assert answer.headers["location"].endswith("?done=brought%20back#en") or (
        "brought+back" in answer.headers["location"]
    )
    assert newest(place.bot, LATE).body == first
    assert past(place.bot, LATE)[0][0] == 3
    assert client.post(f"{EN}/restore", data={"version": 3, "back_to": 9}).status_code == 404


def test_an_entry_is_retired_in_one_language(visit: Visit, place: Place) -> None:
    client = visit(Role.APPROVER)
    assert client.post(f"{EN}/retire", data={"version": 1}).status_code == 303
    assert "Nothing in this language yet" in client.get(LATE_PATH).text
    keys = {reply.key for reply in place.bot.book.chapters["en"].saved_replies}
    assert "parcel_late" not in keys
    assert client.post(f"{EN}/retire", data={"version": 2}).status_code == 303
    assert past(place.bot, LATE)[0][0] == 2  # twice is once
    voice = client.post("/library/entry/voice/voice/en/retire", data={"version": 1})
    assert voice.status_code == 422
    assert "a language keeps its voice" in voice.text


def test_a_language_that_lacks_an_entry_begins_with_what_is_the_same_in_all(
    visit: Visit, place: Place
) -> None:
    client = visit(Role.APPROVER)
    client.post(f"{EN}/retire", data={"version": 1})
    client.post(f"{LATE_PATH}/el/retire", data={"version": 1})
    page = client.get(f"{LATE_PATH}/el?beside=pl").text
    assert 'value="delivery" checked' in page
    assert "Przykro nam" in page
    assert '<option value="pl" lang="pl" selected>' in page


def test_a_new_entry_is_made_and_its_key_of_its_title(visit: Visit, place: Place) -> None:
    client = visit(Role.APPROVER)
    form = typed(place.bot, LATE, title="Snow on the road", version=0, words="snow … road")
    form |= {"entry_kind": "saved_reply", "language": "en", "key": ""}
    answer = client.post("/library/new", data=form)
    path = "/library/entry/saved_reply/snow_on_the_road"
    assert answer.headers["location"] == f"{path}?done=kept#en"
    assert "Missing in:" in client.get(path).text
    twice = client.post("/library/new", data=form)
    assert twice.status_code == 409
    assert "there is an entry of that key already" in twice.text
    strange = client.post("/library/new", data={**form, "key": "Größe 1"})
    assert strange.status_code == 422
    assert "The key is made of small Latin letters" in strange.text
    assert client.post("/library/new", data={**form, "language": "xx"}).status_code == 422


def test_a_duplicate_begins_with_the_words_of_another(visit: Visit) -> None:
    page = visit(Role.EDITOR).get("/library/new?like=saved_reply/parcel_late/pl").text
    assert "Przykro nam" in page
    assert 'name="language" value="pl"' in page
    assert 'id="f-key" name="key" value=""' in page
    assert visit(Role.EDITOR).get("/library/new?kind=voice").status_code == 404
    assert visit(Role.EDITOR).get("/library/new?like=a/b&language=%00").status_code == 200


def test_every_kind_has_an_empty_form(visit: Visit) -> None:
    client = visit(Role.EDITOR)
    for kind in set(EntryKind) - {EntryKind.VOICE}:
        assert client.get(f"/library/new?kind={kind}&language=it").status_code == 200, kind


def test_a_viewer_reads_and_writes_nothing(visit: Visit) -> None:
    page = visit(Role.VIEWER).get(EN).text
    assert 'id="save"' not in page
    assert "Retire" not in page
    assert "readonly" in page


def test_there_is_no_form_of_what_never_was(visit: Visit, place: Place) -> None:
    client = visit(Role.ADMIN)
    for path in (f"{LATE_PATH}/xx", "/library/entry/saved_reply/none/en"):
        assert client.get(path).status_code == 404
        assert client.post(path, data=typed(place.bot, LATE)).status_code == 404


def test_entries_of_every_kind_have_their_pages(visit: Visit, place: Place) -> None:
    client = visit(Role.EDITOR)
    first = {kind: key for kind, key, _ in entries_of(place.bot.book.chapters["de"])}
    assert set(first) == set(EntryKind)
    for kind, key in first.items():
        assert client.get(f"/library/entry/{kind}/{key}/de").status_code == 200
        assert client.get(f"/library/entry/{kind}/{key}").status_code == 200


def test_the_voice_is_changed_like_any_entry(visit: Visit, place: Place) -> None:
    voice = Name(kind=EntryKind.VOICE, key="voice", language="en")
    page = visit(Role.APPROVER).get("/library/entry/voice/voice/en").text
    assert "{{name}} stands for the customer’s first name." in page
    form = typed(place.bot, voice, forbidden="cheap~ = good value\nguys = everybody")
    answer = visit(Role.APPROVER).post("/library/entry/voice/voice/en", data=form)
    assert answer.status_code == 303, answer.text
    assert (newest(place.bot, voice).body or {})["forbidden"] == {
        "cheap~": "good value",
        "guys": "everybody",
    }
