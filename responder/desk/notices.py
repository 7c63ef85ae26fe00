"""What colleagues told this agent: the page of notices, and how many are new, for the top line."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from responder.access import Visitor
from responder.bot import Bot
from responder.desk.pages import desk_of, render
from responder.desk.rows import label_of, name_of
from responder.desk.signin import Seat
from responder.handling.notes import Told, notices

router = APIRouter(include_in_schema=False)


@router.get("/notices")
def notices_page(request: Request, seat: Seat) -> Response:
    """Notes that name this agent, the newest first. Opening an item marks its notes as seen."""
    bot = desk_of(request).bot
    told = _told(bot, seat)
    names = {one.mention.id: name_of(one.mention.author) for one in told}
    labels = {one.mention.channel: label_of(bot, one.mention.channel) for one in told}
    return render(request, "notices.html", seat=seat, told=told, names=names, labels=labels)


@router.get("/notices/count")
def notices_count(request: Request, seat: Seat) -> Response:
    """The part of the top line that leads there."""
    return render(request, "parts/bell.html", seat=seat)


def _told(bot: Bot, seat: Visitor) -> list[Told]:
    if seat.agent_id is None:
        return []
    with bot.database.read() as session:
        return notices(session, seat.agent_id, seat.channels)
