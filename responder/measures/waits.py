"""The waits for an answer that began in a stretch of time, read from the rows.

The rows are those of `responder.clocks`, and what they say is the same; they are read as numbers
instead of objects. Left out is what was answered more than a month after the stretch, and what a
colleague answered in the app though nothing was owed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, String, and_, cast, func, select
from sqlalchemy import Text as Words
from sqlalchemy import type_coerce as plain
from sqlalchemy.orm import Session, aliased

from config.calendar import Stretch
from config.database import micros as number_of
from listener.models import OPEN, Mention, MentionStatus, OwnPost
from listener.timing import State, Timing
from responder.bot import Bot
from responder.clocks import noted, read_answers
from responder.measures.rounds import NEVER, Rounds, Text, Wait, as_columns, rounds_of
from responder.measures.staffed import StaffedTime, micros, moment
from responder.models import LIVE_REPLY, Reply, ReplyStatus
from sentiment.prioritize import RESPOND_WITHIN, TO_BUY, Level, respond_within

OUTSIDE: Final = "outside"
"""As who answered: a colleague, in the network's own app."""

_AFTERWARDS: Final = timedelta(days=31)
"""So long after a stretch of time an answer to what was written in it is looked for."""
_AT_ONCE: Final = 500
_LONGEST: Final = max(RESPOND_WITHIN.values())
_MICRO: Final = timedelta(microseconds=1)
_WAITING: Final = (*OPEN, MentionStatus.ANSWERED_OUTSIDE)
_DISMISSED: Final = (MentionStatus.LISTEN_ONLY, MentionStatus.IGNORED, MentionStatus.GONE)
_POSTED: Final = func.coalesce(Reply.posted_at, Reply.stamped_at, Reply.changed_at)

Query = Select[*tuple[Any, ...]]


@dataclass(kw_only=True)
class _Read:
    """What was read so far. `outside`: answered in the app, when is not known yet, with the last
    change; `vanished`: customers of whom an answer of ours does not stand any more; `typed`: posts
    of ours below a text, by channel and id; `ours`: those that the outbox knows."""

    cut: int
    promised: Mapping[tuple[str, bool], int]
    texts: dict[str, Text] = field(default_factory=dict)
    outside: dict[str, int] = field(default_factory=dict)
    vanished: set[tuple[str, str]] = field(default_factory=set)
    typed: list[tuple[str, tuple[str, str], int]] = field(default_factory=list)
    ours: set[tuple[str, str]] = field(default_factory=set)

    def take(self, rows: Iterable[Sequence[Any]]) -> None:
        for row in rows:
            text = self.texts.get(row[1])
            if text is None:
                text = self.texts[row[1]] = self._text(row)
                self._reply(text, row)
            if row[16] is not None:
                self.typed.append((text.key, (text.channel, row[16]), row[17]))

    def _text(self, row: Sequence[Any]) -> Text:
        thread, key, author, channel, language, phase, topics, at = row[:8]
        level, to_buy, status, changed = row[8:12]
        if status == MentionStatus.ANSWERED_OUTSIDE:
            self.outside[key] = changed
        return Text(
            (thread, author or key), key, channel, language, phase, topics, at,
            self.promised[level, bool(to_buy)], level == Level.P1, status in _DISMISSED,
        )  # fmt: skip

    def _reply(self, text: Text, row: Sequence[Any]) -> None:
        at, by, external_id, vanished = row[12:16]
        if at is None:
            return
        text.answered_at, text.by = at if at < self.cut else self.cut, by
        self.ours.add((text.channel, external_id))
        self.outside.pop(text.key, None)
        if vanished:
            self.vanished.add(text.customer)

    def heed_colleagues(self) -> None:
        """Posts of ours that the outbox does not know were typed in the app."""
        for key, post, at in self.typed:
            text = self.texts[key]
            if post not in self.ours:
                self.outside.pop(key, None)
                if at < text.answered_at:
                    text.answered_at, text.by = min(at, self.cut), OUTSIDE


def read_waits(bot: Bot, session: Session, span: Stretch) -> Rounds:
    """Every wait that began in `span`, as it stands now."""
    now = bot.clock()
    read = _Read(cut=micros(now), promised=_promises(bot))
    for query in (_answered(span), _waiting(span, bot)):
        read.take(session.execute(query))
    for query in _of_others(span, read.texts, bot, session):
        read.take(session.execute(query))
    read.heed_colleagues()
    for key, at in noted(session, _moments(read.outside)).items():
        text = read.texts[key]
        text.answered_at, text.by = min(micros(at), read.cut), OUTSIDE
    curves = _curves(bot, read.texts.values(), now)
    waits = rounds_of((t for t in read.texts.values() if t.customer not in read.vanished), curves)
    waits += _by_the_clocks(bot, session, read)
    begin, end = map(micros, span)
    shown = [wait for wait in waits if begin <= wait.at < end]
    return as_columns(shown, curves)


_COLUMNS: Final = (
    Mention.conversation_id,
    Mention.id,
    Mention.author_id,
    Mention.channel,
    Mention.language,
    plain(Mention.phase, String),
    cast(Mention.topics, Words),
    number_of(Mention.created_at),
    plain(Mention.priority, String),
    and_(Mention.addressed, cast(Mention.reasons, Words).contains(TO_BUY)),
    plain(Mention.status, String),
    number_of(Mention.changed_at),
    number_of(_POSTED),
    plain(Reply.author_kind, String),
    Reply.external_id,
    Reply.vanished_at.is_not(None),
    OwnPost.external_id,
    number_of(OwnPost.posted_at),
)
"""What `_Read` takes, in its order."""

