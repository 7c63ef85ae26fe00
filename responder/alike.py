"""What a text and what was judged of it are like, by the examples of the book; and what kind of
text it is taken for. One place for deciding, composing, checking and learning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from sqlalchemy.orm import Session

from config.book import Chapter, Occasion
from config.brand import BrandBook
from listener.models import Mention
from responder.corrections import in_force
from responder.examples import Examples, examples_of
from responder.kind import kind_of, speaking_for
from responder.shelves import likely
from responder.traits import traits
from sentiment.linear import Floats
from sentiment.orders import without_orders
from sentiment.phase import Phase
from sentiment.score import Sentiment

ENOUGH: Final = 32
"""So many entries must hold examples. Among fewer, whatever comes is like one of them: of ordinary
texts all were "like" one of two entries, and eight in ten like one of eighty-four."""


class Judged(Protocol):
    """A mention, or a row with the same of it."""

    @property
    def topics(self) -> Sequence[str]: ...
    @property
    def signals(self) -> Sequence[str]: ...
    @property
    def phase(self) -> Phase: ...
    @property
    def sentiment(self) -> Sentiment: ...
    @property
    def sentiment_confidence(self) -> float: ...


def likely_in(
    text: str, judged: Floats | None, chapter: Chapter | None, language: str
) -> Mapping[str, float]:
    """How much speaks for each entry of `chapter`, by its key; {} where the book does not speak the
    language or holds too few examples. `judged`: the text's traits; None: they are judged here."""
    examples = enough_of(chapter)
    return likely(without_orders(text), examples, language, judged=judged) if examples else {}


def enough_of(chapter: Chapter | None) -> Examples:
    """The examples of a chapter, if there are enough of them; else none."""
    examples = examples_of(chapter) if chapter else ()
    return examples if len(examples) >= ENOUGH else ()


def likely_of(
    text: str, judged: Judged, chapter: Chapter | None, language: str
) -> Mapping[str, float]:
    """The same of a mention."""
    seen = traits(
        topics=judged.topics,
        signals=judged.signals,
        phase=judged.phase.value,
        sentiment=judged.sentiment.value,
        confidence=judged.sentiment_confidence,
    )
    return likely_in(text, seen, chapter, language)


def speaks_of(
    session: Session, mention: Mention, likely: Mapping[str, float], chapter: Chapter | None
) -> Mapping[Occasion, float]:
    """What the examples have for each kind of answer; nothing where a person has set right what was
    judged: no likeness overrules a person."""
    return {} if in_force(session, mention) else speaking_for(likely, chapter)


def taken_for(session: Session, mention: Mention, book: BrandBook, *, sure: bool) -> Occasion:
    """What kind of text it is taken for, as deciding does. `sure`: of its sentiment."""
    chapter = book.chapters.get(mention.language)
    likely = likely_of(mention.text, mention, chapter, mention.language)
    speaks = speaks_of(session, mention, likely, chapter)
    return kind_of(
        set(mention.signals), set(mention.topics), mention.sentiment, speaks, sure=sure
    )  # fmt: skip
