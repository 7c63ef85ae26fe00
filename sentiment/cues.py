"""Cue words: short patterns, one data file a language, looked up in folded text.

How the lists are written: cues stand on lines of their own or between " / "; each is a regular
expression over folded text (see `fold`) that matches whole words. `~` stands for any ending, ` … `
for up to four words between, within a sentence. A cue is filed under its first three letters, so
that a text only meets the cues its own words can start: some thousand cues a language cost no more
than a few dozen. Cues that start with anything else are tried on every text: there should be few.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from sentiment.drawers import KEY_LETTERS, Cue, Cues, Drawer, File, Found

FOLDER: Final = Path(__file__).parent / "cues"
LANGUAGES: Final = tuple(sorted(path.stem for path in FOLDER.glob("??.toml")))
"""The languages that have cues (ISO 639-1)."""

MAX_LETTERS: Final = 10_000
"""Cues are looked up in this much of a text: longer than any network's post but Facebook's."""

SIGNALS: Final = (
    *("praise", "thanks", "complaint", "trouble", "sarcasm", "question", "confused"),
    *("safety", "self_harm", "legal", "data", "threat"),
    *("human", "human_word", "stop", "stop_phrase", "filler", "outage", "spam", "bait"),
)
"""The names of cues that call for something, beside "harmless" for what only looks like one."""

# What must be heard even when the language was not recognised: one word is often too short for it.
_VITAL: Final = frozenset(
    {
        "safety",
        "self_harm",
        "legal",
        "data",
        "threat",
        "human",
        "human_word",
        "stop",
        "stop_phrase",
        "filler",
        "harmless",
    }
)
# Spam is written in English under posts of any language.
_ENGLISH_EVERYWHERE: Final = frozenset({"spam", "bait"})

_APOSTROPHES: Final = "’‘ʼ´`"
_UNSEEN: Final = re.compile(
    "[\u0300-\u036f\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]+"
)
_BETWEEN: Final = re.compile(r"\s+/\s+|\s*\n\s*")
_CHOICE: Final = re.compile(r"\(\?:([^()]*)\)(?![?*{])(.*)")
_WORD: Final = re.compile(r"\w+")


def fold(text: str) -> str:
    """`text` as cues see it: lower case, no accents, ł as l, ς as σ, plain apostrophes, nothing
    invisible, single spaces. Folding twice changes nothing more."""
    for apostrophe in _APOSTROPHES:
        text = text.replace(apostrophe, "'")
    if not text.isascii():
        text = _UNSEEN.sub("", unicodedata.normalize("NFKD", text)).casefold()
    if not unicodedata.is_normalized("NFKD", text):
        text = _UNSEEN.sub("", unicodedata.normalize("NFKD", text))
    return " ".join(text.lower().replace("ł", "l").split())


@dataclass(frozen=True, kw_only=True)
class _Index:
    harmless: File
    cues: File


@dataclass(frozen=True, kw_only=True)
class Hits:
    """How many cues of each name a text holds, group by group; names without any are left out."""

    folded: str
    topics: Mapping[str, int]
    phases: Mapping[str, int]
    signals: Mapping[str, int]


def find(text: str, language: str) -> Hits:
    """All cues of `language` in `text`. For a language without cues (also "unknown") only what
    must never be missed, in all languages at once: safety, law, a human wanted, stop."""
    index = _index(language if language in LANGUAGES else "")
    # A phrase that only looks like a cue ("no problem", "sunburn") goes first.
    folded = fold(text[:MAX_LETTERS])
    folded = _cut(folded, _matches(folded, index.harmless), " , ")
    counts: dict[str, dict[str, int]] = {"topics": {}, "phases": {}, "signals": {}}
    for cue, _, _ in _matches(folded, index.cues):
        names = counts[cue.group]
        names[cue.name] = names.get(cue.name, 0) + 1
    return Hits(folded=folded, **counts)


def without(folded: str, language: str, name: str) -> str:
    """`folded` with every cue of the signal `name` blanked out."""
    index = _index(language if language in LANGUAGES else "")
    found = (found for found in _matches(folded, index.cues) if found[0].name == name)
    return _cut(folded, found, " ")


def _matches(folded: str, file: File) -> Iterator[Found]:
    """Every cue that starts at a word of the text, found by trying only those filed under it."""
    for word in _WORD.finditer(folded):
        if drawer := file.get(word[0][:KEY_LETTERS]):
            yield from drawer.found(folded, word.start())
    if rest := file.get(""):
        for cues in rest.cues:
            for start, end in cues.anywhere(folded):
                yield cues, start, end


def _cut(folded: str, matches: Iterable[Found], blank: str) -> str:
    kept, end = [], 0
    for start, stop in sorted((start, stop) for _, start, stop in matches):
        if stop > end:
            kept += [folded[end : max(start, end)], blank]
            end = stop
    return "".join([*kept, folded[end:]]) if kept else folded


@cache
def _index(language: str) -> _Index:
    """The index of a language; "" is the one of what must be heard in every language."""
    if language:
        cues = list(_read(language))
        if language != "en":
            cues += [cue for cue in _read("en") if cue.name in _ENGLISH_EVERYWHERE]
    else:
        every = (cue for code in LANGUAGES for cue in _read(code))
        cues = [cue for cue in every if cue.name in _VITAL]
    return _Index(
        harmless=_filed(cue for cue in cues if cue.name == "harmless"),
        cues=_filed(cue for cue in cues if cue.name != "harmless"),
    )


def _filed(cues: Iterable[Cue]) -> File:
    """The cues of one key and one name together: they are tried once a word."""
    together: dict[tuple[str, str, str], list[Cue]] = {}
    for cue in cues:
        together.setdefault((cue.key, cue.group, cue.name), []).append(cue)
    file: dict[str, list[Cues]] = {}
    for (key, _, _), same in together.items():
        file.setdefault(key, []).append(Cues(same))
    return {key: Drawer(tuple(filed)) for key, filed in file.items()}


@cache
def _read(language: str) -> tuple[Cue, ...]:
    tables = tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    return tuple(
        Cue(group=group, name=name, text=text)
        for group, names in tables.items()
        for name, texts in names.items()
        for line in _BETWEEN.split(texts)
        for text in _unrolled(line)
        if text
    )


def _unrolled(text: str) -> list[str]:
    """`(?:a|b) c` as `a c` and `b c`, so that each has letters to be filed under."""
    choice = _CHOICE.fullmatch(text)
    return [head + choice[2] for head in choice[1].split("|")] if choice else [text]
