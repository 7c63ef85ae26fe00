"""What every channel is: the two-way protocol, the values that cross it, and its typed errors.

A channel is one account on one network: by structure a reply goes out where its mention came in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Final, Protocol

from pydantic import ConfigDict, Field

from config.staffing import StaffedOptions
from listener.channels.declaration import Declaration as Declaration  # noqa: PLC0414
from listener.channels.declaration import Fee as Fee  # noqa: PLC0414  # known by this name
from listener.channels.errors import ChannelError
from listener.channels.metering import Use

OWN_STREAM: Final = "own"
"""The stream of our own posts, where a network has one: it shows what colleagues answer there."""

CONNECT_SECONDS: Final = 5.0


class Answerable(StrEnum):
    """Whether we may answer a mention through the network's API."""

    YES = "yes"
    BY_HAND = "by_hand"  # only a person, in the network's own app
    NO = "no"  # nobody can: closed, hidden or gone


class MediaKind(StrEnum):
    IMAGE = "image"
    VIDEO = "video"
    LINK = "link"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Media:
    """A picture, video or card in a mention: never downloaded, only named."""

    url: str
    kind: MediaKind
    alt: str = ""


@dataclass(frozen=True, kw_only=True)
class Person:
    """An author as the network names them. `external_id` is the key: names and handles change."""

    external_id: str
    name: str = ""
    handle: str = ""  # without the @; empty where the network has none
    followers: int | None = None


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """One text from the network, in our words but not yet judged."""

    external_id: str  # the identity: of an edited text, the first id of the chain
    revision_id: str  # the newest version's id; equal to external_id where edits keep the id
    text: str
    created_at: datetime  # aware
    conversation: str  # the network's key of the thread
    answer_under: str  # the id a reply of ours must hang under
    author: Person | None = None  # None: the network does not say
    in_reply_to: str | None = None  # the id of the text it answers
    url: str = ""  # where a person reads it on the network
    answer_url: str = ""  # where a person answers it by hand
    language: str | None = None  # the network's own guess, ISO 639-1
    media: tuple[Media, ...] = ()
    context: str = ""  # the text of the post of ours it stands under
    addressed: bool = True  # speaks to us, or answers us; False: a keyword matched
    private: bool = False  # only those it names, or its author's followers, can read it
    answerable: Answerable = Answerable.YES
    own: bool = False  # written by this very account
    repost: bool = False  # somebody passing on another's text unchanged
    engagement: int = 0  # likes, replies and reposts so far, 0 or more


@dataclass(frozen=True, kw_only=True)
class Rejected:
    """An item of a page we could not read. It is kept for a human; the page goes on."""

    external_id: str | None
    payload: str  # JSON
    error: str


@dataclass(frozen=True, kw_only=True)
class Missing:
    """A stretch of time the network could not give us any more."""

    since: datetime
    until: datetime
    reason: str


@dataclass(frozen=True, kw_only=True)
class Page:
    """One answer of the network, and where to go on from there.

    `position` is the channel's own note (JSON text, opaque to everyone else). It may be stored only
    in the same transaction as the items. `more`: there is more to fetch right now. `trouble`: a
    part of the stream failed, as a sentence; the rest went on, and so does the position.
    `stopped_by`: what kept the rest of it from being read; it counts once the items are stored.
    """

    items: tuple[Incoming, ...]
    position: str
    more: bool = False
    rejected: tuple[Rejected, ...] = ()
    missing: Missing | None = None
    trouble: str = ""
    stopped_by: ChannelError | None = None


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """A reply about to be posted: to this mention, in this conversation, and nowhere else.

    `key` and `made_at` are the same for every attempt to send this reply, and on disk before the
    first: what a network needs to take the second attempt for the first one.
    """

    mention_id: str  # the external id of the mention
    answer_under: str  # Incoming.answer_under of that mention
    conversation: str
    text: str
    key: str  # 1 to 64 letters and digits, of no other reply
    made_at: datetime


@dataclass(frozen=True, kw_only=True)
class Posted:
    """A reply of ours as it stands on the network."""

    external_id: str
    url: str
    posted_at: datetime
    in_reply_to: str


