"""What part of all that was said is looked at: a period, and what narrows it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo


class By(StrEnum):
    """What one point stands for. The values stand in URLs."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"  # from Monday on


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What is looked at: [start, end), aware; the rest narrows. "" is: all."""

    start: datetime
    end: datetime
    by: By
    zone: ZoneInfo
    channel: str = ""
    language: str = ""
    topic: str = ""
    phase: str = ""
    channels: frozenset[str] | None = None  # those the reader may see; None: every one

    def before(self) -> Scope:
        """The period of the same length just before."""
        start = self.start.astimezone(self.zone)
        length = self.end.astimezone(self.zone) - start
        return replace(self, start=start - length, end=start)
