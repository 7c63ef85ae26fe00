"""What an answer of an agent makes of a mention: the columns, and the signals that hang on it.

The judge draws signals from the feeling (`sentiment/judge.py`); where a person says what the
feeling is, the same must follow from it, or a mention set to negative would be thanked for praise.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from listener.models import Mention
from responder.corrections import YES
from responder.models import Question
from sentiment.market import Judged, Market, aspects_told
from sentiment.phase import Phase
from sentiment.score import Score, Sentiment
from sentiment.signals import DANGEROUS, WORDLESS, Signal, signals
from sentiment.topics import OTHER

AGENT: Final = "agent"
"""The step that judged, where it was a human."""

_MOOD: Final = {Sentiment.NEGATIVE: -1.0, Sentiment.NEUTRAL: 0.0, Sentiment.POSITIVE: 1.0}
_FELT: Final = frozenset({Signal.PRAISE, Signal.COMPLAINT})
_NO_PRAISE: Final = frozenset({Signal.SPAM, Signal.STOP})


def take_answers(
    mention: Mention, changed: Mapping[Question, tuple[str, ...]], market: Market
) -> None:
    """Write what was said into the row, and what follows from it."""
    for question, answer in changed.items():
        _take(mention, question, answer)
    felt = Question.SENTIMENT in changed or Question.TOPICS in changed
    if felt and mention.scored_by == AGENT:
        _follow(mention, topics_said=Question.TOPICS in changed)
    if felt:
        mention.aspects = aspects_told(mention.text, _judged(mention), market)


def _judged(mention: Mention) -> Judged:
    score = Score(
        label=mention.sentiment,
        score=mention.sentiment_score,
        confidence=mention.sentiment_confidence,
        made_by=mention.scored_by,
    )
    return Judged(
        language=mention.language, score=score, topics=mention.topics, signals=mention.signals
    )


def _take(mention: Mention, question: Question, answer: tuple[str, ...]) -> None:
    if question is Question.SENTIMENT:
        score = _by_agent(Sentiment(answer[0]))
        mention.sentiment, mention.sentiment_score = score.label, score.score
        mention.sentiment_confidence, mention.scored_by = score.confidence, score.made_by
    elif question is Question.TOPICS:
        mention.topics = list(answer)
    elif question is Question.PHASE:
        mention.phase = Phase(answer[0])
    else:
        mention.signals = sorted(_with_danger(mention) if answer == (YES,) else _calm(mention))


def _calm(mention: Mention) -> set[str]:
    return set(mention.signals) - DANGEROUS - {Signal.ALARMING, Signal.DELICATE}


def _with_danger(mention: Mention) -> set[str]:
    """Whoever says "danger" need not name its kind: that somebody may be hurt leads to the words,
    and the hurry, that are safe for most of them. Despair and violence get no words of ours."""
    kinds = set(signals(mention.text, mention.language)) & WORDLESS
    if Signal.DELICATE in mention.signals and not kinds:
        kinds = {Signal.SELF_HARM}
    return _calm(mention) | {Signal.SAFETY} | kinds


def _by_agent(label: Sentiment) -> Score:
    return Score(label=label, score=_MOOD[label], confidence=1.0, made_by=AGENT)


def _follow(mention: Mention, *, topics_said: bool) -> None:
    """Praise and complaint go with the feeling, as the judge lets them."""
    had = set(mention.signals)
    cued = set(signals(mention.text, mention.language)) & _FELT
    felt = cued
    if mention.sentiment is Sentiment.NEGATIVE:
        felt = {Signal.COMPLAINT}
        if not topics_said:
            _drop_praise(mention)
    elif mention.sentiment is Sentiment.POSITIVE:
        felt = {Signal.PRAISE} if _praises(mention, had | cued) else set()
    mention.signals = sorted((had - _FELT) | felt)


def _praises(mention: Mention, heard: set[str]) -> bool:
    return Signal.PRAISE in heard or ("praise" in mention.topics and not heard & _NO_PRAISE)


def _drop_praise(mention: Mention) -> None:
    """Nobody praises in a bad mood."""
    if "praise" in mention.topics:
        mention.topics = [topic for topic in mention.topics if topic != "praise"] or [OTHER]
