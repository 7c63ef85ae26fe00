"""The API for programs: everything below /api/v1, with a bearer token and nothing else.

Annotations are evaluated at once here (no `from __future__ import annotations`): FastAPI reads
them, and those of the routes name values of the functions around them.
"""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, BeforeValidator, Field

from listener.models import Mention, MentionStatus
from listener.trends import By, period, volume
from responder import access, approve
from responder.access import Visitor
from responder.bot import Bot
from responder.desk.bodies import (
    ApproveBody,
    PauseBody,
    RejectBody,
    ResumeBody,
    described,
    reader,
)
from responder.desk.letters_api import letters_routes
from responder.desk.parameters import BLANK, After, Key, Limit, Moment, Word
from responder.desk.problem import PREFIX, Problem, ProblemView, install_problem_handlers
from responder.models import CredentialKind, Draft, DraftStatus, PauseLevel, ReplyStatus, Role
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

_BEARER: Final = HTTPBearer(auto_error=False, description="run_bot.py token create NAME --role …")


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


class BucketView(BaseModel):
    """`start` is the beginning of an hour, day or week of the brand's zone, with its offset."""

    start: datetime
    channel: str
    mentions: int
    negative: int
    neutral: int
    positive: int
    unknown: int


class VolumeView(BaseModel):
    """Mentions created in [from, to)."""

    since: Annotated[datetime, Field(alias="from")]
    until: Annotated[datetime, Field(alias="to")]
    by: By
    series: list[BucketView]


def router(bot: Bot) -> APIRouter:
    """The routes of /api/v1 for one bot. The app also needs `install_problem_handlers`."""
    statuses = (401, 403, 404, 409, 413, 422, 503)
    problems: dict[int | str, dict[str, Any]] = {one: {"model": ProblemView} for one in statuses}
    api = APIRouter(prefix=PREFIX, tags=["API"], responses=problems)
    _lists(api, bot)
    _trends(api, bot)
    _single(api, bot)
    _decisions(api, bot)
    _switch(api, bot)
    letters_routes(api, bot, reads=_need(bot, Role.VIEWER), decides=_need(bot, Role.APPROVER))
    return api


def _need(bot: Bot, role: Role) -> Callable[..., Visitor]:
    """A dependency: let in whoever shows a token of this role or a higher one."""

    def visitor(
        shown: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
    ) -> Visitor:
        secret = shown.credentials if shown else ""
        found = access.visitor(bot.database, secret, CredentialKind.TOKEN, bot.clock())
        if found is None:
            challenge = {"WWW-Authenticate": 'Bearer realm="antiphon"'}
            raise Problem(401, "Send a token: Authorization: Bearer antiphon_…", challenge)
        if not found.may(role):
            raise Problem(403, f"This token may do what a {found.role} does; it takes {role}")
        return found

    return visitor


def _lists(api: APIRouter, bot: Bot) -> None:
    reads = [Depends(_need(bot, Role.VIEWER))]

    @api.get("/mentions", dependencies=reads)
    def mentions(  # one parameter a filter
        status: Annotated[MentionStatus | None, BLANK] = None,
        channel: Word = None,
        language: Word = None,
        q: Word = None,
        limit: Limit = 50,
        after: After = None,
    ) -> PageView[MentionView]:
        """What was heard, newest first. `q` is looked for in text, author's name and handle."""
        with bot.database.read() as session:
            return mentions_page(
                session,
                status=status,
                channel=channel,
                language=language,
                q=q,
                limit=limit,
                after=after,
            )

    @api.get("/drafts", dependencies=reads)
    def drafts(
        status: Annotated[DraftStatus | None, BLANK] = None,
        channel: Word = None,
        limit: Limit = 50,
        after: After = None,
    ) -> PageView[DraftView]:
        """Drafts of every status, or of one; the most urgent first."""
        with bot.database.read() as session:
            return drafts_page(session, status=status, channel=channel, limit=limit, after=after)

    @api.get("/replies", dependencies=reads)
    def replies(
        status: Annotated[ReplyStatus | None, BLANK] = None,
        channel: Word = None,
        limit: Limit = 50,
        after: After = None,
    ) -> PageView[ReplyView]:
        """The outbox, newest first."""
        with bot.database.read() as session:
            return replies_page(session, status=status, channel=channel, limit=limit, after=after)


