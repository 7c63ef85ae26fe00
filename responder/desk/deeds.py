"""What every deed on an item shares: the form it comes as, the way on after it, and the same page
again where it did not happen, with the words that were typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import Path, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from responder.access import Visitor
from responder.approve import NotFound
from responder.bot import Bot
from responder.desk.around import read_around
from responder.desk.claims import read_holder
from responder.desk.correction import read_standing
from responder.desk.item import Item, check_words, read_item
from responder.desk.listing import Listing, ListingField
from responder.desk.pages import PEEK, desk_of, query, render
from responder.desk.pen import read_pen
from responder.desk.rows import next_in, read_queue
from responder.desk.tongue import N_, _
from responder.model.translation import Translation
from responder.models import Reply

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


REASONS: Final[Mapping[str, str]] = {
    "no_answer": N_("Needs no answer"),
    "tone": N_("Wrong tone"),
    "fact": N_("Wrong fact"),
    "intent": N_("Misses what was asked"),
}
"""Why a draft is rejected. The first closes it; after the others a person writes an answer."""


def wants_answer(reason: str) -> bool:
    """Whether a mention whose draft was rejected for that still wants an answer."""
    return reason in REASONS and reason != "no_answer"


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """What did not happen, and why; with the words of the person, so that they are not lost."""

    status: int
    sentence: str
    words: str | None = None


def following(bot: Bot, seat: Visitor, view: Listing, draft_id: str) -> str | None:
    """The draft to open once this one is done."""
    return next_in(bot, view, seat, draft_id)


def go_on(view: Listing, draft_id: str | None, values: Mapping[str, str]) -> Response:
    path = f"/item/{draft_id}" if draft_id else "/"
    return RedirectResponse(query(path, [*view.pairs(), *values.items()]), status_code=303)


def refused(request: Request, seat: Visitor, draft_id: str, deed: Deed, sentence: str) -> Response:
    refusal = Refusal(status=409, sentence=sentence, words=deed.text or None)
    return show(request, seat, draft_id, deed.view, refusal=refusal)


def held(request: Request, seat: Visitor, draft_id: str, deed: Deed) -> Response | None:
    """The page again, where a colleague has the item open: one person at a time decides about it.
    None where nobody has."""
    holder = read_holder(desk_of(request).bot, draft_id, agent_id=seat.agent_id)
    if holder is None:
        return None
    said = _("Not done: %(name)s has this open.", name=holder.name)
    return refused(request, seat, draft_id, deed, said)


def item_of(request: Request, seat: Visitor, draft_id: str) -> Item:
    """The item as this visitor sees it. Raises NotFound."""
    return read_item(desk_of(request).bot, draft_id, agent_id=seat.agent_id, by=seat.name)


def draft_of(bot: Bot, reply_id: str) -> str:
    """The draft behind a reply. Raises NotFound."""
    with bot.database.read() as session:
        reply = session.get(Reply, reply_id)
        if reply is None:
            raise NotFound("There is no such reply")
        return reply.draft_id


def show(
    request: Request,
    seat: Visitor,
    draft_id: str,
    view: Listing,
    *,
    refusal: Refusal | None = None,
    translation: Translation | None = None,
    failed: bool = False,
    **values: Any,
) -> Response:
    """The page of one item, with the words that were typed. `translation`: of the customer's text,
    where somebody asked for one; `failed`: none came."""
    bot = desk_of(request).bot
    item = item_of(request, seat, draft_id)
    typed = refusal.words if refusal else None
    pen = read_pen(bot, item, seat, words=typed, translation=translation, failed=failed)
    same = pen.words == item.draft.text
    page: dict[str, Any] = {
        "toast": None,
        "confirmed": frozenset(),
        # A page that is fetched ahead is put beside a list that is there already.
        "queue": {"view": view} if PEEK in request.headers else read_queue(bot, view, seat),
        "open_id": draft_id,
        "item": item,
        "around": read_around(bot, item.draft, agent_id=seat.agent_id),
        "right": read_standing(bot, item.mention),
        "pen": pen,
        "check": item.check if same else check_words(bot, draft_id, pen.words),
        "refusal": refusal,
        "reasons": REASONS,
    }
    status = refusal.status if refusal else 200
    return render(request, "item.html", seat=seat, status=status, **(page | values))
