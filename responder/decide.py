"""Pure: what a mention calls for. The rules in order; the first that fits wins.

0. Somebody who may harm themselves, or who threatens: a person, and no words of ours.
1. A person at risk: escalate, with the serious words.
2. Spam (that does not speak of the law): ignore.
3. The author asks us to stop, or did so once and asks for no human now: stay silent.
4. The law, or personal data: escalate, with the serious words.
5. A wish for a human: escalate; in a complaint, with words of regret.
   From here on examples may say that it is another kind of text (responder/kind.py): a human reads.
6. A complaint: draft words of regret. So for praise in figures beside trouble in words. While an
   incident is open, what is about it gets the statement on it.
7. A question or a request, whatever thanks stand beside it: draft what the brand book knows.
8. Nobody spoke to us: listen only.
9. Praise, or simply being spoken to: draft. A glad score alone is praise only where the text is
   about nothing but what is praised: product, service.

A case that goes round in circles (answered twice and still a trouble, or a mood that fell twice) is
escalated, whatever it calls for. Whatever is drafted so far becomes "by hand" where only a person
may answer, in the network's own app, and "listen only" where nobody may. But danger is never only
listened to: where nobody may answer, a person looks, without words of ours.

Only plain praise that is surely glad, of nothing but product and service, and a plain first
question in a surely calm mood, may ever leave without a human: not in an incident, not beside
another customer's answer, and only where a rule (responder/automatic/rule.py) allows it, which for
a question has to name all its topics.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from config.book import Occasion
from listener.channels.base import Answerable
from responder.decision import Action, Decision, Heard
from responder.kind import PRAISED, judged_to_be, kind_of, leant, likest_danger
from sentiment.score import Sentiment
from sentiment.signals import ASKING, TROUBLE_TOPICS, Signal

_FOR_A_PERSON: Final = {
    Signal.SELF_HARM: "somebody may harm themselves: a person writes, without a template",
    Signal.THREAT: "a threat: a person decides what to do",
}
_LAW: Final = {
    Signal.LEGAL: "the law is involved",
    Signal.DATA: "personal data may be in wrong hands",
}
_ANSWERED_IN_VAIN: Final = 2
"""After so many answers to one person in one thread the next rung of the ladder is due."""
_MOODS_FELL: Final = 3
_WANTING: Final = frozenset({"requirements", "retirement"})
"""Phases in which thanks are manners: who chooses or leaves wants something."""


def decide(heard: Heard) -> Decision:
    """The one decision about a mention, with its reason as a sentence for the desk."""
    return _with_circumstances(heard, _stuck(heard, _first(heard)))


def _first(heard: Heard) -> Decision:
    for signal, reason in _FOR_A_PERSON.items():
        if signal in heard.signals:
            hand = heard.answerable is not Answerable.YES  # even where nobody can answer, one looks
            return Decision(
                action=Action.BY_HAND if hand else Action.ESCALATE,
                reason=reason,
                words=False,
                for_a_person=True,
            )
    if Signal.SAFETY in heard.signals:
        return _serious(heard, "somebody may be hurt")
    if Signal.ALARMING in heard.signals:
        return _looked_at(heard)
    return _calm(heard)


def _stuck(heard: Heard, decision: Decision) -> Decision:
    """One rung up for who was answered in vain, or feels worse each time."""
    judged = judged_to_be(heard.signals, heard.topics, heard.sentiment)
    kinds = {decision.occasion, judged}
    if decision.action is not Action.DRAFT or kinds == {Occasion.PRAISE}:
        return decision
    why = ""
    if heard.answers >= _ANSWERED_IN_VAIN and Occasion.COMPLAINT in kinds:
        why = f"answered {heard.answers} times, and it is not settled"
    elif _fell(heard.moods):
        why = "the mood fell twice in this thread"
    return _escalated(replace(decision, reason=f"{decision.reason}; {why}")) if why else decision


def _fell(moods: Sequence[float]) -> bool:
    last = moods[-_MOODS_FELL:]
    return (
        len(last) == _MOODS_FELL
        and last[-1] < 0
        and all(later < earlier for earlier, later in pairwise(last))
    )


def _with_circumstances(heard: Heard, decision: Decision) -> Decision:
    """What else a person should know, and what keeps a reply from leaving by itself."""
    if decision.action not in (Action.DRAFT, Action.ESCALATE, Action.BY_HAND):
        return decision
    notes = []
    if decision.stated:
        notes.append(f"it belongs to the incident: {heard.incident}")
    if heard.helped:
        notes.append("another customer answered already")
    if not heard.affordable:
        notes.append("the channel's budget has no room for a reply")
    if decision.action is Action.ESCALATE and heard.opens:
        notes.append(f"nobody is on duty before {heard.opens}")
    calm = decision.safe and not heard.incident and not heard.helped and heard.affordable
    alike = leant(decision.occasion, heard.speaks, by=0.0) is decision.occasion
    calm = calm and alike and not likest_danger(heard.speaks)
    return replace(decision, reason="; ".join([decision.reason, *notes]), safe=calm)


def _escalated(decision: Decision) -> Decision:
    """A person's case; where only they may answer anyway, it stays with them as one."""
    if decision.action is Action.BY_HAND:
        return replace(decision, for_a_person=True)
    if decision.action is not Action.DRAFT:
        return decision
    return replace(decision, action=Action.ESCALATE, safe=False, for_a_person=True)


