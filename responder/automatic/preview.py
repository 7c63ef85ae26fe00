"""What a rule would have done with mentions that are here already. Writes nothing.

It is decided by what is known now (opt-outs, corrections, other customers' answers), as if the
channel allowed automatic replies, nothing was paused and no incident was open: a rule is judged by
what it does on an ordinary day.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session, joinedload

from listener.models import Mention, MentionStatus
from responder.automatic.answers import case_of, speak
from responder.automatic.rule import Answer, Counts, Rule, allows
from responder.bot import Bot
from responder.checking import AT_MOST as LOOKED_AT
from responder.limits import DAY, HOUR
from responder.propose import propose

DAYS: Final = 14
MOST_DAYS: Final = 90
AT_MOST: Final = 2_000  # mentions, the latest: that takes seconds, not minutes
_EXAMPLES: Final = 10
_AT_ONCE: Final = 50  # mentions a transaction, so that none is long


@dataclass(frozen=True, kw_only=True)
class Example:
    """A mention a rule would have answered, and with what."""

    mention_id: str
    channel: str
    said: str
    answer: str


@dataclass(frozen=True, kw_only=True)
class Preview:
    """`looked_at` mentions, of which `answered` would have got an answer; of the others `reasons`
    says why not, the most frequent first. `more`: there were more mentions than are looked at."""

    looked_at: int
    answered: int
    examples: tuple[Example, ...]
    reasons: tuple[tuple[str, int], ...]
    more: bool


@dataclass(kw_only=True)
class _Tally:
    """What this preview would have sent so far; `said`: when, on which channel, in which words."""

    threads: Counter[str] = field(default_factory=Counter)
    authors: dict[str, deque[datetime]] = field(default_factory=dict)
    hour: deque[datetime] = field(default_factory=deque)
    said: list[tuple[datetime, str, str]] = field(default_factory=list)

    def counts(self, mention: Mention) -> Counts:
        at, author = mention.created_at, self.authors.setdefault(mention.author_id or "", deque())
        _forget(author, at - DAY)
        _forget(self.hour, at - HOUR)
        return Counts(
            thread=self.threads[mention.conversation_id],
            author=len(author) if mention.author_id else 0,
            hour=len(self.hour),
        )

    def recent(self, mention: Mention) -> list[str]:
        """Its own words of the day before the mention, the latest first. What was really sent that
        day is left out: it stands where these would have stood."""
        day = mention.created_at - DAY
        there = (
            text for at, where, text in reversed(self.said) if at > day and where == mention.channel
        )
        return list(islice(there, LOOKED_AT))

    def add(self, mention: Mention, text: str) -> None:
        self.threads[mention.conversation_id] += 1
        self.authors[mention.author_id or ""].append(mention.created_at)
        self.hour.append(mention.created_at)
        self.said.append((mention.created_at, mention.channel, text))


def preview(
    bot: Bot,
    rule: Rule,
    *,
    days: int = DAYS,
    at_most: int = AT_MOST,
    seen: ColumnElement[bool] | None = None,
) -> Preview:
    """Run `rule` over the mentions of the last `days` (1 to 90), the oldest first; of more than
    `at_most` the latest. `seen`: only over those, of mentions."""
    now = bot.clock()
    rule = replace(rule, live_from=min(rule.live_from, now))
    tally, examples, reasons = _Tally(), list[Example](), Counter[str]()
    looked_at = 0
    wanted = true() if seen is None else seen
    ids, more = _ids(bot, now - timedelta(days=days), at_most, wanted)
    for session, mention in _mentions(bot, ids):
        looked_at += 1
        why, answer = _would(session, bot, rule, mention, tally, now)
        if why:
            reasons[why] += 1
            continue
        tally.add(mention, answer)
        examples.append(
            Example(
                mention_id=mention.id, channel=mention.channel, said=mention.text, answer=answer
            )
        )
    return Preview(
        looked_at=looked_at,
        answered=len(examples),
        examples=tuple(examples[-_EXAMPLES:]),
        reasons=tuple(reasons.most_common()),
        more=more,
    )


def _would(
    session: Session, bot: Bot, rule: Rule, mention: Mention, tally: _Tally, now: datetime
) -> tuple[str, str]:
    """Why there would have been no answer ("" if there would), and the answer."""
    if mention.purged_at is not None:
        return "its words were erased", ""
    if mention.channel not in bot.channels:
        return "its channel is not configured any more", ""
    proposal = propose(session, bot, mention, now, as_if_calm=True)
    case = case_of(session, bot, mention, proposal)
    case = replace(case, allowed=True, paused=False, crisis="")
    counts = tally.counts(mention)
    verdict = allows(rule, case, counts, now)
    if verdict.answer is not Answer.SEND:
        return verdict.why, ""
    # Words are made last: they take longer than everything before.
    spoken = speak(session, bot, mention, proposal, now, recent=tally.recent(mention))
    verdict = allows(rule, replace(case, words=spoken.words), counts, now)
    return ("", spoken.text) if verdict.answer is Answer.SEND else (verdict.why, "")


def _ids(
    bot: Bot, since: datetime, at_most: int, seen: ColumnElement[bool]
) -> tuple[list[str], bool]:
    """The latest mentions there are since then, the oldest first, and whether there are more."""
    query = (
        select(Mention.id)
        .where(Mention.created_at >= since, Mention.status != MentionStatus.GONE, seen)
        .order_by(Mention.created_at.desc(), Mention.id.desc())
        .limit(at_most + 1)
    )
    with bot.database.read() as session:
        found = list(session.scalars(query))
    return found[:at_most][::-1], len(found) > at_most


def _mentions(bot: Bot, ids: list[str]) -> Iterator[tuple[Session, Mention]]:
    """Each with the session it may be looked at in."""
    for start in range(0, len(ids), _AT_ONCE):
        query = (
            select(Mention)
            .where(Mention.id.in_(ids[start : start + _AT_ONCE]))
            .options(joinedload(Mention.author))
            .order_by(Mention.created_at, Mention.id)
        )
        with bot.database.read() as session:
            for mention in session.scalars(query).all():
                yield session, mention


def _forget(moments: deque[datetime], until: datetime) -> None:
    while moments and moments[0] <= until:
        moments.popleft()
