"""The item and everything that can be done with it. Plain forms: each deed answers with a redirect,
or with the same page, saying what did not happen and keeping the words that were typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from listener.channels.errors import ChannelError
from listener.normalize import clean
from responder import approve as decisions
from responder.access import Visitor
from responder.approve import Blocked, Conflict, NotFound
from responder.bot import Bot
from responder.correct import correct
from responder.desk.claims import open_claim, renew_claim
from responder.desk.correction import Danger, Feeling, Topic, choosing, read_standing, right_of
from responder.desk.item import check_words, read_item
from responder.desk.listing import Listing, ListingField, TheListing
from responder.desk.pages import desk_of, query, render
from responder.desk.rows import View, next_after, read_queue
from responder.desk.signin import ApproverSeat, EditorSeat, Seat
from responder.desk.toast import read_toast
from responder.models import Question, Reply
from responder.redraft import is_too_late
from responder.settle import settle_by_human
from responder.team.models import Role
from sentiment.phase import Phase

router = APIRouter(include_in_schema=False)

Id = Annotated[str, Path(pattern=r"^[0-9a-f]{28}$")]
Words = Annotated[str, Field(max_length=100_000)]
Short = Annotated[str, Field(max_length=500)]


class Deed(BaseModel):
    """What a form of the item sends: the list it was opened from, and the words in the field."""

    view: ListingField = Listing()
    text: Words = ""


class Decision(Deed):
    """`version` is the one that was read."""

    version: Annotated[int, Field(ge=1, le=2**31 - 1)]
    confirm: Annotated[list[Short], Field(max_length=50)] = []
    reason: Short = "no_answer"
    note: Short = ""


class Settlement(Deed):
    stands: bool


class Rightings(Deed):
    """`version` is the mention's, `seen` the newest correction that was shown."""

    version: Annotated[int, Field(ge=1, le=2**31 - 1)]
    seen: Short = ""
    sentiment: Feeling = None
    phase: Phase | None = None
    topics: Annotated[list[Topic], Field(max_length=30)] = []
    danger: Danger = None


REASONS: Final[Mapping[str, str]] = {
    "no_answer": "Needs no answer",
    "tone": "Wrong tone",
    "fact": "Wrong fact",
    "intent": "Misses what was asked",
}


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """What did not happen, and why; with the words of the person, so that they are not lost."""

    status: int
    sentence: str
    words: str | None = None


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
    editor = seat.agent_id if seat.may(Role.EDITOR) else None
    if editor and open_claim(bot, draft_id, agent_id=editor):
        desk_of(request).hub.look_now()
    return _show(request, seat, draft_id, listing, toast=read_toast(bot, done, reply))


@router.get("/item/{draft_id}/notice")
def notice(
    request: Request, seat: Seat, draft_id: Id, version: int = 0, stage: str = ""
) -> Response:
    """What changed about an open item since the page of that `version` and `stage`."""
    item = read_item(desk_of(request).bot, draft_id, agent_id=seat.agent_id, by=seat.name)
    template = "parts/notice.html"
    return render(request, template, seat=seat, item=item, version=version, stage=stage)


@router.post("/item/{draft_id}/claim", status_code=204)
def claim(request: Request, seat: EditorSeat, draft_id: Id) -> Response:
    """The beat of an open page: "I am still on it"."""
    held = seat.agent_id and renew_claim(desk_of(request).bot, draft_id, agent_id=seat.agent_id)
    return Response(status_code=204 if held else 409)


@router.post("/item/{draft_id}/check")
def check(
    request: Request, seat: EditorSeat, draft_id: Id, deed: Annotated[Deed, Form()]
) -> Response:
    """What stands against these words, and how long the network counts them to be."""
    found = check_words(desk_of(request).bot, draft_id, clean(deed.text))
    return render(request, "parts/check.html", seat=seat, check=found, confirmed=frozenset())


@router.post("/item/{draft_id}/approve")
def approve(
    request: Request, seat: ApproverSeat, draft_id: Id, deed: Annotated[Decision, Form()]
) -> Response:
    bot, confirm = desk_of(request).bot, frozenset(deed.confirm)
    following = _following(bot, seat, deed.view, draft_id)
    try:
        approved = decisions.approve(
            bot, draft_id, version=deed.version, by=seat.name, text=deed.text, confirm=confirm
        )
    except Blocked as blocked:
        refusal = Refusal(status=422, sentence=f"Not sent. {blocked}.", words=deed.text)
        return _show(request, seat, draft_id, deed.view, refusal=refusal, confirmed=confirm)
    except Conflict as conflict:
        return _refused(request, seat, draft_id, deed, f"Not sent: {conflict}.")
    return _go_on(deed.view, following, {"done": "approved", "reply": approved.reply_id})


@router.post("/item/{draft_id}/edit")
def edit(
    request: Request, seat: EditorSeat, draft_id: Id, deed: Annotated[Decision, Form()]
) -> Response:
    bot = desk_of(request).bot
    try:
        decisions.edit(bot, draft_id, version=deed.version, text=deed.text, by=seat.name)
    except Conflict as conflict:
        return _refused(request, seat, draft_id, deed, f"Not saved: {conflict}.")
    return _go_on(deed.view, draft_id, {"done": "saved"})


@router.post("/item/{draft_id}/reject")
def reject(
    request: Request, seat: EditorSeat, draft_id: Id, deed: Annotated[Decision, Form()]
) -> Response:
    bot = desk_of(request).bot
    following = _following(bot, seat, deed.view, draft_id)
    why = ": ".join(part for part in (REASONS.get(deed.reason, ""), deed.note.strip()) if part)
    try:
        decisions.reject(bot, draft_id, version=deed.version, reason=why, by=seat.name)
    except Conflict as conflict:
        return _refused(request, seat, draft_id, deed, f"Not rejected: {conflict}.")
    return _go_on(deed.view, following, {"done": "rejected"})


