"""What the address of a trends page asks for, as the scope that is read."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from listener.normalize import clean
from listener.trends.scope import Scope
from listener.trends.steps import HOUR, By, start_of_hour
from responder.access import Visitor
from responder.bot import Bot
from responder.desk.parameters import BLANK
from responder.desk.tongue import N_
from responder.desk.trends.channels import known_channels
from responder.desk.trends.panel import Filter
from sentiment.phase import Phase
from sentiment.topics import OTHER, TOPICS


class Period(StrEnum):
    """A time that ends now. The values stand in URLs."""

    DAY = "24h"
    WEEK = "7"
    FORTNIGHT = "14"
    MONTH = "30"
    QUARTER = "90"
    YEAR = "365"


USUAL: Final = Period.FORTNIGHT
FINEST: Final = {
    By.HOUR: timedelta(days=8),
    By.DAY: timedelta(days=186),
    By.WEEK: timedelta(days=1_830),
}
"""How long a period may be for a point each: of more than 200 points a line is a smear."""
_AUTO: Final = ((timedelta(days=2, hours=1), By.HOUR), (timedelta(days=92), By.DAY))
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?|unknown")

_Word = Annotated[str, Field(max_length=64), AfterValidator(clean)]
_Day = Annotated[Annotated[date, Field(ge=date(2000, 1, 1), le=date(2100, 1, 1))] | None, BLANK]


class Wrong(Exception):
    """What the address asks for is not there, or makes no sense. The words are English, marked for
    translation."""

    def __init__(self, status: int, title: str, sentence: str) -> None:
        self.status, self.title, self.sentence = status, title, sentence
        super().__init__(sentence)


NO_LIST: Final = (
    *(404, N_("Not here")),
    N_("There is no such page, or it is no longer there."),
)
NO_CHANNEL: Final = (404, N_("No such channel"), N_("Choose one from the list."))
_NO_TOPIC: Final = (404, N_("No such topic"), N_("Choose one from the list."))
_NO_LANGUAGE: Final = (404, N_("No such language"), N_("Choose one from the list."))
_BACKWARDS: Final = (
    *(422, N_("No such period")),
    N_("The first day comes after the last one, or lies in the future."),
)
_TOO_LONG: Final = (422, N_("No such period"), N_("Five years are the most that can be shown."))


class Asked(BaseModel):
    """The filter bar as it stands in the address; a field that was left empty asks for nothing.
    Days win over a period, unless they stood there already when the period was chosen (`dated`)."""

    model_config = ConfigDict(frozen=True)

    period: Annotated[Period | None, BLANK] = None
    since: Annotated[_Day, Field(alias="from")] = None
    until: Annotated[_Day, Field(alias="to")] = None
    by: Annotated[By | None, BLANK] = None
    channel: _Word = ""
    language: _Word = ""
    topic: _Word = ""
    phase: Annotated[Phase | None, BLANK] = None
    compare: Literal["", "1"] = ""

    @model_validator(mode="before")
    @classmethod
    def _newest_wins(cls, told: Any) -> Any:
        """A form that showed days shows no period: who names one there has just chosen it."""
        if not isinstance(told, Mapping) or not told.get("dated"):
            return told
        gone = {"dated", "from", "to"} if told.get("period") else {"dated"}
        return {name: value for name, value in told.items() if name not in gone}

    @property
    def dated(self) -> bool:
        return self.since is not None or self.until is not None

    @property
    def lasting(self) -> Period:
        """The period where no days are named. By the hour, two weeks would be a smear."""
        return self.period or (Period.DAY if self.by is By.HOUR else USUAL)

    @property
    def pairs(self) -> dict[str, str]:
        """What is asked for, as it stands in the address."""
        found = self.model_dump(mode="json", by_alias=True)
        return {name: str(value) for name, value in found.items() if value}

    def held_to(self, honoured: Collection[Filter]) -> Asked:
        """The same without what a tab does not honour."""
        away = {one.value for one in Filter if one not in honoured}
        away |= {"from", "to"} if Filter.PERIOD in away else set()
        return Asked.model_validate(self.without(*away))

    def without(self, *names: str) -> dict[str, str]:
        return {name: value for name, value in self.pairs.items() if name not in names}


@dataclass(frozen=True, kw_only=True)
class Asking:
    """`coarser`: the steps are longer than asked for, since the period is too long for theirs."""

    scope: Scope
    coarser: bool = False


def read_scope(bot: Bot, seat: Visitor, asked: Asked, now: datetime) -> Asking:
    """Raises Wrong."""
    _check(bot, seat, asked)
    start, end = _dates(bot, asked, now) if asked.dated else _lasting(bot, asked.lasting, now)
    by = _steps(asked.by, end - start)
    scope = Scope(
        start=start,
        end=end,
        by=by,
        zone=bot.zone,
        channel=asked.channel,
        language=asked.language,
        topic=asked.topic,
        phase=asked.phase.value if asked.phase else "",
        channels=seat.channels or None,
    )
    return Asking(scope=scope, coarser=asked.by is not None and asked.by is not by)


def _check(bot: Bot, seat: Visitor, asked: Asked) -> None:
    if asked.channel and asked.channel not in known_channels(bot, seat):
        raise Wrong(*NO_CHANNEL)
    if asked.topic and asked.topic not in TOPICS and asked.topic != OTHER:
        raise Wrong(*_NO_TOPIC)
    if asked.language and not _LANGUAGE.fullmatch(asked.language):
        raise Wrong(*_NO_LANGUAGE)


def _lasting(bot: Bot, period: Period, now: datetime) -> tuple[datetime, datetime]:
    """Up to now, this hour and this day included so far. It ends with the hour: who looks twice
    within it sees the same period."""
    end = start_of_hour(now, bot.zone) + HOUR
    if period is Period.DAY:
        return (end - timedelta(hours=24)).astimezone(bot.zone), end.astimezone(bot.zone)
    first = now.astimezone(bot.zone).date() - timedelta(days=int(period) - 1)
    return _midnight(bot, first), end.astimezone(bot.zone)


def _dates(bot: Bot, asked: Asked, now: datetime) -> tuple[datetime, datetime]:
    """Whole days. Without a first one, the two weeks up to the last; without a last one, until
    today."""
    today = now.astimezone(bot.zone).date()
    last = min(asked.until or today, today)
    first = asked.since or last - timedelta(days=int(USUAL) - 1)
    if first > last:
        raise Wrong(*_BACKWARDS)
    if last - first > FINEST[By.WEEK]:
        raise Wrong(*_TOO_LONG)
    return _midnight(bot, first), _midnight(bot, last + timedelta(days=1))


def _midnight(bot: Bot, day: date) -> datetime:
    return datetime.combine(day, time.min, bot.zone)


def _steps(asked: By | None, length: timedelta) -> By:
    finest = next((by for by, longest in FINEST.items() if length <= longest), By.WEEK)
    if asked is None:
        return next((by for longest, by in _AUTO if length <= longest), By.WEEK)
    order = list(By)
    return max(asked, finest, key=order.index)
