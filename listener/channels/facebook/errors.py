"""What a failed Graph call means, as a typed error. Pure.

Codes: https://developers.facebook.com/docs/graph-api/guides/error-handling (2026-11); limits:
https://developers.facebook.com/docs/graph-api/overview/rate-limiting (2026-11).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from listener.channels import rates, wire
from listener.channels.errors import (
    AuthFailed,
    ChannelError,
    Gone,
    PolicyBlock,
    RateLimited,
    Refused,
    Unavailable,
    Unknown,
)
from listener.channels.wire import Item, MalformedError

_TOKEN_DEAD: Final = frozenset({102, 190})
_TEMPORARY: Final = frozenset({1, 2})
_LIMITS: Final = {
    4: "app",
    17: "account",
    32: "account",
    341: "account",
    613: "call",
    80001: "account",
    80002: "account",
    80006: "account",
}
_BLOCKED: Final = 368  # judged abusive or repeated: silence for a day, or it gets longer
_BLOCKED_FOR: Final = timedelta(hours=24)
_DUPLICATE: Final = 506
_PARAMETER: Final = 100
_NO_SUCH_ALIAS: Final = 803
_SERVERS_FAULT: Final = 500  # statuses from here on

_WRONG_FIELD: Final = re.compile(r"nonexist(ing|ent) field")
_CHANNEL_WIDE: Final = ("permission", "requires", "capability", "restricted")

STOP_AT: Final = 95  # percent of an allowance: from here on the rest is for replies
_SLOW_FROM: Final = 75

_FIRST_WAIT: Final = timedelta(minutes=15)  # where Facebook does not say; doubles up to a day
_LONGEST_WAIT: Final = timedelta(hours=24)

_WHY_DEAD: Final = {
    458: "the app was removed",
    459: "the person who made it must log in at facebook.com first",
    460: "a password was changed",
    463: "it has run out",
    464: "the account is not confirmed",
    467: "it was revoked",
    492: "the person who made it lost their role on the Page",
}


class Troubled(Unavailable):
    """Facebook answered a read by saying it cannot now, perhaps only for the object asked for."""


def failure(
    status: int,
    headers: Mapping[str, str],
    body: object,
    *,
    now: datetime,
    write: bool,
    blind: int = 0,
) -> ChannelError:
    """The typed error for an answer that is no success.

    `write`: something would have been changed, and doing it twice would show. `blind`: how many
    limits without a time came before this one; each doubles the wait, from 15 min to a day.
    """
    error = wire.mapping(wire.mapping(body).get("error"))
    code = error.get("code")
    if not isinstance(code, int):
        return _without_code(status, error, now=now, write=write, blind=blind)
    detail = f"Facebook: {describe(error)}"
    if status >= _SERVERS_FAULT and write:
        return Unknown(detail)  # whatever its code: a server in trouble may have stored it
    if code in _LIMITS:
        until = regain_at(headers, now) or now + _wait(blind)
        return RateLimited(until=until, scope=_LIMITS[code], detail=detail)
    if code == _BLOCKED:
        return PolicyBlock(until=now + _BLOCKED_FOR, detail=detail)
    if code in _TEMPORARY or error.get("is_transient") is True:
        return Unknown(detail) if write else Troubled(detail)
    if code == _DUPLICATE:  # it may be our own earlier success
        return Unknown(detail, repetition=True) if write else Refused(reason=detail)
    found = _permanent(code, error, detail)
    if status >= _SERVERS_FAULT and isinstance(found, (Gone, Refused)):
        return Troubled(detail)  # no last word on anything
    return found


def first_wait(now: datetime) -> datetime:
    """How long to hold still where Facebook does not say."""
    return now + _FIRST_WAIT


def describe(error: Item) -> str:
    """What Facebook says is wrong, in one line of at most 300 characters."""
    text = wire.words(error.get("message")) or wire.words(error.get("error_user_msg"))
    subcode = error.get("error_subcode")
    numbers = f"code {error.get('code')}" + (f"/{subcode}" if subcode else "")
    return f"{' '.join(text.split())[:300]} ({numbers})"


def is_wrong_field(error: ChannelError) -> bool:
    """Was a field asked for which this kind of object does not have?"""
    return isinstance(error, Refused) and _WRONG_FIELD.search(error.reason) is not None


def stretch(used: int) -> float:
    """By how much to stretch the time between calls when so many percent of an allowance are used;
    at STOP_AT nothing is read any more."""
    return max(1.0, used / _SLOW_FROM)


def usage(headers: Mapping[str, str]) -> int | None:
    """How much of the fullest allowance is used, in percent; None where Facebook does not say: not
    every answer carries it."""
    shares = (value for part in _usages(headers) for value in _shares(part))
    return max((wire.count(value) for value in shares if isinstance(value, int)), default=None)


def regain_at(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """When a spent allowance is given back (Facebook says it in minutes)."""
    minutes = [wire.count(part.get("estimated_time_to_regain_access")) for part in _usages(headers)]
    wait = timedelta(minutes=min(max(minutes, default=0), 60 * 24 * 7))
    return now + wait if wait else None


def _permanent(code: int, error: Item, detail: str) -> ChannelError:
    if code in _TOKEN_DEAD:
        subcode = error.get("error_subcode")
        why = _WHY_DEAD.get(subcode, "") if isinstance(subcode, int) else ""
        why = f": {why}" if why else ""
        return AuthFailed(action=f"make a new page_access_token, this one is dead{why}. {detail}")
    message = wire.words(error.get("message")).casefold()
    if code in (3, 10) or 200 <= code <= 299:
        if any(word in message for word in _CHANNEL_WIDE):
            return AuthFailed(action=f"grant the app what it lacks, or free the Page. {detail}")
        return Refused(reason=detail, by_hand=True)  # this one object; the rest goes on
    if "endpoint requires the" in message:  # says "does not exist" as well, but lacks a permission
        return AuthFailed(action=f"grant the app what it lacks. {detail}")
    # The same words are said of an object that is deleted and of one we may no longer read: who
    # takes this for "deleted" must know that the Page itself can be read (see lookup.py).
    missing = error.get("error_subcode") == 33 or "does not exist" in message
    if code == _NO_SUCH_ALIAS or (code == _PARAMETER and missing):
        return Gone(detail=detail)
    return Refused(reason=detail)


def _without_code(
    status: int, error: Item, *, now: datetime, write: bool, blind: int
) -> ChannelError:
    """A proxy's page, an empty body, a JSON 500 without `error`: only the status speaks."""
    said = wire.words(error.get("message"))[:300]
    detail = f"Facebook answered {status}" + (f": {said}" if said else "")
    if status == 401:
        return AuthFailed(action=f"check page_access_token. {detail}")
    if status == 429:
        return RateLimited(until=now + _wait(blind), scope="account", detail=detail)
    return Unknown(detail) if write else Unavailable(detail)


def _wait(blind: int) -> timedelta:
    return rates.blind_wait(blind, _FIRST_WAIT, _LONGEST_WAIT)


def _usages(headers: Mapping[str, str]) -> Iterator[Item]:
    for name in ("x-app-usage", "x-page-usage", "x-business-use-case-usage"):
        try:
            value = wire.mapping(wire.decode(headers.get(name, "").encode()))
        except MalformedError:
            continue
        yield value
        for parts in value.values():
            yield from map(wire.mapping, wire.listing(parts))


def _shares(part: Item) -> Iterator[object]:
    for name in ("call_count", "total_cputime", "total_time"):
        yield part.get(name)
