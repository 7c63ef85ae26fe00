"""An agent sets right what was judged of a mention: sentiment, topics, phase, danger.

The correction names the version of the text that was read. The mention takes the answers over at
once, so that the queue moves; the rows stay, and the weights learn from them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from listener.models import OPEN, Mention, MentionStatus
from listener.normalize import is_doubt
from listener.store import due_at_of
from listener.urgency import weigh
from responder.approve import Conflict, NotFound
from responder.audit import note
from responder.bot import Bot
from responder.corrections import NO, YES, in_force, stands
from responder.models import Correction, Question
from responder.outbox import call_back
from responder.redraft import answers_by_itself, draft_again
from responder.rightings import AGENT, take_answers
from responder.warm import warm_up
from sentiment.phase import Phase
from sentiment.score import Sentiment
from sentiment.topics import OTHER, TOPICS

FEELINGS: Final = (Sentiment.NEGATIVE, Sentiment.NEUTRAL, Sentiment.POSITIVE)
"""What a person may say of a feeling: that nobody can tell is no correction."""

_UNANSWERED: Final = (MentionStatus.LISTEN_ONLY, MentionStatus.IGNORED)


@dataclass(frozen=True, kw_only=True)
class Right:
    """What is right about a text; None where nothing is said. `sentiment` is one of `FEELINGS`,
    `topics` are words of `TOPICS` or `OTHER`; `danger`: whether it is a P1."""

    sentiment: Sentiment | None = None
    topics: Sequence[str] | None = None
    phase: Phase | None = None
    danger: bool | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for words nobody knows."""
        if self.sentiment is Sentiment.UNKNOWN:
            raise ValueError("a sentiment is set right to negative, neutral or positive")
        for topic in self.topics or ():
            if topic not in TOPICS and topic != OTHER:
                raise ValueError(f"{topic[:40]!r} is no topic")

    @property
    def answers(self) -> Mapping[Question, tuple[str, ...]]:
        """What is said, as the rows keep it."""
        return dict(self._answers())

    def _answers(self) -> Iterator[tuple[Question, tuple[str, ...]]]:
        if self.sentiment is not None:
            yield Question.SENTIMENT, (self.sentiment.value,)
        if self.topics is not None:
            # About none that has a name is never said beside one that has.
            yield Question.TOPICS, tuple(one for one in TOPICS if one in self.topics) or (OTHER,)
        if self.phase is not None:
            yield Question.PHASE, (self.phase.value,)
        if self.danger is not None:
            yield Question.DANGER, (YES if self.danger else NO,)


def _languages_of(bot: Bot, mention_id: str) -> Sequence[str]:
    with bot.database.read() as session:
        return session.scalars(select(Mention.language).where(Mention.id == mention_id)).all()


def correct(
    bot: Bot, mention_id: str, *, version: int, right: Right, by: str, seen: str | None = None
) -> tuple[Question, ...]:
    """Set a mention right, and say about which questions something else stood there.

    `version` is that of the text that was read. `seen`: the newest correction that was shown
    beside it, "" for none, so that nobody undoes by mistake what a colleague set right meanwhile;
    None does not look. Raises NotFound, Conflict.
    """
    now = bot.clock()
    if right.danger is not None:
        warm_up(bot, _languages_of(bot, mention_id))  # the words may be written anew
    with bot.database.write() as session:
        mention = session.get(Mention, mention_id, with_for_update=True)
        if mention is None:
            raise NotFound("There is no such mention")
        _still_there(mention, version)
        known = in_force(session, mention)
        _nobody_was_faster(known, seen)
        before = stands(mention)
        changed = {
            question: answer
            for question, answer in right.answers.items()
            if set(answer) != set(before[question])
        }
        for question, answer in changed.items():
            session.add(
                Correction(
                    mention_id=mention.id,
                    mention_version=mention.version,
                    question=question,
                    answer=list(answer),
                    before=list(before[question]),
                    said_by=_who_said(mention, question, known),
                    by=by,
                    at=now,
                )
            )
            note(
                session,
                who=by,
                action="set right",
                subject=mention.id,
                detail=f"{question.value}: {', '.join(answer)}, version {mention.version}",
                now=now,
            )
        if changed:
            _take_over(bot, session, mention, changed, by, now)
        return tuple(changed)


def _still_there(mention: Mention, version: int) -> None:
    if mention.purged_at is not None:
        raise Conflict("The words were erased: nobody can tell any more what they said")
    if mention.status is MentionStatus.GONE:
        raise Conflict("The customer deleted the text")
    if mention.version != version:
        raise Conflict("The customer changed the text: read it again")


def _nobody_was_faster(known: Sequence[Correction], seen: str | None) -> None:
    newest = known[-1] if known else None
    if seen is not None and newest is not None and newest.id != seen:
        raise Conflict(f"{newest.by} set it right meanwhile: read it again")


def _who_said(mention: Mention, question: Question, known: Sequence[Correction]) -> str:
    """The step whose answer it was. A row keeps only that of its sentiment; the other questions
    were answered in the same go."""
    if any(one.question is question for one in known):
        return AGENT
    feeling = (one.said_by for one in known if one.question is Question.SENTIMENT)
    return next(feeling, mention.scored_by)


def _take_over(
    bot: Bot,
    session: Session,
    mention: Mention,
    changed: Mapping[Question, tuple[str, ...]],
    by: str,
    now: datetime,
) -> None:
    take_answers(mention, changed, bot.market)
    weigh(
        session,
        mention,
        followers=mention.author.followers if mention.author else None,
        engagement=mention.engagement,
        notes=[reason for reason in mention.reasons if is_doubt(reason)],
        before_buying=bot.before_buying,
    )
    mention.due_at = due_at_of(mention, bot.calendar(mention.channel), bot.before_buying)
    session.flush()  # the decision asks what is in force
    _look_again(bot, session, mention, changed, by, now)
    if mention.status in OPEN:  # of a closed one `changed_at` says since when it is closed
        mention.changed_at = now


def _look_again(
    bot: Bot,
    session: Session,
    mention: Mention,
    changed: Mapping[Question, tuple[str, ...]],
    by: str,
    now: datetime,
) -> None:
    """What was decided for the wrong reason is decided anew: words made without the danger, or for
    one that is none; danger that nobody was to answer; and an automatic answer that has not left.
    """
    danger = changed.get(Question.DANGER)
    dangerous = danger == (YES,)
    if danger and draft_again(bot, session, mention, dangerous=dangerous, by=by, now=now):
        return
    neglected = dangerous and mention.status in _UNANSWERED
    if not neglected and not answers_by_itself(session, mention):
        return
    if call_back(session, mention, f"{by} set right what the text says", now):
        mention.status = MentionStatus.NEW
        mention.status_reason = f"{by} set right what it says"
