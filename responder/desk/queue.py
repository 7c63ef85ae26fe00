"""The screen with a list, nothing open yet; the list alone, for the live desk; the next free one;
the views people keep, and judging what left without a human."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from listener.models import Cursor, Mention
from responder.access import Visitor
from responder.approve import Conflict, NotFound
from responder.automatic.models import Judgement, Review
from responder.automatic.reviews import judge
from responder.bot import Bot
from responder.desk.bulk import outcome_toast
from responder.desk.listing import Listing, TheListing, read_value
from responder.desk.pages import desk_of, query, render
from responder.desk.rows import next_free, read_queue
from responder.desk.signin import ApproverSeat, Seat
from responder.desk.toast import Toast, read_toast
from responder.desk.tongue import N_, _
from responder.desk.words import ago
from responder.handling.views import delete_view, save_view
from responder.team.models import Agent

router = APIRouter(include_in_schema=False)

_Id = Annotated[str, Path(pattern=r"^[0-9a-f]{28}$")]
_Key = Annotated[str, Form(pattern=r"^[0-9a-f]{28}$")]
_Value = Annotated[str, Form(max_length=2000)]
_Name = Annotated[str, Form(max_length=200)]

_SAID: Final[Mapping[str, str]] = {
    "kept": N_("Kept: it stands beside the lists."),
    "not kept": N_("Not kept: a name has 1 to 64 letters, and 20 views are the most."),
    "forgotten": N_("Deleted. The drafts are where they were."),
    "good": N_("Noted: it was right to leave."),
    "bad": N_("Noted: it should not have left."),
    "bad, back": N_("Noted: it should not have left. Its rule sends nothing for a week."),
    "judged": N_("Somebody judged it before you."),
    "none free": N_("Nothing is free: colleagues have the rest open."),
}


@dataclass(frozen=True, kw_only=True)
class Ear:
    """How listening to one channel goes, for the first page anybody sees."""

    label: str
    state: str
    trouble: str = ""


@dataclass(frozen=True, kw_only=True)
class FirstRun:
    """What is set up before the first mention was heard."""

    ears: tuple[Ear, ...]
    hours: bool  # somebody said when people are there
    colleagues: bool


@router.get("/")
def queue_page(
    request: Request, seat: Seat, listing: TheListing, done: str = "", reply: str = ""
) -> Response:
    bot = desk_of(request).bot
    queue = read_queue(bot, listing, seat)
    return render(
        request,
        "queue.html",
        seat=seat,
        queue=queue,
        open_id=None,
        first_run=None if queue.rows else _first_run(bot, seat),
        toast=_toast(bot, done, reply),
    )


@router.get("/queue")
def queue_part(
    request: Request,
    seat: Seat,
    listing: TheListing,
    open: str = "",  # noqa: A002
) -> Response:
    """The list and its counts alone: what the live desk asks for again and again."""
    queue = read_queue(desk_of(request).bot, listing, seat)
    return render(request, "parts/queue.html", seat=seat, queue=queue, open_id=open or None)


@router.get("/next")
def play(request: Request, seat: Seat, listing: TheListing) -> Response:
    """The next one that is free, of this list."""
    found = next_free(read_queue(desk_of(request).bot, listing, seat))
    if found is None:
        return _back(listing, "none free")
    return RedirectResponse(listing.at(f"/item/{found}"), status_code=303)


@router.post("/views")
def keep_view(request: Request, seat: Seat, view: _Value = "", name: _Name = "") -> Response:
    """Keep the filters of a list under a name."""
    listing = read_value(view).behind("")
    if seat.agent_id is None:
        return _back(listing, "not kept")
    try:
        bot = desk_of(request).bot
        save_view(bot, agent_id=seat.agent_id, name=name, query=listing.value)
    except Conflict:
        return _back(listing, "not kept")
    return _back(listing, "kept")


@router.post("/views/delete")
def forget_view(request: Request, seat: Seat, saved: _Key, view: _Value = "") -> Response:
    delete_view(desk_of(request).bot, saved, agent_id=seat.agent_id or "")
    return _back(read_value(view), "forgotten")


@router.post("/reply/{reply_id}/judge")
def judge_reply(
    request: Request,
    seat: ApproverSeat,
    reply_id: _Id,
    verdict: Annotated[Judgement, Form()],
    view: _Value = "",
) -> Response:
    """Say whether a reply was right to leave without a human."""
    bot = desk_of(request).bot
    with bot.database.read() as session:
        review_id = session.scalar(select(Review.id).where(Review.reply_id == reply_id))
    if review_id is None:
        raise NotFound("There is nothing to judge")
    try:
        judged = judge(bot, review_id, verdict=verdict, by=seat.name)
    except Conflict:
        return _back(read_value(view), "judged")
    said = f"{verdict.value}, back" if judged.back_to_shadow else verdict.value
    return _back(read_value(view), said)


def _back(listing: Listing, done: str) -> Response:
    return RedirectResponse(query("/", [*listing.pairs(), ("done", done)]), status_code=303)


def _toast(bot: Bot, done: str, reply: str) -> Toast | None:
    if done in _SAID:
        return Toast(text=_(_SAID[done]))
    return read_toast(bot, done, reply) or outcome_toast(done)


def _first_run(bot: Bot, seat: Visitor) -> FirstRun | None:
    """What is still to be set up; None once anything was heard."""
    now = bot.clock()
    with bot.database.read() as session:
        if session.scalar(select(Mention.id).limit(1)) is not None:
            return None
        cursors = list(session.scalars(select(Cursor)))
        hours, colleagues = _team(session)
    ears = tuple(
        _ear(channel.declaration.label, [c for c in cursors if c.channel == name], now)
        for name, channel in bot.channels.items()
        if seat.sees(name)
    )
    staffed = bool(bot.settings.brand.staffed_hours) or hours
    return FirstRun(ears=ears, hours=staffed, colleagues=colleagues)


def _team(session: Session) -> tuple[bool, bool]:
    """Whether anybody's hours are known, and whether there is more than one person."""
    there = Agent.disabled_at.is_(None)
    number = session.scalar(select(func.count()).select_from(Agent).where(there)) or 0
    hours = session.scalar(select(Agent.id).where(there, Agent.hours != "").limit(1))
    return hours is not None, number > 1


def _ear(label: str, cursors: list[Cursor], now: datetime) -> Ear:
    trouble = next((cursor.last_error for cursor in cursors if cursor.last_error), "")
    looked = max((c.fetched_at for c in cursors if c.fetched_at), default=None)
    if looked is None:
        return Ear(label=label, state=_("has not been reached yet"), trouble=trouble)
    return Ear(label=label, state=_("last looked %(when)s", when=ago(looked, now)), trouble=trouble)
