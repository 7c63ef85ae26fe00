from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.book import Occasion
from responder.automatic.rule import (
    NEVER,
    Answer,
    AutoOccasion,
    Case,
    Counts,
    Rule,
    Words,
    allows,
)
from responder.decision import Action, Decision
from sentiment.prioritize import Level
from sentiment.signals import TROUBLE_TOPICS
from sentiment.topics import TOPICS
from tests.factories import NOW

PRAISE = Decision(action=Action.DRAFT, reason="praise", occasion=Occasion.PRAISE, safe=True)
QUESTION = Decision(
    action=Action.DRAFT, reason="a question", occasion=Occasion.OTHER, question=True, safe=True
)
THANKS = Case(
    channel="x",
    allowed=True,
    paused=False,
    crisis="",
    decision=PRAISE,
    priority=Level.P4,
    topics=("praise",),
    language="en",
    spoken=True,
    confidence=0.97,
    words=Words(known=False),
)
ASKED = replace(THANKS, decision=QUESTION, topics=("care",), words=Words(known=True))
FOR_THANKS = Rule(
    id="r1",
    name="thanks",
    occasions=(AutoOccasion.PRAISE,),
    topics=("praise",),
    confidence=0.95,
    live_from=NOW,
)
FOR_CARE = replace(FOR_THANKS, name="care", occasions=(AutoOccasion.QUESTION,), topics=("care",))


def _verdict(rule: Rule, case: Case, **counts: int) -> str:
    found = allows(rule, case, Counts(**counts), NOW)
    return found.answer if found.answer is not Answer.NO else found.why


def test_what_a_rule_names_is_sent_once_its_shadow_is_over() -> None:
    assert _verdict(FOR_THANKS, THANKS) == Answer.SEND
    assert _verdict(FOR_CARE, ASKED) == Answer.SEND
    in_shadow = replace(FOR_THANKS, live_from=NOW + timedelta(seconds=1))
    assert _verdict(in_shadow, THANKS) == Answer.SHADOW


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"allowed": False}, "switched off"),
        ({"paused": True}, "a pause"),
        ({"crisis": "Courier strike"}, "an incident is open: Courier strike"),
        ({"priority": Level.P1}, "it is a P1"),
        ({"priority": Level.P2}, "it is a P2"),
        ({"spoken": False}, "does not speak"),
        ({"confidence": 0.949}, "less sure"),
        ({"private": True}, "written in private: a human answers"),
        ({"pictured": True}, "a picture"),
        ({"topics": ("safety",)}, "no rule may answer"),
        ({"topics": ("praise", "refund")}, "beside a trouble"),
        ({"topics": ()}, "nobody can tell"),
        ({"topics": ("other",)}, "a topic the rule does not name"),
        ({"topics": ("praise", "product")}, "a topic the rule does not name"),
        ({"anonymous": True}, "does not say who wrote it"),
        ({"decision": replace(PRAISE, safe=False)}, "more than it seems"),
        ({"decision": replace(PRAISE, action=Action.ESCALATE)}, "a human answers this: praise"),
        ({"decision": QUESTION}, "other occasions"),
        ({"words": Words(known=False, objections=("R25",))}, "the words want a human: R25"),
    ],
    ids=str,
)
def test_one_condition_that_does_not_hold_is_enough_and_is_told(
    change: dict[str, Any], why: str
) -> None:
    assert why in _verdict(FOR_THANKS, replace(THANKS, **change))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"topics": ("care", "delivery")}, "a topic the rule does not name"),
        ({"topics": ()}, "nobody can tell"),
        ({"words": Words(known=False)}, "no facts that the customer's own words called for"),
    ],
    ids=str,
)
def test_a_question_needs_all_its_topics_named_and_facts_the_customer_asked_for(
    change: dict[str, Any], why: str
) -> None:
    assert why in _verdict(FOR_CARE, replace(ASKED, **change))


def test_a_trouble_is_a_question_only_where_the_rule_names_it() -> None:
    where = replace(ASKED, topics=("delivery",))
    assert "does not name" in _verdict(FOR_CARE, where)
    assert _verdict(replace(FOR_CARE, topics=("care", "delivery")), where) == Answer.SEND


def test_a_rule_reaches_no_further_than_its_channel_and_languages() -> None:
    assert "another channel" in _verdict(replace(FOR_THANKS, channel="facebook"), THANKS)
    assert _verdict(replace(FOR_THANKS, channel="x"), THANKS) == Answer.SEND
    assert "language" in _verdict(replace(FOR_THANKS, languages=("it",)), THANKS)
    assert "ended" in _verdict(replace(FOR_THANKS, ended=True), THANKS)
    stores = replace(THANKS, topics=("praise", "store"))
    assert "does not name" in _verdict(replace(FOR_THANKS, topics=("praise", "product")), stores)
    assert _verdict(replace(FOR_THANKS, topics=("praise", "store")), stores) == Answer.SEND


