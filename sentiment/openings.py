"""Pure: the letters that whatever matches a pattern begins with, as far as a look at it tells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

ANY: Final = ("",)
"""Nobody can tell: any letters may."""

_TOKEN: Final = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.", re.DOTALL)
_LETTERS: Final = re.compile(r"[^\W\d_]+")
_OPENS: Final = "(?:"
_PERHAPS: Final = ("?", "*", "{")


def openings(pattern: str) -> tuple[str, ...]:
    """Every match of `pattern` begins with one of these. `(?:mein|ihr) paket` with "mein" or "ihr",
    `(?:sehr )?gut` with "sehr" or "gut"."""
    choices = list(_choices(pattern))
    if len(choices) > 1:
        return tuple(start for choice in choices for start in openings(choice))
    if pattern.startswith(_OPENS):
        inner, rest = _taken_apart(pattern)
        perhaps = openings(rest[1:]) if rest[:1] == "?" else ()
        return ANY if rest[:1] in ("*", "{") else (*openings(inner), *perhaps)
    letters = _LETTERS.match(pattern)
    if letters is None:
        return ANY
    sure = letters[0][:-1] if pattern[letters.end() :][:1] in _PERHAPS else letters[0]
    return (sure,)


def _choices(pattern: str) -> Iterator[str]:
    """What stands between the bars that are in no brackets."""
    begin = 0
    for at, sign, depth in _signs(pattern):
        if sign == "|" and not depth:
            yield pattern[begin:at]
            begin = at + 1
    yield pattern[begin:]


def _taken_apart(pattern: str) -> tuple[str, str]:
    """What stands in the brackets it begins with, and what behind them."""
    end = next((at for at, sign, depth in _signs(pattern) if sign == ")" and not depth), None)
    return ("", "") if end is None else (pattern[len(_OPENS) : end], pattern[end + 1 :])


def _signs(pattern: str) -> Iterator[tuple[int, str, int]]:
    """Each sign, and in how many brackets it stands; one that closes stands outside."""
    depth = 0
    for token in _TOKEN.finditer(pattern):
        depth += (token[0] == "(") - (token[0] == ")")
        yield token.start(), token[0], depth
