"""Pure: what deciding needs to know of a mention, and what it says (responder/decide.py)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum

from config.book import Occasion
from listener.channels.base import Answerable
from sentiment.score import Sentiment


class Action(StrEnum):
    DRAFT = "draft"
    ESCALATE = "escalate"  # a draft, or none, for a person who takes the case over
    BY_HAND = "by_hand"
    LISTEN_ONLY = "listen_only"
    IGNORE = "ignore"


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What deciding needs to know of a mention, and of what went before it.

    `moods`: the sentiment scores (-1..1) of this author's texts in the thread, oldest first, this
    one last. `answers`: our replies to this author in the thread. `incident`: the title of the open
    one it belongs to. `opens`: when somebody is on duty again, as words; "" if somebody is now.
    `speaks`: what the book's examples have for each kind of answer (responder/kind.py).
    """

    signals: AbstractSet[str]
    topics: AbstractSet[str]
    sentiment: Sentiment
    answerable: Answerable
    addressed: bool
    opted_out: bool
    phase: str = "unknown"  # of the customer's life with the product
    sure: bool = True  # of the sentiment, enough to send without a human
    answers: int = 0
    moods: Sequence[float] = ()
    helped: bool = False  # another customer answered it, whether that helped or not
    incident: str = ""
    affordable: bool = True  # the channel's budget has room for a reply
    opens: str = ""
    speaks: Mapping[Occasion, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Decision:
    """`occasion` says which kind of words fit; `safe`: a rule may let it leave without a human;
    `words`: whether any are proposed; `stated`: the statement on an open incident answers;
    `for_a_person`: a person has to look (danger, the law, a wish for one), also on a channel that
    only listens."""

    action: Action
    reason: str
    occasion: Occasion = Occasion.OTHER
    question: bool = False
    safe: bool = False
    words: bool = True
    stated: bool = False
    for_a_person: bool = False
