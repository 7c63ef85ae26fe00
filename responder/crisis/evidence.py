"""What an episode is about, read from the mentions: words, threads, who began, languages, topics,
channels. Ids and counts only: customers' texts stay where they are, and go when they go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from listener.models import Mention
from responder.crisis.course import Key
from responder.crisis.explain import Text, terms
from responder.crisis.models import Episode, Kind
from responder.crisis.people import belongs, in_row
from sentiment.topics import OTHER

_MOST: Final = 2_000  # mentions that are read, the latest, of either time
_BEFORE: Final = timedelta(days=7)
_SHOWN: Final = 5


def key_of(episode: Episode) -> Key:
    return Key(episode.kind, episode.topic, episode.channel)


def mentions_of(
    session: Session, episode: Episode, *only: ColumnElement[bool], limit: int = _MOST
) -> list[Mention]:
    """Those that make it up, the latest first. `only`: what else must hold of each."""
    until = episode.ended_at or episode.last_at + timedelta(hours=1)
    return _rows(session, key_of(episode), episode.began_at, until, limit, *only)


def _rows(
    session: Session,
    key: Key,
    since: datetime,
    until: datetime,
    limit: int,
    *only: ColumnElement[bool],
) -> list[Mention]:
    rows = session.scalars(
        select(Mention)
        .where(Mention.created_at >= since, Mention.created_at < until, *belongs(key), *only)
        .order_by(Mention.created_at.desc(), Mention.id.desc())
        .limit(limit if key.kind in (Kind.ALL, Kind.NEGATIVE) else limit * 5)
    )
    return [row for row in rows if in_row(row, key)][:limit]


def explain(session: Session, episode: Episode, also: Sequence[Key] = ()) -> dict[str, Any]:
    """What stands out. `also`: other series that alarm with it."""
    found = mentions_of(session, episode)
    # What is usually said: of everything on the channel, the week before.
    usual = Key(Kind.ALL, "", episode.channel)
    before = _rows(session, usual, episode.began_at - _BEFORE, episode.began_at, _MOST)
    return {
        "mentions": len(found),
        "terms": [asdict(one) for one in terms(_texts(found), _texts(before))],
        "threads": _threads(found),
        "first": _first(found),
        "languages": _shares(Counter(one.language for one in found)),
        "channels": _shares(Counter(one.channel for one in found)),
        "topics": _shares(
            Counter(topic for one in found for topic in one.topics if topic != OTHER)
        ),
        "also": [list(key) for key in also],
    }


def _texts(mentions: Sequence[Mention]) -> list[Text]:
    """Words of an episode are shown to all who see its channel: none written in private."""
    public = (one for one in mentions if one.text and not one.private)
    return [(one.author_id or one.id, one.language, one.text) for one in public]


def _threads(mentions: Sequence[Mention]) -> list[dict[str, Any]]:
    """The biggest, of more than one text, with the first of each that we know."""
    sizes = Counter(one.conversation_id for one in mentions)
    firsts = {one.conversation_id: one for one in mentions}  # the latest come first
    return [
        {"mention": firsts[key].id, "channel": firsts[key].channel, "mentions": size}
        for key, size in sizes.most_common(_SHOWN)
        if size > 1
    ]


def _first(mentions: Sequence[Mention]) -> dict[str, str] | None:
    if not mentions:
        return None
    first = min(mentions, key=lambda one: (one.created_at, one.id))
    return {"mention": first.id, "channel": first.channel, "at": first.created_at.isoformat()}


def _shares(counted: Counter[str]) -> list[list[str | int]]:
    return [[name, number] for name, number in counted.most_common(_SHOWN)]
