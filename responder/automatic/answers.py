"""Automatic answers at work: which rule takes a mention, and whether it still would when its reply
is about to leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from listener.models import Mention
from responder.automatic.counts import counts_of, rule_is_full
from responder.automatic.models import AutoRule, ShadowAnswer
from responder.automatic.rule import Answer, Case, Rule, Verdict, Words, allows, held, outside
from responder.automatic.rules import open_rules, value_of
from responder.automatic.sources import changed_since
from responder.automatic.watching import as_watched, said_by, watch, went_by
from responder.bot import Bot
from responder.checking import check_reply, said_lately
from responder.compose import Composed
from responder.incidents import running
from responder.limits import Wait, house_is_full, too_many_automatic, too_many_to_one
from responder.models import AuthorKind, Draft, Reply
from responder.pause import level_for
from responder.propose import Proposal, propose, words_for
from responder.voice.finding import Finding, Severity


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """The words that would leave, with their disclosure, and what is to be said of them."""

    text: str
    known: bool
    findings: tuple[Finding, ...]

    @property
    def words(self) -> Words:
        """As deciding needs them."""
        return Words(known=self.known, objections=_objections(self.findings))


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What one rule made of a mention, and the words it would have used."""

    rule: Rule
    verdict: Verdict
    spoken: Spoken


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What the rules make of one mention. `rule`: the one that sends, and what it says; `shadows`:
    those that would have; `why`: a sentence for the card, "" if no rule is near."""

    rule: Rule | None = None
    spoken: Spoken | None = None
    shadows: tuple[Trial, ...] = ()
    why: str = ""


def take(session: Session, bot: Bot, mention: Mention, proposal: Proposal, now: datetime) -> Taken:
    """Ask every open rule; the oldest that sends does. Writes down since when each rule has had
    something to show on the channel, and nothing else."""
    calm = proposal
    if proposal.situation.incident is not None:
        # Held in any case. But a rule that would answer it on a calm day has missed it.
        calm = propose(session, bot, mention, now, as_if_calm=True)
    if not calm.decision.safe:
        return Taken()
    case = case_of(session, bot, mention, calm)
    near = [rule for row in open_rules(session) if not outside(rule := value_of(row), case)]
    if held(case):
        for rule in near:
            went_by(session, rule, mention.channel, now)
        return Taken()
    asked = [_ask(session, bot, mention, proposal, case, rule, now) for rule in near]
    fitting = [one for one in asked if one.verdict.answer is not Answer.NO]
    if fitting and (enough := too_many_automatic(session, mention, now)):
        return Taken(why=enough)
    sending = next((one for one in fitting if one.verdict.answer is Answer.SEND), None)
    shadows = tuple(one for one in fitting if one.verdict.answer is Answer.SHADOW)
    if sending is not None:
        return Taken(rule=sending.rule, spoken=sending.spoken, shadows=shadows)
    return Taken(shadows=shadows, why=_why(bot, shadows, asked))


def _ask(
    session: Session,
    bot: Bot,
    mention: Mention,
    proposal: Proposal,
    case: Case,
    rule: Rule,
    now: datetime,
) -> Trial:
    rule = as_watched(session, rule, mention.channel, now)
    said = said_by(session, rule, mention, now)
    spoken = speak(session, bot, mention, proposal, now, recent=said)
    counts = counts_of(session, rule, mention, now)
    verdict = allows(rule, replace(case, words=spoken.words), counts, now)
    if verdict.near or verdict.answer is not Answer.NO:
        watch(session, rule, mention.channel, now)
    return Trial(rule=rule, verdict=verdict, spoken=spoken)


def case_of(session: Session, bot: Bot, mention: Mention, proposal: Proposal) -> Case:
    """A mention as the rules see it, without words. Its channel must be one that is configured."""
    return Case(
        channel=mention.channel,
        allowed=bot.channels[mention.channel].options.auto_reply,
        paused=level_for(session, mention.channel, bot.pause_file) is not None,
        crisis=_crisis(session, mention.channel),
        decision=proposal.decision,
        priority=mention.priority,
        topics=tuple(mention.topics),
        language=mention.language,
        spoken=mention.language in bot.book.chapters,
        confidence=mention.sentiment_confidence,
        private=mention.private,
        pictured=bool(mention.media),
        anonymous=mention.author_id is None,
    )


def speak(
    session: Session,
    bot: Bot,
    mention: Mention,
    proposal: Proposal,
    now: datetime,
    *,
    recent: Sequence[str],
) -> Spoken:
    """The words as they would leave, checked as words no human approves. `recent`: what was said on
    the channel in the last 24 hours, the latest first."""
    composed: Composed = words_for(
        session, bot, mention, proposal, now, automatic=True, recent=recent
    )
    findings = check_reply(session, bot, mention, composed.text, automatic=True, recent=recent)
    return Spoken(text=composed.text, known=composed.known, findings=findings)


def keep_shadows(
    session: Session, taken: Taken, mention: Mention, draft: Draft, now: datetime
) -> None:
    """What would have been sent, once for each rule and mention: the latest wording counts."""
    for one in taken.shadows:
        row = session.scalar(
            select(ShadowAnswer).where(
                ShadowAnswer.rule_id == one.rule.id, ShadowAnswer.mention_id == mention.id
            )
        )
        if row is None:
            row = ShadowAnswer(rule_id=one.rule.id, mention_id=mention.id)
            session.add(row)
        row.draft_id, row.at = draft.id, now
        row.text, row.offered = one.spoken.text, draft.text


def still_against(session: Session, bot: Bot, reply: Reply, now: datetime) -> str:
    """Why an automatic reply may not leave after all, as a sentence; "" if it may. Everything is
    decided anew, and its words are checked again: the house may have forbidden one meanwhile, or
    withdrawn a fact. How many leave in an hour is not asked here but by `must_wait`."""
    row = session.get(AutoRule, reply.rule_id) if reply.rule_id else None
    if row is None:
        return "no rule allows it"
    mention = reply.mention
    rule = as_watched(session, value_of(row), mention.channel, now)
    proposal = propose(session, bot, mention, now)
    case = case_of(session, bot, mention, proposal)
    recent = said_lately(session, mention.channel, now, but=reply.id)
    anew = words_for(session, bot, mention, proposal, now, automatic=True, recent=recent)
    findings = check_reply(session, bot, mention, reply.text, automatic=True, recent=recent)
    case = replace(case, words=Words(known=anew.known, objections=_objections(findings)))
    counts = replace(counts_of(session, rule, mention, now, but=reply.id), hour=0)
    verdict = allows(rule, case, counts, now)
    if verdict.answer is not Answer.SEND:
        return verdict.why
    source = reply.draft.made_from
    elsewhere = anew.known and anew.made_from != source  # its facts by now
    if elsewhere or changed_since(session, reply.draft, reply.queued_at):
        return f"the brand book was changed since, and may not say it any more: {source}"
    return too_many_to_one(session, mention, now, but=reply.id)


def must_wait(session: Session, reply: Reply, now: datetime) -> Wait | None:
    """Until when an automatic reply waits because enough of them left by now. Replies queue up in
    quiet hours and pauses: what counts is when they leave."""
    if reply.author_kind is not AuthorKind.AUTO:
        return None
    row = session.get(AutoRule, reply.rule_id) if reply.rule_id else None
    own = rule_is_full(session, value_of(row), now) if row is not None else None
    return own or house_is_full(session, reply.channel, now)


def _objections(findings: Sequence[Finding]) -> list[str]:
    return [one.rule for one in findings if one.severity is not Severity.WARN]


def _why(bot: Bot, shadows: Sequence[Trial], asked: Sequence[Trial]) -> str:
    """The card tells of the rules that would have sent it, or else of what kept one from it."""
    told = [
        f"the rule {one.rule.name} would have sent this (shadow until "
        f"{one.rule.live_from.astimezone(bot.zone):%d %b %Y})"
        for one in shadows
    ]
    return "; ".join(told) or next((one.verdict.why for one in asked if one.verdict.near), "")


def _crisis(session: Session, channel: str) -> str:
    """The title of an incident that is open on a channel, or on all. In a crisis nothing cheerful
    leaves by itself, whatever it answers."""
    titles = [one.title for one in running(session) if one.channel in ("", channel)]
    return titles[0] if titles else ""
