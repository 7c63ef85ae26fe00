"""One thing wrong with a reply, and every rule there is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple


class Severity(StrEnum):
    BLOCK = "block"  # cannot be sent
    CONFIRM = "confirm"  # can be sent once somebody says so
    WARN = "warn"  # a hint


@dataclass(frozen=True, kw_only=True)
class Fix:
    """What surely puts a finding right: `text` in the place of what stands from `start` to `end`,
    in code points of the text as it was given. Where these are the same, it is put in there."""

    start: int
    end: int
    text: str

    def applied(self, text: str) -> str:
        return text[: self.start] + self.text + text[self.end :]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing wrong with a reply. `start` and `end` are offsets in code points of the text as it
    was given; both 0: it is about the whole. `suggestion`: other words, or what to do, or "".
    `fix`: only where no judgement is needed; it is for who writes, and is neither kept nor told."""

    rule: str
    severity: Severity
    message: str
    start: int = 0
    end: int = 0
    suggestion: str = ""
    fix: Fix | None = None

    def as_json(self) -> dict[str, object]:
        return {name: value for name, value in asdict(self).items() if name != "fix"}


class Rule(NamedTuple):
    """`severity` is the gravest a finding of this rule can have."""

    severity: Severity
    title: str


_B, _C, _W = Severity.BLOCK, Severity.CONFIRM, Severity.WARN

RULES: Final[Mapping[str, Rule]] = MappingProxyType(
    {
        "answerable": Rule(_B, "not to be answered from here"),
        "R01": Rule(_B, "hardly a word"),
        "R02": Rule(_B, "too long"),
        "R03": Rule(_C, "no greeting"),
        "R04": Rule(_W, "nobody's name under it"),
        "R05": Rule(_C, "capitals"),
        "R06": Rule(_C, "shouting"),
        "R07": Rule(_B, "sarcasm"),
        "R08": Rule(_C, "no real time"),
        "R09": Rule(_C, "sends the customer elsewhere"),
        "R10": Rule(_B, "blames the customer"),
        "R11": Rule(_C, "an apology that is none"),
        "R12": Rule(_C, "hides behind a policy"),
        "R13": Rule(_W, "sounds unsure"),
        "R14": Rule(_C, "a question is left open"),
        "R15": Rule(_C, "can be taken in two ways"),
        "R16": Rule(_B, "another language than the customer's"),
        "R17": Rule(_B, "the wrong form of address"),
        "R18": Rule(_B, "private data where everybody reads"),
        "R19": Rule(_B, "asks for private data in public"),
        "R20": Rule(_B, "promises what nobody decided"),
        "R21": Rule(_B, "advertises to somebody in trouble"),
        "R22": Rule(_C, "links"),
        "R23": Rule(_B, "liability, law or medicine"),
        "R24": Rule(_B, "a placeholder is left"),
        "R25": Rule(_C, "the same words again"),
        "R26": Rule(_C, "emoji out of place"),
        "R27": Rule(_B, "an insult"),
        "R28": Rule(_C, "strangers and hashtags"),
        "R29": Rule(_B, "invisible or disguised characters"),
        "R30": Rule(_C, "nobody takes it on, or nothing follows"),
        "R31": Rule(_B, "does not say that a machine answers"),
        "R32": Rule(_C, "the trouble is not acknowledged first"),
        "R33": Rule(_W, "not in plain language"),
        "B01": Rule(_B, "a word the brand never says"),
        "B02": Rule(_B, "words the brand always says are missing"),
    }
)
"""R: rules of the house; B: what the brand book adds. docs/etiquette.md lists them."""


def found(
    rule: str,
    message: str,
    at: tuple[int, int] = (0, 0),
    *,
    suggestion: str = "",
    severity: Severity | None = None,
    fix: Fix | None = None,
) -> Finding:
    """A finding, of the gravity its rule has unless said otherwise."""
    return Finding(
        rule=rule,
        severity=severity or RULES[rule].severity,
        message=message,
        start=at[0],
        end=at[1],
        suggestion=suggestion,
        fix=fix,
    )
