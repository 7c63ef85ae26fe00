"""The pages of staffing that are no tab: a question to the coming week, and a channel that is to be
opened, or only to be listened to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from config.calendar import Calendar
from listener.normalize import clean
from responder.access import Visitor
from responder.approve import NotFound
from responder.bot import Bot
from responder.desk.pages import desk_of, query, render
from responder.desk.parameters import BLANK
from responder.desk.retold import retold
from responder.desk.rows import label_of
from responder.desk.signin import AdminSeat, Seat
from responder.desk.staffing import words
from responder.desk.toast import read_toast
from responder.desk.tongue import _, many, said
from responder.sentences import Refused
from responder.staffing.demand import on_roster
from responder.staffing.erlang import Line, people_for
from responder.staffing.fit import Asked, Fit
from responder.staffing.kept import forget
from responder.staffing.openings import Named, Unstaffed, latest, only_listen, open_channel
from responder.staffing.outlook import Outlook, fit_now, outlook
from responder.staffing.trial import played
from responder.staffing.volume import Source
from responder.staffing.what_if import Answer, Change, answer, ask, changed

router = APIRouter(include_in_schema=False)

_PLAYED: Final = 20_000  # a week; more takes longer to play through than a page may take

_Number = Annotated[Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)] | None, BLANK]
_More = Annotated[Annotated[float, Field(ge=0, le=_PLAYED, allow_inf_nan=False)] | None, BLANK]
_Minutes = Annotated[Annotated[float, Field(ge=0.25, le=1440)] | None, BLANK]
_Few = Annotated[Annotated[int, Field(ge=0, le=1000)] | None, BLANK]
_Language = Annotated[str, Field(max_length=16)]


class Questions(BaseModel):
    """What if: one channel more of so many mentions a week, so many people fewer, everything
    answered within so many minutes, so many minutes a reply. And of a telephone: calls an hour,
    minutes a call, seconds to be answered in, percent to be answered so soon."""

    model_config = ConfigDict(frozen=True)

    one_more: _Number = None
    fewer: _Few = None
    within: _Minutes = None
    minutes: _Minutes = None
    calls: _Number = None
    call_minutes: _Minutes = None
    seconds: _Number = None
    percent: Annotated[Annotated[float, Field(gt=0, lt=100)] | None, BLANK] = None

    @property
    def change(self) -> Change:
        return Change(
            one_more=self.one_more,
            fewer=self.fewer or 0,
            within=timedelta(minutes=self.within) if self.within else None,
            minutes=self.minutes,
        )


class Opening(BaseModel):
    """What an admin says of a channel. `hours` empty: those of the settings; `why`: the reason to
    open it although it does not fit."""

    hours: Annotated[str, Field(max_length=200)] = ""
    languages: Annotated[list[_Language], Field(max_length=20)] = []
    people: _Few = None
    weekly: _Number = None
    why: Annotated[str, Field(max_length=500)] = ""


@dataclass(frozen=True, kw_only=True)
class Typed:
    """A form as it stands, and why it was refused."""

    form: Opening = field(default_factory=Opening)
    refusal: str = ""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One figure, as it is and as it would be."""

    name: str
    now: str
    then: str
    changed: bool


@router.get("/trends/staffing/what-if")
def what_if_page(request: Request, seat: Seat, asked: Annotated[Questions, Query()]) -> Response:
    bot = desk_of(request).bot
    found = outlook(bot, bot.clock(), _channels(bot, seat))
    before, after = answer(found.careful), ask(found.careful, asked.change)
    tried = (_tried(bot, found, Change()), _tried(bot, found, asked.change))
    line, refusal = _line(asked)
    return render(
        request,
        "staffing_what_if.html",
        seat=seat,
        asked=asked,
        rows=_rows(before, after, tried),
        known=bool(before.hours),
        verdict=_verdict(after),
        told=_played(after, tried[1]),
        people=len(found.people),
        minutes=found.minutes,
        line=line,
        refusal=refusal,
        say=words,
    )


@router.get("/trends/staffing/channel/{name}")
def channel_page(request: Request, seat: Seat, name: str, done: str = "") -> Response:
    bot = desk_of(request).bot
    _require(bot, seat, name)
    found = outlook(bot, bot.clock(), frozenset(bot.channels))
    return _show(request, seat, found, fit_now(bot, found, name), done=done)


@router.post("/trends/staffing/channel/{name}/open")
def open_it(
    request: Request, seat: AdminSeat, name: str, form: Annotated[Opening, Form()]
) -> Response:
    bot = desk_of(request).bot
    _require(bot, seat, name)
    found = outlook(bot, bot.clock(), frozenset(bot.channels))
    try:
        asked = _asked(bot, name, form)
    except ValueError as error:
        fit = fit_now(bot, found, name)
        return _show(request, seat, found, fit, Typed(form=form, refusal=retold(str(error))))
    fit = fit_now(bot, found, name, asked, form.weekly)
    named = Named(
        hours=form.hours,
        languages=asked.languages,
        people=form.people,
        weekly=form.weekly,
    )
    try:
        open_channel(bot, fit, named, by=seat.name, why=clean(form.why))
    except Unstaffed as refused:
        return _show(request, seat, found, fit, Typed(form=form, refusal=said(refused)))
    forget(bot.database)
    return _go_on(name, "channel opened")


