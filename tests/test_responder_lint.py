from __future__ import annotations

import pytest

from config import brand
from config.settings import LANGUAGES, ROOT
from listener.channels.base import Answerable, Length
from responder.lint import Severity, Target, lint, unconfirmed


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


EVERYTHING = frozenset({"R01", "R02", "R16", "R24", "R29", "answerable"})
FINE = "Ciao Anna! Il pacco parte oggi dal nostro magazzino di Trento."


def test_a_good_reply_has_no_findings() -> None:
    assert lint(FINE, _target()) == ()


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
    assert rule in [finding.rule for finding in unconfirmed(lint(text, target), EVERYTHING)]


def test_another_language_needs_a_second_look_not_a_ban() -> None:
    findings = lint("Hello Anna, your parcel leaves our warehouse today.", _target())
    assert [(f.rule, f.severity) for f in findings] == [("R16", Severity.CONFIRM)]
    assert unconfirmed(findings, frozenset())
    assert not unconfirmed(findings, frozenset({"R16"}))


def test_a_language_nobody_recognised_is_no_finding() -> None:
    assert lint("Hello Anna, your parcel leaves today.", _target(language="unknown")) == ()


def test_findings_say_where_the_trouble_is() -> None:
    text = "Ciao {{name}}, il pacco parte oggi"
    (finding,) = lint(text, _target())
    assert text[finding.start : finding.end] == "{{name}}"


@pytest.mark.parametrize(
    "text",
    [
        "Hola Ana, gracias por todo: el paquete sale hoy de Trento.",
        "Todo listo, Ana: el reembolso salió esta mañana.",
        "Hi Anna, the notes in brackets [see above] are from our workshop.",
    ],
)
def test_ordinary_words_are_no_placeholders(text: str) -> None:
    assert "R24" not in [finding.rule for finding in lint(text, _target())]


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_the_demo_s_brand_book_says_is_blocked(language: str) -> None:
    chapter = brand.load(ROOT / "config/brand/demo", [language]).chapters[language]
    texts = [text for reply in chapter.saved_replies for text in reply.texts]
    texts += [article.answer for article in chapter.articles]
    for product in chapter.products:
        texts += [product.what_for, product.sizes, product.care, product.honest_difference]
    for text in texts:
        findings = lint(text, _target(language=language))
        assert not [f for f in findings if f.severity is Severity.BLOCK], text
