"""How the shipped weights are made, and what whoever trains more begins with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from sentiment.corpus import Part
from sentiment.cues import LANGUAGES
from sentiment.examples import of_corpus, of_posts
from sentiment.lessons import QUESTIONS, Example, Question

MADE_OF: Final = "Antiphon corpus of mentions (CC BY 4.0), train part"

TRUST: Final = 0.7
"""Of pieces, in the sentiment of weights made of our own texts: best for texts of kinds not in our
corpus (UMSAB's validation part 55.9 against 54.6 in full), at no cost for mentions of brands."""


def questions() -> tuple[Question, ...]:
    """What is asked of our own texts."""
    return tuple(
        replace(question, trust=TRUST) if question.name == "sentiment" else question
        for question in QUESTIONS
    )


def own_examples(part: Part) -> list[Example]:
    """All our own texts of one part."""
    return list(_each(part))


def _each(part: Part) -> Iterator[Example]:
    for language in LANGUAGES:
        yield from of_corpus(language, part)
    if part is Part.TRAIN:
        yield from of_posts("pt")  # not spoken by us, but written to us
