"""Both channels against the networks at home: what colleagues answer, stretches, counted hours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from config.secrets import Redactor
from listener.channels import open_channels
from listener.channels.base import Channel, Incoming, Outgoing, Page
from listener.channels.metering import free
from listener.normalize import said
from listener.sandbox.facebook.network import FacebookNetwork
from listener.sandbox.x.network import BRAND, XNetwork
from tests.fakes import Watch

NOW = datetime(2026, 11, 20, 10, 5, tzinfo=UTC)


@pytest.fixture
def watch() -> Watch:
    return Watch(NOW)


@pytest.fixture
def x(watch: Watch) -> Iterator[XNetwork]:
    network = XNetwork(clock=watch)
    network.start()
    yield network
    network.stop()


@pytest.fixture
def facebook(watch: Watch) -> Iterator[FacebookNetwork]:
    network = FacebookNetwork(clock=watch)
    network.start()
    yield network
    network.stop()


def opened(kind: str, table: dict[str, Any], watch: Watch) -> Channel:
    found = open_channels(
        {kind: table}, source="bot.toml", redactor=Redactor(), clock=watch, meter=free
    )
    return found[kind]


def on_x(network: XNetwork, watch: Watch, **more: Any) -> Channel:
    return opened("x", {"api_url": network.url, **network.secrets(), **more}, watch)


def on_facebook(network: FacebookNetwork, watch: Watch) -> Channel:
    return opened(
        "facebook", {"api_url": network.url, "page_id": network.page_id, **network.secrets()}, watch
    )


def all_of(read: Callable[[str | None], Page]) -> list[Incoming]:
    page = read(None)
    items = [*page.items]
    while page.more:
        page = read(page.position)
        items += page.items
    return items


def to(mention: Incoming, text: str) -> Outgoing:
    return Outgoing(
        mention_id=mention.external_id,
        answer_under=mention.answer_under,
        conversation=mention.conversation,
        text=text,
        key="reply1",
        made_at=mention.created_at,
    )


def test_on_x_our_reply_and_a_colleague_s_are_read_back_and_streamed(
    x: XNetwork, watch: Watch
) -> None:
    watch.now = NOW - timedelta(minutes=30)
    x.post("anna", f"@{BRAND} where is my order?")
    watch.now = NOW
    channel = on_x(x, watch)
    (mention,) = all_of(lambda position: channel.fetch("mentions", position))
    posted = channel.post(to(mention, "Hello Anna & all, see larix.example for it"))
    watch.now += timedelta(minutes=5)
    by_hand = x.reply_natively(mention.external_id, "I am on it")
    watch.now += timedelta(minutes=5)
    hands, ours = channel.own_replies(to(mention, ""), NOW)
    assert (hands.external_id, ours.external_id) == (by_hand, posted.external_id)
    assert said(ours.text) == said("Hello Anna & all, see larix.example for it")
    own = all_of(lambda position: channel.fetch("own", position))
    assert {item.external_id for item in own} >= {by_hand, posted.external_id}
    assert all(item.own for item in own)
    assert next(one for one in own if one.external_id == by_hand).in_reply_to == mention.external_id


def test_on_x_a_stretch_is_filled_with_what_named_us_in_it(x: XNetwork, watch: Watch) -> None:
    asked = []
    for minutes in (400, 300, 200, 100):
        watch.now = NOW - timedelta(minutes=minutes)
        asked.append(x.post("anna", f"@{BRAND} hello {minutes}"))
        x.post("bruno", "acme store is closed")
        x.post("bruno", "something else")
    watch.now = NOW
    channel = on_x(x, watch, queries=["acme"])
    since, until = NOW - timedelta(minutes=350), NOW - timedelta(minutes=150)
    found = all_of(lambda position: channel.fill(since, until, position))
    named = [item for item in found if item.addressed]
    assert [item.external_id for item in named] == [asked[2], asked[1]]
    assert [item.text for item in found if not item.addressed] == ["acme store is closed"] * 2


def test_on_x_hours_are_counted_as_they_were(x: XNetwork, watch: Watch) -> None:
    for minutes in (100, 90, 20, 10):
        watch.now = NOW - timedelta(minutes=minutes)
        x.post("anna", f"@{BRAND} hello {minutes}")
    watch.now = NOW
    counted = on_x(x, watch).count(NOW - timedelta(hours=3), NOW)
    eight = NOW.replace(hour=8, minute=0)
    assert counted == {eight: 2}  # nine has only just ended
    watch.now += timedelta(minutes=10)
    assert on_x(x, watch).count(eight, watch.now) == {eight: 2, eight + timedelta(hours=1): 2}


def test_on_facebook_our_reply_and_a_colleague_s_are_read_back_and_streamed(
    facebook: FacebookNetwork, watch: Watch
) -> None:
    post = facebook.page_post("New tents")
    comment = facebook.comment(post, "anna", "Are they waterproof?")
    watch.now += timedelta(minutes=30)
    channel = on_facebook(facebook, watch)
    found = all_of(lambda position: channel.fetch("feed", position))
    mention = next(item for item in found if item.external_id == comment)
    posted = channel.post(to(mention, "Yes,  they are"))
    watch.now += timedelta(minutes=5)
    by_hand = facebook.reply_natively(comment, "Absolutely")
    watch.now += timedelta(minutes=5)
    hands, ours = channel.own_replies(to(mention, ""), NOW)
    assert (hands.external_id, ours.external_id) == (by_hand, posted.external_id)
    assert said(ours.text) == said("Yes, they are")
    own = {
        item.external_id: item for item in all_of(lambda p: channel.fetch("feed", p)) if item.own
    }
    assert own[by_hand].in_reply_to == own[posted.external_id].in_reply_to == comment


def test_on_facebook_a_stretch_is_filled_with_what_was_said_in_it(
    facebook: FacebookNetwork, watch: Watch
) -> None:
    watch.now = NOW - timedelta(days=5)
    post = facebook.page_post("New tents")
    said_then = []
    for minutes in (400, *range(300, 200, -1), 100):
        watch.now = NOW - timedelta(minutes=minutes)
        said_then.append(facebook.comment(post, "anna", f"hello {minutes}"))
    watch.now = NOW
    channel = on_facebook(facebook, watch)
    since, until = NOW - timedelta(minutes=350), NOW - timedelta(minutes=150)
    found = all_of(lambda position: channel.fill(since, until, position))
    assert {item.external_id for item in found} == set(said_then[1:-1])


def test_the_clocks_of_both_networks_are_ours(
    x: XNetwork, facebook: FacebookNetwork, watch: Watch
) -> None:
    for channel in (on_x(x, watch), on_facebook(facebook, watch)):
        assert not [line for line in channel.check().problems if "clock" in line]
        assert abs(channel.clock_apart()) <= timedelta(seconds=1)
        assert channel.pressure() == 1
