"""Pure: what cases tell of satisfaction, each figure with what it is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from responder.measures.cases import WITHIN, Case
from responder.measures.figures import Rate, rate
from sentiment.score import Sentiment
from sentiment.signals import Signal

WANTING: Final = frozenset(
    {Signal.COMPLAINT.value, Signal.QUESTION.value, Signal.REQUEST.value, Signal.HUMAN.value}
)
"""Who writes again with one of these was not helped, or not enough."""

_ORDER: Final = {
    Sentiment.NEGATIVE.value: 0,
    Sentiment.NEUTRAL.value: 1,
    Sentiment.POSITIVE.value: 2,
}
_MICRO: Final = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True)
class Signs:
    """`again`: wrote once more in the conversation, of all cases: how many are heard at all.
    `thanks`: of all cases, those that closed with thanks. `happier` and `unhappier`: than in the
    text we answered, of those that wrote again and were judged both times. `reopened`: came back
    within a week about the same wanting something, of the cases that are a week old."""

    again: Rate
    thanks: Rate
    happier: Rate
    unhappier: Rate
    reopened: Rate


def signs(cases: Sequence[Case], now: int) -> Signs:
    moods = [pair for case in cases if (pair := _moods(case))]
    aged = [case for case in cases if case.answered <= now - WITHIN // _MICRO]
    return Signs(
        again=rate(case.closing is not None for case in cases),
        thanks=rate(_thanked(case) for case in cases),
        happier=rate(last > first for first, last in moods),
        unhappier=rate(last < first for first, last in moods),
        reopened=rate(case.came_back(WANTING) for case in aged),
    )


def _thanked(case: Case) -> bool:
    closing = case.closing
    return closing is not None and Signal.PRAISE in closing.signals


def _moods(case: Case) -> tuple[int, int] | None:
    """The mood of the text we answered, and of their last word."""
    closing = case.closing
    if closing is None or case.sentiment not in _ORDER or closing.sentiment not in _ORDER:
        return None
    return _ORDER[case.sentiment], _ORDER[closing.sentiment]


def clean_share(cases: Sequence[Case]) -> Rate:
    """How many replies the etiquette checker had nothing to say about."""
    return rate(case.clean for case in cases)


@dataclass(frozen=True, kw_only=True)
class SelfHelp:
    """Answers that led to an article. `held`: nobody came back with the same within a week, of
    those a week old; `held_without`: of answers without an article, to compare."""

    sent: Rate
    held: Rate
    held_without: Rate


def self_help(cases: Sequence[Case], now: int) -> SelfHelp:
    aged = [case for case in cases if case.answered <= now - WITHIN // _MICRO]
    return SelfHelp(
        sent=rate(case.linked for case in cases),
        held=rate(not case.came_back(WANTING) for case in aged if case.linked),
        held_without=rate(not case.came_back(WANTING) for case in aged if not case.linked),
    )
