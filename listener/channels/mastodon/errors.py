"""What an answer that is no success means, as a typed error. Pure.

Bodies are `{"error": "...", "error_description": "..."}`:
https://docs.joinmastodon.org/entities/Error/ (2026-11). Other servers that speak this API send web
pages, plain text or nothing: then only the status speaks.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from config.http import server_time
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

_LONGEST_WAIT: Final = timedelta(hours=4)  # the longest window, of posting, is three hours

# "<h1>404 Not Found (snac/2.75)</h1>": snac has no other words for what is not there.
_SIGNED: Final = b"(snac/"
_BEGINNING: Final = 200

_REMEDY: Final = "make a new access_token (docs/channels.md says how)"
# Of a 403: what is wrong with the token or the account, and not with this very request. Words of
# https://github.com/mastodon/mastodon/blob/main/app/controllers/api/base_controller.rb (2026-11).
_WHOLE_ACCOUNT: Final = ("scope", "your login", "disabled", "suspended", "confirm", "pending")


class InvalidRequest(Refused):
    """The server found fault with the request itself (400, 422)."""


class Wordless(Gone):
    """A 404 that is no JSON, but a page which the server signed: snac sends those for what is not
    there. Believe it only of a server that answers otherwise."""


class Lost(Unavailable):
    """A 404 or 410 in nobody's words: a proxy's, which knows nothing of what is there."""


def failure(
    status: int,
    headers: Mapping[str, str],
    body: object,
    *,
    now: datetime,
    write: bool,
    blind: int = 0,
    page: bytes = b"",
) -> ChannelError:
    """The typed error for an answer that is not 2xx.

    `write`: something would have been changed, and doing it twice would show. `blind`: how many 429
    without a usable reset time came before this one; each doubles the wait, from 60 s to 900 s.
    `page`: the answer as it came.
    """
    said = describe(body)
    detail = f"{status}: {said}" if said else f"status {status}"
    if status == 429:
        return _too_many(headers, detail, now=now, blind=blind)
    if status in (401, 403):
        return _not_let_in(status, said, detail)
    if status in (404, 410):
        if said or _SIGNED in page[:_BEGINNING]:
            kind = Gone if said else Wordless
            return kind(detail=f"the server says it is not there ({detail})")
        return Lost(f"something in between says it is not there ({detail}): is api_url right?")
    if 400 <= status < 500 and status != 408:
        return InvalidRequest(reason=f"the server refused it ({detail})")
    if write:
        return Unknown(f"the server answered {detail}")
    if 300 <= status < 400:
        fix = "set api_url to the address it leads to"
        return Unavailable(f"the server answers with a redirect ({status}): {fix}")
    return Unavailable(f"the server answered {detail}", retry_after=rates.retry_after(headers))


def describe(body: object) -> str:
    """What the server says is wrong, in one line of at most 300 characters."""
    problem = wire.mapping(body)
    said = [wire.words(problem.get(key)) for key in ("error", "error_description")]
    return " ".join(" ".join(part for part in said if part).split())[:300]


def reset_time(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """When the allowance is given back, by our clock; None if that is absent, garbled, past or
    absurd. Mastodon writes it as ISO 8601, GoToSocial in epoch seconds."""
    value = headers.get("x-ratelimit-reset", "").strip()
    found = rates.epoch(value) if value.isdigit() else wire.moment(value)
    if found is None:
        return None
    found -= (server_time(headers) or now) - now  # it is written by the server's clock
    return found if now < found <= now + _LONGEST_WAIT else None


def _not_let_in(status: int, said: str, detail: str) -> ChannelError:
    """401 is about the token; 403 about the account, the token's scopes, or just this request."""
    if status == 401:
        return AuthFailed(action=f"{_REMEDY}: the server does not accept this one ({detail})")
    if any(word in said.casefold() for word in _WHOLE_ACCOUNT):
        return AuthFailed(action=f"see to the account, or {_REMEDY} ({detail})")
    return Refused(reason=f"the server does not allow it ({detail})")


def _too_many(
    headers: Mapping[str, str], detail: str, *, now: datetime, blind: int
) -> ChannelError:
    told = rates.retry_after(headers)
    wait = timedelta(seconds=told) if told else rates.blind_wait(blind)
    until = reset_time(headers, now) or now + wait
    return RateLimited(until=until, scope="call", detail=detail)
