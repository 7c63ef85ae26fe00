"""The trends for programs, below /api/v1/trends: the numbers of the dashboard, as JSON or CSV."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Final, TypedDict

from fastapi import APIRouter, Depends, Header, Query
from fastapi.responses import Response
from pydantic import BaseModel, BeforeValidator, Field

from listener.trends.breakdown import Mood, Part, breakdown, moods
from listener.trends.cells import FacetKind
from listener.trends.scope import Scope, checked, period
from listener.trends.steps import By
from listener.trends.volume import volume_of
from responder.desk.bearer import READS, TheBot
from responder.desk.parameters import BLANK, Moment, Word
from responder.desk.problem import Problem
from responder.desk.spreadsheet import csv_answer
from sentiment.phase import Phase


class Format(StrEnum):
    JSON = "json"
    CSV = "csv"


class BucketView(BaseModel):
    """`start` is the beginning of an hour, day or week of the brand's zone, with its offset."""

    start: datetime
    channel: str
    mentions: int
    negative: int
    neutral: int
    positive: int
    unknown: int


class VolumeView(BaseModel):
    """Mentions created in [from, to)."""

    since: Annotated[datetime, Field(alias="from")]
    until: Annotated[datetime, Field(alias="to")]
    by: By
    series: list[BucketView]


class MoodView(BaseModel):
    """How one hour, day or week felt. `index`: the mean sentiment score of those that were judged
    (`mentions` without `unknown`), -1 to 1; `low` to `high`: where it lies with 95 % confidence.
    Null where it cannot be said: of none, or of one."""

    start: datetime
    mentions: int
    negative: int
    neutral: int
    positive: int
    unknown: int
    index: float | None
    low: float | None
    high: float | None


class SentimentView(BaseModel):
    """Mentions created in [from, to), over all channels that were asked for."""

    since: Annotated[datetime, Field(alias="from")]
    until: Annotated[datetime, Field(alias="to")]
    by: By
    series: list[MoodView]


class PartView(BaseModel):
    """`share`: of all mentions of the period, 0 to 1; a mention may be about several topics.
    `before`: mentions in the period of the same length just before."""

    name: str
    mentions: int
    share: float
    negative: int
    neutral: int
    positive: int
    unknown: int
    before: int


class PartsView(BaseModel):
    """Mentions created in [from, to), the most frequent part first. `mentions`: all of them."""

    since: Annotated[datetime, Field(alias="from")]
    until: Annotated[datetime, Field(alias="to")]
    mentions: int
    items: list[PartView]


_Since = Annotated[Moment, Query(alias="from", description="A moment or a date. Empty: 14 days")]
_Until = Annotated[Moment, Query(alias="to", description="A date is included. Empty: now")]
_By = Annotated[By, BeforeValidator(lambda value: value or By.DAY)]
_Format = Annotated[
    Format | None, BLANK, Query(description="Without it the header Accept decides; else JSON")
]
_Accept = Annotated[str, Header(include_in_schema=False)]


class Narrow(TypedDict):
    """What a period is narrowed to, as a Scope has it: "" is all."""

    channel: str
    language: str
    topic: str
    phase: str


def narrowed(
    channel: Word = None,
    language: Word = None,
    topic: Word = None,
    phase: Annotated[Phase | None, BLANK] = None,
) -> Narrow:
    return Narrow(
        channel=channel or "",
        language=language or "",
        topic=topic or "",
        phase=phase.value if phase else "",
    )


def asked_scope(
    bot: TheBot,
    narrow: Annotated[Narrow, Depends(narrowed)],
    since: _Since = None,
    until: _Until = None,
    by: _By = By.DAY,
) -> Scope:
    """What is asked for. Raises Problem."""
    try:
        start, end = period(_plus(since), _plus(until), zone=bot.zone, now=bot.clock())
        return checked(Scope(start=start, end=end, by=by, zone=bot.zone, **narrow))
    except ValueError as error:
        raise Problem(422, str(error)) from None


