"""What a crisis does by itself. Each effect is a setting; none of them sends anything."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from listener.models import OPEN, Mention, MentionStatus
from listener.spikes.watch import Level
from listener.store import due_at_of
from responder.bot import Bot
from responder.crisis.evidence import key_of
from responder.crisis.logbook import WATCH, has_done, write
from responder.crisis.models import Did, Episode, EpisodeEntry
from responder.crisis.people import belongs, in_row
from responder.models import Draft, DraftStatus, Pause, PauseLevel
from responder.pause import EVERYWHERE, put_pause
from responder.staffing.openings import NOT_OPEN
from sentiment.prioritize import Level as Urgency
from sentiment.score import Sentiment

PART_OF_A_CRISIS: Final = "part of a crisis"
"""The reason by which a mention is urgent."""

CRISIS_ON: Final = "crisis"
"""Where an explanation keeps the channels of the series that alarmed as a crisis; "": all."""

_AT_ONCE: Final = 200
_AFTERWARDS: Final = timedelta(hours=1)
"""What is written so long after it was last unusual is part of it still; later, of a quiet day."""
_SHARE: Final = 0.1
"""A channel with this part of an episode's mentions is affected by it."""


def of_crisis(session: Session, bot: Bot, episode: Episode, now: datetime) -> None:
    """All that is due to a crisis; what was done is not done again, whoever undid it since."""
    settings = bot.settings.crisis
    if settings.pause_auto:
        _pause(session, bot, episode, now)
    if settings.rest_promotions and not has_done(session, episode, Did.RESTED):
        write(session, episode, Did.RESTED, now=now)
    if settings.raise_urgency:
        _hurry(session, bot, episode, now)


def affected(bot: Bot, episode: Episode) -> list[str]:
    """The channels it is about: its own, or those of all that have a good part of it; and those
    that alarm as a crisis themselves, however small their part is."""
    loud = episode.explanation.get(CRISIS_ON, [])
    if "" in loud:
        return list(bot.channels)
    own = [episode.channel] if episode.channel else _of_good_part(bot, episode)
    found = list(dict.fromkeys([*own, *(name for name in loud if name in bot.channels)]))
    return found or list(bot.channels)


def _of_good_part(bot: Bot, episode: Episode) -> list[str]:
    counted = episode.explanation.get("channels") or []
    total = sum(number for _, number in counted)
    return [name for name, number in counted if name in bot.channels and number >= _SHARE * total]


def _pause(session: Session, bot: Bot, episode: Episode, now: datetime) -> None:
    """Nothing leaves there without a human any more, on a channel that it spreads to later neither.
    A pause that holds is left as it is: it stops as much, or more, and somebody meant it so."""
    paused = set(session.scalars(select(Pause.channel)))
    done = _paused_once(session, episode)
    channels = [
        name
        for name in affected(bot, episode)
        if name not in done and not paused & {EVERYWHERE, name}
    ]
    for name in channels:
        put_pause(session, channel=name, level=PauseLevel.AUTO, by=WATCH, now=now, why=episode.id)
    if channels:
        write(session, episode, Did.PAUSED, now=now, detail=", ".join(channels))


def _paused_once(session: Session, episode: Episode) -> set[str]:
    """Where it paused before: what a human resumed since is not paused again."""
    details = session.scalars(
        select(EpisodeEntry.detail).where(
            EpisodeEntry.episode_id == episode.id, EpisodeEntry.did == Did.PAUSED
        )
    )
    return {name for detail in details for name in detail.split(", ")}


def promotions_rest(session: Session, bot: Bot, channel: str) -> bool:
    """Whether nothing is offered on a channel just now: a crisis runs there. Whatever offers
    something asks here first."""
    if not bot.settings.crisis.rest_promotions:
        return False
    running = session.scalars(
        select(Episode).where(Episode.ended_at.is_(None), Episode.level == Level.CRISIS)
    )
    return any(channel in affected(bot, one) for one in running)


def _hurry(session: Session, bot: Bot, episode: Episode, now: datetime) -> None:
    """What waits of it becomes P1 and due as such; who is glad waits as before."""
    key, raised = key_of(episode), 0
    rows = session.scalars(
        select(Mention)
        .where(
            _waits(),
            Mention.priority != Urgency.P1,
            Mention.sentiment != Sentiment.POSITIVE,
            Mention.created_at >= episode.began_at,
            Mention.created_at <= episode.last_at + _AFTERWARDS,
            # Not the bare column: by its index the database would read all there ever was on it.
            Mention.channel.concat("").in_(_of_these(bot, episode)),
            *belongs(key),
        )
        .order_by(Mention.created_at)
        .limit(_AT_ONCE)
    ).all()
    for mention in rows:
        if in_row(mention, key):
            _make_urgent(session, bot, mention, now)
            raised += 1
    if raised:
        write(session, episode, Did.URGENT, now=now, detail=str(raised))


def _waits() -> ColumnElement[bool]:
    """What is open, and what is listened to only because nobody has opened the channel: urgent, it
    is answered. Behind a function, for by its index all that was ever listened to would be read."""
    status = func.coalesce(Mention.status, MentionStatus.NEW)
    shut = and_(status == MentionStatus.LISTEN_ONLY, Mention.status_reason == NOT_OPEN)
    return or_(status.in_(OPEN), shut)


def _of_these(bot: Bot, episode: Episode) -> Collection[str]:
    return [episode.channel] if episode.channel else list(bot.channels)


def _make_urgent(session: Session, bot: Bot, mention: Mention, now: datetime) -> None:
    if mention.status is MentionStatus.LISTEN_ONLY:
        mention.status, mention.status_reason = MentionStatus.NEW, ""
    mention.priority = Urgency.P1
    mention.reasons = [PART_OF_A_CRISIS, *mention.reasons]
    due = due_at_of(mention, bot.calendar(mention.channel), bot.before_buying)
    mention.due_at = min(mention.due_at, due)
    mention.changed_at = now
    for draft in _open_drafts(session, mention):
        draft.changed_at = now


def _open_drafts(session: Session, mention: Mention) -> Sequence[Draft]:
    waiting = select(Draft).where(
        Draft.mention_id == mention.id, Draft.status == DraftStatus.PENDING
    )
    return session.scalars(waiting).all()
