"""X over real HTTP: what is posted, found again, looked up, hidden and measured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from listener.channels.errors import (
    AuthFailed,
    BudgetSpent,
    ChannelError,
    Gone,
    RateLimited,
    Refused,
    Unavailable,
    Unknown,
)
from tests.loopback import BOMB, Network, Says, free_port, payload
from tests.x_on_loopback import ME, MENTION, MENTIONS, NOW, REPLY, ago, channel, page, x_running

OWN = f"GET /2/users/{ME}/tweets"


@pytest.fixture
def network() -> Iterator[Network]:
    with x_running() as running:
        yield running


def test_a_reply_hangs_under_the_mention_and_carries_the_text_alone(network: Network) -> None:
    network.on("POST /2/tweets", Says(status=201, body=payload("x/created.json")))
    posted = channel(network.url).post(REPLY)
    (asked,) = network.calls("POST /2/tweets")
    assert asked.json == {"text": "Ciao Anna!", "reply": {"in_reply_to_tweet_id": MENTION}}
    assert posted.external_id == payload("x/created.json")["data"]["id"]
    assert posted.in_reply_to == MENTION
    assert asked.headers["User-Agent"].startswith("Antiphon/")


@pytest.mark.parametrize(
    ("says", "error"),
    [
        (Says(reset=True), Unknown),
        (Says(status=500), Unknown),
        (Says(status=503, body=b"<html>over capacity</html>"), Unknown),
        (Says(status=201, body=b"cut of"), Unknown),
        (Says(status=201, body={"data": {}}), Unknown),
        (Says(status=200, body=[]), Unknown),
        (replace(BOMB, status=201), Unknown),
        (Says(status=307, headers={"Location": "/elsewhere"}), Unknown),
        (Says(status=403, body=payload("x/errors/403-duplicate.json")), Unknown),
        (Says(status=403, body=payload("x/errors/403-not-summoned.json")), Refused),
        (Says(status=400, body={"errors": 5}), Refused),
        (Says(status=400, body=[]), Refused),
        (Says(status=401, body={"title": "Unauthorized"}), AuthFailed),
        (Says(status=402, body=payload("x/errors/402-credits.json")), BudgetSpent),
        (Says(status=404, body={"title": "Not Found Error"}), Gone),
        (Says(status=404, body={}), Unavailable),
        (Says(status=404, body=b"<html>nginx</html>"), Unavailable),
        (Says(status=429, headers={"x-rate-limit-reset": "garbled"}), RateLimited),
        (Says(status=429, body=payload("x/errors/429-usage-cap.json")), BudgetSpent),
    ],
)
def test_every_end_of_a_reply_has_its_type(
    network: Network, says: Says, error: type[ChannelError]
) -> None:
    network.on("POST /2/tweets", says)
    with pytest.raises(error):
        channel(network.url).post(REPLY)
    assert len(network.calls("POST /2/tweets")) == 1


def test_a_reply_without_an_answer_in_time_is_unknown(network: Network) -> None:
    network.on("POST /2/tweets", Says(seconds=0.6))
    with pytest.raises(Unknown):
        channel(network.url, request_timeout_seconds=0.2).post(REPLY)


def test_a_reply_that_never_left_the_house_may_be_tried_again() -> None:
    with pytest.raises(Unavailable):
        channel(f"http://127.0.0.1:{free_port()}").post(REPLY)


def test_waits_without_a_reset_grow_and_a_success_ends_them(network: Network) -> None:
    network.on(MENTIONS, Says(status=429), Says(status=429), page(), Says(status=429))
    x, waits = channel(network.url), []
    for _ in range(4):
        try:
            x.fetch("mentions", None)
        except RateLimited as error:
            waits.append((error.until - NOW).total_seconds())
    assert waits == [60, 120, 60]


ANSWERS: dict[str, Any] = {
    "referenced_tweets": [{"type": "replied_to", "id": MENTION}],
    "author_id": ME,
}


def test_our_replies_are_found_again_by_what_they_answer_the_newest_first(
    network: Network,
) -> None:
    network.on(
        OWN,
        page(ago(minutes=1), token="t"),
        page(ago(minutes=2), ago(minutes=3), **ANSWERS),
    )
    newest, oldest = channel(network.url).own_replies(REPLY, NOW - timedelta(minutes=5))
    assert (newest.external_id, oldest.external_id) == (ago(minutes=2), ago(minutes=3))
    assert newest.posted_at == NOW - timedelta(minutes=2)
    assert newest.in_reply_to == MENTION
    assert newest.url.endswith(f"/status/{ago(minutes=2)}")
    asked = network.calls(OWN)[0].query
    assert asked["since_id"] == ago(minutes=6)


def test_our_posts_are_asked_for_from_the_mention_on_and_no_earlier(network: Network) -> None:
    network.on(OWN, page())
    channel(network.url).own_replies(REPLY, NOW - timedelta(days=3))
    assert network.calls(OWN)[0].query["since_id"] == MENTION


def test_what_we_wrote_comes_back_as_x_shows_it_whoever_of_us_wrote_it(network: Network) -> None:
    text = "@annaferri_it Q&amp;A: https://t.co/abc"
    network.on(OWN, page(ago(seconds=20), text=text, in_reply_to_tweet_id=MENTION, author_id=ME))
    (found,) = channel(network.url).own_replies(REPLY, NOW - timedelta(seconds=10))
    assert found.text == "@annaferri_it Q&A: https://t.co/abc"


def test_a_reply_below_the_mention_as_it_was_before_its_edit_is_found_too(
    network: Network,
) -> None:
    edited = replace(REPLY, answer_under=ago(minutes=20))
    network.on(OWN, page(ago(minutes=25), **ANSWERS))
    (found,) = channel(network.url).own_replies(edited, NOW - timedelta(minutes=40))
    assert found.in_reply_to == MENTION


def test_no_reply_and_a_reply_to_another_are_both_none(network: Network) -> None:
    network.on(OWN, page(ago(minutes=1), in_reply_to_tweet_id="77"))
    assert not channel(network.url).own_replies(REPLY, NOW - timedelta(minutes=5))


def test_reading_back_without_end_is_no_proof_of_absence(network: Network) -> None:
    network.on(OWN, *[page(ago(minutes=1), token=f"t{number}") for number in range(30)])
    with pytest.raises(Unavailable):
        channel(network.url).own_replies(REPLY, NOW - timedelta(hours=1))
    assert len(network.calls(OWN)) == 10


def test_a_post_of_ours_nobody_can_read_is_no_proof_of_absence_either(network: Network) -> None:
    unreadable = {**page(ago(minutes=1)), "data": [{"id": ago(minutes=1), "text": None}]}
    network.on(OWN, unreadable)
    with pytest.raises(Unavailable):
        channel(network.url).own_replies(REPLY, NOW - timedelta(hours=1))


def test_lookup_tells_the_living_from_the_gone_and_is_silent_on_the_rest(network: Network) -> None:
    body = payload("x/lookup_partial.json")
    alive, gone = body["data"][0]["id"], body["errors"][0]["resource_id"]
    network.on("GET /2/tweets", body)
    found = channel(network.url).lookup([alive, gone, "123", "no/id"])
    assert set(found) == {alive, gone}
    assert found[gone] is None
    assert found[alive] is not None


def test_lookup_of_an_edited_post_brings_its_newest_version(network: Network) -> None:
    old, new = page("10", edit_history_tweet_ids=["10", "11"]), page("11")
    new["data"][0]["edit_history_tweet_ids"] = ["10", "11"]
    network.on("GET /2/tweets", old, new)
    found = channel(network.url).lookup(["10"])["10"]
    assert found is not None
    assert (found.external_id, found.revision_id, found.text) == ("10", "11", "text 11")


def test_lookup_asks_for_a_hundred_at_a_time(network: Network) -> None:
    network.on("GET /2/tweets", {"data": []})
    channel(network.url).lookup([str(number) for number in range(1, 251)])
    asked = [len(call.query["ids"].split(",")) for call in network.calls("GET /2/tweets")]
    assert asked == [100, 100, 50]


def test_hiding_is_harmless_twice_and_refused_elsewhere(network: Network) -> None:
    call = f"PUT /2/tweets/{MENTION}/hidden"
    network.on(call, payload("x/hidden.json"), payload("x/hidden.json"), Says(status=403))
    x = channel(network.url)
    x.hide(MENTION)
    x.hide(MENTION)
    with pytest.raises(Refused):
        x.hide(MENTION)
    assert network.calls(call)[0].json == {"hidden": True}
    with pytest.raises(Gone):
        x.hide("../users/me")


@pytest.mark.parametrize(
    ("text", "used"),
    [
        ("", 0),
        ("Hello", 5),
        ("a\r\nb", 3),
        ("Καλημέρα σας", 12),
        ("żółć", 4),
        ("perché no", 9),
        ("“quoted” – so — it’s", 20),
        ("3 €", 4),
        ("and so on…", 11),
        ("™", 2),
        ("👍", 2),
        ("👨‍👩‍👧‍👦", 2),
        ("👍🏽 ok", 5),
        ("🇮🇹", 2),
        ("https://www.larix.example.com/a/very/long/way/to/write/it", 23),
        ("see brand.gr", 27),
        ("http://a.it and http://b.it", 51),
        ("日本", 4),
        ("e\u0301", 1),
        ("£5", 2),
        ("→", 2),
        ("a" * 280, 280),
        ("😡" * 140, 280),
        ("#betulla @larixoutdoor", 22),
    ],
)
def test_length_is_weighed_as_x_weighs(text: str, used: int) -> None:
    assert channel("http://127.0.0.1:1").length(text).used == used


def test_the_limit_is_a_setting_for_accounts_that_may_write_more() -> None:
    assert channel("http://127.0.0.1:1").length("a" * 281).fits is False
    assert channel("http://127.0.0.1:1", text_limit=25_000).length("a" * 281).fits
