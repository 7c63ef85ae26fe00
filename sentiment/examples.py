"""Labelled texts as the trainer wants them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from sentiment.corpus import Part, mentions, rows
from sentiment.cues import find
from sentiment.evidence import evidence
from sentiment.features import pieces
from sentiment.learned import DANGER
from sentiment.lessons import Example
from sentiment.score import compound

_HELD_BACK: Final = 10  # one of so many


def example(
    text: str, language: str, answers: Mapping[str, tuple[str, ...]], *, weight: float = 1.0
) -> Example:
    """One text with what is right about it (see `Example`). Its language is known, not guessed."""
    felt = compound(text, language) or 0.0
    return Example(
        pieces=pieces(text),
        cues=evidence(text, find(text, language), felt),
        language=language,
        answers=dict(answers),
        weight=weight,
        text=text,
    )


def of_corpus(language: str, part: Part) -> Iterator[Example]:
    """Our own texts of a language we speak. Beside its mentions the train part holds everyday
    posts, which widen what is known of feelings, and what is dangerous or only looks so; a tenth
    of what is in `train/` is held back for the dev part, which would be small without it."""
    for row in mentions(language, part):
        yield _mention(row, language)
    if part is Part.TEST:
        return
    for row in _share(f"train/mentions/{language}", part):
        yield _mention(row, language)
    for row in _share(f"train/urgent/{language}", part):
        yield _danger(row, language)
    if part is Part.TRAIN:
        yield from of_posts(language)


def of_posts(language: str) -> Iterator[Example]:
    """Everyday posts, of which only the feeling is known."""
    for row in rows(f"train/posts/{language}"):
        yield example(row["text"], language, {"sentiment": (row["sentiment"],)})


def _share(name: str, part: Part) -> list[dict[str, Any]]:
    """The rows of a file to learn from, or those held back. Thresholds need texts of their own:
    `urgent/` measures us and is looked at by nobody."""
    return [
        row for at, row in enumerate(rows(name)) if (at % _HELD_BACK == 0) is (part is Part.DEV)
    ]


def _mention(row: Mapping[str, Any], language: str) -> Example:
    answers = {
        "sentiment": (row["sentiment"],),
        "topics": tuple(row["topics"]),
        "phase": (row["phase"],),
        DANGER: (DANGER,) if row["urgency"] == "P1" else (),
    }
    return example(row["text"], language, answers)


def _danger(row: Mapping[str, Any], language: str) -> Example:
    answers: dict[str, tuple[str, ...]] = {DANGER: ()}
    if row["urgent"]:
        answers = {DANGER: (DANGER,), "kind": (row["kind"],)}
    return example(row["text"], language, answers)
