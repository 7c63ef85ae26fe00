"""The screen that says how the whole is doing: whether anything leaves, what is wrong, how each
network is heard, what waits, and how this machine is."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from listener.budget import usd
from listener.health import BreakerState, GapState
from listener.models import DeadLetter, Mention, Operation
from responder.access import Visitor
from responder.bot import Bot
from responder.condition import Condition, Severity
from responder.desk.ears import ChannelCard, channel_card
from responder.desk.letters import what_came_of_it
from responder.desk.pages import desk_of, render
from responder.desk.rows import label_of, name_of
from responder.desk.sight import in_sight
from responder.desk.signin import Seat
from responder.desk.sizes import seconds, size
from responder.desk.switch import LEVELS, word_to_type
from responder.desk.toast import Toast
from responder.desk.tongue import N_, _
from responder.health.machine import read_machine, read_model_times
from responder.health.outbox import read_outbox
from responder.health.standing import Stance, read_standings
from responder.model.tables import Outcome as Asked
from responder.models import PauseLevel, Reply, ReplyStatus
from responder.pause import LONGEST_REASON
from responder.pulse import Pulse
from responder.readiness import LEAST_FREE_MEGABYTES, conditions

router = APIRouter(include_in_schema=False)

LETTERS: Final = 50
_DONE: Final[Mapping[str, str]] = {
    "paused": N_("Paused. An admin resumes it here, or from the line above every page."),
}


@dataclass(frozen=True, kw_only=True)
class Landing:
    """A reply that was on the wire when somebody paused."""

    name: str
    channel: str
    draft_id: str
    status: ReplyStatus


@router.get("/channels")
def channels() -> Response:
    """Where it was before."""
    return RedirectResponse("/health", status_code=308)


@router.get("/health")
def health_page(request: Request, seat: Seat, done: str = "", flight: str = "") -> Response:
    desk = desk_of(request)
    bot, seen = desk.bot, [name for name in desk.bot.channels if seat.sees(name)]
    told = what_came_of_it(request.query_params) if done == "letters" else []
    toast = Toast(text=" ".join(told)) if told else None
    if done in _DONE:
        toast = Toast(text=_(_DONE[done]))
    return render(
        request,
        "health.html",
        seat=seat,
        toast=toast,
        landing=_landing(bot, seat, flight),
        found=_concerning(conditions(bot, desk.pulse, bot.clock()), bot.channels, seen),
        cards=_cards(bot, desk.pulse, seen),
        beats=_beats(desk.pulse, bot.channels, seen),
        **_of_the_store(bot, seen),
        **_words(),
    )


def _of_the_store(bot: Bot, seen: Collection[str]) -> dict[str, Any]:
    with bot.database.read() as session:
        letters, more = _letters(session, seen)
        return {
            "standings": read_standings(session, bot, seen),
            "outbox": read_outbox(session, seen),
            "machine": read_machine(session, bot),
            "model": read_model_times(session, bot.clock()) if bot.settings.model.on else None,
            "letters": letters,
            "more_letters": more,
        }


def _words() -> dict[str, Any]:
    """What the template compares with, and puts into words."""
    return {
        "Stance": Stance,
        "Severity": Severity,
        "BreakerState": BreakerState,
        "GapState": GapState,
        "Operation": Operation,
        "Asked": Asked,
        "ReplyStatus": ReplyStatus,
        "levels": LEVELS,
        "level": PauseLevel.SEND,
        "why": "",
        "wrong": False,
        "word": word_to_type(),
        "longest": LONGEST_REASON,
        "size": size,
        "seconds": seconds,
        "usd": usd,
        "least_free": LEAST_FREE_MEGABYTES,
    }


def _cards(bot: Bot, pulse: Pulse | None, seen: Iterable[str]) -> list[ChannelCard]:
    return [channel_card(bot, pulse, name) for name in seen]


def _beats(pulse: Pulse | None, known: Collection[str], seen: Collection[str]) -> list[Any]:
    """The jobs, those of channels that are not for these eyes left out."""
    beats = pulse.beats if pulse else ()
    return [beat for beat in beats if not _names(beat.name) & (set(known) - set(seen))]


def _concerning(
    found: Iterable[Condition], known: Collection[str], seen: Collection[str]
) -> list[Condition]:
    """The worst first, each sentence once. What is about channels of other teams is left out: a
    cause names its channel."""
    hidden, ranks = set(known) - set(seen), list(Severity)
    shown = {one.text: one for one in found if not _names(one.cause) & hidden}
    return sorted(shown.values(), key=lambda one: ranks.index(one.severity))


def _names(cause: str) -> set[str]:
    return set(re.split(r"[\s:/]+", cause))


def _letters(session: Session, seen: Collection[str]) -> tuple[list[DeadLetter], bool]:
    """The newest that are open, and whether there are more."""
    query = (
        select(DeadLetter)
        .where(DeadLetter.closed_at.is_(None), DeadLetter.channel.in_(sorted(seen)))
        .order_by(DeadLetter.heard_at.desc(), DeadLetter.id.desc())
    )
    rows = list(session.scalars(query.limit(LETTERS + 1)))
    return rows[:LETTERS], len(rows) > LETTERS


def _landing(bot: Bot, seat: Visitor, flight: str) -> list[Landing]:
    """What an address says was on its way; how it is now is read anew."""
    ids = [one for one in flight.split(",")[:100] if re.fullmatch(r"[0-9a-f]{28}", one)]
    if not ids:
        return []
    with bot.database.read() as session:
        rows = session.scalars(
            select(Reply)
            .join(Reply.mention)
            .options(joinedload(Reply.mention).joinedload(Mention.author))
            .where(Reply.id.in_(ids), in_sight(seat))
            .order_by(Reply.id)
        )
        return [
            Landing(
                name=name_of(row.mention.author),
                channel=label_of(bot, row.channel),
                draft_id=row.draft_id,
                status=row.status,
            )
            for row in rows
        ]
