from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config import brand
from config.book import Form
from config.settings import LANGUAGES, ROOT
from listener.channels.base import Answerable, Length
from responder.voice import cues
from responder.voice.check import check, unconfirmed
from responder.voice.finding import RULES, Finding, Severity
from responder.voice.folded import folded, keys
from responder.voice.target import House, Target
from tests.voice_cases import Case, cases, target_of, written

CASES = [case for name in written() for case in cases(name)]
EVERYTHING = frozenset(RULES)
FINE = "Ciao Anna! Il pacco parte oggi dal nostro magazzino di Trento. — Marta"


def _target(used: int = 10, **changes: object) -> Target:
    values: dict[str, object] = {
        "length": Length(used=used, limit=280),
        "counted_in": "weighted characters",
        "language": "it",
        "languages": LANGUAGES,
        "answerable": Answerable.YES,
        "label": "X",
    }
    return Target(**{**values, **changes})  # type: ignore[arg-type]


def _rules(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.rule for finding in findings]


def _is_wrong(case: Case) -> bool:
    return (case.rule in _rules(check(case.reply, target_of(case)))) is case.good


@pytest.mark.parametrize("name", written())
@pytest.mark.parametrize("rule", sorted({case.rule for case in CASES}))
def test_every_fixture_of_a_rule_shows_what_it_says(name: str, rule: str) -> None:
    of_rule = [case for case in CASES if case.rule == rule and case.id.startswith(f"{name}-")]
    assert not [(case.id, case.reply) for case in of_rule if _is_wrong(case)]


@pytest.mark.parametrize("name", [name for name in written() if name != "any"])
def test_every_rule_with_words_has_good_and_bad_fixtures_in_every_language(name: str) -> None:
    kinds = {(case.rule, case.good) for case in CASES if case.id.startswith(f"{name}-")}
    others = {(case.rule, case.good) for case in CASES if not case.id.startswith("any-")}
    # English has one form of address: nothing there can be the wrong one.
    assert others - kinds <= ({("R17", False)} if name == "en" else set())


def test_what_its_reader_alone_sees_may_be_long_and_hold_and_ask_for_private_data() -> None:
    text = (
        "Ciao Anna! Il pacco parte oggi. Arriva domani. Il corriere ti chiama al 347 123 4567. "
        "Scrivici qui il tuo indirizzo e il numero d'ordine. — Marta"
    )
    in_public = _rules(check(text, _target()))
    assert {"R02", "R18", "R19"} <= set(in_public)
    in_private = _rules(check(text, _target(private=True)))
    assert in_private == [rule for rule in in_public if rule not in ("R02", "R18", "R19")]


def test_what_is_longer_than_the_channel_takes_is_too_long_in_private_too() -> None:
    assert _rules(check(FINE, _target(used=281, private=True))) == ["R02"]


def test_a_good_reply_has_no_findings() -> None:
    assert check(FINE, _target()) == ()


@pytest.mark.parametrize(
    ("text", "target", "rule"),
    [
        ("", _target(), "R01"),
        ("😀 !!", _target(), "R01"),
        (FINE, _target(used=281), "R02"),
        ("Ciao {{name}}, il pacco parte oggi", _target(), "R24"),
        ("Gentile [NOME], il pacco parte oggi", _target(), "R24"),
        ("Ciao, il rimborso\u202e è partito oggi", _target(), "R29"),
        (FINE, _target(answerable=Answerable.BY_HAND), "answerable"),
        (FINE, _target(answerable=Answerable.NO), "answerable"),
    ],
)
def test_what_must_not_leave_is_blocked(text: str, target: Target, rule: str) -> None:
    assert rule in _rules(unconfirmed(check(text, target), EVERYTHING))


def test_a_doubtful_language_needs_a_second_look_not_a_ban() -> None:
    findings = check("Ciao! Your parcel leaves now.", _target())
    doubts = [f for f in findings if f.rule == "R16"]
    assert [f.severity for f in doubts] == [Severity.CONFIRM]
    assert unconfirmed(tuple(doubts), frozenset())
    assert not unconfirmed(tuple(doubts), frozenset({"R16"}))


def test_a_language_nobody_recognised_is_no_finding() -> None:
    text = "Hello Anna, your parcel leaves our warehouse in Trento today."
    assert "R16" not in _rules(check(text, _target(language="unknown")))


def test_findings_say_where_the_trouble_is() -> None:
    text = "Ciao {{name}}, il pacco parte oggi"
    (finding,) = [f for f in check(text, _target()) if f.rule == "R24"]
    assert text[finding.start : finding.end] == "{{name}}"


def test_the_gravest_comes_first() -> None:
    findings = check("CIAO A TUTTI {{name}} GRAZIE MILLE", _target())
    order = [list(Severity).index(finding.severity) for finding in findings]
    assert len(set(order)) > 1
    assert order == sorted(order)


@pytest.mark.parametrize(
    "text",
    [
        "Hola Ana, gracias por todo: el paquete sale hoy de Trento.",
        "Todo listo, Ana: el reembolso salió esta mañana.",
        "Hi Anna, the notes in brackets [see above] are from our workshop.",
    ],
)
def test_ordinary_words_are_no_placeholders(text: str) -> None:
    assert "R24" not in _rules(check(text, _target()))


