"""What an answer of Bluesky that is no success means, as a typed error. Pure.

Bodies are `{"error": NAME, "message": TEXT}`: https://atproto.com/specs/xrpc (2026-11). The names
are those the reference servers use: https://github.com/bluesky-social/atproto (2026-11).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from config.secrets import mask_shapes
from listener.channels import rates, wire
from listener.channels.errors import (
    AuthFailed,
    ChannelError,
    Gone,
    RateLimited,
    Refused,
    Unavailable,
    Unknown,
)
from listener.channels.wire import Item

_LONGEST_WAIT: Final = timedelta(hours=25)  # the longest window is 24 h

_EXPIRED: Final = frozenset({"ExpiredToken", "InvalidToken"})
_GONE: Final = frozenset({"RecordNotFound", "NotFound", "RepoNotFound", "HandleNotFound"})
_UNSERVED: Final = frozenset({"MethodNotImplemented", "XRPCNotSupported"})

_TAKEN_DOWN: Final = (
    "Bluesky took the account down: ask moderation@blueskyweb.xyz, no password will help"
)
_STANDING: Final = {
    "takendown": _TAKEN_DOWN,
    "takedown": _TAKEN_DOWN,
    "suspended": "Bluesky suspended the account for a while: its mailbox tells why and how long",
    "deactivated": "the account is deactivated: log in at bsky.app and reactivate it",
    "deleted": "the account was deleted: the bot needs another one",
}
_SECOND_FACTOR: Final = (
    "the account asks for a code by mail: use an app password, which needs none"
    " (Settings, Privacy and security, App passwords)"
)
_LET_IN: Final = (
    "check handle and app_password; a new one is made at bsky.app,"
    " Settings, Privacy and security, App passwords"
)


class Expired(AuthFailed):
    """The token has had its time, and nothing was carried out: a new one is to be had."""


class Troubled(Unavailable):
    """A server broke over this very read. A cursor nobody knows any more ends like this too."""


class LostCursor(Unavailable):
    """The server does not know the cursor we went on from any more."""

    @classmethod
    def after(cls, error: ChannelError) -> LostCursor:
        return cls(f"the way through the stretch was lost: {error}")


class InvalidRequest(Refused):
    """The server found fault with the request itself (400)."""


class Swapped(Refused):
    """What was to be changed is not what we took it for: here, something stands there already."""


def failure(
    status: int,
    headers: Mapping[str, str],
    body: object,
    *,
    now: datetime,
    write: bool,
    wide: bool = True,
    blind: int = 0,
) -> ChannelError:
    """The typed error for an answer that is not 2xx.

    `write`: something would have been changed, and whether it was must be known. `wide`: a limit
    met here is one of all calls. `blind`: how many 429 without a usable time came before this one;
    each doubles the wait, from 60 s to 900 s.
    """
    problem = wire.mapping(body)
    name, detail = wire.words(problem.get("error")), describe(problem) or f"status {status}"
    if status == 429:
        until = reset_time(headers, now) or now + rates.blind_wait(blind)
        scope = "account" if wide else "call"
        return RateLimited(until=until, scope=scope, detail=f"Bluesky: {detail}")
    if 400 <= status < 500 and status != 408:
        return _rejected(status, name, detail, write=write)
    if status == 501 or name in _UNSERVED:
        return Refused(reason=f"this server of Bluesky cannot do that: {detail}")
    if write:
        return Unknown(f"Bluesky answered {status}: {detail}")
    kind = Troubled if name == "InternalServerError" else Unavailable
    return kind(f"Bluesky answered {status}: {detail}", retry_after=rates.retry_after(headers))


def describe(problem: Item) -> str:
    """What the server says is wrong, in one line of at most 300 characters, without tokens."""
    parts = (wire.words(problem.get("error")), wire.words(problem.get("message")))
    text = ": ".join(part for part in parts if part)
    return mask_shapes(" ".join(text.split()))[:300]


def is_of_the_cursor(error: ChannelError) -> bool:
    """Does the server itself find fault with the cursor?"""
    return isinstance(error, InvalidRequest) and "cursor" in error.reason.casefold()


def bad_standing(body: Item) -> str:
    """What `getRepoStatus` says against an account, with what to do; empty if nothing."""
    if body.get("active") is not False:
        return ""
    status = wire.words(body.get("status"))
    return _STANDING.get(status) or f"Bluesky calls the account {status or 'inactive'}: look there"


def reset_time(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """When calls are let in again, by `ratelimit-reset` (epoch seconds) or `retry-after` (seconds);
    None if both are absent, garbled, past or absurd."""
    found = rates.epoch(headers.get("ratelimit-reset"))
    if found is None or not now < found <= now + _LONGEST_WAIT:
        wait = rates.retry_after(headers)
        found = now + timedelta(seconds=wait) if wait else None
    return found if found and found <= now + _LONGEST_WAIT else None


def _rejected(status: int, name: str, detail: str, *, write: bool) -> ChannelError:
    """A clear "no": nothing was carried out."""
    stranger = _not_let_in(status, name, detail)
    if stranger:
        return stranger
    if name in _GONE or "could not locate record" in detail.casefold():
        return Gone(detail=f"Bluesky: {detail}")
    if name == "InvalidSwap":
        return Swapped(reason=f"Bluesky: {detail}")
    if name in _UNSERVED:
        return Refused(reason=f"this server of Bluesky cannot do that: {detail}")
    if status == 404:  # no record is ever looked for like this: it is the address that is wrong
        return Unavailable(f"no server of Bluesky answers there, check api_url ({detail})")
    if status == 403:
        return Refused(reason=f"Bluesky does not allow it: {detail}", by_hand=write)
    return InvalidRequest(reason=f"Bluesky refused the request: {detail}")


def _not_let_in(status: int, name: str, detail: str) -> AuthFailed | None:
    standing = _standing_in(name)
    if standing:
        return AuthFailed(action=f"{standing} ({detail})")
    if name in _EXPIRED:
        return Expired(action=f"Bluesky does not take our token any more ({detail})")
    if name == "AuthFactorTokenRequired":
        return AuthFailed(action=f"{_SECOND_FACTOR} ({detail})")
    return AuthFailed(action=f"{_LET_IN} ({detail})") if status == 401 else None


def _standing_in(name: str) -> str:
    """AccountTakedown, RepoSuspended, ...: one word for the account or for its repository."""
    for subject in ("Account", "Repo"):
        if name.startswith(subject):
            return _STANDING.get(name.removeprefix(subject).casefold(), "")
    return ""
