"""The story: complete in every language, the same for the same seed, told once on all networks."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from listener.sandbox.bluesky.script import script as bluesky_script
from listener.sandbox.facebook.network import PAGE
from listener.sandbox.facebook.objects import Place
from listener.sandbox.facebook.script import Where as FacebookWhere
from listener.sandbox.facebook.script import script as facebook_script
from listener.sandbox.mastodon.script import script as mastodon_script
from listener.sandbox.sandbox import NETWORKS, Sandbox
from listener.sandbox.script import LANGUAGES, About, Customer
from listener.sandbox.story import Story
from listener.sandbox.teller import PATIENCE
from listener.sandbox.x.network import BRAND
from listener.sandbox.x.post import LIMIT, handles_in, weight
from listener.sandbox.x.script import Where
from listener.sandbox.x.script import script as x_script
from responder.crisis.people import DANGER_PEOPLE
from sentiment.judge import judge
from sentiment.signals import DANGEROUS

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
ON_X, ON_FACEBOOK = x_script().customer, facebook_script().customer
CUSTOMERS: dict[str, tuple[Customer, ...]] = {
    "x": ON_X,
    "facebook": ON_FACEBOOK,
    "bluesky": bluesky_script().customer,
    "mastodon": mastodon_script().customer,
}
EVERYONE = [one for customers in CUSTOMERS.values() for one in customers]


class Time:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def time_() -> Time:
    return Time()


def opened(seed: int, clock: Time, folder: Path | None = None) -> tuple[Sandbox, Story]:
    made = Sandbox(seed=seed, rate_per_minute=0, clock=clock, folder=folder)
    assert made.story is not None
    made.story.open()
    return made, made.story


@pytest.fixture
def told(time_: Time) -> Iterator[tuple[Sandbox, Story]]:
    made, story = opened(1, time_)
    yield made, story
    made.stop()


def test_every_language_has_its_customers_on_every_network() -> None:
    assert CUSTOMERS.keys() == NETWORKS.keys()
    for customers in CUSTOMERS.values():
        speaking = Counter(one.language for one in customers if one.about is not About.REPOST)
        assert set(speaking) == set(LANGUAGES)
        assert min(speaking.values()) >= 2
    assert len(ON_X) + len(ON_FACEBOOK) >= 40
    for script in (x_script(), facebook_script()):
        assert all(len(past.lines) == 4 for past in script.history)


def test_nobody_is_the_same_as_somebody_else() -> None:
    """A scene's key is all the story knows of who has arrived."""
    for told in ("scene", "text"):
        same = Counter(getattr(one, told) for one in EVERYONE if one.text)
        assert max(same.values()) == 1, same.most_common(1)
    assert len({one.handle for one in EVERYONE}) == len(EVERYONE)


def test_every_phase_of_the_life_cycle_is_lived_through() -> None:
    phases = Counter(one.phase for one in EVERYONE)
    for phase in ("requirements", "acquisition", "ownership", "retirement"):
        assert phases[phase] >= 6


def test_everything_that_can_happen_to_a_care_team_happens() -> None:
    assert {one.about for one in EVERYONE} == set(About)
    assert {one.where for one in ON_X} == set(Where)
    assert {one.where for one in ON_FACEBOOK} == set(FacebookWhere)
    crisis = [one for one in EVERYONE if one.about is About.CRISIS]
    assert len(crisis) == 7
    assert len([one for one in (*ON_X, *ON_FACEBOOK) if one.about is About.CRISIS]) == 6
    assert not any(one.before for one in crisis)
    assert max(len(one.turns) for one in EVERYONE) >= 4
    assert any(weight(one.text) > LIMIT for one in ON_X)
    assert any(one.photo_alt for one in ON_X)
    assert any(one.edit for one in EVERYONE)
    assert any(one.delete_after for one in EVERYONE)
    assert max(one.followers for one in ON_X) > 100_000
    assert sum(bool(one.answer_to_reply) for one in EVERYONE) >= 6
    assert any("Stopp" in turn.text for one in EVERYONE for turn in one.turns)
    assert any("<b>" in one.name for one in EVERYONE)
    assert any("\u0590" <= sign <= "\u05ff" for one in EVERYONE for sign in one.name)


def test_who_mentions_the_account_does_and_who_does_not_is_found_by_search(
    told: tuple[Sandbox, Story],
) -> None:
    from listener.sandbox.x import search as x_search

    sandbox, _ = told
    search = x_search.parse(sandbox.tables()["x"]["queries"][0], sandbox.x)
    for one in ON_X:
        if one.where is not Where.REPOST:
            assert (BRAND in handles_in(one.text)) == (one.where is Where.MENTION), one.key
        if one.before and one.where in (Where.KEYWORD, Where.QUOTE):
            found = [post for post in sandbox.x.current() if post.text == one.text]
            assert search(found[0]), one.key


