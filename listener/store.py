"""How one item becomes rows. Everything here runs inside the transaction of its page."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.calendar import ALWAYS, Calendar
from listener.channels.base import Incoming
from listener.likeness import likeness
from listener.making import (
    author_of,
    conversation_of,
    heard_after_all,
    is_history,
    mention_of,
    take_judgement,
)
from listener.models import OPEN, Author, Mention, MentionStatus, as_media
from listener.normalize import is_newer, speaks_through_media
from listener.timing import answer_due
from listener.urgency import weigh
from listener.wants import read_market
from sentiment.judge import Judgement, judge
from sentiment.linear import Weights
from sentiment.market import NOTHING_KNOWN, Market
from sentiment.prioritize import BEFORE_BUYING, respond_within
from sentiment.score import Sentiment, unknown
from sentiment.signals import Signal


class Kept(StrEnum):
    NEW = "new"
    CHANGED = "changed"  # its author had edited the text
    KNOWN = "known"


@dataclass(frozen=True, kw_only=True)
class Reading:
    """Where a page came from. `answerable`: older than this before the channel's first start is
    history, and gets no draft. `calendar`: when the channel is staffed; `before_buying`: in how
    much staffed time a question before buying is due; `market`: our products and competitors."""

    channel: str
    stream: str
    languages: Sequence[str]
    answerable: timedelta
    weights: Weights | None = None
    our_handles: Collection[str] = ()
    calendar: Calendar = ALWAYS
    before_buying: timedelta = BEFORE_BUYING
    market: Market = NOTHING_KNOWN


@dataclass(frozen=True, kw_only=True)
class Ready:
    """An item fit for the store. `judgement` is of this wording; None if the store already had it
    before the transaction began. `notes`: what a reader should know beside the priority."""

    item: Incoming
    judgement: Judgement | None = None
    notes: tuple[str, ...] = ()


def stored(session: Session, channel: str, external_id: str) -> Mention | None:
    return session.scalar(
        select(Mention).where(Mention.channel == channel, Mention.external_id == external_id)
    )


def stored_of(session: Session, channel: str, ids: Collection[str]) -> dict[str, Mention]:
    """What we have of these, by their ids."""
    found = session.scalars(
        select(Mention).where(Mention.channel == channel, Mention.external_id.in_(ids))
    )
    return {mention.external_id: mention for mention in found}


def nothing_new(mention: Mention, ready: Ready, stream: str) -> bool:
    """Most of a page was read before: it is there, in these words, for the same readers, from this
    very stream."""
    newer = is_newer(ready.item.revision_id, mention.revision_id)
    same = not newer and not shown_to_others(mention, ready.item)
    return ready.judgement is None and same and stream in mention.streams


def keep(
    session: Session,
    ready: Ready,
    mention: Mention | None,
    reading: Reading,
    started_at: datetime,
    now: datetime,
) -> Kept:
    """Store an item, or take over what is new about `mention`, which we have of it. `started_at`:
    of its stream."""
    item, judgement = ready.item, ready.judgement
    if mention is None:
        judgement = judgement or judged(item, reading)
        _add(session, ready, judgement, reading, started_at, now)
        return Kept.NEW
    if reading.stream not in mention.streams:
        if is_history(mention):
            heard_after_all(
                session, mention, item, answered_from=started_at - reading.answerable, now=now
            )
        mention.streams = [*mention.streams, reading.stream]
    take_over_readers(mention, item, now)
    if mention.status is MentionStatus.GONE or judgement is None:
        # A stream may lag behind a deletion: what is gone stays gone, with the words it had.
        _note_version(mention, item)
        return Kept.KNOWN
    if not says_something_new(mention, item):
        return Kept.KNOWN
    rewrite(session, mention, ready, judgement, reading, now)
    return Kept.CHANGED


def judged(item: Incoming, reading: Reading, usual: str | None = None) -> Judgement:
    """`usual`: the language its author wrote in before. Few words beside a picture are never called
    neutral: the picture may be of a burnt charger."""
    found = judge(
        item.text,
        languages=reading.languages,
        hint=item.language,
        usual=usual,
        weights=reading.weights,
    )
    if found.score.label is Sentiment.NEUTRAL and speaks_through_media(item):
        return replace(found, score=unknown("media"))
    return found


def says_something_new(mention: Mention, item: Incoming) -> bool:
    """Whether `item` is a newer wording. A lagging stream may show an older one once more, and
    words that were erased do not come back."""
    newer = mention.text != item.text and not is_newer(mention.revision_id, item.revision_id)
    return newer and mention.purged_at is None


def shown_to_others(mention: Mention, item: Incoming) -> bool:
    """Whether `item`, which is no older, says otherwise than we do who can read it."""
    older = is_newer(mention.revision_id, item.revision_id)
    return not older and mention.private is not item.private


def take_over_readers(mention: Mention, item: Incoming, now: datetime) -> None:
    """Who can read it is the network's to say, also where the words stay as they were: rows from
    before we kept it say that everybody can."""
    if not shown_to_others(mention, item):
        return
    mention.private = item.private
    if mention.status in OPEN:  # of a closed one `changed_at` says since when it is closed
        mention.changed_at = now


def _note_version(mention: Mention, item: Incoming) -> None:
    """A newer version that says the same as the one we have: an older one that says something else
    must not be taken for newer when a stream shows it late."""
    if mention.text == item.text and is_newer(item.revision_id, mention.revision_id):
        mention.revision_id, mention.answer_under = item.revision_id, item.answer_under


def due_at_of(mention: Mention, calendar: Calendar, before_buying: timedelta) -> datetime:
    """When an answer to a stored mention is due, by what was judged of it."""
    promise = respond_within(
        mention.priority,
        mention.reasons,
        addressed=mention.addressed,
        before_buying=before_buying,
    )
    return answer_due(mention.created_at, mention.priority, promise, calendar)


def rewrite(
    session: Session,
    mention: Mention,
    ready: Ready,
    judgement: Judgement,
    reading: Reading,
    now: datetime,
) -> None:
    """The author changed the text: what was drafted for the old one no longer answers it."""
    item = ready.item
    mention.text, mention.media = item.text, as_media(item.media)
    mention.likeness = likeness(item.text)
    mention.revision_id, mention.answer_under = item.revision_id, item.answer_under
    mention.version += 1
    mention.changed_at = now
    mention.answerable = item.answerable
    mention.private = item.private
    _judged(session, mention, ready, judgement, reading)
    if mention.status in (MentionStatus.DRAFTED, MentionStatus.BY_HAND):
        mention.status = MentionStatus.NEW
        mention.status_reason = "the customer changed the text"


def _add(
    session: Session,
    ready: Ready,
    judgement: Judgement,
    reading: Reading,
    started_at: datetime,
    now: datetime,
) -> None:
    item = ready.item
    author = author_of(session, item, reading.channel)
    acquainted = author is not None and author.id is not None
    conversation = conversation_of(session, item, reading.channel)
    session.flush()
    mention = mention_of(item, channel=reading.channel, stream=reading.stream, now=now)
    mention.conversation_id = conversation.id
    mention.author_id = author.id if author else None
    mention.reach, mention.acquainted = author.followers if author else None, acquainted
    _judged(session, mention, ready, judgement, reading)
    if mention.created_at < started_at - reading.answerable:
        mention.status = MentionStatus.LISTEN_ONLY
        mention.status_reason = "older than this channel's first start"
    session.add(mention)
    session.flush()


def _judged(
    session: Session, mention: Mention, ready: Ready, judgement: Judgement, reading: Reading
) -> None:
    item = ready.item
    take_judgement(mention, judgement)
    read_market(mention, judgement, reading.market)
    weigh(
        session,
        mention,
        followers=item.author.followers if item.author else None,
        engagement=item.engagement,
        notes=ready.notes,
        before_buying=reading.before_buying,
    )
    mention.due_at = due_at_of(mention, reading.calendar, reading.before_buying)
    if Signal.STOP in judgement.signals and mention.author_id is not None:
        author = session.get_one(Author, mention.author_id)
        author.opted_out_at = author.opted_out_at or mention.heard_at
