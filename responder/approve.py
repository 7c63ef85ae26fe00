"""What a human decides about a draft: edit, approve, take back, reject, answer by hand, hide.

Every decision names the version it was made on. Whoever comes second is told who was first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from listener.models import Mention, MentionStatus
from listener.normalize import clean
from responder.audit import note
from responder.bot import Bot
from responder.checking import check_reply
from responder.findings import note_decided
from responder.handling import typed
from responder.handling.handed_up import carry, said_of
from responder.handling.models import Snooze
from responder.handling.second_looks import OneMoreYes, second_look
from responder.models import Approval, AuthorKind, Draft, DraftStatus, Reply, ReplyStatus
from responder.outbox import call_back, enqueue, leaves_at
from responder.settle import hand_over
from responder.voice.check import unconfirmed
from responder.voice.finding import Finding
from responder.warm import warm_up_for
from responder.wordless import wordless

CLAIM_SECONDS = 90


class NotFound(Exception):
    """There is no such draft, reply or mention."""


class Conflict(Exception):
    """Somebody was faster, or the customer changed something. The text says who or what."""


class Blocked(Exception):
    """The words may not leave as they are."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("; ".join(finding.message for finding in self.findings))


@dataclass(frozen=True, kw_only=True)
class Approved:
    """`leaves_at`: until then it can be taken back."""

    reply_id: str
    draft_id: str
    leaves_at: datetime


def approve(
    bot: Bot,
    draft_id: str,
    *,
    version: int,
    by: str,
    text: str | None = None,
    confirm: frozenset[str] = frozenset(),
) -> Approved:
    """Let a draft leave, with `text` in its place if given. Raises NotFound, Conflict, Blocked; and
    OneMoreYes, where this yes is kept but somebody else has to say so too."""
    warm_up_for(bot, draft_id)
    now = bot.clock()
    leaving = leaves_at(bot, now)
    with bot.database.write() as session:
        draft = pending(session, draft_id, version)
        mention = draft.mention
        _still_the_same(mention, draft)
        before: list[dict[str, object]] = []
        if text is not None and clean(text) != draft.text:
            draft.text, before = clean(text), draft.findings
            draft.version += 1
        _require_channel(bot, mention)
        findings = check_reply(session, bot, mention, draft.text)
        in_the_way = unconfirmed(findings, confirm)
        if in_the_way:
            raise Blocked(in_the_way)
        draft.findings, draft.changed_at = [finding.as_json() for finding in findings], now
        awaited = second_look(session, bot, draft, by=by, now=now)
        sent = awaited is None
        note_decided(
            session,
            by=by,
            draft_id=draft.id,
            before=before,
            now_found=findings,
            sent=sent,
            now=now,
        )
        if sent:
            reply_id = _let_leave(session, draft, by, now, leaving)
    if awaited is not None:
        raise OneMoreYes(draft_id=draft_id, by=by, wanted=awaited)
    return Approved(reply_id=reply_id, draft_id=draft_id, leaves_at=leaving)


def _let_leave(session: Session, draft: Draft, by: str, now: datetime, leaving: datetime) -> str:
    """Into the outbox. Returns the reply's id."""
    draft.status, draft.reason = DraftStatus.APPROVED, ""
    reply = enqueue(
        session,
        draft=draft,
        mention=draft.mention,
        by=by,
        author_kind=AuthorKind.HUMAN,
        now=now,
        leaving=leaving,
    )
    draft.mention.status, draft.mention.changed_at = MentionStatus.DRAFTED, now
    typed.settled(session, draft.mention_id, by=by)
    # A reply that fails brings its draft back: that must not sleep on then.
    session.execute(delete(Snooze).where(Snooze.mention_id == draft.mention_id))
    return reply.id


def take_back(bot: Bot, reply_id: str, *, by: str) -> str:
    """Undo an approval whose reply has not left. Returns the draft's id. Raises as `approve`."""
    now = bot.clock()
    with bot.database.write() as session:
        reply = session.get(Reply, reply_id, with_for_update=True)
        if reply is None:
            raise NotFound("There is no such reply")
        if reply.status is not ReplyStatus.QUEUED:
            raise Conflict(f"Too late: the reply is {reply.status.value}")
        draft = reply.draft
        draft.status, draft.changed_at = DraftStatus.PENDING, now
        draft.version += 1
        automatic = reply.author_kind is AuthorKind.AUTO
        session.delete(reply)
        session.flush()  # so that it is no answer of today any more
        if automatic:
            hand_over(bot, draft)
        note(session, who=by, action="take back", subject=draft.id, now=now)
        return draft.id


def edit(bot: Bot, draft_id: str, *, version: int, text: str, by: str) -> int:
    """Keep other words without sending them. Returns the new version. Raises as `approve`."""
    warm_up_for(bot, draft_id)
    now = bot.clock()
    with bot.database.write() as session:
        draft = pending(session, draft_id, version)
        draft.text = clean(text)
        draft.version += 1
        draft.changed_at = now
        _require_channel(bot, draft.mention)
        findings = check_reply(session, bot, draft.mention, draft.text)
        note_decided(
            session,
            by=by,
            draft_id=draft.id,
            before=draft.findings,
            now_found=findings,
            sent=False,
            now=now,
        )
        draft.findings = [finding.as_json() for finding in findings]
        typed.settled(session, draft.mention_id, by=by)
        note(session, who=by, action="edit", subject=draft.id, now=now)
        return draft.version