_BELOW: Final = and_(
    OwnPost.channel == Mention.channel,
    OwnPost.in_reply_to.in_((Mention.external_id, Mention.revision_id)),
    OwnPost.external_id != func.coalesce(Reply.external_id, ""),
)
_STANDING: Final = and_(
    LIVE_REPLY,
    Reply.mention_id == Mention.id,
    # Nearly all are sent: by that index the database would look at every one of them.
    func.coalesce(Reply.status, "") == ReplyStatus.SENT,
)


def _moments(numbers: Mapping[str, int]) -> dict[str, datetime]:
    return {key: moment(number) for key, number in numbers.items()}


def _answered(span: Stretch) -> Query:
    """Texts of that time with our answers."""
    return (
        select(*_COLUMNS)
        .select_from(Reply)
        .join(Mention, Mention.id == Reply.mention_id)
        .outerjoin(OwnPost, _BELOW)
        .where(*_answers(span), *_written(span))
    )


def _answers(span: Stretch) -> tuple[ColumnElement[bool], ...]:
    """Along the index of replies: else every text of that time would be looked at."""
    begin, end = span
    left = (Reply.not_before >= begin, Reply.not_before < end + _AFTERWARDS)
    return Reply.status == ReplyStatus.SENT, *left


def _written(span: Stretch) -> tuple[ColumnElement[bool], ...]:
    return Mention.created_at >= span[0], Mention.created_at < span[1]


def _waiting(span: Stretch, bot: Bot) -> Query:
    """Texts of that time that wait, or were answered in the app."""
    return _ALL.where(*_wait(span, bot))


def _wait(span: Stretch, bot: Bot) -> tuple[ColumnElement[bool], ...]:
    # Nothing is due before it was written: along the index of what is due.
    begin, end = span
    latest = max((bot.calendar(name).after(end, _LONGEST) for name in bot.channels), default=end)
    due = (Mention.due_at >= begin, Mention.due_at < latest + _AFTERWARDS)
    return Mention.status.in_(_WAITING), *due, *_written(span)


_ALL: Final[Query] = (
    select(*_COLUMNS).select_from(Mention).outerjoin(Reply, _STANDING).outerjoin(OwnPost, _BELOW)
)


def _of_others(
    span: Stretch, known: Collection[str], bot: Bot, session: Session
) -> Iterator[Query]:
    """What else those customers wrote in those conversations: an answer to a text answers what the
    same customer wrote before it, whenever that was."""
    other = aliased(Mention)
    same = and_(
        other.author_id == Mention.author_id,
        # Not the bare column, or SQLite looks by conversation: thousands share a post of ours.
        other.conversation_id.concat("") == Mention.conversation_id,
        other.id != Mention.id,
    )
    answered = (
        select(other.id)
        .select_from(Reply)
        .join(Mention, Mention.id == Reply.mention_id)
        .join(other, same)
        .where(*_answers(span), *_written(span))
    )
    waiting = select(other.id).select_from(Mention).join(other, same).where(*_wait(span, bot))
    found = {key for query in (answered, waiting) for key in session.scalars(query)}
    for some in _chunks(sorted(found.difference(known))):
        yield _ALL.where(Mention.id.in_(some))


def _promises(bot: Bot) -> Mapping[tuple[str, bool], int]:
    """By level, and whether somebody asks before they buy."""
    return {
        (level.value, to_buy): respond_within(
            level,
            (TO_BUY,) if to_buy else (),
            addressed=to_buy,
            before_buying=bot.before_buying,
        )
        // _MICRO
        for level in Level
        for to_buy in (False, True)
    }


def _curves(bot: Bot, texts: Collection[Text], now: datetime) -> Mapping[str, StaffedTime]:
    begin = min((text.at for text in texts), default=micros(now))
    return {
        channel: StaffedTime(bot.calendar(channel), moment(begin), now, _LONGEST)
        for channel in {text.channel for text in texts}
    }


def _by_the_clocks(bot: Bot, session: Session, read: _Read) -> Iterator[Wait]:
    """The waits of those of whom an answer of ours vanished."""
    keys = [text.key for text in read.texts.values() if text.customer in read.vanished]
    done: set[tuple[str, str]] = set()
    for some in _chunks(keys):
        mentions = session.scalars(select(Mention).where(Mention.id.in_(some))).all()
        for wrote, timings in read_answers(bot, session, mentions):
            texts = [read.texts[mention.id] for mention in wrote]
            if texts[0].customer not in done:
                done.add(texts[0].customer)
                yield from _as_waits(texts, timings)


def _as_waits(texts: Sequence[Text], timings: Sequence[Timing]) -> Iterator[Wait]:
    owed = [timing for timing in timings if timing.state is not State.DROPPED]
    for place, timing in enumerate(owed):
        started = micros(timing.started_at)
        ended = NEVER if timing.ended_at is None else micros(timing.ended_at)
        before = [text for text in texts if text.at <= started and text.counts] or texts
        text = max(before, key=lambda text: text.at)
        due = NEVER if timing.due_at is None else micros(timing.due_at)
        by = next((text.by for text in texts if text.answered_at == ended != NEVER), "")
        yield Wait(text, started, ended, due, by, text.at, first=place == 0)


def _chunks(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(keys), _AT_ONCE):
        yield keys[start : start + _AT_ONCE]
