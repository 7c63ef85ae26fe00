"""One draft as the desk shows it: the customer's words in their thread, and our answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

import regex
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from listener.channels.base import Answerable, Length
from listener.models import Mention, MentionStatus
from responder.approve import NotFound
from responder.bot import Bot
from responder.checking import target_of
from responder.clocks import read_clocks
from responder.desk.attached import declared_of
from responder.desk.claims import Holder, holder_of
from responder.desk.rows import label_of, name_of, wants_words
from responder.desk.thread import Thread, read_thread
from responder.desk.tongue import _
from responder.desk.words import Due, Line, Mark, ago, due, language_name, lines, mark_of
from responder.model.kept import kept_of
from responder.models import LIVE_REPLY, Approval, Audit, Draft, DraftStatus, Reply, ReplyStatus
from responder.pause import level_for, stops_sending
from responder.removal import was_removed
from responder.voice.check import check as etiquette
from responder.voice.finding import Finding, Severity
from responder.voice.linked import links_in
from sentiment.explain import pulls, told
from sentiment.judge import read


class Stage(StrEnum):
    """Where an item stands, and so what can be done about it."""

    WRITE = "write"
    BY_HAND = "by_hand"
    WAITING = "waiting"  # approved, not yet on the wire: can be taken back
    SENDING = "sending"
    UNKNOWN = "unknown"
    SENT = "sent"
    CLOSED = "closed"


TAKEN: Final = "taken"
"""How a page calls an open item that somebody else has open, in the place of its stage."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """What stands against a text, and how long it is as its network counts."""

    findings: tuple[Finding, ...]
    length: Length
    counted_in: str
    letters: int  # as people count them
    link_cost: str  # what the link in it costs here, in words; "": there is none, or nothing

    @property
    def to_confirm(self) -> tuple[Finding, ...]:
        return tuple(f for f in self.findings if f.severity is Severity.CONFIRM)


@dataclass(frozen=True, kw_only=True)
class Item:
    """Everything the centre and the right of the desk show. Rows are read-only here."""

    draft: Draft
    mention: Mention
    stage: Stage
    thread: Thread
    reply: Reply | None
    approved_by: str
    kept: str  # the book's words, where a model's stand in their place; else ""
    kept_from: str
    changed: str  # who changed the draft last, and how: a sentence, or ""
    holder: Holder | None  # somebody else who has it open
    check: Check | None
    channel: str
    can_hide: bool
    can_delete: bool  # our reply stands there, and can be taken away from here
    removed: bool  # we took our reply away
    logo: str  # the network's sign, where it wants it beside its texts
    held: bool  # sending is paused here: what is approved waits
    name: str
    due: Due
    clocks: tuple[Line, ...]  # what we promised this customer, and how it went
    mark: Mark
    mood: tuple[str, ...]  # which words and cues made it
    language_name: str

    @property
    def open(self) -> bool:
        return self.stage in (Stage.WRITE, Stage.BY_HAND)

    @property
    def wants_words(self) -> bool:
        return wants_words(self.draft)

    @property
    def taken(self) -> bool:
        """Somebody else decides about it now: it can be read."""
        return self.open and self.holder is not None

    @property
    def shown(self) -> str:
        """What a page of it shows, by name: what it is compared with while it stays open."""
        return TAKEN if self.taken else self.stage.value


def read_item(bot: Bot, draft_id: str, *, agent_id: str | None, by: str) -> Item:
    """The item of one draft, seen by one agent. Raises NotFound."""
    now = bot.clock()
    with bot.database.read() as session:
        draft = _found(session, draft_id)
        mention = draft.mention
        reply = session.scalar(
            select(Reply).where(
                LIVE_REPLY, Reply.mention_id == mention.id, Reply.draft_id == draft.id
            )
        )
        declared = declared_of(bot, mention.channel)
        kept, kept_from = kept_of(session, draft)
        stage = _stage(draft, mention, reply)
        return Item(
            draft=draft,
            mention=mention,
            stage=stage,
            thread=read_thread(
                session,
                mention,
                brand=bot.settings.brand.name,
                hosts=declared.media_hosts if declared else (),
            ),
            reply=reply,
            approved_by=_approved_by(session, draft) if reply else "",
            kept=kept,
            kept_from=kept_from,
            changed=_changed(session, draft, by, now),
            holder=holder_of(session, draft, agent_id, now),
            check=check(session, bot, mention, draft.text),
            channel=label_of(bot, mention.channel),
            can_hide=declared is not None and declared.can_hide,
            can_delete=declared is not None and declared.can_delete and _stands(reply),
            removed=reply is not None and was_removed(reply),
            logo=declared.logo if declared else "",
            held=stops_sending(level_for(session, mention.channel, bot.pause_file)),
            name=name_of(mention.author),
            due=due(mention.due_at, now),
            clocks=lines(read_clocks(bot, session, [mention])[mention.id], now, bot.zone),
            mark=mark_of(
                mention.sentiment, mention.sentiment_confidence, bot.settings.sentiment.sure_from
            ),
            mood=_mood(bot, mention),
            language_name=language_name(mention.language),
        )


def _found(session: Session, draft_id: str) -> Draft:
    draft = session.scalar(
        select(Draft)
        .where(Draft.id == draft_id)
        .options(
            joinedload(Draft.claimant),
            joinedload(Draft.mention).joinedload(Mention.author),
            joinedload(Draft.mention).joinedload(Mention.conversation),
        )
    )
    if draft is None:
        raise NotFound("There is no such draft")
    return draft


def _mood(bot: Bot, mention: Mention) -> tuple[str, ...]:
    if not mention.scored_by.startswith("trained"):
        return ()
    weights = bot.weights  # asked once: others may have been trained by the next time
    reading = read(mention.text, mention.language, weights)
    return tuple(told(pull) for pull in pulls(reading, mention.sentiment.value, weights))


def check(session: Session, bot: Bot, mention: Mention, words: str) -> Check | None:
    """What stands against `words` as an answer; None where the channel is no longer configured."""
    if mention.channel not in bot.channels:
        return None
    target = target_of(session, bot, mention, words)
    findings = etiquette(words, target)
    if mention.answerable is Answerable.BY_HAND:
        # The page says so already, and offers the way.
        findings = tuple(finding for finding in findings if finding.rule != "answerable")
    return Check(
        findings=findings,
        length=target.length,
        counted_in=target.counted_in,
        letters=len(regex.findall(r"\X", words)),
        link_cost=target.link_price if links_in(words) else "",
    )


def check_words(bot: Bot, draft_id: str, words: str) -> Check | None:
    """As `check`, for the draft of that id. Raises NotFound."""
    with bot.database.read() as session:
        draft = session.get(Draft, draft_id, options=(joinedload(Draft.mention),))
        if draft is None:
            raise NotFound("There is no such draft")
        return check(session, bot, draft.mention, words)


def _stage(draft: Draft, mention: Mention, reply: Reply | None) -> Stage:
    if draft.status is DraftStatus.PENDING:
        by_hand = mention.status is MentionStatus.BY_HAND
        return Stage.BY_HAND if by_hand else Stage.WRITE
    if draft.status is DraftStatus.APPROVED and reply is not None:
        return {
            ReplyStatus.QUEUED: Stage.WAITING,
            ReplyStatus.SENDING: Stage.SENDING,
            ReplyStatus.UNKNOWN: Stage.UNKNOWN,
            ReplyStatus.SENT: Stage.SENT,
        }.get(reply.status, Stage.CLOSED)
    return Stage.CLOSED


def _approved_by(session: Session, draft: Draft) -> str:
    return (
        session.scalar(
            select(Approval.approved_by)
            .where(Approval.id > draft.id, Approval.draft_id == draft.id)
            .order_by(Approval.id.desc())
            .limit(1)
        )
        or ""
    )


def _changed(session: Session, draft: Draft, by: str, now: datetime) -> str:
    """Who changed the words last, if it was somebody else."""
    if draft.version == 1:
        return ""
    last = session.execute(
        select(Audit.who, Audit.action, Audit.at)
        # Our ids sort by time: no entry about a draft is older than the draft, and the search ends.
        .where(Audit.id > draft.id, Audit.subject == draft.id)
        .where(Audit.action.in_(("edit", "take back")))
        .order_by(Audit.id.desc())
        .limit(1)
    ).first()
    if last is None or last.who == by:
        return ""
    when = ago(last.at, now)
    if last.action == "edit":
        return _("%(name)s changed the words %(when)s.", name=last.who, when=when)
    if last.action == "take back":
        return _("%(name)s took the approval back %(when)s.", name=last.who, when=when)
    return ""


def _stands(reply: Reply | None) -> bool:
    return reply is not None and reply.status is ReplyStatus.SENT and reply.external_id is not None
