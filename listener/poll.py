"""The pollers: ask a channel for what is new, hand pages to ingest, remember what went wrong."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import and_, func, or_, select

from config.clock import Clock
from config.database import Database
from config.staffing import Staffing
from listener.channels.base import Channel
from listener.channels.errors import (
    AuthFailed,
    BudgetSpent,
    ChannelError,
    PolicyBlock,
    RateLimited,
    Unavailable,
)
from listener.channels.metering import Use
from listener.ingest import Ingested, ingest, mark_gone, renew
from listener.models import OPEN, Cursor, Mention, MentionStatus
from listener.store import Reading
from sentiment.linear import Weights
from sentiment.market import NOTHING_KNOWN, Market
from sentiment.prioritize import BEFORE_BUYING

log = logging.getLogger(__name__)

# A round ends after so many pages, so that no stream starves the others; the next round goes on
# from the stored position.
PAGES_PER_ROUND = 20
REFRESHED_AT_ONCE = 100
MOST_URGENT = 400  # are re-read each time, and of the others REFRESHED_AT_ONCE
# So long a mention that vanished is looked for: accounts are protected, Pages lose permissions.
GONE_LATELY = timedelta(hours=24)
MANY_FAILURES: Final = 5
"""So many fetches of a stream in a row have failed, and people are told."""


@dataclass(frozen=True, kw_only=True)
class Polled:
    """One round of one stream. `error` is empty when it went well."""

    channel: str
    stream: str
    new: int = 0
    changed: int = 0
    rejected: int = 0
    error: str = ""
    waiting: bool = False  # the network asked us to wait; nothing was asked of it


@dataclass(frozen=True, kw_only=True)
class Refreshed:
    """`answered` holds the ids about which the network said something clear, `gone` those of them
    that are no longer there."""

    changed: int
    answered: frozenset[str]
    gone: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Poller:
    """What polling needs to know beside the channel itself."""

    database: Database
    languages: Sequence[str]
    answerable: timedelta
    clock: Clock
    weights: Weights | None = None  # None: those that came with the program
    our_handles: frozenset[str] = frozenset()  # of the brand's accounts, in lower case
    staffing: Staffing = field(default_factory=Staffing)  # where a channel does not say otherwise
    before_buying: timedelta = BEFORE_BUYING
    market: Market = NOTHING_KNOWN  # our products and competitors

    def poll(self, channel: Channel) -> list[Polled]:
        """One round over all streams of a channel. A stream in trouble does not stop the others."""
        return [self._poll_stream(channel, stream) for stream in channel.declaration.streams]

    def refresh(self, channel: Channel) -> int:
        """Re-read what still waits for an answer: edits are taken over, deleted ones marked gone,
        and those gone of late that are there again are new again. Returns how many changed.
        Raises ChannelError."""
        waiting = self._waiting(channel.name)
        batches = (
            waiting[start : start + REFRESHED_AT_ONCE]
            for start in range(0, len(waiting), REFRESHED_AT_ONCE)
        )
        return sum(self.refresh_these(channel, batch).changed for batch in batches)

    def _waiting(self, channel: str) -> Sequence[str]:
        """The most urgent, and of the others some by chance, so that every one has its turn."""
        lately = self.clock() - GONE_LATELY
        waiting = select(Mention.external_id).where(
            Mention.channel == channel,
            or_(
                Mention.status.in_(OPEN),
                and_(Mention.status == MentionStatus.GONE, Mention.changed_at > lately),
            ),
            Mention.purged_at.is_(None),
        )
        with self.database.read() as session:
            urgent = session.scalars(waiting.order_by(Mention.due_at).limit(MOST_URGENT)).all()
            if len(urgent) < MOST_URGENT:
                return urgent
            others = waiting.where(Mention.external_id.not_in(urgent))
            by_chance = session.scalars(others.order_by(func.random()).limit(REFRESHED_AT_ONCE))
            return [*urgent, *by_chance]

    def refresh_these(
        self, channel: Channel, external_ids: Sequence[str], *, use: Use = Use.OWN
    ) -> Refreshed:
        """Take over what the network says now about these mentions. Raises ChannelError."""
        found = channel.lookup(external_ids, use=use)
        now = self.clock()
        missing = frozenset(key for key, item in found.items() if item is None)
        gone = mark_gone(self.database, channel.name, missing, now)
        items = [item for item in found.values() if item is not None]
        changed = renew(self.database, items, self.reading(channel, "lookup"), now=now)
        return Refreshed(changed=gone + changed, answered=frozenset(found), gone=missing)

    def reading(self, channel: Channel, stream: str) -> Reading:
        """What ingest needs to know of a page that came from there."""
        return Reading(
            channel=channel.name,
            stream=stream,
            languages=self.languages,
            answerable=self.answerable,
            weights=self.weights,
            our_handles=self.our_handles,
            calendar=self.staffing.calendar(channel.options),
            before_buying=self.before_buying,
            market=self.market,
        )

    def _poll_stream(self, channel: Channel, stream: str) -> Polled:
        total, before, partly = Ingested(), self._trouble_of(channel.name, stream), ""
        try:
            for _ in range(PAGES_PER_ROUND):
                position, wait_until = self._where(channel.name, stream)
                if wait_until is not None and wait_until > self.clock():
                    return Polled(channel=channel.name, stream=stream, waiting=True)
                page = channel.fetch(stream, position)
                partly = page.trouble
                got = ingest(self.database, page, self.reading(channel, stream), now=self.clock())
                total += got
                if page.stopped_by is not None:
                    raise page.stopped_by
                if not page.more:
                    break
        except ChannelError as error:
            self._remember_trouble(channel.name, stream, error)
            return _polled(channel.name, stream, total, error=str(error))
        except Exception as error:
            # A fault of ours in one stream must be seen, and must not stop the others.
            log.exception("%s/%s", channel.name, stream)
            trouble = Unavailable(f"a fault of ours: {type(error).__name__}")
            self._remember_trouble(channel.name, stream, trouble)
            return _polled(channel.name, stream, total, error=str(trouble))
        if total.new or total.changed or total.rejected:
            log.info(
                "%s/%s: %d new, %d changed, %d unreadable",
                channel.name, stream, total.new, total.changed, total.rejected,
            )  # fmt: skip
        if partly:
            self._remember_part(channel.name, stream, partly, before)
        return _polled(channel.name, stream, total, error=partly)

    def _where(self, channel: str, stream: str) -> tuple[str | None, datetime | None]:
        with self.database.read() as session:
            cursor = session.get(Cursor, (channel, stream))
            return (cursor.position, cursor.not_before) if cursor else (None, None)

    def _trouble_of(self, channel: str, stream: str) -> tuple[int, str]:
        with self.database.read() as session:
            cursor = session.get(Cursor, (channel, stream))
            return (cursor.failures, cursor.last_error) if cursor else (0, "")

    def _remember_part(
        self, channel: str, stream: str, trouble: str, before: tuple[int, str]
    ) -> None:
        """A part of the stream failed. The rest is polled at its usual pace, so nothing waits; but
        it counts as a failure, until a round ends without it. Not without end: a hiccup of all of
        it would else have to wait as if it had failed all the time."""
        failures, known = before
        with self.database.write() as session:
            cursor = session.get_one(Cursor, (channel, stream))
            cursor.failures, cursor.last_error = min(failures + 1, MANY_FAILURES), trouble
        if trouble != known:
            log.warning("%s/%s: %s", channel, stream, trouble)

    def _remember_trouble(self, channel: str, stream: str, error: ChannelError) -> None:
        now = self.clock()
        with self.database.write() as session:
            cursor = session.get(Cursor, (channel, stream))
            if cursor is None:
                cursor = Cursor(channel=channel, stream=stream, started_at=now, failures=0)
                session.add(cursor)
            if error.held_until is None:  # else nothing was asked, and nothing failed
                cursor.failures += 1
            cursor.last_error = str(error)
            cursor.not_before = now + wait_after(error, cursor.failures, now)
        log.warning("%s/%s: %s", channel, stream, error)


def wait_after(error: ChannelError, failures: int, now: datetime) -> timedelta:
    """How long to leave a stream alone after `failures` (1 or more) failures in a row.

    What the network says goes first; otherwise 2 s doubling to 5 minutes, and 5 minutes at once
    where only a human can help.
    """
    if error.held_until is not None:
        return max(error.held_until - now, timedelta(seconds=1))
    if isinstance(error, RateLimited | PolicyBlock):
        return max(error.until - now, timedelta(seconds=1))
    if isinstance(error, BudgetSpent):
        return max(error.until - now, timedelta(minutes=5)) if error.until else timedelta(hours=1)
    if isinstance(error, AuthFailed):
        return timedelta(minutes=5)
    if isinstance(error, Unavailable) and error.retry_after is not None:
        return timedelta(seconds=min(max(error.retry_after, 1), 3600))
    return timedelta(seconds=min(2 ** min(failures, 10), 300))


def _polled(channel: str, stream: str, total: Ingested, error: str = "") -> Polled:
    return Polled(
        channel=channel,
        stream=stream,
        new=total.new,
        changed=total.changed,
        rejected=total.rejected,
        error=error,
    )
