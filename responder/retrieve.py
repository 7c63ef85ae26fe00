"""Pure: which entry of the brand book answers a mention best.

What customers write who mean exactly this (`words` of an entry) counts most, then what the text is
about, then the phase of the customer's life with the product. Nothing is ever guessed: an entry of
which neither words nor topics fit is not found, and words against the topics count little.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, TypeVar

from config.book import Article, Entry
from sentiment.cues import MAX_LETTERS, fold, unrolled
from sentiment.drawers import Cue, File, filed

E = TypeVar("E", bound=Entry)

_WORDS: Final = 2.0
"""What an entry's own words count, against a topic that leads (1) and one that comes after."""
_MOST_WORDS: Final = 2
ALIKE: Final = 16.0
"""What it counts that its examples speak for an entry, at most about once."""
SURELY: Final = 0.25
"""And from here on that it is meant surely enough to say as a fact: of blind questions answered by
entries of less, without any of their words, one in three was answered rightly; of the others three
in four."""
CALLED: Final = 0.15
"""From here on the examples alone say that a text calls for an entry, as its words do."""
_AGAINST: Final = 1.2
"""What words lose where the text is about something else: "what I sent back was signed for"."""
_PHASE: Final = 0.4
_SHELVES: Final = 512
"""Words are filed once for each list of entries that is asked about: by kind and occasion, in seven
languages more than seventy, and one more for every open incident and every change of the book."""


@dataclass(frozen=True, kw_only=True)
class About:
    """What a text is about, as far as an entry can fit it. `topics`: the strongest first; a signal
    ("legal") may stand among them. `phase`: "unknown" fits every entry alike. `likely`: how much
    the examples of each entry speak for it, by its key (responder/examples.py)."""

    text: str
    topics: Sequence[str]
    phase: str = "unknown"
    likely: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Match:
    """How well an entry fits, and whether the customer's own words called for it."""

    points: float
    by_words: bool
    surely: bool = True  # by words of the entry, or examples that leave little doubt


def best(about: About, entries: Sequence[E]) -> tuple[E, Match] | None:
    """The entry that fits best and how; of equals the one that stands first. None: none fits."""
    fitting = [(entry, match) for entry, match in matched(about, entries) if match.points > 0]
    return max(fitting, key=lambda pair: pair[1].points, default=None)


def matched(about: About, entries: Sequence[E]) -> list[tuple[E, Match]]:
    """All entries, in their order, with how well each fits."""
    hits = _hits(about.text, tuple((entry.key, entry.words) for entry in entries))
    return [(entry, _match(about, entry, hits.get(entry.key, 0))) for entry in entries]


def fitting_articles(about: About, articles: Sequence[Article], most: int) -> list[Article]:
    """The article the words ask for, then those on what it is about; `most` of them."""
    first = best(about, articles)
    ranked = sorted(articles, key=lambda one: -overlap(about.topics, one.topics))
    others = [one for one in ranked if overlap(about.topics, one.topics)]
    found = [first[0], *others] if first else others
    return list({one.key: one for one in found}.values())[:most]


def _match(about: About, entry: Entry, hits: int) -> Match:
    agreed = overlap(about.topics, entry.topics)
    alike = about.likely.get(entry.key, 0.0)
    called = hits > 0 or alike >= CALLED
    points = _WORDS * min(hits, _MOST_WORDS) + agreed
    if points or called:
        points += ALIKE * alike
    if points and about.topics and entry.topics and not agreed:
        points -= _AGAINST
    if points and entry.phases and about.phase != "unknown":
        points += _PHASE if about.phase in entry.phases else -_PHASE
    surely = hits > 0 or alike >= SURELY or not about.likely
    return Match(points=points, by_words=called, surely=surely)


def overlap(asked: Sequence[str], offered: Sequence[str]) -> float:
    """How well topics agree. A topic counts the more, the stronger (earlier) it is in `asked`."""
    return sum(1 / (1 + place) for place, topic in enumerate(asked) if topic in offered)


def _hits(text: str, words: tuple[tuple[str, tuple[str, ...]], ...]) -> dict[str, int]:
    """In how many places the words of each entry stand, by its key."""
    found = _shelf(words).matches(fold(text[:MAX_LETTERS]))
    counts: dict[str, int] = {}
    for name, _ in {(cues.name, start) for cues, start, _ in found}:
        counts[name] = counts.get(name, 0) + 1
    return counts


@lru_cache(_SHELVES)
def _shelf(words: tuple[tuple[str, tuple[str, ...]], ...]) -> File:
    return filed(
        Cue(group="entries", name=key, text=text)
        for key, texts in words
        for line in texts
        for text in unrolled(_folded(line))
    )


def _folded(pattern: str) -> str:
    """Folding would take the sign for "up to four words" apart into three dots."""
    return " … ".join(fold(part) for part in pattern.split(" … "))
