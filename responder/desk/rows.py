"""A list of the desk as values: who waits, most urgent first, and what a row shows of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from listener.models import Author, Mention
from responder.access import Visitor
from responder.bot import Bot
from responder.desk.filter_bar import FilterBar, read_bar
from responder.desk.holding import badges
from responder.desk.listing import Listing, resolved
from responder.desk.sight import in_sight
from responder.desk.tongue import _
from responder.desk.words import (
    Due,
    Mark,
    ago,
    clock_time,
    due,
    first_line,
    language_name,
    mark_of,
    span,
)
from responder.handling.duty import on_duty_on, read_presence
from responder.handling.lists import (
    OF_DRAFTS,
    Onlooker,
    View,
    Waiting,
    crowd_of,
    drafts_of,
    next_of,
)
from responder.handling.models import Snooze
from responder.handling.replies import Answered, count_replies, replies_of
from responder.handling.snooze import asleep
from responder.handling.tally import numbers_of
from responder.models import Draft, Reply, ReplyStatus
from responder.removal import REMOVED
from responder.team.models import Agent
from responder.wordless import is_wordless

__all__ = ["Queue", "Row", "View", "label_of", "name_of", "next_in", "read_queue"]

ROWS: Final = 50


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of a list. `claimed_by` is somebody else who has it open; `trouble` says why it is
    back; `owner` whose it is; `until` when it wakes; `foreign`: in no language of the reader's;
    `crowd`: how many say the same, `crowd_url` where each of them is a row; `judged`: the reply
    that a person is asked to judge."""

    draft_id: str
    version: int
    name: str
    channel: str
    due: Due
    line: str
    language: str
    language_name: str
    mark: Mark
    level: str
    claimed_by: str = ""
    trouble: str = ""
    owner: str = ""
    mine: bool = False
    until: str = ""
    foreign: bool = False
    crowd: int = 1
    crowd_url: str = ""
    judged: str = ""
    choosable: bool = False  # may be decided with others
    held: str = ""  # why its reply would wait

    @property
    def pick(self) -> str:
        """What is sent when the row is chosen, to be decided with others."""
        return f"crowd:{self.draft_id}" if self.crowd > 1 else f"{self.draft_id}:{self.version}"


@dataclass(frozen=True, kw_only=True)
class Queue:
    """`more`: the listing that goes on behind these rows, if there is one. `on_duty`: names.
    `sent_today`, `next_wake`: for when there is nothing to do."""

    listing: Listing
    rows: tuple[Row, ...]
    counts: Mapping[View, int]
    more: Listing | None
    on_duty: tuple[str, ...]
    languages: tuple[str, ...]  # of whoever looks; empty: all
    sent_today: int
    next_wake: str
    bar: FilterBar

    @property
    def view(self) -> Listing:
        """Where the forms of an item lead back to."""
        return self.listing


def read_queue(bot: Bot, listing: Listing, seat: Visitor, *, rows: int = ROWS) -> Queue:
    """The rows of `listing` as they stand now, seen by one visitor."""
    now = bot.clock()
    with bot.database.read() as session:
        languages = _languages(session, seat)
        who = onlooker(bot, session, seat)
        asked = asked_of(session, listing, seat)
        shown, cursor = _rows(bot, session, asked, who, languages, rows)
        counts = dict(numbers_of(bot.database, session, who, seat.channels))
        counts[View.UNKNOWN], counts[View.REVIEW], sent_today = count_replies(
            session, who, _midnight(bot, now)
        )
        return Queue(
            listing=listing,
            rows=tuple(shown),
            counts=counts,
            more=listing.behind(cursor) if cursor else None,
            on_duty=tuple(one.name for one in on_duty_on(bot, session, now, seat.channels)),
            languages=languages,
            sent_today=sent_today,
            next_wake="" if shown else _next_wake(bot, session, who),
            bar=read_bar(bot, session, listing, seat),
        )


def onlooker(bot: Bot, session: Session, seat: Visitor) -> Onlooker:
    """Somebody at the desk, as the lists know them."""
    presence = read_presence(bot, session, bot.clock())
    return Onlooker(sight=in_sight(seat), agent_id=seat.agent_id, presence=presence)


def asked_of(session: Session, listing: Listing, seat: Visitor) -> Listing:
    """The listing with what "me" and "my languages" mean for whoever looks."""
    languages = _languages(session, seat)
    return replace(listing, filters=resolved(listing, agent_id=seat.agent_id, languages=languages))


def next_in(bot: Bot, listing: Listing, seat: Visitor, draft_id: str) -> str | None:
    """The draft to open once this one is done: the next that nobody else has open, or the first."""
    if listing.of not in OF_DRAFTS:
        ids = [row.draft_id for row in read_queue(bot, listing, seat).rows]
        at = ids.index(draft_id) if draft_id in ids else -1
        return next((one for one in (*ids[at + 1 :], *ids[: max(at, 0)])), None)
    with bot.database.read() as session:
        who = onlooker(bot, session, seat)
        asked = asked_of(session, listing, seat)
        return next_of(session, asked.of, asked.filters, who, draft_id)


