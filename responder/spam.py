"""Spam: no answer, and a lesson for the bot; and the way back, if that was a mistake."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from listener.models import MentionStatus
from responder.approve import Conflict, NotFound, close, pending
from responder.audit import note
from responder.bot import Bot
from responder.correct import Right, correct
from responder.models import Audit, Correction, Draft, DraftStatus, Question

SPAM: Final = "spam"
_MARK: Final = "mark as spam"


def is_spam(bot: Bot, draft_id: str, *, version: int, by: str) -> None:
    """Close a draft because its mention is spam, and teach that. Raises NotFound, Conflict."""
    now = bot.clock()
    with bot.database.write() as session:
        draft = pending(session, draft_id, version)
        mention = draft.mention
        close(session, draft, DraftStatus.REJECTED, f"{by} marked it as spam", by=by, now=now)
        mention.status = MentionStatus.IGNORED
        mention.status_reason, mention.changed_at = f"{by} marked it as spam", now
        note(session, who=by, action=_MARK, subject=draft.id, now=now)
        mention_id, at = mention.id, mention.version
    with suppress(Conflict):  # the customer changed the words just now: they are another text
        correct(bot, mention_id, version=at, right=Right(topics=(SPAM,)), by=by)


def no_spam(bot: Bot, draft_id: str, *, by: str) -> None:
    """It was none: the draft waits again, and the topics are what they were. Raises NotFound,
    Conflict if something else was decided about it since."""
    now = bot.clock()
    with bot.database.write() as session:
        draft = session.get(Draft, draft_id, with_for_update=True)
        if draft is None:
            raise NotFound("There is no such draft")
        mention = draft.mention
        if draft.status is not DraftStatus.REJECTED or not _was_marked(session, draft):
            raise Conflict("Something else was decided about it since")
        if mention.status is not MentionStatus.IGNORED or mention.version != draft.mention_version:
            raise Conflict("Something else was decided about it since")
        before = _topics_before(session, draft)
        draft.status, draft.reason, draft.changed_at = DraftStatus.PENDING, "", now
        draft.version += 1
        mention.status, mention.status_reason = MentionStatus.DRAFTED, ""
        mention.changed_at = now
        note(session, who=by, action="no spam", subject=draft.id, now=now)
        mention_id, at = mention.id, mention.version
    if before is not None:
        with suppress(Conflict):
            correct(bot, mention_id, version=at, right=Right(topics=before), by=by)


def _was_marked(session: Session, draft: Draft) -> bool:
    last = session.scalar(
        select(Audit.action)
        .where(Audit.id > draft.id, Audit.subject == draft.id)
        .order_by(Audit.id.desc())
        .limit(1)
    )
    return last == _MARK


def _topics_before(session: Session, draft: Draft) -> list[str] | None:
    """What stood there before somebody said spam; None if nothing else did."""
    last = session.scalar(
        select(Correction)
        .where(Correction.mention_id == draft.mention_id, Correction.question == Question.TOPICS)
        .order_by(Correction.id.desc())
        .limit(1)
    )
    if last is None or last.answer != [SPAM]:
        return None
    return list(last.before)