def wants_csv(format: _Format = None, accept: _Accept = "") -> bool:  # noqa: A002  # its name outside
    """By `format`, or by the header where it names CSV first."""
    if format is not None:
        return format is Format.CSV
    return accept.lower().lstrip().startswith("text/csv")


TheScope = Annotated[Scope, Depends(asked_scope)]
AsCsv = Annotated[bool, Depends(wants_csv)]
_TABLE: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string"}}}}
}
router = APIRouter(prefix="/trends", dependencies=READS, responses=_TABLE)


@router.get("/volume", response_model=VolumeView)
def told_volume(bot: TheBot, scope: TheScope, as_csv: AsCsv) -> Any:
    """How much was said, and how it felt, by channel. `from` and `to` are moments or dates (the
    last one included); without them, the last 14 days. By hour 45 days at most, by day 400."""
    rows = [asdict(one) for one in volume_of(bot.database, scope)]
    if as_csv:
        return _csv("volume", BucketView, rows)
    return _period(scope) | {"by": scope.by, "series": rows}


@router.get("/sentiment", response_model=SentimentView)
def told_sentiment(bot: TheBot, scope: TheScope, as_csv: AsCsv) -> Any:
    """How it felt, step by step: shares and index, with its uncertainty."""
    with bot.database.read() as session:
        rows = [_mood(start, mood) for start, mood in moods(session, scope)]
    if as_csv:
        return _csv("sentiment", MoodView, rows)
    return _period(scope) | {"by": scope.by, "series": rows}


@router.get("/topics", response_model=PartsView)
def told_topics(bot: TheBot, scope: TheScope, as_csv: AsCsv) -> Any:
    """What it was about. A mention of two topics counts in both."""
    return _parts(bot, scope, "facet", as_csv=as_csv)


@router.get("/languages", response_model=PartsView)
def told_languages(bot: TheBot, scope: TheScope, as_csv: AsCsv) -> Any:
    """In which languages it was said."""
    return _parts(bot, scope, "language", as_csv=as_csv)


@router.get("/phases", response_model=PartsView)
def told_phases(bot: TheBot, scope: TheScope, as_csv: AsCsv) -> Any:
    """Where in the customer's life cycle."""
    return _parts(bot, scope, "phase", as_csv=as_csv)


def _parts(bot: TheBot, scope: Scope, dimension: str, *, as_csv: bool) -> Any:
    name = "topics" if dimension == "facet" else f"{dimension}s"
    kind = FacetKind.TOPIC if dimension == "facet" else None
    with bot.database.read() as session:
        found = breakdown(session, scope, dimension, kind=kind)
    rows = [_part(one) for one in found.parts]
    if as_csv:
        return _csv(name, PartView, rows)
    return _period(scope) | {"mentions": found.mentions, "items": rows}


def _period(scope: Scope) -> dict[str, Any]:
    return {
        "from": scope.start.astimezone(scope.zone),
        "to": scope.end.astimezone(scope.zone),
    }


def _mood(start: datetime, mood: Mood) -> dict[str, Any]:
    counts = {name: getattr(mood, name) for name in _MOODS}
    return {"start": start, "mentions": mood.mentions, "index": mood.index, "low": mood.low,
            "high": mood.high} | counts  # fmt: skip


def _part(part: Part) -> dict[str, Any]:
    counts = {name: getattr(part.mood, name) for name in _MOODS}
    return {"name": part.name, "mentions": part.mentions, "share": part.share,
            "before": part.before} | counts  # fmt: skip


_MOODS: Final = ("negative", "neutral", "positive", "unknown")


def _csv(name: str, view: type[BaseModel], rows: Iterable[dict[str, Any]]) -> Response:
    columns: Sequence[str] = tuple(view.model_fields)
    table = ([_cell(row[column]) for column in columns] for row in rows)
    return csv_answer(f"{name}.csv", (columns, *table))


def _cell(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def _plus(moment: str | None) -> str | None:
    """In a query, "+" means a space: the offset of 2026-03-01T09:00+01:00 arrives without it."""
    return moment.replace(" ", "+") if moment and "T" in moment else moment
