"""Mentions become drafts: decide, compose, and keep both with the mention's status, at once."""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from listener.channels.base import Channel
from listener.models import Mention, MentionStatus
from responder.bot import Bot
from responder.compose import Asked, Composed, compose
from responder.decide import Action, Decision, Heard, decide
from responder.limits import too_many_automatic
from responder.lint import Target, lint
from responder.models import (
    AuthorKind,
    Draft,
    DraftStatus,
    PauseLevel,
)
from responder.outbox import call_back, enqueue, leaves_at, withdraw
from responder.pause import level_for
from sentiment.language import identify

log = logging.getLogger(__name__)

POLICY = "policy"
# Short transactions: whoever approves at the desk meanwhile must not wait for our composing.
_AT_ONCE = 5
_STATUS = {
    Action.DRAFT: MentionStatus.DRAFTED,
    Action.BY_HAND: MentionStatus.BY_HAND,
    Action.LISTEN_ONLY: MentionStatus.LISTEN_ONLY,
    Action.IGNORE: MentionStatus.IGNORED,
}


def draft_round(bot: Bot) -> int:
    """Look at every new mention once, most urgent first. Returns how many drafts were made."""
    made = 0
    if _is_there_any(bot):
        warm_up(bot)
    while True:
        with bot.database.write() as session:
            mentions = session.scalars(
                select(Mention)
                .where(
                    Mention.status == MentionStatus.NEW,
                    # What a channel that is not configured (any more) heard stays new.
                    Mention.channel.in_(list(bot.channels)),
                )
                .options(joinedload(Mention.author))
                .order_by(Mention.due_at)
                .limit(_AT_ONCE)
            ).all()
            for mention in mentions:
                made += _answer_safely(session, bot, mention)
        if len(mentions) < _AT_ONCE:
            break
    withdraw_pointless(bot)
    if made:
        log.info("%d drafts made", made)
    return made


def warm_up(bot: Bot) -> None:
    """Load what composing and checking load at their first use, which takes seconds on a busy
    machine: never inside a transaction that others wait for. Free from the second time on."""
    identify("Where is my parcel?", languages=bot.settings.brand.languages)
    for channel in bot.channels.values():
        channel.length("Where is my parcel?")


def _is_there_any(bot: Bot) -> bool:
    with bot.database.read() as session:
        new = select(Mention.id).where(Mention.status == MentionStatus.NEW).limit(1)
        return session.scalar(new) is not None


def withdraw_pointless(bot: Bot) -> int:
    """Take back drafts whose mention is gone, answered or no longer ours to answer."""
    now = bot.clock()
    with bot.database.write() as session:
        drafts = session.scalars(
            select(Draft)
            .join(Draft.mention)
            .where(
                Draft.status == DraftStatus.PENDING,
                Mention.status.not_in((MentionStatus.DRAFTED, MentionStatus.BY_HAND)),
            )
        ).all()
        for draft in drafts:
            withdraw(draft, f"the mention is {draft.mention.status.value}", now)
        return len(drafts)


def target_of(mention: Mention, channel: Channel, languages: tuple[str, ...], text: str) -> Target:
    """What a reply to `mention` must fit."""
    return Target(
        length=channel.length(text),
        counted_in=channel.declaration.counted_in,
        language=mention.language,
        languages=languages,
        answerable=mention.answerable,
        label=channel.declaration.label,
    )


def _answer_safely(session: Session, bot: Bot, mention: Mention) -> int:
    """One mention that trips us must not keep all the others from their drafts."""
    try:
        with session.begin_nested():
            return _answer(session, bot, mention)
    except Exception as error:
        log.exception("cannot draft for mention %s", mention.id)
        return _leave_to_a_human(session, bot, mention, error)


