"""Pure: what cases tell of satisfaction, each figure with what it is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from responder.measures.cases import WITHIN, Case
from responder.measures.figures import Rate
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


class Group(StrEnum):
    """A choice of cases: what a count is of, or what it counts. The values stand in addresses."""

    ALL = "all"
    AGAIN = "again"
    THANKED = "thanked"
    CLEAN = "clean"
    FELT = "felt"  # judged in the text we answered and in their last word
    HAPPIER = "happier"
    UNHAPPIER = "unhappier"
    AGED = "aged"  # a week old
    REOPENED = "reopened"
    QUIET = "quiet"  # a week old, and not reopened
    LINKED = "linked"  # led to an article
    LINKED_AGED = "linked-aged"
    LINKED_QUIET = "linked-quiet"
    UNLINKED_AGED = "unlinked-aged"
    UNLINKED_QUIET = "unlinked-quiet"


def chosen(cases: Sequence[Case], group: Group, now: int) -> list[Case]:
    """Those of the group, as it stands `now`."""
    since, test = now - WITHIN // _MICRO, _TESTS[group]
    return [case for case in cases if test(case, since)]


def _thanked(case: Case) -> bool:
    closing = case.closing
    return closing is not None and Signal.PRAISE in closing.signals


def _change(case: Case) -> int | None:
    """How much better they felt in their last word than in the text we answered; None where one of
    the two was not judged."""
    closing = case.closing
    if closing is None or case.sentiment not in _ORDER or closing.sentiment not in _ORDER:
        return None
    return _ORDER[closing.sentiment] - _ORDER[case.sentiment]


def _quiet(case: Case, since: int) -> bool:
    return case.answered <= since and not case.came_back(WANTING)


_TESTS: Final[Mapping[Group, Callable[[Case, int], bool]]] = {
    Group.ALL: lambda _case, _since: True,
    Group.AGAIN: lambda case, _since: case.closing is not None,
    Group.THANKED: lambda case, _since: _thanked(case),
    Group.CLEAN: lambda case, _since: case.clean,
    Group.FELT: lambda case, _since: _change(case) is not None,
    Group.HAPPIER: lambda case, _since: (_change(case) or 0) > 0,
    Group.UNHAPPIER: lambda case, _since: (_change(case) or 0) < 0,
    Group.AGED: lambda case, since: case.answered <= since,
    Group.REOPENED: lambda case, since: case.answered <= since and case.came_back(WANTING),
    Group.QUIET: _quiet,
    Group.LINKED: lambda case, _since: case.linked,
    Group.LINKED_AGED: lambda case, since: case.linked and case.answered <= since,
    Group.LINKED_QUIET: lambda case, since: case.linked and _quiet(case, since),
    Group.UNLINKED_AGED: lambda case, since: not case.linked and case.answered <= since,
    Group.UNLINKED_QUIET: lambda case, since: not case.linked and _quiet(case, since),
}


def _share(cases: Sequence[Case], hits: Group, of: Group, now: int) -> Rate:
    whole = chosen(cases, of, now)
    return Rate(hits=len(chosen(whole, hits, now)), of=len(whole))


def signs(cases: Sequence[Case], now: int) -> Signs:
    return Signs(
        again=_share(cases, Group.AGAIN, Group.ALL, now),
        thanks=_share(cases, Group.THANKED, Group.ALL, now),
        happier=_share(cases, Group.HAPPIER, Group.FELT, now),
        unhappier=_share(cases, Group.UNHAPPIER, Group.FELT, now),
        reopened=_share(cases, Group.REOPENED, Group.AGED, now),
    )


def clean_share(cases: Sequence[Case]) -> Rate:
    """How many replies the etiquette checker had nothing to say about."""
    return _share(cases, Group.CLEAN, Group.ALL, now=0)


@dataclass(frozen=True, kw_only=True)
class SelfHelp:
    """Answers that led to an article. `held`: nobody came back with the same within a week, of
    those a week old; `held_without`: of answers without an article, to compare."""

    sent: Rate
    held: Rate
    held_without: Rate


def self_help(cases: Sequence[Case], now: int) -> SelfHelp:
    return SelfHelp(
        sent=_share(cases, Group.LINKED, Group.ALL, now),
        held=_share(cases, Group.LINKED_QUIET, Group.LINKED_AGED, now),
        held_without=_share(cases, Group.UNLINKED_QUIET, Group.UNLINKED_AGED, now),
    )
