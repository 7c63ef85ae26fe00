"""The story on sandbox Bluesky: in every language, the same for the same seed, told once; and all
that happens comes back from the journal."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from listener.sandbox.bluesky.graphemes import count
from listener.sandbox.bluesky.lexicon import BYTES, GRAPHEMES, MENTIONED_MAY
from listener.sandbox.bluesky.network import BRAND, BlueskyNetwork
from listener.sandbox.bluesky.script import Customer, Where, script
from listener.sandbox.bluesky.teller import BlueskyTeller
from listener.sandbox.script import LANGUAGES, About
from listener.sandbox.story import Story
from listener.sandbox.teller import PATIENCE
from tests.fakes import NOW, Watch
from tests.test_listener_sandbox_bluesky import Asking, said

EVERYONE = script().customer
Told = tuple[BlueskyNetwork, Story]


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def told(watch: Watch) -> Iterator[Told]:
    network = BlueskyNetwork(clock=watch)
    story = telling(network)
    story.open()
    network.start()
    yield network, story
    network.stop()


def telling(network: BlueskyNetwork) -> Story:
    return Story([BlueskyTeller(network)], seed=network.seed)


def customer(key: str) -> Customer:
    return next(one for one in EVERYONE if one.key == key)


def test_every_language_has_its_customers() -> None:
    for language in LANGUAGES:
        assert sum(one.language == language for one in EVERYONE) >= 2
        assert sum(past.language == language for past in script().history) == 1
    assert len({one.scene for one in EVERYONE}) == len({one.handle for one in EVERYONE}) == 17


def test_what_can_happen_on_bluesky_alone_happens() -> None:
    assert {one.where for one in EVERYONE} == set(Where)
    assert {one.about for one in EVERYONE} == set(About) - {About.SPAM, About.REPOST, About.MACHINE}
    assert {one.phase for one in EVERYONE} == {
        "requirements",
        "acquisition",
        "ownership",
        "retirement",
    }
    for has in ("gated", "clock_slow_minutes", "edit", "delete_after", "photo_alt", "before"):
        assert any(getattr(one, has) for one in EVERYONE), has
    assert sum(bool(one.answer_to_reply) for one in EVERYONE) >= 4


def test_nobody_writes_more_than_a_post_holds(told: Told) -> None:
    network, story = told
    while story.next():
        pass
    for post in network.posts.values():
        assert count(post.text) <= GRAPHEMES
        assert len(post.text.encode()) <= BYTES


def test_who_mentions_the_account_is_notified_of_and_who_names_the_brand_is_found(
    told: Told,
) -> None:
    network, story = told
    while story.next():
        pass
    asking = Asking(network)
    heard = set(said(asking.notifications(limit=100, reasons=["mention", "reply", "quote"])))
    found = set(said(asking.read("feed.searchPosts", q='"larix outdoor"', limit=100)["posts"]))
    for one in EVERYONE:
        assert (one.text in heard) == (one.where is not Where.KEYWORD), one.key
        if one.where is Where.KEYWORD:
            assert one.text in found


def test_the_past_has_a_shape_and_the_brand_a_voice(told: Told) -> None:
    network, _ = told
    past = [network.posts[v] for k, v in network.told.items() if k.startswith("history/")]
    assert len(past) == script().older
    assert not any("{" in one.text for one in network.posts.values())
    assert len(network.own_posts()) == 3
    before = [network.posts[network.told[one.scene]] for one in EVERYONE if one.before]
    assert all(timedelta() < NOW - one.at <= timedelta(hours=10) for one in before)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_same_seed_tells_the_same_story_with_the_same_ids(seed: int) -> None:
    def whole(chosen: int) -> tuple[dict[str, str], list[str | None]]:
        network = BlueskyNetwork(seed=chosen, clock=Watch())
        story = telling(network)
        story.open()
        order = [story.next() for _ in range(12)]
        return network.told, order

    assert whole(seed) == whole(seed)
    assert whole(seed) != whole(seed + 1)


def test_the_rest_arrive_one_by_one(told: Told) -> None:
    _, story = told
    live = sum(not one.before for one in EVERYONE)
    for _ in range(live):
        assert 0.24 <= story.pace() <= 1.4  # a crisis comes faster
        assert story.next() is not None
    assert story.next() is None


def test_a_customer_answers_our_reply_once_and_not_at_once(told: Told, watch: Watch) -> None:
    network, story = told
    asked = network.told[customer("idrorepellente").scene]
    ours = network.post(BRAND, "Con il calore si recupera!", reply_to=asked)
    assert story.go_on(watch.now) == []
    watch.advance(seconds=PATIENCE.total_seconds())
    assert story.go_on(watch.now) == ["it/idrorepellente/answer"]
    assert story.go_on(watch.now) == []
    (answer,) = network.replies_to(ours)
    assert answer.text == customer("idrorepellente").answer_to_reply


def test_one_edits_one_thinks_better_of_it_and_one_lets_nobody_answer(
    told: Told, watch: Watch
) -> None:
    network, story = told
    while story.next():
        pass
    watch.advance(minutes=2)
    assert set(story.go_on(watch.now)) == {"es/camino/edit", "fr/nage/delete"}
    assert story.go_on(watch.now) == []
    edited = network.posts[network.told[customer("camino").scene]]
    assert edited.text.endswith("por si ayuda")
    assert network.told[customer("nage").scene] not in network.posts
    (gated,) = Asking(network).posts(network.told[customer("mails").scene])
    assert gated["viewer"]["replyDisabled"] is True


def test_one_has_a_slow_clock(told: Told) -> None:
    network, story = told
    while story.next():
        pass
    slow = network.posts[network.told[customer("doppelt").scene]]
    assert slow.last.sort_at < (NOW - timedelta(minutes=24)).isoformat()
    assert slow.at == NOW


def state(network: BlueskyNetwork) -> tuple[Any, ...]:
    now = network.accounts, network.handles, network.records, network.told, network.sessions
    return copy.deepcopy((*now, network.vanished, network.heads))


def test_all_that_can_happen_comes_back(tmp_path: Path, watch: Watch) -> None:
    def opened() -> BlueskyNetwork:
        return BlueskyNetwork(seed=4, clock=watch, path=tmp_path / "bluesky.jsonl")

    first = opened()
    story = telling(first)
    story.open()
    story.next()
    first.start()
    asking = Asking(first)
    asking.write("app.bsky.notification.updateSeen", {"seenAt": "2026-11-20T10:00:00Z"})
    post = first.post("anna", f"@{BRAND} ciao", langs=["it"], images=["a cat"], likes=3)
    first.like("bob", post)
    first.follow("bob")
    first.gate(post, allow=[MENTIONED_MAY])
    first.edit(post, f"@{BRAND} ciao!")
    first.delete(first.post("carl", "oops"))
    first.vanish(first.post("carl", "spam"))
    first.mute("carl")
    first.block("eve")
    first.rename("anna", "anna.example.com")
    first.take_down("eve")
    again = [first.post(BRAND, "lost", reply_to=post, notify=False, indexed_after=9)]
    first.stop()
    second = opened()
    assert second.seed == 4
    assert state(second) == state(first)
    told = dict(second.told)
    goes_on = telling(second)
    goes_on.open()
    assert second.told == told  # nothing of the start is told again
    assert goes_on.next() not in told
    later = second.post(BRAND, "later")
    assert later > again[0]
    second.stop()


def test_ids_come_from_the_seed_and_not_from_chance() -> None:
    def ids(seed: int) -> tuple[str, str, str]:
        network = BlueskyNetwork(seed=seed, clock=lambda: NOW)
        return network.post("anna", "a"), network.brand.did, network.secrets()["app_password"]

    assert ids(3) == ids(3)
    assert not set(ids(3)) & set(ids(4))
