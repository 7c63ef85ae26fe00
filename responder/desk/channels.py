"""The screen that tells how listening goes: streams, gaps, and what could not be read."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from listener.budget import usd
from listener.health import channel_health
from responder.desk.pages import desk_of, render
from responder.desk.signin import Seat
from responder.readiness import conditions

router = APIRouter(include_in_schema=False)


@router.get("/channels")
def channels(request: Request, seat: Seat) -> Response:
    bot = desk_of(request).bot
    found = conditions(bot, desk_of(request).pulse, bot.clock())
    healths = [channel_health(bot.database, name) for name in bot.channels if seat.sees(name)]
    return render(
        request,
        "channels.html",
        seat=seat,
        healths=healths,
        known=bot.channels,
        found=found,
        usd=usd,
    )