@router.post("/item/{draft_id}/answered")
def answered(
    request: Request, seat: ApproverSeat, draft_id: Id, deed: Annotated[Decision, Form()]
) -> Response:
    """A person answered in the network's own app."""
    bot = desk_of(request).bot
    following = _following(bot, seat, deed.view, draft_id)
    try:
        decisions.answered_by_hand(bot, draft_id, version=deed.version, by=seat.name)
    except Conflict as conflict:
        return _refused(request, seat, draft_id, deed, f"Not noted: {conflict}.")
    return _go_on(deed.view, following, {"done": "answered"})


@router.post("/item/{draft_id}/hide")
def hide(
    request: Request, seat: ApproverSeat, draft_id: Id, deed: Annotated[Deed, Form()]
) -> Response:
    bot = desk_of(request).bot
    following = _following(bot, seat, deed.view, draft_id)
    mention_id = read_item(bot, draft_id, agent_id=None, by=seat.name).mention.id
    try:
        decisions.hide(bot, mention_id, by=seat.name)
    except (Conflict, ChannelError) as error:
        return _refused(request, seat, draft_id, deed, f"Not hidden: {error}.")
    return _go_on(deed.view, following, {"done": "hidden"})


@router.post("/item/{draft_id}/settle")
def settle(
    request: Request, seat: ApproverSeat, draft_id: Id, deed: Annotated[Settlement, Form()]
) -> Response:
    """A person looked: the reply is there, or it is not."""
    bot = desk_of(request).bot
    following = _following(bot, seat, deed.view, draft_id)
    reply = read_item(bot, draft_id, agent_id=None, by=seat.name).reply
    try:
        settle_by_human(bot, reply.id if reply else "", stands=deed.stands, by=seat.name)
    except LookupError as gone:
        return _refused(request, seat, draft_id, deed, f"Not noted: {gone.args[0]}.")
    return _go_on(deed.view, following, {"done": "stands" if deed.stands else "missing"})


@router.post("/item/{draft_id}/correction")
def set_right(
    request: Request, seat: EditorSeat, draft_id: Id, deed: Annotated[Rightings, Form()]
) -> Response:
    """What a person says of the text, in the place of what was judged."""
    bot = desk_of(request).bot
    mention = read_item(bot, draft_id, agent_id=None, by=seat.name).mention
    said = {name: getattr(deed, name) for name in ("sentiment", "phase", "topics", "danger")}
    right, at, seen = right_of(mention, **said), deed.version, deed.seen
    try:
        changed = correct(bot, mention.id, version=at, right=right, by=seat.name, seen=seen)
    except Conflict as conflict:
        refusal = Refusal(status=409, sentence=f"Not set right: {conflict}.")
        chosen = choosing(read_standing(bot, mention), right)
        return _show(request, seat, draft_id, deed.view, refusal=refusal, right=chosen)
    late = right.danger and Question.DANGER in changed and is_too_late(bot, mention.id)
    return _go_on(deed.view, draft_id, {"done": "set right late" if late else "set right"})


@router.post("/reply/{reply_id}/undo")
def undo(
    request: Request, seat: ApproverSeat, reply_id: Id, deed: Annotated[Deed, Form()]
) -> Response:
    bot = desk_of(request).bot
    try:
        draft_id = decisions.take_back(bot, reply_id, by=seat.name)
    except Conflict as conflict:
        return _refused(request, seat, draft_of(bot, reply_id), deed, f"{conflict}.")
    return _go_on(Listing() if deed.view.of is View.SENT else deed.view, draft_id, {"done": "back"})


def draft_of(bot: Bot, reply_id: str) -> str:
    """The draft behind a reply. Raises NotFound."""
    with bot.database.read() as session:
        reply = session.get(Reply, reply_id)
        if reply is None:
            raise NotFound("There is no such reply")
        return reply.draft_id


def _following(bot: Bot, seat: Visitor, view: Listing, draft_id: str) -> str | None:
    return next_after(read_queue(bot, view, seat), draft_id)


def _go_on(view: Listing, draft_id: str | None, values: Mapping[str, str]) -> Response:
    path = f"/item/{draft_id}" if draft_id else "/"
    return RedirectResponse(query(path, [*view.pairs(), *values.items()]), status_code=303)


def _refused(request: Request, seat: Visitor, draft_id: str, deed: Deed, sentence: str) -> Response:
    refusal = Refusal(status=409, sentence=sentence, words=deed.text or None)
    return _show(request, seat, draft_id, deed.view, refusal=refusal)


def _show(
    request: Request,
    seat: Visitor,
    draft_id: str,
    view: Listing,
    *,
    refusal: Refusal | None = None,
    **values: Any,
) -> Response:
    """The page of one item, after a refusal with the words that were typed."""
    bot = desk_of(request).bot
    item = read_item(bot, draft_id, agent_id=seat.agent_id, by=seat.name)
    found = item.check
    if refusal and refusal.words is not None:
        found = check_words(bot, draft_id, clean(refusal.words))
    page: dict[str, Any] = {
        "toast": None,
        "confirmed": frozenset(),
        "queue": read_queue(bot, view, seat),
        "open_id": draft_id,
        "item": item,
        "right": read_standing(bot, item.mention),
        "check": found,
        "refusal": refusal,
        "reasons": REASONS,
    }
    status = refusal.status if refusal else 200
    return render(request, "item.html", seat=seat, status=status, **(page | values))
