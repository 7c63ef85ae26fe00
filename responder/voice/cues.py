"""What the rules look for in one language: data, read once (responder/voice/cues/*.toml)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Final

from responder.voice.anchors import anchors

FOLDER: Final = Path(__file__).parent / "cues"

_CUES: Final = {
    "R03": ("greetings",),
    **dict.fromkeys(("R07", "R09", "R10", "R11", "R12", "R13"), ("cues",)),
    **dict.fromkeys(("R20", "R21", "R23", "R27"), ("cues",)),
    "R08": ("cues", "dated"),
    "R14": ("questions", "yes_no"),
    "R15": ("relative", "dated", "pronouns", "choice"),
    "R17": ("informal", "formal", "formal_cased"),
    "R18": ("ids",),
    "R19": ("cues", "elsewhere"),
    "R30": ("owner", "step"),
    "R32": ("acknowledge", "request", "hollow"),
    "R33": ("jargon", "foreign", "abbreviations", "double_negation"),
}
_WORDS: Final = {"R05": ("acronyms",), "R14": ("stopwords",)}
_NUMBERS: Final = {"R33": ("max_words",)}
NAMES: Final = {
    rule: (*_CUES.get(rule, ()), *_WORDS.get(rule, ()), *_NUMBERS.get(rule, ()))
    for rule in sorted({*_CUES, *_WORDS, *_NUMBERS})
}
"""What a file may say about each rule."""


class BadCues(ValueError):
    """A cue file says something nobody can look for. Names file, rule and cue."""


_FILED: Final = 3
"""Cues are filed under so many first letters of each of their anchors."""


@dataclass(frozen=True, kw_only=True, eq=False)  # each is itself: they lie in sets
class Cue:
    """One thing to look for. Where `unless` stands in the same sentence it does not count."""

    text: str  # a regular expression over folded text
    opening: bool = False  # it was written with ^: only where a sentence begins
    excuse: str = ""  # `unless`: another one
    suggestion: str = ""
    instead: str = ""  # the very words to put in its place
    anchors: frozenset[str] = frozenset()  # one of these stands in all it matches; none: unknown

    # Compiled when it is first tried: most cues of a language never are, and 300 of them take a
    # quarter of a second.
    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(self.text)

    @cached_property
    def unless(self) -> re.Pattern[str] | None:
        return re.compile(self.excuse) if self.excuse else None

    def may_stand(self, text: str) -> bool:
        """Whether `text` has the letters without which it cannot."""
        for anchor in self.anchors:
            if anchor in text:
                return True
        return not self.anchors

    def spans(self, text: str, starts: tuple[int, ...] = (0,)) -> Iterator[tuple[int, int]]:
        """Where it stands in folded `text`, whose sentences begin at `starts`."""
        if self.opening:
            matches: Iterator[re.Match[str] | None] = (
                self.pattern.match(text, start) for start in starts
            )
        else:
            matches = self.pattern.finditer(text)
        for match in matches:
            if match is not None and match.end() > match.start():
                yield match.span()


Cues = tuple[Cue, ...]
Filed = tuple[tuple[str, Cue], ...]


@dataclass(frozen=True, kw_only=True)
class Lexicon:
    """All that is looked for in one language. What its file leaves out is empty, or 0."""

    cues: Mapping[tuple[str, str], Cues]
    words: Mapping[tuple[str, str], frozenset[str]]
    numbers: Mapping[tuple[str, str], int]

    def of(self, rule: str, name: str = "cues") -> Cues:
        return self.cues.get((rule, name), ())

    def listed(self, rule: str, name: str) -> frozenset[str]:
        return self.words.get((rule, name), frozenset())

    def number(self, rule: str, name: str) -> int:
        return self.numbers.get((rule, name), 0)

    def likely(self, text: str) -> frozenset[Cue]:
        """The cues that may stand in folded `text`. All others do not."""
        file, always = self._filed
        keys = file.keys() & {text[at : at + _FILED] for at in range(len(text))}
        return always.union(cue for key in keys for anchor, cue in file[key] if anchor in text)

    @cached_property
    def _filed(self) -> tuple[Mapping[str, Filed], frozenset[Cue]]:
        file: dict[str, list[tuple[str, Cue]]] = {}
        always = set()
        for cue in (cue for listed in self.cues.values() for cue in listed):
            if not cue.anchors or min(map(len, cue.anchors)) < _FILED:
                always.add(cue)
                continue
            for anchor in cue.anchors:
                file.setdefault(anchor[:_FILED], []).append((anchor, cue))
        return {key: tuple(filed) for key, filed in file.items()}, frozenset(always)


_EMPTY: Final = Lexicon(cues={}, words={}, numbers={})


@cache
def lexicon(language: str) -> Lexicon:
    """What is looked for in `language` (ISO 639-1); nothing where it has no file.
    Raises BadCues."""
    path = FOLDER / f"{language}.toml"
    if not re.fullmatch("[a-z]{2}", language) or not path.is_file():
        return _EMPTY
    return read(path)


def read(path: Path) -> Lexicon:
    """The cues in one file. Raises BadCues."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise BadCues(f"{path.name}: {error}") from error
    cues: dict[tuple[str, str], Cues] = {}
    words: dict[tuple[str, str], frozenset[str]] = {}
    numbers: dict[tuple[str, str], int] = {}
    for rule, names in tables.items():
        for name, value in names.items():
            where = f"{path.name}: [{rule}] {name}"
            if name in _WORDS.get(rule, ()):
                words[rule, name] = frozenset(value)
            elif name in _NUMBERS.get(rule, ()):
                numbers[rule, name] = int(value)
            elif name in _CUES.get(rule, ()):
                cues[rule, name] = tuple(_cue(entry, where, name) for entry in value)
            else:
                raise BadCues(f"{where}: no rule reads this")
    return Lexicon(cues=cues, words=words, numbers=numbers)


def _cue(entry: str | Mapping[str, str], where: str, name: str) -> Cue:
    fields = {"match": entry} if isinstance(entry, str) else dict(entry)
    text, unless = fields.pop("match", ""), fields.pop("unless", "")
    suggestion, instead = fields.pop("suggestion", ""), fields.pop("instead", "")
    if not text or fields:
        known = "match, unless, suggestion, instead"
        raise BadCues(f"{where}: {entry!r} must be a pattern, or have {known}")
    body = text.removeprefix("^")
    return Cue(
        text=body,
        opening=text != body or name == "greetings",
        excuse=unless,
        suggestion=suggestion or instead,
        instead=instead,
        anchors=anchors(body),
    )


def verify(path: Path) -> None:
    """Compile every cue in one file. Raises BadCues."""
    for (rule, name), listed in read(path).cues.items():
        for cue in listed:
            for pattern in (cue.text, cue.excuse):
                try:
                    re.compile(pattern)
                except re.error as error:
                    where = f"{path.name}: [{rule}] {name}: {pattern!r}"
                    raise BadCues(f"{where}: {error}") from error
