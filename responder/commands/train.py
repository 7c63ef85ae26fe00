"""train: new weights from our own corpus, labelled files and what agents set right.

The old ones are kept beside them, and new ones that judge worse are not taken: worse than the old
ones on what files and corrections hold back, or worse than the shipped ones on our own corpus. The
shipped ones, because losses against the old ones would add up run by run.
"""

from __future__ import annotations

import hashlib
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import IO, Final

import numpy as np

from config.errors import ConfigError
from config.settings import LANGUAGES
from responder.bot import trained_weights
from responder.commands import with_bot
from responder.commands.evaluate import ALL, by_language
from responder.commands.former_weights import put
from responder.commands.lessons import examples, fit, hits, is_held_back
from responder.commands.understanding import is_installed, weights_file, weights_of
from responder.corrections import Lesson, read_lessons
from responder.origins import forgotten, made_of
from responder.training import note_training
from sentiment.corpus import Part, mentions
from sentiment.examples import example
from sentiment.labelled import LABELS, Labelled, read_labelled
from sentiment.language import UNKNOWN, identify
from sentiment.lessons import QUESTIONS, Example, Question
from sentiment.linear import Weights
from sentiment.measure import Figures
from sentiment.recipe import own_examples, questions
from sentiment.trainer import train
from sentiment.weights import shipped

ONE_SIDED: Final = 0.35
"""What a text of a file without neutral ones counts (or without any other label): its labels were
made by another rule, and would draw every doubt to one side. Measured: in full they cost one to
three points elsewhere."""

WORSE: Final = 0.005
"""So much macro-F1 may be lost by chance."""

FORGOTTEN: Final = 0.05
"""So much macro-F1 may be lost on our own corpus for the sake of other texts; what costs more has
labels that contradict it."""

MANY_KINDS: Final = 20_000
"""From so many texts on that are not ours, pieces are believed in full: they have then been seen in
more kinds of text than our own few, for which the recipe holds them back."""

FEW: Final = 20
"""Fewer texts of a language tell nothing by themselves: one of them is more than `WORSE`."""

_CHECKED: Final = 26  # of 256: a tenth of what no file marks for checking


@dataclass(frozen=True, kw_only=True)
class Parted:
    """The texts of one file: those to learn from, each with what it counts (0 to 1), those held
    back to check by, and how many are `set_aside` because the file keeps them for a test."""

    learning: tuple[tuple[Labelled, float], ...]
    checking: tuple[Labelled, ...]
    set_aside: int


@dataclass(frozen=True, kw_only=True)
class Given:
    """What there is to learn from: the texts of files, with their names, and corrections."""

    files: Sequence[Parted] = ()
    names: Sequence[str] = ()
    lessons: Sequence[Lesson] = ()

    @cached_property
    def learning(self) -> list[Example]:
        taught = [one for one in self._fit if not is_held_back(one)]
        return [
            *(one for part in self.files for one in _examples(part.learning)),
            *examples(taught),
        ]

    @property
    def rows(self) -> list[Labelled]:
        """What the files hold back."""
        return [row for part in self.files for row in part.checking]

    @property
    def held_back(self) -> list[Lesson]:
        return [one for one in self._fit if is_held_back(one)]

    @property
    def checking(self) -> list[Example]:
        return [
            *_examples((row, 1.0) for row in self.rows),
            *examples(self.held_back, weight=1.0),
        ]

    @property
    def _fit(self) -> list[Lesson]:
        return fit(self.lessons)


def train_here(config: Path, files: Sequence[Path], out: IO[str], *, by: str) -> int:
    """`train_now` with `files` and what was set right at the desk of this installation, which
    keeps note of it. Raises ConfigError if a file is none, or there is nothing to learn from."""
    parts = [read_given(file, out) for file in files]
    given = Given(files=parts, names=[file.name for file in files])
    if not is_installed(config) and files:
        return train_now(given, weights_of(config), weights_file(config), out)
    with with_bot(config) as bot:
        began = bot.clock()
        given = replace(given, lessons=read_lessons(bot))
        code = train_now(given, bot.weights, trained_weights(bot.state), out)
        texts = len(given.learning)
        note_training(bot, taken=code == 0, by=by, texts=texts, at=began, files=len(files))
        return code


def train_now(
    given: Given,
    old: Weights,
    path: Path,
    out: IO[str],
    *,
    own: Callable[[Part], list[Example]] = own_examples,
    ask: Callable[[int], Sequence[Question]] | None = None,
) -> int:
    """Train, compare on the texts that were held back, and put the better weights at `path`.
    0 if they were taken, 1 if the old ones judge better. `own`: our own texts of a part;
    `ask`: what is asked of so many texts beside them, `asked` if not given. Raises ConfigError if
    there is nothing to learn from, or the old ones learned from files that are not given."""
    learning = given.learning
    if not learning:
        raise _nothing(given)
    if lost := forgotten(old.made_of, given.names):
        raise _forgetful(lost, path)
    out.write(f"{len(learning):,} texts beside our own corpus{_left_out(given)}\n")
    corrected = len(fit(given.lessons)) - len(given.held_back)
    made = train(
        [*own(Part.TRAIN), *learning],
        [*own(Part.DEV), *given.checking],
        made_of=made_of(given.names, corrected),
        questions=(ask or asked)(len(learning)),
    )
    # Both are looked at, so that both figures are told.
    better = [
        is_no_worse(made, old, given.rows, out),
        learned_no_less(made, old, given.held_back, out),
    ]
    if not all(better):
        out.write("the old weights judge better and stay\n")
        return 1
    put(made, path)
    out.write(f"{path} serves from the next round on\n")
    return 0


