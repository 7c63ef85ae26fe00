"""Pure: a mention as composing sees it, and what is said to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from config.book import Occasion

UNREADABLE: Final = "unreadable"
"""Stands among the signals of a text that is hardly more than a picture or a recording."""


UNWORDED: Final = "no words: a person writes here"
"""Where a draft has no words, where they come from."""


class Before(StrEnum):
    """What we know this customer from."""

    NOTHING = "nothing"
    TROUBLE = "trouble"  # wrote lately about a trouble, and now about one again
    CONTACT = "contact"  # wrote before


@dataclass(frozen=True, kw_only=True)
class Helper:
    """Another customer, who answered in our place."""

    name: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The mention as composing sees it. `topics`: the strongest first. `signals`: what else an
    entry may be made for ("legal"). `seed` (its id) picks among variants, always the same."""

    text: str
    name: str  # of the author, "" if unknown
    topics: Sequence[str]
    occasion: Occasion
    question: bool
    seed: str
    today: date
    signals: Sequence[str] = ()
    phase: str = "unknown"
    calm: bool = False  # in no bad mood
    confused: bool = False  # lost or overwhelmed, in the customer's own words
    wants_person: bool = False
    before: Before = Before.NOTHING
    helper: Helper | None = None
    statement: str = ""  # what is said while an incident is open
    resting: bool = False  # nothing is offered: a crisis runs on the channel
    recent: Sequence[str] = ()  # what we said on this channel lately
    likely: Mapping[str, float] = field(default_factory=dict)  # what speaks for each entry


@dataclass(frozen=True, kw_only=True)
class Wording:
    """What is said and where it comes from. `opening`: regret before all else; `url`: the page
    that says more ("" for none); `steps`: the same led through one by one; `factual`: these are
    facts, not regret or thanks; `offer`: a person is offered beside it; `general`: nothing was made
    for it; `by_words`: just its words; `sure`: enough to be said as a fact."""

    body: str
    made_from: str
    opening: str = ""
    url: str = ""
    steps: tuple[str, ...] = ()
    factual: bool = False
    offer: bool = False
    general: bool = False
    by_words: bool = False
    sure: bool = True


Candidate = tuple[float, Wording]
"""Words that may answer, and how well they fit: comparable with `retrieve.Match.points`."""
