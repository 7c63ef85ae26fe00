"""Moments as AT Protocol writes them, and as its servers read what clients wrote.

https://atproto.com/specs/lexicon#datetime (2026-11)
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

_EPOCH: Final = "1970-01-01T00:00:00.000Z"
_NO_DATE: Final = datetime(1, 1, 1, tzinfo=UTC)
_DATE = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)T(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)"
    r"(?:\.(?P<fraction>\d{1,20}))?(?P<zone>Z|[+-]\d\d:\d\d)"
)


def iso(moment: datetime) -> str:
    """To the millisecond: what cursors are made of, and so where lists tear."""
    moment = moment.astimezone(UTC)
    return f"{moment.year:04}-{moment:%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"


def is_date(text: str) -> bool:
    """Whether a record may have it as a date: with a zone, and that not `-00:00`. The day may be
    one no month has: the reference server takes the 31st of February (measured 2026-11-22)."""
    found = _DATE.fullmatch(text)
    if found is None or found["zone"] == "-00:00":
        return False
    bounds = {"month": (1, 12), "day": (1, 31), "hour": (0, 23), "minute": (0, 59)}
    bounds["second"] = (0, 59)
    return all(least <= int(found[name]) <= most for name, (least, most) in bounds.items())


def normal(text: object) -> str:
    """The same moment as the AppView sorts by it. What it cannot read is the beginning of 1970, and
    the 31st of February the 3rd of March: https://github.com/bluesky-social/atproto, `syntax`."""
    found = _DATE.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return _EPOCH
    first = f"{found['year']}-{found['month']}-01T{found['hour']}:{found['minute']}"
    try:
        moment = datetime.fromisoformat(f"{first}:{found['second']}").replace(
            tzinfo=_zone(found["zone"])
        )
        moment += timedelta(days=int(found["day"]) - 1)
        moment += timedelta(milliseconds=int((found["fraction"] or "0").ljust(3, "0")[:3]))
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return _EPOCH
    # The beginning of the year 1 is what "no date" is to a part of the AppView written in Go.
    return iso(moment) if moment != _NO_DATE else _EPOCH


def moment_of(text: str) -> datetime:
    """The moment of what `iso` wrote."""
    return datetime.fromisoformat(text)


def _zone(text: str) -> timezone:
    if text == "Z":
        return UTC
    sign = -1 if text[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(text[1:3]), minutes=int(text[4:])))
