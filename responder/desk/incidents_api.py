"""Incidents for programs, below /api/v1/incidents."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from responder.bot import Bot
from responder.desk.bearer import READS, Approver, TheBot
from responder.desk.bodies import LetterBody, described, reader
from responder.desk.parameters import After, Key, Limit
from responder.desk.problem import Problem
from responder.incident_views import IncidentView, incident_view, incidents_page
from responder.incidents import NoSuchIncident, Opening, Unfit, close_incident, open_incident
from responder.models import Incident
from responder.views import PageView

_Word = Annotated[str, Field(min_length=2, max_length=80)]
_Statement = Annotated[str, Field(min_length=1, max_length=4000)]


class OpeningBody(BaseModel):
    """`topics` or `words` tell which complaints belong to it; `statements` are what those are told,
    by language. Without `channel`: on all."""

    model_config = ConfigDict(extra="forbid")

    title: Annotated[str, Field(min_length=1, max_length=200)]
    channel: Annotated[str | None, Field(max_length=64)] = None
    topics: Annotated[list[_Word], Field(max_length=30)] = Field(default_factory=list)
    words: Annotated[list[_Word], Field(max_length=100)] = Field(default_factory=list)
    statements: Annotated[dict[str, _Statement], Field(max_length=30)] = Field(default_factory=dict)


router = APIRouter()


@router.get("/incidents", dependencies=READS)
def listed(
    bot: TheBot, *, closed: bool = False, limit: Limit = 50, after: After = None
) -> PageView[IncidentView]:
    """The open ones or those that are closed, the latest first."""
    with bot.database.read() as session:
        return incidents_page(session, closed=closed, limit=limit, after=after)


@router.post("/incidents", openapi_extra=described(OpeningBody))
def opened(
    bot: TheBot,
    who: Approver,
    body: Annotated[OpeningBody, Depends(reader(OpeningBody))],
) -> IncidentView:
    """Open one: complaints about it get its statement, and nothing about it leaves without a human.
    422: no mention could belong to it, or a channel or language nobody knows."""
    _require_known(bot, body)
    opening = Opening(
        title=body.title,
        channel=body.channel or "",
        topics=body.topics,
        words=body.words,
        statements=body.statements,
    )
    try:
        incident_id = open_incident(bot.database, opening, by=who.name, now=bot.clock())
    except Unfit as unfit:
        raise Problem(422, str(unfit)) from None
    return _found(bot, incident_id)


@router.post("/incidents/{incident_id}/close", openapi_extra=described(LetterBody))
def closed(
    bot: TheBot,
    who: Approver,
    body: Annotated[LetterBody, Depends(reader(LetterBody))],  # noqa: ARG001
    incident_id: Key,
) -> IncidentView:
    """It is over. 404: there is none. 409: somebody was faster."""
    with bot.database.read() as session:
        if session.get(Incident, incident_id) is None:
            raise Problem(404, "There is no such incident")
    try:
        close_incident(bot.database, incident_id, by=who.name, now=bot.clock())
    except NoSuchIncident as late:
        raise Problem(409, str(late)) from None
    return _found(bot, incident_id)


def _require_known(bot: Bot, body: OpeningBody) -> None:
    if body.channel is not None and body.channel not in bot.channels:
        raise Problem(422, f"The channel {body.channel} is not configured")
    strange = sorted(set(body.statements) - set(bot.settings.brand.languages))
    if strange:
        raise Problem(422, f"The brand does not answer in {strange[0]}")


def _found(bot: Bot, incident_id: str) -> IncidentView:
    with bot.database.read() as session:
        return incident_view(session.get_one(Incident, incident_id))
