"""The small parts of what Bluesky sends: names, addresses of records, dates. Pure; raises only
where it says so."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from listener.channels import wire
from listener.channels.bluesky import tid
from listener.channels.wire import Item, MalformedError

POST: Final = "app.bsky.feed.post"

# https://atproto.com/specs/did, .../at-uri-scheme, .../record-key (2026-11)
_DID: Final = re.compile(r"did:[a-z]+:[a-zA-Z0-9._:%-]{1,240}")
_URI: Final = re.compile(
    rf"at://({_DID.pattern})/([a-zA-Z][a-zA-Z0-9.-]{{0,300}})/([a-zA-Z0-9._:~-]{{1,512}})"
)
_HANDLE: Final = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
_NO_HANDLE: Final = "handle.invalid"  # the network cannot confirm whose it is

_A_DAY: Final = timedelta(days=1)
_AHEAD: Final = timedelta(minutes=5)  # clocks may differ by so much


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where a record stands: at://DID/COLLECTION/RKEY."""

    did: str
    collection: str
    rkey: str

    @property
    def uri(self) -> str:
        return f"at://{self.did}/{self.collection}/{self.rkey}"


def optional_address(value: object) -> Address | None:
    found = _URI.fullmatch(value) if isinstance(value, str) else None
    return Address(did=found[1], collection=found[2], rkey=found[3]) if found else None


def optional_post(value: object) -> Address | None:
    """The address of a post; None for anything else that may have one."""
    found = optional_address(value)
    return found if found and found.collection == POST else None


def post(value: object) -> Address:
    """Raises MalformedError."""
    found = optional_post(value)
    if found is None:
        raise MalformedError("uri is no address of a post")
    return found


def did(value: object) -> str:
    """Raises MalformedError."""
    if not isinstance(value, str) or not _DID.fullmatch(value):
        raise MalformedError("did is no identifier")
    return value


def handle(value: object) -> str:
    """A handle without its @; empty where there is none that counts."""
    found = wire.words(value).lower()
    return found if _HANDLE.fullmatch(found) and found != _NO_HANDLE else ""


def cid(value: object) -> str:
    """The fingerprint of one version of a record. Raises MalformedError."""
    return wire.identifier(value, "cid")


def parent(record: Item) -> str | None:
    return _reference(record, "parent")


def root(record: Item) -> str | None:
    return _reference(record, "root")


def language(record: Item) -> str | None:
    """The first language its author's app named, as ISO 639-1."""
    for code in wire.listing(record.get("langs"))[:1]:
        found = wire.words(code).casefold().split("-")[0]
        return found if re.fullmatch(r"[a-z]{2}", found) else None
    return None


def spoken_at(record: Item, *, indexed: datetime | None, rkey: str, seen: datetime) -> datetime:
    """When a post was made, as far as that can be known.

    `createdAt` is what the author's device says, and anything may stand there. The post reached the
    network no earlier than `indexed` (for some servers that is the smaller of both) and than its
    key was made; `seen` is now. A date up to a day before that is believed: phones are offline and
    clocks are slow. An older one, or one of the future, gives way to the arrival: who writes to us
    today must not count as years overdue, nor as history that nobody answers.
    """
    known = [
        moment for moment in (indexed, tid.time_of(rkey)) if moment and moment <= seen + _AHEAD
    ]
    arrived = min(max(known, default=seen), seen)
    told = wire.moment(record.get("createdAt"))
    return told if told and arrived - _A_DAY <= told <= arrived else arrived


def listed_at(record: Item, *, indexed: datetime | None) -> datetime | None:
    """By which moment the network sorts a post: the earlier of what its author says and when it was
    listed (https://docs.bsky.app/docs/advanced-guides/timestamps, 2026-11)."""
    told = wire.moment(record.get("createdAt"))
    return min(filter(None, (told, indexed)), default=None)


def iso(moment: datetime) -> str:
    """To the millisecond, in UTC, as the network writes it."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def _reference(record: Item, key: str) -> str | None:
    above = wire.mapping(wire.mapping(record.get("reply")).get(key))
    found = optional_address(above.get("uri"))
    return found.uri if found else None
