"""Lists in pages: `max_id`, `since_id` and `min_id`, and the Link header.

https://docs.joinmastodon.org/api/guidelines/#pagination (4.5). A page always comes newest first,
one that was asked for with `min_id` too: that one begins right after the id, not at the top.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlencode

from listener.sandbox.exchange import Request
from listener.sandbox.mastodon.asked import Asked
from listener.sandbox.mastodon.manners import Manners

_Item = TypeVar("_Item")
_PLACES = ("max_id", "since_id", "min_id")


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """Places in a list, each left out of the page itself. None: no such bound."""

    below: int | None = None
    above: int | None = None
    next_to: int | None = None


def bounds(asked: Asked, manners: Manners, place: Callable[[str], int | None]) -> Bounds:
    """What is asked for, as far as the server's manners let it hear."""

    def given(name: str, *, heard: bool = True) -> int | None:
        return place(asked.text(name)) if heard and asked.text(name) else None

    return Bounds(
        below=given("max_id"),
        above=given("since_id", heard=manners.since_id),
        next_to=given("min_id", heard=manners.min_id),
    )


def page(
    items: Sequence[_Item], number: Callable[[_Item], int], within: Bounds, size: int
) -> list[_Item]:
    """One page of `items`, which come oldest first; the page comes newest first."""
    above = within.above if within.next_to is None else within.next_to  # min_id beats since_id
    found = [
        one
        for one in items
        if (within.below is None or number(one) < within.below)
        and (above is None or number(one) > above)
    ]
    return (found if within.next_to is None else found[:size])[::-1][:size]


def links(
    request: Request, asked: Asked, manners: Manners, ends: tuple[str, str] | None, *, more: bool
) -> dict[str, str]:
    """The Link header for a page whose newest and oldest ids are `ends`; None: it is empty.

    `more`: whether the way to the older ones is told. Most lists tell it under every page that is
    not empty, also under the last.
    """
    if ends is None or not manners.link_header:
        return {}
    address = request.url.partition("?")[0]
    kept = [(name, value) for name, value in asked.values.items() if name not in _PLACES]
    kept += [(f"{name}[]", value) for name, values in asked.lists.items() for value in values]

    def way(rel: str, name: str, at: str) -> str:
        return f'<{address}?{urlencode([*kept, (name, at)])}>; rel="{rel}"'

    newest, oldest = ends
    ways = [way("next", "max_id", oldest)] if more else []
    return {"Link": ", ".join([*ways, way("prev", "min_id", newest)])}
