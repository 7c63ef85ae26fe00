"""The items of a page made ready for the store: cleaned, judged, told apart. No transaction is open
meanwhile, because scoring takes its time."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from config.database import Database
from listener.channels.base import Incoming, Rejected
from listener.models import Author, Mention, OwnPost
from listener.normalize import doubts, is_mention, is_newer, is_own_answer, normalize
from listener.store import Reading, Ready, judged
from sentiment.judge import Judgement
from sentiment.language import UNKNOWN

_LOOKED_AT = 500  # mentions of all authors of a page: whoever wrote lately is among them

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What a page holds. `heard`: the ids, of any version, of all that could be read."""

    mentions: tuple[Ready, ...]
    own: tuple[Incoming, ...]
    rejected: tuple[Rejected, ...]
    heard: frozenset[str]


@dataclass
class _Sorted:
    mentions: dict[str, Incoming] = field(default_factory=dict)
    own: dict[str, Incoming] = field(default_factory=dict)
    notes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    rejected: list[Rejected] = field(default_factory=list)
    heard: set[str] = field(default_factory=set)


def make_ready(
    database: Database,
    found: Iterable[Incoming],
    unreadable: Iterable[Rejected],
    reading: Reading,
    *,
    now: datetime,
) -> Batch:
    """`found` as mentions, oldest first, so that a conversation is stored in the order it was
    spoken, and as answers of our own. One bad item costs nobody else."""
    page = _Sorted(rejected=list(unreadable))
    for item in found:
        _sort(page, item, reading, now)
    ours = _known_as_ours(database, reading.channel, page.mentions)
    heard = (item for item in page.mentions.values() if item.external_id not in ours)
    items = sorted(heard, key=lambda item: item.created_at)
    judged, unjudged = _judge_what_is_new(database, items, reading)
    return Batch(
        mentions=tuple(
            Ready(
                item=item,
                judgement=judged.get(item.external_id),
                notes=page.notes.get(item.revision_id, ()),
            )
            for item in items
            if item.external_id not in unjudged
        ),
        own=tuple(sorted(page.own.values(), key=lambda item: item.created_at)),
        rejected=(*page.rejected, *unjudged.values()),
        heard=frozenset(page.heard - unjudged.keys() - _revisions(items, unjudged)),
    )


def dead(item: Incoming, error: Exception) -> Rejected:
    """The note a human gets about an item that came this far and no further."""
    why = str(getattr(error, "orig", None) or error)
    return Rejected(
        external_id=item.external_id,
        payload=json.dumps({"id": item.external_id, "text": item.text}),
        error=f"{type(error).__name__}: {why}",
    )


def _sort(page: _Sorted, item: Incoming, reading: Reading, now: datetime) -> None:
    try:
        ready = normalize(item, heard_at=now)
        kept = page.own if is_own_answer(ready) else page.mentions
        if kept is page.own or is_mention(ready, reading.our_handles):
            page.notes[ready.revision_id] = doubts(item, heard_at=now)
            # Two versions of one text may share a page, in any order.
            seen = kept.get(ready.external_id)
            if seen is None or is_newer(ready.revision_id, seen.revision_id):
                kept[ready.external_id] = ready
    except Exception as error:
        # Whatever is wrong with one item must not keep its page, and every page after it, away.
        page.rejected.append(dead(item, error))
    else:
        page.heard |= {ready.external_id, ready.revision_id}


def _known_as_ours(database: Database, channel: str, ids: Collection[str]) -> set[str]:
    """Which of these are posts of our own. Networks do not always say who wrote a text (Facebook
    leaves out `from` where a permission is missing): our answers must not pass for mentions then.
    """
    with database.read() as session:
        found = select(OwnPost.external_id).where(
            OwnPost.channel == channel, OwnPost.external_id.in_(ids)
        )
        return set(session.scalars(found))


def _revisions(items: Sequence[Incoming], ids: Mapping[str, object]) -> set[str]:
    return {item.revision_id for item in items if item.external_id in ids}


def _judge_what_is_new(
    database: Database, items: Sequence[Incoming], reading: Reading
) -> tuple[Mapping[str, Judgement], Mapping[str, Rejected]]:
    """Judgements of the items the store does not have in this wording, and what could not be
    judged."""
    known = _wordings(database, reading.channel, [item.external_id for item in items])
    fresh = [item for item in items if item.external_id not in known]
    usual = _usual_languages(database, reading.channel, fresh)
    done, unjudged = {}, {}
    for item in items:
        if item.external_id in known and known[item.external_id] in (item.text, None):
            continue
        try:
            author = item.author.external_id if item.author else ""
            done[item.external_id] = judged(item, reading, usual.get(author))
        except Exception as error:
            log.exception("%s: cannot judge %s", reading.channel, item.external_id)
            unjudged[item.external_id] = dead(item, error)
        # Yield, or the desk in the same process waits for the interpreter's lock.
        time.sleep(0)
    return done, unjudged


def _usual_languages(database: Database, channel: str, items: Sequence[Incoming]) -> dict[str, str]:
    """In which language each of the authors wrote last: "ok?" does not tell by itself."""
    authors = {item.author.external_id for item in items if item.author and not item.language}
    if not authors:
        return {}
    wrote = (
        select(Author.external_id, Mention.language)
        .join(Mention, Mention.author_id == Author.id)
        .where(
            Author.channel == channel,
            Author.external_id.in_(authors),
            Mention.language != UNKNOWN,
        )
        .order_by(Mention.created_at.desc())
        .limit(_LOOKED_AT)
    )
    with database.read() as session:
        lately = list(session.execute(wrote))
    return {row.external_id: row.language for row in reversed(lately)}


def _wordings(database: Database, channel: str, ids: Sequence[str]) -> dict[str, str | None]:
    """What the store has of these texts; None for words that were erased."""
    with database.read() as session:
        rows = session.execute(
            select(Mention.external_id, Mention.text, Mention.purged_at).where(
                Mention.channel == channel, Mention.external_id.in_(ids)
            )
        )
        return {row.external_id: None if row.purged_at else row.text for row in rows}