def test_a_rule_that_names_no_topic_sends_nothing() -> None:
    for case in (THANKS, ASKED, replace(THANKS, topics=())):
        rule = replace(FOR_THANKS, occasions=tuple(AutoOccasion), topics=())
        assert _verdict(rule, case) not in (Answer.SEND, Answer.SHADOW)


def test_the_desk_is_told_that_nobody_knows_who_wrote_it() -> None:
    verdict = allows(FOR_THANKS, replace(THANKS, anonymous=True), Counts(), NOW)
    assert (verdict.answer, verdict.near) == (Answer.NO, True)


@pytest.mark.parametrize(
    ("counts", "why"),
    [
        ({"thread": 1}, "1 in one conversation"),
        ({"author": 1}, "1 to one person in 24 hours"),
        ({"hour": 10}, "10 in an hour"),
    ],
)
def test_a_number_that_is_reached_stops_it_and_is_told_apart(
    counts: dict[str, int], why: str
) -> None:
    verdict = allows(FOR_THANKS, THANKS, Counts(**counts), NOW)
    assert (verdict.answer, verdict.near) == (Answer.NO, True)
    assert why in verdict.why


def _some(fields: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Up to two of the fields with other values: few changes, so that much is still sent."""
    names = st.lists(st.sampled_from(sorted(fields)), unique=True, max_size=2)
    return names.flatmap(
        lambda chosen: st.fixed_dictionaries({name: fields[name] for name in chosen})
    )


_TOPICS = st.frozensets(st.sampled_from(TOPICS), max_size=3)
_RULES = _some(
    {
        "occasions": st.frozensets(st.sampled_from(AutoOccasion)),
        "confidence": st.floats(0.95, 1),
        "live_from": st.just(NOW + timedelta(days=1)),
        "channel": st.sampled_from(["x", "facebook"]),
        "topics": _TOPICS,
        "languages": st.frozensets(st.sampled_from(["en", "it"])),
        "per_thread": st.just(2),
        "per_hour": st.integers(1, 60),
        "ended": st.booleans(),
    }
)
_CASES = _some(
    {
        "allowed": st.booleans(),
        "paused": st.booleans(),
        "crisis": st.sampled_from(["", "Courier strike"]),
        "decision": st.builds(
            Decision,
            action=st.sampled_from(Action),
            reason=st.just("any"),
            occasion=st.sampled_from(Occasion),
            question=st.booleans(),
            safe=st.booleans(),
        ),
        "priority": st.sampled_from(Level),
        "topics": _TOPICS,
        "language": st.sampled_from(["en", "it", "pt"]),
        "spoken": st.booleans(),
        "confidence": st.floats(0, 1),
        "pictured": st.booleans(),
        "anonymous": st.booleans(),
        "words": st.builds(Words, known=st.booleans(), objections=st.sampled_from([(), ("R25",)])),
    }
)
_COUNTS = _some(
    {"thread": st.integers(0, 3), "author": st.integers(0, 4), "hour": st.integers(0, 61)}
)


@given(
    start=st.sampled_from([(FOR_THANKS, THANKS), (FOR_CARE, ASKED)]),
    in_rule=_RULES,
    in_case=_CASES,
    numbers=_COUNTS,
)
def test_whatever_is_sent_was_allowed_by_every_single_condition(
    start: tuple[Rule, Case],
    in_rule: dict[str, Any],
    in_case: dict[str, Any],
    numbers: dict[str, int],
) -> None:
    rule, case = replace(start[0], **in_rule), replace(start[1], **in_case)
    counts = Counts(**numbers)
    verdict = allows(rule, case, counts, NOW)
    assert verdict.why
    if verdict.answer is Answer.NO:
        return
    assert (verdict.answer is Answer.SHADOW) == (rule.live_from > NOW)
    assert case.allowed
    assert not (case.paused or case.crisis or case.pictured or case.anonymous or rule.ended)
    assert case.decision.safe
    assert case.decision.action is Action.DRAFT
    assert case.priority not in (Level.P1, Level.P2)
    assert case.spoken
    assert case.confidence >= rule.confidence
    assert rule.channel in ("", case.channel)
    assert not rule.languages or case.language in rule.languages
    assert not set(case.topics) & NEVER
    assert case.topics
    assert set(case.topics) <= set(rule.topics)
    assert case.words is not None
    assert not case.words.objections
    assert counts.thread < rule.per_thread
    assert counts.author < rule.per_author
    assert counts.hour < rule.per_hour
    if case.decision.question:
        assert AutoOccasion.QUESTION in rule.occasions
        assert case.words.known
    else:
        assert case.decision.occasion is Occasion.PRAISE
        assert AutoOccasion.PRAISE in rule.occasions
        assert not set(case.topics) & TROUBLE_TOPICS