def _looked_at(heard: Heard) -> Decision:
    """Mostly it is no danger, and the words are those of any answer; but a person looks, also at
    what would be ignored."""
    usual = _calm(heard)
    if likest_danger(heard.speaks) and usual.action not in (Action.IGNORE, Action.LISTEN_ONLY):
        words = Signal.DELICATE not in heard.signals
        return replace(_serious(heard, "it looks like danger or the law"), words=words)
    if usual.action in (Action.IGNORE, Action.LISTEN_ONLY):
        hand = heard.answerable is not Answerable.YES
        reason = "it may be about danger or the law: a person looks"
        return Decision(
            action=Action.BY_HAND if hand else Action.DRAFT,
            reason=reason,
            words=False,
            for_a_person=True,
        )
    words = Signal.DELICATE not in heard.signals
    reason = f"{usual.reason}; it may be about danger or the law"
    return replace(usual, reason=reason, safe=False, words=words, for_a_person=True)


def _calm(heard: Heard) -> Decision:
    if Signal.SPAM in heard.signals and heard.signals.isdisjoint(_LAW):
        return Decision(action=Action.IGNORE, reason="spam")
    silenced = heard.opted_out and Signal.HUMAN not in heard.signals
    if silenced or Signal.STOP in heard.signals:
        return Decision(action=Action.LISTEN_ONLY, reason="the author asked us not to write")
    for signal, reason in _LAW.items():
        if signal in heard.signals:
            return _serious(heard, reason)
    return _ordinary(heard)


def _serious(heard: Heard, reason: str) -> Decision:
    """Certain danger: a person takes it over, and looks at it even where nobody can answer."""
    if heard.answerable is Answerable.NO:
        return Decision(
            action=Action.BY_HAND,
            reason=f"{reason}, but nobody can answer there",
            words=False,
            for_a_person=True,
        )
    return _escalated(_answer(heard, reason, Occasion.SERIOUS))


def _ordinary(heard: Heard) -> Decision:
    what = (heard.signals, heard.topics, heard.sentiment)
    judged, kind = judged_to_be(*what), kind_of(*what, heard.speaks, sure=heard.sure)
    asks = bool(heard.signals & ASKING)
    if Signal.HUMAN in heard.signals:
        occasion = Occasion.COMPLAINT if kind is Occasion.COMPLAINT else Occasion.OTHER
        return _escalated(_answer(heard, "the customer asks for a person", occasion))
    if kind is not judged:
        return _by_examples(heard, judged, kind)
    if kind is Occasion.COMPLAINT:
        complaint = _answer(heard, "a complaint", Occasion.COMPLAINT, question=asks)
        return replace(complaint, stated=bool(heard.incident))
    if asks:
        reason = "a question" if Signal.QUESTION in heard.signals else "a request"
        return _answer(heard, reason, Occasion.OTHER, question=True, safe=_asks_calmly(heard))
    if not heard.addressed:
        return Decision(action=Action.LISTEN_ONLY, reason="nobody spoke to us")
    if kind is Occasion.PRAISE:
        return _praise(heard)
    return _answer(heard, "the customer spoke to us", Occasion.OTHER)


