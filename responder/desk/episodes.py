"""One episode at the desk: why we think so, its mentions, its log, and what people do about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import Field
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from listener.models import Mention
from responder.access import Visitor
from responder.approve import NotFound
from responder.bot import Bot
from responder.crisis import deeds, statements
from responder.crisis.conditions import is_taken_up
from responder.crisis.evidence import mentions_of
from responder.crisis.logbook import read
from responder.crisis.models import Episode, HoldingStatement
from responder.desk import library_words
from responder.desk.exported import note_export
from responder.desk.incidents import OpeningForm, require_known
from responder.desk.pages import desk_of, query, render
from responder.desk.sight import in_sight, may_change, reaches
from responder.desk.signin import ApproverSeat, EditorSeat, Seat
from responder.desk.spreadsheet import csv_answer
from responder.desk.toast import Toast
from responder.desk.tongue import N_, _
from responder.desk.trends import episode_words
from responder.incidents import Unfit
from responder.models import Draft
from responder.team.models import Role
from sentiment.topics import OTHER, TOPICS

router = APIRouter(include_in_schema=False)

_SHOWN: Final = 200
_HOURS: Final = (1, 4, 12, 24)
_DONE: Final = {
    "taken": N_("Taken up: it is not told again at this level."),
    "put off": N_("Put off. It is told again then, or if it gets worse."),
    "ended": N_("It is over. What was paused stays paused until an admin resumes it."),
    "noted": N_("Noted."),
    "learned": N_("The post-mortem is kept."),
    "proposed": N_("Proposed. It is used once the person you named approves it."),
    "used": N_("In use: an incident is open with this statement."),
    "declined": N_("Declined: it is not used."),
}

Id = Annotated[str, Path(pattern=r"^[0-9a-f]{28}$")]
Words = Annotated[str, Form(max_length=20_000)]


class StatementForm(OpeningForm):
    """A holding statement, and who shall approve it."""

    approver: Annotated[str, Field(max_length=64)] = ""


@router.get("/episodes/{episode_id}")
def episode_page(request: Request, seat: Seat, episode_id: Id, done: str = "") -> Response:
    toast = Toast(text=_(_DONE[done])) if done in _DONE else None
    return _show(request, seat, episode_id, toast=toast)


@router.get("/episodes/{episode_id}/log.csv")
def log_csv(request: Request, seat: Seat, episode_id: Id) -> Response:
    """The log as a file, for the post-mortem."""
    bot = desk_of(request).bot
    episode = _found(bot, seat, episode_id)
    note_export(bot, seat, "episode log", detail=episode.id, now=bot.clock())
    return csv_answer(f"episode-{episode.began_at:%Y-%m-%d}.csv", list(_lines(bot, seat, episode)))


@router.post("/episodes/{episode_id}/acknowledge")
def acknowledge(request: Request, seat: EditorSeat, episode_id: Id) -> Response:
    bot = _may(request, seat, episode_id)
    deeds.acknowledge(bot.database, episode_id, by=seat.name, now=bot.clock())
    return _go_on(episode_id, "taken")


@router.post("/episodes/{episode_id}/snooze")
def snooze(
    request: Request, seat: EditorSeat, episode_id: Id, hours: Annotated[int, Form(ge=1, le=24)] = 1
) -> Response:
    bot = _may(request, seat, episode_id)
    now = bot.clock()
    until = now + timedelta(hours=hours)
    deeds.snooze(bot.database, episode_id, until=until, by=seat.name, now=now)
    return _go_on(episode_id, "put off")


@router.post("/episodes/{episode_id}/end")
def end(request: Request, seat: ApproverSeat, episode_id: Id) -> Response:
    bot = _may(request, seat, episode_id)
    deeds.end_by_hand(bot.database, episode_id, by=seat.name, now=bot.clock())
    return _go_on(episode_id, "ended")


@router.post("/episodes/{episode_id}/note")
def note_down(request: Request, seat: EditorSeat, episode_id: Id, text: Words = "") -> Response:
    bot = _may(request, seat, episode_id)
    deeds.note_down(bot.database, episode_id, text, by=seat.name, now=bot.clock())
    return _go_on(episode_id, "noted")


@router.post("/episodes/{episode_id}/post-mortem")
def post_mortem(request: Request, seat: ApproverSeat, episode_id: Id, text: Words = "") -> Response:
    bot = _may(request, seat, episode_id)
    deeds.keep_post_mortem(bot.database, episode_id, text, by=seat.name, now=bot.clock())
    return _go_on(episode_id, "learned")


@router.post("/episodes/{episode_id}/statement")
def propose(
    request: Request, seat: ApproverSeat, episode_id: Id, form: Annotated[StatementForm, Form()]
) -> Response:
    bot = _may(request, seat, episode_id)
    try:
        require_known(bot, seat, form)
        statements.propose(
            bot,
            episode_id,
            form.opening(),
            approver=form.approver,
            by=seat.name,
            now=bot.clock(),
        )
    except (Unfit, statements.NotTheirs) as refused:
        said = _("Not proposed: %(why)s.", why=refused)
        return _show(request, seat, episode_id, form=form, refusal=said, status=422)
    alone = not bot.settings.crisis.two_for_statement
    return _go_on(episode_id, "used" if alone else "proposed")


@router.post("/statements/{statement_id}/approve")
def approve(request: Request, seat: ApproverSeat, statement_id: Id) -> Response:
    bot, row = _statement(request, seat, statement_id)
    statements.approve(bot.database, row.id, by=seat.name, now=bot.clock())
    return _go_on(row.episode_id, "used")


@router.post("/statements/{statement_id}/decline")
def decline(request: Request, seat: ApproverSeat, statement_id: Id) -> Response:
    bot, row = _statement(request, seat, statement_id)
    statements.decline(bot.database, row.id, by=seat.name, now=bot.clock())
    return _go_on(row.episode_id, "declined")


def _show(  # a page and what may stand in it
    request: Request,
    seat: Visitor,
    episode_id: str,
    *,
    toast: Toast | None = None,
    form: StatementForm | None = None,
    refusal: str = "",
    status: int = 200,
) -> Response:
    bot = desk_of(request).bot
    episode = _found(bot, seat, episode_id)
    form = form or StatementForm(channel=episode.channel)
    whole = episode_words.is_whole(seat, episode)
    why = episode_words.explained(bot, episode, whole=whole)
    with bot.database.read() as session:
        rows = mentions_of(session, episode, *_theirs(seat), limit=_SHOWN)
        values = {
            "mentions": rows,
            "drafts": _drafts(session, seat, {one.id for one in rows} | _named(why)),
            "entries": read(session, episode.id),
            "statements": statements.statements_of(session, episode.id),
            "approvers": statements.approvers(session, besides=seat.name, channel=episode.channel),
        }
    return render(
        request,
        "episode.html",
        seat=seat,
        status=status,
        toast=toast,
        one=episode,
        taken_up=is_taken_up(episode, bot.clock()),
        why=why,
        whole=whole,
        say=episode_words,
        bot=bot,
        hours=_HOURS,
        form=form,
        refusal=refusal,
        two=bot.settings.crisis.two_for_statement,
        may=may_change(seat, episode.channel),
        topics=library_words.named((*TOPICS, OTHER)),
        topic_name=library_words.topic_name,
        labels={name: one.declaration.label for name, one in bot.channels.items()},
        languages=bot.settings.brand.languages,
        **values,
    )


def _theirs(seat: Visitor) -> tuple[ColumnElement[bool], ...]:
    """Of mentions: those they may read. What was written in private is for those who answer it."""
    seen = in_sight(seat)
    return (seen,) if seat.may(Role.EDITOR) else (seen, Mention.private.is_(False))


def _named(why: Mapping[str, Any]) -> set[str]:
    """The mentions an explanation leads to, also where they are not among the latest."""
    first = [why["first"]] if why["first"] else []
    return {one["mention"] for one in (*first, *why["threads"])}


def _drafts(session: Session, seat: Visitor, mentions: set[str]) -> dict[str, str]:
    """The drafts of these mentions, as far as they may read them."""
    rows = session.execute(
        select(Draft.mention_id, Draft.id)
        .join(Draft.mention)
        .where(Draft.mention_id.in_(sorted(mentions)), *_theirs(seat))
    )
    return {row.mention_id: row.id for row in rows}


def _found(bot: Bot, seat: Visitor, episode_id: str) -> Episode:
    """Raises NotFound."""
    with bot.database.read() as session:
        episode = session.get(Episode, episode_id)
    if episode is None or not reaches(seat, episode.channel):
        raise NotFound("There is no such episode")
    return episode


def _may(request: Request, seat: Visitor, episode_id: str) -> Bot:
    """Raises NotFound: what concerns channels they do not see is not theirs to change."""
    bot = desk_of(request).bot
    if not may_change(seat, _found(bot, seat, episode_id).channel):
        raise NotFound("It concerns channels you do not see")
    return bot


def _statement(request: Request, seat: Visitor, statement_id: str) -> tuple[Bot, HoldingStatement]:
    bot = desk_of(request).bot
    with bot.database.read() as session:
        row = session.get(HoldingStatement, statement_id)
    if row is None:
        raise NotFound("There is no such statement")
    _may(request, seat, row.episode_id)
    return bot, row


def _lines(bot: Bot, seat: Visitor, episode: Episode) -> Iterator[Sequence[object]]:
    whole = episode_words.is_whole(seat, episode)
    yield "at", "by", "did", "detail"
    with bot.database.read() as session:
        for entry in read(session, episode.id):
            detail = episode_words.detail(bot, entry, whole=whole)
            yield entry.at.isoformat(), entry.by, entry.did.value, detail
    yield "", "", "post-mortem", episode.post_mortem


def _go_on(episode_id: str, done: str) -> Response:
    address = query(f"/episodes/{episode_id}", {"done": done})
    return RedirectResponse(address, status_code=303)
