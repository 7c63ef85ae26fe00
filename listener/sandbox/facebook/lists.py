"""Graph's lists: which objects, in which order, a page at a time."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from listener.sandbox.facebook.objects import Object, Place
from listener.sandbox.facebook.problems import bad_parameter

if TYPE_CHECKING:
    from listener.sandbox.facebook.network import FacebookNetwork

PAGING: Final = frozenset({"fields", "limit", "after", "before"})
"""https://developers.facebook.com/docs/graph-api/results (2026-11)"""
COMMENTS: Final = PAGING | {"filter", "order", "since", "summary", "live_filter"}
POSTS: Final = PAGING | {"since", "until", "include_hidden", "show_expired", "with", "summary"}
EDGES: Final[Mapping[str, frozenset[str]]] = {
    "comments": COMMENTS,
    "feed": POSTS,
    "posts": POSTS,
    "tagged": PAGING | {"since", "until"},
    "visitor_posts": POSTS,
}
_PLACES: Final = {
    "feed": (Place.PAGE, Place.VISITOR),
    "posts": (Place.PAGE,),
    "tagged": (Place.TAGGED,),
    "visitor_posts": (Place.VISITOR,),
}
_USUAL, _MOST = 25, 100
FILTERS = {"toplevel", "stream"}
ORDERS = {"chronological", "reverse_chronological"}


@dataclass(frozen=True, kw_only=True)
class Part:
    """One page of a list."""

    objects: list[Object]
    before: str
    after: str
    more: bool


def comments(network: FacebookNetwork, of: Object, query: Mapping[str, str]) -> list[Object]:
    """The comments of a post or comment. The usual filter is `toplevel`: replies are left out."""
    _check(query, COMMENTS)
    found = [one for one in network.comments_on(of.id) if network.is_listed(one)]
    if _one_of(query, "filter", FILTERS, "toplevel") == "toplevel" and not of.is_comment:
        found = [one for one in found if one.parent is None]
    since = _moment(query, "since")
    if since is not None:
        found = [one for one in found if one.at >= since]
    newest_first = _one_of(query, "order", ORDERS, "chronological") == "reverse_chronological"
    return found[::-1] if newest_first else found


def posts(network: FacebookNetwork, edge: str, query: Mapping[str, str]) -> list[Object]:
    """The posts of an edge of the Page, newest first."""
    _check(query, EDGES[edge])
    since, until = _moment(query, "since"), _moment(query, "until")
    return [
        one
        for one in network.posts(*_PLACES[edge])
        if network.is_listed(one)
        and (since is None or one.at >= since)
        and (until is None or one.at <= until)
    ]


def part(found: list[Object], query: Mapping[str, str]) -> Part:
    """The page after the cursor. A cursor names an object, so new ones never shift the pages."""
    limit = _limit(query)
    after = query.get("after")
    if after:
        found = found[_place_of(found, _opened(after)) :]
    objects = found[:limit]
    return Part(
        objects=objects,
        before=_closed(objects[0]) if objects else "",
        after=_closed(objects[-1]) if objects else "",
        more=len(found) > limit,
    )


def _place_of(found: list[Object], key: tuple[str, str]) -> int:
    """Behind that object; if it is gone, where it stood."""
    keys = [_key(one) for one in found]
    if key in keys:
        return keys.index(key) + 1
    rising = len(keys) > 1 and keys[0] < keys[-1]
    return sum((one < key) if rising else (one > key) for one in keys)


def _key(one: Object) -> tuple[str, str]:
    return one.at.isoformat(), one.id


def _closed(one: Object) -> str:
    return base64.urlsafe_b64encode("\n".join(_key(one)).encode()).decode()


def _opened(cursor: str) -> tuple[str, str]:
    try:
        at, object_id = base64.urlsafe_b64decode(cursor.encode()).decode().split("\n")
    except ValueError:
        raise bad_parameter("Invalid cursors values") from None
    return at, object_id


def _limit(query: Mapping[str, str]) -> int:
    value = query.get("limit", str(_USUAL))
    if not value.isdecimal() or not 1 <= int(value[:9]) <= _MOST:
        raise bad_parameter(f"Param limit must be between 1 and {_MOST}")
    return int(value)


def _check(query: Mapping[str, str], allowed: frozenset[str]) -> None:
    for name in query:
        if name not in allowed:
            raise bad_parameter(f"Unknown parameter {name}")


def _one_of(query: Mapping[str, str], name: str, allowed: set[str], usual: str) -> str:
    value = query.get(name, usual)
    if value not in allowed:
        raise bad_parameter(f"Param {name} must be one of {{{', '.join(sorted(allowed))}}}")
    return value


def _moment(query: Mapping[str, str], name: str) -> datetime | None:
    """A time as seconds since 1970 or ISO 8601."""
    value = query.get(name)
    if value is None:
        return None
    try:
        if value.isdecimal():
            return datetime.fromtimestamp(int(value), UTC)
        found = datetime.fromisoformat(value)
    except (ValueError, OverflowError, OSError):
        raise bad_parameter(f"Invalid datetime format for {name}") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