def test_words_two_cues_know_are_told_once() -> None:
    house = House(forbidden={"offerta~": "", "offerta lampo": "proposta"})
    findings = check("Ciao Anna, guarda la nostra offerta lampo.", _target(house=house))
    (finding,) = [f for f in findings if f.rule == "B01"]
    assert finding.suggestion == "proposta"
    assert (finding.start, finding.end) == (28, 41)


@pytest.mark.parametrize("language", ["et", "unknown"])
def test_a_reply_in_a_language_without_a_cue_file_is_silent_about_words(language: str) -> None:
    target = _target(language=language, bridge="en")
    assert check("Tere Anna, teie pakk läheb homme teele. — Marta", target) == ()


@pytest.mark.parametrize("language", ["pt", "unknown"])
@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Hi, you idiot.", "R27"),
        ("Oh great, another expert.", "R07"),
        ("Ciao Anna, sei un idiota, e lo sai benissimo.", "R27"),
        ("Hi Anna, we will refund you today.", "R20"),
    ],
)
def test_an_answer_to_a_language_we_do_not_speak_is_read_in_its_own(
    language: str, text: str, rule: str
) -> None:
    assert rule in _rules(check(text, _target(language=language, bridge="en")))


def test_words_every_reply_must_have_are_asked_of_the_bridging_language_alone() -> None:
    target = _target(language="pt", bridge="en", house=House(required=("Larix team",)))
    assert "B02" in _rules(check("Hi Anna, what do you need from us today?", target))
    assert "B02" not in _rules(check("Olá Ana, o seu pacote sai hoje de Trento.", target))


@pytest.mark.parametrize("language", ["it", "en", "pt"])
def test_our_own_numbers_may_stand_in_public(language: str) -> None:
    text = "Ciao Anna, chiamaci: 0461 123456, o +39 0461 123456."
    ours = House(phones=("+39 0461 123456",))
    theirs = House(phones=("+39 0461 654321",))
    assert "R18" not in _rules(check(text, _target(language=language, bridge="it", house=ours)))
    assert "R18" in _rules(check(text, _target(language=language, bridge="it", house=theirs)))


def test_a_shout_is_told_without_the_mark_that_opens_the_next_sentence() -> None:
    (shout,) = [f for f in check("Hola Ana!?¿Cómo va?", _target(language="es")) if f.rule == "R06"]
    assert (shout.start, shout.end, shout.suggestion) == (8, 10, "?")


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_the_demo_s_brand_book_says_is_blocked(language: str) -> None:
    chapter = brand.load(ROOT / "config/brand/demo", [language]).chapters[language]
    texts = [text for reply in chapter.saved_replies for text in reply.texts]
    texts += [article.answer for article in chapter.articles]
    for product in chapter.products:
        texts += [product.what_for, product.sizes, product.care, product.honest_difference]
    house = House(form=chapter.voice.form, hosts=("larix.example",))
    for text in texts:
        findings = check(text, _target(language=language, house=house))
        # What it promises, the house has decided.
        blocks = [f for f in findings if f.severity is Severity.BLOCK and f.rule != "R20"]
        assert not blocks, (text, findings)


# -- whatever the text ------------------------------------------------------------------------

_ODD = st.text(alphabet=st.sampled_from(list("aA!? .;@#/:<>{}[]0198łŁßİςΣµ\u0301\u202e\n’“”👏🏽")))
_WRITTEN = st.sampled_from([case.reply for case in CASES] or [FINE])
_TEXTS = st.one_of(st.text(), _ODD, st.builds("{}{}".format, _WRITTEN, _ODD))


@settings(max_examples=300, deadline=None)
@given(text=_TEXTS, mention=_TEXTS, language=st.sampled_from(LANGUAGES), complaint=st.booleans())
def test_whatever_the_text_offsets_lie_within_it(
    text: str, mention: str, language: str, complaint: bool
) -> None:
    target = _target(language=language, mention=mention, complaint=complaint)
    for finding in check(text, target):
        assert 0 <= finding.start <= finding.end <= len(text), finding
        assert finding.message


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "piece", ["a", "1 ", "a.", "ab ", "!", "@a ", "www.a", "; ", "(", "\n", "ą"]
)
def test_ten_thousand_letters_are_checked(language: str, piece: str) -> None:
    text = (piece * 10_000)[:10_000]
    target = _target(language=language, mention=text, complaint=True, recent=(text, text))
    assert all(finding.end <= 10_000 for finding in check(text, target))


# -- the prefilter must never hide a finding ---------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_letters_a_cue_needs_hide_nothing(language: str) -> None:
    """Whatever is found with every pattern is found with those whose letters stand in the text."""
    known = cues.lexicon(language)
    every = [cue for listed in known.cues.values() for cue in listed]
    replies = [case.reply for case in CASES if case.language == language]
    for reply in replies[::5]:
        text = folded(reply).text
        likely = known.likely(text)
        for cue in every:
            if cue not in likely:
                assert not cue.pattern.search(text), (cue.text, reply)
                assert not cue.may_stand(text)


