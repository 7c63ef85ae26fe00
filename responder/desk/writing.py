"""Writing the reply: what is done in and around its field, before anybody sends. Plain forms: each
deed keeps the words of the field for who wrote them, and shows the item again with what it made of
them. Nothing here changes the draft itself, or sends."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import Field
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from config.book import Article
from listener.normalize import clean
from responder.access import Visitor
from responder.approve import NotFound
from responder.bot import Bot
from responder.desk.deeds import Deed, Id, Short, show
from responder.desk.item import check_words, read_item
from responder.desk.pages import PART, desk_of, render
from responder.desk.pen import read_pen, read_says
from responder.desk.signin import EditorSeat
from responder.desk.tongue import spoken
from responder.handling import typed
from responder.handling.offers import end_of, read_offers
from responder.handling.questions import tick
from responder.model.kept import kept_of
from responder.model.translation import Translation, Untranslated, translate
from responder.models import Draft

router = APIRouter(include_in_schema=False)

_KEPT: Final = "kept"  # stands for the words beside a model's, among the keys of saved replies


class Writing(Deed):
    """The words in the field, and over which version of the draft they were typed."""

    version: Annotated[int, Field(ge=1, le=2**31 - 1)] = 1


class Mending(Writing):
    """`fix`: the finding whose fix is wanted, as `rule:start`."""

    fix: Short = ""


class Choosing(Writing):
    """`entry`: the key of a saved reply, or of an article; "kept": the book's words beside a
    model's."""

    entry: Short = ""


class Ticking(Writing):
    """`answered`: the digests that have a tick, `seen`: those that had one when the page was
    made."""

    answered: Annotated[list[Short], Field(default_factory=list, max_length=200)]
    seen: Annotated[list[Short], Field(default_factory=list, max_length=200)]


@router.post("/item/{draft_id}/check")
def check(
    request: Request, seat: EditorSeat, draft_id: Id, deed: Annotated[Writing, Form()]
) -> Response:
    """What stands against these words, and how long the network counts them to be. They are kept:
    whoever asks is typing."""
    bot = desk_of(request).bot
    words = clean(deed.text)
    stamp = _keep(bot, seat, draft_id, deed.version, words)
    found = check_words(bot, draft_id, words)
    values: dict[str, Any] = {"check": found, "confirmed": (), "stamp": stamp}
    return render(request, "parts/check.html", seat=seat, draft_id=draft_id, **values)


@router.post("/item/{draft_id}/keep")
def keep(
    request: Request, seat: EditorSeat, draft_id: Id, deed: Annotated[Writing, Form()]
) -> Response:
    """Enter in a field of the form, without scripts: the page again, with what was typed."""
    return _with(request, seat, draft_id, deed, clean(deed.text))


@router.post("/item/{draft_id}/forget")
def forget(
    request: Request, seat: EditorSeat, draft_id: Id, deed: Annotated[Writing, Form()]
) -> Response:
    """Back to the draft as it is."""
    bot = desk_of(request).bot
    with bot.database.write() as session:
        if seat.agent_id:
            typed.forget(session, _draft(session, draft_id).mention_id, agent_id=seat.agent_id)
    return _again(draft_id, deed)


@router.post("/item/{draft_id}/resume")
def resume(
    request: Request, seat: EditorSeat, draft_id: Id, deed: Annotated[Writing, Form()]
) -> Response:
    """The words from before in the place of those the draft has now."""
    bot = desk_of(request).bot
    with bot.database.read() as session:
        draft = _draft(session, draft_id)
        found = typed.find(session, draft, agent_id=seat.agent_id or "")
        words = found.text if found else clean(deed.text)
        now_over = deed.model_copy(update={"version": draft.version})
    return _with(request, seat, draft_id, now_over, words)


@router.post("/item/{draft_id}/fix")
def fix(
    request: Request, seat: EditorSeat, draft_id: Id, deed: Annotated[Mending, Form()]
) -> Response:
    """One finding put right, as its rule knows how."""
    words = clean(deed.text)
    found = check_words(desk_of(request).bot, draft_id, words)
    for finding in found.findings if found else ():
        if finding.fix and f"{finding.rule}:{finding.start}" == deed.fix:
            return _with(request, seat, draft_id, deed, finding.fix.applied(words))
    return _with(request, seat, draft_id, deed, words)


