"""incident: say that something goes wrong for many at once, and that it is over."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from config.clock import utcnow
from config.errors import ConfigError
from responder.commands import BY, require_known, with_bot
from responder.incident_views import incident_view
from responder.incidents import NoSuchIncident, Opening, Unfit, close_incident, open_incident
from responder.incidents import running as running_incidents


def open_one(config: Path, opening: Opening) -> int:
    """Open an incident and say its id. Raises ConfigError."""
    with with_bot(config) as bot:
        if opening.channel:
            require_known(opening.channel, bot.channels)
        strange = sorted(set(opening.statements) - set(bot.settings.brand.languages))
        if strange:
            raise ConfigError(
                where="--say",
                key=strange[0],
                problem="the brand does not answer in it",
                fix=f"choose from {', '.join(bot.settings.brand.languages)}",
            )
        try:
            incident_id = open_incident(bot.database, opening, by=BY, now=utcnow())
        except Unfit as unfit:
            raise ConfigError(
                where="incident open", problem=str(unfit), fix="see incident open --help"
            ) from None
    print(f"Open: {incident_id}  {opening.title}")
    return 0


def statements(said: Sequence[str]) -> Mapping[str, str]:
    """ "LANGUAGE=TEXT" as a mapping. Raises ConfigError."""
    told = {}
    for one in said:
        language, sign, text = one.partition("=")
        if not sign or not text.strip():
            raise ConfigError(
                where="--say", key=one[:40], problem="says no language", fix="write en=TEXT"
            )
        told[language.strip()] = text.strip()
    return told


def close_one(config: Path, incident_id: str) -> int:
    """Close an incident. Exit code 1 if there is none to close."""
    with with_bot(config) as bot:
        try:
            close_incident(bot.database, incident_id, by=BY, now=utcnow())
        except NoSuchIncident as missing:
            print(missing)
            return 1
    print(f"Closed: {incident_id}")
    return 0


def list_open(config: Path, *, as_json: bool) -> int:
    """Every incident that is open, the latest first."""
    with with_bot(config) as bot, bot.database.read() as session:
        found = [incident_view(one) for one in running_incidents(session)]
    if as_json:
        print(json.dumps([one.model_dump(mode="json") for one in found], ensure_ascii=False))
        return 0
    for one in found:
        about = ", ".join([*one.topics, *one.words])
        print(f"{one.id}  {one.opened_at:%Y-%m-%d %H:%M}  {one.title}  ({about})")
    if not found:
        print("No incident is open.")
    return 0
