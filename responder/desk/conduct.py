"""What colleagues do around one item: have it open, own it, put it off, write notes about it, hand
it up. None of it reaches the customer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from pydantic import BeforeValidator, Field

from responder.access import Visitor
from responder.approve import Conflict
from responder.bot import Bot
from responder.desk.claims import renew_claim
from responder.desk.deeds import Deed, Id, Short, following, go_on, item_of, refused
from responder.desk.pages import desk_of
from responder.desk.rest import Sleep, wakes_at
from responder.desk.retold import retold
from responder.desk.signin import ApproverSeat, EditorSeat
from responder.desk.tongue import _
from responder.handling.assign import assign
from responder.handling.escalate import escalate, settle_escalation
from responder.handling.notes import LONGEST, add_note
from responder.handling.snooze import snooze, wake
from responder.handling.takeover import take_over

router = APIRouter(include_in_schema=False)

_HERE: Final = "here"
Agents = Annotated[str, Field(pattern=r"^([0-9a-f]{28})?$")]
"""The id of an agent, or nobody."""


class Ownership(Deed):
    agent: Agents = ""


class Rest(Deed):
    how: Sleep = Sleep.HOUR
    at: Annotated[datetime | None, BeforeValidator(lambda value: value or None)] = None


class Remark(Deed):
    note: Annotated[str, Field(max_length=LONGEST)] = ""


class HandUp(Deed):
    reason: Short = ""
    agent: Agents = ""


@router.post("/item/{draft_id}/claim", status_code=204)
def claim(request: Request, seat: EditorSeat, draft_id: Id) -> Response:
    """The beat of an open page: "I am still on it"."""
    known = seat.agent_id and renew_claim(desk_of(request).bot, draft_id, agent_id=seat.agent_id)
    return Response(status_code=204 if known else 409)


@router.post("/item/{draft_id}/take-over")
def take(
    request: Request, seat: ApproverSeat, draft_id: Id, deed: Annotated[Deed, Form()]
) -> Response:
    """What a colleague has open becomes mine to decide. They are told, and keep their words."""

    def work(bot: Bot, _mention_id: str) -> None:
        take_over(bot, draft_id, agent_id=seat.agent_id or "", by=seat.name)

    return _done(request, seat, draft_id, deed, work, "taken over")


@router.post("/item/{draft_id}/assign")
def give(
    request: Request, seat: EditorSeat, draft_id: Id, deed: Annotated[Ownership, Form()]
) -> Response:
    """To a colleague, to oneself, or back to everybody."""

    def work(bot: Bot, mention_id: str) -> None:
        assign(bot, mention_id, to=deed.agent or None, by=seat.name)

    return _done(request, seat, draft_id, deed, work, "assigned" if deed.agent else "given back")


@router.post("/item/{draft_id}/snooze")
def put_off(
    request: Request, seat: EditorSeat, draft_id: Id, deed: Annotated[Rest, Form()]
) -> Response:
    """Not now: the next one, and for some moments the way back."""
    next_id = following(desk_of(request).bot, seat, deed.view, draft_id)

    def work(bot: Bot, mention_id: str) -> None:
        channel = item_of(request, seat, draft_id).mention.channel
        until = wakes_at(bot, deed.how, channel, deed.at)
        for_answer = deed.how is Sleep.ANSWER
        snooze(bot, mention_id, until=until, for_answer=for_answer, by=seat.name)

    return _done(request, seat, draft_id, deed, work, "snoozed", leads_to=next_id)


@router.post("/item/{draft_id}/wake")
def wake_up(
    request: Request, seat: EditorSeat, draft_id: Id, deed: Annotated[Deed, Form()]
) -> Response:
    def work(bot: Bot, mention_id: str) -> None:
        wake(bot, mention_id, by=seat.name)

    return _done(request, seat, draft_id, deed, work, "woken")


@router.post("/item/{draft_id}/note")
def note(
    request: Request, seat: EditorSeat, draft_id: Id, deed: Annotated[Remark, Form()]
) -> Response:
    """A word to colleagues."""

    def work(bot: Bot, mention_id: str) -> None:
        add_note(bot, mention_id, text=deed.note, by=seat.name)

    return _done(request, seat, draft_id, deed, work, "noted")


@router.post("/item/{draft_id}/escalate")
def hand_up(
    request: Request, seat: EditorSeat, draft_id: Id, deed: Annotated[HandUp, Form()]
) -> Response:
    """This takes somebody else, and here is why."""

    def work(bot: Bot, _mention_id: str) -> None:
        escalate(bot, draft_id, reason=deed.reason, to=deed.agent or None, by=seat.name)

    return _done(request, seat, draft_id, deed, work, "escalated")


@router.post("/item/{draft_id}/settled")
def end_hand_up(
    request: Request, seat: ApproverSeat, draft_id: Id, deed: Annotated[Deed, Form()]
) -> Response:
    """It takes nobody else any more."""

    def work(bot: Bot, _mention_id: str) -> None:
        settle_escalation(bot, draft_id, by=seat.name)

    return _done(request, seat, draft_id, deed, work, "settled")


def _done(
    request: Request,
    seat: Visitor,
    draft_id: str,
    deed: Deed,
    work: Callable[[Bot, str], None],
    done: str,
    *,
    leads_to: str | None = _HERE,
) -> Response:
    """Do it and show the item as it is then, or the one it `leads_to`; or say why it was not done.
    What leads elsewhere can be taken back from there."""
    mention_id = item_of(request, seat, draft_id).mention.id
    try:
        work(desk_of(request).bot, mention_id)
    except Conflict as conflict:
        told = _("Not done: %(why)s.", why=retold(str(conflict)))
        return refused(request, seat, draft_id, deed, told)
    if leads_to == _HERE:
        return go_on(deed.view, draft_id, {"done": done})
    return go_on(deed.view, leads_to, {"done": done, "reply": draft_id})
