"""What an agent says of a text or of our reply, and what is taken off the network: hide, delete,
spam, "it is there", "this is what it means"."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from pydantic import Field

from listener.channels.errors import ChannelError
from responder import approve as decisions
from responder.approve import Conflict
from responder.correct import correct
from responder.desk.correction import Danger, Feeling, Topic, choosing, read_standing, right_of
from responder.desk.deeds import (
    Decision,
    Deed,
    Id,
    Refusal,
    following,
    go_on,
    held,
    item_of,
    refused,
    show,
)
from responder.desk.listing import Listing
from responder.desk.pages import desk_of
from responder.desk.retold import retold
from responder.desk.signin import ApproverSeat, EditorSeat
from responder.desk.tongue import _
from responder.models import Question
from responder.redraft import is_too_late
from responder.removal import remove_reply
from responder.settle import settle_by_human
from responder.spam import is_spam, no_spam
from sentiment.phase import Phase

router = APIRouter(include_in_schema=False)


class Settlement(Deed):
    stands: bool


class Removal(Deed):
    """`anew`: the mention is to get another answer."""

    anew: bool = False


class Rightings(Deed):
    """`version` is the mention's, `seen` the newest correction that was shown."""

    version: Annotated[int, Field(ge=1, le=2**31 - 1)]
    seen: Annotated[str, Field(max_length=500)] = ""
    sentiment: Feeling = None
    phase: Phase | None = None
    topics: Annotated[list[Topic], Field(max_length=30)] = Field(default_factory=list)
    danger: Danger = None


@router.post("/item/{draft_id}/hide")
def hide(
    request: Request, seat: ApproverSeat, draft_id: Id, deed: Annotated[Deed, Form()]
) -> Response:
    if answer := held(request, seat, draft_id, deed):
        return answer
    bot = desk_of(request).bot
    next_id = following(bot, seat, deed.view, draft_id)
    mention_id = item_of(request, seat, draft_id).mention.id
    try:
        decisions.hide(bot, mention_id, by=seat.name)
    except (Conflict, ChannelError) as error:
        told = _("Not hidden: %(why)s.", why=retold(str(error)))
        return refused(request, seat, draft_id, deed, told)
    return go_on(deed.view, next_id, {"done": "hidden"})


@router.post("/item/{draft_id}/spam")
def spam(
    request: Request, seat: EditorSeat, draft_id: Id, deed: Annotated[Decision, Form()]
) -> Response:
    """It is spam: no answer, and the bot learns to know its like."""
    if answer := held(request, seat, draft_id, deed):
        return answer
    bot = desk_of(request).bot
    next_id = following(bot, seat, deed.view, draft_id)
    try:
        is_spam(bot, draft_id, version=deed.version, by=seat.name)
    except Conflict as conflict:
        told = _("Not marked: %(why)s.", why=retold(str(conflict)))
        return refused(request, seat, draft_id, deed, told)
    return go_on(deed.view, next_id, {"done": "spam", "reply": draft_id})


@router.post("/item/{draft_id}/no-spam")
def not_spam(
    request: Request, seat: EditorSeat, draft_id: Id, deed: Annotated[Deed, Form()]
) -> Response:
    """That was a mistake."""
    try:
        no_spam(desk_of(request).bot, draft_id, by=seat.name)
    except Conflict as conflict:
        told = _("Not taken back: %(why)s.", why=retold(str(conflict)))
        return refused(request, seat, draft_id, deed, told)
    return go_on(deed.view, draft_id, {"done": "no spam"})


@router.post("/item/{draft_id}/delete")
def delete(
    request: Request, seat: ApproverSeat, draft_id: Id, deed: Annotated[Removal, Form()]
) -> Response:
    """Take our reply off the network again."""
    bot = desk_of(request).bot
    reply = item_of(request, seat, draft_id).reply
    try:
        remove_reply(bot, reply.id if reply else "", anew=deed.anew, by=seat.name)
    except (Conflict, ChannelError) as error:
        told = _("Not deleted: %(why)s.", why=retold(str(error)))
        return refused(request, seat, draft_id, deed, told)
    view = Listing() if deed.anew else deed.view
    return go_on(view, draft_id, {"done": "deleted anew" if deed.anew else "deleted"})


@router.post("/item/{draft_id}/settle")
def settle(
    request: Request, seat: ApproverSeat, draft_id: Id, deed: Annotated[Settlement, Form()]
) -> Response:
    """A person looked: the reply is there, or it is not."""
    bot = desk_of(request).bot
    next_id = following(bot, seat, deed.view, draft_id)
    reply = item_of(request, seat, draft_id).reply
    try:
        settle_by_human(bot, reply.id if reply else "", stands=deed.stands, by=seat.name)
    except LookupError as gone:
        told = _("Not noted: %(why)s.", why=retold(str(gone.args[0])))
        return refused(request, seat, draft_id, deed, told)
    return go_on(deed.view, next_id, {"done": "stands" if deed.stands else "missing"})


@router.post("/item/{draft_id}/correction")
def set_right(
    request: Request, seat: EditorSeat, draft_id: Id, deed: Annotated[Rightings, Form()]
) -> Response:
    """What a person says of the text, in the place of what was judged."""
    bot = desk_of(request).bot
    mention = item_of(request, seat, draft_id).mention
    said = {name: getattr(deed, name) for name in ("sentiment", "phase", "topics", "danger")}
    right, at, seen = right_of(mention, **said), deed.version, deed.seen
    try:
        changed = correct(bot, mention.id, version=at, right=right, by=seat.name, seen=seen)
    except Conflict as conflict:
        told = _("Not set right: %(why)s.", why=retold(str(conflict)))
        chosen = choosing(read_standing(bot, mention), right)
        refusal = Refusal(status=409, sentence=told)
        return show(request, seat, draft_id, deed.view, refusal=refusal, right=chosen)
    late = right.danger and Question.DANGER in changed and is_too_late(bot, mention.id)
    return go_on(deed.view, draft_id, {"done": "set right late" if late else "set right"})