def next_free(queue: Queue) -> str | None:
    """The first row that nobody has open and that is nobody else's; else the first nobody has
    open."""
    free = [row for row in queue.rows if not row.claimed_by]
    mine = [row for row in free if row.mine or not row.owner]
    return next((row.draft_id for row in (*mine, *free)), None)


def name_of(author: Author | None) -> str:
    """What to call an author the network may not have named."""
    return (author.name or author.handle or _("Somebody")) if author else _("Somebody")


def label_of(bot: Bot, channel: str) -> str:
    known = bot.channels.get(channel)
    return known.declaration.label if known else channel


def wants_words(draft: Draft) -> bool:
    """Open because others are wanted: our reply was taken away, or a draft rejected."""
    return draft.reason.startswith(REMOVED) or is_wordless(draft)


def _languages(session: Session, seat: Visitor) -> tuple[str, ...]:
    agent = session.get(Agent, seat.agent_id) if seat.agent_id else None
    return tuple(agent.languages) if agent else ()


def _rows(
    bot: Bot,
    session: Session,
    asked: Listing,
    who: Onlooker,
    languages: tuple[str, ...],
    limit: int,
) -> tuple[list[Row], str]:
    view, filters, after = asked.of, asked.filters, asked.after
    if view in OF_DRAFTS:
        waiting, cursor = drafts_of(session, view, filters, who, limit=limit, after=after)
        held = badges(session, bot)
        found = [
            replace(row, held=held.get(one.draft.mention.channel, ""))
            for one in waiting
            for row in (_draft_row(bot, one, who, asked),)
        ]
    else:
        answered, cursor = replies_of(session, view, filters, who, limit=limit, after=after)
        found = [_reply_row(bot, one, who.now) for one in answered]
    mine = frozenset(languages)
    return [replace(row, foreign=bool(mine) and row.language not in mine) for row in found], cursor


def _draft_row(bot: Bot, one: Waiting, who: Onlooker, asked: Listing) -> Row:
    draft, now, owner = one.draft, who.now, one.assignment
    counts = owner is not None and who.presence.counts(owner, draft.mention.channel)
    row = _row(bot, draft.mention, draft, when=due(draft.mention.due_at, now))
    return replace(
        row,
        claimed_by=_claimant(draft, who),
        trouble="" if wants_words(draft) else draft.reason,
        owner=owner.agent.name if owner and counts else "",
        mine=owner is not None and counts and owner.agent_id == who.agent_id,
        until=_until(bot, one.snooze, now) if asked.of is View.SNOOZED else "",
        choosable=True,
        crowd=one.crowd if not asked.filters.like else 1,
        crowd_url=_crowd_url(draft.mention, asked) if one.crowd > 1 else "",
    )


def _crowd_url(mention: Mention, asked: Listing) -> str:
    crowd = crowd_of(mention)
    return asked.with_(channel=crowd.channel, language=crowd.language, like=crowd.like).url


def _claimant(draft: Draft, who: Onlooker) -> str:
    claimed = draft.claimed_until is not None and draft.claimed_until > who.now
    others = claimed and draft.claimed_by != who.agent_id
    return draft.claimant.name if others and draft.claimant else ""


def _until(bot: Bot, snooze: Snooze | None, now: datetime) -> str:
    if snooze is None:
        return ""
    until = clock_time(snooze.until, now, bot.zone)
    return _("%(time)s, or an answer", time=until) if snooze.for_answer else until


def _reply_row(bot: Bot, one: Answered, now: datetime) -> Row:
    reply = one.reply
    row = _row(bot, reply.mention, reply.draft, when=_progress(reply, now))
    return replace(row, judged=reply.id if one.review_id else "")


def _progress(reply: Reply, now: datetime) -> Due:
    if reply.status is ReplyStatus.UNKNOWN:
        length = span(now - (reply.stamped_at or reply.changed_at))
        spoken = _("in doubt for %(length)s", length=length)
        return Due(text=_("unknown %(length)s", length=length), spoken=spoken, state="late")
    if reply.status is ReplyStatus.SENT:
        words = ago(reply.posted_at or reply.changed_at, now)
        return Due(text=words, spoken=_("sent %(when)s", when=words), state="done")
    words = _("on its way") if reply.status is ReplyStatus.SENDING else _("waiting")
    return Due(text=words, spoken=words, state="soon")


def _row(bot: Bot, mention: Mention, draft: Draft, *, when: Due) -> Row:
    return Row(
        draft_id=draft.id,
        version=draft.version,
        name=name_of(mention.author),
        channel=label_of(bot, mention.channel),
        due=when,
        line=first_line(mention.text) or _("(no words)"),
        language=mention.language,
        language_name=language_name(mention.language),
        mark=mark_of(
            mention.sentiment, mention.sentiment_confidence, bot.settings.sentiment.sure_from
        ),
        level=mention.priority.value,
    )


def _midnight(bot: Bot, now: datetime) -> datetime:
    local = now.astimezone(bot.zone)
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


def _next_wake(bot: Bot, session: Session, who: Onlooker) -> str:
    """When the first of those who sleep wakes, or ""."""
    first = session.scalar(
        select(func.min(Snooze.until))
        .join(Mention, Mention.id == Snooze.mention_id)
        .where(asleep(who.now), who.sight)
    )
    return clock_time(first, who.now, bot.zone) if first else ""
