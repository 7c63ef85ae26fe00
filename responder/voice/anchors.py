"""Letters that must stand in a text before a pattern is worth trying.

Looking for plain letters is some fifty times faster than trying a pattern at every place; with
hundreds of patterns a language that decides whether a reply is checked in one millisecond or in
ten. What is not understood of a pattern makes it be tried always: never a miss.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_MOST: Final = 48
"""So many strings at most stand for one stretch of a pattern."""

_COUNT: Final = re.compile(r"\{(\d+)?(,)?(\d+)?\}")
_GROUP: Final = re.compile(r"\((?:\?(?::|(?P<look><?[=!])))?(?P<odd>\?)?")
_CODE: Final = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4}))")
_NO_WIDTH: Final = frozenset("bBAZ")
_CLASSES: Final = frozenset("wWdDsS")

Strings = frozenset[str]
_NOTHING: Final[Strings] = frozenset({""})


class _NotUnderstood(ValueError):
    """A pattern uses more of the language of patterns than is read here."""


@dataclass(frozen=True, kw_only=True)
class _Piece:
    """`exact`: all it can match, where that is a short list. `needed`: one of these stands in
    whatever it matches, where that is known."""

    exact: Strings | None = None
    needed: Strings | None = None


def anchors(pattern: str) -> frozenset[str]:
    """Strings of which at least one stands in whatever `pattern` matches; none: nobody knows."""
    try:
        piece, end = _choice(pattern, 0)
    except (_NotUnderstood, IndexError):
        return frozenset()
    if end < len(pattern):
        return frozenset()
    best = _best([piece.exact, piece.needed]) or frozenset()
    return frozenset(a for a in best if not any(b in a for b in best - {a}))


def _choice(pattern: str, at: int) -> tuple[_Piece, int]:
    """Alternatives, to the end or to the ")" that closes them."""
    pieces = []
    while True:
        piece, at = _sequence(pattern, at)
        pieces.append(piece)
        if pattern[at : at + 1] != "|":
            break
        at += 1
    exacts = [piece.exact for piece in pieces if piece.exact is not None]
    exact = frozenset().union(*exacts) if len(exacts) == len(pieces) else None
    bests = [_best([piece.exact, piece.needed]) for piece in pieces]
    known = [best for best in bests if best]
    needed = frozenset[str]().union(*known) if len(known) == len(pieces) else None
    return _Piece(exact=exact, needed=needed), at


def _sequence(pattern: str, at: int) -> tuple[_Piece, int]:
    stretch, stretches, whole = _NOTHING, list[Strings | None](), True
    while at < len(pattern) and pattern[at] not in "|)":
        piece, at = _atom(pattern, at)
        piece, at = _counted(piece, pattern, at)
        exact = piece.exact
        if exact is not None and len(stretch) * len(exact) <= _MOST:
            stretch = frozenset(a + b for a in stretch for b in exact)
            continue
        stretches += [stretch, piece.needed]
        stretch, whole = exact if exact is not None else _NOTHING, False
    stretches.append(stretch)
    return _Piece(exact=stretch if whole else None, needed=_best(stretches)), at


def _counted(piece: _Piece, pattern: str, at: int) -> tuple[_Piece, int]:
    """A piece with the ?, *, + or {} behind it."""
    sign = pattern[at : at + 1]
    if not sign or sign not in "?*+{":
        return piece, at
    least, at = _least(pattern, at)
    if pattern[at : at + 1] in ("?", "+"):  # lazy or possessive: the same letters
        at += 1
    if sign == "?":
        exact = None if piece.exact is None else piece.exact | _NOTHING
        return _Piece(exact=exact), at
    return _Piece(needed=_best([piece.exact, piece.needed]) if least else None), at


def _least(pattern: str, at: int) -> tuple[int, int]:
    """How often the piece stands at least, and where the count ends."""
    if pattern[at] != "{":
        return int(pattern[at] == "+"), at + 1
    count = _COUNT.match(pattern, at)
    if count is None or not (count[1] or count[2]):
        raise _NotUnderstood
    return int(count[1] or 0), count.end()


def _atom(pattern: str, at: int) -> tuple[_Piece, int]:
    letter = pattern[at]
    if letter == "(":
        return _group(pattern, at)
    if letter == "[":
        return _class(pattern, at)
    if letter == "\\":
        code = _CODE.match(pattern, at)
        if code:
            return _Piece(exact=frozenset({chr(int(code[1] or code[2], 16))})), code.end()
        return _escaped(pattern[at + 1]), at + 2
    if letter in "^$":
        return _Piece(exact=_NOTHING), at + 1
    if letter == ".":
        return _Piece(), at + 1
    return _Piece(exact=frozenset({letter})), at + 1


def _group(pattern: str, at: int) -> tuple[_Piece, int]:
    opened = _GROUP.match(pattern, at)
    if opened is None or opened["odd"]:
        raise _NotUnderstood
    piece, at = _choice(pattern, opened.end())
    if pattern[at] != ")":
        raise _NotUnderstood
    return (_Piece(exact=_NOTHING) if opened["look"] else piece), at + 1


def _escaped(letter: str) -> _Piece:
    if letter in _NO_WIDTH:
        return _Piece(exact=_NOTHING)
    if letter in _CLASSES:
        return _Piece()
    if letter.isalnum():
        raise _NotUnderstood
    return _Piece(exact=frozenset({letter}))


def _class(pattern: str, at: int) -> tuple[_Piece, int]:
    end = pattern.index("]", at + 2) if "]" in pattern[at + 2 :] else len(pattern)
    inside = pattern[at + 1 : end]
    if end == len(pattern):
        raise _NotUnderstood
    if inside.endswith("\\"):
        raise _NotUnderstood
    plain = not (set(inside) & set("\\^-["))
    letters = frozenset(inside)
    return _Piece(exact=letters if plain and len(letters) <= 8 else None), end + 1


def _best(stretches: list[Strings | None]) -> Strings | None:
    """The stretch that tells most: its shortest string is long, and there are few of them."""
    useful: Iterator[Strings] = (s for s in stretches if s and "" not in s)
    return max(useful, key=lambda s: (min(6, *map(len, s)), -len(s)), default=None)
