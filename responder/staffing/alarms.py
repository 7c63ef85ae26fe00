"""What people are told of staffing without asking: too few are there today, two weeks were too
much, a channel waits to be opened."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime

from responder.bot import Bot
from responder.condition import Condition, moment, warning
from responder.staffing.fit import is_overrun
from responder.staffing.kept import for_minutes
from responder.staffing.openings import BOT, all_latest
from responder.staffing.outlook import ahead_of, load_of

log = logging.getLogger(__name__)


def of_staffing(bot: Bot, now: datetime) -> list[Condition]:
    """Never raises: that staffing cannot be counted must not silence every other alert."""
    try:
        return [*_today(bot, now), *_two_weeks(bot, now), *_unopened(bot)]
    except Exception:
        log.exception("cannot count staffing")
        return [warning("staffing: count", "the round staffing failed 1 time in a row")]


def _today(bot: Bot, now: datetime) -> Iterator[Condition]:
    with bot.database.read() as session:
        ahead = ahead_of(bot, session, now, frozenset(bot.channels))
    if ahead is not None and ahead.is_trouble:
        late = f"{ahead.will_be_late} answers will be late by {moment(ahead.until)}"
        yield warning("staffing: today", f"{late}: more people needed: {ahead.short:.1f}")


def _two_weeks(bot: Bot, now: datetime) -> Iterator[Condition]:
    """Of all together, or else of the channels whose own people have too little time."""
    most = bot.settings.staffing.max_load
    loads = for_minutes(
        bot.database, "load", now, lambda: load_of(bot, now, frozenset(bot.channels))
    )
    overrun = {name: weeks for name, weeks in loads.items() if is_overrun(weeks, most)}
    told = {"": overrun[""]} if "" in overrun else overrun
    for name, weeks in told.items():
        percent = min(round(100 * (week.share or 0)) for week in weeks)
        text = f"answers took {percent} % or more of people's time in each of the last two weeks"
        advice = "close or narrow a channel, or have more people"
        where = f"{name}: " if name else ""
        yield warning(f"staffing: {name or 'all'}: load", f"{where}{text}: {advice}")


def _unopened(bot: Bot) -> Iterator[Condition]:
    with bot.database.read() as session:
        rows = all_latest(session, bot.channels)
    for name, row in rows.items():
        if not row.is_open and row.by == BOT:
            text = f"{name} only listens until an admin opens it under Trends"
            yield warning(f"staffing: {name}: not open", text)
