"""Words that wait and may not leave any more: an agent set danger right, so that they were made for
another decision; or the mention is erased whose answer they repeat.

They are written anew in the same draft, so that whoever has it open sees why. Where danger was set
right, what one of the team wrote stays, says why it is back, and has to be read again.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Final

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from listener.models import Mention, MentionStatus
from responder.audit import note
from responder.bot import Bot
from responder.checking import check_reply
from responder.compose import Composed
from responder.decision import Action
from responder.draft import STATUS, is_drafted
from responder.handling.handed_up import said_of
from responder.learning.answers import team_words
from responder.models import Approval, Audit, AuthorKind, Draft, DraftStatus, Reply, ReplyStatus
from responder.outbox import text_hash, withdraw
from responder.propose import Proposal, propose, words_for
from responder.settle import give_back
from responder.warm import warm_up
from responder.wordless import is_wordless

log = logging.getLogger(__name__)

REDRAFT: Final = "draft anew"
EDIT: Final = "edit"

_ERASED: Final = "the answer these words came from was erased, or was private"
_WAITING: Final = (MentionStatus.DRAFTED, MentionStatus.BY_HAND)


def draft_again(
    bot: Bot, session: Session, mention: Mention, *, dangerous: bool, by: str, now: datetime
) -> bool:
    """Bring what is drafted, or queued, under the decision of now. False if nothing waits, or it
    may leave as it is: a reply that a person approved for a text that only seemed dangerous, or
    one that is on its way already."""
    draft = session.scalar(
        select(Draft)
        .where(
            Draft.mention_id == mention.id,
            Draft.status.in_((DraftStatus.PENDING, DraftStatus.APPROVED)),
        )
        .with_for_update()
    )
    if draft is None or mention.status not in _WAITING:
        return False
    said = f"{by} said that {'somebody is in danger' if dangerous else 'nobody is in danger'}"
    if draft.status is DraftStatus.APPROVED:
        reply = _queued(session, draft)
        if reply is None or not dangerous:
            return False
        give_back(bot, reply, said, now)
    kept = (
        mention.channel not in bot.channels
        or is_wordless(draft)
        or not is_by_machine(session, draft)
    )
    _decide_anew(bot, session, mention, draft, said, now, kept=kept)
    return True


def draft_untaught(bot: Bot, channel: str) -> int:
    """Write anew what waits in the words of an answer whose mention is erased, or was found to be
    private, however much somebody changed them: nobody can tell what is left of them. Returns how
    many drafts that were."""
    with bot.database.read() as session:
        found = session.execute(_untaught(channel)).all()
    if found:
        warm_up(bot, {language for _, language in found})
    # Short transactions: whoever approves at the desk meanwhile must not wait for our composing.
    return sum(_draft_untaught(bot, channel, draft_id) for draft_id, _ in found)


def _untaught(channel: str) -> Select[str, str]:
    """Those drafts, with their mentions' languages. Who drafts withdraws one nobody waits for."""
    erased = (
        select(Reply.id)
        .join(Reply.mention)
        .where(Mention.channel == channel, or_(Mention.purged_at.is_not(None), Mention.private))
    )
    return (
        select(Draft.id, Mention.language)
        .join(Draft.mention)
        .where(
            Draft.status == DraftStatus.PENDING,
            Draft.taught_by.in_(erased),
            Mention.status.in_(_WAITING),
        )
    )


def _draft_untaught(bot: Bot, channel: str, draft_id: str) -> bool:
    now = bot.clock()
    with bot.database.write() as session:
        still = _untaught(channel).where(Draft.id == draft_id)
        if session.scalar(still) is None:  # somebody decided meanwhile
            return False
        draft = session.get_one(Draft, draft_id, with_for_update=True)
        try:
            with session.begin_nested():
                _decide_anew(bot, session, draft.mention, draft, _ERASED, now, kept=False)
        except Exception as error:
            log.exception("cannot draft anew for mention %s", draft.mention_id)
            _leave_empty(draft, error, now)
        return True


def _leave_empty(draft: Draft, error: Exception, now: datetime) -> None:
    draft.text, draft.proposed, draft.findings, draft.taught_by = "", "", [], ""
    draft.made_from, draft.reason = _no_words(error), f"{_ERASED}: a person writes here"
    draft.version += 1
    draft.changed_at = now


