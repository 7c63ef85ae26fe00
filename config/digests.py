"""The settings of digests: what went on, told to people by mail or chat, by the day or the week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from config.hours import time_of_day

_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, kw_only=True)
class When:
    """A time of day, and the day of the week; None: every day."""

    at: time
    weekday: int | None

    @classmethod
    def read(cls, text: str) -> When:
        """From "08:00" or "Mon 08:00". Raises ValueError."""
        day, separator, hour = text.strip().rpartition(" ")
        if separator and day.strip().lower() not in _WEEKDAYS:
            raise ValueError(f"{day.strip()!r} is no day of the week, such as Mon")
        return cls(
            at=time_of_day(hour),
            weekday=_WEEKDAYS.index(day.strip().lower()) if separator else None,
        )


def _when(value: str) -> str:
    When.read(value)
    return value


class DigestSettings(BaseModel):
    """`when`: "08:00" tells the day before, "Mon 08:00" the seven days before. `urls`: none: those
    of the alerts. `channels`: none: all. `examples`: public posts are quoted, without what
    identifies a person. `pdf`: the report goes along as a file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    when: Annotated[str, AfterValidator(_when)]
    language: Literal["it", "en", "fr", "de", "es", "pl", "el"] = "en"
    urls: Annotated[tuple[str, ...], Field(repr=False)] = ()
    channels: tuple[str, ...] = ()
    examples: bool = True
    pdf: bool = False
