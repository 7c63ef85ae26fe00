"""Incidents at the desk: what goes wrong for many at once, who is told what about it, and which of
those who wait it concerns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from responder.access import Visitor
from responder.approve import NotFound
from responder.bot import Bot
from responder.desk import library_words
from responder.desk.pages import desk_of, query, render
from responder.desk.sight import against, in_sight, may_change, reaches
from responder.desk.signin import ApproverSeat, Seat
from responder.desk.tongue import _
from responder.incident_reach import Reach, reach_of
from responder.incidents import (
    NoSuchIncident,
    Opening,
    Unfit,
    close_incident,
    open_incident,
    running,
    sound_words,
)
from responder.models import Incident
from sentiment.topics import OTHER, TOPICS

router = APIRouter(include_in_schema=False)

_CLOSED_SHOWN = 20

Word = Annotated[str, Field(max_length=64)]
Id = Annotated[str, Path(pattern=r"^[0-9a-f]{28}$")]


class OpeningForm(BaseModel):
    """What somebody says when opening one. `words`: a cue a line. `language` and `statement` come
    in pairs, in the order of the page."""

    title: Annotated[str, Field(max_length=200)] = ""
    channel: Word = ""
    topics: Annotated[list[Word], Field(max_length=60)] = []
    words: Annotated[str, Field(max_length=10_000)] = ""
    language: Annotated[list[Word], Field(max_length=30)] = []
    statement: Annotated[list[Annotated[str, Field(max_length=4_000)]], Field(max_length=30)] = []

    @property
    def statements(self) -> Mapping[str, str]:
        pairs = zip(self.language, self.statement, strict=False)
        return {code: text.strip() for code, text in pairs if text.strip()}

    def opening(self) -> Opening:
        words = [line.strip() for line in self.words.splitlines() if line.strip()]
        return Opening(
            title=self.title,
            channel=self.channel,
            topics=self.topics,
            words=words,
            statements=self.statements,
        )


@dataclass(frozen=True, kw_only=True)
class Running:
    """An open incident, and what it reaches of what this visitor sees."""

    row: Incident
    reach: Reach
    may_close: bool


@dataclass(frozen=True, kw_only=True)
class Typed:
    """The form as it stands: empty, refused, or tried out (`reach`)."""

    form: OpeningForm = field(default_factory=OpeningForm)
    refusal: str = ""
    reach: Reach | None = None


@router.get("/library/incidents")
def incidents_page(request: Request, seat: Seat, done: str = "") -> Response:
    return _show(request, seat, Typed(), done=done)


@router.post("/library/incidents/preview")
def preview(request: Request, seat: ApproverSeat, form: Annotated[OpeningForm, Form()]) -> Response:
    """Which of those who wait it would concern. Nothing is kept."""
    bot = desk_of(request).bot
    try:
        require_known(bot, seat, form)
        with bot.database.read() as session:
            reach = reach_of(session, form.opening(), in_sight(seat))
    except Unfit as unfit:
        return _show(request, seat, Typed(form=form, refusal=_refused(unfit)), status=422)
    return _show(request, seat, Typed(form=form, reach=reach))


@router.post("/library/incidents")
def begin(request: Request, seat: ApproverSeat, form: Annotated[OpeningForm, Form()]) -> Response:
    bot = desk_of(request).bot
    try:
        require_known(bot, seat, form)
        open_incident(bot.database, form.opening(), by=seat.name, now=bot.clock())
    except Unfit as unfit:
        return _show(request, seat, Typed(form=form, refusal=_refused(unfit)), status=422)
    return _go_on("opened")


@router.post("/library/incidents/{incident_id}/close")
def close(request: Request, seat: ApproverSeat, incident_id: Id) -> Response:
    bot = desk_of(request).bot
    with bot.database.read() as session:
        row = session.get(Incident, incident_id)
    if row is None or not reaches(seat, row.channel):
        raise NotFound("There is no such incident")
    if not may_change(seat, row.channel):
        sentence = _("Not closed: it concerns channels you do not see.")
        return _show(request, seat, Typed(refusal=sentence), status=422)
    try:
        close_incident(bot.database, incident_id, by=seat.name, now=bot.clock())
    except NoSuchIncident as late:
        sentence = _("Not closed: %(why)s.", why=late)
        return _show(request, seat, Typed(refusal=sentence), status=409)
    return _go_on("closed")


def _show(
    request: Request, seat: Visitor, typed: Typed, *, done: str = "", status: int = 200
) -> Response:
    bot = desk_of(request).bot
    with bot.database.read() as session:
        open_ones = [
            Running(
                row=row, reach=_reach(session, seat, row), may_close=may_change(seat, row.channel)
            )
            for row in running(session)
            if reaches(seat, row.channel)
        ]
        closed = [row for row in _closed(session) if reaches(seat, row.channel)]
    return render(
        request,
        "library_incidents.html",
        seat=seat,
        status=status,
        running=open_ones,
        closed=closed,
        typed=typed,
        statements=typed.form.statements,
        known={name: one for name, one in bot.channels.items() if seat.sees(name)},
        labels={name: one.declaration.label for name, one in bot.channels.items()},
        everywhere=not seat.channels,
        topics=library_words.named((*TOPICS, OTHER)),
        languages=bot.settings.brand.languages,
        say=library_words,
        toast=library_words.toast(done),
    )


def _reach(session: Session, seat: Visitor, row: Incident) -> Reach:
    opening = Opening(
        title=row.title, channel=row.channel, topics=row.topics, words=sound_words(row)
    )
    try:
        return reach_of(session, opening, in_sight(seat))
    except Unfit:  # a row of former days, of which nothing can be looked for any more
        return Reach(count=0, examples=(), more=False)


def _closed(session: Session) -> list[Incident]:
    query = select(Incident).where(Incident.closed_at.is_not(None))
    return list(session.scalars(query.order_by(Incident.closed_at.desc()).limit(_CLOSED_SHOWN)))


def require_known(bot: Bot, seat: Visitor, form: OpeningForm) -> None:
    """Raises Unfit."""
    if why := against(bot, seat, form.channel):
        raise Unfit(why)
    if set(form.statements) - set(bot.settings.brand.languages):
        raise Unfit(_("the brand does not speak one of these languages"))


def _refused(unfit: Unfit) -> str:
    return _("Nothing was opened: %(why)s.", why=unfit)


def _go_on(done: str) -> Response:
    return RedirectResponse(query("/library/incidents", {"done": done}), status_code=303)
