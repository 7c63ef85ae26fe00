"""What the store says is not as it should be: one small function a trouble, each with one query."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from config.hours import Hours
from listener.channels.base import Channel
from listener.models import OPEN, Breaker, Cause, Cursor, DeadLetter, Gap, Mention, Operation
from listener.poll import MANY_FAILURES
from listener.pots import NEARLY
from listener.spending import prices_outdated, spending
from responder.bot import Bot
from responder.condition import Condition, each, moment, note, red, warning
from responder.crisis.conditions import of_episodes
from responder.handling.second_looks import of_second_looks
from responder.models import Draft, DraftStatus, Lease, Pause, Reply, ReplyStatus
from responder.pause import EVERYWHERE, level_for, stops_polling, stops_sending
from responder.pulse import GRACE_SECONDS, INTERVALS
from responder.removal import DELETED_BY
from responder.staffing.alarms import of_staffing
from sentiment.prioritize import Level

_P1_PATIENCE: Final = timedelta(minutes=10)
_DOUBT_PATIENCE: Final = timedelta(minutes=15)
_QUEUE_PATIENCE: Final = timedelta(hours=1)
_LETTER_PATIENCE: Final = timedelta(minutes=15)
_GAP_PATIENCE: Final = timedelta(hours=1)
_GAP_TOLD: Final = timedelta(days=7)  # one that nothing can fill; the desk goes on showing it
_VANISHED_TOLD: Final = timedelta(hours=24)
_PROBED: Final = timedelta(minutes=15)  # a breaker whose time is over closes with the next call
_CLOCK: Final = timedelta(seconds=30)

Check = Callable[[Session, Bot, Channel, datetime], Iterable[Condition]]


def of_store(bot: Bot, now: datetime) -> list[Condition]:
    """All troubles of all channels. Raises SQLAlchemyError."""
    with bot.database.read() as session:
        found = [*_pauses(session), *of_second_looks(session, bot), *of_episodes(session, now)]
        for channel in bot.channels.values():
            for check in _CHECKS:
                found += check(session, bot, channel, now)
    return found + of_staffing(bot, now)


def _pauses(session: Session) -> Iterator[Condition]:
    for pause in session.scalars(select(Pause).order_by(Pause.channel)):
        where = "everything" if pause.channel == EVERYWHERE else pause.channel
        text = f"{where} is paused ({pause.level}) since {moment(pause.since)}"
        yield note(f"pause: {where}", text)


def _silent(session: Session, bot: Bot, channel: Channel, now: datetime) -> Iterator[Condition]:
    """Streams that are not heard. A channel we paused is not expected to speak."""
    if stops_polling(level_for(session, channel.name, bot.pause_file)):
        return
    # With its money or its allowance nearly spent a channel is polled more rarely.
    interval = channel.options.poll_seconds * channel.pressure()
    allowed = timedelta(seconds=INTERVALS * interval + GRACE_SECONDS)
    for stream in channel.declaration.streams:
        cursor = session.get(Cursor, (channel.name, stream))
        place = f"{channel.name}/{stream}"
        words = []
        if cursor is None or cursor.fetched_at is None:
            words.append(f"{place} was never fetched")
        elif now - cursor.fetched_at > allowed:
            words.append(f"{place} was last fetched at {moment(cursor.fetched_at)}")
        if cursor is not None and cursor.failures >= MANY_FAILURES:
            words.append(f"{place} failed {cursor.failures} times in a row")
        if words:
            yield red(f"{place}: silent", "; ".join(words))


def _breakers(session: Session, _bot: Bot, channel: Channel, now: datetime) -> Iterator[Condition]:
    for operation in Operation:
        breaker = session.get(Breaker, (channel.name, operation))
        if breaker is None or breaker.blocked_until is None:
            continue
        until = breaker.blocked_until
        if breaker.cause is Cause.LIMIT:
            if now < until:
                yield note(f"{channel.name}: {operation} limit", _held(channel, operation, until))
        elif now < until + _PROBED:
            if breaker.cause is Cause.AUTH:
                text = f"{channel.name} does not accept our keys: python run_bot.py check"
                yield red(f"{channel.name}: token", text)
            else:
                yield red(f"{channel.name}: {operation}", _held(channel, operation, until))


def _held(channel: Channel, operation: Operation, until: datetime) -> str:
    doing = {Operation.READ: "reading", Operation.WRITE: "writing"}[operation]
    return f"{channel.name}: {doing} is held back until {moment(until)}"


def _lease(session: Session, bot: Bot, channel: Channel, now: datetime) -> Iterator[Condition]:
    lease = session.get(Lease, channel.name)
    if lease is not None and now < lease.until and _place(lease) != bot.sender.place:
        text = f"another installation sends on {channel.name} until {moment(lease.until)}"
        yield red(f"{channel.name}: lease", text)


def _place(lease: Lease) -> str:
    return lease.holder.partition("#")[0]


def _unknown(session: Session, _bot: Bot, channel: Channel, now: datetime) -> Iterator[Condition]:
    since = func.coalesce(Reply.doubted_at, Reply.changed_at)
    count, oldest = session.execute(
        select(func.count(), func.min(since)).where(
            Reply.channel == channel.name,
            Reply.status == ReplyStatus.UNKNOWN,
            since < now - _DOUBT_PATIENCE,
        )
    ).one()
    if count:
        doubtful = _count(count, "reply is", "replies are")
        text = f"{channel.name}: {doubtful} in doubt since {moment(oldest)}: does it stand or not?"
        yield red(f"{channel.name}: unknown", text)


def _overdue(session: Session, bot: Bot, channel: Channel, now: datetime) -> Iterator[Condition]:
    """Approved replies that should have left long ago."""
    if stops_sending(level_for(session, channel.name, bot.pause_file)):
        return
    hours = Hours.read(bot.settings.responder.quiet_hours)
    if hours is not None and hours.hold(now, bot.zone):
        return
    count, oldest = session.execute(
        select(func.count(), func.min(Reply.queued_at)).where(
            Reply.channel == channel.name,
            Reply.status == ReplyStatus.QUEUED,
            Reply.queued_at < now - _QUEUE_PATIENCE,
        )
    ).one()
    if count:
        waiting = _count(count, "approved reply waits", "approved replies wait")
        text = f"{channel.name}: {waiting} since {moment(oldest)}: look at the queue for the reason"
        yield warning(f"{channel.name}: overdue", text)


def _failed(session: Session, _bot: Bot, channel: Channel, _now: datetime) -> list[Condition]:
    """Replies that did not leave and about which nobody has decided since."""
    ids = session.scalars(
        select(Reply.id)
        .join(Reply.draft)
        .where(
            Reply.channel == channel.name,
            Reply.status == ReplyStatus.FAILED,
            Reply.vanished_at.is_(None),
            Draft.status == DraftStatus.PENDING,
        )
        .order_by(Reply.changed_at)
    ).all()
    told = f"on {channel.name} did not leave: a human decides"
    return each(ids, f"{channel.name}: failed", told)


def _vanished(session: Session, _bot: Bot, channel: Channel, now: datetime) -> list[Condition]:
    ids = session.scalars(
        select(Reply.id)
        .where(Reply.channel == channel.name, Reply.vanished_at > now - _VANISHED_TOLD)
        .where(~Reply.reason.startswith(DELETED_BY))
        .order_by(Reply.vanished_at)
    ).all()
    told = f"on {channel.name} stood there and does no more: the network hides or removed it"
    return each(ids, f"{channel.name}: vanished", told, once=True)


def _gaps(session: Session, _bot: Bot, channel: Channel, now: datetime) -> Iterator[Condition]:
    name, tried, seen = channel.name, Gap.next_try_at, Gap.noticed_at
    open_ = (tried.is_not(None), Gap.refused.is_(False), seen < now - _GAP_PATIENCE)
    if told := _gaps_told(session, name, *open_, one="unfilled gap"):
        yield red(f"{name}: gaps", told)
    if told := _gaps_told(session, name, tried.is_not(None), Gap.refused.is_(True), one="gap"):
        text = f"{told}, that the network refuses to fill: tried again for a week"
        yield warning(f"{name}: gaps refused", text)
    if told := _gaps_told(session, name, tried.is_(None), seen > now - _GAP_TOLD, one="gap"):
        yield warning(f"{name}: gaps for good", f"{told}, that nothing can fill")


def _gaps_told(session: Session, channel: str, *such: ColumnElement[bool], one: str) -> str:
    """How many such gaps there are, and since when; "" for none."""
    count, since = session.execute(
        select(func.count(), func.min(Gap.since)).where(
            Gap.channel == channel, Gap.filled_at.is_(None), *such
        )
    ).one()
    return f"{channel}: {_count(count, one, f'{one}s')}, from {moment(since)} on" if count else ""


def _letters(session: Session, _bot: Bot, channel: Channel, now: datetime) -> Iterator[Condition]:
    count = session.scalar(
        select(func.count()).where(
            DeadLetter.channel == channel.name,
            DeadLetter.closed_at.is_(None),
            DeadLetter.heard_at < now - _LETTER_PATIENCE,
        )
    )
    if count:
        waiting = _count(count, "unreadable text waits", "unreadable texts wait")
        yield red(f"{channel.name}: dead letters", f"{channel.name}: {waiting} for a human")


def _urgent(session: Session, _bot: Bot, channel: Channel, now: datetime) -> Iterator[Condition]:
    """P1 mentions about which nobody has decided."""
    approved = (
        select(Draft.id)
        .where(Draft.mention_id == Mention.id, Draft.status == DraftStatus.APPROVED)
        .exists()
    )
    count, oldest = session.execute(
        select(func.count(), func.min(Mention.heard_at)).where(
            Mention.channel == channel.name,
            Mention.status.in_(OPEN),
            Mention.priority == Level.P1,
            Mention.heard_at < now - _P1_PATIENCE,
            ~approved,
        )
    ).one()
    if count:
        waiting = _count(count, "mention of priority P1 waits", "mentions of priority P1 wait")
        text = f"{channel.name}: {waiting}, since {moment(oldest)}"
        yield warning(f"{channel.name}: P1 waits", text)


def _money(_session: Session, bot: Bot, channel: Channel, now: datetime) -> Iterator[Condition]:
    checked = channel.declaration.prices_checked
    if checked is None:
        return
    fullest = spending(bot.database, channel.name, now, channel.options).fullest
    used = f"{fullest.percent:.0f} % of this month's money for {fullest.pot}"
    text = f"{channel.name}: {used} is used"
    if fullest.percent >= 100:
        yield red(f"{channel.name}: money spent", text)
    elif fullest.percent >= NEARLY:
        yield warning(f"{channel.name}: money nearly spent", text)
    if prices_outdated(checked, now):
        text = f"the prices of {channel.declaration.label} were last looked up on {checked}"
        yield warning(f"{channel.name}: prices", text)


def _clock(session: Session, _bot: Bot, channel: Channel, now: datetime) -> Iterator[Condition]:
    """Our newest reply, by the network's clock, beside the stamp we gave it just before."""
    reply = session.scalars(
        select(Reply)
        .where(
            Reply.channel == channel.name,
            Reply.status == ReplyStatus.SENT,
            Reply.posted_at.is_not(None),
            Reply.stamped_at > now - timedelta(days=1),
            Reply.sends == 1,
            Reply.reason == "",  # confirmed by the very call, not found later
        )
        .order_by(Reply.stamped_at.desc())
        .limit(1)
    ).first()
    if reply is None or reply.posted_at is None or reply.stamped_at is None:
        return
    ahead = reply.stamped_at - reply.posted_at
    behind = -ahead - timedelta(seconds=channel.options.call_seconds)
    if max(ahead, behind) > _CLOCK:
        seconds, side = (ahead, "ahead of") if ahead > behind else (behind, "behind")
        text = f"our clock is {seconds.total_seconds():.0f} s {side} the one of {channel.name}"
        yield red("clock", text)


_CHECKS: Final[tuple[Check, ...]] = (
    _silent,
    _breakers,
    _lease,
    _unknown,
    _overdue,
    _failed,
    _vanished,
    _gaps,
    _letters,
    _urgent,
    _money,
    _clock,
)


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
