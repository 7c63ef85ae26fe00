"""Is it alive, can it work? For those who watch over it: no sign-in, and nothing worth hiding."""

from __future__ import annotations

import sqlite3
from ipaddress import ip_address
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from sqlalchemy.exc import SQLAlchemyError

from responder import access
from responder.bot import Bot
from responder.condition import Severity
from responder.desk.pages import desk_of
from responder.metrics import CONTENT_TYPE, exposition
from responder.models import PauseLevel
from responder.pause import EVERYWHERE, all_pauses
from responder.pulse import Pulse
from responder.readiness import conditions
from responder.team.models import CredentialKind

_PROXY_HEADERS: Final = ("forwarded", "x-forwarded-for", "x-real-ip")


router = APIRouter(tags=["Health"])


@router.get("/livez")
def livez() -> dict[str, bool]:
    """The process answers."""
    return {"ok": True}


@router.get("/readyz", responses={503: {"description": "Not ready; `reasons` say why"}})
def readyz(request: Request) -> JSONResponse:
    """200 if the bot can do what it is there for, else 503 with reasons."""
    desk = desk_of(request)
    found = readiness(desk.bot, desk.pulse)
    return JSONResponse(found, 200 if found["ok"] else 503)


@router.get("/metrics", response_class=PlainTextResponse)
def metrics(request: Request) -> Response:
    """Numbers for Prometheus. Asked from another machine, it takes an API token."""
    desk = desk_of(request)
    if not (_is_next_door(request) or _has_token(request, desk.bot)):
        told = "From another machine: Authorization: Bearer antiphon_…\n"
        return PlainTextResponse(told, 401, {"WWW-Authenticate": 'Bearer realm="antiphon"'})
    try:
        return PlainTextResponse(exposition(desk.bot, desk.pulse), media_type=CONTENT_TYPE)
    except SQLAlchemyError:
        return PlainTextResponse("The database does not answer: see /readyz\n", 503)


def readiness(bot: Bot, pulse: Pulse | None = None) -> dict[str, Any]:
    """`ok`; `reasons` (sentences; empty when ok); `warnings`, on which a human should act, and
    `notes`; `pauses` by channel ("" is everywhere); and `sqlite`, the version of the library where
    that is the database."""
    found = conditions(bot, pulse, bot.clock())
    told = {
        severity: [one.text for one in found if one.severity is severity] for severity in Severity
    }
    try:
        pauses = {row.channel: row.level.value for row in all_pauses(bot.database)}
    except SQLAlchemyError:
        pauses = {}
    if bot.pause_file.exists():
        pauses[EVERYWHERE] = PauseLevel.ALL.value
    return {
        "ok": not told[Severity.RED],
        "reasons": told[Severity.RED],
        "warnings": told[Severity.WARNING],
        "notes": told[Severity.NOTE],
        "pauses": pauses,
        "sqlite": sqlite3.sqlite_version if bot.database.is_sqlite else None,
    }


def _is_next_door(request: Request) -> bool:
    """Asked by a program of this machine, and not by a proxy here that speaks for somebody else."""
    if request.client is None or any(name in request.headers for name in _PROXY_HEADERS):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _has_token(request: Request, bot: Bot) -> bool:
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return False
    try:
        known = access.visitor(bot.database, secret.strip(), CredentialKind.TOKEN, bot.clock())
    except SQLAlchemyError:
        return False
    return known is not None
