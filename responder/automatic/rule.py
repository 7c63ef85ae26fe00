"""Pure: whether a rule lets an answer leave without a human.

Nothing leaves unless a rule allows it, and no rule allows what `responder/decide.py` did not call
safe. A rule only narrows that down: to channels, occasions, topics, languages and numbers. For its
first week on a channel it is in shadow: it shows what it would have sent, and sends nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from config.book import Occasion
from responder.decision import Action, Decision
from sentiment.prioritize import Level
from sentiment.signals import TROUBLE_TOPICS

SHADOW: Final = timedelta(days=7)
"""So long a rule only shows what it would have sent. Nothing makes it shorter."""

BAD_ONES: Final = 2
OF_THE_LAST: Final = 10
"""A rule of whose last so many judged replies so many were bad goes back to shadow."""

LEAST_SAMPLE: Final = 5  # percent

NEVER: Final = frozenset({"safety", "spam", "press"})
"""Topics no rule may name: a person answers these, or nobody does."""

THANKS: Final = "praise"
"""As a topic: a rule for praise names it, and may name others beside it."""

_URGENT: Final = frozenset({Level.P1, Level.P2})


class AutoOccasion(StrEnum):
    """What a rule may be made for."""

    PRAISE = "praise"  # plain thanks
    QUESTION = "question"  # one to which the brand book knows the answer, by its own words


class Answer(StrEnum):
    SEND = "send"
    SHADOW = "shadow"  # it would be sent, once the rule has left its shadow
    NO = "no"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule as deciding needs it. `channel` "" and no `languages`: all; no `topics`: none.
    `confidence` of the sentiment, 0..1; `per_author` in 24 hours; `sample_percent` of what is sent
    is looked at afterwards. `live_from`: when it may send, on the channel in question."""

    name: str
    occasions: Collection[AutoOccasion]
    confidence: float
    live_from: datetime
    channel: str = ""
    topics: Collection[str] = ()
    languages: Collection[str] = ()
    per_thread: int = 1
    per_author: int = 1
    per_hour: int = 10
    sample_percent: int = 20
    ended: bool = False
    id: str = ""


@dataclass(frozen=True, kw_only=True)
class Words:
    """The answer that would leave. `known`: facts of the brand book, found by the customer's own
    words; `objections`: what the etiquette checker says against it, hints left out."""

    known: bool
    objections: Collection[str] = ()


@dataclass(frozen=True, kw_only=True)
class Case:
    """A mention and where it stands. `allowed`: the channel's `auto_reply`; `crisis`: the title of
    an open incident on its channel, "" for none; `spoken`: the brand book has its language;
    `private`: not everybody can read it, and who writes so expects a person; `pictured`: a picture
    or a recording belongs to the text; `anonymous`: the network does not say who wrote it. `words`:
    None where they were not made yet."""

    channel: str
    allowed: bool
    paused: bool
    crisis: str
    decision: Decision
    priority: Level
    topics: Collection[str]
    language: str
    spoken: bool
    confidence: float
    private: bool = False
    pictured: bool = False
    anonymous: bool = False
    words: Words | None = None


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Automatic replies so far, this one not among them, those that wait to leave included: in the
    thread and to the author in 24 hours of every rule, in the last hour of this one."""

    thread: int = 0
    author: int = 0
    hour: int = 0


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """`why` is a sentence for the desk. `near`: the rule is made for it, but enough left already,
    the etiquette checker objects to the words, or nobody knows who wrote it."""

    answer: Answer
    why: str
    near: bool = False


def allows(rule: Rule, case: Case, counts: Counts, now: datetime) -> Verdict:
    """What a rule makes of a case. Every condition has to hold; the first that does not is told."""
    against = held(case) or outside(rule, case) or _forbidden(case) or _unknown(case)
    if against:
        return Verdict(answer=Answer.NO, why=against)
    if nearly := _nobodys(case) or _objected(case) or _enough(rule, counts):
        return Verdict(answer=Answer.NO, why=nearly, near=True)
    if now < rule.live_from:
        return Verdict(answer=Answer.SHADOW, why=f"the rule {rule.name} is in shadow")
    return Verdict(answer=Answer.SEND, why=f"the rule {rule.name} allows it")


def outside(rule: Rule, case: Case) -> str:
    """Why a case is none of the rule's business, as a sentence without details of the mention; ""
    if it is. Looks at neither words nor numbers."""
    if rule.ended:
        return "the rule was ended"
    if rule.channel not in ("", case.channel):
        return "it is on another channel"
    kind = occasion_of(case.decision)
    if kind is None:
        return f"a human answers this: {case.decision.reason.partition(';')[0]}"
    if kind not in rule.occasions:
        return "the rule names other occasions"
    if rule.languages and case.language not in rule.languages:
        return "it is in a language the rule does not name"
    if off_topic := _off_topic(rule.topics, kind, case.topics):
        return off_topic
    return (
        "the feeling is less sure than the rule wants" if case.confidence < rule.confidence else ""
    )


def occasion_of(decision: Decision) -> AutoOccasion | None:
    """What a decision calls for, among what a rule may be made for."""
    if decision.action is not Action.DRAFT:
        return None
    if decision.occasion is Occasion.PRAISE and not decision.question:
        return AutoOccasion.PRAISE
    if decision.occasion is Occasion.OTHER and decision.question:
        return AutoOccasion.QUESTION
    return None


def _off_topic(named: Collection[str], kind: AutoOccasion, topics: Collection[str]) -> str:
    about = set(topics)
    if about & NEVER:
        return "it is about something no rule may answer"
    if not about:
        return "nobody can tell what it is about"
    if kind is AutoOccasion.PRAISE and about & TROUBLE_TOPICS:
        return "the praise stands beside a trouble"
    return "" if about <= set(named) else "it is about a topic the rule does not name"


def held(case: Case) -> str:
    """What holds back whatever would leave by itself there, as a sentence; "" for nothing."""
    if not case.allowed:
        return "automatic replies are switched off there"
    if case.paused:
        return "a pause holds back what no human approved"
    if case.crisis:
        return f"an incident is open: {case.crisis}"
    return ""


def _forbidden(case: Case) -> str:
    """What no rule can allow."""
    if case.priority in _URGENT:
        return f"it is a {case.priority}: a human answers"
    if case.private:
        return "it was written in private: a human answers"
    if not case.spoken:
        return "the brand book does not speak the language"
    if case.pictured:
        return "a picture or a recording belongs to it, which only a human can judge"
    if not case.decision.safe:
        return "it may be more than it seems, so a human looks"
    return ""


def _unknown(case: Case) -> str:
    asked = occasion_of(case.decision) is AutoOccasion.QUESTION
    if asked and case.words is not None and not case.words.known:
        return "the brand book has no facts that the customer's own words called for"
    return ""


def _nobodys(case: Case) -> str:
    if not case.anonymous:
        return ""
    return "the network does not say who wrote it, so nobody can count what they get"


def _objected(case: Case) -> str:
    if case.words is None or not case.words.objections:
        return ""
    return f"the words want a human: {', '.join(sorted(set(case.words.objections)))}"


def _enough(rule: Rule, counts: Counts) -> str:
    if counts.thread >= rule.per_thread:
        return f"the rule {rule.name} sends {rule.per_thread} in one conversation at most"
    if counts.author >= rule.per_author:
        return f"the rule {rule.name} sends {rule.per_author} to one person in 24 hours at most"
    if counts.hour >= rule.per_hour:
        return f"the rule {rule.name} sends {rule.per_hour} in an hour at most"
    return ""