@dataclass(frozen=True, kw_only=True)
class Written:
    """A post of this account as the network shows it, whoever of us wrote it: the bot, or a
    colleague in the network's own app."""

    external_id: str
    text: str
    posted_at: datetime
    in_reply_to: str
    url: str = ""

    @classmethod
    def of(cls, item: Incoming, *, external_id: str = "", under: str = "") -> Written:
        """As a stream or a lookup shows it, by its own ids where no others are given."""
        return cls(
            external_id=external_id or item.external_id,
            text=item.text,
            posted_at=item.created_at,
            in_reply_to=under or item.in_reply_to or "",
            url=item.url,
        )


@dataclass(frozen=True, kw_only=True)
class Length:
    """How long a text is, counted as the network counts."""

    used: int
    limit: int

    @property
    def fits(self) -> bool:
        return self.used <= self.limit


@dataclass(frozen=True, kw_only=True)
class Report:
    """What `check` found: are we reachable, who are we, what is missing. Empty problems: green."""

    account: str = ""  # the name of the account, as its readers see it
    permissions: tuple[str, ...] = ()
    token_days_left: int | None = None  # None: no expiry date, or the network does not say
    problems: tuple[str, ...] = ()  # sentences with the fix in them


class ChannelOptions(StaffedOptions):
    """The keys every `[channels.<name>]` table accepts. Each channel adds its own in a subclass."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    kind: str
    poll_seconds: Annotated[float, Field(ge=0.2, le=86_400)] = 60
    auto_reply: bool = False
    read_lag_seconds: Annotated[float, Field(ge=0, le=3600)] = 20
    request_timeout_seconds: Annotated[float, Field(gt=0, le=120)] = 20
    monthly_budget_usd: Annotated[float, Field(ge=0)] = 100
    sends_per_15_minutes: Annotated[int, Field(ge=1, le=10_000)] = 100

    @property
    def call_seconds(self) -> float:
        """The longest one call may take, from first byte to last: a deadline, not a hope."""
        return CONNECT_SECONDS + self.request_timeout_seconds

    @property
    def doubt(self) -> timedelta:
        """How long after a send began nobody can say that it does not stand: so long our own call
        may be on its way, and after it the network may hide our own post from us for a while."""
        return timedelta(seconds=self.call_seconds + self.read_lag_seconds)


class Channel(Protocol):
    """One account on one network. Safe to call from several threads.

    Every method may raise the errors of `listener.channels.errors` and no others: a channel
    translates whatever its SDK throws.
    """

    @property
    def name(self) -> str:
        """The name of its table in the settings."""

    @property
    def options(self) -> ChannelOptions: ...

    @property
    def declaration(self) -> Declaration: ...

    def fetch(self, stream: str, position: str | None) -> Page:
        """The next page of `stream` after `position` (None: the very first time)."""

    def lookup(
        self, external_ids: Sequence[str], *, use: Use = Use.OWN
    ) -> Mapping[str, Incoming | None]:
        """The texts as they stand now; None for one that is gone or hidden from us. An id about
        which the network says nothing clear is left out."""

    def post(self, reply: Outgoing) -> Posted:
        """Post once, never retrying. Raises Unknown when nobody can say whether it stands."""

    def own_replies(self, reply: Outgoing, since: datetime) -> Sequence[Written]:
        """All posts of this account under `reply.answer_under`, made after `since` by the network's
        clock, the newest first, as the network shows them right now. Empty only if the network
        clearly has none: raises Unavailable when there is too much to look through."""

    def fill(self, since: datetime, until: datetime, position: str | None) -> Page:
        """The next page of what was said to or about us between two moments, by whatever way there
        still is; `position` as in `fetch`. Raises Refused if there is none, `for_good` if never."""

    def count(self, since: datetime, until: datetime) -> Mapping[datetime, int] | None:
        """How many texts that speak to us the network counts, per UTC hour (keyed by its start),
        whole hours only. None if the network does not count."""

    def pressure(self) -> float:
        """By how much to stretch the time between two rounds, as the network's allowance runs out:
        1.0 is normal, at 2.0 it is asked half as often. Asks nothing."""

    def clock_apart(self) -> timedelta:
        """How far the network's clock was ahead of ours at its newest answer. Asks nothing."""

    def hide(self, external_id: str) -> None:
        """Hide a mention from others where `declaration.can_hide`; harmless if already hidden."""

    def delete(self, external_id: str) -> None:
        """Take a reply of ours off the network, where `declaration.can_delete`. Harmless if it is
        gone already; an unclear end is Unavailable: to ask again, or to look, does no harm."""

    def length(self, text: str) -> Length: ...

    def check(self) -> Report: ...
