"""The real servers as fixtures: each is started once, when a test first asks for it.

A test module takes them with `pytest_plugins = ["tests.realservers.fixtures"]`. Every test gets a
brand of its own there, so that none hears what another has caused; the customers are the same.
The SDKs are loaded late: whoever only collects the tests does not pay for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.realservers.bluesky import BlueskyServers
    from tests.realservers.bluesky_people import Bluesky
    from tests.realservers.mastodon import MastodonServer
    from tests.realservers.mastodon_people import OnMastodon, OnSnac
    from tests.realservers.people import RealNetwork


NAMES = ("bluesky", "snac", "mastodon_mock")


def pytest_itemcollected(item: pytest.Item) -> None:
    """`-k snac` finds all tests on that server, whatever they are called (all.sh)."""
    if isinstance(item, pytest.Function):
        known = item.callspec.params.values() if hasattr(item, "callspec") else ()
        asked = {*item.fixturenames, *map(str, known)}
        item.extra_keyword_matches.update(asked.intersection(NAMES))


@pytest.fixture(scope="session")
def bluesky_servers() -> Iterator[BlueskyServers]:
    from tests.realservers.bluesky import bluesky_running

    with bluesky_running() as servers:
        yield servers


@pytest.fixture(scope="session")
def snac_server() -> Iterator[MastodonServer]:
    from tests.realservers.mastodon import snac_running

    with snac_running() as server:
        yield server


@pytest.fixture(scope="session")
def mock_server() -> Iterator[MastodonServer]:
    from tests.realservers.mastodon import mock_running

    with mock_running() as server:
        yield server


@pytest.fixture
def bluesky(bluesky_servers: BlueskyServers) -> Bluesky:
    from tests.realservers.bluesky_people import Bluesky

    return Bluesky.with_new_brand(bluesky_servers)


@pytest.fixture
def snac(snac_server: MastodonServer) -> OnSnac:
    from tests.realservers.mastodon_people import OnSnac

    return OnSnac.with_new_brand(snac_server)


@pytest.fixture
def mastodon_mock(mock_server: MastodonServer) -> Iterator[OnMastodon]:
    from tests.realservers.mastodon_people import OnMastodon

    yield OnMastodon.with_new_brand(mock_server)
    mock_server.no_faults()


@pytest.fixture(params=NAMES)
def real_network(request: pytest.FixtureRequest) -> RealNetwork:
    """Each of them in turn."""
    network: RealNetwork = request.getfixturevalue(request.param)
    return network
