"""What translators wrote, responder/desk/locale/*.po, beside what the desk says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from responder.desk.tongue import FOLDER, LANGUAGES
from scripts.messages import found

_HOLE = re.compile(r"%\((\w+)\)s|%%")
_SPACES = re.compile(r"^\s*|\s*$")

languages = pytest.mark.parametrize("language", LANGUAGES[1:])


@cache
def _said() -> Catalog:
    return found()


@cache
def _known(language: str) -> Catalog:
    with (FOLDER / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


def _forms(words: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else tuple(words)


def _translated(language: str) -> Iterator[tuple[Message, tuple[str, ...]]]:
    """Each message of ours that has been translated, with all its forms."""
    for message in _said():
        known = _known(language).get(message.id, message.context) if message.id else None
        if known and known.string and any(_forms(known.string)):
            yield message, _forms(known.string)


def _holes(text: str) -> Counter[str]:
    return Counter(_HOLE.findall(text))


@languages
def test_every_message_is_translated_in_all_its_forms(language: str) -> None:
    catalogue = _known(language)
    waiting = []
    for message in _said():
        known = catalogue.get(message.id, message.context) if message.id else message
        forms = _forms(known.string) if known and known.string else ()
        wanted = catalogue.num_plurals if message.pluralizable else 1
        if message.id and (len(forms) != wanted or not all(forms)):
            waiting.append(message.id)
    assert not waiting, f"{len(waiting)} wait for a translator, such as {waiting[:5]}"


@languages
def test_no_translation_is_left_of_words_that_nobody_says(language: str) -> None:
    said = {(message.id, message.context) for message in _said()}
    assert [one.id for one in _known(language) if (one.id, one.context) not in said] == []


@languages
def test_no_translation_is_a_guess(language: str) -> None:
    assert [message.id for message in _known(language) if message.id and message.fuzzy] == []


@languages
def test_a_translation_has_the_holes_of_its_english(language: str) -> None:
    """One that counts may leave the number out where it says it in a word: "one draft"."""
    wrong = []
    for message, forms in _translated(language):
        wanted = _holes(_forms(message.id)[-1])
        for form in forms:
            spelt = message.pluralizable and _holes(form) == wanted - Counter(["number"])
            if _holes(form) != wanted and not spelt:
                wrong.append((message.id, form))
    assert wrong == []


@languages
def test_a_translation_begins_and_ends_with_the_spaces_of_its_english(language: str) -> None:
    wrong = [
        (message.id, form)
        for message, forms in _translated(language)
        for form in forms
        if _SPACES.findall(form) != _SPACES.findall(_forms(message.id)[0])
    ]
    assert wrong == []


@languages
def test_no_stray_percent_sign_stands_in_a_translation(language: str) -> None:
    """Where holes are filled it would be an error, elsewhere it would be shown."""
    wrong = [
        (message.id, form)
        for message, forms in _translated(language)
        for form in forms
        if _bare(form) != _bare(_forms(message.id)[-1])
    ]
    assert wrong == []


def _bare(text: str) -> int:
    return _HOLE.sub("", text).count("%")
