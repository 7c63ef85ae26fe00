"""The API for programs: everything below /api/v1, with a bearer token and nothing else."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel

from listener.models import Mention, MentionStatus
from responder import approve
from responder.bot import Bot
from responder.clocks import read_clocks
from responder.desk import (
    auto_api,
    corrections_api,
    incidents_api,
    letters_api,
    library_api,
    reports_api,
    trends_api,
)
from responder.desk.bearer import READS, Admin, Approver, Editor, TheBot
from responder.desk.bodies import (
    ApproveBody,
    PauseBody,
    RejectBody,
    ResumeBody,
    described,
    reader,
)
from responder.desk.parameters import BLANK, After, Key, Limit, Word
from responder.desk.problem import PREFIX, Problem, ProblemView, install_problem_handlers
from responder.handling.models import Wanted
from responder.handling.second_looks import OneMoreYes
from responder.models import Draft, DraftStatus, PauseLevel, ReplyStatus
from responder.pause import EVERYWHERE, all_pauses, lift_pause, set_pause
from responder.views import (
    DraftView,
    MentionView,
    PageView,
    ReplyView,
    draft_view,
    drafts_page,
    mention_view,
    mentions_page,
    replies_page,
)

__all__ = ["install_problem_handlers", "router"]


class WaitingView(BaseModel):
    """The yes is kept; the draft leaves with that of `waiting_for`: "colleague", anybody else who
    may approve, or "speaker", somebody who speaks its language."""

    draft_id: str
    waiting_for: Wanted


class ApprovedView(BaseModel):
    """Until `leaves_at` a person can take it back at the desk."""

    draft_id: str
    reply_id: str
    leaves_at: datetime


class PauseView(BaseModel):
    """`channel` is null for all channels. `in_flight`: replies that were on the wire already and
    may still land."""

    channel: str | None
    level: PauseLevel
    in_flight: list[str]


class PausesView(BaseModel):
    """The pauses that still hold, by channel; "" is everywhere."""

    pauses: dict[str, PauseLevel]


_STATUSES: Final = (401, 403, 404, 409, 413, 422, 503)
_PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    status: {"model": ProblemView} for status in _STATUSES
}
router = APIRouter(prefix=PREFIX, tags=["API"], responses=_PROBLEMS)
"""The routes of /api/v1. The app also needs `install_problem_handlers`."""
router.include_router(letters_api.router)
router.include_router(corrections_api.router)
router.include_router(auto_api.router)
router.include_router(library_api.router)
router.include_router(incidents_api.router)
router.include_router(reports_api.router)
router.include_router(trends_api.router)


@router.get("/mentions", dependencies=READS)
def mentions(  # one parameter a filter
    bot: TheBot,
    status: Annotated[MentionStatus | None, BLANK] = None,
    channel: Word = None,
    language: Word = None,
    q: Word = None,
    limit: Limit = 50,
    after: After = None,
) -> PageView[MentionView]:
    """What was heard, newest first. `q` is looked for in text, author's name and handle."""
    return mentions_page(
        bot, status=status, channel=channel, language=language, q=q, limit=limit, after=after
    )


@router.get("/drafts", dependencies=READS)
def drafts(
    bot: TheBot,
    status: Annotated[DraftStatus | None, BLANK] = None,
    channel: Word = None,
    limit: Limit = 50,
    after: After = None,
) -> PageView[DraftView]:
    """Drafts of every status, or of one; the most urgent first."""
    return drafts_page(bot, status=status, channel=channel, limit=limit, after=after)


@router.get("/replies", dependencies=READS)
def replies(
    bot: TheBot,
    status: Annotated[ReplyStatus | None, BLANK] = None,
    channel: Word = None,
    limit: Limit = 50,
    after: After = None,
) -> PageView[ReplyView]:
    """The outbox, newest first."""
    return replies_page(bot, status=status, channel=channel, limit=limit, after=after)


@router.get("/mentions/{mention_id}", dependencies=READS)
def mention(bot: TheBot, mention_id: Key) -> MentionView:
    with bot.database.read() as session:
        found = session.get(Mention, mention_id)
        if found is None:
            raise Problem(404, "There is no such mention")
        return mention_view(found, read_clocks(bot, session, [found])[found.id])


@router.get("/drafts/{draft_id}", dependencies=READS)
def draft(bot: TheBot, draft_id: Key) -> DraftView:
    return _draft(bot, draft_id)


@router.post(
    "/drafts/{draft_id}/approve",
    openapi_extra=described(ApproveBody),
    responses={202: {"model": WaitingView}},
)
def approve_draft(
    bot: TheBot,
    who: Approver,
    body: Annotated[ApproveBody, Depends(reader(ApproveBody))],
    draft_id: Key,
    answer: Response,
) -> ApprovedView | WaitingView:
    """Let a draft leave. 202: the yes is kept, and one more person has to look before it leaves.
    409: somebody was faster, or the version is old. 422 with `findings`: one of them blocks, or
    must be in `confirm`."""
    try:
        approved = approve.approve(
            bot,
            draft_id,
            version=body.version,
            by=who.name,
            text=body.text,
            confirm=frozenset(body.confirm or ()),
        )
    except OneMoreYes as waits:
        answer.status_code = 202
        return WaitingView(draft_id=waits.draft_id, waiting_for=waits.wanted)
    return ApprovedView(**asdict(approved))


@router.post("/drafts/{draft_id}/reject", openapi_extra=described(RejectBody))
def reject_draft(
    bot: TheBot,
    who: Editor,
    body: Annotated[RejectBody, Depends(reader(RejectBody))],
    draft_id: Key,
) -> DraftView:
    """Decide that the mention gets no answer, or (`anew`) another. 409: somebody was faster."""
    at, reason, anew = body.version, body.reason, body.anew
    approve.reject(bot, draft_id, version=at, reason=reason, by=who.name, anew=anew)
    return _draft(bot, draft_id)


@router.post("/pause", openapi_extra=described(PauseBody))
def pause(
    bot: TheBot, who: Admin, body: Annotated[PauseBody, Depends(reader(PauseBody))]
) -> PauseView:
    """The kill switch: after the answer no new send starts."""
    channel = _configured(bot, body.channel)
    in_flight = set_pause(
        bot.database, channel=channel, level=body.level, by=who.name, now=bot.clock()
    )
    return PauseView(channel=channel or None, level=body.level, in_flight=in_flight)


@router.post("/resume", openapi_extra=described(ResumeBody))
def resume(
    bot: TheBot, who: Admin, body: Annotated[ResumeBody, Depends(reader(ResumeBody))]
) -> PausesView:
    """End a pause, or all of them; what still holds is in the answer."""
    channel = _configured(bot, body.channel)
    lift_pause(bot.database, channel=channel, by=who.name, now=bot.clock())
    if channel == EVERYWHERE:
        bot.pause_file.unlink(missing_ok=True)
    left = {row.channel: row.level for row in all_pauses(bot.database)}
    return PausesView(pauses=left)


def _draft(bot: Bot, draft_id: str) -> DraftView:
    with bot.database.read() as session:
        found = session.get(Draft, draft_id)
        if found is None:
            raise Problem(404, "There is no such draft")
        return draft_view(found, read_clocks(bot, session, [found.mention])[found.mention_id])


def _configured(bot: Bot, channel: str | None) -> str:
    """A pause of a misspelt channel would stop nothing, and nobody would know."""
    if not channel:
        return EVERYWHERE
    if channel not in bot.channels:
        known = ", ".join(bot.channels) or "none"
        raise Problem(422, f"There is no such channel; configured: {known}")
    return channel