def _trends(api: APIRouter, bot: Bot) -> None:
    @api.get("/trends/volume", dependencies=[Depends(_need(bot, Role.VIEWER))])
    def trends(
        since: Annotated[Moment, Query(alias="from")] = None,
        until: Annotated[Moment, Query(alias="to")] = None,
        by: Annotated[By, BeforeValidator(lambda value: value or By.DAY)] = By.DAY,
        channel: Word = None,
    ) -> VolumeView:
        """How much was said, and how it felt. `from` and `to` are moments or dates (the last one
        included); without them, the last 14 days. By hour 45 days at most, by day 400."""
        try:
            start, end = period(_plus(since), _plus(until), zone=bot.zone, now=bot.clock())
            buckets = volume(
                bot.database, start=start, end=end, by=by, zone=bot.zone, channel=channel
            )
        except ValueError as error:
            raise Problem(422, str(error)) from None
        found = {"from": start.astimezone(bot.zone), "to": end.astimezone(bot.zone), "by": by}
        return VolumeView.model_validate(found | {"series": [asdict(one) for one in buckets]})


def _single(api: APIRouter, bot: Bot) -> None:
    reads = [Depends(_need(bot, Role.VIEWER))]

    @api.get("/mentions/{mention_id}", dependencies=reads)
    def mention(mention_id: Key) -> MentionView:
        with bot.database.read() as session:
            found = session.get(Mention, mention_id)
            if found is None:
                raise Problem(404, "There is no such mention")
            return mention_view(found)

    @api.get("/drafts/{draft_id}", dependencies=reads)
    def draft(draft_id: Key) -> DraftView:
        return _draft(bot, draft_id)


def _decisions(api: APIRouter, bot: Bot) -> None:
    @api.post("/drafts/{draft_id}/approve", openapi_extra=described(ApproveBody))
    def approve_draft(
        who: Annotated[Visitor, Depends(_need(bot, Role.APPROVER))],
        body: Annotated[ApproveBody, Depends(reader(ApproveBody))],
        draft_id: Key,
    ) -> ApprovedView:
        """Let a draft leave. 409: somebody was faster, or the version is old. 422 with `findings`:
        one of them blocks, or must be in `confirm`."""
        approved = approve.approve(
            bot,
            draft_id,
            version=body.version,
            by=who.name,
            text=body.text,
            confirm=frozenset(body.confirm or ()),
        )
        return ApprovedView(**asdict(approved))

    @api.post("/drafts/{draft_id}/reject", openapi_extra=described(RejectBody))
    def reject_draft(
        who: Annotated[Visitor, Depends(_need(bot, Role.EDITOR))],
        body: Annotated[RejectBody, Depends(reader(RejectBody))],
        draft_id: Key,
    ) -> DraftView:
        """Decide that the mention gets no answer. 409: somebody was faster."""
        approve.reject(bot, draft_id, version=body.version, reason=body.reason, by=who.name)
        return _draft(bot, draft_id)


def _switch(api: APIRouter, bot: Bot) -> None:
    admin = Depends(_need(bot, Role.ADMIN))

    @api.post("/pause", openapi_extra=described(PauseBody))
    def pause(
        who: Annotated[Visitor, admin], body: Annotated[PauseBody, Depends(reader(PauseBody))]
    ) -> PauseView:
        """The kill switch: after the answer no new send starts."""
        channel = _configured(bot, body.channel)
        in_flight = set_pause(
            bot.database, channel=channel, level=body.level, by=who.name, now=bot.clock()
        )
        return PauseView(channel=channel or None, level=body.level, in_flight=in_flight)

    @api.post("/resume", openapi_extra=described(ResumeBody))
    def resume(
        who: Annotated[Visitor, admin], body: Annotated[ResumeBody, Depends(reader(ResumeBody))]
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
        return draft_view(found)


def _configured(bot: Bot, channel: str | None) -> str:
    """A pause of a misspelt channel would stop nothing, and nobody would know."""
    if not channel:
        return EVERYWHERE
    if channel not in bot.channels:
        known = ", ".join(bot.channels) or "none"
        raise Problem(422, f"There is no such channel; configured: {known}")
    return channel


def _plus(moment: str | None) -> str | None:
    """In a query, "+" means a space: the offset of 2026-03-01T09:00+01:00 arrives without it."""
    return moment.replace(" ", "+") if moment and "T" in moment else moment
