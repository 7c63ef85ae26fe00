"""The audit, read: who did what, page by page, the newest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session, joinedload

from config.database import Database
from listener.models import Author, Mention
from responder.models import Audit, Draft, Reply
from responder.team.models import Agent

ROWS: Final = 50
_PIECE: Final = 500
_AUTHOR: Final = joinedload(Mention.author)


@dataclass(frozen=True, kw_only=True)
class Search:
    """Which deeds are wanted: empty and None mean all. `channels`: deeds about mentions of these
    only (empty: of every one), beside what is about no mention at all."""

    who: str = ""
    action: str = ""
    since: datetime | None = None
    until: datetime | None = None
    channels: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class About:
    """What a deed is about, as it stands today. `draft_id` or `agent_id` say where to look."""

    author: Author | None = None
    channel: str = ""
    draft_id: str = ""
    agent_id: str = ""
    name: str = ""  # of an agent


@dataclass(frozen=True, kw_only=True)
class Page:
    """`older`: read on from there; "" at the end."""

    rows: tuple[Audit, ...]
    about: dict[str, About]
    older: str


def read_audit(database: Database, search: Search, *, before: str = "") -> Page:
    """One page of deeds written before the one of this id."""
    with database.read() as session:
        rows = session.scalars(_found(search, before).limit(ROWS + 1)).all()
        shown = rows[:ROWS]
        return Page(
            rows=tuple(shown),
            about=_about(session, shown),
            older=shown[-1].id if len(rows) > ROWS else "",
        )


def every_deed(database: Database, search: Search) -> Iterator[Audit]:
    """All that was found, the newest first, read in pieces: nothing stays locked meanwhile."""
    before = ""
    while True:
        with database.read() as session:
            rows = session.scalars(_found(search, before).limit(_PIECE)).all()
        yield from rows
        if len(rows) < _PIECE:
            return
        before = rows[-1].id


def _found(search: Search, before: str) -> Select[Audit]:
    """Ids sort by the time they were made, and are indexed: the page goes on from one of them."""
    query = select(Audit).order_by(Audit.id.desc())
    if before:
        query = query.where(Audit.id < before)
    if search.who:
        query = query.where(Audit.who == search.who)
    if search.action:
        query = query.where(Audit.action == search.action)
    if search.since:
        query = query.where(Audit.at >= search.since)
    if search.until:
        query = query.where(Audit.at < search.until)
    return query.where(*_foreign(search.channels)) if search.channels else query


def _foreign(channels: frozenset[str]) -> tuple[ColumnElement[bool], ...]:
    """Not about a mention, draft or reply of any other channel."""
    other = Mention.channel.not_in(sorted(channels))
    draft = exists().where(Draft.id == Audit.subject, Draft.mention_id == Mention.id, other)
    reply = exists().where(Reply.id == Audit.subject, Reply.mention_id == Mention.id, other)
    mention = exists().where(Mention.id == Audit.subject, other)
    return ~draft, ~reply, ~mention


def _about(session: Session, rows: Sequence[Audit]) -> dict[str, About]:
    """By subject, for those that are still there: a query for each kind of thing."""
    wanted = {row.subject for row in rows}
    agents = session.scalars(select(Agent).where(Agent.id.in_(wanted)))
    found = {agent.id: About(agent_id=agent.id, name=agent.name) for agent in agents}
    of_drafts = select(Draft.id, Draft.id, Mention).join(Draft.mention).where(Draft.id.in_(wanted))
    of_replies = (
        select(Reply.id, Reply.draft_id, Mention).join(Reply.mention).where(Reply.id.in_(wanted))
    )
    # Of a mention's drafts the newest counts: it comes last.
    of_mentions = (
        select(Mention.id, func.coalesce(Draft.id, ""), Mention)
        .outerjoin(Draft, Draft.mention_id == Mention.id)
        .where(Mention.id.in_(wanted))
        .order_by(Draft.id)
    )
    for query in (of_drafts, of_replies, of_mentions):
        for subject, draft_id, mention in session.execute(query.options(_AUTHOR)):
            found[subject] = About(
                author=mention.author, channel=mention.channel, draft_id=draft_id
            )
    return found