def _leave_to_a_human(session: Session, bot: Bot, mention: Mention, error: Exception) -> int:
    now = bot.clock()
    if not call_back(session, mention, "a new draft could not be made", now):
        mention.status, mention.changed_at = MentionStatus.DRAFTED, now
        return 0
    reason = f"no words: drafting failed ({type(error).__name__})"
    session.add(_new_draft(bot, mention, Composed(text="", made_from=reason), now))
    mention.status, mention.status_reason = MentionStatus.DRAFTED, reason
    mention.changed_at = now
    session.flush()
    return 1


def _answer(session: Session, bot: Bot, mention: Mention) -> int:
    now = bot.clock()
    decision = decide(
        Heard(
            signals=frozenset(mention.signals),
            topics=frozenset(mention.topics),
            sentiment=mention.sentiment,
            answerable=mention.answerable,
            addressed=mention.addressed,
            opted_out=bool(mention.author and mention.author.opted_out_at),
            sure=mention.sentiment_confidence >= bot.settings.sentiment.send_from,
        )
    )
    if not call_back(session, mention, "the customer changed the text", now):
        mention.status, mention.changed_at = MentionStatus.DRAFTED, now
        return 0
    mention.status = _STATUS[decision.action]
    mention.status_reason = decision.reason
    mention.changed_at = now
    if decision.action not in (Action.DRAFT, Action.BY_HAND):
        return 0
    channel = bot.channels[mention.channel]
    draft = _new_draft(bot, mention, _compose(bot, channel, mention, decision, now), now)
    session.add(draft)
    session.flush()
    if _may_leave_alone(session, bot, channel, decision, draft):
        draft.reason = too_many_automatic(session, mention, now)
        if not draft.reason:
            approve_by_policy(session, bot, mention, draft)
    return 1


def _new_draft(bot: Bot, mention: Mention, composed: Composed, now: datetime) -> Draft:
    channel = bot.channels[mention.channel]
    target = target_of(mention, channel, bot.settings.brand.languages, composed.text)
    return Draft(
        mention_id=mention.id,
        version=1,
        text=composed.text,
        language=mention.language,
        made_from=composed.made_from,
        mention_version=mention.version,
        findings=[finding.as_json() for finding in lint(composed.text, target)],
        created_at=now,
        changed_at=now,
        status=DraftStatus.PENDING,
    )


def _compose(
    bot: Bot, channel: Channel, mention: Mention, decision: Decision, now: datetime
) -> Composed:
    if not decision.words:
        return Composed(text="", made_from="no words: a person writes here")
    chapter = bot.book.chapters.get(mention.language)
    if chapter is None:
        return Composed(text="", made_from="no words: this language is for a human")
    return compose(
        Asked(
            text=mention.text,
            name=mention.author.name if mention.author else "",
            topics=mention.topics,
            occasion=decision.occasion,
            question=decision.question,
            seed=mention.id,
            today=now.astimezone(bot.zone).date(),
        ),
        chapter,
        links=channel.declaration.links_welcome,
        fits=lambda text: channel.length(text).fits,
        notice=chapter.voice.automatic if _automatic(channel, decision) else "",
    )


def _automatic(channel: Channel, decision: Decision) -> bool:
    return channel.options.auto_reply and decision.safe and decision.action is Action.DRAFT


def _may_leave_alone(
    session: Session, bot: Bot, channel: Channel, decision: Decision, draft: Draft
) -> bool:
    if not _automatic(channel, decision) or draft.findings:
        return False
    level: PauseLevel | None = level_for(session, channel.name, bot.pause_file)
    return level is None


def approve_by_policy(session: Session, bot: Bot, mention: Mention, draft: Draft) -> None:
    """Queue a draft nobody has to look at, as the settings of its channel allow."""
    now = bot.clock()
    draft.status, draft.changed_at = DraftStatus.APPROVED, now
    enqueue(
        session,
        draft=draft,
        mention=mention,
        by=POLICY,
        author_kind=AuthorKind.AUTO,
        now=now,
        leaving=leaves_at(bot, now),
    )
