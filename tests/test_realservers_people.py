"""The real servers do what the tests on them take for granted, seen through their own views."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.realservers.people import RealNetwork, all_say, in_time

if TYPE_CHECKING:
    from tests.realservers.bluesky_people import Bluesky

pytest_plugins = ["tests.realservers.fixtures"]
pytestmark = pytest.mark.servers


def test_a_mention_reaches_the_brand_and_no_other(real_network: RealNetwork) -> None:
    anna = real_network.customers[0]
    post = real_network.says(anna, "dov’è il mio pacco? 😡")
    in_time(lambda: real_network.notified() == [post])
    shown = real_network.shown(post)
    assert shown is not None
    assert shown.startswith(f"@{real_network.handle}")
    assert shown.endswith("dov’è il mio pacco? 😡")


def test_a_thread_of_five_turns_stands_as_it_was_spoken(real_network: RealNetwork) -> None:
    anna, at = real_network.customers[0], f"@{real_network.handle}"
    first = real_network.says(anna, "where is my parcel?")
    in_time(lambda: first in real_network.notified())
    second = real_network.brand_answers("On its way.", under=first)
    in_time(lambda: real_network.thread(first))
    third = real_network.says_to(anna, f"{at} since when?", under=second)
    in_time(lambda: third in real_network.notified())
    fourth = real_network.brand_answers("Since Monday.", under=third)
    in_time(lambda: len(real_network.thread(first)) == 3)
    fifth = real_network.says_to(anna, "thank you", under=fourth)
    in_time(lambda: len(real_network.thread(first)) == 4)

    thread = real_network.thread(first)
    assert [(said.id, said.parent) for said in thread] == [
        (second, first),
        (third, second),
        (fourth, third),
        (fifth, fourth),
    ]
    brand = real_network.handle
    assert [said.author for said in thread] == [brand, anna.handle, brand, anna.handle]
    ends = ["On its way.", "since when?", "Since Monday.", "thank you"]
    assert all(said.text.endswith(end) for said, end in zip(thread, ends, strict=True))


def test_an_edit_shows_and_the_post_keeps_its_id(real_network: RealNetwork) -> None:
    anna = real_network.customers[1]
    post = real_network.says(anna, "it is blue")
    answer = real_network.says_to(anna, "still", under=post)
    real_network.edits(anna, post, f"@{real_network.handle} it is red")
    in_time(lambda: real_network.shown(post) == f"@{real_network.handle} it is red")
    in_time(lambda: [(one.id, one.parent) for one in real_network.thread(post)] == [(answer, post)])


def test_a_deleted_answer_is_gone(real_network: RealNetwork) -> None:
    anna = real_network.customers[2]
    post = real_network.says(anna, "help")
    answer = real_network.says_to(anna, "never mind", under=post)
    in_time(lambda: real_network.thread(post))
    real_network.deletes(anna, answer)
    in_time(lambda: real_network.thread(post) == [])
    assert real_network.shown(answer) is None


def test_what_answers_the_brand_s_own_post_stands_under_it(real_network: RealNetwork) -> None:
    anna = real_network.customers[3]
    post = real_network.brand_says("Our winter coats are here.")
    answer = real_network.says_to(anna, "in green?", under=post)
    in_time(lambda: [one.id for one in real_network.thread(post, seen_by=anna)] == [answer])


def test_a_hundred_mentions_of_twenty_customers_are_all_there(real_network: RealNetwork) -> None:
    posts = all_say(real_network, [f"parcel number {number}" for number in range(100)])
    assert len(set(posts)) == 100
    in_time(lambda: real_network.shown(posts[-1]))
    missing = [
        number
        for number, post in enumerate(posts)
        if not (real_network.shown(post) or "").endswith(f" {number}")
    ]
    assert missing == []


def test_a_burst_is_listed_whole(real_network: RealNetwork) -> None:
    posts = all_say(
        real_network, [f"coat {number}" for number in range(min(60, real_network.burst))]
    )
    come = set(real_network.arrived(posts))
    in_time(lambda: set(real_network.notified()) >= come)
    assert len(come) > 0.95 * len(posts)


@pytest.mark.parametrize("name", ["bluesky", "mastodon_mock"])
def test_a_quote_is_a_post_of_its_own(request: pytest.FixtureRequest, name: str) -> None:
    network: RealNetwork = request.getfixturevalue(name)
    anna, berta = network.customers[:2]
    post = network.says(anna, "mine is late")
    quote = network.quotes(berta, f"@{network.handle} so is mine", of=post)
    in_time(lambda: quote in network.notified())
    assert network.thread(post) == []


@pytest.mark.parametrize("name", ["bluesky", "mastodon_mock"])
def test_two_brands_do_not_hear_each_other_s_mentions(
    request: pytest.FixtureRequest, name: str
) -> None:
    network = request.getfixturevalue(name)
    other = type(network).with_new_brand(network.server)
    post = other.says(other.customers[0], "hello")
    in_time(lambda: other.notified() == [post])
    assert network.notified() == []


# What only Bluesky has.


def test_a_handle_without_a_facet_notifies_nobody(bluesky: Bluesky) -> None:
    anna = bluesky.customers[0]
    plain = bluesky.says(anna, "anybody there?", facet=False)
    later = bluesky.says(anna, "hello?")
    in_time(lambda: later in bluesky.notified())
    assert plain not in bluesky.notified()
    assert bluesky.shown(plain) == f"@{bluesky.handle} anybody there?"


def test_a_post_with_an_old_date_is_listed_behind_all_others(bluesky: Bluesky) -> None:
    anna = bluesky.customers[0]
    now = bluesky.says(anna, "a working clock")
    old = bluesky.says(anna, "a flat battery", created_at=datetime(2020, 1, 1, tzinfo=UTC))
    in_time(lambda: bluesky.notified() == [now, old])


def test_posts_of_one_millisecond_are_all_listed(bluesky: Bluesky) -> None:
    moment = datetime.now(UTC)
    posts = {bluesky.says(one, "now!", created_at=moment) for one in bluesky.customers[:10]}
    in_time(lambda: set(bluesky.notified()) == posts)


def test_nobody_sees_an_answer_to_a_gated_post(bluesky: Bluesky) -> None:
    anna, berta = bluesky.customers[:2]
    post = bluesky.says(anna, "no answers please")
    bluesky.gates(anna, post)
    in_time(lambda: bluesky.reply_disabled(post))
    answer = bluesky.brand_answers("But we must!", under=post)
    in_time(lambda: bluesky.shown(answer, seen_by=berta))
    assert bluesky.thread(post, seen_by=berta) == []


def test_who_blocks_the_brand_sees_nothing_of_it(bluesky: Bluesky) -> None:
    anna, berta = bluesky.customers[:2]
    post = bluesky.brand_says("Good morning")
    in_time(lambda: bluesky.shown(post, seen_by=anna))
    bluesky.blocks(anna)
    in_time(lambda: bluesky.shown(post, seen_by=anna) is None)
    assert bluesky.shown(post, seen_by=berta) == "Good morning"


def test_a_brand_that_is_taken_down_disappears_until_it_is_restored(bluesky: Bluesky) -> None:
    post = bluesky.brand_says("Good morning")
    in_time(lambda: bluesky.shown(post))
    bluesky.take_down_brand()
    in_time(lambda: bluesky.shown(post) is None)
    bluesky.restore_brand()
    in_time(lambda: bluesky.shown(post) == "Good morning")


def test_while_reading_hangs_people_can_still_post(bluesky: Bluesky) -> None:
    with bluesky.server.reading_hangs():
        post = bluesky.says(bluesky.customers[0], "is it only me?")
    in_time(lambda: bluesky.shown(post))
