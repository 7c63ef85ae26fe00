"""When people are there to answer, as settings: the brand's own hours, and those of a channel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, BaseModel

from config.calendar import Calendar


def _hours(value: str) -> str:
    Calendar.read(hours=value)
    return value


def _holidays(value: str) -> str:
    Calendar.read(holidays=value)
    return value


StaffedHours = Annotated[str, AfterValidator(_hours)]
"""Such as "Mon-Fri 09:00-18:00, Sat 10:00-14:00"; "24/7" is around the clock."""

Holidays = Annotated[str, AfterValidator(_holidays)]
"""Whose public holidays are kept: "IT", "DE-BY"; "none" for nobody's."""


class StaffedOptions(BaseModel):
    """What a channel may say about its people; where it says nothing, the brand's settings hold."""

    staffed_hours: StaffedHours = ""
    holidays: Holidays = ""


@dataclass(frozen=True, kw_only=True)
class Staffing:
    """The brand's hours. Without any, somebody is always there."""

    zone: str = "UTC"
    hours: str = ""
    holidays: str = ""

    def calendar(self, channel: StaffedOptions | None = None) -> Calendar:
        """Of a channel; None: of one that is not configured any more."""
        return Calendar.read(
            zone=self.zone,
            hours=(channel and channel.staffed_hours) or self.hours,
            holidays=(channel and channel.holidays) or self.holidays,
        )
