"""What customers wrote after we had answered them: the only word on their satisfaction there is
while nobody is asked. Read from replies and mentions.

A case is one customer in one conversation, from our first answer on.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, String, and_, cast, func, select
from sqlalchemy import Text as Words
from sqlalchemy import type_coerce as plain
from sqlalchemy.orm import Session, aliased

from config.calendar import Stretch
from config.database import micros as number_of
from listener.models import Mention
from responder.models import Draft, Reply, ReplyStatus

WITHIN: Final = timedelta(days=7)
"""Who writes again within so long comes back with the same matter."""

_HEARD: Final = timedelta(days=31)  # after the end
_MICRO: Final = timedelta(microseconds=1)
_POSTED: Final = func.coalesce(Reply.posted_at, Reply.stamped_at, Reply.changed_at)
_ARTICLE: Final = "article:"

Query = Select[*tuple[Any, ...]]


@dataclass(slots=True)
class Later:
    """A text of the customer after our first answer. `same`: in the same conversation."""

    same: bool
    at: int
    sentiment: str
    signals: frozenset[str]
    topics: frozenset[str]


@dataclass(slots=True)
class Case:
    """`mention`: the text we answered first, `sentiment` and `topics`: its own. `left`: when the
    answer was let go; `answered`: when it stood. `clean`: the etiquette checker had nothing to say
    about the reply when it was approved; `linked`: it led to an article of self-help. `later` in
    order of time."""

    mention: str
    customer: tuple[str, str]
    channel: str
    language: str
    phase: str
    left: int
    answered: int
    sentiment: str
    topics: frozenset[str]
    clean: bool
    linked: bool
    later: list[Later] = field(default_factory=list)

    @property
    def closing(self) -> Later | None:
        """The customer's last word in the conversation."""
        return next((one for one in reversed(self.later) if one.same), None)

    def came_back(self, wanting: frozenset[str]) -> bool:
        """Whether they wrote again within the week about the same, with one of these signals."""
        until = self.answered + WITHIN // _MICRO
        return any(
            one.at <= until
            and not wanting.isdisjoint(one.signals)
            and (one.same or not self.topics.isdisjoint(one.topics))
            for one in self.later
        )


def read_cases(session: Session, span: Stretch) -> list[Case]:
    """The cases whose first answer of ours in `span` left in it."""
    first: dict[tuple[str, str], str] = {}
    cases: dict[str, Case] = {}
    for mention, *row in session.execute(_answered(span)):
        case = _case(mention, row)
        known = first.get(case.customer)
        if known is None or case.answered < cases[known].answered:
            cases.pop(known or "", None)
            first[case.customer] = mention
            cases[mention] = case
    for mention, later in _laters(session, span):
        if mention in cases:
            cases[mention].later.append(later)
    for found in cases.values():
        found.later.sort(key=lambda one: one.at)
    return list(cases.values())


def _case(mention: str, row: Sequence[Any]) -> Case:
    thread, author, channel, language, phase, left, answered = row[:7]
    sentiment, topics, findings, made_from, link = row[7:]
    return Case(
        mention, (thread, author or mention), channel, language, phase, left, answered, sentiment,
        _words(topics), findings in ("[]", "null"), bool(link) and _ARTICLE in made_from,
    )  # fmt: skip


def _left(span: Stretch) -> ColumnElement[bool]:
    """Of replies: they left in that time, and stand or stood on a network."""
    begin, end = span
    within = (Reply.not_before >= begin, Reply.not_before < end)
    return and_(Reply.status == ReplyStatus.SENT, *within)


def _answered(span: Stretch) -> Query:
    return (
        select(
            Mention.id, Mention.conversation_id, Mention.author_id, Mention.channel,
            Mention.language, plain(Mention.phase, String), number_of(Reply.not_before),
            number_of(_POSTED), plain(Mention.sentiment, String), cast(Mention.topics, Words),
            cast(Draft.findings, Words), Draft.made_from, Reply.text.contains("https://"),
        )
        .select_from(Reply)
        .join(Mention, Mention.id == Reply.mention_id)
        .join(Draft, Draft.id == Reply.draft_id)
        .where(_left(span))
    )  # fmt: skip


def _laters(session: Session, span: Stretch) -> Iterator[tuple[str, Later]]:
    later = aliased(Mention)
    beside = and_(
        later.author_id == Mention.author_id,
        later.created_at > _POSTED,
        later.created_at < span[1] + _HEARD,
    )
    query = (
        select(
            Mention.id, later.conversation_id == Mention.conversation_id,
            number_of(later.created_at), plain(later.sentiment, String),
            cast(later.signals, Words), cast(later.topics, Words),
        )
        .select_from(Reply)
        .join(Mention, Mention.id == Reply.mention_id)
        .join(later, beside)
        .where(_left(span))
    )  # fmt: skip
    for mention, same, at, sentiment, signals, topics in session.execute(query):
        yield mention, Later(bool(same), at, sentiment, _words(signals), _words(topics))


@cache
def _words(text: str) -> frozenset[str]:
    """A list of words as the column holds it: there are few different ones."""
    return frozenset(json.loads(text) or ())
