"""What there is on sandbox Mastodon: accounts, statuses, notifications."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

DOMAIN: Final = "outdoor.example"
"""The domain of the brand's server. Accounts without one in their `acct` live here too."""
BRAND: Final = "larixoutdoor"


class Visibility(StrEnum):
    """https://docs.joinmastodon.org/entities/Status/#visibility (4.5)"""

    PUBLIC = "public"
    UNLISTED = "unlisted"
    PRIVATE = "private"
    DIRECT = "direct"

    @property
    def is_open(self) -> bool:
        """Whether anybody may read it."""
        return self in (Visibility.PUBLIC, Visibility.UNLISTED)


class Kind(StrEnum):
    """The types of notification a customer can cause here."""

    MENTION = "mention"
    FAVOURITE = "favourite"
    REBLOG = "reblog"
    FOLLOW = "follow"


@dataclass(frozen=True, kw_only=True)
class Media:
    url: str
    alt: str = ""
    kind: str = "image"  # or "video", "gifv", "audio"

    @property
    def id(self) -> str:
        return str(int.from_bytes(hashlib.sha256(self.url.encode()).digest()[:7]))


@dataclass(frozen=True, kw_only=True)
class Account:
    id: str
    acct: str  # "name" of an account on this server, "name@domain" of any other
    name: str
    followers: int
    created_at: datetime
    about: str = ""
    bot: bool = False

    @property
    def username(self) -> str:
        return self.acct.partition("@")[0]

    @property
    def domain(self) -> str:
        return self.acct.partition("@")[2] or DOMAIN

    @property
    def is_local(self) -> bool:
        return "@" not in self.acct

    @property
    def is_ours(self) -> bool:
        return self.acct == BRAND


@dataclass(frozen=True, kw_only=True)
class Status:
    """A post. Unlike on X it keeps its id when it is edited."""

    id: str
    number: int  # its place in every list; of a Mastodon id, its value
    author: Account
    text: str  # as its author typed it
    at: datetime
    visible_at: datetime  # lists do not know it before; of ours, nobody does
    conversation: str  # id of the first status of the thread
    visibility: Visibility = Visibility.PUBLIC
    answers: str | None = None  # id; told only while that one is there
    answers_account: str | None = None  # id, told even when the status is gone
    boosts: str | None = None  # id of what it passes on; then it has no text of its own
    mentions: tuple[str, ...] = ()  # accts
    spoiler: str = ""
    language: str | None = None
    media: tuple[Media, ...] = ()
    likes: int = 0
    app: str = ""  # with what it was written
    edited_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A notification of the brand."""

    number: int  # its id
    kind: Kind
    at: datetime  # when our server got to know: not when it was written
    account: str  # acct
    status: str | None = None
    filtered: bool = False


def snowflake(moment: datetime, low: int = 0) -> int:
    """The id of a status made at that moment: milliseconds since 1970, then 16 bits
    (https://docs.joinmastodon.org/api/guidelines/#id, 4.5)."""
    return int(moment.timestamp() * 1000) << 16 | (low & 0xFFFF)


def time_of(status_id: str) -> datetime:
    return datetime.fromtimestamp((int(status_id) >> 16) / 1000, UTC)
