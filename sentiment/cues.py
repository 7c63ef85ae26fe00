"""Cue words: short patterns, one data file a language, looked up in folded text.

How the lists are written: cues stand on lines of their own or between " / "; each is a regular
expression over folded text (see `fold`) that matches whole words. `~` stands for any ending, ` … `
for up to four words between, within a sentence. A cue is filed under its first letters, so that a
text only meets the cues its own words can start: some thousand cues a language cost no more
than a few dozen. Cues that start with anything else are tried on every text: there should be few.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from sentiment.drawers import Cue, File, Found, filed

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
"""The names of cues that call for something."""

ORDERS: Final = "orders"
"""The name of cues for orders to a machine (sentiment/orders.py)."""

WISHES: Final = ("request", "telling")
"""Names of cues for what is asked for without a question mark: to do something, to tell something.
The shipped weights were taught without them, so they stand apart from `SIGNALS`."""

HARMLESS: Final = "harmless"
"""The name of cues for what only looks like one: they are cut out before the others are sought."""

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
        HARMLESS,
    }
)
# Spam is written in English under posts of any language.
_ENGLISH_EVERYWHERE: Final = frozenset({"spam", "bait"})

_REMEMBERED: Final = 16  # texts: one is folded for its orders, its cues and its likeness
_APOSTROPHES: Final = "’‘ʼ´`"
_UNSEEN: Final = re.compile(
    "[\u0300-\u036f\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]+"
)
_BETWEEN: Final = re.compile(r"\s+/\s+|\s*\n\s*")
_SHORT_HEAD: Final = re.compile(r"([^\W\d_]{1,2})([- '])\?(.*)")
_CHOICE: Final = re.compile(r"\(\?:([^()]*)\)(?![?*{])(.*)")


@lru_cache(_REMEMBERED)
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
    """In how many places a text holds cues of each name, group by group; names without any are left
    out."""

    folded: str
    topics: Mapping[str, int]
    phases: Mapping[str, int]
    signals: Mapping[str, int]


def find(text: str, language: str) -> Hits:
    """All cues of `language` in `text`. For a language without cues (also "unknown") only what
    must never be missed, in all languages at once: safety, law, a human wanted, stop."""
    index = _index(language if language in LANGUAGES else "")
    folded = fold(text[:MAX_LETTERS])
    counts: dict[str, dict[str, int]] = {"topics": {}, "phases": {}, "signals": {}}
    # A phrase that only looks like a cue ("no problem", "sunburn") goes first.
    if harmless := list(index.harmless.matches(folded)):
        counts["signals"][HARMLESS] = len(harmless)
        folded = _cut(folded, harmless, " , ")
    for group, name, _ in {(cue.group, cue.name, at) for cue, at, _ in index.cues.matches(folded)}:
        counts[group][name] = counts[group].get(name, 0) + 1
    return Hits(folded=folded, **counts)


def without(folded: str, language: str, name: str) -> str:
    """`folded` with every cue of the signal `name` blanked out."""
    index = _index(language if language in LANGUAGES else "")
    found = (found for found in index.cues.matches(folded) if found[0].name == name)
    return _cut(folded, found, " ")


def _cut(folded: str, found: Iterable[Found], blank: str) -> str:
    kept, end = [], 0
    for start, stop in sorted((start, stop) for _, start, stop in found):
        if stop > end:
            kept += [folded[end : max(start, end)], blank]
            end = stop
    return "".join([*kept, folded[end:]]) if kept else folded


@cache
def _index(language: str) -> _Index:
    """The index of a language; "" is the one of what must be heard in every language."""
    if language:
        cues = list(cues_of(language))
        if language != "en":
            cues += [cue for cue in cues_of("en") if cue.name in _ENGLISH_EVERYWHERE]
    else:
        every = (cue for code in LANGUAGES for cue in cues_of(code))
        cues = [cue for cue in every if cue.name in _VITAL]
    return _Index(
        harmless=filed(cue for cue in cues if cue.name == HARMLESS),
        cues=filed(cue for cue in cues if cue.name not in (HARMLESS, ORDERS)),
    )


@cache
def cues_of(language: str) -> tuple[Cue, ...]:
    """The cues of one of `LANGUAGES`, as its file lists them."""
    return listed(FOLDER / f"{language}.toml")


def listed(path: Path) -> tuple[Cue, ...]:
    """The cues of a file: a table a group, in it a list a name."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    return tuple(
        Cue(group=group, name=name, text=text)
        for group, names in tables.items()
        for name, texts in names.items()
        for line in _BETWEEN.split(texts)
        for text in unrolled(line)
        if text
    )


def unrolled(text: str) -> list[str]:
    """`(?:a|b) c` as `a c` and `b c`, and `e-?bike` as `e-bike` and `ebike`, so that each has
    letters to be filed under."""
    if short := _SHORT_HEAD.fullmatch(text):
        head, sign, rest = short.groups()
        return [head + sign + rest, *(head + joined for joined in unrolled(rest))]
    if choice := _CHOICE.fullmatch(text):
        heads = choice[1].split("|")
        return [one for head in heads for one in unrolled(head + choice[2])]
    return [text]
