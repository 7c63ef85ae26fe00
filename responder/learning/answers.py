"""The team's own answer to a similar mention: found in the rows, put into a reply, and offered
before the brand book's words.

Only what a human wrote and sent in public teaches, and only where the channel's texts may be
learned from (`Declaration.may_teach`). A private mention teaches nothing, because what one person
was told in private is told to nobody else; and it is offered nothing, because what somebody says in
private is a case of their own. A mention and its answer never serve another channel. What was
taught teaches no further: once the words it came from are erased, nothing goes on saying them. A
learned answer never leaves without a human.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, Subquery, select
from sqlalchemy.orm import Session

from config.book import Chapter
from listener.channels.base import Answerable
from listener.models import Author, Mention, MentionStatus
from responder.alike import likely_of
from responder.asked import Wording
from responder.bot import Bot
from responder.checking import check_reply
from responder.compose import Composed
from responder.corrections import may_teach
from responder.decide import decide
from responder.decision import Action, Decision, Heard
from responder.kind import speaking_for
from responder.learning.fit import Answer, Place, obstacle, strange_words, without_welcome
from responder.learning.known import forms, forms_in
from responder.learning.similar import (
    EDITED_BELOW,
    SIMILAR_FROM,
    body_of,
    says_enough,
    shape_of,
    share_kept,
    similarity,
    stems,
)
from responder.models import AuthorKind, Draft, Reply, ReplyStatus
from responder.propose import Proposal, words_for
from responder.team.models import Agent
from responder.voice.finding import Severity
from sentiment.cues import fold
from sentiment.signals import DANGEROUS, Signal
from sentiment.topics import OTHER

LEARNED: Final = "the team's answer to a similar mention"
"""How the source of such words begins (`Draft.made_from`)."""
NO_WORDS: Final = "no words"
"""How it begins where we proposed none, and a person wrote."""
_STATED: Final = "statement"
"""And where it was the statement on an incident."""

REMEMBERED: Final = timedelta(days=180)
AT_MOST: Final = 500  # answers looked at, the newest
_SOUGHT_IN: Final = 5_000
"""Of so many sent replies, whatever their language: a search of all takes too long for a draft."""
_SEVERAL: Final = 2  # customers who were told a word that is not in the book
_BEGINNING: Final = 4  # letters all forms of a word share at least
_TRIED: Final = 3  # of the most similar ones, until one may be offered

_FOR_A_PERSON: Final = DANGEROUS | {
    Signal.ALARMING,
    Signal.DELICATE,
    Signal.CONFUSED,
    Signal.HUMAN,
    Signal.STOP,
}
"""Who says so needs words of their own, or none."""


@dataclass(frozen=True, kw_only=True)
class Taught:
    """A whole reply in the team's words, and the reply they were first said in."""

    composed: Composed
    by: str


def team_words(
    session: Session, bot: Bot, mention: Mention, proposal: Proposal, now: datetime
) -> Taught | None:
    """A whole reply in the team's words, for a human to approve; None where there is none that may
    be offered: for all that is serious, escalated, answered by hand, or part of an incident."""
    place = _place(bot, mention)
    if place is None or not may_be_offered(proposal, mention):
        return None
    rows = _rows(session, mention, now)
    for answer in _most_similar(session, bot, mention, proposal.decision, rows):
        shared = _told_to_several(bot, rows, strange_words(answer, place), mention.language)
        if obstacle(answer, place, shared=shared):
            continue
        body = answer.body[0].upper() + answer.body[1:]
        taught = Wording(body=body, made_from=_source(answer.kept))
        composed = words_for(session, bot, mention, proposal, now, taught=taught)
        findings = check_reply(session, bot, mention, composed.text)
        if not any(finding.severity is Severity.BLOCK for finding in findings):
            return Taught(composed=composed, by=answer.reply_id)
    return None


def _place(bot: Bot, mention: Mention) -> Place | None:
    """Where the answer is to stand; None where nothing may be learned, or the brand is mute."""
    book = bot.book
    if mention.private or not may_teach(bot, mention.channel):
        return None
    if mention.language not in book.chapters:
        return None
    return Place(
        mention=mention.text,
        language=mention.language,
        chapter=book.chapters[mention.language],
        house=bot.house(mention.language),
        links=bot.channels[mention.channel].declaration.links_welcome,
    )


def may_be_offered(proposal: Proposal, mention: Mention) -> bool:
    """Whether other words than the book's may stand before a human: not where it is serious,
    escalated, answered by hand or part of an incident, and nobody asks for a person or an end."""
    decision = proposal.decision
    return (
        decision.action is Action.DRAFT
        and decision.words
        and not decision.stated
        and proposal.situation.incident is None
        and _FOR_A_PERSON.isdisjoint(mention.signals)
        and says_enough(mention.text)
    )


def _most_similar(
    session: Session, bot: Bot, mention: Mention, decision: Decision, rows: Sequence[Row[Any]]
) -> list[Answer]:
    """The answers to the most similar mentions, the most similar first."""
    rarity = bot.weights.rarity
    shape, words = shape_of(mention.text, rarity), stems(mention.text, mention.language)
    found = [
        (likeness, place, row)
        for place, row in enumerate(rows)
        # Quick looks before the slow one: without a word in common no two texts are similar.
        if _agree(row.topics, mention.topics) and words & stems(row.said, mention.language)
        if (likeness := similarity(shape, shape_of(row.said, rarity))) >= SIMILAR_FROM
        if _calls_for_the_same(row, decision, bot.book.chapters.get(mention.language))
    ]
    found.sort(key=lambda one: (-one[0], one[1]))  # of equals the newest
    team = tuple(session.scalars(select(Agent.name))) if found else ()
    answers = (_answer(bot, row, mention.language, team) for _, _, row in found)
    edited = (answer for answer in answers if answer.kept < EDITED_BELOW)
    return [answer for answer, _ in zip(edited, range(_TRIED), strict=False)]