_LIKE: Final = {
    Occasion.COMPLAINT: "a complaint, going by like ones",
    Occasion.PRAISE: "praise, going by like texts",
    Occasion.OTHER: "a question or a wish, going by like ones",
}


def _by_examples(heard: Heard, judged: Occasion, kind: Occasion) -> Decision:
    """Judged to be one thing, and clearly like another: never without a human, and what may be a
    complaint after all is not passed over."""
    asks = bool(heard.signals & ASKING)
    wanted = asks or Occasion.COMPLAINT in (judged, kind)
    if not wanted and not heard.addressed:
        return Decision(action=Action.LISTEN_ONLY, reason="nobody spoke to us")
    if kind is Occasion.PRAISE and heard.answerable is Answerable.BY_HAND:
        return Decision(action=Action.BY_HAND, reason=_LIKE[kind], occasion=kind)
    found = _answer(heard, _LIKE[kind], kind, question=asks or kind is Occasion.OTHER)
    return replace(found, stated=bool(heard.incident) and kind is Occasion.COMPLAINT)


def _praise(heard: Heard) -> Decision:
    """Thanks for praise in words; a score alone may be scorn too, and is never safe."""
    if Signal.PRAISE not in heard.signals:
        return _answer(heard, "praise", Occasion.PRAISE)
    if not heard.topics.isdisjoint(TROUBLE_TOPICS):
        return _perhaps_scorn(heard)
    return _answer(heard, "praise", Occasion.PRAISE, safe=_surely_glad(heard))


def _perhaps_scorn(heard: Heard) -> Decision:
    """Thanks or scorn, "well done, delivery in 24 hours"? Only a human tells them apart, also where
    plain praise would go unanswered."""
    reason = "praise beside a trouble: it may be scorn"
    if heard.answerable is Answerable.BY_HAND:
        return Decision(action=Action.BY_HAND, reason=reason, occasion=Occasion.PRAISE)
    return _answer(heard, reason, Occasion.PRAISE)


def _surely_glad(heard: Heard) -> bool:
    """Thanks beside "I am lost" or "the shop is down" want more than thanks; so do thanks about
    anything but what is praised, or from who is choosing or leaving."""
    plainly = heard.signals == {Signal.PRAISE} and heard.topics <= PRAISED
    glad = heard.sentiment is Sentiment.POSITIVE and heard.sure
    return plainly and glad and heard.phase not in _WANTING


def _asks_calmly(heard: Heard) -> bool:
    """A question and nothing else: no thanks beside it, nobody lost, nobody angry. Who asks again
    after our answer was not helped by it, and needs a person."""
    calm = heard.sentiment in (Sentiment.NEUTRAL, Sentiment.POSITIVE)
    alone = heard.signals == {Signal.QUESTION}
    return calm and alone and heard.sure and heard.addressed and not heard.answers


def _answer(
    heard: Heard, reason: str, occasion: Occasion, *, question: bool = False, safe: bool = False
) -> Decision:
    if heard.answerable is Answerable.NO:
        return Decision(action=Action.LISTEN_ONLY, reason=f"{reason}, but nobody can answer there")
    if heard.answerable is Answerable.YES:
        return Decision(
            action=Action.DRAFT, reason=reason, occasion=occasion, question=question, safe=safe
        )
    if occasion is Occasion.PRAISE:
        return Decision(
            action=Action.LISTEN_ONLY, reason="praise, and the network lets only a person answer"
        )
    return Decision(action=Action.BY_HAND, reason=reason, occasion=occasion, question=question)
