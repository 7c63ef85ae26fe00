"""What lasts and what goes wrong on sandbox Mastodon: lags, posts that vanish, colleagues who
answer in the app, restarts, pages, and every ready-made fault."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
import requests

from config.clock import utcnow
from listener.sandbox.faults import Act, Fault
from listener.sandbox.mastodon.network import BRAND, DOMAIN, MastodonNetwork
from listener.sandbox.wire_faults import WIRE
from tests.fakes import Watch
from tests.patience import PATIENCE
from tests.test_listener_sandbox_mastodon import ask, call, heard, ids, say
from tests.test_listener_sandbox_pages import HOSTILE, read

FAR = "anna@troet.example"
OURS = f"@{BRAND}@{DOMAIN}"
POSTS = "/api/v1/statuses"


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def masto(watch: Watch) -> Iterator[MastodonNetwork]:
    network = MastodonNetwork(clock=watch)
    network.start()
    yield network
    network.stop()


# Lags


def test_our_own_status_is_shown_to_nobody_until_the_lag_is_over(
    masto: MastodonNetwork, watch: Watch
) -> None:
    question = masto.post("anna", f"@{BRAND} where?")
    masto.lag_seconds = 60
    ours = say(masto, "@anna here", in_reply_to_id=question, key="k1")["id"]
    own, thread = f"v1/accounts/{masto.brand.id}/statuses", f"v1/statuses/{question}/context"
    assert ask(masto, own) == ask(masto, thread)["descendants"] == []
    assert call(masto, "GET", f"v1/statuses/{ours}").status_code == 404
    assert ask(masto, f"v1/statuses/{question}")["replies_count"] == 0
    assert say(masto, "@anna here", in_reply_to_id=question, key="k1")["id"] == ours
    watch.advance(seconds=60)
    assert ids(ask(masto, own)) == ids(ask(masto, thread)["descendants"]) == [ours]


def test_what_a_customer_wrote_may_be_known_late(masto: MastodonNetwork, watch: Watch) -> None:
    masto.index_lag_seconds = 90
    late = masto.post("anna", f"@{BRAND} boots #larix")
    masto.index_lag_seconds = 0
    watch.advance(seconds=30)
    early = masto.post("bob", f"@{BRAND} tent #larix")
    tag = "v1/timelines/tag/larix"
    assert heard(masto) == ids(ask(masto, tag)) == [early]
    assert ask(masto, f"v1/statuses/{late}")["id"] == late
    seen = ids(ask(masto, "v1/notifications"))[0]
    watch.advance(seconds=60)
    assert heard(masto, min_id=seen) == [late]  # numbered as it came in: who goes on hears it
    assert ids(ask(masto, tag)) == [early, late]
    assert ids(ask(masto, tag, min_id=early)) == []  # here it is dated as it was written


def test_what_has_vanished_is_shown_by_no_read(masto: MastodonNetwork) -> None:
    question = masto.post("anna", f"@{BRAND} where?")
    ours = say(masto, "@anna here", in_reply_to_id=question, key="k1")["id"]
    theirs = masto.post("anna", f"@{BRAND} thanks", reply_to=ours)
    masto.vanish(ours)
    assert call(masto, "GET", f"v1/statuses/{ours}").status_code == 404
    assert ask(masto, f"v1/accounts/{masto.brand.id}/statuses") == []
    assert ids(ask(masto, f"v1/statuses/{question}/context")["descendants"]) == [theirs]
    assert [one.id for one in masto.own_posts()] == [ours]
    masto.vanish(question)
    assert heard(masto) == [theirs]
    masto.vanish(ours, vanished=False)
    assert call(masto, "GET", f"v1/statuses/{ours}").status_code == 200


# Colleagues


def test_a_colleague_answers_as_the_web_app_does(masto: MastodonNetwork) -> None:
    question = masto.post(FAR, f"{OURS} psst", visibility="direct", spoiler="order", language="de")
    native = masto.reply_natively(question, "we are on it")
    told = ask(masto, f"v1/statuses/{native}")
    assert (told["visibility"], told["spoiler_text"], told["language"]) == ("direct", "order", "de")
    assert told["in_reply_to_id"] == question
    assert told["application"]["name"] == "Web"
    assert [one["acct"] for one in told["mentions"]] == [FAR]
    assert not [seen for seen in masto.requests if seen.method == "POST"]


# Restarts


def test_a_network_on_the_same_journal_goes_on_where_the_last_one_stopped(
    tmp_path: Path, watch: Watch
) -> None:
    def made() -> MastodonNetwork:
        network = MastodonNetwork(seed=7, clock=watch, path=tmp_path / "mastodon.jsonl")
        network.start()
        return network

    first = made()
    gone = first.post("anna", f"@{BRAND} one", bot=True)
    kept = first.post(FAR, f"{OURS} psst", visibility="direct", spoiler="order")
    first.edit(kept, f"{OURS} psst!")
    ours = say(first, "hello", key="k1")
    first.boost("bob", ours["id"])
    first.favourite("bob", ours["id"])
    first.follow("bob")
    first.block("carl")
    first.permit(FAR)
    first.delete(gone)
    first.vanish(ours["id"])
    everything = ask(first, "v1/notifications", include_filtered="1")
    first.stop()
    again = made()
    told = ask(again, "v1/notifications", include_filtered="1")
    assert str(told).replace(again.url, "") == str(everything).replace(first.url, "")
    assert again.accounts == first.accounts
    assert (again.statuses, again.deleted) == (first.statuses, first.deleted)
    assert (again.blockers, again.permitted, again.vanished) == ({"carl"}, {FAR}, {ours["id"]})
    assert say(again, "hello", key="k1")["id"] == ours["id"]
    newer = again.post("dora", f"@{BRAND} new")
    assert heard(again, types=["mention"])[0] == newer
    again.stop()


# Faults


def quick(fault: Fault) -> Fault:
    return replace(fault, seconds=min(fault.seconds, 0.3))


DONE = {"reset_after", "hang_after", "slow", "drip", "cut_short", "too_long", "html_503_after",
        "garbled_after", "unavailable_after", "broken_after", "post_reset_after", "no_links",
        "no_limits"}  # fmt: skip


def test_every_fault_has_a_word_about_it_and_those_of_the_wire_are_there() -> None:
    catalogue = MastodonNetwork.FAULTS
    assert all(catalogue[name] is fault for name, fault in WIRE.items())
    assert all(fault.about for fault in catalogue.values())
    assert catalogue.keys() >= DONE


@pytest.mark.parametrize("name", MastodonNetwork.FAULTS)
def test_a_fault_does_to_the_network_what_it_says(masto: MastodonNetwork, name: str) -> None:
    fault = quick(MastodonNetwork.FAULTS[name])
    masto.faults.next("POST", POSTS, fault)
    try:
        answer = call(masto, "POST", "v1/statuses", data={"status": "hi"})
    except requests.RequestException:
        cut = (Act.RESET_BEFORE, Act.RESET_AFTER, Act.HANG, Act.LIE)
        assert fault.act in cut or name == "garbled"
    else:
        expected = fault.answer.status if fault.answer.body else 200
        assert answer.status_code == expected
    assert bool(masto.own_posts()) is (name in DONE)
    assert masto.faults.done == 1


@pytest.mark.parametrize(
    ("name", "reset"),
    [
        ("rate_limited", "2026-03-02T09:05:00.000000Z"),
        ("rate_limited_past_reset", "2026-03-02T09:01:01.000000Z"),
        ("rate_limited_empty_reset", ""),
        ("rate_limited_broken_reset", "soon"),
        ("rate_limited_no_headers", None),
    ],
)
def test_a_limit_tells_its_end_or_does_not(
    masto: MastodonNetwork, watch: Watch, name: str, reset: str | None
) -> None:
    watch.now = datetime.fromisoformat("2026-03-02T09:02:01+00:00")
    masto.faults.next("GET", "/api/v1/notifications", name)
    answer = call(masto, "GET", "v1/notifications")
    assert (answer.status_code, answer.json()) == (429, {"error": "Too many requests"})
    assert answer.headers.get("X-RateLimit-Reset") == reset


def test_a_storm_resets_posts_alone(masto: MastodonNetwork) -> None:
    masto.faults.storm(1.0, ["post_reset"], seed=1, prefix="/api/")
    assert ask(masto, "v1/notifications") == []
    with pytest.raises(requests.ConnectionError):
        say(masto, "hello")
    masto.faults.calm()
    assert say(masto, "hello")["id"]


def test_headers_may_be_missing_from_a_true_answer(masto: MastodonNetwork) -> None:
    masto.post("anna", f"@{BRAND} hi")
    for name, header in (("no_links", "Link"), ("no_limits", "X-RateLimit-Remaining")):
        masto.faults.next("GET", "/api/v1/notifications", name)
        answer = call(masto, "GET", "v1/notifications")
        assert len(answer.json()) == 1
        assert header not in answer.headers
        assert header in call(masto, "GET", "v1/notifications").headers


# Pages


@pytest.fixture
def today() -> Iterator[MastodonNetwork]:
    network = MastodonNetwork(clock=utcnow)
    network.start()
    yield network
    network.stop()


def test_every_address_a_status_is_told_with_opens_its_thread(today: MastodonNetwork) -> None:
    question = today.post(FAR, f"{OURS} where?", spoiler="order", bot=True)
    ours = say(today, f"@{FAR} on its way", in_reply_to_id=question, visibility="direct")
    gone = today.post("bob", "me too", reply_to=question)
    today.delete(gone)
    today.vanish(ours["id"])
    today.edit(question, f"{OURS} where is it?")
    told = ask(today, f"v1/statuses/{question}")
    for address in (told["url"], told["uri"]):
        said = read(today, address.removeprefix(today.url)).said
        assert said.index("where is it?") < said.index("on its way") < said.index("me too")
        for mark in ("content warning: order", "private mention", "edited", "deleted", "vanished"):
            assert mark in said
        assert "bot" in said
        assert "the brand" in said


def test_people_tags_and_all_threads_have_pages(today: MastodonNetwork) -> None:
    post = today.post(FAR, f"{OURS} so warm #Wool")
    link = f'href="/@{FAR}/{post}"'
    for path in ("/", f"/@{FAR}", "/tags/wool"):
        assert link in requests.get(today.url + path, timeout=PATIENCE).text
    account = ask(today, "v1/accounts/lookup", acct=FAR)
    assert requests.get(account["url"], timeout=PATIENCE).status_code == 200


def test_nothing_a_customer_writes_breaks_out_of_a_page(today: MastodonNetwork) -> None:
    today.customer("evil", name=HOSTILE)
    post = today.post("evil", HOSTILE, spoiler=HOSTILE)
    for path in ("/", "/@evil", f"/@evil/{post}"):
        assert "alert(1)" in read(today, path).said


@pytest.mark.parametrize("path", ["/@nobody", "/@larixoutdoor/1", "/favicon.ico"])
def test_there_is_no_page_where_there_is_nothing(today: MastodonNetwork, path: str) -> None:
    assert requests.get(today.url + path, timeout=PATIENCE).status_code == 404
    assert requests.post(today.url + path, timeout=PATIENCE).status_code == 405