def _rows(session: Session, mention: Mention, now: datetime) -> Sequence[Row[Any]]:
    """What humans sent in public on this channel in this language, the newest first, with what it
    answered.

    An answer to a text that changed since, that is gone or whose words were erased teaches nothing;
    neither does one that does not stand any more, that a rung further up wrote, or that was taught.
    """
    newest = _newest(mention.channel, now)
    found: Any = session.execute(
        select(
            Mention.text.label("said"),
            Mention.topics,
            Mention.signals,
            Mention.sentiment,
            Mention.sentiment_confidence,
            Mention.phase,
            Mention.language,
            Mention.addressed,
            Author.name,
            Author.handle,
            Mention.author_id,
            Reply.id.label("reply_id"),
            Reply.text.label("sent"),
            Draft.proposed,
            Draft.made_from,
        )
        .select_from(newest)
        .join(Reply, Reply.id == newest.c.id)
        .join(Draft, Draft.id == Reply.draft_id)
        .join(Mention, Mention.id == Reply.mention_id)
        .outerjoin(Author, Author.id == Mention.author_id)
        .where(
            Draft.escalated == "",
            Draft.taught_by == "",
            Draft.mention_version == Mention.version,
            Mention.id != mention.id,
            Mention.language == mention.language,
            Mention.private.is_(False),
            Mention.status != MentionStatus.GONE,
            Mention.purged_at.is_(None),
        )
        .order_by(Reply.not_before.desc())
        .limit(AT_MOST)
    ).all()
    rows: Sequence[Row[Any]] = found
    return rows


def _told_to_several(
    bot: Bot, rows: Sequence[Row[Any]], words: frozenset[str], language: str
) -> frozenset[str]:
    """Those of `words` that stand in answers to two customers at least: then they tell nothing of
    one. Of an author the network does not name nobody knows whether it is another one."""
    told: dict[str, set[str]] = {word: set() for word in words}
    for row in rows if words else ():
        if not row.author_id or not _is_lesson(row.proposed, row.made_from):
            continue
        folded = fold(row.sent)
        near = [word for word in words if word[:_BEGINNING] in folded]
        said = forms_in(body_of(row.sent, language, bot.house(language)) if near else "")
        for word in near:
            if not said.isdisjoint(forms(word)):
                told[word].add(row.author_id)
    return frozenset(word for word, customers in told.items() if len(customers) >= _SEVERAL)


def _newest(channel: str, now: datetime) -> Subquery:
    """What humans sent there lately and still stands: by the outbox's index, since an answer may
    leave hardly later than it was approved."""
    return (
        select(Reply.id)
        .where(
            Reply.status == ReplyStatus.SENT,
            Reply.not_before > now - REMEMBERED,
            Reply.channel == channel,
            Reply.author_kind == AuthorKind.HUMAN,
            Reply.vanished_at.is_(None),
        )
        .order_by(Reply.not_before.desc())
        .limit(_SOUGHT_IN)
        .subquery()
    )


def _calls_for_the_same(row: Row[Any], decision: Decision, chapter: Chapter | None) -> bool:
    """Whether it was written by a human, and to what calls for the same kind of words."""
    if not _is_lesson(row.proposed, row.made_from) or not _FOR_A_PERSON.isdisjoint(row.signals):
        return False
    then = decide(
        Heard(
            signals=frozenset(row.signals),
            topics=frozenset(row.topics),
            sentiment=row.sentiment,
            answerable=Answerable.YES,
            addressed=row.addressed,
            opted_out=False,
            speaks=speaking_for(likely_of(row.said, row, chapter, row.language), chapter),
        )
    )
    same = then.occasion is decision.occasion and then.question == decision.question
    return then.action is Action.DRAFT and same


def _is_lesson(proposed: str, made_from: str) -> bool:
    """Not what was said in an incident that is over; and not where nobody can say whose words were
    sent, because what we proposed was not kept yet, or is erased; and not what was taught."""
    if made_from.startswith((_STATED, LEARNED)):  # `taught_by` is younger than what was taught
        return False
    return bool(proposed) or made_from.startswith(NO_WORDS)


def _agree(theirs: list[str], ours: list[str]) -> bool:
    """Whether each names what leads in the other; of texts without a topic the letters decide."""
    known = [[topic for topic in topics if topic != OTHER] for topics in (theirs, ours)]
    if not all(known):
        return not any(known)
    return known[0][0] in known[1] and known[1][0] in known[0]


def _answer(bot: Bot, row: Row[Any], language: str, team: tuple[str, ...]) -> Answer:
    house = bot.house(language)
    body = body_of(row.sent, language, house)
    return Answer(
        mention=row.said,
        body=without_welcome(body, bot.book.chapters[language]),
        kept=share_kept(body_of(row.proposed, language, house), body),
        names=(row.name or "", row.handle or "", *team),
        reply_id=row.reply_id,
    )


def _source(kept: float) -> str:
    return f"{LEARNED} (share kept {kept:.0%})" if kept else f"{LEARNED} (all in their own words)"
