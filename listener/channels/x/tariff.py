"""What a call to X may cost, and what it did cost. Pure.

"Charged per resource returned in the response" for reads, "per request" for writes:
https://docs.x.com/x-api/getting-started/pricing (2026-11). X does not say that what comes along
through `expansions` is free, so it is counted as if it were read by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from listener.channels import wire
from listener.channels.wire import Item
from listener.channels.x.prices import Prices
from listener.channels.x.weigh import has_link

_NUMBER: Final = re.compile(r"(?<=[a-z])/\d+(?=/|$)")

# What comes along with one post at most: it answers one other and quotes one, and X lets it carry
# four pictures (https://docs.x.com/x-api/fundamentals/expansions, 2026-08).
_ALONG: Final[Mapping[str, Mapping[str, int]]] = {
    "author_id": {"user": 1},
    "in_reply_to_user_id": {"user": 1},
    "referenced_tweets.id": {"post": 2},
    "referenced_tweets.id.author_id": {"user": 2},
    "attachments.media_keys": {"media": 4},
}


@dataclass(frozen=True, kw_only=True)
class _Read:
    """A route that brings resources. `price`: the name of the price of one result. `least`: the
    smallest page X gives, where the size can be chosen."""

    price: str
    kind: str = "post"
    least: int | None = None
    one_author: bool = False


_READS: Final[Mapping[str, _Read]] = {
    "GET /2/users/{id}/mentions": _Read(price="owned_post", least=5),
    "GET /2/users/{id}/tweets": _Read(price="owned_post", least=5, one_author=True),
    "GET /2/tweets/search/recent": _Read(price="post", least=10),
    "GET /2/tweets": _Read(price="post"),
    "GET /2/users/me": _Read(price="user", kind="user"),
}
_REQUESTS: Final[Mapping[str, str]] = {
    "GET /2/tweets/counts/recent": "count",
    "GET /2/usage/tweets": "usage",
    "PUT /2/tweets/{id}/hidden": "manage",
    "DELETE /2/tweets/{id}": "delete",
}


@dataclass(frozen=True, kw_only=True)
class Resource:
    """Something X bills once a day. `key` is empty for what cannot be told apart."""

    key: str
    micros: int


@dataclass(frozen=True, kw_only=True)
class Quote:
    """What one call may cost, in micros: `flat` in any case, and `each` for every one of `results`
    at most, with all that may come along. `least`: so few results may be asked for instead."""

    operation: str
    prices: Prices
    flat: int = 0
    each: int = 0
    results: int = 0
    least: int | None = None

    @property
    def worst(self) -> int:
        return self.flat + self.each * self.results

    def within(self, micros: int) -> Quote:
        """The same call with a page no bigger than this can pay for, or with the smallest there
        is."""
        if self.least is None or self.worst <= micros:
            return self
        affordable = (micros - self.flat) // self.each
        return replace(self, results=min(max(affordable, self.least), self.results))


def operation(method: str, route: str) -> str:
    """The route without its ids: "GET /2/users/{id}/mentions"."""
    return f"{method} {_NUMBER.sub('/{id}', route)}"


def quote(operation: str, params: Mapping[str, Any], body: Mapping[str, Any], at: Prices) -> Quote:
    """The worst a call may cost. Raises LookupError for one whose price nobody wrote down: it must
    not be made."""
    if operation == "POST /2/tweets":
        dear = has_link(str(body.get("text", "")))
        return Quote(operation=operation, prices=at, flat=at.reply_with_link if dear else at.reply)
    if operation in _REQUESTS:
        return Quote(operation=operation, prices=at, flat=getattr(at, _REQUESTS[operation]))
    if operation not in _READS:
        raise LookupError(f"nobody wrote down what {operation} costs (listener/channels/x/tariff)")
    read, along = _READS[operation], _along(params)
    author = along.pop("user", 0) if read.one_author else 0
    each = getattr(at, read.price) + sum(count * getattr(at, kind) for kind, count in along.items())
    return Quote(
        operation=operation,
        prices=at,
        flat=author * at.user,
        each=each,
        results=_results(params, read),
        least=read.least,
    )


def bill(quoted: Quote, body: Item) -> Iterator[Resource]:
    """What X charges for an answer, resource by resource."""
    read = _READS.get(quoted.operation)
    if read is None:
        yield Resource(key="", micros=quoted.flat)
        return
    prices = quoted.prices
    yield from _listed(read.kind, body.get("data"), getattr(prices, read.price))
    includes = wire.mapping(body.get("includes"))
    yield from _listed("user", includes.get("users"), prices.user)
    yield from _listed("media", includes.get("media"), prices.media)
    for name in ("tweets", "posts"):
        yield from _listed("post", includes.get(name), prices.post)


def _along(params: Mapping[str, Any]) -> dict[str, int]:
    """Kind of resource -> how many of it may come along with one result."""
    found: dict[str, int] = {}
    for name in filter(None, str(params.get("expansions", "")).split(",")):
        if name not in _ALONG:
            raise LookupError(f"nobody wrote down what the expansion {name} brings along")
        for kind, count in _ALONG[name].items():
            found[kind] = found.get(kind, 0) + count
    return found


def _results(params: Mapping[str, Any], read: _Read) -> int:
    if read.kind == "user":
        return 1
    if "ids" in params:
        return len(str(params["ids"]).split(","))
    return int(params.get("max_results", 100))  # X's own default is ten, and never more than this


def _listed(kind: str, value: object, micros: int) -> Iterator[Resource]:
    for item in value if isinstance(value, list) else [] if value is None else [value]:
        holder = wire.mapping(item)
        name = wire.optional_identifier(holder.get("id") or holder.get("media_key"))
        yield Resource(key=f"{kind} {name}" if name else "", micros=micros)
