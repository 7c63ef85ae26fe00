"""Pure: what kind of answer an ordinary text calls for, by what was judged of it and by the
examples of the brand book.

Feelings are misread: "third winter in it, still bone dry" may be taken for a complaint. Examples of
what people really wrote tell such praise by the whole of it. They are believed against
the judgement where they are clear; danger and the law are no matter of likeness alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Final

from config.book import Chapter, Occasion
from sentiment.score import Sentiment
from sentiment.signals import ASKING, TROUBLE_TOPICS, Signal

CLEARLY: Final = 0.08
"""By so much more must the best entry of another kind be likely than the best of the kind a text
was judged to be: chosen on texts nobody had trained on."""

PRAISED: Final = frozenset({"praise", "product", "service"})
"""What glad people write about who want nothing."""

_ORDINARY: Final = frozenset({Occasion.COMPLAINT, Occasion.PRAISE, Occasion.OTHER})


def kind_of(
    signals: AbstractSet[str],
    topics: AbstractSet[str],
    sentiment: Sentiment,
    speaks: Mapping[Occasion, float],
    *,
    sure: bool = False,
) -> Occasion:
    """The kind, by judgement and examples (`speaking_for`) together. `sure`: of the sentiment.

    Who is surely angry has no mere question, and who asks for nothing has none because a complaint
    names a repair, or because joy that is sure names a sole."""
    judged = judged_to_be(signals, topics, sentiment)
    kind = leant(judged, speaks)
    if kind is not Occasion.OTHER:
        return kind
    asks = bool(signals & ASKING)
    if judged is Occasion.COMPLAINT:
        return kind if asks and not (sure and sentiment is Sentiment.NEGATIVE) else judged
    return judged if judged is Occasion.PRAISE and sure and not asks else kind


def judged_to_be(
    signals: AbstractSet[str], topics: AbstractSet[str], sentiment: Sentiment
) -> Occasion:
    """The kind by what was judged of a text alone. A glad score is praise only where nothing else
    can be meant."""
    if _complains(signals, topics, sentiment):
        return Occasion.COMPLAINT
    if signals & ASKING:
        return Occasion.OTHER
    glad = sentiment is Sentiment.POSITIVE and topics <= PRAISED
    return Occasion.PRAISE if Signal.PRAISE in signals or glad else Occasion.OTHER


def _complains(signals: AbstractSet[str], topics: AbstractSet[str], sentiment: Sentiment) -> bool:
    """Cue words go before the score: scores take "it still doesn't smell, witchcraft!" amiss. A
    question in a bad mood is a complaint where it is about a trouble: "where is my parcel?!". A
    request is none by its mood alone: wishes are written curtly."""
    if Signal.COMPLAINT in signals:
        return True
    if Signal.PRAISE in signals or sentiment is not Sentiment.NEGATIVE:
        return False
    if Signal.REQUEST in signals:
        return False
    return Signal.QUESTION not in signals or bool(topics & TROUBLE_TOPICS)


def speaking_for(likely: Mapping[str, float], chapter: Chapter | None) -> Mapping[Occasion, float]:
    """What the likeliest entry of each kind has for it (responder/examples.py). A kind without any
    examples is left out: nobody knows what is like it."""
    if chapter is None or not likely:
        return {}
    kinds = {reply.key: reply.occasion for reply in chapter.saved_replies}
    best: dict[Occasion, float] = {}
    for key, much in likely.items():
        kind = kinds.get(key, Occasion.OTHER)
        best[kind] = max(best.get(kind, 0.0), much)
    return best


def leant(judged: Occasion, speaks: Mapping[Occasion, float], *, by: float = CLEARLY) -> Occasion:
    """The kind of an ordinary answer: the one judged, if no other is likelier by so much."""
    ordinary = {kind: much for kind, much in speaks.items() if kind in _ORDINARY}
    if judged not in ordinary:
        return judged
    likeliest = max(ordinary, key=ordinary.__getitem__)
    return likeliest if ordinary[likeliest] > ordinary[judged] + by else judged


def likest_danger(speaks: Mapping[Occasion, float]) -> bool:
    """Whether the likeliest entry of all is one for danger or the law."""
    return len(speaks) > 1 and max(speaks, key=speaks.__getitem__) is Occasion.SERIOUS
