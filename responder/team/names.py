"""What agents are called: a name is unlike every other, in upper or lower case."""

from __future__ import annotations

import unicodedata
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from listener.normalize import clean
from responder.sentences import N_, Refused
from responder.team.models import Agent

BY: Final = "command line"
LONGEST: Final = 64

_RESERVED: Final = frozenset({BY, "policy", "bot"})  # these sign deeds of the program itself
_UNFIT: Final = N_("A name has 1 to %(most)s letters, and no line breaks")
_OURS: Final = N_("%(name)s is what the program calls itself: choose another name")


def plain(text: str) -> str:
    """A name as it is kept and compared."""
    return unicodedata.normalize("NFC", clean(text)).strip()


def good_name(name: str) -> str:
    """A name that will do, as it is kept. Raises Refused."""
    kept = plain(name)
    if not 1 <= len(kept) <= LONGEST or not kept.isprintable():
        raise Refused(_UNFIT, most=LONGEST)
    if kept.casefold() in _RESERVED:
        raise Refused(_OURS, name=kept)
    return kept


def find(session: Session, name: str) -> Agent | None:
    """The agent of this name, in upper or lower case. A team is small: databases differ in what
    they know of letters beyond ASCII, Python knows them all."""
    wanted = plain(name).casefold()
    rows = session.scalars(select(Agent))
    return next((agent for agent in rows if agent.name.casefold() == wanted), None)


def known(session: Session, name: str) -> Agent:
    """As `find`. Raises LookupError."""
    agent = find(session, name)
    if agent is None:
        raise LookupError(f"There is no agent named {plain(name)}")
    return agent
