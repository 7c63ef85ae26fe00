"""A reply that did not leave, tried once more: its draft is open again, for a person to decide.

Most failed replies give their draft back by themselves (`settle.give_back`). This is for the
others: called back, withdrawn with what they answered, or rejected since.
"""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from listener.channels.base import Answerable
from listener.models import Mention, MentionStatus
from responder.approve import Conflict, NotFound
from responder.audit import note
from responder.bot import Bot
from responder.checking import check_reply
from responder.models import (
    LIVE_REPLY,
    OPEN_DRAFT,
    AuthorKind,
    Draft,
    DraftStatus,
    Reply,
    ReplyStatus,
)
from responder.settle import hand_over
from responder.warm import warm_up_for

AGAIN = "try again"


class Against(StrEnum):
    """Why a reply cannot be tried again, as a sentence."""

    NOT_FAILED = "Only a reply that did not leave can be tried again"
    NO_CHANNEL = "Its channel is not configured any more"
    GONE = "The customer deleted the text"
    CHANGED = "The customer changed the text after this was written"
    ANSWERED = "It has been answered"
    OTHER = "Another answer to it is under way"
    CLOSED = "Nobody can answer it any more"
    ERASED = "Its words were erased"


class CannotTryAgain(Conflict):
    def __init__(self, against: Against) -> None:
        self.against = against
        super().__init__(against.value)


def try_again(bot: Bot, reply_id: str, *, by: str) -> str:
    """Open the draft of a failed reply again, with why it failed on it. Returns the draft's id.
    Sends nothing: somebody approves it, or not. Raises NotFound, CannotTryAgain."""
    warm_up_for(bot, _draft_of(bot, reply_id))
    now = bot.clock()
    with bot.database.write() as session:
        reply = session.get(Reply, reply_id, with_for_update=True)
        if reply is None:
            raise NotFound("There is no such reply")
        if (against := what_is_against(session, bot, reply)) is not None:
            raise CannotTryAgain(against)
        draft, mention = reply.draft, reply.mention
        if draft.status is DraftStatus.PENDING:
            return draft.id  # it waits already
        draft.status, draft.reason, draft.changed_at = DraftStatus.PENDING, reply.reason, now
        draft.version += 1
        by_hand = mention.answerable is Answerable.BY_HAND
        mention.status = MentionStatus.BY_HAND if by_hand else MentionStatus.DRAFTED
        mention.status_reason, mention.changed_at = f"{by} tries again", now
        if reply.author_kind is AuthorKind.AUTO:
            hand_over(bot, draft)
        findings = check_reply(session, bot, mention, draft.text)
        draft.findings = [finding.as_json() for finding in findings]
        note(session, who=by, action=AGAIN, subject=draft.id, detail=reply.id, now=now)
        return draft.id


def what_is_against(session: Session, bot: Bot, reply: Reply) -> Against | None:
    """Why this reply cannot be tried again; None if it can. A draft that waits can."""
    if reply.status is not ReplyStatus.FAILED:
        return Against.NOT_FAILED
    if reply.channel not in bot.channels:
        return Against.NO_CHANNEL
    return _of_mention(reply.mention, reply.draft) or _other(session, reply)


def _of_mention(mention: Mention, draft: Draft) -> Against | None:
    if mention.status is MentionStatus.GONE:
        return Against.GONE
    if mention.purged_at is not None:
        return Against.ERASED
    if mention.version != draft.mention_version:
        return Against.CHANGED
    if mention.status in (MentionStatus.ANSWERED, MentionStatus.ANSWERED_OUTSIDE):
        return Against.ANSWERED
    return Against.CLOSED if mention.answerable is Answerable.NO else None


def _other(session: Session, reply: Reply) -> Against | None:
    """At most one answer of ours to a mention: what stands, may stand, or is about to."""
    live = select(Reply.id).where(
        LIVE_REPLY, Reply.mention_id == reply.mention_id, Reply.purpose == reply.purpose
    )
    open_ = select(Draft.id).where(
        OPEN_DRAFT, Draft.mention_id == reply.mention_id, Draft.id != reply.draft_id
    )
    if session.scalar(live.limit(1)) or session.scalar(open_.limit(1)):
        return Against.OTHER
    return None


def _draft_of(bot: Bot, reply_id: str) -> str:
    with bot.database.read() as session:
        reply = session.get(Reply, reply_id)
        if reply is None:
            raise NotFound("There is no such reply")
        return reply.draft_id
