"""What the rows tell of a conversation, read as events; and so the clocks of whoever wrote in it.

Nothing is counted here and nothing is kept: the rows are mentions, replies with their times, posts
of colleagues, and the audit. A customer is one author in one conversation: under a post of a Page
people who do not know each other share one. Whom the network does not name stands alone.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from listener.clocks import Clocks, Event, Kind, answers, clocks
from listener.models import OPEN, Mention, MentionStatus, OwnPost
from listener.store import due_at_of
from listener.timing import Timing
from responder.bot import Bot
from responder.models import LIVE_REPLY, Audit, Draft, Reply, ReplyStatus
from sentiment.prioritize import respond_within

log = logging.getLogger(__name__)

_NOT_ANSWERED: Final = (MentionStatus.LISTEN_ONLY, MentionStatus.IGNORED, MentionStatus.GONE)
_AT_ONCE: Final = 500

Told = Mapping[str, Sequence[Event]]
"""What happened, by the id of the mention it is about."""


def read_clocks(bot: Bot, session: Session, mentions: Sequence[Mention]) -> Mapping[str, Clocks]:
    """The clocks of the customers who wrote `mentions`, as of now, by the mention's id."""
    now = bot.clock()
    found: dict[str, Clocks] = {}
    for texts, events in _stories(bot, session, mentions, now):
        read = clocks(events, calendar=bot.calendar(texts[0].channel), now=now)
        found |= dict.fromkeys((text.id for text in texts), read)
    return found


def read_answers(
    bot: Bot, session: Session, mentions: Sequence[Mention]
) -> Iterator[tuple[Sequence[Mention], Sequence[Timing]]]:
    """What each customer who wrote `mentions` wrote in that conversation, with every wait for an
    answer to it, as of now."""
    now = bot.clock()
    for texts, events in _stories(bot, session, mentions, now):
        yield texts, answers(events, calendar=bot.calendar(texts[0].channel), now=now)


def _stories(
    bot: Bot, session: Session, mentions: Sequence[Mention], now: datetime
) -> Iterator[tuple[Sequence[Mention], Sequence[Event]]]:
    """What each of those customers wrote in that conversation, and what happened in it."""
    customers = _customers(session, mentions)
    every = [text for texts in customers.values() for text in texts]
    told = _answers(session, every, now)
    for texts in customers.values():
        yield texts, [event for text in texts for event in (*_of(text, bot), *told[text.id])]


def renew_due_times(bot: Bot) -> int:
    """Say of all that waits when it is due by the calendars of now: they may have changed since it
    was heard. Returns how many answers are due at another time."""
    with bot.database.read() as session:
        waiting = session.scalars(select(Mention.id).where(Mention.status.in_(OPEN))).all()
    renewed = 0
    for start in range(0, len(waiting), _AT_ONCE):
        with bot.database.write() as session:
            some = select(Mention).where(
                Mention.id.in_(waiting[start : start + _AT_ONCE]), Mention.status.in_(OPEN)
            )
            for mention in session.scalars(some):
                due_at = due_at_of(mention, bot.calendar(mention.channel), bot.before_buying)
                if due_at != mention.due_at:
                    mention.due_at = due_at
                    renewed += 1
    if renewed:
        log.info("due times were made anew for %s", _mentions(renewed))
    return renewed


def _mentions(number: int) -> str:
    return "1 open mention" if number == 1 else f"{number} open mentions"


def _customers(
    session: Session, mentions: Sequence[Mention]
) -> Mapping[tuple[str, str], Sequence[Mention]]:
    """All that the same people wrote in the same conversations."""
    wanted = {_customer(mention) for mention in mentions}
    authors = {mention.author_id for mention in mentions if mention.author_id is not None}
    conversations = {mention.conversation_id for mention in mentions}
    beside = session.scalars(
        select(Mention).where(
            Mention.author_id.in_(authors),
            # Not the bare column, or SQLite looks by conversation: thousands share a post of ours.
            Mention.conversation_id.concat("").in_(conversations),
        )
    )
    found: dict[tuple[str, str], dict[str, Mention]] = defaultdict(dict)
    for text in (*mentions, *beside):
        if _customer(text) in wanted:
            found[_customer(text)][text.id] = text
    return {key: list(texts.values()) for key, texts in found.items()}


def _customer(mention: Mention) -> tuple[str, str]:
    return mention.conversation_id, mention.author_id or mention.id


