"""What happened in an episode, line by line, for the post-mortem."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from responder.crisis.models import Did, Episode, EpisodeEntry

WATCH: Final = "spike watch"
"""As whom the watch acts."""


def write(
    session: Session,
    episode: Episode,
    did: Did,
    *,
    now: datetime,
    by: str = WATCH,
    detail: str = "",
) -> None:
    session.add(EpisodeEntry(episode_id=episode.id, at=now, by=by, did=did, detail=detail))


def read(session: Session, episode_id: str) -> Sequence[EpisodeEntry]:
    """The oldest first."""
    return session.scalars(
        select(EpisodeEntry)
        .where(EpisodeEntry.episode_id == episode_id)
        .order_by(EpisodeEntry.at, EpisodeEntry.id)
    ).all()


def has_done(session: Session, episode: Episode, did: Did) -> bool:
    found = select(EpisodeEntry.id).where(
        EpisodeEntry.episode_id == episode.id, EpisodeEntry.did == did
    )
    return session.scalar(found.limit(1)) is not None
