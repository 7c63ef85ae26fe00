"""Pure: a span of hours of every day, by the clock on the wall."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator

_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Hours:
    """From `begins` to before `ends`, whole minutes; over midnight if `ends` is the earlier one."""

    begins: time
    ends: time

    @classmethod
    def read(cls, text: str) -> Hours | None:
        """From "22:00-08:00"; None from "". Raises ValueError."""
        if not text.strip():
            return None
        begins, separator, ends = text.partition("-")
        if not separator:
            raise ValueError("it is no span of hours, such as 22:00-08:00")
        hours = cls(begins=time_of_day(begins), ends=time_of_day(ends))
        if hours.begins == hours.ends:
            raise ValueError("it begins and ends at the same time")
        return hours

    def hold(self, now: datetime, zone: ZoneInfo) -> bool:
        """Whether `now` lies in them."""
        wall = now.astimezone(zone).time()
        if self.begins < self.ends:
            return self.begins <= wall < self.ends
        return wall >= self.begins or wall < self.ends

    def over(self, now: datetime, zone: ZoneInfo) -> datetime:
        """The first moment from `now` on that lies outside them, to the minute.

        Walked in real minutes: on the night the clocks change, the wall shows an hour twice or
        never, and only real time goes through both without a fault.
        """
        moment = now
        while self.hold(moment, zone):
            moment = moment.astimezone(UTC).replace(second=0, microsecond=0) + _MINUTE
        return moment


def time_of_day(text: str) -> time:
    try:
        found = time.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"{text.strip()!r} is no time of day, such as 22:00") from None
    if found.second or found.microsecond:
        raise ValueError(f"{text.strip()!r} is no whole minute")
    if found.tzinfo is not None:
        raise ValueError(
            f"{text.strip()!r} names a time zone: brand.timezone is the one that holds"
        )
    return found


TimeOfDay = Annotated[
    time | None,
    BeforeValidator(lambda said: time_of_day(str(said)) if str(said or "").strip() else None),
]
"""A setting such as "03:30", whole minutes by the clock on the wall; "" is None."""
