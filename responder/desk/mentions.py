"""The screen behind the numbers: the mentions themselves, newest first, as a list and as CSV."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from listener.models import Mention, MentionStatus
from listener.normalize import clean
from listener.trends.cells import FacetKind
from listener.trends.scope import Scope, period
from listener.trends.steps import By, midnight
from responder.access import Visitor
from responder.bot import Bot
from responder.desk.choices import choices, named
from responder.desk.exported import note_export
from responder.desk.filter_bar import Chip
from responder.desk.filter_bar import Field as Choice
from responder.desk.pages import desk_of, problem, query, render
from responder.desk.parameters import BLANK
from responder.desk.rows import label_of, name_of
from responder.desk.signin import Seat
from responder.desk.spreadsheet import csv_answer
from responder.desk.tongue import N_, _, locale
from responder.desk.trends.bar import language_options, period_words
from responder.desk.trends.channels import channel_options
from responder.desk.trends.figures import figure_words
from responder.desk.trends.scope import NO_CHANNEL, NO_LIST, Wrong
from responder.desk.words import MARKS, date_and_time, mark_of
from responder.heard.listing import Found, every_mention, read_mentions
from responder.heard.wanted import Wanted
from responder.measures.listed import FIGURES, has_a_period, listed
from responder.paging import BadCursor
from responder.team.models import Role
from sentiment.phase import Phase
from sentiment.score import Sentiment

router = APIRouter(include_in_schema=False)

ROWS: Final = 50
CSV_ROWS: Final = 10_000

_Word = Annotated[str, Field(max_length=200), AfterValidator(clean)]
_Moment = Annotated[str, Field(max_length=40)]
_Facet = Annotated[str, Field(max_length=200, pattern=r"^((topic|rival|aspect):.+)?$")]
_STATUS: Final[Mapping[MentionStatus, str]] = {
    MentionStatus.NEW: N_("New"),
    MentionStatus.DRAFTED: N_("An answer is under way"),
    MentionStatus.ANSWERED: N_("Answered"),
    MentionStatus.ANSWERED_OUTSIDE: N_("Answered elsewhere"),
    MentionStatus.BY_HAND: N_("To be answered by hand"),
    MentionStatus.LISTEN_ONLY: N_("Needs no answer"),
    MentionStatus.IGNORED: N_("Left without an answer"),
    MentionStatus.GONE: N_("Gone from the network"),
}
_FACETS: Final[Mapping[FacetKind, str]] = {
    FacetKind.TOPIC: N_("Topic"),
    FacetKind.RIVAL: N_("Competitor"),
    FacetKind.ASPECT: N_("Aspect"),
}
_ACQUAINTED: Final = {"1": N_("Heard before"), "0": N_("For the first time")}
_USUAL: Final = timedelta(days=13)
"""Before the last day; with it they are the two weeks nobody asked for otherwise."""
_NO_PERIOD: Final = (
    *(422, N_("No such period")),
    N_("Write days such as 2026-03-01, the first one before the last."),
)
_HEAD: Final = (
    *("when", "author", "handle", "channel", "language", "sentiment", "score", "topics", "phase"),
    *("status", "text", "url", "id"),
)


class Asked(BaseModel):
    """What the address asks for; a field that was left empty asks for nothing."""

    model_config = ConfigDict(frozen=True)

    since: _Moment = Field(default="", alias="from")
    until: _Moment = Field(default="", alias="to")
    channel: _Word = ""
    language: _Word = ""
    topic: _Word = ""
    phase: Annotated[Phase | None, BLANK] = None
    sentiment: Annotated[Sentiment | None, BLANK] = None
    facet: _Facet = ""
    q: _Word = ""
    weekday: Annotated[Annotated[int, Field(ge=0, le=6)] | None, BLANK] = None
    hour: Annotated[Annotated[int, Field(ge=0, le=23)] | None, BLANK] = None
    acquainted: Literal["", "0", "1"] = ""
    ours: Literal["", "1"] = ""
    figure: _Word = ""

    @property
    def pairs(self) -> dict[str, str]:
        """What is asked for, as it stands in the address."""
        found = self.model_dump(mode="json", by_alias=True)
        return {name: str(value) for name, value in found.items() if value not in ("", None)}

    def without(self, *names: str) -> dict[str, str]:
        return {name: value for name, value in self.pairs.items() if name not in names}


Question = Annotated[Asked, Query()]


@router.get("/mentions")
def mentions_page(
    request: Request,
    seat: Seat,
    asked: Question,
    after: Annotated[str, Query(max_length=400)] = "",
) -> Response:
    bot = desk_of(request).bot
    now = bot.clock()
    try:
        wanted = wanted_of(bot, seat, asked, now)
        found = read_mentions(bot.database, wanted, now=now, limit=ROWS, after=after)
    except Wrong as wrong:
        return problem(request, wrong.status, _(wrong.title), _(wrong.sentence), seat=seat)
    except BadCursor:
        return RedirectResponse(query("/mentions", asked.pairs), status_code=303)
    return _page(request, seat, asked, wanted, found, after)


@router.get("/mentions.csv")
def mentions_csv(request: Request, seat: Seat, asked: Question) -> Response:
    """The same as a file. That somebody took it away is written down, and what it was held to; not
    the words they looked for."""
    bot = desk_of(request).bot
    now = bot.clock()
    try:
        wanted = wanted_of(bot, seat, asked, now)
    except Wrong as wrong:
        return problem(request, wrong.status, _(wrong.title), _(wrong.sentence), seat=seat)
    detail = ", ".join(sorted(asked.pairs)) or "everything"
    note_export(bot, seat, "mentions", detail=detail, now=now)
    every = every_mention(bot.database, wanted, now=now, at_most=CSV_ROWS)
    name = f"mentions-{now.astimezone(bot.zone):%Y-%m-%d}.csv"
    return csv_answer(name, _lines(bot, every))


def _page(
    request: Request, seat: Visitor, asked: Asked, wanted: Wanted, found: Found, after: str
) -> Response:
    bot = desk_of(request).bot
    fields = tuple(_fields(bot, seat, asked))
    return render(
        request,
        "mentions.html",
        seat=seat,
        asked=asked,
        days=len(asked.since) <= len("2026-03-01") and len(asked.until) <= len("2026-03-01"),
        wanted=wanted,
        period=period_words(_scope(wanted)) if has_a_period(asked.figure) else "",
        fields=fields,
        chips=tuple(_chips(bot, asked, fields)),
        found=found,
        searched=found.since and date_and_time(found.since, bot.zone),
        after=after,
        older=found.next and query("/mentions", asked.pairs | {"after": found.next}),
        newest=query("/mentions", asked.pairs),
        csv=query("/mentions.csv", asked.pairs),
        csv_rows=CSV_ROWS,
        any_day=query("/mentions", asked.without("from", "to")),
        standing=lambda mention: _(_STATUS[mention.status]),
        mark=lambda mention: mark_of(
            mention.sentiment, mention.sentiment_confidence, bot.settings.sentiment.sure_from
        ),
        named=named,
        name_of=name_of,
        label_of=lambda channel: label_of(bot, channel),
    )


def wanted_of(bot: Bot, seat: Visitor, asked: Asked, now: datetime) -> Wanted:
    """Raises Wrong. What was written in private is for those who answer it."""
    if asked.channel and not seat.sees(asked.channel):
        raise Wrong(*NO_CHANNEL)
    try:
        since, until = asked.since.replace(" ", "+"), asked.until.replace(" ", "+")
        start, end = period(since or None, until or None, zone=bot.zone, now=now)
        if not since:  # whole days: that is what people mean by the last two weeks
            start = midnight(end.astimezone(bot.zone).date() - _USUAL, bot.zone)
    except ValueError:
        raise Wrong(*_NO_PERIOD) from None
    if start >= end:
        raise Wrong(*_NO_PERIOD)
    wanted = Wanted(
        start=start,
        end=end,
        zone=bot.zone,
        channel=asked.channel,
        language=asked.language,
        topic=asked.topic,
        phase=asked.phase,
        sentiment=asked.sentiment,
        facet=asked.facet,
        ours=asked.ours == "1",
        q=asked.q.strip(),
        weekday=asked.weekday,
        hour=asked.hour,
        acquainted=asked.acquainted == "1" if asked.acquainted else None,
        channels=seat.channels or None,
        private=seat.may(Role.EDITOR),
    )
    return _of_figure(bot, wanted, asked.figure) if asked.figure else wanted


def _of_figure(bot: Bot, wanted: Wanted, figure: str) -> Wanted:
    """What a figure of the trends counts: what narrows the figure does not narrow the mentions
    once more."""
    if figure not in FIGURES:
        raise Wrong(*NO_LIST)
    only = listed(bot, _scope(wanted), figure)
    return replace(wanted, only=only, channel="", language="", topic="", phase=None)


def _scope(wanted: Wanted) -> Scope:
    return Scope(
        start=wanted.start,
        end=wanted.end,
        by=By.HOUR,
        zone=wanted.zone,
        channel=wanted.channel,
        language=wanted.language,
        topic=wanted.topic,
        phase=wanted.phase or "",
        channels=wanted.channels,
    )


def _fields(bot: Bot, seat: Visitor, asked: Asked) -> Iterator[Choice]:
    chosen = asked.pairs
    for name, label, options in (
        ("channel", _("Channel"), channel_options(bot, seat)),
        ("language", _("Language"), language_options(bot, asked.language)),
        ("sentiment", _("Mood"), [(one.value, _(mark.word)) for one, mark in MARKS.items()]),
        ("topic", _("Topic"), [(one.value, one.name) for one in choices()["topics"]]),
        ("phase", _("Phase"), [(one.value, named(one.value)) for one in Phase]),
    ):
        yield Choice(name=name, label=label, options=options, value=chosen.get(name, ""))


def _chips(bot: Bot, asked: Asked, fields: Sequence[Choice]) -> Iterator[Chip]:
    if asked.figure:
        url = query("/mentions", asked.without("figure"))
        yield Chip(text=figure_words(asked.figure), url=url)
    for name, label, value in _in_force(bot, asked, fields):
        text = _("%(filter)s: %(value)s", filter=label, value=value)
        yield Chip(text=text, url=query("/mentions", asked.without(name)))


def _in_force(bot: Bot, asked: Asked, fields: Sequence[Choice]) -> Iterator[tuple[str, str, str]]:
    yield from ((field.name, field.label, field.shown) for field in fields if field.value)
    if asked.facet:
        kind, _colon, value = asked.facet.partition(":")
        shown = named(value) if kind == FacetKind.TOPIC else value
        yield "facet", _(_FACETS[FacetKind(kind)]), shown
    if asked.weekday is not None:
        yield "weekday", _("Weekday"), locale().days["format"]["wide"][asked.weekday]
    if asked.hour is not None:
        yield "hour", _("Hour"), f"{asked.hour:02}:00"
    if asked.acquainted:
        yield "acquainted", _("Authors"), _(_ACQUAINTED[asked.acquainted])
    if asked.ours:
        yield "ours", _("Who"), bot.settings.brand.name
    if asked.q:
        yield "q", _("Words"), asked.q


def _lines(bot: Bot, every: Iterator[Mention]) -> Iterator[Sequence[object]]:
    yield _HEAD
    for one in every:
        yield (
            one.created_at.astimezone(bot.zone).isoformat(timespec="seconds"),
            name_of(one.author),
            one.author.handle if one.author else "",
            label_of(bot, one.channel),
            one.language,
            one.sentiment.value,
            round(one.sentiment_score, 3),
            ", ".join(one.topics),
            one.phase.value,
            one.status.value,
            one.text,
            one.url,
            one.id,
        )
