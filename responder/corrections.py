"""What agents have set right, read: for the page of a mention, and as lessons to learn from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from listener.models import Mention, MentionStatus
from responder.bot import Bot
from responder.models import Correction, Question
from sentiment.language import UNKNOWN
from sentiment.signals import DANGEROUS, Signal

YES: Final = "yes"
NO: Final = "no"
ALARMING: Final = "alarming"
"""How a danger stands that only a person can tell: neither yes nor no, so both set it right."""

"""The signals that make a P1."""

Answers = Mapping[Question, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """A text that somebody set right. `stands`: what the mention says of itself now; `answers`:
    what of it they said; `before`: what had stood there before anybody did. `may_teach`: whether
    its channel lets weights learn from its texts."""

    mention_id: str
    text: str
    language: str
    may_teach: bool
    stands: Answers
    answers: Answers = field(default_factory=dict)
    before: Answers = field(default_factory=dict)


def stands(mention: Mention) -> Answers:
    """What a mention says of itself now, as corrections say it."""
    return {
        Question.SENTIMENT: (mention.sentiment.value,),
        Question.TOPICS: tuple(mention.topics),
        Question.PHASE: (mention.phase.value,),
        Question.DANGER: (danger_of(mention.signals),),
    }


def danger_of(signals: Iterable[str]) -> str:
    """`YES`, `NO` or `ALARMING`."""
    found = set(signals)
    if DANGEROUS & found:
        return YES
    return ALARMING if Signal.ALARMING in found else NO


def in_force(session: Session, mention: Mention) -> Sequence[Correction]:
    """All that was set right about the text a mention has now, oldest first."""
    return session.scalars(
        select(Correction)
        .where(Correction.mention_id == mention.id, Correction.mention_version == mention.version)
        .order_by(Correction.id)
    ).all()


def latest(known: Iterable[Correction]) -> Mapping[Question, Correction]:
    """Of each question the one that counts; `known` are of one mention, oldest first."""
    return {one.question: one for one in known}


def may_teach(bot: Bot, channel: str) -> bool:
    """Whether weights may learn from texts of this channel; of one that is not configured any more
    nobody can say that they may."""
    known = bot.channels.get(channel)
    return known is not None and known.declaration.may_teach


def read_lessons(bot: Bot) -> tuple[Lesson, ...]:
    """Everything that is in force, one lesson a mention, oldest correction first. Erased words
    teach nothing, and neither do those that were found deleted or were written in private."""
    found: dict[str, Lesson] = {}
    with bot.database.read() as session:
        rows = session.execute(
            select(Correction, Mention)
            .join(Mention, Mention.id == Correction.mention_id)
            .where(_counts())
            .order_by(Correction.id)
        ).all()
        for correction, mention in rows:
            lesson = found.get(mention.id) or _lesson(bot, mention)
            found[mention.id] = replace(
                lesson,
                answers={**lesson.answers, correction.question: tuple(correction.answer)},
                before={correction.question: tuple(correction.before), **lesson.before},
            )
    return tuple(found.values())


def count_new(bot: Bot, since: datetime | None) -> int:
    """How many answers that can teach were given after `since`: of channels that may, in a known
    language. Who changes their mind about one has still said one thing."""
    teaching = [name for name in bot.channels if may_teach(bot, name)]
    wanted: Collection[ColumnElement[bool]] = [
        _counts(),
        Mention.channel.in_(teaching),
        Mention.language.not_in(("", UNKNOWN)),
    ]
    if since is not None:
        wanted = [*wanted, Correction.at > since]
    answers = (
        select(Correction.mention_id, Correction.question)
        .join(Mention, Mention.id == Correction.mention_id)
        .where(*wanted)
        .distinct()
        .subquery()
    )
    with bot.database.read() as session:
        return session.scalar(select(func.count()).select_from(answers)) or 0


def _counts() -> ColumnElement[bool]:
    return and_(
        Mention.version == Correction.mention_version,
        Mention.purged_at.is_(None),
        Mention.private.is_(False),
        Mention.status != MentionStatus.GONE,
    )


def _lesson(bot: Bot, mention: Mention) -> Lesson:
    return Lesson(
        mention_id=mention.id,
        text=mention.text,
        language=mention.language,
        may_teach=may_teach(bot, mention.channel),
        stands=stands(mention),
    )
