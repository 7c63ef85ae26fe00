"""What people do on a real network: the customers in its app, and colleagues as the brand.

Every network of `tests/realservers` has the same methods, so that one test can run on all of them.
Nothing here uses the bot's own code: people have their own client (the network's Python SDK).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, TypeVar

from tests.patience import PATIENCE

_REST_SECONDS = 0.2
"""Between two questions: servers, bot and people share the machine."""

SIDE_BY_SIDE = 8
"""How many customers write at once: more does not make any of the servers quicker."""


@dataclass(frozen=True, kw_only=True)
class Customer:
    """Somebody with an account there. `external_id` is the network's id of them."""

    external_id: str
    handle: str  # as others write it, without the @


class Said(NamedTuple):
    """One text in a thread, as the network shows it to people. `parent`: what it answers."""

    id: str
    author: str  # the handle
    text: str  # without markup
    parent: str


Seen = TypeVar("Seen")


def in_time(what: Callable[[], Seen], *, seconds: float = PATIENCE) -> Seen:
    """The first truthy answer of `what`, which asks a network or a bot; a LookupError means: not
    yet. Fails the test when none comes in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with suppress(LookupError):
            if answer := what():
                return answer
        time.sleep(_REST_SECONDS)
    raise AssertionError(f"did not happen within {seconds} s")


class RealNetwork(Protocol):
    """One account of a brand on a real network, and the customers there.

    Ids are texts that stay what they are when a text is edited. What is written is seen by others
    only after a while: ask until it is there (`in_time`).
    """

    @property
    def name(self) -> str:
        """Of the network, as the fixtures call it."""

    @property
    def handle(self) -> str:
        """The brand's, without the @."""

    @property
    def customers(self) -> Sequence[Customer]: ...

    @property
    def can_quote(self) -> bool: ...

    @property
    def delivers(self) -> bool:
        """Whether everybody sees what stands at somebody's: not every server brings all of it."""

    @property
    def burst(self) -> int:
        """So many mentions may come at once and all of them are still listed for the brand."""

    def table(self) -> dict[str, Any]:
        """The settings `[channels.<name>]` of a bot that speaks as the brand."""

    def says(self, customer: Customer, text: str) -> str:
        """A post to the brand: "@handle " is put before a text that does not name it."""

    def says_to(self, customer: Customer, text: str, *, under: str) -> str:
        """A reply. It mentions the brand only if the text has "@handle"."""

    def quotes(self, customer: Customer, text: str, *, of: str) -> str:
        """A post that shows another; where `can_quote`. It mentions the brand as `says_to` does."""

    def edits(self, customer: Customer, post: str, text: str) -> None: ...

    def deletes(self, customer: Customer, post: str) -> None: ...

    def brand_says(self, text: str) -> str:
        """A post of the brand's own, typed in its app."""

    def brand_answers(self, text: str, *, under: str) -> str:
        """A colleague's answer, typed in the network's app (which may put a name before it)."""

    def notified(self) -> list[str]:
        """The ids of the texts that the brand's app lists under "mentions", the newest first, on
        all its pages."""

    def thread(self, post: str, *, seen_by: Customer | None = None) -> list[Said]:
        """All that stands under `post`, without itself, as the network's thread view shows it to a
        customer (if nobody is named: to one who has written nothing, or where people see only what
        was brought to them to the author of the post). An answer comes after what it answers.
        Raises LookupError when the post is not there."""

    def shown(self, post: str, *, seen_by: Customer | None = None) -> str | None:
        """The text of a post as a customer sees it now; None when it is not there."""

    def arrived(self, posts: Sequence[str]) -> list[str]:
        """Those of these posts that have reached the brand, asked when none is on its way any
        more: not every server delivers all."""

    def brand_said(self) -> list[Said]:
        """All that stands under the brand's name, as its own account lists it: there at once, while
        others may still be waiting for it to be delivered."""


def answers(network: RealNetwork, post: str) -> list[Said]:
    """What the brand said right under a post, as customers see it."""
    return [
        said
        for said in network.thread(post)
        if said.parent == post and said.author == network.handle
    ]


def all_say(network: RealNetwork, texts: Iterable[str]) -> list[str]:
    """Many posts to the brand, quickly: the customers take turns, and write side by side. Returns
    their ids in the order of the texts. (See `RealNetwork.burst`.)"""
    texts = list(texts)
    turns = len(network.customers)

    def of_one(first: int) -> list[str]:
        return [network.says(network.customers[first], text) for text in texts[first::turns]]

    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        told = list(pool.map(of_one, range(turns)))
    return [told[number % turns][number // turns] for number in range(len(texts))]