def reject(
    bot: Bot, draft_id: str, *, version: int, reason: str, by: str, anew: bool = False
) -> None:
    """Decide that this draft, and so this mention, gets no answer; or (`anew`) another one, which
    a person writes. Raises NotFound, Conflict."""
    warm_up_for(bot, draft_id)
    now, why = bot.clock(), clean(reason)[:500]
    with bot.database.write() as session:
        draft = pending(session, draft_id, version)
        note(session, who=by, action="reject", subject=draft.id, now=now)
        if anew:
            _replace(session, bot, draft, why, by=by, now=now)
            return
        close(session, draft, DraftStatus.REJECTED, why, by=by, now=now)
        draft.mention.status = MentionStatus.IGNORED
        draft.mention.status_reason = f"{by} decided not to answer"
        draft.mention.changed_at = now


def _replace(session: Session, bot: Bot, draft: Draft, why: str, *, by: str, now: datetime) -> None:
    """Put one without words in its place. What somebody typed, and what was said of the case, stay:
    a person writes here now."""
    handed_up = said_of(session, draft)
    _ended(draft, DraftStatus.REJECTED, why, now)
    session.flush()  # of one mention one draft is open at a time
    empty = wordless(session, bot, draft, why=why, by=by, now=now)
    session.add(empty)
    session.flush()
    carry(session, empty, handed_up, now)


def answered_by_hand(bot: Bot, draft_id: str, *, version: int, by: str) -> None:
    """A person answered in the network's own app. Raises NotFound, Conflict."""
    now = bot.clock()
    with bot.database.write() as session:
        draft = pending(session, draft_id, version)
        reason = f"{by} answered on the network"
        close(session, draft, DraftStatus.WITHDRAWN, reason, by=by, now=now)
        draft.mention.status = MentionStatus.ANSWERED_OUTSIDE
        draft.mention.status_reason = reason
        draft.mention.changed_at = now
        note(session, who=by, action="answered by hand", subject=draft.id, now=now)


def hide(bot: Bot, mention_id: str, *, by: str) -> None:
    """Hide a mention on its network. Raises NotFound or a ChannelError; then nothing is noted."""
    with bot.database.read() as session:
        mention = session.get(Mention, mention_id)
        if mention is None:
            raise NotFound("There is no such mention")
    _require_channel(bot, mention)
    bot.channels[mention.channel].hide(mention.revision_id)
    now = bot.clock()
    with bot.database.write() as session:
        row = session.get_one(Mention, mention_id)
        call_back(session, row, f"{by} hid the mention", now)
        if row.status is not MentionStatus.ANSWERED:
            row.status, row.status_reason = MentionStatus.IGNORED, f"hidden by {by}"
        row.changed_at = now
        typed.settled(session, mention_id, by=by)
        note(session, who=by, action="hide", subject=mention_id, now=now)


def claim(bot: Bot, draft_id: str, *, agent_id: str) -> bool:
    """Say "I am on it" for 90 seconds. False if somebody else is. Harmless to repeat."""
    now = bot.clock()
    with bot.database.write() as session:
        draft = session.get(Draft, draft_id)
        if draft is None:
            raise NotFound("There is no such draft")
        taken = draft.claimed_until is not None and draft.claimed_until > now
        if taken and draft.claimed_by != agent_id:
            return False
        if draft.claimed_by != agent_id or not taken:
            draft.changed_at = now
        draft.claimed_by = agent_id
        draft.claimed_until = now + timedelta(seconds=CLAIM_SECONDS)
        return True


def pending(session: Session, draft_id: str, version: int) -> Draft:
    """The draft as it was read, still to be decided about. Raises NotFound, Conflict."""
    draft = session.get(Draft, draft_id, with_for_update=True)
    if draft is None:
        raise NotFound("There is no such draft")
    if draft.status is not DraftStatus.PENDING:
        raise Conflict(_who_was_faster(session, draft))
    if draft.version != version:
        raise Conflict("The draft was changed meanwhile: read it again")
    return draft


def _who_was_faster(session: Session, draft: Draft) -> str:
    approval = session.scalar(
        select(Approval)
        .where(Approval.draft_id == draft.id)
        .order_by(Approval.approved_at.desc())
        .limit(1)
    )
    if draft.status is DraftStatus.APPROVED and approval:
        return f"{approval.approved_by} approved it first"
    return f"The draft is {draft.status.value}: {draft.reason}".rstrip(": ")


def _still_the_same(mention: Mention, draft: Draft) -> None:
    if mention.status is MentionStatus.GONE:
        raise Conflict("The customer deleted the text")
    if mention.version != draft.mention_version:
        raise Conflict("The customer changed the text: a new draft is on its way")


def _require_channel(bot: Bot, mention: Mention) -> None:
    if mention.channel not in bot.channels:
        raise Conflict(f"The channel {mention.channel} is not configured any more")


def close(
    session: Session, draft: Draft, status: DraftStatus, reason: str, *, by: str, now: datetime
) -> None:
    """Nothing is to be decided about it any more. What colleagues of `by` were typing stays until
    the cleaning (`typed.forget_closed`), so that they can copy it."""
    _ended(draft, status, reason, now)
    typed.settled(session, draft.mention_id, by=by)


def _ended(draft: Draft, status: DraftStatus, reason: str, now: datetime) -> None:
    draft.status, draft.reason, draft.changed_at = status, reason, now
    draft.version += 1
