"""evaluate without a file: how often we were, and are, right about what agents set right."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import IO, Final

from rich import box
from rich.console import Console
from rich.table import Table

from config.errors import ConfigError
from responder.bot import Bot
from responder.commands.evaluate import ALL
from responder.commands.lessons import alike, is_held_back, said
from responder.corrections import Answers, Lesson, read_lessons
from responder.models import Question
from sentiment.linear import Weights

HELD_BACK: Final = "held back"

Shares = Mapping[str, tuple[float, float]]
"""Of each question: which share was right before anybody looked, and which is by the weights now,
0 to 1 each."""


def evaluate_corrections(bot: Bot, out: IO[str], *, as_json: bool) -> int:
    """Hold what was judged, and what the weights of now say, against how agents left each mention
    they set right. Always 0. Raises ConfigError if there is none.

    These are the mentions somebody found a fault in, so the shares are lower than of all mentions.
    """
    lessons = read_lessons(bot)
    if not lessons:
        raise ConfigError(
            where="evaluate",
            problem="nobody has set a mention right yet",
            fix="name a labelled file, or set mentions right at the desk",
        )
    found = by_language(lessons, bot.weights)
    if as_json:
        told = {name: _as_json(shares, texts) for name, (texts, shares) in found.items()}
        out.write(json.dumps(told) + "\n")
    else:
        Console(file=out).print(_table(found))
    return 0


def by_language(lessons: Sequence[Lesson], weights: Weights) -> Mapping[str, tuple[int, Shares]]:
    """How many mentions and their shares: of each language, of "all", and of those "held back"
    from training, the only ones by which trained weights can be judged."""
    groups: dict[str, list[tuple[Lesson, Answers]]] = defaultdict(list)
    judged = [(lesson, said(lesson, weights)) for lesson in lessons]
    for one in sorted(judged, key=lambda one: one[0].language):
        groups[one[0].language].append(one)
    groups[ALL] = judged
    if held_back := [one for one in judged if is_held_back(one[0])]:
        groups[HELD_BACK] = held_back
    return {name: (len(some), _shares(some)) for name, some in groups.items()}


def _shares(judged: Sequence[tuple[Lesson, Answers]]) -> Shares:
    return {question.value: _share(judged, question) for question in Question}


def _share(judged: Sequence[tuple[Lesson, Answers]], question: Question) -> tuple[float, float]:
    before = sum(
        alike(lesson.before.get(question, lesson.stands[question]), lesson.stands[question])
        for lesson, _now in judged
    )
    after = sum(alike(now[question], lesson.stands[question]) for lesson, now in judged)
    return before / len(judged), after / len(judged)


def _as_json(shares: Shares, texts: int) -> Mapping[str, object]:
    told = {name: {"before": before, "now": now} for name, (before, now) in shares.items()}
    return {"mentions": texts, **told}


def _table(found: Mapping[str, tuple[int, Shares]]) -> Table:
    table = Table(
        box=box.SIMPLE,
        caption="% right by how agents left it: before they looked -> now",
    )
    for name in ("language", "mentions", *(question.value for question in Question)):
        table.add_column(name, justify="left" if name == "language" else "right")
    for name, (texts, shares) in found.items():
        told = (f"{100 * before:.0f} -> {100 * now:.0f}" for before, now in shares.values())
        table.add_row(name, f"{texts:,}", *told)
    return table