def when(sandbox: Sandbox, scene: str) -> datetime:
    """When what was told in that scene was written, on whichever network."""
    written: dict[str, Any] = {
        **sandbox.x.posts,
        **sandbox.facebook.objects,
        **sandbox.bluesky.posts,
        **sandbox.mastodon.statuses,
    }
    (found,) = [one.told[scene] for one in sandbox.networks.values() if scene in one.told]
    at: datetime = written[found].at
    return at


def test_at_the_start_three_dozen_have_written_most_of_them_lately(
    told: tuple[Sandbox, Story],
) -> None:
    sandbox, _ = told
    before = [one for one in EVERYONE if one.before]
    assert 35 <= len(before) <= 40
    assert 22 <= len([one for one in (*ON_X, *ON_FACEBOOK) if one.before]) <= 27
    times = [when(sandbox, one.scene) for one in before]
    assert all(NOW - timedelta(hours=20) <= at < NOW for at in times)
    assert sum(at > NOW - timedelta(hours=6) for at in times) > len(times) / 2
    for customers in CUSTOMERS.values():
        latest = max(when(sandbox, one.scene) for one in customers if one.before)
        assert latest > NOW - timedelta(hours=2)  # each network is worth opening


def test_history_has_a_shape(told: tuple[Sandbox, Story]) -> None:
    sandbox, _ = told
    x = [sandbox.x.posts[v].at for k, v in sandbox.x.told.items() if k.startswith("history")]
    fb = [
        sandbox.facebook.objects[v].at
        for k, v in sandbox.facebook.told.items()
        if k.startswith("history")
    ]
    assert len(x) == x_script().older
    assert len(fb) == facebook_script().older
    assert min(len(x), len(fb)) > (len(x) + len(fb)) / 4
    assert len({at.date() for at in x + fb}) >= 6
    assert all(timedelta(hours=20) < NOW - at < timedelta(days=6, hours=15) for at in x + fb)
    night = [at for at in x + fb if 0 <= at.hour < 5]
    evening = [at for at in x + fb if 17 <= at.hour < 22]
    assert len(evening) > 3 * len(night)


def test_the_brand_has_posts_of_its_own_and_one_is_passed_on(told: tuple[Sandbox, Story]) -> None:
    sandbox, _ = told
    assert any(BRAND in handles_in(post.text) for post in sandbox.x.own_posts())
    assert any(post.reposts for post in sandbox.x.current())
    assert len(sandbox.facebook.posts(Place.PAGE)) == 4


@pytest.mark.parametrize("seed", [1, 2])
def test_the_same_seed_tells_the_same_story_with_the_same_ids(seed: int) -> None:
    def whole(chosen: int) -> tuple[list[dict[str, str]], list[str | None]]:
        sandbox, story = opened(chosen, Time())
        order = [story.next() for _ in range(30)]
        sandbox.stop()
        return [network.told for network in sandbox.networks.values()], order

    assert whole(seed) == whole(seed)
    assert whole(seed) != whole(seed + 1)


def test_the_rest_arrive_one_by_one_the_crisis_as_a_burst(told: tuple[Sandbox, Story]) -> None:
    _, story = told
    arrived: list[str] = []
    waits: list[float] = []
    while True:
        waits.append(story.pace())
        key = story.next()
        if key is None:
            break
        arrived.append(key)
    assert len(set(arrived)) == len(arrived) == sum(not one.before for one in EVERYONE)
    frightened = {one.scene for one in EVERYONE if one.about is About.CRISIS}
    crisis = [at for at, scene in enumerate(arrived) if scene in frightened]
    assert crisis == list(range(crisis[0], crisis[0] + len(frightened)))
    assert max(waits[at] for at in crisis) < 1


def test_an_ordinary_day_has_no_crisis_and_one_that_is_told_on_later_breaks_out(
    tmp_path: Path, time_: Time
) -> None:
    frightened = {one.scene for one in EVERYONE if one.about is About.CRISIS}
    calm = Sandbox(rate_per_minute=0, clock=time_, folder=tmp_path, crisis=False)
    assert calm.story is not None
    calm.story.open()
    arrived = set(iter(calm.story.next, None))
    calm.stop()
    assert arrived == {one.scene for one in EVERYONE if not one.before} - frightened
    later, story = opened(1, time_, tmp_path)
    assert set(iter(story.next, None)) == frightened
    later.stop()


