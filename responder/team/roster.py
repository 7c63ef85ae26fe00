"""The roster: who is there when, speaks what, knows what, and sees which channels."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from config.calendar import Calendar
from config.database import Database
from responder.audit import note
from responder.sentences import N_, Refused
from responder.team.models import Agent

LONGEST_HOURS: Final = 200

_NO_HOURS: Final = N_(
    "These hours cannot be read: %(why)s. Write them as Mon-Fri 09:00-13:00 14:00-18:00"
)
_TOO_LONG: Final = N_("These hours are longer than %(most)s letters")


@dataclass(frozen=True, kw_only=True)
class Roster:
    """What the roster says of one agent, as in the table (Agent)."""

    hours: str
    languages: tuple[str, ...]
    specialities: tuple[str, ...]
    channels: tuple[str, ...]


def good_hours(text: str, zone: str) -> str:
    """Working hours as they are kept; "" is whenever the brand is staffed. Raises Refused."""
    hours = " ".join(text.split())
    if len(hours) > LONGEST_HOURS:
        raise Refused(_TOO_LONG, most=LONGEST_HOURS)
    try:
        Calendar.read(zone=zone, hours=hours)
    except ValueError as why:
        raise Refused(_NO_HOURS, why=why) from None
    return hours


def among(chosen: Iterable[str], known: Collection[str]) -> tuple[str, ...]:
    """Those of `known` that were chosen, in its order: what a form invents is left out."""
    wanted = set(chosen)
    return tuple(one for one in known if one in wanted)


def write_roster(
    database: Database, agent_id: str, roster: Roster, *, by: str, now: datetime
) -> bool:
    """Keep what the roster says of an agent. False if it said so already. Raises LookupError."""
    with database.write() as session:
        agent = session.get(Agent, agent_id)
        if agent is None:
            raise LookupError(agent_id)
        values = {field.name: getattr(roster, field.name) for field in fields(roster)}
        return _write(session, agent, values, by, now)


def write_languages(
    database: Database, agent_id: str, languages: tuple[str, ...], *, by: str, now: datetime
) -> bool:
    """What agents may say themselves; the rest stays as whoever writes it meanwhile has it."""
    with database.write() as session:
        agent = session.get_one(Agent, agent_id)
        return _write(session, agent, {"languages": languages}, by, now)


def _write(
    session: Session,
    agent: Agent,
    values: Mapping[str, str | tuple[str, ...]],
    by: str,
    now: datetime,
) -> bool:
    kept = {name: _kept(value) for name, value in values.items()}
    changed = [name for name, value in kept.items() if value != getattr(agent, name)]
    for name in changed:
        setattr(agent, name, kept[name])
    if changed:
        detail = ", ".join(_told(name, getattr(agent, name)) for name in changed)
        note(session, who=by, action="change roster", subject=agent.id, detail=detail, now=now)
    return bool(changed)


def _kept(value: str | tuple[str, ...]) -> str | list[str]:
    return value if isinstance(value, str) else list(value)


def _told(name: str, value: str | list[str]) -> str:
    """What an admin reads later: who saw what, and when they were there, settles questions."""
    said = value if isinstance(value, str) else " ".join(value)
    return f"{name}: {said or '(none)'}"
