"""Pure: opening hours as people write them, "Mon-Fri 09:00-18:00, Sat 10:00-14:00", as values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORT: Final = tuple(name[:3] for name in _DAYS)
_DAY: Final = 24 * 60
_ALWAYS: Final = ("", "24/7")
_ENTRY: Final = re.compile(r"([a-z]+)(?:\s*-\s*([a-z]+))?\s+(\d.*)", re.ASCII)
# A digit behind it is of another number: "18:0010:00" is a slip, not two times.
_SPAN: Final = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})(?!\d)", re.ASCII)


@dataclass(frozen=True, kw_only=True, order=True)
class Shift:
    """Minutes after the midnight its day begins with. One that goes over midnight `ends` after more
    than 1440 of them: it belongs to the day on which it begins."""

    begins: int
    ends: int


Week = tuple[tuple[Shift, ...], ...]
"""The shifts of each day, Monday first, in the order they begin."""

EVERY_HOUR: Final[Week] = ((Shift(begins=0, ends=_DAY),),) * 7


def read_week(text: str) -> Week:
    """The week `text` describes; "" and "24/7" mean every hour of it. Raises ValueError.

    An entry is a day or a range of days and one span or more: "Mon-Fri 09:00-13:00 14:00-18:00".
    Days are three letters or the whole English name. A span whose end is not later than its
    beginning goes over midnight.
    """
    if text.strip() in _ALWAYS:
        return EVERY_HOUR
    week: list[list[Shift]] = [[] for _ in _DAYS]
    for entry in text.replace("–", "-").casefold().split(","):
        days, shifts = _entry(entry.strip())
        for day in days:
            week[day] += shifts
    return tuple(tuple(sorted(shifts)) for shifts in week)


def _entry(entry: str) -> tuple[list[int], list[Shift]]:
    if not entry:
        raise ValueError("there is a comma with no day beside it: take it away")
    parts = _ENTRY.fullmatch(entry)
    if parts is None:
        raise ValueError(f"{entry!r} is no day with hours, such as Mon-Fri 09:00-18:00")
    first, last, spans = parts.groups()
    if _SPAN.sub("", spans).strip():
        raise ValueError(f"{spans!r} is no span of hours, such as 09:00-18:00")
    begin, end = _day(first), _day(last or first)
    number = (end - begin) % 7 + 1
    return [(begin + n) % 7 for n in range(number)], [_shift(m) for m in _SPAN.finditer(spans)]


def _day(name: str) -> int:
    for names in (_SHORT, _DAYS):
        if name in names:
            return names.index(name)
    raise ValueError(f"{name!r} is no day: Mon, Tue, Wed, Thu, Fri, Sat, Sun")


def _shift(span: re.Match[str]) -> Shift:
    from_hour, from_minute, to_hour, to_minute = (int(number) for number in span.groups())
    begins, ends = 60 * from_hour + from_minute, 60 * to_hour + to_minute
    if begins >= _DAY or ends > _DAY or max(from_minute, to_minute) > 59:
        raise ValueError(f"{span.group()!r} is no span of hours: a day goes from 00:00 to 24:00")
    if begins == ends:
        raise ValueError(f"{span.group()!r} is never open: it begins and ends at the same time")
    return Shift(begins=begins, ends=ends if ends > begins else ends + _DAY)
