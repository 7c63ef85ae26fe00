"""What agents set right, as examples for `train` and as a measure for `evaluate`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from config.settings import LANGUAGES
from responder.corrections import YES, Answers, Lesson, danger_of
from responder.models import Question
from sentiment.examples import example
from sentiment.judge import judge
from sentiment.language import UNKNOWN
from sentiment.learned import DANGER
from sentiment.lessons import Example
from sentiment.linear import Weights

WEIGHT: Final = 3.0
"""What a text counts that one of the team set right, beside 1 of any other. A choice: they speak of
this very brand, and a hundred such texts brought five points, but a person errs too."""

CHECKED: Final = 26  # of 256: a tenth


def is_held_back(lesson: Lesson) -> bool:
    """Whether nothing learns from it, so that it can be checked by: the same tenth every time."""
    return hashlib.sha256(lesson.mention_id.encode()).digest()[0] < CHECKED


def fit(lessons: Iterable[Lesson]) -> list[Lesson]:
    """Those that may teach, in a language that is known."""
    return [one for one in lessons if one.may_teach and one.language not in ("", UNKNOWN)]


def examples(lessons: Iterable[Lesson], *, weight: float = WEIGHT) -> Iterator[Example]:
    """They teach what somebody said, and nothing that was merely left as it was."""
    for lesson in lessons:
        answers = dict(_taught(lesson.answers))
        if answers:
            yield example(lesson.text, lesson.language, answers, weight=weight)


def _taught(answers: Answers) -> Iterator[tuple[str, tuple[str, ...]]]:
    for question, said in answers.items():
        if question is Question.DANGER:
            yield DANGER, (DANGER,) if said == (YES,) else ()
        else:
            yield question.value, said


def said(lesson: Lesson, weights: Weights) -> Answers:
    """What we would say of its text by these weights."""
    found = judge(lesson.text, languages=LANGUAGES, hint=lesson.language, weights=weights)
    return {
        Question.SENTIMENT: (found.score.label.value,),
        Question.TOPICS: found.topics,
        Question.PHASE: (found.phase.value,),
        Question.DANGER: (danger_of(found.signals),),
    }


def alike(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two answers say the same. Of topics the order tells no more than which is likelier,
    and that nothing was recognised is the same as "other"."""
    return set(one or ("other",)) == set(other or ("other",))


def hits(lessons: Sequence[Lesson], weights: Weights) -> int:
    """How many of the answers somebody gave these weights would have given."""
    return sum(
        alike(answer, now[question])
        for lesson in lessons
        for now in (said(lesson, weights),)
        for question, answer in lesson.answers.items()
    )
