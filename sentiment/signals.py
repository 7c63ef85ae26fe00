"""What a text calls for: the things a care team must not overlook."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from sentiment.cues import Hits, find, without


class Signal(StrEnum):
    PRAISE = "praise"
    COMPLAINT = "complaint"
    QUESTION = "question"
    REQUEST = "request"  # something is to be done or told, without a question mark
    SAFETY = "safety"  # injury, fire, allergy, poison
    SELF_HARM = "self_harm"
    LEGAL = "legal"  # lawyers, authorities
    DATA = "data"  # personal data in wrong hands
    THREAT = "threat"  # violence announced or feared
    ALARMING = "alarming"  # may be one of those: only a person can tell
    DELICATE = "delicate"  # and if so, despair or violence: no words of a machine
    HUMAN = "human"  # wants a person, not a machine
    STOP = "stop"  # wants no more answers
    OUTAGE = "outage"  # shop, app or checkout does not work
    SPAM = "spam"
    CONFUSED = "confused"  # lost or overwhelmed, in the customer's own words


DANGERS: Final = {
    "safety": Signal.SAFETY,
    "allergy": Signal.SAFETY,
    "fire": Signal.SAFETY,
    "self_harm": Signal.SELF_HARM,
    "legal": Signal.LEGAL,
    "data": Signal.DATA,
    "threat": Signal.THREAT,
}
"""The kinds of danger the corpus tells apart, as signals."""

DANGEROUS: Final = frozenset(DANGERS.values())
WORDLESS: Final = frozenset({Signal.SELF_HARM, Signal.THREAT})
"""To despair and violence a machine proposes no words."""

ASKING: Final = frozenset({Signal.QUESTION, Signal.REQUEST})
"""Who asks for something wants that, and no thanks alone."""

SHORT_MESSAGE: Final = 6
"""A bare "stop" or "human" counts if it is all that a message of at most so many words says:
"stop selling my data" is no stop."""

TROUBLE_TOPICS: Final = frozenset(
    {"order", "delivery", "damaged", "returns", "refund", "payment", "warranty", "technical"}
)

_PLAIN: Final = (
    Signal.PRAISE,
    Signal.COMPLAINT,
    Signal.QUESTION,
    *dict.fromkeys(DANGERS.values()),
    Signal.CONFUSED,
    Signal.HUMAN,
    Signal.OUTAGE,
    Signal.SPAM,
)
_LINK: Final = re.compile(r"https?://|www\.|\bt\.me/|\bwa\.me/|\bbit\.ly/")
_NO_WORDS: Final = re.compile(r"https?://\S+|www\.\S+|(?<!\S)[^\s@]*@[\w.@-]+")
_GREEK_QUESTION: Final = re.compile(r"(?<=[α-ω]);(?=\s|[.!)\"»]|$)")
_LATIN_QUESTION: Final = re.compile(r"(?<=[a-zα-ω]);(?=\s|$)")
_SENTENCE_END: Final = re.compile(r"[.!?;]+")
_LETTER: Final = re.compile(r"\w")


def signals(text: str, language: str) -> frozenset[Signal]:
    """The signals in `text`. Praise never stands beside a complaint: whoever praises the shoes and
    misses the parcel, or praises in scorn, has a complaint.

    For a language without cues only safety, legal, human, stop and a question mark are heard.
    """
    return heard(find(text, language), language)


def heard(hits: Hits, language: str) -> frozenset[Signal]:
    """The same, from cues that were already looked up."""
    found = {signal for signal in _PLAIN if signal in hits.signals}
    if _is_complaint(hits):
        found.add(Signal.COMPLAINT)
    if _asks(hits.folded, language):
        found.add(Signal.QUESTION)
    # "Please tell me whether you ship to Malta?" is a question, and nothing else is to be done.
    if "request" in hits.signals or ("telling" in hits.signals and Signal.QUESTION not in found):
        found.add(Signal.REQUEST)
    # "Where is my parcel? Thanks" is manners, not praise.
    if "thanks" in hits.signals and found.isdisjoint(ASKING):
        found.add(Signal.PRAISE)
    # One bait word beside a link may be a customer who asks whether an offer is real.
    if hits.signals.get("bait", 0) >= 2 and _LINK.search(hits.folded):
        found.add(Signal.SPAM)
    if "human_word" in hits.signals and _is_message(hits.folded, language, "human_word"):
        found.add(Signal.HUMAN)
    if ("stop" in hits.signals or "stop_phrase" in hits.signals) and _says_stop(
        hits.folded, language
    ):
        found.add(Signal.STOP)
    # Neither scorn, nor flattery that sells something, nor "stop, thanks" is praise.
    if found & {Signal.COMPLAINT, Signal.SPAM, Signal.STOP}:
        found.discard(Signal.PRAISE)
    # "I would like a person", "please stop writing" ask for nothing more; "DM us" is no wish.
    if found & {Signal.HUMAN, Signal.STOP, Signal.SPAM}:
        found.discard(Signal.REQUEST)
    return frozenset(found)


def _is_complaint(hits: Hits) -> bool:
    in_trouble = not TROUBLE_TOPICS.isdisjoint(hits.topics)
    return bool("sarcasm" in hits.signals or ("trouble" in hits.signals and in_trouble))


def _asks(folded: str, language: str) -> bool:
    if "?" not in folded and ";" not in folded:
        return False
    words = _NO_WORDS.sub(" ", folded)
    if "?" in words or _GREEK_QUESTION.search(words):
        return True
    # Greek typed in Latin letters keeps the Greek question mark.
    return language == "el" and _LATIN_QUESTION.search(words) is not None


def _says_stop(folded: str, language: str) -> bool:
    """A bare stop word is the whole short message; a phrase ("leave me alone") a whole sentence."""
    if _is_message(folded, language, "stop"):
        return True
    sentences = _SENTENCE_END.split(_NO_WORDS.sub(" ", folded))
    return any(_is_only(sentence, language, "stop_phrase") for sentence in sentences)


def _is_message(folded: str, language: str, name: str) -> bool:
    words = _NO_WORDS.sub(" ", folded)
    return len(words.split()) <= SHORT_MESSAGE and _is_only(words, language, name)


def _is_only(words: str, language: str, name: str) -> bool:
    rest = without(words, language, name)
    return rest != words and not _LETTER.search(without(rest, language, "filler"))