def test_of_an_ordinary_day_too_few_people_are_in_danger_within_an_hour_for_a_crisis() -> None:
    dangerous = [
        one
        for one in EVERYONE
        if one.about is not About.CRISIS
        and judge(one.text, languages=LANGUAGES, hint=one.language).signals & DANGEROUS
    ]
    assert len(dangerous) >= 2  # what is most urgent is there to be seen
    within_the_hour = [one for one in dangerous if (one.minutes_ago or 0) <= 60]
    assert len(within_the_hour) < DANGER_PEOPLE - 1, [one.scene for one in within_the_hour]


@pytest.mark.parametrize("seed", range(1, 6))
def test_no_network_waits_until_another_s_story_is_told(seed: int) -> None:
    sandbox, story = opened(seed, Time())
    kinds = [
        next(kind for kind, network in sandbox.networks.items() if scene in network.told)
        for scene in iter(story.next, None)
    ]
    half = len(kinds) // 2
    assert set(kinds[:half]) == set(kinds[half:]) == set(NETWORKS)


def test_a_customer_answers_our_reply_once_and_not_at_once(
    told: tuple[Sandbox, Story], time_: Time
) -> None:
    sandbox, story = told
    x, fb = sandbox.x, sandbox.facebook
    on_x = x.post(BRAND, "Controlliamo!", in_reply_to=x.told["it/pacco"])
    on_fb = fb.comment(fb.told["it/orari"], PAGE, "Sabato sì")
    sandbox.bluesky.reply_natively(sandbox.bluesky.told["de/kindergroesse"], "Leider nein.")
    sandbox.mastodon.reply_natively(sandbox.mastodon.told["de/wachs"], "Alle sechs Wochen.")
    assert story.go_on(time_.now) == []
    time_.now += PATIENCE
    assert set(story.go_on(time_.now)) == {
        "it/pacco/answer",
        "it/orari/answer",
        "de/kindergroesse/answer",
        "de/wachs/answer",
    }
    assert story.go_on(time_.now) == []
    assert [post.text for post in x.replies_to(on_x)] == [
        f"@{BRAND} Ok grazie, vi ho scritto in privato. Gentilissimi 🙏"
    ]
    answer = fb.objects[fb.told["it/orari/answer"]]
    assert (answer.parent, answer.text) == (
        fb.objects[on_fb].parent,
        "Perfetto, allora passo sabato. Grazie!",
    )


def test_one_edits_and_one_thinks_better_of_it(told: tuple[Sandbox, Story], time_: Time) -> None:
    sandbox, story = told
    while story.next():
        pass
    time_.now += timedelta(minutes=2)
    assert set(story.go_on(time_.now)) >= {"fr/code/edit", "pl/cena/delete"}
    assert len(sandbox.x.chain(sandbox.x.told["fr/code"])) == 2
    assert sandbox.facebook.living(sandbox.facebook.told["pl/cena"]) is None
    assert story.go_on(time_.now) == []


def test_customers_arrive_by_themselves_until_the_story_is_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    sandbox = Sandbox(rate_per_minute=60_000)
    sandbox.start()
    until = time.monotonic() + 10
    while "story is told" not in caplog.text and time.monotonic() < until:
        time.sleep(0.01)
    sandbox.stop()
    assert caplog.text.count("story is told") == 1
    for kind, customers in CUSTOMERS.items():
        assert {one.scene for one in customers} <= sandbox.networks[kind].told.keys()


def test_without_a_story_nobody_has_written() -> None:
    sandbox = Sandbox(story=False)
    sandbox.start()
    sandbox.stop()
    assert sandbox.x.posts == {}
    assert sandbox.facebook.objects == {}
    assert sandbox.bluesky.posts == {}
    assert sandbox.mastodon.statuses == {}


def test_the_tables_point_a_bot_at_the_sandbox(told: tuple[Sandbox, Story]) -> None:
    sandbox, _ = told
    sandbox.start()
    tables = sandbox.tables()
    assert tables["x"]["api_url"] == sandbox.x.url != "http://127.0.0.1:0"
    assert tables["facebook"]["page_id"] == sandbox.facebook.page_id
    assert tables.keys() == NETWORKS.keys()
    for kind, table in tables.items():
        assert (table["kind"], table["poll_seconds"]) == (kind, 2)
        assert table["api_url"] == sandbox.networks[kind].url


def test_a_sandbox_has_the_networks_one_asks_for() -> None:
    sandbox = Sandbox(kinds=["mastodon", "facebook"], rate_per_minute=0)
    sandbox.start()
    assert set(sandbox.tables()) == {"mastodon", "facebook"}
    assert sandbox.story is not None
    arrived = list(iter(sandbox.story.next, None))
    sandbox.stop()
    both = CUSTOMERS["mastodon"] + CUSTOMERS["facebook"]
    assert set(arrived) == {one.scene for one in both if not one.before}
    with pytest.raises(LookupError, match="no XNetwork"):
        _ = sandbox.x
    with pytest.raises(LookupError):
        Sandbox(kinds=["myspace"])
