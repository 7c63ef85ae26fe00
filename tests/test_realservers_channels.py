"""The channels on real servers: what these do otherwise than a naive bot takes for granted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from config.clock import utcnow
from config.secrets import Redactor
from listener.channels import open_channels
from listener.channels.base import Answerable, Channel, Incoming, Missing, Outgoing
from listener.channels.errors import AuthFailed, Gone, RateLimited, Refused, Unavailable
from listener.channels.metering import free
from responder.recognise import Sought, Whose, recognise
from tests.channel_stages import reply_to
from tests.realservers.people import RealNetwork, all_say, answers, in_time

if TYPE_CHECKING:
    from tests.realservers.bluesky_people import Bluesky
    from tests.realservers.mastodon_people import OnMastodon, OnSnac

pytest_plugins = ["tests.realservers.fixtures"]
pytestmark = pytest.mark.servers

WORDS = "So sorry! We are looking for it."
FAMILY = "👨‍👩‍👧‍👦"  # one character to its reader, 25 bytes


@pytest.fixture
def channel(real_network: RealNetwork) -> Channel:
    return channel_of(real_network)


def channel_of(network: RealNetwork, **changes: Any) -> Channel:
    table = {**network.table(), **changes}
    found = open_channels(
        {table["kind"]: table}, source="bot.toml", redactor=Redactor(), clock=utcnow, meter=free
    )
    return found[table["kind"]]


def walk(
    channel: Channel, stream: str, position: str | None = None
) -> tuple[list[Incoming], str, list[Missing]]:
    """All that a stream has from there on; where it then stands; what it passed over."""
    items, missing = list[Incoming](), list[Missing]()
    while True:
        page = channel.fetch(stream, position)
        items += page.items
        missing += [page.missing] if page.missing else []
        position = page.position
        if not page.more:
            return items, position, missing


def heard(channel: Channel, post: str) -> Incoming:
    """A mention, once a stream has it."""

    def found() -> Incoming | None:
        streams = channel.declaration.streams
        items = [item for stream in streams for item in walk(channel, stream)[0]]
        return next((item for item in items if item.external_id == post), None)

    mention = in_time(found)
    assert mention is not None
    return mention


def question(network: RealNetwork, channel: Channel) -> Outgoing:
    """An answer to what a customer has just asked."""
    return reply_to(heard(channel, network.says(network.customers[0], "where is it?")), WORDS)


# Every server


def test_there_is_nothing_wrong_with_the_account(channel: Channel) -> None:
    in_time(lambda: channel.check().problems == ())  # who has just joined is not known everywhere
    assert channel.check().account


def test_a_reply_is_read_back_in_its_very_words(
    real_network: RealNetwork, channel: Channel
) -> None:
    reply = question(real_network, channel)
    posted = channel.post(reply)
    (found,) = channel.own_replies(reply, reply.made_at)
    assert (found.external_id, found.text) == (posted.external_id, WORDS)
    assert [said.parent for said in real_network.brand_said()] == [reply.answer_under]
    (shown,) = in_time(lambda: answers(real_network, reply.mention_id))
    assert shown.id == posted.external_id


@pytest.mark.parametrize(("name", "times"), [("bluesky", 1), ("mastodon_mock", 1), ("snac", 2)])
def test_sent_twice_it_stands_once_or_is_known_for_the_same(
    request: pytest.FixtureRequest, name: str, times: int
) -> None:
    network: RealNetwork = request.getfixturevalue(name)
    channel = channel_of(network)
    reply = question(network, channel)
    first, second = channel.post(reply), channel.post(reply)
    found = channel.own_replies(reply, reply.made_at)
    assert len({first.external_id, second.external_id}) == len(found) == times
    assert recognise(found, Sought(text=WORDS)).whose is Whose.OURS


def test_what_is_deleted_is_not_answered(real_network: RealNetwork, channel: Channel) -> None:
    reply = question(real_network, channel)
    real_network.deletes(real_network.customers[0], reply.mention_id)
    in_time(lambda: channel.lookup([reply.mention_id]) == {reply.mention_id: None})
    with pytest.raises(Gone):
        channel.post(reply)
    assert real_network.brand_said() == []


# Servers with the Mastodon API

SEEN: list[tuple[str, str, str]] = [
    ("mastodon_mock", "public", "unlisted"),
    ("mastodon_mock", "unlisted", "unlisted"),
    ("mastodon_mock", "private", "direct"),
    ("mastodon_mock", "direct", "direct"),
    ("snac", "public", "public"),  # it knows no "unlisted"
    ("snac", "direct", "private"),  # and calls so what only those who are named may see
]


@pytest.mark.parametrize(("name", "asked", "answered"), SEEN)
def test_an_answer_calls_its_reader_and_is_seen_by_no_more_people_than_the_question(
    request: pytest.FixtureRequest, name: str, asked: str, answered: str
) -> None:
    network: OnMastodon = request.getfixturevalue(name)
    channel = channel_of(network)
    anna, berta = network.customers[:2]
    post = network.says(anna, "where is it?", visibility=asked)
    posted = channel.post(reply_to(heard(channel, post), WORDS))
    in_time(lambda: posted.external_id in network.called(anna))
    assert network.visibility(posted.external_id, seen_by=anna) == answered
    secret = answered not in ("public", "unlisted")
    assert network.on_its_page(posted.external_id, seen_by=berta) is not secret
    assert network.in_public(posted.external_id, seen_by=berta) is (answered == "public")


def test_more_at_once_than_snac_lists_is_a_gap_that_is_told(snac: OnSnac) -> None:
    channel = channel_of(snac)
    first = snac.says(snac.customers[0], "where is it?")
    heard(channel, first)
    _, position, missing = walk(channel, "mentions")
    assert missing == []
    all_say(snac, [f"parcel {number}" for number in range(70)])
    in_time(lambda: first not in snac.notified())
    _, _, missing = walk(channel, "mentions", position)
    assert [gap.since < gap.until for gap in missing] == [True]


def test_a_limit_of_mastodon_s_is_waited_for(mastodon_mock: OnMastodon) -> None:
    channel = channel_of(mastodon_mock)
    mastodon_mock.server.fault(
        {"match": {"path": "/api/v1/notifications"}, "effect": {"type": "ratelimit"}, "count": 1}
    )
    with pytest.raises(RateLimited) as limit:
        walk(channel, "mentions")
    assert limit.value.until > utcnow()


# Bluesky


def test_posts_of_one_millisecond_or_with_an_old_date_or_without_a_link_are_all_heard(
    bluesky: Bluesky,
) -> None:
    channel, now = channel_of(bluesky), datetime.now(UTC)
    posts = [bluesky.says(one, "now!", created_at=now) for one in bluesky.customers[:10]]
    anna = bluesky.customers[0]
    posts.append(bluesky.says(anna, "a flat battery", created_at=datetime(2020, 1, 1, tzinfo=UTC)))
    posts.append(bluesky.says(anna, "anybody there?", facet=False))
    for post in posts:
        assert heard(channel, post).addressed


def test_who_lets_nobody_answer_or_blocks_us_gets_no_answer(bluesky: Bluesky) -> None:
    channel = channel_of(bluesky)
    anna, berta = bluesky.customers[:2]
    gated = reply_to(heard(channel, bluesky.says(anna, "no answers please")), WORDS)
    blocked = reply_to(heard(channel, bluesky.says(berta, "never again")), WORDS)
    bluesky.gates(anna, gated.mention_id)
    bluesky.blocks(berta)
    in_time(lambda: bluesky.reply_disabled(gated.mention_id))
    in_time(lambda: channel.lookup([blocked.mention_id]) == {blocked.mention_id: None})
    found = channel.lookup([gated.mention_id])[gated.mention_id]
    assert found is not None
    assert found.answerable is not Answerable.YES
    for reply, error in ((gated, Refused), (blocked, Gone)):
        with pytest.raises(error):
            channel.post(reply)
    assert bluesky.brand_said() == []


def test_an_account_that_is_taken_down_is_told_and_answers_again_when_it_is_back(
    bluesky: Bluesky,
) -> None:
    channel = channel_of(bluesky)
    reply = question(bluesky, channel)
    bluesky.take_down_brand()
    in_time(lambda: any("took the account down" in told for told in channel.check().problems))
    with pytest.raises(AuthFailed):
        channel.post(reply)
    bluesky.restore_brand()
    in_time(lambda: posted(channel, reply))
    assert len(bluesky.brand_said()) == 1


def posted(channel: Channel, reply: Outgoing) -> bool:
    try:
        channel.post(reply)
    except (AuthFailed, Gone, Unavailable):
        return False
    return True


def test_a_reading_that_hangs_is_given_up_and_loses_nothing(bluesky: Bluesky) -> None:
    channel = channel_of(bluesky, request_timeout_seconds=1)
    channel.fetch("own", None)
    with bluesky.server.reading_hangs():
        post = bluesky.says(bluesky.customers[0], "is it only me?")
        with pytest.raises(Unavailable):
            walk(channel, "notifications")
    assert heard(channel_of(bluesky), post)


@pytest.mark.parametrize(
    ("text", "fits"),
    [("é" * 300, True), ("é" * 301, False), (FAMILY * 120, True), (FAMILY * 121, False)],
    ids=["300 characters", "301 characters", "3,000 bytes", "more bytes"],
)
def test_what_fits_is_what_the_network_takes(bluesky: Bluesky, text: str, fits: bool) -> None:
    assert channel_of(bluesky).length(text).fits is fits
    assert bluesky.takes(text) is fits
