"""Mentions become drafts: decide, compose, and keep both with the mention's status, at once."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from listener.models import Mention, MentionStatus
from responder.automatic.answers import keep_shadows, take
from responder.automatic.reviews import have_reviewed
from responder.automatic.rule import Rule
from responder.bot import Bot
from responder.checking import check_reply
from responder.compose import Composed
from responder.decision import Action, Decision
from responder.handling.handed_up import carry, said_so_far
from responder.learning.answers import team_words
from responder.models import AuthorKind, Draft, DraftStatus, Reply, ReplyStatus
from responder.outbox import call_back, enqueue, leaves_at, withdraw
from responder.propose import Proposal, propose, words_for
from responder.staffing.openings import NOT_OPEN, only_listens
from responder.warm import warm_up
from sentiment.prioritize import Level

log = logging.getLogger(__name__)

POLICY = "policy"
# Short transactions: whoever approves at the desk meanwhile must not wait for our composing.
_AT_ONCE = 5
STATUS = {
    Action.DRAFT: MentionStatus.DRAFTED,
    Action.ESCALATE: MentionStatus.DRAFTED,
    Action.BY_HAND: MentionStatus.BY_HAND,
    Action.LISTEN_ONLY: MentionStatus.LISTEN_ONLY,
    Action.IGNORE: MentionStatus.IGNORED,
}

# What was answered and has changed since is no longer called so.
_HAS_REPLY = (
    select(Reply.id)
    .where(Reply.mention_id == Mention.id, Reply.status == ReplyStatus.SENT)
    .exists()
)


def draft_round(bot: Bot) -> int:
    """Look at every new mention once, language by language, most urgent first. Returns how many
    drafts were made. A language that is new today takes seconds, for which the others do not
    wait."""
    made = 0
    for language in _waiting_in(bot):
        warm_up(bot, [language])
        made += _draft_all(bot, language)
    withdraw_pointless(bot)
    if made:
        log.info("%d drafts made", made)
    return made


def _draft_all(bot: Bot, language: str) -> int:
    made = 0
    while True:
        with bot.database.write() as session:
            mentions = session.scalars(
                select(Mention)
                .where(
                    Mention.status == MentionStatus.NEW,
                    Mention.language == language,
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
            return made


def _waiting_in(bot: Bot) -> Sequence[str]:
    """The languages of mentions nobody has looked at, that of the most urgent one first."""
    new = (
        select(Mention.language)
        .where(Mention.status == MentionStatus.NEW, Mention.channel.in_(list(bot.channels)))
        .group_by(Mention.language)
        .order_by(func.min(Mention.due_at))
    )
    with bot.database.read() as session:
        return session.scalars(new).all()


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


def _answer_safely(session: Session, bot: Bot, mention: Mention) -> int:
    """One mention that trips us must not keep all the others from their drafts."""
    try:
        with session.begin_nested():
            return _answer(session, bot, mention)
    except Exception as error:
        log.exception("cannot draft for mention %s", mention.id)
        return _leave_to_a_human(session, bot, mention, error)


def _leave_to_a_human(session: Session, bot: Bot, mention: Mention, error: Exception) -> int:
    now, handed_up = bot.clock(), said_so_far(session, mention.id)
    if not call_back(session, mention, "a new draft could not be made", now):
        mention.status, mention.changed_at = MentionStatus.DRAFTED, now
        return 0
    reason = f"no words: drafting failed ({type(error).__name__})"
    return _wordless(session, bot, mention, reason, handed_up, now)


def _wordless(
    session: Session, bot: Bot, mention: Mention, reason: str, handed_up: str, now: datetime
) -> int:
    """A draft without words: whoever opens it finds them, or says that none are needed."""
    draft = _new_draft(session, bot, mention, Composed(text="", made_from=reason), now)
    session.add(draft)
    mention.status, mention.status_reason = MentionStatus.DRAFTED, reason
    mention.changed_at = now
    session.flush()
    carry(session, draft, handed_up, now)
    return 1


def is_drafted(decision: Decision) -> bool:
    return decision.action in (Action.DRAFT, Action.ESCALATE, Action.BY_HAND)


def _answer(session: Session, bot: Bot, mention: Mention) -> int:
    now = bot.clock()
    proposal = propose(session, bot, mention, now)
    decision, handed_up = proposal.decision, said_so_far(session, mention.id)
    if not call_back(session, mention, "the customer changed the text", now):
        mention.status, mention.changed_at = MentionStatus.DRAFTED, now
        return 0
    if not handed_up and _is_left_alone(session, mention, decision):
        decision = replace(decision, action=Action.LISTEN_ONLY, reason=NOT_OPEN)
    mention.status = STATUS[decision.action]
    mention.status_reason = decision.reason
    mention.changed_at = now
    if not is_drafted(decision):
        if not handed_up:
            return 0
        # Somebody has this case in hand: they decide whether it is over.
        return _wordless(session, bot, mention, decision.reason, handed_up, now)
    composed = words_for(session, bot, mention, proposal, now)
    draft = _new_draft(session, bot, mention, composed, now)
    if decision.action is Action.ESCALATE:
        draft.escalated = decision.reason
    session.add(draft)
    session.flush()
    carry(session, draft, handed_up, now)
    if not handed_up:  # no rule answers what a person has to
        _ask_the_rules(session, bot, mention, draft, proposal, now)
    return 1


def _is_left_alone(session: Session, mention: Mention, decision: Decision) -> bool:
    """On a channel nobody has opened, only what is urgent or a person's case is answered."""
    if decision.action not in (Action.DRAFT, Action.BY_HAND):
        return False
    if mention.priority is Level.P1 or decision.for_a_person:
        return False
    return only_listens(session, mention.channel) and not _is_begun(session, mention)


