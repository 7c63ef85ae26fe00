"""A stream of several searches: what fails costs only itself, and what was read is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from listener.channels import walks
from listener.channels.base import Page
from listener.channels.errors import (
    AuthFailed,
    BudgetSpent,
    ChannelError,
    RateLimited,
    Refused,
    TooLarge,
    Unavailable,
)
from listener.channels.outbound import PageSize
from listener.channels.walks import Step
from tests.factories import NOW, incoming


@dataclass(frozen=True)
class Stand:
    pages: int = 0

    @property
    def under_way(self) -> bool:
        return False

    def dump(self) -> dict[str, Any]:
        return {"pages": self.pages}

    @classmethod
    def load(cls, note: object) -> Stand:
        return cls(note["pages"] if isinstance(note, Mapping) else 0)


class Searches:
    """`fails`: what each query fails with; the others find a text of their own name."""

    def __init__(self, *queries: str, **fails: ChannelError) -> None:
        self.queries, self.fails, self.asked = queries, fails, list[str]()

    def fetch(self, position: str | None = None, *, minutes: int = 0) -> Page:
        now = NOW + timedelta(minutes=minutes)
        return walks.several(position, self.queries, load=Stand.load, step=self._step, now=now)

    def _step(self, stand: Stand, query: str) -> Step[Stand]:
        self.asked.append(query)
        if query in self.fails:
            raise self.fails[query]
        return Step(after=Stand(stand.pages + 1), items=[incoming(f"{query} {stand.pages}")])


def ids(page: Page) -> list[str]:
    return [item.external_id for item in page.items]


@pytest.mark.parametrize("error", [Refused("no"), Unavailable("503")])
def test_a_query_that_fails_rests_alone_and_the_stream_says_so(error: ChannelError) -> None:
    searches = Searches("a", "bad", "c", bad=error)
    page = searches.fetch()
    assert ids(page) == ["a 0", "c 0"]
    assert page.trouble == f"the query 'bad' rests: {error}"
    assert page.stopped_by is None
    assert ids(searches.fetch(page.position)) == ["a 1", "c 1"]
    assert searches.asked == ["a", "bad", "c", "a", "c"]


@pytest.mark.parametrize(("error", "minutes"), [(Refused("no"), 10), (Unavailable("503"), 1)])
def test_it_is_asked_again_after_its_rest_and_then_goes_on_where_it_stood(
    error: ChannelError, minutes: int
) -> None:
    searches = Searches("a", "bad", bad=error)
    position = searches.fetch().position
    searches.fails.clear()
    page = searches.fetch(position, minutes=minutes)
    assert (ids(page), page.trouble) == (["a 1", "bad 0"], "")


@pytest.mark.parametrize(
    "error",
    [
        RateLimited(until=NOW + timedelta(minutes=15)),
        BudgetSpent(until=NOW + timedelta(days=1)),
        AuthFailed("new keys"),
    ],
)
def test_what_was_read_before_all_had_to_stop_is_kept(error: ChannelError) -> None:
    searches = Searches("a", "b", "c", b=error)
    page = searches.fetch()
    assert (ids(page), page.stopped_by, page.trouble) == (["a 0"], error, "")
    assert searches.asked == ["a", "b"]
    searches.fails.clear()
    assert ids(searches.fetch(page.position)) == ["a 1", "b 0", "c 0"]


def test_where_nothing_can_be_read_the_failure_is_raised() -> None:
    with pytest.raises(AuthFailed):
        Searches("a", "b", a=AuthFailed("new keys")).fetch()
    with pytest.raises(Refused):
        Searches("a", a=Refused("no")).fetch()


def test_a_network_that_is_away_is_not_asked_for_each_of_many_queries() -> None:
    names = [f"q{number}" for number in range(10)]
    searches = Searches(*names, **{name: Unavailable("away") for name in names})
    with pytest.raises(Unavailable):
        searches.fetch()
    assert len(searches.asked) == 2


def test_a_page_size_that_was_too_much_is_tried_again_after_twenty_good_pages() -> None:
    size, asked = PageSize(100, least=10), list[int]()

    def ask(wanted: int) -> int:
        asked.append(wanted)
        if wanted > 25:
            raise TooLarge("too much")
        return wanted

    for _ in range(40):
        assert size.fitting(ask) == 25
    assert asked == [100, 50, *[25] * 20, 50, *[25] * 20]
