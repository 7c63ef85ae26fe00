"""What a reply must fit: the channel, the mention it answers, and the house it speaks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from config.book import Form
from listener.channels.base import Answerable, Length

_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class House:
    """What the brand has settled for all its replies in one language. Empty: nothing settled."""

    name: str = ""
    form: Form = Form.NONE
    handles: tuple[str, ...] = ()  # our own accounts, without the @
    hosts: tuple[str, ...] = ()  # where our links may lead; what stands under them may too
    phones: tuple[str, ...] = ()  # our own numbers, which anybody may read
    signature: str = ""
    disclosure: str = ""  # the sentence under automatic replies
    acronyms: tuple[str, ...] = ()  # words of ours in capitals
    forbidden: Mapping[str, str] = field(default_factory=lambda: _NOTHING)  # phrase -> instead
    required: tuple[str, ...] = ()  # each must stand in every reply
    jargon: Mapping[str, str] = field(default_factory=lambda: _NOTHING)  # our word -> theirs
    # What of ours somebody decided already (`folded.keys` of the book's texts): promises, offers
    # and house words in these sentences are no findings.
    agreed: frozenset[str] = frozenset()
    # Likewise those made for one trouble: they name it, and say what comes next (R30, R32).
    settled: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Target:
    """What the reply must fit: the channel's count of it, the mention's language, what we speak
    (empty: nobody asks what the reply is written in), and what is known of the mention and of what
    we said before."""

    length: Length
    counted_in: str
    language: str
    languages: tuple[str, ...]
    bridge: str = ""  # what we answer in where we do not speak the mention's language
    answerable: Answerable
    label: str
    mention: str = ""  # the customer's words
    handle: str = ""  # of the customer
    negative: bool = False  # the customer feels bad
    complaint: bool = False  # the customer's trouble is open
    automatic: bool = False  # no human approves it
    private: bool = False  # its reader alone sees it
    greeting: str = ""  # how this customer is greeted; "": nobody knows
    link_price: str = ""  # what a link costs on this channel, in words; "": nothing
    recent: tuple[str, ...] = ()  # our replies on this channel in the last 24 h
    house: House = field(default_factory=House)

    @property
    def troubled(self) -> bool:
        return self.negative or self.complaint