def _is_begun(session: Session, mention: Mention) -> bool:
    """Whether we took this text up, or answered its author in this thread: closing a channel ends
    no conversation. Drafts count that were called back a moment ago for the new text."""
    drafted = select(Draft.id).where(Draft.mention_id == mention.id).limit(1)
    if session.scalar(drafted) is not None:
        return True
    if mention.author_id is None:
        return False
    answered = select(Mention.id).where(
        Mention.conversation_id == mention.conversation_id,
        Mention.author_id == mention.author_id,
        Mention.id != mention.id,
        Mention.status.in_((MentionStatus.ANSWERED, MentionStatus.ANSWERED_OUTSIDE)) | _HAS_REPLY,
    )
    return session.scalar(answered.limit(1)) is not None


def _ask_the_rules(
    session: Session, bot: Bot, mention: Mention, draft: Draft, proposal: Proposal, now: datetime
) -> None:
    """Let the draft leave if a rule does; otherwise it waits, and says which rule nearly did."""
    taken = take(session, bot, mention, proposal, now)
    draft.reason = taken.why
    keep_shadows(session, taken, mention, draft, now)
    if taken.rule is not None and taken.spoken is not None:
        # `proposed` stays without the disclosure: whoever takes it over says no untruth.
        draft.text = taken.spoken.text
        draft.findings = [finding.as_json() for finding in taken.spoken.findings]
        approve_by_policy(session, bot, mention, draft, taken.rule)
    elif not taken.shadows:
        # What a rule sends, or would have sent, is measured in the book's words.
        _say_as_the_team(session, bot, mention, draft, proposal, now)


def _say_as_the_team(
    session: Session, bot: Bot, mention: Mention, draft: Draft, proposal: Proposal, now: datetime
) -> None:
    """Offer the team's own answer to a similar mention, where there is one, before the book's."""
    taught = team_words(session, bot, mention, proposal, now)
    if taught is None:
        return
    composed = taught.composed
    findings = check_reply(session, bot, mention, composed.text)
    draft.text = draft.proposed = composed.text
    draft.made_from, draft.taught_by = composed.made_from, taught.by
    draft.findings = [finding.as_json() for finding in findings]


def _new_draft(
    session: Session,
    bot: Bot,
    mention: Mention,
    composed: Composed,
    now: datetime,
) -> Draft:
    findings = check_reply(session, bot, mention, composed.text)
    return Draft(
        mention_id=mention.id,
        version=1,
        text=composed.text,
        proposed=composed.text,
        language=composed.language or mention.language,
        made_from=composed.made_from,
        mention_version=mention.version,
        findings=[finding.as_json() for finding in findings],
        created_at=now,
        changed_at=now,
        status=DraftStatus.PENDING,
    )


def approve_by_policy(
    session: Session, bot: Bot, mention: Mention, draft: Draft, rule: Rule
) -> None:
    """Queue a draft nobody has to look at, as a rule allows; and see to it that somebody looks at
    a sample afterwards."""
    now = bot.clock()
    draft.status, draft.changed_at = DraftStatus.APPROVED, now
    reply = enqueue(
        session,
        draft=draft,
        mention=mention,
        by=POLICY,
        author_kind=AuthorKind.AUTO,
        now=now,
        leaving=leaves_at(bot, now),
    )
    reply.rule_id = rule.id
    have_reviewed(session, reply, rule, now)
