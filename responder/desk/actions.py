"""The item, and what is decided about it. Plain forms: each deed answers with a redirect, or with
the same page, saying what did not happen and keeping the words that were typed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from responder import approve as decisions
from responder.approve import Blocked, Conflict
from responder.desk.around import seen
from responder.desk.claims import open_claim
from responder.desk.deeds import (
    REASONS,
    Decision,
    Deed,
    Id,
    Refusal,
    draft_of,
    following,
    go_on,
    held,
    item_of,
    refused,
    show,
    wants_answer,
)
from responder.desk.listing import Listing, TheListing
from responder.desk.pages import AHEAD, PEEK, desk_of, render
from responder.desk.retold import retold
from responder.desk.signin import ApproverSeat, EditorSeat, Seat
from responder.desk.toast import read_toast
from responder.desk.tongue import _
from responder.handling.lists import View
from responder.handling.second_looks import OneMoreYes
from responder.team.models import Role

router = APIRouter(include_in_schema=False)


@router.get("/item/{draft_id}")
def item_page(
    request: Request,
    seat: Seat,
    draft_id: Id,
    listing: TheListing,
    done: str = "",
    reply: str = "",
) -> Response:
    bot = desk_of(request).bot
    if AHEAD in request.headers:
        toast = read_toast(bot, done, reply)
        return render(request, "parts/told.html", seat=seat, toast=toast, queue={"view": listing})
    if PEEK in request.headers:
        return show(request, seat, draft_id, listing)
    editor = seat.agent_id if seat.may(Role.EDITOR) else None
    if editor and open_claim(bot, draft_id, agent_id=editor):
        desk_of(request).hub.look_now()
    if seat.agent_id:
        seen(bot, draft_id, agent_id=seat.agent_id)
    return show(request, seat, draft_id, listing, toast=read_toast(bot, done, reply))


@router.get("/item/{draft_id}/notice")
def notice(
    request: Request, seat: Seat, draft_id: Id, version: int = 0, stage: str = ""
) -> Response:
    """What changed about an open item since the page of that `version` and `stage`."""
    item = item_of(request, seat, draft_id)
    template = "parts/notice.html"
    return render(request, template, seat=seat, item=item, version=version, stage=stage)


@router.post("/item/{draft_id}/approve")
def approve(
    request: Request, seat: ApproverSeat, draft_id: Id, deed: Annotated[Decision, Form()]
) -> Response:
    if answer := held(request, seat, draft_id, deed):
        return answer
    bot, confirm = desk_of(request).bot, frozenset(deed.confirm)
    led = AHEAD in request.headers  # the next one is open already
    next_id = draft_id if led else following(bot, seat, deed.view, draft_id)
    try:
        approved = decisions.approve(
            bot, draft_id, version=deed.version, by=seat.name, text=deed.text, confirm=confirm
        )
    except Blocked as blocked:
        told = _("Not sent. %(why)s.", why=retold(str(blocked)))
        refusal = Refusal(status=422, sentence=told, words=deed.text)
        return show(request, seat, draft_id, deed.view, refusal=refusal, confirmed=confirm)
    except Conflict as conflict:
        told = _("Not sent: %(why)s.", why=retold(str(conflict)))
        return refused(request, seat, draft_id, deed, told)
    except OneMoreYes as waits:
        return go_on(deed.view, next_id, {"done": f"first yes {waits.wanted.value}"})
    return go_on(deed.view, next_id, {"done": "approved", "reply": approved.reply_id})


@router.post("/item/{draft_id}/edit")
def edit(
    request: Request, seat: EditorSeat, draft_id: Id, deed: Annotated[Decision, Form()]
) -> Response:
    if answer := held(request, seat, draft_id, deed):
        return answer
    bot = desk_of(request).bot
    try:
        decisions.edit(bot, draft_id, version=deed.version, text=deed.text, by=seat.name)
    except Conflict as conflict:
        told = _("Not saved: %(why)s.", why=retold(str(conflict)))
        return refused(request, seat, draft_id, deed, told)
    return go_on(deed.view, draft_id, {"done": "saved"})


@router.post("/item/{draft_id}/reject")
def reject(
    request: Request, seat: EditorSeat, draft_id: Id, deed: Annotated[Decision, Form()]
) -> Response:
    if answer := held(request, seat, draft_id, deed):
        return answer
    bot = desk_of(request).bot
    next_id = following(bot, seat, deed.view, draft_id)
    why = ": ".join(part for part in (REASONS.get(deed.reason, ""), deed.note.strip()) if part)
    anew = wants_answer(deed.reason)
    try:
        decisions.reject(bot, draft_id, version=deed.version, reason=why, by=seat.name, anew=anew)
    except Conflict as conflict:
        told = _("Not rejected: %(why)s.", why=retold(str(conflict)))
        return refused(request, seat, draft_id, deed, told)
    return go_on(deed.view, next_id, {"done": "rejected anew" if anew else "rejected"})


@router.post("/item/{draft_id}/answered")
def answered(
    request: Request, seat: ApproverSeat, draft_id: Id, deed: Annotated[Decision, Form()]
) -> Response:
    """A person answered in the network's own app."""
    if answer := held(request, seat, draft_id, deed):
        return answer
    bot = desk_of(request).bot
    next_id = following(bot, seat, deed.view, draft_id)
    try:
        decisions.answered_by_hand(bot, draft_id, version=deed.version, by=seat.name)
    except Conflict as conflict:
        told = _("Not noted: %(why)s.", why=retold(str(conflict)))
        return refused(request, seat, draft_id, deed, told)
    return go_on(deed.view, next_id, {"done": "answered"})


@router.post("/reply/{reply_id}/undo")
def undo(
    request: Request, seat: ApproverSeat, reply_id: Id, deed: Annotated[Deed, Form()]
) -> Response:
    bot = desk_of(request).bot
    try:
        draft_id = decisions.take_back(bot, reply_id, by=seat.name)
    except Conflict as conflict:
        told = _("%(why)s.", why=retold(str(conflict)))
        return refused(request, seat, draft_of(bot, reply_id), deed, told)
    view = Listing() if deed.view.of is View.SENT else deed.view
    return go_on(view, draft_id, {"done": "back"})