@router.post("/item/{draft_id}/use")
def use(
    request: Request, seat: EditorSeat, draft_id: Id, deed: Annotated[Choosing, Form()]
) -> Response:
    """A saved reply, as a whole, in the place of what stands in the field."""
    bot = desk_of(request).bot
    with bot.database.read() as session:
        draft = _draft(session, draft_id)
        words = kept_of(session, draft)[0] if deed.entry == _KEPT else ""
        replies = read_offers(session, bot, draft.mention).replies if not words else ()
        chosen = next((one.whole for one in replies if one.key == deed.entry), words)
    return _with(request, seat, draft_id, deed, chosen or clean(deed.text))


@router.post("/item/{draft_id}/link")
def link(
    request: Request, seat: EditorSeat, draft_id: Id, deed: Annotated[Choosing, Form()]
) -> Response:
    """The page of an article behind the words, before the signature."""
    bot, words = desk_of(request).bot, clean(deed.text)
    with bot.database.read() as session:
        draft = _draft(session, draft_id)
        articles = read_offers(session, bot, draft.mention).articles
        chosen = next((one for one in articles if one.key == deed.entry), None)
        if chosen is not None:
            words = _linked(bot, draft, words, chosen)
    return _with(request, seat, draft_id, deed, words)


@router.post("/item/{draft_id}/questions")
def questions(
    request: Request, seat: EditorSeat, draft_id: Id, deed: Annotated[Ticking, Form()]
) -> Response:
    """Which of the customer's questions are answered, by what somebody ticked off."""
    bot = desk_of(request).bot
    with bot.database.write() as session:
        mention, seen, left = _draft(session, draft_id).mention, deed.seen, deed.answered
        tick(session, mention, seen=seen, now_ticked=left, by=seat.name, now=bot.clock())
    if PART in request.headers:
        item = read_item(bot, draft_id, agent_id=seat.agent_id, by=seat.name)
        pen = read_pen(bot, item, seat)
        return render(request, "parts/questions.html", seat=seat, item=item, pen=pen)
    return _with(request, seat, draft_id, deed, clean(deed.text))


@router.post("/item/{draft_id}/translate")
def translated(
    request: Request, seat: EditorSeat, draft_id: Id, deed: Annotated[Writing, Form()]
) -> Response:
    """The customer's text in the reader's language. It is shown, not kept: there is nothing to go
    on to."""
    bot = desk_of(request).bot
    _keep(bot, seat, draft_id, deed.version, clean(deed.text))
    item = read_item(bot, draft_id, agent_id=seat.agent_id, by=seat.name)
    found: Translation | None = None
    with suppress(Untranslated):
        found = translate(bot, item.mention.id, into=spoken(), by=seat.name)
    failed = found is None
    if PART in request.headers:
        says = read_says(bot, item, translation=found, failed=failed)
        return render(request, "parts/says.html", seat=seat, item=item, says=says)
    return show(request, seat, draft_id, deed.view, translation=found, failed=failed)


def _draft(session: Session, draft_id: str) -> Draft:
    draft = session.get(Draft, draft_id)
    if draft is None:
        raise NotFound("There is no such draft")
    return draft


def _linked(bot: Bot, draft: Draft, words: str, article: Article) -> str:
    """`words` with the page of `article` where they end, before whoever signs them."""
    if article.url in words:
        return words
    at = end_of(bot, draft, words)
    said, signed = words[:at].rstrip(), words[at:].lstrip()
    return f"{said} {article.url} {signed}".strip()


def _keep(bot: Bot, seat: Visitor, draft_id: str, version: int, words: str) -> str:
    """Keep what somebody typed; what reads them needs no write. Returns when that was, or ""."""
    if not seat.agent_id:
        return ""
    now = bot.clock()
    with bot.database.read() as session:
        draft = _draft(session, draft_id)
        known = typed.read(session, draft_id, agent_id=seat.agent_id)
        if known and (known.version, known.text) == (version, words):
            return known.at.isoformat()
        if known is None and words == draft.text:
            return ""
    # A courtesy beside what was asked for: a store that is busy for seconds must not hold it up.
    with suppress(OperationalError), bot.database.write() as session:
        draft, by = _draft(session, draft_id), seat.agent_id
        row = typed.keep(session, draft, agent_id=by, version=version, text=words, now=now)
        return row.at.isoformat() if row else ""
    return ""


def _with(request: Request, seat: Visitor, draft_id: str, deed: Writing, words: str) -> Response:
    """The item again, with these words in its field; or beside it, where somebody else changed the
    draft meanwhile."""
    _keep(desk_of(request).bot, seat, draft_id, deed.version, words)
    return _again(draft_id, deed)


def _again(draft_id: str, deed: Writing) -> Response:
    path = deed.view.at(f"/item/{draft_id}")
    return RedirectResponse(f"{path}#reply", status_code=303)