def _of(mention: Mention, bot: Bot) -> Iterator[Event]:
    """What its own row tells."""
    yield Event(
        at=mention.created_at,
        kind=Kind.WROTE,
        text=mention.id,
        level=mention.priority,
        within=respond_within(
            mention.priority,
            mention.reasons,
            addressed=mention.addressed,
            before_buying=bot.before_buying,
        ),
    )
    if mention.status in _NOT_ANSWERED:
        yield Event(at=mention.changed_at, kind=Kind.DISMISSED, text=mention.id)


def _answers(session: Session, mentions: Sequence[Mention], now: datetime) -> Told:
    """What we said to each, and what vanished of it. The network's clock may be ahead of ours: what
    it has shown us has happened."""
    told: dict[str, list[Event]] = defaultdict(list)
    live = select(Reply).where(
        LIVE_REPLY, Reply.mention_id.in_([mention.id for mention in mentions])
    )
    replies = [row for row in session.scalars(live) if row.status is ReplyStatus.SENT]
    for reply in replies:
        at = reply.posted_at or reply.stamped_at or reply.changed_at
        told[reply.mention_id] += _answered(min(at, now), reply.mention_id, reply.id)
        if reply.vanished_at is not None:
            told[reply.mention_id].append(
                Event(at=reply.vanished_at, kind=Kind.VANISHED, answer=reply.id)
            )
    ours = {(reply.channel, reply.external_id) for reply in replies}
    for mention_id, post in _typed_in_the_app(session, mentions):
        if (post.channel, post.external_id) not in ours:
            told[mention_id] += _answered(min(post.posted_at, now), mention_id, post.id)
    untimed = {
        mention.id: mention.changed_at
        for mention in mentions
        if mention.status is MentionStatus.ANSWERED_OUTSIDE and not told[mention.id]
    }
    for mention_id, at in noted(session, untimed).items():
        told[mention_id] += _answered(at, mention_id, f"outside {mention_id}")
    return told


def _answered(at: datetime, text: str, answer: str) -> tuple[Event, Event]:
    """After each answer we wait for the customer: no row says yet that one leaves it with us."""
    return (
        Event(at=at, kind=Kind.ANSWERED, text=text, answer=answer),
        Event(at=at, kind=Kind.HANDED_OVER, text=text, answer=answer),
    )


def _typed_in_the_app(
    session: Session, mentions: Sequence[Mention]
) -> Iterator[tuple[str, OwnPost]]:
    """Posts of ours that streams showed under these, at the time the network says."""
    under = {
        (mention.channel, key): mention.id
        for mention in mentions
        for key in (mention.external_id, mention.revision_id)
    }
    posts = session.scalars(
        select(OwnPost).where(
            OwnPost.channel.in_({channel for channel, _ in under}),
            OwnPost.in_reply_to.in_({key for _, key in under}),
        )
    )
    for post in posts:
        if (post.channel, post.in_reply_to) in under:
            yield under[post.channel, post.in_reply_to], post


def noted(session: Session, mentions: Mapping[str, datetime]) -> Mapping[str, datetime]:
    """When answers in the app were noted that no stream showed: by the bot, which read the thread,
    or by whoever gave them. `mentions`: when each last changed, which is what is left to say of one
    of which nothing was noted."""
    by_the_bot = select(Audit.subject, Audit.at).where(
        Audit.subject.in_(mentions), Audit.action == "answered outside"
    )
    said = {key: at for key, at in session.execute(by_the_bot)} if mentions else {}  # noqa: C416
    rest = {key: at for key, at in mentions.items() if key not in said}
    return {**mentions, **_said_by_hand(session, rest), **said}


def _said_by_hand(session: Session, at: Mapping[str, datetime]) -> Mapping[str, datetime]:
    """When agents said that they had answered these. Saying so changes the mention and closes its
    draft at the same moment: a mention that has not changed since knows it itself."""
    if not at:
        return {}
    then = select(Draft.mention_id, Draft.changed_at).where(Draft.changed_at.in_(set(at.values())))
    known = {
        mention_id: changed_at
        for mention_id, changed_at in session.execute(then)
        if at.get(mention_id) == changed_at
    }
    changed = at.keys() - known.keys()
    if not changed:
        return known
    # Our ids sort by time: no draft is older than what it answers, and the search ends.
    drafts = select(Draft.id, Draft.mention_id).where(
        Draft.id > min(changed), Draft.mention_id.in_(changed)
    )
    about = {draft_id: mention_id for draft_id, mention_id in session.execute(drafts)}  # noqa: C416
    said = select(Audit.subject, Audit.at).where(
        Audit.subject.in_(about), Audit.action == "answered by hand"
    )
    return known | {about[draft_id]: moment for draft_id, moment in session.execute(said)}
