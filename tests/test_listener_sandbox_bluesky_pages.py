"""The pages people open on sandbox Bluesky: threads as they stand, at the addresses of bsky.app."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from config.clock import utcnow
from listener.sandbox.bluesky.network import BRAND, BlueskyNetwork
from tests.patience import PATIENCE
from tests.test_listener_sandbox_pages import HOSTILE, read


@pytest.fixture
def network() -> Iterator[BlueskyNetwork]:
    made = BlueskyNetwork(clock=utcnow)
    made.start()
    yield made
    made.stop()


def page_of(network: BlueskyNetwork, uri: str) -> str:
    """The address of a post, as bsky.app has it."""
    _, _, did, _, key = uri.split("/")
    return f"/profile/{network.accounts[did].handle}/post/{key}"


def test_hostile_names_and_texts_are_shown_and_do_nothing(network: BlueskyNetwork) -> None:
    network.customer("eve", name=HOSTILE)
    post = network.post("eve", HOSTILE, images=[HOSTILE])
    assert read(network, page_of(network, post)).said.count(HOSTILE) == 4  # title, name, text, alt
    assert read(network, "/").said.count(HOSTILE) == 3
    assert read(network, "/profile/eve.bsky.test").said.count(HOSTILE) == 4


def test_a_thread_shows_who_said_what_and_what_became_of_it(network: BlueskyNetwork) -> None:
    first = network.post("anna", f"@{BRAND} where is it?")
    reply = network.post(BRAND, "On its way!", reply_to=first)
    network.edit(network.post("bob", "me too", reply_to=reply), "me three")
    network.delete(network.post("carl", "never mind", reply_to=first))
    network.gate(first)
    network.post("dora", "too late", reply_to=first)
    network.vanish(network.post("anna", "spam?", reply_to=first))
    network.take_down("bob")
    page = requests.get(network.web_url + page_of(network, reply), timeout=PATIENCE).text
    for shown in ("Sandbox Bluesky", "where is it?", "On its way!", "me three", "never mind"):
        assert shown in page
    for mark in ("deleted", "gated", "edited", "vanished", "taken down", "the brand"):
        assert f'<span class="mark">{mark}</span>' in page
    assert "me too" not in page
    assert page.index("where is it?") < page.index("On its way!") < page.index("me three")


def test_a_post_is_found_by_handle_and_by_did_and_links_lead_there(network: BlueskyNetwork) -> None:
    post = network.post("anna", "hello there")
    key = post.rpartition("/")[2]
    by_did = f"/profile/{network.customer('anna').did}/post/{key}"
    assert "hello there" in read(network, by_did).said
    assert (
        f'href="{page_of(network, post)}#c{key}"'
        in requests.get(network.url, timeout=PATIENCE).text
    )


@pytest.mark.parametrize(
    "path", ["/profile/nobody.bsky.test", f"/profile/{BRAND}/post/3mcmv7yyc2222", "/favicon.ico"]
)
def test_there_is_no_page_where_there_is_nothing(network: BlueskyNetwork, path: str) -> None:
    assert requests.get(network.url + path, timeout=PATIENCE).status_code == 404
    assert requests.post(network.url + path, timeout=PATIENCE).status_code == 405
