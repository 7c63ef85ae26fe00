"""A fix does away with its finding, brings no graver one, and says what a person would write."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import pytest

from config.book import Form
from listener.channels.base import Answerable, Length
from responder.voice.check import check
from responder.voice.finding import Finding, Fix, Severity
from responder.voice.target import House, Target
from tests.voice_cases import cases, target_of, written


def _target(language: str = "en", **changes: object) -> Target:
    values: dict[str, object] = {
        "length": Length(used=10, limit=280),
        "counted_in": "characters",
        "language": language,
        "languages": ("en", "it", "es", "fr", "de", "pl", "el"),
        "answerable": Answerable.YES,
        "label": "X",
        "greeting": "Hi Anna.",
        "house": House(signature="— the team", form=Form.NONE),
    }
    return Target(**{**values, **changes})  # type: ignore[arg-type]


def _of(rule: str, text: str, target: Target) -> Finding:
    return next(one for one in check(text, target) if one.rule == rule)


def _fixed(rule: str, text: str, target: Target | None = None) -> str:
    fix = _of(rule, text, target or _target()).fix
    assert fix is not None
    return fix.applied(text)


@pytest.mark.parametrize("name", written())
def test_a_fix_does_away_with_its_finding_and_brings_nothing_that_blocks(name: str) -> None:
    mended: dict[str, int] = defaultdict(int)
    for case in cases(name):
        target = replace(target_of(case), greeting=_GREETINGS[case.language])
        found = check(case.reply, target)
        for finding in found:
            if finding.fix is None:
                continue
            after = check(finding.fix.applied(case.reply), target)
            assert _count(finding, after) < _count(finding, found), (case.id, finding)
            before = {one.rule for one in found}
            worse = {one.rule for one in after if one.severity is Severity.BLOCK} - before
            assert not worse, (case.id, finding.fix, worse)
            mended[finding.rule] += 1
    assert mended


def _count(finding: Finding, found: tuple[Finding, ...]) -> int:
    return sum((one.rule, one.message) == (finding.rule, finding.message) for one in found)


_GREETINGS = {
    "it": "Ciao Anna!",
    "en": "Hi Anna.",
    "fr": "Bonjour Anna,",
    "de": "Hallo Anna,",
    "es": "¡Hola Anna!",
    "pl": "Dzień dobry,",
    "el": "Γεια σας Άννα,",
}


def test_greeting_and_signature_are_put_where_they_belong() -> None:
    assert _fixed("R03", "Your parcel leaves today. — the team").startswith("Hi Anna. Your")
    assert _fixed("R04", "Hi Anna. Your parcel leaves our shop today.\n").endswith(
        "leaves our shop today. — the team\n"
    )


def test_without_a_greeting_in_the_book_a_person_writes_one() -> None:
    assert _of("R03", "Your parcel leaves today. — Bo", _target(greeting="")).fix is None


@pytest.mark.parametrize(
    ("language", "text", "calm"),
    [
        ("en", "Hi Anna. WE ARE VERY SORRY ABOUT THIS. — Bo", "We are very sorry about this."),
        ("en", "Hi Anna. I'M REALLY SORRY, I MEAN IT. — Bo", "I'm really sorry, I mean it."),
        ("en", "Hi Anna. REALLY, your FAQ says: SORRY. — Bo", "Really, your FAQ says: sorry."),
        ("it", "Ciao Anna! CI DISPIACE PER IL RITARDO. — Bo", "Ci dispiace per il ritardo."),
    ],
)  # fmt: skip
def test_capitals_become_small_letters(language: str, text: str, calm: str) -> None:
    assert calm in _fixed("R05", text, _target(language))


@pytest.mark.parametrize("language", ["de", "el"])
def test_where_spelling_needs_a_person_capitals_are_left_to_one(language: str) -> None:
    text = {"de": "Hallo Anna, DAS PAKET KOMMT MORGEN AN. — Bo"}.get(
        language, "Γεια σας, ΤΟ ΔΕΜΑ ΕΡΧΕΤΑΙ ΣΗΜΕΡΑ. — Bo"
    )
    assert _of("R05", text, _target(language)).fix is None


@pytest.mark.parametrize(
    ("text", "calm"),
    [
        ("Hi Anna. We look!! Today. — Bo", "Hi Anna. We look! Today. — Bo"),
        ("Hi Anna. Good! We look! Today! — Bo", "Hi Anna. Good! We look. Today. — Bo"),
        ("Bonjour Anna, oui ! On cherche ! Demain ! — Bo", "oui ! On cherche. Demain. — Bo"),
        ("¡Hola! ¡Sí! ¡Lo buscamos! ¡Hoy! — Bo", "¡Sí! Lo buscamos. Hoy. — Bo"),
    ],
)
def test_one_exclamation_mark_stays(text: str, calm: str) -> None:
    language = {"B": "fr", "¡": "es"}.get(text[0], "en")
    assert _fixed("R06", text, _target(language)).endswith(calm)


def test_too_many_faces_and_hashtags_go() -> None:
    text = "Hi Anna. We look into it 🙂 🎉 🎈 🎁 today. — Bo"
    assert _fixed("R26", text) == "Hi Anna. We look into it 🙂 🎉 today. — Bo"
    text = "Hi Anna. Have a look at #tents, #boots and #socks. — Bo"
    assert _fixed("R28", text) == "Hi Anna. Have a look at #tents, boots and socks. — Bo"


def test_a_link_is_sent_protected_unless_it_leads_elsewhere_as_well() -> None:
    text = "Hi Anna. Here: http://larix.example/times. — Bo"
    at_home = _target(house=House(hosts=("larix.example",)))
    assert "Here: https://larix.example/times. — Bo" in _fixed("R22", text, at_home)
    elsewhere = _target(house=House(hosts=("shop.example",)))
    assert _of("R22", text, elsewhere).fix is None


def test_invisible_and_disguised_letters_go() -> None:
    assert _fixed("R29", "Hi Anna. We\u202e look today. — Bo") == "Hi Anna. We look today. — Bo"
    assert _fixed("R29", "Hi Anna. The pаrcel leaves. — Bo") == "Hi Anna. The parcel leaves. — Bo"


def test_the_brand_s_own_words_take_the_place_of_others_unless_any_ending_may_stand() -> None:
    house = House(
        forbidden={"cheap~": "good value", "cheers": "thank you"}, jargon={"DWR": "finish"}
    )
    text = "Hi Anna. Cheers, cheaply made is the DWR. — Bo"
    target, said = _target(house=house), []
    for finding in check(text, target):
        if finding.rule in ("B01", "R33") and finding.fix:
            said.append(finding.fix.applied(text))
    assert "Hi Anna. Thank you, cheaply made is the DWR. — Bo" in said
    assert "Hi Anna. Cheers, cheaply made is the finish. — Bo" in said
    assert not any("good value" in one for one in said)


def test_abbreviations_with_one_meaning_are_written_out() -> None:
    assert "for example the" in _fixed("R33", "Hi Anna. Take e.g. the red one. — Bo")
    assert "circa 3 giorni" in _fixed(
        "R33", "Ciao Anna! Ci vogliono circa 3 gg. — Bo", _target("it")
    )


def test_what_must_stand_in_every_reply_is_put_before_the_signature() -> None:
    house = House(
        required=("Ref. needed.",), signature="— the team", disclosure="A machine answers."
    )
    text = "Hi Anna. Your parcel leaves today. — the team"
    target = _target(house=house, automatic=True)
    assert _fixed("B02", text, target).endswith("today. Ref. needed. — the team")
    assert _fixed("R31", text, target).endswith("— the team A machine answers.")


def test_offsets_are_those_of_the_text_as_given() -> None:
    fix = Fix(start=1, end=2, text="b")
    assert fix.applied("🙂x🎉") == "🙂b🎉"


def test_a_fix_is_neither_kept_nor_told_to_programs() -> None:
    finding = _of("R06", "Hi Anna. We look!! — Bo", _target())
    assert finding.fix is not None
    assert "fix" not in finding.as_json()