def _queued(session: Session, draft: Draft) -> Reply | None:
    return session.scalar(
        select(Reply)
        .where(Reply.draft_id == draft.id, Reply.status == ReplyStatus.QUEUED)
        .with_for_update()
    )


def _decide_anew(
    bot: Bot,
    session: Session,
    mention: Mention,
    draft: Draft,
    said: str,
    now: datetime,
    *,
    kept: bool,
) -> None:
    """`kept`: the words stay, whatever is decided."""
    proposal = propose(session, bot, mention, now)
    decision = proposal.decision
    mention.changed_at = now
    if not is_drafted(decision):
        if not kept and not said_of(session, draft):
            mention.status, mention.status_reason = STATUS[decision.action], decision.reason
            withdraw(draft, said, now)
        return
    mention.status, mention.status_reason = STATUS[decision.action], decision.reason
    draft.version += 1
    draft.changed_at = now
    if not said_of(session, draft):
        draft.escalated = decision.reason if decision.action is Action.ESCALATE else ""
    if kept:
        if not is_wordless(draft):
            draft.reason = f"{said}: read these words again"
        return
    _write(bot, session, mention, draft, proposal, now)
    draft.reason = f"{said}: these words are new"


def _write(
    bot: Bot, session: Session, mention: Mention, draft: Draft, proposal: Proposal, now: datetime
) -> None:
    composed, draft.taught_by = _composed(session, bot, mention, proposal, now)
    draft.text, draft.proposed = composed.text, composed.text
    draft.made_from = composed.made_from
    draft.language = composed.language or mention.language
    findings = check_reply(session, bot, mention, draft.text)
    draft.findings = [finding.as_json() for finding in findings]
    digest = text_hash(draft.text)
    note(session, who="policy", action=REDRAFT, subject=draft.id, detail=digest, now=now)


def _composed(
    session: Session, bot: Bot, mention: Mention, proposal: Proposal, now: datetime
) -> tuple[Composed, str]:
    """The words, and the reply that taught them. Words that cannot be made must not keep anybody
    from saying that there is danger."""
    try:
        taught = team_words(session, bot, mention, proposal, now)
        if taught is not None:
            return taught.composed, taught.by
        return words_for(session, bot, mention, proposal, now), ""
    except Exception as error:
        log.exception("cannot draft anew for mention %s", mention.id)
        return Composed(text="", made_from=_no_words(error)), ""


def _no_words(error: Exception) -> str:
    return f"no words: drafting failed ({type(error).__name__})"


def is_by_machine(session: Session, draft: Draft) -> bool:
    """Whether nobody of the team changed the words of a draft."""
    if draft.proposed and draft.text == draft.proposed:
        return True
    digest = text_hash(draft.text)
    deeds = session.execute(
        select(Audit.action, Audit.detail)
        .where(Audit.subject == draft.id, Audit.action.in_((REDRAFT, EDIT)))
        .order_by(Audit.id.desc())
    ).all()
    if deeds:
        return bool(deeds[0].action == REDRAFT and deeds[0].detail == digest)
    # Words that were changed while they were approved left no other trace: the version rose first.
    first = session.scalar(
        select(Approval).where(Approval.draft_id == draft.id).order_by(Approval.id).limit(1)
    )
    return first is None or (first.version == 1 and first.text_hash == digest)


def answers_by_itself(session: Session, mention: Mention) -> bool:
    """Whether an automatic answer waits to leave."""
    waiting = select(Reply.id).where(
        Reply.mention_id == mention.id,
        Reply.status == ReplyStatus.QUEUED,
        Reply.author_kind == AuthorKind.AUTO,
    )
    return session.scalar(waiting) is not None


def is_too_late(bot: Bot, mention_id: str) -> bool:
    """Whether an answer has left or is leaving, so that nothing calls it back."""
    gone = (ReplyStatus.SENDING, ReplyStatus.UNKNOWN, ReplyStatus.SENT)
    found = select(Reply.id).where(Reply.mention_id == mention_id, Reply.status.in_(gone)).limit(1)
    with bot.database.read() as session:
        return session.scalar(found) is not None