@pytest.mark.parametrize("path", sorted(cues.FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_a_cue_file_is_sound(path: Path) -> None:
    cues.verify(path)
    for listed in cues.read(path).cues.values():
        for cue in listed:
            # (a+)+ takes for ever on a text that nearly matches.
            assert not re.search(r"[*+]\)(?:[*+]|\{\d*,\})", cue.text), cue.text


@pytest.mark.parametrize(
    ("written_wrongly", "problem"),
    [
        ("[R07]\ncues = ['(oh']", "missing )"),
        ("[R07]\ncuse = ['oh']", "no rule reads this"),
        ("[R99]\ncues = ['oh']", "no rule reads this"),
        ("[R07]\ncues = [{ unless = 'oh' }]", "must be a pattern"),
        ("[R07]\ncues = [{ match = 'oh', unlss = 'ah' }]", "must be a pattern"),
        ("[R07\n", "xx.toml"),
    ],
)
def test_a_slip_in_a_cue_file_is_named(tmp_path: Path, written_wrongly: str, problem: str) -> None:
    path = tmp_path / "xx.toml"
    path.write_text(written_wrongly, encoding="utf-8")
    with pytest.raises(cues.BadCues, match=re.escape(problem)):
        cues.verify(path)


def test_what_knows_numbers_is_loaded_once_a_reply_holds_one() -> None:
    program = (
        "import sys\n"
        "from responder.voice.check import check\n"
        "from tests.voice_cases import Case, target_of\n"
        "from config.book import Form\n"
        "def look(text):\n"
        "    case = Case(id='', rule='', good=True, language='it', reply='', form=Form.NONE)\n"
        "    check(text, target_of(case))\n"
        "heavy = lambda: sorted({'phonenumbers', 'stdnum', 'sqlalchemy'} & set(sys.modules))\n"
        "look('Ciao Anna, il pacco parte alle 17:00 del 27.11.2026.')\n"
        "print(heavy())\n"
        "look('Ciao Anna, ti chiamiamo al +39 347 123 4567.')\n"
        "print(heavy())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout.splitlines() == ["[]", "['phonenumbers']"]


def test_sentences_of_the_book_are_agreed() -> None:
    text = "Hi Tom! Returns are free, guaranteed. Ship them back in 60 days."
    loose = _rules(check(text, _target(language="en")))
    house = House(agreed=keys("Returns are free, guaranteed. Ship them back in 60 days."))
    assert "R20" in loose
    assert "R20" not in _rules(check(text, _target(language="en", house=house)))


def test_the_signature_and_the_disclosure_are_the_brand_s_own_words() -> None:
    house = House(signature="— your dumb-luck team", disclosure="Obviously automatic, ASAP.")
    text = "Hi Tom, your parcel left today. — your dumb-luck team Obviously automatic, ASAP."
    findings = check(text, _target(language="en", automatic=True, house=house))
    assert findings == ()
    assert "R07" in _rules(check("Hi Tom. Obviously automatic, ASAP.", _target(language="en")))


def test_the_words_of_an_address_are_nobodys_words() -> None:
    text = "Hi Tom, it's all here: https://larix.example/obviously/asap"
    assert not {"R07", "R08"} & set(_rules(check(text, _target(language="en"))))


@pytest.mark.parametrize(
    ("form", "text", "severity"),
    [
        (Form.FAMILIAR, "Hallo Jana, wir haben Ihnen die Jacke geschickt.", Severity.CONFIRM),
        (Form.FORMAL, "Hallo Jana, wir haben dir die Jacke geschickt.", Severity.CONFIRM),
        (Form.NONE, "Hallo Jana, du kannst sie behalten, wir helfen Ihnen.", Severity.BLOCK),
        (Form.FAMILIAR, "Hallo Jana, wir haben dir die Jacke geschickt.", None),
        (Form.NONE, "Hallo Jana, wir haben Ihnen die Jacke geschickt.", None),
        (Form.FORMAL, "Hallo Jana, „du kannst sie behalten“ war ein Versehen.", None),
    ],
)
def test_one_form_of_address_and_the_house_s(
    form: Form, text: str, severity: Severity | None
) -> None:
    findings = check(text, _target(language="de", house=House(form=form)))
    assert [f.severity for f in findings if f.rule == "R17"] == ([severity] if severity else [])


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("Hi Anna, your parcel left our warehouse in Trento this morning.", Severity.BLOCK),
        ("Hi Anna! Your parcel leaves.", Severity.CONFIRM),
        ("Ciao Anna! Il tuo “All Weather Adventure Jacket” parte oggi.", None),
        ("Ok Anna!", None),
        ("Ciao Anna, tutto qui: https://larix.example/where-is-my-parcel-and-how-to-track", None),
    ],
)
def test_how_sure_the_language_is_decides(text: str, severity: Severity | None) -> None:
    findings = check(text, _target(language="it"))
    assert [f.severity for f in findings if f.rule == "R16"] == ([severity] if severity else [])
