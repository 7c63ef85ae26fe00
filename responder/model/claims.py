"""Pure: what a text says about prices, refunds and terms, as figures and subjects that can be held
against a source. Rather too much is taken for a claim than too little: what cannot be found in a
source costs a model's draft, and the book's words stand."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from sentiment.cues import fold

_FILE: Final = Path(__file__).with_suffix(".toml")
_NUMBER: Final = r"\d+(?:[.,:]\d+)*"
_SIGNS: Final = r"[€$£]"
_PLAIN: Final = ""
"""The unit of a number without one."""
_MONEY: Final = "money"

Figure = tuple[str, str]
"""A number and its unit: ("14", "day")."""


@dataclass(frozen=True, kw_only=True)
class Claims:
    """`figures`: every number; `subjects`: what else ("refund")."""

    figures: frozenset[Figure]
    subjects: frozenset[str]

    @property
    def any(self) -> bool:
        return bool(self.figures or self.subjects)

    @property
    def numbers(self) -> frozenset[str]:
        return frozenset(number for number, _ in self.figures)


def claims_in(text: str) -> Claims:
    """All that `text` claims, in whatever of our languages."""
    words = _words()
    folded = fold(text)
    sought = {
        **words.subjects,
        _MONEY: words.units[_MONEY],
    }  # "thousands of euros", without figures
    subjects = {name for name, pattern in sought.items() if pattern.search(folded)}
    return Claims(figures=frozenset(_figures(folded, words)), subjects=frozenset(subjects))


def lacking(said: Claims, source: Claims, asked: Claims) -> str:
    """Which kind of claim `source` does not bear out, in a word; "" if it bears out all. A plain
    number may also be the customer's own (`asked`): a size, a model."""
    for number, unit in sorted(said.figures - source.figures):
        own = unit == _PLAIN and number in (source.numbers | asked.numbers)
        if not own:
            return "a number" if unit == _PLAIN else f"a figure ({unit})"
    return next(iter(sorted(said.subjects - source.subjects)), "")


@dataclass(frozen=True, kw_only=True)
class _Words:
    units: dict[str, re.Pattern[str]]
    subjects: dict[str, re.Pattern[str]]
    numbers: dict[str, re.Pattern[str]]
    counted: re.Pattern[str]  # a number, in digits or words, and up to two words behind it


@cache
def _words() -> _Words:
    told = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    spelt = "|".join(told["numbers"].values())
    return _Words(
        units={name: _whole(pattern) for name, pattern in told["units"].items()},
        subjects={name: _whole(pattern) for name, pattern in told["subjects"].items()},
        numbers={value: re.compile(pattern) for value, pattern in told["numbers"].items()},
        counted=re.compile(
            rf"(?P<sign>{_SIGNS})?\s?(?:(?P<digits>{_NUMBER})|(?<!\w)(?P<spelt>{spelt})(?!\w))"
            rf"(?=(?P<behind>[\s-]*[^\s.,;!?]*(?:\s+[^\s.,;!?]+){{0,2}}))"
        ),
    )


def _whole(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W\d_])(?:{pattern})(?![^\W\d_])")


def _figures(folded: str, words: _Words) -> Iterator[Figure]:
    for hit in words.counted.finditer(folded):
        unit = _MONEY if hit["sign"] else _unit(hit["behind"], words)
        if hit["digits"]:
            yield hit["digits"].replace(",", ".").replace(":", "."), unit
        elif unit != _PLAIN:
            yield _value(hit["spelt"], words), unit


def _unit(behind: str, words: _Words) -> str:
    """The unit that stands nearest behind a number."""
    hits = ((name, unit.search(behind)) for name, unit in words.units.items())
    return min(((hit.start(), name) for name, hit in hits if hit), default=(0, _PLAIN))[1]


def _value(spelt: str, words: _Words) -> str:
    for value, pattern in words.numbers.items():
        if pattern.fullmatch(spelt):
            return value
    return spelt
