"""The screen with the queue, nothing open yet; and the queue alone, for the live desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select

from listener.models import Cursor, Mention
from responder.bot import Bot
from responder.desk.pages import desk_of, render
from responder.desk.rows import View, read_queue
from responder.desk.signin import Seat
from responder.desk.toast import read_toast
from responder.desk.words import ago

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, kw_only=True)
class Ear:
    """How listening to one channel goes, for the first page anybody sees."""

    label: str
    state: str
    trouble: str = ""


@router.get("/")
def queue_page(
    request: Request, seat: Seat, view: View = View.APPROVE, done: str = "", reply: str = ""
) -> Response:
    bot = desk_of(request).bot
    queue = read_queue(bot, view, agent_id=seat.agent_id)
    return render(
        request,
        "queue.html",
        seat=seat,
        queue=queue,
        open_id=None,
        ears=() if queue.rows or _heard_anything(bot) else _ears(bot),
        toast=read_toast(bot, done, reply),
    )


@router.get("/queue")
def queue_part(
    request: Request,
    seat: Seat,
    view: View = View.APPROVE,
    open: str = "",  # noqa: A002
) -> Response:
    """The list and its counts alone: what the live desk asks for again and again."""
    queue = read_queue(desk_of(request).bot, view, agent_id=seat.agent_id)
    return render(request, "parts/queue.html", seat=seat, queue=queue, open_id=open or None)


def _heard_anything(bot: Bot) -> bool:
    with bot.database.read() as session:
        return session.scalar(select(Mention.id).limit(1)) is not None


def _ears(bot: Bot) -> tuple[Ear, ...]:
    now = bot.clock()
    with bot.database.read() as session:
        cursors = session.scalars(select(Cursor)).all()
    return tuple(
        _ear(channel.declaration.label, [c for c in cursors if c.channel == name], now)
        for name, channel in bot.channels.items()
    )


def _ear(label: str, cursors: list[Cursor], now: datetime) -> Ear:
    trouble = next((cursor.last_error for cursor in cursors if cursor.last_error), "")
    looked = max((c.fetched_at for c in cursors if c.fetched_at), default=None)
    state = f"last looked {ago(looked, now)}" if looked else "has not been reached yet"
    return Ear(label=label, state=state, trouble=trouble)
