"""Labelled texts as the trainer wants them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from sentiment.corpus import Part, mentions, rows
from sentiment.cues import find
from sentiment.evidence import evidence
from sentiment.features import pieces
from sentiment.learned import NO_DANGER
from sentiment.score import compound
from sentiment.trainer import Example

_CALM: Final = frozenset({"P2", "P3", "P4"})


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
    )


def of_corpus(language: str, part: Part) -> Iterator[Example]:
    """Our own texts of a language we speak. Beside its mentions the train part holds everyday
    posts, which widen what is known of feelings, and what is dangerous or only looks so."""
    for row in mentions(language, part):
        yield _mention(row, language)
    if part is Part.DEV:
        yield from (_danger(row, language) for row in _every_tenth(language))
    if part is not Part.TRAIN:
        return
    for row in rows(f"train/mentions/{language}"):
        yield _mention(row, language)
    yield from of_posts(language)
    held_back = {row["id"] for row in _every_tenth(language)}
    for row in rows(f"train/urgent/{language}"):
        if row["id"] not in held_back:
            yield _danger(row, language)


def of_posts(language: str) -> Iterator[Example]:
    """Everyday posts, of which only the feeling is known."""
    for row in rows(f"train/posts/{language}"):
        yield example(row["text"], language, {"sentiment": (row["sentiment"],)})


def _every_tenth(language: str) -> list[dict[str, Any]]:
    """`urgent/` measures us and is looked at by nobody: thresholds need texts of their own."""
    return rows(f"train/urgent/{language}")[::10]


def _mention(row: Mapping[str, Any], language: str) -> Example:
    answers = {
        "sentiment": (row["sentiment"],),
        "topics": tuple(row["topics"]),
        "phase": (row["phase"],),
    }
    if row["urgency"] in _CALM:
        answers["urgent"] = (NO_DANGER,)
    return example(row["text"], language, answers)


def _danger(row: Mapping[str, Any], language: str) -> Example:
    kind = row["kind"] if row["urgent"] else NO_DANGER
    return example(row["text"], language, {"urgent": (kind,)})
