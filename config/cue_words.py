"""Pure: whether what an entry's `words` say can be looked for, and without taking for ever.

They are written as cues (docs/understanding.md), by people who write replies and not programs: what
cannot be compiled would stop every draft once a customer's text meets it, and `(\\w+ ?)+x` takes
minutes on one line. So they may hold less than a regular expression: letters, `~`, ` … `, `?`,
groups, classes, and no repetition of anything but one letter.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import Final

_GAP: Final = " … "
_MOST_GAPS: Final = 3
_GAP_WAYS: Final = 5  # none to four words between
_MOST_WAYS: Final = 500
"""So many ways to fit one place in a text at most: each of them may have to be tried."""
_MOST_TIMES: Final = 30

# Most words are no more than this, and comparing letters tells it at once.
_PLAIN: Final = re.compile(r"[\w'’-]+~?(?:(?: | … )[\w'’-]+~?)*")
_COUNT: Final = re.compile(r"([?*+]|\{(\d*)(,?)(\d*)\})[?+]?")
_CLASS: Final = re.compile(r"\[\^?[\w' .,!?/-]+\]")
_ESCAPED: Final = re.compile(r"\\(?:[wdsb]|[^\w\s|])")
_REPEATED: Final = re.compile(r"\\[wd]|\w")
_MOST_LETTERS: Final = 1_000


class _Fault(ValueError):
    """What is wrong with a pattern, in one line."""


@dataclass(frozen=True)
class _Part:
    """`ways` in which it can fit one place. `loose`: how often in the last word so far any number
    of letters may follow. `head`: the letter it starts with, where that is one."""

    ways: int
    loose: int
    head: str = ""


def fault_in(text: str) -> str | None:
    """What is wrong with one of an entry's words, in one line; None: it can be looked for."""
    text = _GAP.join(map(_bare, text.split(_GAP)))
    gaps = text.count(_GAP)
    try:
        _require(gaps <= _MOST_GAPS, f"“…” at most {_MOST_GAPS} times")
        if not _PLAIN.fullmatch(text):
            _read(text)
        _require(any(map(_says, text)), "it names no letter to look for")
    except _Fault as fault:
        return str(fault)
    return None


def _bare(text: str) -> str:
    """As it will be sought (sentiment/cues.py, `fold`), as far as signs are concerned: （ is (."""
    return " ".join(unicodedata.normalize("NFKD", text).split())


def _says(letter: str) -> bool:
    return letter.isalnum() or unicodedata.category(letter) == "So"


def _require(sound: object, problem: str) -> None:
    if not sound:
        raise _Fault(problem)


def _read(text: str) -> None:
    _require(len(text) <= _MOST_LETTERS, "it is too long")
    sides = text.split(_GAP)
    _require(all(side.strip() for side in sides), "“…” stands between two words")
    _require("…" not in "".join(sides) and "..." not in text, "“…” stands between two spaces")
    part, end = _choice(text, 0, 0)
    _require(end == len(text), "a ) without its (")
    _require(part.ways <= _MOST_WAYS, "it can fit in too many ways: write several, simpler ones")
    pattern = text.replace(_GAP, " ").replace("~", r"\w*")
    try:
        compiled = re.compile(pattern.lower())
    except (re.error, OverflowError) as error:
        raise _Fault(f"it is no pattern: {error}") from None
    _require(compiled.fullmatch("") is None, "it fits where there is nothing")
    bare = re.sub(r"\\.|\[[^]]*\]|\{[^}]*\}", "", text)
    _require(any(map(_says, bare)), "it names no letter to look for")


def _choice(text: str, at: int, loose: int) -> tuple[_Part, int]:
    """Alternatives, to the end or to the ")" that closes them."""
    parts = []
    while True:
        part, at = _sequence(text, at, loose)
        parts.append(part)
        if text[at : at + 1] != "|":
            break
        at += 1
    # Only alternatives that start alike are tried one after the other.
    ways = Counter[str]()
    for part in parts:
        ways[part.head] += part.ways
    any_head = ways.pop("", 0)
    most = max(ways.values(), default=0) + any_head
    head = parts[0].head if len(parts) == 1 else ""
    return _Part(most, max(part.loose for part in parts), head), at


def _sequence(text: str, at: int, loose: int) -> tuple[_Part, int]:
    ways, head, start = 1, text[at : at + 1], at
    while at < len(text) and text[at] not in "|)":
        if text.startswith(_GAP, at):
            ways, loose, at = ways * _GAP_WAYS, 0, at + len(_GAP)
            continue
        part, at = _piece(text, at, loose)
        ways, loose = min(ways * part.ways, _MOST_WAYS + 1), part.loose
        _require(loose <= 1, "a word can have one open end (~, * or +)")
    optional = text[start + 1 : start + 2] in ("?", "*", "{")
    return _Part(ways, loose, head if head.isalnum() and not optional else ""), at


def _piece(text: str, at: int, loose: int) -> tuple[_Part, int]:
    """One letter, class or group with the count behind it."""
    start, ways, after = at, 1, loose
    if text[at] == "(":
        part, at = _group(text, at, loose)
        ways, after = part.ways, part.loose
    elif text[at] == "~":
        return _Part(1, loose + 1), at + 1 + (text[at + 1 : at + 2] in ("?", "+"))
    else:
        at = _atom(text, at)
        after = 0 if text[start] == " " else loose
    count = _COUNT.match(text, at)
    if count is None or count[1] in ("{}", "{,}"):
        return _Part(ways, after), at
    return _counted(text[start:at], count, _Part(ways, after), loose), count.end()


def _counted(what: str, count: re.Match[str], once: _Part, loose: int) -> _Part:
    if count[1] == "?":
        return _Part(once.ways + 1, max(once.loose, loose))
    _require(not what.startswith("("), "a ( ) can be left out with ?, and not be repeated")
    least, most = _times(count)
    if most is None:
        _require(bool(_REPEATED.fullmatch(what)), f"* and + stand behind a letter, not {what!r}")
        return _Part(1, loose + 1)
    _require(most <= _MOST_TIMES, f"repeated more than {_MOST_TIMES} times")
    kept = once.loose if least else max(once.loose, loose)
    return _Part(max(most - least, 0) + 1, kept)


def _times(count: re.Match[str]) -> tuple[int, int | None]:
    """How often at least and at most; None: any number."""
    if count[1] in ("*", "+"):
        return int(count[1] == "+"), None
    least = int(count[2] or 0)
    if not count[3]:
        return least, least
    return least, int(count[4]) if count[4] else None


def _group(text: str, at: int, loose: int) -> tuple[_Part, int]:
    start = at + 3 if text.startswith("(?:", at) else at + 1
    _require(text[start : start + 1] != "?" or start == at + 3, "(?…) other than (?:…)")
    part, end = _choice(text, start, loose)
    _require(text[end : end + 1] == ")", "a ( without its )")
    return part, end + 1


def _atom(text: str, at: int) -> int:
    """Where the letter, class or sign at `at` ends."""
    letter = text[at]
    if letter == "\\":
        escaped = _ESCAPED.match(text, at)
        if escaped is None:
            raise _Fault(f"{text[at : at + 2]} says nothing here: \\w \\d \\s \\b do")
        return escaped.end()
    if letter == "[":
        listed = _CLASS.match(text, at)
        if listed is None:
            raise _Fault("[ ] may hold letters, digits and plain signs")
        return listed.end()
    _require(letter not in "?*+{", f"{letter} has nothing before it")
    return at + 1
