"""The brand's voice as it is in force, and the box to try a reply in."""

from __future__ import annotations

import re

import pytest

from responder.desk import rule_words
from responder.library.models import EntryKind
from responder.library.shelving import Change, Name, save
from responder.team.models import Role
from responder.trying import Asked, try_reply
from responder.voice.finding import RULES
from tests.conftest import Place, Visit
from tests.shelf import BEA, newest, stock

BAD = "you should have read our policy, we answer as soon as possible!!"


@pytest.fixture(autouse=True)
def _stocked(place: Place) -> None:
    stock(place.bot)


def _rules(page: str) -> list[str]:
    return re.findall(r'<p class="faint small"><code class="rule-id">(\w+)</code>', page)


def test_the_box_says_what_lint_says(visit: Visit, place: Place) -> None:
    form = {"channel": "x", "language": "en", "mention": "Where is my parcel?", "reply": BAD}
    page = visit(Role.VIEWER).post("/library/voice/try", data=form).text
    asked = Asked(reply=BAD, channel="x", language="en", mention="Where is my parcel?")
    tried = try_reply(place.bot, asked)
    assert _rules(page) == [one.rule for one in tried.findings]
    assert {"R08", "R10", "R06"} <= set(_rules(page))
    told = rule_words.told("R08")
    assert told.title in page
    assert told.finds.replace('"', "&#34;") in page
    assert f"{tried.length.used} of 280 characters" in page
    assert f">{BAD}</textarea>" in page


def test_a_script_gets_the_findings_alone(visit: Visit) -> None:
    form = {"channel": "facebook", "language": "it", "reply": "Ciao! Ci pensiamo noi oggi."}
    answer = visit(Role.VIEWER).post("/library/voice/try", data=form, headers={"desk-part": "1"})
    assert answer.text.lstrip().startswith('<div id="tried"')
    assert "of 8000 characters" in answer.text


def test_a_good_reply_may_leave_and_no_reply_is_not_judged(visit: Visit) -> None:
    client = visit(Role.VIEWER)
    good = "Hello there. Your parcel leaves our warehouse today. — your Larix team"
    form = {"channel": "x", "language": "en", "reply": good}
    assert "Nothing stands against it" in client.post("/library/voice/try", data=form).text
    assert "Type a reply" in client.post("/library/voice/try", data={"reply": " \n"}).text
    strange = {"channel": "nope", "language": "xx", "reply": "Hello"}
    assert client.post("/library/voice/try", data=strange).status_code == 200


def test_a_word_the_house_forbids_counts_at_once(visit: Visit, place: Place) -> None:
    voice = Name(kind=EntryKind.VOICE, key="voice", language="en")
    body = {**(newest(place.bot, voice).body or {}), "forbidden": {"zeppelin": "airship"}}
    save(place.bot, voice, Change(body=body), by=BEA)
    client = visit(Role.VIEWER)
    page = client.get("/library/voice?language=en").text
    assert "zeppelin → airship" in page
    form = {"channel": "x", "language": "en", "reply": "Hello there. A zeppelin brings it today."}
    assert "B01" in _rules(client.post("/library/voice/try", data=form).text)


def test_what_stands_in_files_names_its_file_and_key(visit: Visit) -> None:
    page = visit(Role.VIEWER).get("/library/voice?language=de").text
    assert "config/brand/demo/brand.toml" in page
    assert "<code>hosts</code>" in page or "<code>site</code>" in page
    assert 'href="/library/entry/voice/voice/de"' in page
    assert page.count('id="rule-') == len(RULES)
