"""The people a forecast takes, beside those on the roster: for the command `forecast`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from responder.bot import Bot
from responder.staffing.outlook import outlook
from responder.staffing.what_if import Answer, Hourly, answer

NO_ROSTER = "nobody's hours are known, so nobody can tell who is there: settle them in Team"


@dataclass(frozen=True, kw_only=True)
class People:
    """As the desk counts them: for what four of five hours stay under. Without hours there is
    nothing to plan for: the channel is only heard, or too little of it is known."""

    found: Answer

    @property
    def roster_known(self) -> bool:
        return self.found.load is not None

    def told(self) -> str:
        """The line under the table."""
        if not self.found.hours:
            return "People needed: not to be told; the channel only listens, or is not known enough"
        need = f"People needed: {self.found.needed} on the roster whenever it is staffed"
        if not self.roster_known:
            return f"{need}; {NO_ROSTER}"
        return f"{need}; {self._missing()}"

    def _missing(self) -> str:
        if self.found.fits:
            return "those who are there are enough"
        return f"{self.found.short:.1f} more than are there"

    def by_day(self, zone: ZoneInfo) -> Mapping[date, str]:
        """Of each day its tightest hour: needed, and there."""
        days: dict[date, list[Hourly]] = {}
        for hour in self.found.hours:
            days.setdefault(hour.start.astimezone(zone).date(), []).append(hour)
        return {day: self._tightest(hours) for day, hours in days.items()}

    def _tightest(self, hours: Iterable[Hourly]) -> str:
        if not self.roster_known:
            return f"{max(hour.needed for hour in hours)} / ?"
        worst = max(hours, key=lambda hour: (hour.needed - hour.there, hour.needed))
        return f"{worst.needed} / {worst.there:.1f}"

    def as_json(self) -> dict[str, Any]:
        known = self.roster_known
        return {
            "needed": self.found.needed,
            "there": round(self._usually_there(), 2) if known else None,
            "short": round(max(self.found.short, 0.0), 2) if known else None,
            "hours": [
                {
                    "start": _moment(hour.start),
                    "needed": hour.needed,
                    "there": round(hour.there, 2) if known else None,
                }
                for hour in self.found.hours
            ],
        }

    def _usually_there(self) -> float:
        """On average of the hours that take somebody."""
        there = [hour.there for hour in self.found.hours if hour.needed]
        return sum(there) / len(there) if there else 0.0


def people_needed(bot: Bot, channel: str | None, now: datetime, days: int) -> People:
    """Of one channel, or of all that are answered."""
    names = bot.channels if channel is None else [channel]
    return People(found=answer(outlook(bot, now, names, days).careful))


def _moment(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
