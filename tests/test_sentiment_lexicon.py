"""VADER's rules over our own words."""

from __future__ import annotations

import tomllib
from itertools import chain

import pytest

from config.settings import LANGUAGES as SPOKEN
from sentiment.cues import fold
from sentiment.lexicon import FOLDER, LANGUAGES, compound


def test_every_language_but_english_has_a_lexicon() -> None:
    assert set(LANGUAGES) == set(SPOKEN) - {"en"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_lexicon_is_folded_and_says_each_word_once(language: str) -> None:
    tables = tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    assert set(tables) == {"words", "phrases", "rules"}
    assert set(tables["rules"]) <= {"negations", "more", "less", "but"}
    for group in ("words", "phrases"):
        valences = [float(valence) for valence in tables[group]]
        assert all(0 < abs(valence) <= 4 for valence in valences)
        entries = [_listed(text) for text in tables[group].values()]
        flat = list(chain.from_iterable(entries))
        assert len(flat) == len(set(flat))
        assert [entry for entry in flat if fold(entry) != entry] == []
        stems = [entry[:-1] for entry in flat if entry.endswith("~")]
        assert [stem for stem in stems if len(stem) < 4] == []


def _listed(text: str) -> list[str]:
    lines = (line.split(" / ") for line in text.splitlines())
    return [entry.strip() for entry in chain.from_iterable(lines) if entry.strip()]


@pytest.mark.parametrize(
    ("language", "plain", "more"),
    [
        ("it", "È bello", "È davvero bello!!"),
        ("fr", "C'est beau", "C'est vraiment beau !!"),
        ("de", "Das ist toll", "Das ist wirklich TOLL!!"),
        ("es", "Es bonito", "¡Es muy bonito!"),
        ("pl", "Jest piękny", "Jest naprawdę piękny!!"),
        ("el", "Είναι ωραίο", "Είναι πάρα πολύ ωραίο!!"),
    ],
)
def test_boosters_capitals_and_exclamation_marks_make_it_more(
    language: str, plain: str, more: str
) -> None:
    assert 0 < compound(plain, language) < compound(more, language) <= 1


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("it", "Non è bello"),
        ("fr", "Pas terrible"),
        ("de", "Das ist nicht schön"),
        ("es", "No es bonito"),
        ("pl", "Nie jest piękny"),
        ("el", "Δεν είναι ωραίο"),
    ],
)
def test_a_negation_turns_it(language: str, text: str) -> None:
    assert compound(text, language) < 0


def test_a_phrase_is_one_word_and_ends_with_its_clause() -> None:
    assert compound("Non vedo l'ora!", "it") > 0
    assert compound("Non vedo. L'ora è tarda", "it") <= 0


@pytest.mark.parametrize("text", ["ΑΙΣΧΟΣ ΚΑΙ ΝΤΡΟΠΗ", "αίσχος και ντροπή", "aisxos kai ntropi"])
def test_capitals_accents_and_latin_letters_are_read_alike_in_greek(text: str) -> None:
    assert compound(text, "el") < -0.3


@pytest.mark.parametrize("text", ["¡genial!", "«genial»", "“genial”", "genial…"])
def test_signs_around_a_word_do_not_hide_it(text: str) -> None:
    assert compound(text, "es") > 0.3


@pytest.mark.parametrize(
    ("language", "text"), [("fr", "d'horribles bottes"), ("it", "un'orribile")]
)
def test_a_word_behind_an_apostrophe_is_read(language: str, text: str) -> None:
    assert compound(text, language) < -0.3


@pytest.mark.parametrize("text", ["", " ", "\ud83d", "\x00", "'" * 50, "~", "a" * 10_000])
def test_rubbish_says_nothing(text: str) -> None:
    assert all(compound(text, language) == 0 for language in LANGUAGES)


def test_a_language_without_a_lexicon_is_refused() -> None:
    with pytest.raises(KeyError):
        compound("bom", "pt")
