"""What an answer of X that is no success means, as a typed error. Pure.

Bodies are problem+json, or the older `{"errors": [{"code", "message"}]}`:
https://docs.x.com/x-api/fundamentals/response-codes-and-errors (2026-08).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from listener.channels import rates, wire
from listener.channels.errors import (
    AuthFailed,
    BudgetSpent,
    ChannelError,
    Gone,
    RateLimited,
    Refused,
    Unavailable,
    Unknown,
)
from listener.channels.wire import Item

PROBE: Final = timedelta(hours=1)
"""Spent credits and caps are looked at again so often: X does not say when they are refilled."""

_LONGEST_WAIT: Final = timedelta(hours=25)  # the longest window is 24 h

_KEYS: Final = "check consumer_key, consumer_secret, access_token and access_token_secret"
_PERMISSION: Final = (
    "Read only: set the app to Read and write, then regenerate the access token"
    " (https://docs.x.com/fundamentals/developer-apps)"
)


# 64 account suspended, 326 account locked, 453 plan without this route
_APP_PROBLEMS: Final = ("/client-forbidden", "/unsupported-authentication", "/client-not-enrolled")


class InvalidRequest(Refused):
    """X found fault with the request itself (400)."""


def failure(
    status: int,
    headers: Mapping[str, str],
    body: object,
    *,
    now: datetime,
    write: bool,
    blind: int = 0,
) -> ChannelError:
    """The typed error for an answer that is not 2xx.

    `write`: something would have been changed, and doing it twice would show. `blind`: how many 429
    without a usable reset time came before this one; each doubles the wait, from 60 s to 900 s.
    """
    problem = wire.mapping(body)
    detail = describe(problem) or f"status {status}"
    if status == 403:
        return _forbidden(problem, detail, write=write)
    if status == 429:
        return _too_many(headers, problem, detail, now=now, blind=blind)
    if 400 <= status < 500 and status != 408:
        return _rejected(status, problem, detail, now=now)
    if write:
        return Unknown(f"X answered {status}: {detail}")
    return Unavailable(f"X answered {status}: {detail}", retry_after=rates.retry_after(headers))


def describe(problem: Item) -> str:
    """What X says is wrong, in one line of at most 300 characters."""
    errors = [wire.mapping(error) for error in wire.listing(problem.get("errors"))]
    said = [wire.words(error.get("message")) or wire.words(error.get("detail")) for error in errors]
    text = "; ".join(part for part in said if part)
    text = text or wire.words(problem.get("detail")) or wire.words(problem.get("title"))
    return " ".join(text.split())[:300]


def _rejected(status: int, problem: Item, detail: str, *, now: datetime) -> ChannelError:
    if status == 401:
        return AuthFailed(action=f"X does not accept our keys: {_KEYS}, and the clock ({detail})")
    if status == 402:
        said = f"X: no credits left ({detail})"
        return BudgetSpent(until=now + PROBE, detail=said, by_network=True)
    if status in (404, 410):
        if describe(problem):
            return Gone(detail=f"X: {detail}")
        # A proxy knows nothing of what is there; and whatever was asked for, X did not hear it.
        return Unavailable(f"something between us and X answered {status}: is api_url right?")
    return InvalidRequest(reason=f"X refused the request: {detail}")


def _forbidden(problem: Item, detail: str, *, write: bool) -> ChannelError:
    said, kind = detail.casefold(), wire.words(problem.get("type"))
    errors = [wire.mapping(error).get("code") for error in wire.listing(problem.get("errors"))]
    codes = {code for code in errors if isinstance(code, int)}
    if "duplicate content" in said or 187 in codes:
        # It may be our own earlier success: https://github.com/akrherz/iembot/issues/163 (2026-02)
        return Unknown(f"X says this was posted before: {detail}", repetition=True)
    if "deleted or not visible" in said or 385 in codes:
        return Gone(detail=f"X: {detail}")
    if "permissions" in kind:
        return AuthFailed(action=f"{_PERMISSION} ({detail})")
    if codes & {64, 326, 453} or kind.endswith(_APP_PROBLEMS):
        return AuthFailed(action=f"X does not let this account or app in: {detail}")
    closed = 433 in codes or "restricted who can reply" in said
    return Refused(reason=f"X does not allow it: {detail}", by_hand=write and not closed)


def _too_many(
    headers: Mapping[str, str], problem: Item, detail: str, *, now: datetime, blind: int
) -> ChannelError:
    capped = wire.words(problem.get("type")).endswith("/usage-capped")
    if capped or problem.get("title") == "UsageCapExceeded":
        return BudgetSpent(until=now + PROBE, detail=f"X: {detail}", by_network=True)
    # The 24-hour windows, of posting alone, may be spent while x-rate-limit-remaining is not:
    # https://docs.x.com/x-api/fundamentals/rate-limits (2026-08)
    for prefix in ("x-app-limit-24hour", "x-user-limit-24hour"):
        if headers.get(f"{prefix}-remaining") == "0":
            until = reset_time(headers.get(f"{prefix}-reset"), now)
            return RateLimited(until=until or now + PROBE, scope="call", detail=detail)
    until = reset_time(headers.get("x-rate-limit-reset"), now) or now + rates.blind_wait(blind)
    return RateLimited(until=until, scope="call", detail=detail)


def reset_time(value: str | None, now: datetime) -> datetime | None:
    """The time in a reset header (epoch seconds); None if absent, garbled, past or absurd."""
    moment = rates.epoch(value)
    return moment if moment and now < moment <= now + _LONGEST_WAIT else None
