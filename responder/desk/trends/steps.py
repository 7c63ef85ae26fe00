"""The steps of a period in words, and how long each is."""

from __future__ import annotations

from datetime import datetime, timedelta

from babel.dates import format_date, format_datetime

from listener.trends.steps import By
from responder.desk.tongue import _, locale


def step_words(start: datetime, by: By) -> str:
    """A point of a chart, by the clock it is given in: "23 Nov, 18:00", "23 Nov", "week of 23
    Nov"."""
    if by is By.HOUR:
        return format_datetime(start.replace(tzinfo=None), "d MMM, HH:mm", locale=locale())
    day = format_date(start.date(), "d MMM", locale=locale())
    return _("week of %(day)s", day=day) if by is By.WEEK else day


def step_value(start: datetime, by: By) -> str:
    """The same for programs: "2026-11-23T18:00+01:00", "2026-11-23"."""
    return start.isoformat(timespec="minutes") if by is By.HOUR else start.date().isoformat()


def after(start: datetime, by: By) -> datetime:
    """Where the step that begins at the local `start` ends."""
    if by is By.HOUR:
        return start + timedelta(hours=1)
    return start + timedelta(days=7 if by is By.WEEK else 1)
