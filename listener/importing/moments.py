"""Pure: the moments of exports, as people and programs write them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo


class Order(StrEnum):
    """What comes first in a date such as 03/04/2015."""

    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, kw_only=True)
class Told:
    """An aware moment. `zoned`: the file says of which zone; `timed`: and at what time of day."""

    at: datetime
    zoned: bool = True
    timed: bool = True


_ZONE: Final = r"\s*(?P<zone>Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?"
_TIME: Final = (
    r"(?:[T,\s]\s*(?P<hour>\d\d?):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<part>\d{1,9}))?)?"
    r"\s*(?P<half>[ap]\.?m\.?)?)?"
)
_YEAR_FIRST: Final = re.compile(
    r"(?P<year>\d{4})(?P<sign>[-/.]?)(?P<month>\d\d?)(?P=sign)(?P<day>\d\d?)" + _TIME + _ZONE,
    re.IGNORECASE,
)
_YEAR_LAST: Final = re.compile(
    r"(?P<one>\d\d?)(?P<sign>[-/.])(?P<two>\d\d?)(?P=sign)(?P<year>\d{4})" + _TIME + _ZONE,
    re.IGNORECASE,
)
_EPOCH: Final = re.compile(r"\d{9,19}(?:\.\d+)?")
_HALF_A_DAY: Final = re.compile(r"\d\s*[ap]\.?m\b", re.IGNORECASE)
_SECONDS: Final = ((10**11, 1), (10**14, 10**3), (10**17, 10**6), (10**20, 10**9))
"""An epoch below this counts so many in a second."""


def moment(said: str, zone: ZoneInfo, order: Order | None = None) -> Told:
    """The moment `said` names; of `zone` where it names none itself. Raises ValueError, whose text
    says what is wrong."""
    said = said.strip()
    if not said:
        raise ValueError("no date")
    if _EPOCH.fullmatch(said):
        return _of_epoch(said)
    try:
        if found := _YEAR_FIRST.fullmatch(said):
            return _of_parts(found, int(found["month"]), int(found["day"]), zone)
        if found := _YEAR_LAST.fullmatch(said):
            return _of_parts(found, *_month_and_day(found, order), zone)
        return _in_words(said, zone)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{said[:40]!r} is no date ({error})") from None


def is_either_way(said: str) -> bool:
    """Whether a date can be read with the day or with the month first, and means two days."""
    found = _YEAR_LAST.fullmatch(said.strip())
    if found is None or found["sign"] == ".":
        return False
    one, two = int(found["one"]), int(found["two"])
    return one != two and max(one, two) <= 12


def order_of(all_said: Iterable[str]) -> Order | None:
    """What comes first in these dates, as those tell that can be read in one way only; None if none
    tells, or they contradict each other."""
    orders = set()
    for said in all_said:
        found = _YEAR_LAST.fullmatch(said.strip())
        if found is None or found["sign"] == ".":
            continue
        if int(found["one"]) > 12:
            orders.add(Order.DAY)
        elif int(found["two"]) > 12:
            orders.add(Order.MONTH)
    return orders.pop() if len(orders) == 1 else None


def _of_epoch(said: str) -> Told:
    whole, _, part = said.partition(".")
    number = int(whole)
    each = next(each for below, each in _SECONDS if number < below)
    micros = number * 10**6 // each
    if each == 1 and part:
        micros += int(part[:6].ljust(6, "0"))
    return Told(at=datetime.fromtimestamp(0, UTC) + timedelta(microseconds=micros))


def _of_parts(found: re.Match[str], month: int, day: int, zone: ZoneInfo) -> Told:
    hour = int(found["hour"] or 0)
    if half := found["half"]:
        if not 1 <= hour <= 12:
            raise ValueError("no such hour")
        hour = hour % 12 + (12 if half[0] in "pP" else 0)
    told = datetime(
        int(found["year"]),
        month,
        day,
        hour,
        int(found["minute"] or 0),
        int(found["second"] or 0),
        int((found["part"] or "0").ljust(6, "0")[:6]),
        tzinfo=_zone(found["zone"], zone),
    )
    return Told(at=told, zoned=bool(found["zone"]), timed=found["hour"] is not None)


def _month_and_day(found: re.Match[str], order: Order | None) -> tuple[int, int]:
    one, two = int(found["one"]), int(found["two"])
    if found["sign"] == ".":  # nobody writes the month first and points behind it
        return two, one
    if order is None:
        if one != two and max(one, two) <= 12:
            raise ValueError("day or month first?")
        order = Order.DAY if one > 12 else Order.MONTH
    return (two, one) if order is Order.DAY else (one, two)


def _zone(said: str | None, zone: ZoneInfo) -> ZoneInfo | timezone:
    if not said:
        return zone
    if said[0] not in "+-":
        return UTC
    digits = said[1:].replace(":", "").ljust(4, "0")
    apart = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-apart if said[0] == "-" else apart)


def _in_words(said: str, zone: ZoneInfo) -> Told:
    """As mails and the old API of X write them: "Tue, 24 Feb 2015 11:35:52 -0800"."""
    parts = None if _HALF_A_DAY.search(said) else parsedate_tz(said)
    if parts is None:
        raise ValueError("no form we know")
    apart = parts[9]
    known = zone if apart is None else timezone(timedelta(seconds=apart))
    return Told(at=datetime(*parts[:6], tzinfo=known), zoned=apart is not None)
