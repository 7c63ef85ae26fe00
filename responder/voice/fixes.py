"""Pure: the same words less loud, and without what is too much: fixes that are more than one word
for another."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Final

from responder.voice.finding import Fix
from responder.voice.reading import Reading
from sentiment.cues import fold

_SPELT_OTHERWISE: Final = frozenset({"de", "el"})
"""German writes its nouns with a capital, Greek its small letters with an accent that capitals do
not have: what was shouted there only a person can write down."""

_LOUD: Final = re.compile(r"(?<![@#\w./])[^\W\d_a-zß-öø-ÿ]+(?:['’][^\W\d_]+)*(?![\w@])")
_BEGINS: Final = re.compile(r"(?:^|[.!?…\n])[\s¡¿\"“«(]*$")
_PRONOUN: Final = ("en", "I")

Span = tuple[int, int]


def calmed(reading: Reading, at: Span, known: Collection[str]) -> Fix | None:
    """The words around `at` in small letters, but for those that are `known` in capitals (folded).
    None where that takes a person."""
    text = reading.text[: reading.tail]
    if reading.language in _SPELT_OTHERWISE:
        return None
    words = [word for word in _LOUD.finditer(text) if word[0].isupper()]
    runs = _runs(text, [word.span() for word in words])
    spans = [one for run in runs if run[0][0] < at[1] and at[0] < run[-1][1] for one in run]
    if not spans:
        return None
    start, end = min(at[0], spans[0][0]), max(at[1], spans[-1][1])
    said, done = "", start
    for first, last in spans:
        said += text[done:first] + _small(text, (first, last), reading.language, known)
        done = last
    return Fix(start=start, end=end, text=said + text[done:end])


def _runs(text: str, spans: Sequence[Span]) -> list[list[Span]]:
    """Words in capitals that stand side by side, and hold one of four letters or more."""
    runs: list[list[Span]] = [[span] for span in spans[:1]]
    for before, span in pairwise(spans):
        beside = not any(map(str.isalnum, text[before[1] : span[0]]))
        if beside:
            runs[-1].append(span)
        else:
            runs.append([span])
    return [run for run in runs if any(last - first > 3 for first, last in run)]


def _small(text: str, at: Span, language: str, known: Collection[str]) -> str:
    word = text[slice(*at)]
    if fold(word) in known or (language, word.partition("'")[0].partition("’")[0]) == _PRONOUN:
        return word[:1] + word[1:].lower() if word[1:2] in ("'", "’") else word
    return word.capitalize() if _BEGINS.search(text[: at[0]]) else word.lower()


def lowered(text: str, marks: Sequence[int]) -> Fix:
    """Full stops in the place of all exclamation marks but the first. `marks`: where they stand."""
    start, said, done = marks[1], "", marks[1]
    for before, mark in pairwise(marks):
        opened = text.rfind("¡", before, mark)  # Spanish says it at both ends of a sentence
        if opened >= 0 and done == start:
            start = done = opened
        if opened >= 0:
            said += text[done:opened]
            done = opened + 1
        said = (said + text[done:mark]).rstrip() + "."
        if not text[done:mark].strip() and start == mark:
            start = len(text[:mark].rstrip())  # French sets a space before it
        done = mark + 1
    return Fix(start=start, end=done, text=said)


def without(text: str, spans: Sequence[Span]) -> Fix:
    """The text without these, nor the spaces before them."""
    said, done = "", spans[0][0]
    start = len(text[:done].rstrip(" "))
    for first, last in spans:
        said = (said + text[done:first]).rstrip(" ")
        done = last
    return Fix(start=start, end=done, text=said)
