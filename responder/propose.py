"""What a mention calls for and the words for it, from the rows: decide, then compose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from listener.models import Mention
from responder.asked import UNREADABLE, UNWORDED, Asked, Wording
from responder.bot import Bot
from responder.checking import said_lately
from responder.compose import Composed, compose
from responder.corrections import in_force
from responder.crisis.effects import promotions_rest
from responder.decide import decide
from responder.decision import Decision
from responder.models import Incident
from responder.situation import Situation, situation_of
from sentiment.score import Sentiment
from sentiment.signals import DANGEROUS, Signal
from sentiment.topics import OTHER

_FEW_LETTERS = 3
_LABELS = (*sorted(DANGEROUS), Signal.HUMAN)
"""The signals that entries of the brand book may be made for, beside topics."""


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A decision, with the situation it was made in."""

    decision: Decision
    situation: Situation


def propose(
    session: Session, bot: Bot, mention: Mention, now: datetime, *, as_if_calm: bool = False
) -> Proposal:
    """What a mention calls for. Where one of the team had to set right what was judged of the text
    it has now, nothing leaves without a human: whoever may only correct must not send by it.
    `as_if_calm`: no incident is taken for open."""
    situation = situation_of(session, bot, mention, now)
    if as_if_calm:
        heard = replace(situation.heard, incident="")
        situation = replace(situation, heard=heard, incident=None)
    decision = decide(situation.heard)
    safe = decision.safe and not in_force(session, mention)
    return Proposal(decision=replace(decision, safe=safe), situation=situation)


def words_for(  # noqa: PLR0913  # what is not said is what there is
    session: Session,
    bot: Bot,
    mention: Mention,
    proposal: Proposal,
    now: datetime,
    *,
    automatic: bool = False,
    taught: Wording | None = None,
    recent: Sequence[str] | None = None,
) -> Composed:
    """The words a decision calls for; none where a person has to find them. `automatic`: they say
    that no human approved them. `taught`: the team's own, in place of the book's. `recent`: what is
    taken for said on the channel lately; None: what was."""
    if not proposal.decision.words:
        return Composed(text="", made_from=UNWORDED)
    channel = bot.channels[mention.channel]
    chapter = bot.book.chapters.get(mention.language)
    notice = chapter.voice.automatic if chapter and automatic else ""
    return compose(
        asked_of(session, bot, mention, proposal, now, recent=recent),
        bot.book,
        mention.language,
        links=channel.declaration.links_welcome,
        fits=lambda text: channel.length(text).fits,
        notice=notice,
        taught=taught,
    )


def asked_of(  # what a mention is asked with
    session: Session,
    bot: Bot,
    mention: Mention,
    proposal: Proposal,
    now: datetime,
    *,
    recent: Sequence[str] | None = None,
) -> Asked:
    """The mention as composing sees it. `recent` as in `words_for`."""
    decision, situation = proposal.decision, proposal.situation
    return Asked(
        text=mention.text,
        name=mention.author.name if mention.author else "",
        topics=[topic for topic in mention.topics if topic != OTHER],
        signals=signals_of(mention),
        occasion=decision.occasion,
        question=decision.question,
        seed=mention.id,
        today=now.astimezone(bot.zone).date(),
        phase=mention.phase.value,
        calm=mention.sentiment is not Sentiment.NEGATIVE,
        confused=Signal.CONFUSED in mention.signals,
        wants_person=Signal.HUMAN in mention.signals,
        before=situation.before,
        helper=situation.helper,
        statement=_statement(situation.incident, mention) if decision.stated else "",
        resting=promotions_rest(session, bot, mention.channel),
        likely=situation.likely,
        recent=said_lately(session, mention.channel, now) if recent is None else recent,
    )


def signals_of(mention: Mention) -> Sequence[str]:
    """What entries of the book may be made for, beside topics."""
    unread = bool(mention.media) and mention.sentiment is Sentiment.UNKNOWN
    few = sum(letter.isalpha() for letter in mention.text) < _FEW_LETTERS
    signals = [label.value for label in _LABELS if label in mention.signals]
    return [UNREADABLE, *signals] if unread and few else signals


def _statement(incident: Incident | None, mention: Mention) -> str:
    return incident.statements.get(mention.language, "") if incident else ""
