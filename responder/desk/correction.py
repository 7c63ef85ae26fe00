"""What was set right about a mention, on its card, and the form that sets it right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, StringConstraints

from listener.models import Mention, MentionStatus
from responder.bot import Bot
from responder.correct import Right
from responder.corrections import ALARMING, NO, YES, in_force, latest, may_teach, stands
from responder.desk.choices import CHOICES, Choice
from responder.models import Correction, Question
from sentiment.phase import Phase
from sentiment.score import Sentiment
from sentiment.topics import OTHER, TOPICS

_NOTHING: Final = BeforeValidator(lambda value: None if value == "" else value)
Topic = Annotated[str, StringConstraints(pattern=rf"^({'|'.join((*TOPICS, OTHER))})$")]
Feeling = Annotated[Sentiment | None, _NOTHING]
Danger = Annotated[bool | None, _NOTHING]
"""yes, no, or nothing said"""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """`told`: each correction that counts, as a sentence. `seen`: the newest of them, "" if there
    is none. `may_teach`: whether weights learn from this text; `can_change`: whether
    there still is a text about which something can be said. `now` is what the form shows."""

    told: tuple[str, ...]
    seen: str
    may_teach: bool
    can_change: bool
    now: Mapping[str, Sequence[str]]
    choices: Mapping[str, Sequence[Choice]]
    opened: bool = False  # somebody is about to say something, and was not heard


def read_standing(bot: Bot, mention: Mention) -> Standing:
    """How a mention stands, with what agents set right about the text it has now."""
    with bot.database.read() as session:
        known = in_force(session, mention)
    counting = latest(known)
    return Standing(
        told=tuple(_told(counting[question]) for question in Question if question in counting),
        seen=known[-1].id if known else "",
        may_teach=may_teach(bot, mention.channel) and not mention.private,
        can_change=mention.purged_at is None and mention.status is not MentionStatus.GONE,
        now={question.value: answer for question, answer in stands(mention).items()},
        choices=CHOICES,
    )


def choosing(standing: Standing, right: Right) -> Standing:
    """The same with what somebody chose and could not say, so that they need not choose again."""
    chosen = {question.value: answer for question, answer in right.answers.items()}
    if right.danger is None:
        chosen[Question.DANGER.value] = ()
    return replace(standing, now={**standing.now, **chosen}, opened=True)


def right_of(
    mention: Mention,
    *,
    sentiment: Sentiment | None,
    phase: Phase | None,
    topics: Sequence[str],
    danger: bool | None,
) -> Right:
    """What a form says. It offers the topics of today: ticks that are still as it showed them say
    nothing, be it that there were none, or a topic that has no name any more."""
    shown = {topic for topic in mention.topics if topic in (*TOPICS, OTHER)}
    silent = set(topics) == shown
    return Right(sentiment=sentiment, phase=phase, topics=None if silent else topics, danger=danger)


def _told(one: Correction) -> str:
    words: Any = _WORDS[one.question]
    return f"Set right by {one.by}: {words(one.answer)} (was {words(one.before)})"


_WORDS: Final = {
    Question.SENTIMENT: lambda said: "not judged" if said == ["unknown"] else said[0],
    Question.TOPICS: lambda said: f"about {', '.join(said)}" if said else "about nothing known",
    Question.PHASE: lambda said: f"phase {said[0]}",
    Question.DANGER: lambda said: {YES: "danger", NO: "no danger", ALARMING: "perhaps danger"}[
        said[0]
    ],
}
