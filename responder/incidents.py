"""Incidents: what goes wrong for many at once. A human opens one, says what to tell customers, and
closes it; which mentions belong to it is told by topics and words, as with any saved reply."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Final

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from config.book import Entry, Text
from config.database import Database
from listener.models import Mention
from listener.normalize import clean
from responder.audit import note
from responder.language_names import name_of
from responder.models import Incident
from responder.retrieve import About, best
from sentiment.language import UNKNOWN
from sentiment.topics import OTHER, TOPICS

log = logging.getLogger(__name__)

_LONGEST_TITLE: Final = 200
_TEXT: Final[TypeAdapter[str]] = TypeAdapter(Text)


class NoSuchIncident(Exception):
    """It does not exist, or is closed already. The text says which."""


class Unfit(ValueError):
    """An incident that could never fit a mention, or says nothing. The text says why."""


@dataclass(frozen=True, kw_only=True)
class Opening:
    """What a human says when opening one. `topics` or `words` tell which complaints belong to it;
    `statements` are whole sentences, by language; `channel`: "" for all."""

    title: str
    channel: str = ""
    topics: Sequence[str] = ()
    words: Sequence[str] = ()
    statements: Mapping[str, str] = field(default_factory=dict)


def open_incident(database: Database, opening: Opening, *, by: str, now: datetime) -> str:
    """Open one; returns its id. Raises Unfit."""
    refuse_unfit(opening)
    with database.write() as session:
        return keep_incident(session, opening, by=by, now=now)


def refuse_unfit(opening: Opening) -> None:
    """Raises Unfit for what could not be opened."""
    _as_kept(opening)


def keep_incident(session: Session, opening: Opening, *, by: str, now: datetime) -> str:
    """The same within a transaction of the caller's. Raises Unfit."""
    incident = _as_kept(opening)
    incident.opened_at, incident.opened_by = now, by
    session.add(incident)
    session.flush()
    note(session, who=by, action="open incident", subject=incident.id, now=now)
    return incident.id


def _as_kept(opening: Opening) -> Incident:
    title = clean(opening.title).strip()[:_LONGEST_TITLE]
    if not any(map(str.isalnum, title)):
        raise Unfit("an incident needs a title")
    entry = entry_of(opening)
    return Incident(
        title=title,
        channel=opening.channel,
        topics=list(entry.topics),
        words=list(entry.words),
        statements={lang: _statement(lang, text) for lang, text in opening.statements.items()},
    )


def close_incident(database: Database, incident_id: str, *, by: str, now: datetime) -> None:
    """Close one. Raises NoSuchIncident."""
    with database.write() as session:
        incident = session.get(Incident, incident_id, with_for_update=True)
        if incident is None:
            raise NoSuchIncident("There is no such incident")
        if incident.closed_at is not None:
            raise NoSuchIncident(f"{incident.closed_by} closed it already")
        incident.closed_at, incident.closed_by = now, by
        note(session, who=by, action="close incident", subject=incident.id, now=now)


def running(session: Session) -> Sequence[Incident]:
    """The open ones, the latest first."""
    return session.scalars(
        select(Incident).where(Incident.closed_at.is_(None)).order_by(Incident.id.desc())
    ).all()


def incident_of(session: Session, mention: Mention) -> Incident | None:
    """The open incident a mention belongs to; the latest where there are several."""
    return next(
        (one for one in running(session) if belongs(mention, one.channel, _kept(one))), None
    )


def belongs(mention: Mention, channel: str, entry: Entry) -> bool:
    """Whether a mention is one of those that `entry` tells, on `channel` ("" for all)."""
    about = About(text=mention.text, topics=mention.topics)
    return channel in ("", mention.channel) and best(about, [entry]) is not None


def known_as(incident: Incident, language: str) -> str:
    """What the card of a mention in `language` calls it: its title, and whether it has no words for
    this customer, who is then answered as any other."""
    if incident.statements.get(language):
        return incident.title
    spoken = "its language" if language == UNKNOWN else name_of(language, spoken="en")
    return f"{incident.title} (no statement in {spoken})"


def entry_of(opening: Opening) -> Entry:
    """What tells which mentions belong to it. Raises Unfit."""
    if not opening.topics and not opening.words:
        raise Unfit("name topics or words: otherwise no mention belongs to it")
    unknown = [topic[:40] for topic in opening.topics if topic not in (*TOPICS, OTHER)]
    if unknown:
        raise Unfit(f"there is no topic {', '.join(unknown)} (docs/glossary.md)")
    try:
        return _as_entry(opening.topics, opening.words)
    except ValidationError as error:
        raise Unfit(f"its words: {_problem(error)}") from None


def _kept(incident: Incident) -> Entry:
    """The same of one that was kept, so that a row of former days stops no draft."""
    return _as_entry(incident.topics, sound_words(incident))


def sound_words(incident: Incident) -> list[str]:
    """The words of one that was kept, without what cannot be looked for."""
    return [words for words in incident.words if _is_sound(words)]


def _as_entry(topics: Sequence[str], words: Sequence[str]) -> Entry:
    return Entry(key="incident", title="incident", topics=tuple(topics), words=tuple(words))


@lru_cache(maxsize=1024)  # asked for every mention while an incident is open
def _is_sound(words: str) -> bool:
    try:
        _as_entry((), (words,))
    except ValidationError as error:
        log.warning("an incident's words are left out: %s", _problem(error))
        return False
    return True


def _statement(language: str, text: str) -> str:
    """A statement as it will be said. Raises Unfit."""
    said = clean(text).strip()
    if not any(map(str.isalnum, said)):
        raise Unfit(f"the statement in {language} says nothing")
    try:
        return _TEXT.validate_python(said)
    except ValidationError as error:
        raise Unfit(f"the statement in {language}: {_problem(error)}") from None


def _problem(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    return first["msg"].removeprefix("Value error, ")
