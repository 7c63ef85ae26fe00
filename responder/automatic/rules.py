"""The rules for automatic answers, as rows: made, ended, read. A rule is never changed, so that
what it was in shadow for is what it sends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from listener.normalize import clean
from responder.approve import Conflict, NotFound
from responder.audit import note
from responder.automatic.models import AutoRule
from responder.automatic.rule import LEAST_SAMPLE, NEVER, SHADOW, THANKS, AutoOccasion, Rule
from responder.bot import Bot
from responder.limits import EVERYWHERE, PER_AUTHOR, PER_CONVERSATION
from sentiment.topics import TOPICS


class Unfit(ValueError):
    """A rule that nobody may make. The text says why."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A rule somebody asks for. `channel` "": all; `topics` have to be named, among them "praise"
    for praise; `confidence` None: `sentiment.send_from`."""

    name: str
    occasions: Sequence[AutoOccasion] = (AutoOccasion.PRAISE,)
    channel: str = ""
    topics: Sequence[str] = field(default_factory=tuple)
    languages: Sequence[str] = field(default_factory=tuple)
    confidence: float | None = None
    per_thread: int = 1
    per_author: int = 1
    per_hour: int = 10
    sample_percent: int = 20


def rule_of(bot: Bot, wanted: Wanted, *, live_from: datetime) -> Rule:
    """The rule that is asked for, not kept. Raises Unfit."""
    least = bot.settings.sentiment.send_from
    rule = Rule(
        name=clean(wanted.name).strip(),
        occasions=tuple(dict.fromkeys(wanted.occasions)),
        channel=wanted.channel,
        topics=tuple(dict.fromkeys(wanted.topics)),
        languages=tuple(dict.fromkeys(wanted.languages)),
        confidence=least if wanted.confidence is None else wanted.confidence,
        per_thread=wanted.per_thread,
        per_author=wanted.per_author,
        per_hour=wanted.per_hour,
        sample_percent=wanted.sample_percent,
        live_from=live_from,
    )
    if against := _against(bot, rule, least):
        raise Unfit(against)
    return rule


def add_rule(bot: Bot, wanted: Wanted, *, by: str) -> AutoRule:
    """Keep a rule; it begins in shadow. Raises Unfit, and Conflict for a name that is taken."""
    now = bot.clock()
    rule = rule_of(bot, wanted, live_from=now + SHADOW)
    with bot.database.write() as session:
        if any(other.name == rule.name for other in open_rules(session)):
            raise Conflict(f"An open rule has the name {rule.name} already")
        row = AutoRule(
            name=rule.name,
            channel=rule.channel,
            occasions=[occasion.value for occasion in rule.occasions],
            topics=list(rule.topics),
            languages=list(rule.languages),
            confidence=rule.confidence,
            per_thread=rule.per_thread,
            per_author=rule.per_author,
            per_hour=rule.per_hour,
            sample_percent=rule.sample_percent,
            created_at=now,
            created_by=by,
            shadow_since=now,
            live_from=rule.live_from,
        )
        session.add(row)
        session.flush()
        note(session, who=by, action="add auto rule", subject=row.id, now=now)
        return row


def end_rule(bot: Bot, rule_id: str, *, by: str) -> AutoRule:
    """End a rule: nothing leaves by it any more, not even what is queued. Raises NotFound, and
    Conflict if somebody was faster."""
    now = bot.clock()
    with bot.database.write() as session:
        row = session.get(AutoRule, rule_id, with_for_update=True)
        if row is None:
            raise NotFound("There is no such rule")
        if row.ended_at is not None:
            raise Conflict(f"{row.ended_by} ended it already")
        row.ended_at, row.ended_by = now, by
        note(session, who=by, action="end auto rule", subject=row.id, now=now)
        return row


def find_rule(session: Session, rule_id: str) -> AutoRule:
    """One rule, ended or not. Raises NotFound."""
    row = session.get(AutoRule, rule_id)
    if row is None:
        raise NotFound("There is no such rule")
    return row


def open_rules(session: Session) -> Sequence[AutoRule]:
    """Those that are not ended, the oldest first."""
    return session.scalars(
        select(AutoRule).where(AutoRule.ended_at.is_(None)).order_by(AutoRule.id)
    ).all()


def value_of(row: AutoRule) -> Rule:
    """A row as deciding needs it."""
    return Rule(
        id=row.id,
        name=row.name,
        channel=row.channel,
        occasions=tuple(AutoOccasion(occasion) for occasion in row.occasions),
        topics=tuple(row.topics),
        languages=tuple(row.languages),
        confidence=row.confidence,
        per_thread=row.per_thread,
        per_author=row.per_author,
        per_hour=row.per_hour,
        sample_percent=row.sample_percent,
        live_from=row.live_from,
        ended=row.ended_at is not None,
    )


def _against(bot: Bot, rule: Rule, least: float) -> str:
    """Why nobody may make such a rule, as a sentence; "" if anybody may."""
    if not 1 <= len(rule.name) <= 80:
        return "a rule needs a name of 1 to 80 letters"
    if not rule.occasions:
        return "name at least one occasion: praise, question"
    if rule.channel and rule.channel not in bot.channels:
        return f"there is no such channel; configured: {', '.join(bot.channels) or 'none'}"
    if strangers := set(rule.languages) - set(bot.settings.brand.languages):
        return f"the brand does not speak {', '.join(sorted(strangers))}"
    return _against_topics(rule) or _against_numbers(rule, least)


def _against_topics(rule: Rule) -> str:
    if unknown := set(rule.topics) - set(TOPICS):
        return f"no such topic: {', '.join(sorted(unknown))}"
    if forbidden := set(rule.topics) & NEVER:
        return f"no rule may answer {', '.join(sorted(forbidden))}"
    if not rule.topics:
        return "a rule has to name its topics; one for praise at least praise"
    if AutoOccasion.PRAISE in rule.occasions and THANKS not in rule.topics:
        return f"a rule for praise has to name the topic {THANKS}"
    return ""


def _against_numbers(rule: Rule, least: float) -> str:
    if not least <= rule.confidence <= 1:  # so NaN is refused too
        return f"the confidence is between {least:g} (sentiment.send_from) and 1"
    for what, value, most in (
        ("per_thread", rule.per_thread, PER_CONVERSATION),
        ("per_author", rule.per_author, PER_AUTHOR),
        ("per_hour", rule.per_hour, EVERYWHERE),
    ):
        if not 1 <= value <= most:
            return f"{what} is between 1 and {most}"
    if not LEAST_SAMPLE <= rule.sample_percent <= 100:
        return f"sample_percent is between {LEAST_SAMPLE} and 100"
    return ""
