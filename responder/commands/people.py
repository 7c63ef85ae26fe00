"""The commands about people and programs: agents, invitations, tokens."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.errors import ConfigError
from responder import access
from responder.bot import desk_url
from responder.commands import with_bot
from responder.sentences import Refused
from responder.team import accounts
from responder.team.models import Role


def add_agent(config: Path, name: str, role: str) -> int:
    chosen = _role(role)
    with with_bot(config) as bot:
        try:
            secret = access.invite(bot.database, name=name, role=chosen, now=bot.clock())
        except ValueError as error:
            raise _bad_name(name, error) from None
        print(f"{name} may join as {chosen}, once, within 24 hours:")
        print(f"{desk_url(bot.settings)}/join/{secret}")
    return 0


def list_agents(config: Path, *, as_json: bool) -> int:
    with with_bot(config) as bot:
        people = [
            {"name": a.name, "role": a.role.value, "disabled": a.disabled_at is not None}
            for a in accounts.agents(bot.database)
        ]
    if as_json:
        print(json.dumps(people, ensure_ascii=False))
        return 0
    for person in people:
        print(f"{person['name']}  {person['role']}{'  disabled' if person['disabled'] else ''}")
    if not people:
        print("Nobody yet: python run_bot.py agent add NAME --role admin")
    return 0


def disable_agent(config: Path, name: str) -> int:
    with with_bot(config) as bot, _told(name):
        accounts.disable(bot.database, name, bot.clock())
    print(f"{name} cannot sign in any more")
    return 0


def enable_agent(config: Path, name: str) -> int:
    with with_bot(config) as bot, _told(name):
        accounts.enable(bot.database, name, bot.clock())
    print(f"{name} can sign in again")
    return 0


def change_role(config: Path, name: str, role: str) -> int:
    chosen = _role(role)
    with with_bot(config) as bot, _told(name):
        accounts.set_role(bot.database, name, chosen, bot.clock())
    print(f"{name} is {chosen} from the next sign-in on")
    return 0


def reset_agent(config: Path, name: str) -> int:
    with with_bot(config) as bot, _told(name):
        secret = accounts.reset(bot.database, name, bot.clock(), even_the_last=True)
        print(f"{name} may choose a new password, once, within 24 hours:")
        print(f"{desk_url(bot.settings)}/join/{secret}")
    return 0


def create_token(config: Path, name: str, role: str) -> int:
    chosen = _role(role)
    with with_bot(config) as bot:
        try:
            print(access.create_token(bot.database, name=name, role=chosen, now=bot.clock()))
        except ValueError as error:
            raise _bad_name(name, error) from None
    return 0


def _role(role: str) -> Role:
    if role not in list(Role):
        raise ConfigError(
            where="--role", key=role, problem="no such role", fix=f"choose from {', '.join(Role)}"
        )
    return Role(role)


def _bad_name(name: str, error: ValueError) -> ConfigError:
    return ConfigError(where="name", key=repr(name), problem=str(error), fix="choose another name")


@contextmanager
def _told(name: str) -> Iterator[None]:
    """What the team refuses, as a line of the command line."""
    try:
        yield
    except LookupError:
        fix = "see: python run_bot.py agent list"
        raise ConfigError(where="agent", key=name, problem="no such agent", fix=fix) from None
    except Refused as refusal:
        problem, _, fix = str(refusal).partition(": ")
        raise ConfigError(where="agent", key=name, problem=problem, fix=fix) from None
