"""What stands on sandbox Bluesky: accounts, and records with all their versions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from listener.sandbox.bluesky.dates import iso, normal
from listener.sandbox.bluesky.lexicon import POST, RECORD, WITH_MEDIA

Value = dict[str, Any]


@dataclass(kw_only=True)
class Account:
    """Known by its DID: the handle may change."""

    did: str
    handle: str
    name: str
    about: str = ""
    made_at: datetime
    down: bool = False  # taken down by a moderator
    seen_at: str = ""  # until when it has seen its notifications; empty: never said
    muted: set[str] = field(default_factory=set)  # DIDs; nobody but the account is told


@dataclass(frozen=True, kw_only=True)
class Notice:
    """Whom a record concerns, and why."""

    did: str
    reason: str
    subject: str | None = None  # what of theirs it is about


@dataclass(frozen=True, kw_only=True)
class Version:
    """One version of a record. `value` None: it was deleted."""

    value: Value | None
    cid: str = ""
    rev: str  # of the commit that wrote it
    at: datetime  # when the PDS took it
    visible_at: datetime  # when the AppView knows of it
    notices: tuple[Notice, ...] = ()
    gated: bool = False  # answers where its author may not
    torn: bool = False  # its root is not the root of what it answers
    indexed: bool = True  # False: the AppView cannot store it
    sort_at: str = ""  # what lists sort by, and call `indexedAt`


@dataclass(kw_only=True)
class Record:
    """A record of a repository. `versions`: oldest first, at least one."""

    uri: str
    did: str
    collection: str
    key: str
    versions: list[Version]
    likes: int = 0  # from people who are not in the story

    @property
    def last(self) -> Version:
        return self.versions[-1]

    @property
    def lives(self) -> bool:
        return self.last.value is not None

    @property
    def value(self) -> Value:
        """The newest there was: of a deleted record, what it said before."""
        return next((one.value for one in reversed(self.versions) if one.value is not None), {})

    # A post, in the words the other sandbox networks use

    @property
    def id(self) -> str:
        return self.uri

    @property
    def text(self) -> str:
        return str(self.value.get("text", ""))

    @property
    def at(self) -> datetime:
        """When it was first taken."""
        return self.versions[0].at

    @property
    def in_reply_to(self) -> str | None:
        return parent_of(self.value)

    @property
    def quotes(self) -> str | None:
        return quoted_by(self.value)


def sort_at(value: Value, at: datetime) -> str:
    """What the client says of when it was made, but not the future."""
    return min(normal(value.get("createdAt")), iso(at))


def parent_of(value: Value) -> str | None:
    """The at-URI a post answers."""
    return _uri(value.get("reply"), "parent", "uri")


def root_of(value: Value) -> str | None:
    """The at-URI of the post its thread began with."""
    return _uri(value.get("reply"), "root", "uri")


def quoted_by(value: Value) -> str | None:
    """The at-URI of what a post shows in a box."""
    embed = value.get("embed")
    kind = embed.get("$type") if isinstance(embed, dict) else None
    if kind == RECORD:
        return _uri(embed, "record", "uri")
    return _uri(embed, "record", "record", "uri") if kind == WITH_MEDIA else None


def subject_of(value: Value) -> str | None:
    """What a like or a repost is of, by its at-URI; whom a follow or a block is of, by the DID."""
    subject = value.get("subject")
    return subject if isinstance(subject, str) else _uri(subject, "uri")


def targets_of(collection: str, value: Value) -> set[str]:
    """The at-URIs and DIDs a record is about."""
    about = (parent_of(value), quoted_by(value)) if collection == POST else (subject_of(value),)
    return {one for one in about if one}


def features(value: Value) -> list[Value]:
    """The mentions, links and tags of a post's facets."""
    facets = value.get("facets")
    found = [one for one in facets if isinstance(one, dict)] if isinstance(facets, list) else []
    inner = [one.get("features") for one in found]
    return [each for some in inner if isinstance(some, list) for each in some if _is_thing(each)]


def _is_thing(value: object) -> bool:
    return isinstance(value, dict)


def _uri(value: object, *names: str) -> str | None:
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, str) else None
