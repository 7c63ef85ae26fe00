"""What was set right about a mention, on its card, and the form that sets it right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Final

from pydantic import BeforeValidator, StringConstraints

from listener.models import Mention, MentionStatus
from responder.bot import Bot
from responder.correct import Right
from responder.corrections import ALARMING, NO, YES, in_force, latest, may_teach, stands
from responder.desk.choices import Choice, choices, named
from responder.desk.tongue import _
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
        choices=choices(),
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
    now, before = _words(one.question, one.answer), _words(one.question, one.before)
    said = _("Set right by %(name)s: %(now)s (was %(before)s)")
    return said % {"name": one.by, "now": now, "before": before}


def _words(question: Question, said: Sequence[str]) -> str:
    """An answer as it stands in a sentence."""
    if question is Question.TOPICS:
        about = ", ".join(named(topic).lower() for topic in said)
        return _("about %(topics)s", topics=about) if about else _("about nothing known")
    if question is Question.PHASE:
        return _("phase %(phase)s", phase=named(said[0]).lower())
    if question is Question.DANGER:
        told = {YES: _("danger"), NO: _("no danger"), ALARMING: _("perhaps danger")}
        return told[said[0]]
    return _("not judged") if said == ["unknown"] else named(said[0]).lower()
