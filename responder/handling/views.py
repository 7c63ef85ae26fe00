"""Views people keep for themselves: the filters of a list under a name."""

from __future__ import annotations

from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from listener.normalize import clean
from responder.approve import Conflict, NotFound
from responder.bot import Bot
from responder.handling.models import SavedView

MOST: Final = 20
LONGEST_NAME: Final = 64
LONGEST_QUERY: Final = 500


def saved_views(session: Session, agent_id: str) -> list[SavedView]:
    """An agent's own, by name."""
    mine = select(SavedView).where(SavedView.agent_id == agent_id)
    return list(session.scalars(mine.order_by(SavedView.name, SavedView.id)))


def save_view(bot: Bot, *, agent_id: str, name: str, query: str) -> str:
    """Keep a list's `query` as `name`; the one that had the name before is replaced. Returns its
    id. Raises Conflict, with a sentence."""
    plain = " ".join(clean(name).split())
    if not plain or len(plain) > LONGEST_NAME:
        raise Conflict(f"A view's name has 1 to {LONGEST_NAME} letters")
    if len(query) > LONGEST_QUERY:
        raise Conflict("These filters are too long to keep")
    with bot.database.write() as session:
        mine = select(SavedView).where(SavedView.agent_id == agent_id)
        row = session.scalar(mine.where(SavedView.name == plain).limit(1))
        if row is None and _count(session, agent_id) >= MOST:
            raise Conflict(f"{MOST} views are the most: delete one first")
        row = row or SavedView(agent_id=agent_id, name=plain)
        row.query, row.at = query, bot.clock()
        session.add(row)
        session.flush()
        return row.id


def delete_view(bot: Bot, view_id: str, *, agent_id: str) -> None:
    """Raises NotFound, also for a colleague's."""
    with bot.database.write() as session:
        row = session.get(SavedView, view_id)
        if row is None or row.agent_id != agent_id:
            raise NotFound("There is no such view")
        session.delete(row)


def _count(session: Session, agent_id: str) -> int:
    own = select(func.count()).select_from(SavedView).where(SavedView.agent_id == agent_id)
    return session.scalar(own) or 0
