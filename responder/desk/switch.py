"""The kill switch at the desk: pause and resume, for admins, from the menu on every page."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from responder.desk.pages import desk_of, problem
from responder.desk.signin import AdminSeat, safe_next
from responder.desk.tongue import _
from responder.models import PauseLevel
from responder.pause import EVERYWHERE, lift_pause, set_pause

router = APIRouter(include_in_schema=False)

_Word = Annotated[str, Form(max_length=500)]


@router.post("/pause")
def pause(
    request: Request,
    seat: AdminSeat,
    channel: _Word = EVERYWHERE,
    level: Annotated[PauseLevel, Form()] = PauseLevel.SEND,
    next: _Word = "/",  # noqa: A002  # the URL's word
) -> Response:
    bot = desk_of(request).bot
    if channel != EVERYWHERE and not (channel in bot.channels and seat.sees(channel)):
        return problem(request, 404, _("No such channel"), _("Nothing was paused."), seat=seat)
    set_pause(bot.database, channel=channel, level=level, by=seat.name, now=bot.clock())
    return RedirectResponse(safe_next(next), status_code=303)


@router.post("/resume")
def resume(
    request: Request,
    seat: AdminSeat,
    channel: _Word = EVERYWHERE,
    next: _Word = "/",  # noqa: A002
) -> Response:
    """End a pause, or with no channel every pause, the one of the PAUSE file included."""
    bot = desk_of(request).bot
    if channel != EVERYWHERE and not seat.sees(channel):
        return problem(request, 404, _("No such channel"), _("Nothing was resumed."), seat=seat)
    lift_pause(bot.database, channel=channel, by=seat.name, now=bot.clock())
    if channel == EVERYWHERE:
        bot.pause_file.unlink(missing_ok=True)
    return RedirectResponse(safe_next(next), status_code=303)
