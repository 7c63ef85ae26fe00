"""Holes a stream left, filled afterwards by whatever way the network still has.

A gap is closed only by a reading of its whole stretch. Until then it is a visible row, and stays
one for ever where the network has no way to fill it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from listener.channels.base import Channel, Missing, Page
from listener.channels.errors import ChannelError, Refused, Unavailable
from listener.cursors import FILL, LOOK_BACK
from listener.ingest import Ingested, take_in
from listener.models import Gap
from listener.poll import PAGES_PER_ROUND, Poller, wait_after

log = logging.getLogger(__name__)

FIRST_WAIT: Final = timedelta(minutes=10)
LONGEST_WAIT: Final = timedelta(hours=6)
REFUSED_WAITS: Final = (timedelta(hours=1), *(timedelta(days=1),) * 7)
"""A refusal may end: a query is put right, a permission is granted. After the last of these it is
believed."""
LISTED: Final = timedelta(minutes=2)
"""A stretch is read when it is over for so long. Lists and searches lag behind what is said (recent
search of X by 30 seconds): read at once, its end would pass for empty."""
STUCK: Final = 3
"""So many failures in a row at one position, and the stretch is read from its start again: networks
forget their page tokens. What was read already is known, and counted once."""


@dataclass(frozen=True, kw_only=True)
class Filled:
    """One round of filling one gap. `done`: its whole stretch has been read. `error` is empty when
    it went well."""

    channel: str
    since: datetime
    until: datetime
    new: int = 0
    done: bool = False
    error: str = ""


def fill_gaps(poller: Poller, channel: Channel) -> Filled | None:
    """Work on the gap of this channel that has waited longest; None if none is due.

    Reads up to 20 pages and goes on from there in the next round, behind the other gaps.
    """
    gap = _due(poller, channel.name)
    if gap is None:
        return None
    total, position, done = Ingested(), gap.position, False
    try:
        for _ in range(PAGES_PER_ROUND):
            page = channel.fill(gap.since, gap.until, position)
            total += _keep(poller, channel, gap, page)
            if page.missing and _rest(gap, page.missing) == (gap.since, gap.until):
                return _round(gap, total, error=page.missing.reason)
            position, done = page.position, not page.more
            if done:
                log.info("%s: a gap was read, %d new", channel.name, total.new)
                break
    except ChannelError as error:
        return _failed(poller, gap, total, error)
    except Exception as error:
        log.exception("%s: filling a gap", channel.name)
        trouble = Unavailable(f"a fault of ours: {type(error).__name__}")
        return _failed(poller, gap, total, trouble)
    return _round(gap, total, done=done)


def wait_before_trying(error: ChannelError, tries: int, now: datetime) -> timedelta | None:
    """How long to leave a gap alone after `tries` (1 or more) failures in a row: 10 minutes
    doubling to 6 hours, or longer if the network says so; where it refuses, an hour and then a day
    each. None: for ever."""
    if isinstance(error, Refused):
        left = () if error.for_good else REFUSED_WAITS[tries - 1 :]
        return next(iter(left), None)
    return max(_doubling(tries), wait_after(error, 1, now))


def _doubling(tries: int) -> timedelta:
    return min(FIRST_WAIT * (1 << min(tries - 1, 10)), LONGEST_WAIT)


def _due(poller: Poller, channel: str) -> Gap | None:
    now = poller.clock()
    with poller.database.read() as session:
        return session.scalars(
            select(Gap)
            .where(
                Gap.channel == channel,
                Gap.filled_at.is_(None),
                Gap.next_try_at <= now,
                Gap.until <= now - LISTED,
            )
            .order_by(Gap.next_try_at, Gap.since)
        ).first()


def _keep(poller: Poller, channel: Channel, gap: Gap, page: Page) -> Ingested:
    """The page's items and the gap's own position, in one transaction."""
    now = poller.clock()
    return take_in(
        poller.database,
        page,
        poller.reading(channel, FILL),
        now=now,
        and_then=partial(_advance, gap, page, now),
    )


def _advance(read: Gap, page: Page, now: datetime, session: Session, got: Ingested) -> None:
    gap = session.get_one(Gap, read.id)
    gap.found += got.new
    if gap.filled_at is not None:
        return  # by another round, while this one hung
    rest = _rest(gap, page.missing)
    if rest == (gap.since, gap.until) and page.missing:
        gap.refused = False
        _put_off(gap, page.missing.reason, _doubling(gap.tries + 1), now)
        return
    gap.tries, gap.last_error, gap.next_try_at, gap.refused = 0, "", now, False
    gap.position = page.position
    # A routine reading again is none of which something is known to be missing.
    if rest and page.missing and gap.stream != LOOK_BACK:
        _split_off(session, gap, rest, page.missing.reason, now)
    if not page.more:
        gap.position = None
        if (gap.since, gap.until) == (read.since, read.until):
            gap.filled_at, gap.next_try_at = now, None
        # Else it grew while it was being read: the whole of it is read again.


def _rest(gap: Gap, missing: Missing | None) -> tuple[datetime, datetime] | None:
    """What stays missing of `gap`, and of nothing else."""
    if missing is None:
        return None
    since, until = max(gap.since, missing.since), min(gap.until, missing.until)
    return (since, until) if since < until else None


def _split_off(
    session: Session, gap: Gap, rest: tuple[datetime, datetime], reason: str, now: datetime
) -> None:
    """A gap of its own for the part that could not be read, once, whichever page tells of it."""
    since, until = rest
    known = session.scalar(
        select(Gap.id).where(
            Gap.channel == gap.channel,
            Gap.stream == gap.stream,
            Gap.since == since,
            Gap.until == until,
            Gap.filled_at.is_(None),
        )
    )
    if known is None:
        smaller = Gap(
            channel=gap.channel,
            stream=gap.stream,
            since=since,
            until=until,
            reason=reason,
            noticed_at=now,
            tries=0,
        )
        _put_off(smaller, reason, FIRST_WAIT, now)
        session.add(smaller)


def _put_off(gap: Gap, error: str, wait: timedelta | None, now: datetime) -> None:
    gap.tries += 1
    gap.last_error = error
    gap.next_try_at = None if wait is None else now + wait
    # Where it is refused it goes on in the same place: from the beginning it would only be refused
    # there again, and what lies before it read again.
    if gap.tries % STUCK == 0 and not gap.refused:
        gap.position = None


def _failed(poller: Poller, gap: Gap, total: Ingested, error: ChannelError) -> Filled:
    now = poller.clock()
    with poller.database.write() as session:
        row = session.get_one(Gap, gap.id)
        if error.held_until is not None:  # nothing was asked, and nothing failed
            row.next_try_at = max(error.held_until, now)
        else:
            wait = wait_before_trying(error, row.tries + 1, now)
            # A routine reading again begins anew tomorrow anyway.
            routine = row.stream == LOOK_BACK and isinstance(error, Refused)
            row.refused = isinstance(error, Refused)
            _put_off(row, str(error), None if routine else wait, now)
    log.warning("%s: a gap cannot be filled now: %s", gap.channel, error)
    return _round(gap, total, error=str(error))


def _round(gap: Gap, total: Ingested, *, done: bool = False, error: str = "") -> Filled:
    return Filled(
        channel=gap.channel,
        since=gap.since,
        until=gap.until,
        new=total.new,
        done=done,
        error=error,
    )
