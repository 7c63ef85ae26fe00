"""R33: plain language. Hints, each with what to say instead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from responder.voice.finding import Finding
from responder.voice.reading import Reading
from responder.voice.rules.house import certain, phrase_pattern

_LISTS: Final = {
    "jargon": ("{} is our word, not the customer's", "Say it in everyday words"),
    "foreign": ("{} has a word in this language", "Use the word of this language"),
    "abbreviations": ("{} is not explained", "Write it out"),
    "double_negation": ("{} says no twice", "Say it straight"),
}

_STEPS: Final = re.compile(r"(?:^|\s)\d{1,2}[.)]\s")


def plain(reading: Reading) -> Iterator[Finding]:
    """R33: house words, foreign words, abbreviations, no said twice, long sentences."""
    for name, (says, advice) in _LISTS.items():
        for at, cue in reading.hits(reading.lexicon.of("R33", name)):
            if not reading.agreed(at):
                tip = cue.suggestion or advice
                yield reading.finding("R33", says, at, suggestion=tip, instead=cue.instead)
    yield from _house_words(reading)
    yield from _long(reading)


def _house_words(reading: Reading) -> Iterator[Finding]:
    for phrase, instead in reading.target.house.jargon.items():
        for hit in phrase_pattern(phrase).finditer(reading.folded.text):
            if not reading.agreed(hit.span()):
                says = _LISTS["jargon"][0]
                yield reading.finding(
                    "R33", says, hit.span(), suggestion=instead, instead=certain(phrase, instead)
                )


def _long(reading: Reading) -> Iterator[Finding]:
    most = reading.lexicon.number("R33", "max_words")
    if not most or len(reading.words) <= most:
        return
    for at in reading.folded_sentences:
        count = _longest_part(reading.folded.text[slice(*at)])
        if count > most and not reading.agreed(at):
            message = f"A sentence of {count} words: {most} are easier to follow"
            yield reading.finding("R33", message, at, suggestion="Make two sentences of it")


def _longest_part(sentence: str) -> int:
    """Words of the sentence, or of its longest numbered step."""
    parts = [sentence]
    if sentence[:1].isdigit():
        parts = _STEPS.split(sentence)
    return max(sum(any(map(str.isalnum, word)) for word in part.split()) for part in parts)
