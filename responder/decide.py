"""Pure: what a mention calls for. The rules in order; the first that fits wins.

1. A person at risk, the law, personal data: draft, always for a human, however it reached us.
2. Spam: ignore.
3. The author asked us to stop: stay silent.
4. Nobody may answer here: listen only.
5. Only a person may answer, in the network's app: by hand if it wants an answer, else listen only.
6. A complaint, a question, a request for a human, praise, or simply being spoken to: draft.
7. Nobody spoke to us: listen only.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum

from config.brand import Occasion
from listener.channels.base import Answerable
from sentiment.score import Sentiment
from sentiment.signals import Signal


class Action(StrEnum):
    DRAFT = "draft"
    BY_HAND = "by_hand"
    LISTEN_ONLY = "listen_only"
    IGNORE = "ignore"


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What deciding needs to know of a mention."""

    signals: AbstractSet[str]
    sentiment: Sentiment
    answerable: Answerable
    addressed: bool
    opted_out: bool


@dataclass(frozen=True, kw_only=True)
class Decision:
    """`occasion` says which kind of words fit; `safe`: policy may let it leave without a human."""

    action: Action
    reason: str
    occasion: Occasion = Occasion.OTHER
    question: bool = False
    safe: bool = False


def decide(heard: Heard) -> Decision:
    """The one decision about a mention, with its reason as a sentence for the desk."""
    serious = heard.signals & {Signal.SAFETY, Signal.LEGAL}
    if serious:
        return _answer(heard, "somebody may be hurt, or the law is involved", Occasion.SERIOUS)
    if Signal.SPAM in heard.signals:
        return Decision(action=Action.IGNORE, reason="spam")
    if heard.opted_out or Signal.STOP in heard.signals:
        return Decision(action=Action.LISTEN_ONLY, reason="the author asked us not to write")
    return _ordinary(heard)


def _ordinary(heard: Heard) -> Decision:
    question = Signal.QUESTION in heard.signals
    if Signal.COMPLAINT in heard.signals or (
        heard.sentiment is Sentiment.NEGATIVE and not question
    ):
        return _answer(heard, "a complaint", Occasion.COMPLAINT, question=question)
    if Signal.HUMAN in heard.signals:
        return _answer(heard, "the customer asks for a person", Occasion.OTHER)
    if question:
        return _answer(heard, "a question", Occasion.OTHER, question=True)
    if not heard.addressed:
        return Decision(action=Action.LISTEN_ONLY, reason="nobody spoke to us")
    if Signal.PRAISE in heard.signals or heard.sentiment is Sentiment.POSITIVE:
        # A positive score alone may be scorn; only words of praise make it safe.
        return _answer(heard, "praise", Occasion.PRAISE, safe=Signal.PRAISE in heard.signals)
    return _answer(heard, "the customer spoke to us", Occasion.OTHER)


def _answer(
    heard: Heard, reason: str, occasion: Occasion, *, question: bool = False, safe: bool = False
) -> Decision:
    if heard.answerable is Answerable.NO:
        return Decision(action=Action.LISTEN_ONLY, reason=f"{reason}, but nobody can answer there")
    if heard.answerable is Answerable.YES:
        return Decision(
            action=Action.DRAFT, reason=reason, occasion=occasion, question=question, safe=safe
        )
    if occasion is Occasion.PRAISE:
        return Decision(action=Action.LISTEN_ONLY, reason="praise that was not addressed to us")
    return Decision(action=Action.BY_HAND, reason=reason, occasion=occasion, question=question)
