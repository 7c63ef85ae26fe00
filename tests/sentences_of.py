"""The sentences that stand in a module: its strings that a person may read, as they may look once
their holes are filled."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Final

_SAMPLES: Final = ("X7", "7", "key", "delivery")
"""What a hole of an f-string may hold: a name, a number, a key, a word of ours."""
_FORMED: Final = {
    ".0%": "90%",
    "%Y-%m-%d": "2026-11-30",
    "%d %b %Y": "30 Nov 2026",
    "%d %B": "30 November",
    "%Y-%m-%d %H:%M": "2026-11-30 09:00",
    "%Y-%m-%d %H:%M:%S": "2026-11-30 09:00:00",
}
_WORD: Final = re.compile(r"\b[^\W\d_]{2,}\b")
_UNSEEN: Final = frozenset({"log", "text", "Index", "ConfigError", "_", "N_", "many"})
"""Whoever is called so shows its arguments to nobody at the desk, or has them translated there."""
_AUDITED: Final = frozenset({"action", "detail", "subject"})
_CONDITIONS: Final = frozenset({"red", "warning", "note", "each"})
"""Of a condition the cause, a key, stands first; of `each` second."""


def sentences_of(
    path: Path, held: Mapping[str, tuple[str, ...]]
) -> Iterator[tuple[int, list[str]]]:
    """Each string of a module with its line: all ways in which it may be read. `held`: what stands
    in the holes that hold these expressions. Left out are docstrings, logs, the audit, and what is
    no sentence: one word, a pattern, a drawing."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    unseen = set(_unseen(tree))
    for node in ast.walk(tree):
        if id(node) in unseen or not isinstance(node, ast.Constant | ast.JoinedStr):
            continue
        said = [part for part in _ways(node, held) if _is_sentence(part)]
        if any(map(_WORD.search, said)):
            yield node.lineno, said


def _is_sentence(said: str) -> bool:
    return " " in said.strip() and any(map(str.isalpha, said)) and not set(said) & set("\\\n<>=$^")


def _unseen(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield id(node.value)
        elif isinstance(node, ast.JoinedStr):
            yield from (id(part) for part in ast.walk(node) if part is not node)
        elif isinstance(node, ast.Call):
            for argument in _unseen_arguments(node):
                yield from (id(part) for part in ast.walk(argument))


def _unseen_arguments(call: ast.Call) -> Iterator[ast.expr]:
    name = _called(call.func)
    if name in _UNSEEN:
        yield from (*call.args, *(keyword.value for keyword in call.keywords))
    if name in _CONDITIONS:
        yield from call.args[:2] if name == "each" else call.args[:1]
    if name == "note":
        yield from (keyword.value for keyword in call.keywords if keyword.arg in _AUDITED)


def _called(function: ast.expr) -> str:
    """The name in front: of `log.warning` it is log."""
    while isinstance(function, ast.Attribute):
        function = function.value
    return function.id if isinstance(function, ast.Name) else ""


def _ways(node: ast.Constant | ast.JoinedStr, held: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str):
            yield node.value.replace("{}", "“X7”")
        return
    parts = [_part(part, held) for part in node.values]
    if any(any(map(str.isalpha, part[0])) for part in parts if len(part) == 1):
        yield from map("".join, product(*parts))


def _part(node: ast.expr, held: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    if isinstance(node, ast.Constant):
        return (str(node.value).replace("{}", "“X7”"),)
    if not isinstance(node, ast.FormattedValue):
        return ("",)
    form = ast.unparse(node.format_spec)[2:-1] if node.format_spec else ""
    if form in _FORMED:
        return (_FORMED[form],)
    if (known := held.get(ast.unparse(node.value))) is not None:
        return known
    if _called(node.value.func if isinstance(node.value, ast.Call) else node.value) == "moment":
        return ("2026-11-30T09:00:00Z",)
    if isinstance(node.value, ast.IfExp):  # one word or another
        either = (node.value.body, node.value.orelse)
        if all(isinstance(one, ast.Constant) for one in either):
            return tuple(str(one.value) for one in either if isinstance(one, ast.Constant))
    return _SAMPLES
