"""Pure: what a mention calls for. The rules in order; the first that fits wins.

0. Somebody who may harm themselves, or who threatens: a person, and no words of ours.
1. A person at risk: draft the serious words, always for a human.
2. Spam (that does not speak of the law): ignore.
3. The author asked us to stop: stay silent.
4. The law, or a complaint: draft words of regret. So for praise in figures beside trouble in words.
5. A wish for a human: draft; about a trouble, with words of regret.
6. A question: draft what the brand book knows.
7. Nobody spoke to us: listen only.
8. Praise, or simply being spoken to: draft.

Whatever is drafted so far becomes "by hand" where only a person may answer, in the network's own
app, and "listen only" where nobody may.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from config.brand import Occasion
from listener.channels.base import Answerable
from sentiment.score import Sentiment
from sentiment.signals import TROUBLE_TOPICS, Signal

_FOR_A_PERSON: Final = {
    Signal.SELF_HARM: "somebody may harm themselves: a person writes, without a template",
    Signal.THREAT: "a threat: a person decides what to do",
}
_LAW: Final = frozenset({Signal.LEGAL, Signal.DATA})


class Action(StrEnum):
    DRAFT = "draft"
    BY_HAND = "by_hand"
    LISTEN_ONLY = "listen_only"
    IGNORE = "ignore"


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What deciding needs to know of a mention."""

    signals: AbstractSet[str]
    topics: AbstractSet[str]
    sentiment: Sentiment
    answerable: Answerable
    addressed: bool
    opted_out: bool
    sure: bool = True  # of the sentiment, enough to send without a human


@dataclass(frozen=True, kw_only=True)
class Decision:
    """`occasion` says which kind of words fit; `safe`: policy may let it leave without a human;
    `words`: whether any are proposed."""

    action: Action
    reason: str
    occasion: Occasion = Occasion.OTHER
    question: bool = False
    safe: bool = False
    words: bool = True


def decide(heard: Heard) -> Decision:
    """The one decision about a mention, with its reason as a sentence for the desk."""
    for signal, reason in _FOR_A_PERSON.items():
        if signal in heard.signals:
            hand = heard.answerable is not Answerable.YES  # even where nobody can answer, one looks
            return Decision(
                action=Action.BY_HAND if hand else Action.DRAFT, reason=reason, words=False
            )
    if Signal.SAFETY in heard.signals:
        return _answer(heard, "somebody may be hurt", Occasion.SERIOUS)
    if Signal.SPAM in heard.signals and not heard.signals & _LAW:
        return Decision(action=Action.IGNORE, reason="spam")
    if heard.opted_out or Signal.STOP in heard.signals:
        return Decision(action=Action.LISTEN_ONLY, reason="the author asked us not to write")
    if heard.signals & _LAW:
        return _answer(heard, "the law is involved", Occasion.COMPLAINT)
    return _ordinary(heard)


def _ordinary(heard: Heard) -> Decision:
    question = Signal.QUESTION in heard.signals
    if _complains(heard):
        return _answer(heard, "a complaint", Occasion.COMPLAINT, question=question)
    if Signal.HUMAN in heard.signals:
        occasion = Occasion.COMPLAINT if _in_trouble(heard) else Occasion.OTHER
        return _answer(heard, "the customer asks for a person", occasion)
    if question:
        return _answer(heard, "a question", Occasion.OTHER, question=True)
    if not heard.addressed:
        return Decision(action=Action.LISTEN_ONLY, reason="nobody spoke to us")
    if Signal.PRAISE in heard.signals:
        if _in_trouble(heard):
            # "Well done, delivery in 24 hours": thanks or scorn? Only a human tells them apart.
            return _answer(heard, "praise beside a trouble: it may be scorn", Occasion.PRAISE)
        glad = heard.sentiment is Sentiment.POSITIVE
        return _answer(heard, "praise", Occasion.PRAISE, safe=glad and heard.sure)
    if heard.sentiment is Sentiment.POSITIVE and not _in_trouble(heard):
        # A score alone may be scorn too: words of praise would have made it safe.
        return _answer(heard, "praise", Occasion.PRAISE)
    return _answer(heard, "the customer spoke to us", Occasion.OTHER)


def _complains(heard: Heard) -> bool:
    """Cue words go before the score: VADER takes "it still doesn't smell, witchcraft!" amiss."""
    if Signal.COMPLAINT in heard.signals:
        return True
    silent = not heard.signals & {Signal.PRAISE, Signal.QUESTION}
    return silent and heard.sentiment is Sentiment.NEGATIVE


def _in_trouble(heard: Heard) -> bool:
    return bool(heard.topics & TROUBLE_TOPICS)


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