def _nothing(given: Given) -> ConfigError:
    mute = sum(not one.may_teach for one in given.lessons)
    problem = "nothing to learn from"
    if given.lessons:
        problem += f": of {len(given.lessons)} corrected mentions, {mute} are of channels whose "
        problem += "texts may not teach, and the others are held back or in no known language"
    return ConfigError(
        where="train",
        problem=problem,
        fix="name a labelled file, or set mentions right at the desk",
    )


def _forgetful(lost: Sequence[str], path: Path) -> ConfigError:
    return ConfigError(
        where="train",
        problem=f"the weights in use learned from {', '.join(lost)} too, and would forget it",
        fix=f"name these files as well, or remove {path} to do without what they taught",
    )


def _left_out(given: Given) -> str:
    mute = sum(not one.may_teach for one in given.lessons)
    return f"; {mute:,} corrected mentions are of channels that may not teach" if mute else ""


def learned_no_less(made: Weights, old: Weights, held_back: Sequence[Lesson], out: IO[str]) -> bool:
    """Whether `made` gives as many of the answers agents gave as `old`, on lessons nothing learned
    from. One of few may be lost by chance."""
    if not held_back:
        return True
    before, after = hits(held_back, old), hits(held_back, made)
    of = sum(len(lesson.answers) for lesson in held_back)
    out.write(f"right about what agents set right, {of:,} answers: {before:,} -> {after:,}\n")
    return after >= before - max(1.0, WORSE * of)


def is_no_worse(made: Weights, old: Weights, checking: Sequence[Labelled], out: IO[str]) -> bool:
    """Whether `made` may be used in place of `old`, with the figures on `out`."""
    better = [
        _no_worse("what these files hold back", checking, old, made, WORSE, out),
        _no_worse("our own corpus", _own_mentions(), shipped(), made, FORGOTTEN, out),
    ]
    return all(better)


def asked(texts: int) -> tuple[Question, ...]:
    """The questions for so many texts beside our own."""
    return QUESTIONS if texts >= MANY_KINDS else questions()


def read_given(path: Path, out: IO[str]) -> Parted:
    """The texts of one file, and a line on `out` about what it does not give."""
    file = read_labelled(path)
    if file.left_out:
        sys.stderr.write(f"left out {file.left_out:,} rows: {'; '.join(file.wrong)}\n")
    found = parted(file.rows)
    if found.set_aside:
        out.write(f"{path.name}: {found.set_aside:,} texts are for a test and not looked at\n")
    if not found.checking:
        out.write(f"{path.name} leaves nothing to check by: what it teaches is not compared\n")
    return found


def parted(rows: Iterable[Labelled]) -> Parted:
    """The rows of one file. What it marks for checking is held back, else a tenth of it."""
    every = [_with_language(row) for row in rows]
    used = [row for row in every if not row.is_for_testing]
    marked = any(row.is_for_checking for row in used)
    counts = Counter(language for language, _ in {(row.language, row.label) for row in used})
    learning, checking = [], []
    for row in used:
        if row.is_for_checking if marked else _by_chance(row.text):
            checking.append(row)
        else:
            full = counts[row.language] == len(LABELS)
            learning.append((row, 1.0 if full else ONE_SIDED))
    aside = len(every) - len(used)
    return Parted(learning=tuple(learning), checking=tuple(checking), set_aside=aside)


def _with_language(row: Labelled) -> Labelled:
    if row.language:
        return row
    return replace(row, language=identify(row.text, languages=LANGUAGES))


def _by_chance(text: str) -> bool:
    """The same tenth every time, whatever else is in the file."""
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()[0] < _CHECKED


def _examples(rows: Iterable[tuple[Labelled, float]]) -> Iterator[Example]:
    for row, weight in rows:
        if row.language and row.language != UNKNOWN:
            yield example(row.text, row.language, {"sentiment": (row.label,)}, weight=weight)


def _own_mentions() -> list[Labelled]:
    return [
        Labelled(text=row["text"], label=row["sentiment"], language=language)
        for language in LANGUAGES
        for row in mentions(language, Part.DEV)
    ]


def _no_worse(
    what: str, rows: Sequence[Labelled], old: Weights, made: Weights, lost: float, out: IO[str]
) -> bool:
    if not rows:
        return True
    before, after = figure(rows, old), figure(rows, made)
    out.write(f"macro-F1 on {what}, {len(rows):,} texts: {before:.3f} -> {after:.3f}\n")
    return after >= before - lost


def figure(rows: Sequence[Labelled], weights: Weights) -> float:
    """The mean macro-F1 over the languages: a large one must not hide that a small one got worse.
    Those with fewer than `FEW` texts count together as one, and if even that one has fewer, it
    counts for as much less."""
    counts = Counter(row.language for row in rows)
    large = [row for row in rows if counts[row.language] >= FEW]
    small = [row for row in rows if counts[row.language] < FEW]
    found = [one for code, one in _report(large, weights).items() if code != ALL]
    found += [one for code, one in _report(small, weights).items() if code == ALL]
    counted = [min(one.texts, FEW) for one in found]
    return float(np.average([one.macro_f1 for one in found], weights=counted))


def _report(rows: Sequence[Labelled], weights: Weights) -> dict[str, Figures]:
    return by_language(rows, weights) if rows else {}