@router.post("/trends/staffing/channel/{name}/listen")
def listen_only(request: Request, seat: AdminSeat, name: str) -> Response:
    bot = desk_of(request).bot
    _require(bot, seat, name)
    only_listen(bot, name, by=seat.name)
    forget(bot.database)
    return _go_on(name, "channel shut")


def _show(
    request: Request,
    seat: Visitor,
    found: Outlook,
    fit: Fit,
    typed: Typed | None = None,
    *,
    done: str = "",
) -> Response:
    typed, name = typed or Typed(), fit.channel
    bot = desk_of(request).bot
    with bot.database.read() as session:
        row = latest(session, name)
    volume = found.volumes.get(name)
    return render(
        request,
        "staffing_channel.html",
        seat=seat,
        status=422 if typed.refusal else 200,
        name=name,
        label=label_of(bot, name),
        row=row,
        is_open=found.is_open(name),
        fit=fit,
        form=typed.form,
        refusal=typed.refusal,
        asks_volume=volume is None or volume.source is Source.EXPECTED,
        settled_hours=bot.channels[name].options.staffed_hours or bot.settings.brand.staffed_hours,
        languages=bot.settings.brand.languages,
        say=words,
        toast=read_toast(bot, done),
    )


def _asked(bot: Bot, name: str, form: Opening) -> Asked:
    """Raises ValueError for hours nobody can read."""
    settled = bot.calendar(name)
    hours = settled
    if form.hours.strip():
        zone, holidays = bot.settings.brand.timezone, settled.holidays
        hours = Calendar.read(zone=zone, hours=form.hours, holidays=holidays)
    known = [code for code in form.languages if code in bot.settings.brand.languages]
    return Asked(hours=hours, languages=tuple(known), people=form.people or 0)


def _require(bot: Bot, seat: Visitor, name: str) -> None:
    """Raises NotFound: another team's channel does not exist for them."""
    if name not in bot.channels or not seat.sees(name):
        raise NotFound("There is no such channel")


def _channels(bot: Bot, seat: Visitor) -> frozenset[str]:
    return frozenset(name for name in bot.channels if seat.sees(name))


def _go_on(name: str, done: str) -> Response:
    return RedirectResponse(
        query(f"/trends/staffing/channel/{name}", {"done": done}), status_code=303
    )


def _tried(bot: Bot, found: Outlook, change: Change) -> int:
    """The people on the roster it takes in a simulation."""
    plans = (changed(found.likely, change), changed(found.careful, change))
    trials = played(*plans, bot.settings.staffing.target_share)
    return on_roster(
        sum(one.found.people for _guess, one in trials), bot.settings.staffing.shrinkage
    )


def _rows(before: Answer, after: Answer, tried: tuple[int, int]) -> list[Row]:
    said_of = [
        (_("Mentions in a busy week"), [words.number(one.mentions) for one in (before, after)]),
        (_("People needed on the roster"), [words.number(one.needed) for one in (before, after)]),
        (_("People needed, played through"), [words.number(people) for people in tried]),
        (_("Hours of work"), [words.number(one.work, 1) for one in (before, after)]),
        (_("Hours people have"), [words.number(one.there, 1) for one in (before, after)]),
        (_("Load"), [words.percent(one.load) for one in (before, after)]),
        (
            _("People missing at the tightest time"),
            [words.number(max(0.0, one.short), 1) for one in (before, after)],
        ),
    ]
    return [
        Row(name=name, now=now, then=then, changed=now != then) for name, (now, then) in said_of
    ]


def _verdict(after: Answer) -> str:
    if after.load is None:
        return _("Nobody would be there whose hours are known.")
    if after.fits:
        return _("Those on the roster would keep every promise.")
    return _(
        "Those on the roster would not keep every promise: at the tightest time %(people)s more"
        " people are needed.",
        people=words.number(after.short, 1),
    )


def _played(after: Answer, people: int) -> str:
    """Where chance asks for more than the formula: it knows no two who write at once."""
    if people <= after.needed:
        return ""
    return many(
        "Played through at random it takes %(number)s person: the promise is short beside the time"
        " a reply takes.",
        "Played through at random it takes %(number)s people: the promise is short beside the time"
        " a reply takes.",
        people,
    )


def _line(asked: Questions) -> tuple[Line | None, str]:
    """The people a telephone takes, if one was asked about; and why there is no answer."""
    if asked.calls is None or asked.call_minutes is None:
        return None, ""
    handling = 60 * asked.call_minutes
    seconds = 20.0 if asked.seconds is None else asked.seconds
    try:
        found = people_for(
            asked.calls * handling / 3600,
            handling=handling,
            within=seconds,
            target=(asked.percent or 80.0) / 100,
        )
    except Refused as refused:
        return None, said(refused)
    return found, ""
