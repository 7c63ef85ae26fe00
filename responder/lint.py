"""Pure: what must not, or should not, leave in a reply. The first rules of the house."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from enum import StrEnum

from listener.channels.base import Answerable, Length
from sentiment.language import UNKNOWN, identify

# In capitals only: "todo" is an everyday word of Spanish.
_PLACEHOLDER = re.compile(r"\{\{.*?\}\}|\[[A-ZÀ-ŽΑ-Ω]{3,}\]|\bXXX\b|\bTODO\b|(?i:lorem ipsum)")
_INVISIBLE = re.compile("[\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")
_LETTERS = re.compile(r"[^\W\d_]")
_NAMES = {
    "it": "Italian",
    "en": "English",
    "fr": "French",
    "de": "German",
    "es": "Spanish",
    "pl": "Polish",
    "el": "Greek",
}


class Severity(StrEnum):
    BLOCK = "block"  # cannot be sent
    CONFIRM = "confirm"  # can be sent once somebody says so
    WARN = "warn"  # a hint


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing wrong with a reply. `start` and `end` are offsets in code points."""

    rule: str
    severity: Severity
    message: str
    start: int = 0
    end: int = 0
    suggestion: str = ""

    def as_json(self) -> dict[str, object]:
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class Target:
    """What the reply must fit: the channel's count of it, the mention's language, what we speak."""

    length: Length
    counted_in: str
    language: str
    languages: tuple[str, ...]
    answerable: Answerable
    label: str


def lint(text: str, target: Target) -> tuple[Finding, ...]:
    """Every finding about `text`, the gravest first. Empty: it may leave."""
    found = [
        *_not_answerable(target),
        *_empty(text),
        *_too_long(text, target),
        *_placeholders(text),
        *_invisible(text),
        *_other_language(text, target),
    ]
    return tuple(sorted(found, key=lambda finding: list(Severity).index(finding.severity)))


def unconfirmed(findings: tuple[Finding, ...], confirmed: frozenset[str]) -> tuple[Finding, ...]:
    """The findings that still stand in the way: all blocks, and confirms nobody confirmed."""
    return tuple(
        f
        for f in findings
        if f.severity is Severity.BLOCK
        or (f.severity is Severity.CONFIRM and f.rule not in confirmed)
    )


def _not_answerable(target: Target) -> list[Finding]:
    if target.answerable is Answerable.YES:
        return []
    message = {
        Answerable.BY_HAND: f"{target.label} lets only a person answer this, in its own app",
        Answerable.NO: f"{target.label} does not let anybody answer this",
    }[target.answerable]
    return [Finding(rule="answerable", severity=Severity.BLOCK, message=message)]


def _empty(text: str) -> list[Finding]:
    if _LETTERS.search(text):
        return []
    return [Finding(rule="R01", severity=Severity.BLOCK, message="There are no words in it yet")]


def _too_long(text: str, target: Target) -> list[Finding]:
    length = target.length
    if length.fits:
        return []
    message = (
        f"{length.used} of {length.limit} {target.counted_in}: "
        f"shorten it by {length.used - length.limit}"
    )
    return [Finding(rule="R02", severity=Severity.BLOCK, message=message, start=0, end=len(text))]


def _placeholders(text: str) -> list[Finding]:
    return [
        Finding(
            rule="R24",
            severity=Severity.BLOCK,
            message=f"A placeholder is left: {found[0]}",
            start=found.start(),
            end=found.end(),
        )
        for found in _PLACEHOLDER.finditer(text)
    ]


def _invisible(text: str) -> list[Finding]:
    return [
        Finding(
            rule="R29",
            severity=Severity.BLOCK,
            message="An invisible character that changes the order of the text",
            start=found.start(),
            end=found.end(),
        )
        for found in _INVISIBLE.finditer(text)
    ]


def _other_language(text: str, target: Target) -> list[Finding]:
    # Below a dozen letters no identifier is to be trusted (names, "OK").
    if len(_LETTERS.findall(text)) < 12 or target.language not in target.languages:
        return []
    language = identify(text, languages=target.languages)
    if language in (UNKNOWN, target.language):
        return []
    return [
        Finding(
            rule="R16",
            severity=Severity.CONFIRM,
            message=(
                f"The customer wrote {_NAMES.get(target.language, target.language)}, "
                f"this reads like {_NAMES.get(language, language)}"
            ),
        )
    ]
