"""The story on sandbox Mastodon: somebody in every language, told once, going on by itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from listener.sandbox.mastodon.network import BRAND, MastodonNetwork
from listener.sandbox.mastodon.objects import Visibility
from listener.sandbox.mastodon.script import script
from listener.sandbox.mastodon.teller import MastodonTeller
from listener.sandbox.mastodon.weigh import weigh
from listener.sandbox.script import LANGUAGES
from listener.sandbox.story import Story
from listener.sandbox.teller import PATIENCE
from tests.fakes import NOW, Watch
from tests.test_listener_sandbox_mastodon import ask, say

EVERYONE = script().customer
Told = tuple[MastodonNetwork, Story]


def telling(network: MastodonNetwork) -> Story:
    return Story([MastodonTeller(network)], seed=network.seed)


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def told(watch: Watch) -> Iterator[Told]:
    network = MastodonNetwork(clock=watch)
    story = telling(network)
    story.open()
    network.start()
    yield network, story
    network.stop()


def test_every_language_has_its_customers() -> None:
    for language in LANGUAGES:
        assert sum(one.language == language for one in EVERYONE) >= 2, language
        assert sum(past.language == language for past in script().history) == 1
    assert len({one.handle for one in EVERYONE}) == len(EVERYONE) >= 12


def test_what_only_mastodon_has_is_there() -> None:
    assert sum(one.visibility is Visibility.DIRECT for one in EVERYONE) == 1
    assert any(one.visibility is Visibility.UNLISTED for one in EVERYONE)
    assert sum(bool(one.spoiler) for one in EVERYONE) == 1
    assert [one.about for one in EVERYONE if one.bot] == ["machine"]
    assert any("@" in one.handle for one in EVERYONE)
    assert any("@" not in one.handle for one in EVERYONE)
    assert any(one.photo_alt for one in EVERYONE)
    assert any(one.edit for one in EVERYONE)
    assert any(one.delete_after for one in EVERYONE)
    assert {one.phase for one in EVERYONE} >= {"requirements", "acquisition", "ownership"}
    assert all(weigh(one.text, one.spoiler) <= 500 for one in EVERYONE)


def test_all_but_one_name_the_account_and_that_one_has_the_hashtag(told: Told) -> None:
    network, story = told
    while story.next():
        pass
    told_of = {one["status"]["id"] for one in ask(network, "v1/notifications", limit=80)}
    unheard = [key for key, status in network.told.items() if status not in told_of]
    brands = [key for key in unheard if network.statuses[network.told[key]].author.is_ours]
    (alone,) = set(unheard) - set(brands)
    tagged = ask(network, f"v1/timelines/tag/{BRAND}")
    assert network.told[alone] in [one["id"] for one in tagged]


def test_at_the_start_some_have_written_and_notifications_are_in_their_order(told: Told) -> None:
    network, _ = told
    notices = ask(network, "v1/notifications")
    times = [one["status"]["created_at"] for one in notices]
    assert len(times) == sum(one.before for one in EVERYONE) + 1 + script().older
    assert times == sorted(times, reverse=True)
    assert all(one["created_at"] == one["status"]["created_at"] for one in notices)
    assert all(one["status"]["created_at"] < f"{NOW:%Y-%m-%dT%H:%M:%S}" for one in notices)


def test_the_private_mention_is_heard_because_the_shop_welcomes_it(told: Told) -> None:
    network, story = told
    while story.next():
        pass
    visible = {one["status"]["visibility"] for one in ask(network, "v1/notifications", limit=80)}
    assert visible == {"public", "unlisted", "direct"}


def test_a_thread_with_the_brand_in_it_goes_on(told: Told) -> None:
    network, _ = told
    thread = ask(network, f"v1/statuses/{network.told['pl/faktura']}/context")["descendants"]
    assert [one["account"]["acct"] for one in thread] == [BRAND, "tomek_wspina@gorska.example"]
    assert [one["acct"] for one in thread[0]["mentions"]] == ["tomek_wspina@gorska.example"]


def test_the_rest_arrive_one_by_one_in_an_order_of_the_seed(watch: Watch) -> None:
    def order(seed: int) -> list[str]:
        story = telling(MastodonNetwork(seed=seed, clock=watch))
        story.open()
        found: list[str] = []
        while key := story.next():
            assert 0.5 < story.pace() < 1.5
            found.append(key)
        return found

    assert order(1) == order(1)
    assert order(1) != order(2)
    assert sorted(order(1)) == sorted(order(2))
    assert len(order(1)) == sum(not one.before for one in EVERYONE)


def test_a_customer_answers_our_reply_once_and_not_at_once(told: Told, watch: Watch) -> None:
    network, story = told
    asked = network.told["it/lavaggio"]
    ours = say(network, "@giulia_sentieri@rifugio.example sì", in_reply_to_id=asked)["id"]
    assert story.go_on(watch.now) == []
    watch.now += PATIENCE
    assert story.go_on(watch.now) == ["it/lavaggio/answer"]
    assert story.go_on(watch.now) == []
    (answer,) = network.replies_to(ours)
    assert answer.author.acct == "giulia_sentieri@rifugio.example"
    assert ask(network, "v1/notifications")[0]["status"]["id"] == answer.id


def test_one_edits_and_one_thinks_better_of_it(told: Told, watch: Watch) -> None:
    network, story = told
    while story.next():
        pass
    watch.advance(minutes=2)
    assert set(story.go_on(watch.now)) == {"es/devolucion/edit", "en/basket/delete"}
    assert network.statuses[network.told["es/devolucion"]].edited_at == watch.now
    assert network.told["en/basket"] in network.deleted
    assert story.go_on(watch.now) == []


def test_a_story_that_was_cut_short_goes_on_where_it_stopped(tmp_path: Path, watch: Watch) -> None:
    def opened() -> Told:
        network = MastodonNetwork(clock=watch, path=tmp_path / "mastodon.jsonl")
        story = telling(network)
        story.open()
        return network, story

    network, story = opened()
    first = story.next()
    before = dict(network.told)
    network.stop()
    watch.advance(minutes=1)
    again, story = opened()
    assert again.told == before
    assert story.next() not in (None, first)
    assert again.began == NOW
    assert again.began - again.statuses[again.told["pl/faktura"]].at == timedelta(minutes=85)
    again.stop()
