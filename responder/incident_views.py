"""Incidents as other programs see them, and page by page."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from responder.models import Incident
from responder.paging import cursor_of, one_page, parts_of
from responder.views import PageView


class IncidentView(BaseModel):
    """`topics` and `words` tell which complaints belong to it; `statements` answer them, by
    language. `channel` is null for all; `closed_at` is null while it is open."""

    id: str
    title: str
    channel: str | None
    topics: list[str]
    words: list[str]
    statements: dict[str, str]
    opened_at: datetime
    opened_by: str
    closed_at: datetime | None
    closed_by: str | None


def incident_view(incident: Incident) -> IncidentView:
    """One incident as programs see it."""
    return IncidentView(
        id=incident.id,
        title=incident.title,
        channel=incident.channel or None,
        topics=list(incident.topics),
        words=list(incident.words),
        statements=dict(incident.statements),
        opened_at=incident.opened_at,
        opened_by=incident.opened_by,
        closed_at=incident.closed_at,
        closed_by=incident.closed_by or None,
    )


def incidents_page(
    session: Session, *, closed: bool = False, limit: int, after: str | None = None
) -> PageView[IncidentView]:
    """The open ones, or those that are `closed`, the latest first."""
    is_closed = Incident.closed_at.is_not(None) if closed else Incident.closed_at.is_(None)
    query = select(Incident).where(is_closed).order_by(Incident.id.desc())
    if after:
        (row_id,) = parts_of(after, 1)
        query = query.where(Incident.id < row_id)
    rows, last = one_page(session, query, limit)
    return PageView(items=[incident_view(row) for row in rows], next=last and cursor_of(last.id))
