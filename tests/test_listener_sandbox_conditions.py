"""What lasts on the sandbox networks: reads that lag, lists that learn late, posts that vanish, and
colleagues who answer in the network's own app."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from listener.sandbox.facebook.network import PAGE, FacebookNetwork
from listener.sandbox.x.network import BRAND, XNetwork
from tests.factories import Watch


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def x(watch: Watch) -> Iterator[XNetwork]:
    network = XNetwork(clock=watch)
    network.start()
    yield network
    network.stop()


@pytest.fixture
def fb(watch: Watch) -> Iterator[FacebookNetwork]:
    network = FacebookNetwork(clock=watch)
    network.start()
    yield network
    network.stop()


def of_x(x: XNetwork, path: str, **query: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {x.user_token}"}
    body: dict[str, Any] = requests.get(f"{x.url}/2/{path}", query, headers=headers).json()
    return body


def told(x: XNetwork, path: str, **query: str) -> list[str]:
    return [one["id"] for one in of_x(x, path, **query).get("data", [])]


def answer_on_x(x: XNetwork, to: str, text: str) -> requests.Response:
    return requests.post(
        f"{x.url}/2/tweets",
        json={"text": text, "reply": {"in_reply_to_tweet_id": to}},
        headers={"Authorization": f"Bearer {x.user_token}"},
    )


def of_graph(fb: FacebookNetwork, path: str, **query: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {fb.secrets()['page_access_token']}"}
    body: dict[str, Any] = requests.get(f"{fb.url}/v26.0/{path}", query, headers=headers).json()
    return body


def comments(fb: FacebookNetwork, of: str) -> list[str]:
    return [one["id"] for one in of_graph(fb, f"{of}/comments", filter="stream")["data"]]


def test_our_own_post_on_x_is_shown_to_nobody_until_the_lag_is_over(
    x: XNetwork, watch: Watch
) -> None:
    post = x.post("anna", f"@{BRAND} where is it?")
    x.lag_seconds = 60
    ours = answer_on_x(x, post, "On its way!").json()["data"]["id"]
    own, found = f"users/{x.brand.id}/tweets", f"from:{BRAND}"
    assert told(x, own) == told(x, "tweets", ids=ours) == []
    assert told(x, "tweets/search/recent", query=found) == []
    assert of_x(x, "tweets", ids=ours)["errors"][0]["resource_id"] == ours
    assert answer_on_x(x, post, "On its way!").status_code == 403  # stored, for all that
    watch.advance(seconds=60)
    assert told(x, own) == told(x, "tweets", ids=ours) == [ours]
    assert told(x, "tweets/search/recent", query=found) == [ours]


def test_our_own_comment_is_shown_to_nobody_until_the_lag_is_over(
    fb: FacebookNetwork, watch: Watch
) -> None:
    post = fb.page_post("Hello")
    top = fb.comment(post, "anna", "Where is it?")
    fb.lag_seconds = 60
    ours = fb.comment(top, PAGE, "On its way!")
    nested = {"fields": "id,comments.filter(stream){id}"}
    assert comments(fb, top) == []
    assert comments(fb, post) == [top]
    assert of_graph(fb, ours)["error"]["code"] == 100
    assert of_graph(fb, top, fields="comment_count")["comment_count"] == 0
    assert ours not in str(of_graph(fb, f"{fb.page_id}/feed", **nested))
    watch.advance(seconds=60)
    assert comments(fb, top) == [ours]
    assert of_graph(fb, ours)["id"] == ours
    assert ours in str(of_graph(fb, f"{fb.page_id}/feed", **nested))


def test_lists_of_x_learn_late_of_what_a_customer_wrote_on_time(x: XNetwork, watch: Watch) -> None:
    x.index_lag_seconds = 90
    written = watch.now
    late = x.post("anna", f"@{BRAND} my larix boots")
    x.index_lag_seconds = 0
    watch.advance(seconds=30)
    early = x.post("bob", f"@{BRAND} my larix tent")
    mentions = f"users/{x.brand.id}/mentions"
    assert told(x, mentions) == told(x, "tweets/search/recent", query="larix") == [early]
    assert told(x, "tweets", ids=late) == [late]
    watch.advance(seconds=60)
    assert told(x, mentions) == [early, late]
    body = of_x(x, mentions, **{"tweet.fields": "created_at"})
    assert body["data"][1]["created_at"] == f"{written:%Y-%m-%dT%H:%M:%S.000Z}"
    assert told(x, mentions, since_id=early) == []  # whoever goes on from `early` never hears it


def test_lists_of_graph_learn_late_of_what_a_customer_wrote_on_time(
    fb: FacebookNetwork, watch: Watch
) -> None:
    post = fb.page_post("Hello")
    fb.index_lag_seconds = 90
    late, visit = fb.comment(post, "anna", "Where?"), fb.visitor_post("bob", "Nice shop")
    tagged = fb.tagged_post("carl", "Larix Outdoor is great")
    assert comments(fb, post) == []
    assert of_graph(fb, late)["id"] == late
    for edge in ("feed", "tagged"):
        seen = [one["id"] for one in of_graph(fb, f"{fb.page_id}/{edge}")["data"]]
        assert not {visit, tagged} & set(seen)
    watch.advance(seconds=90)
    assert comments(fb, post) == [late]
    assert [one["id"] for one in of_graph(fb, f"{fb.page_id}/tagged")["data"]] == [tagged]


def test_a_post_of_ours_may_vanish_from_x_without_a_word(x: XNetwork) -> None:
    post = x.post("anna", f"@{BRAND} where is it?")
    ours = answer_on_x(x, post, "On its way!").json()["data"]["id"]
    theirs = x.post("anna", "thanks", in_reply_to=ours)
    x.vanish(ours)
    own = f"users/{x.brand.id}/tweets"
    assert told(x, own) == told(x, "tweets", ids=ours) == []
    body = of_x(x, "tweets", ids=theirs, expansions="referenced_tweets.id")
    assert "includes" not in body
    counted = of_x(x, "tweets", ids=post, **{"tweet.fields": "public_metrics"})["data"][0]
    assert counted["public_metrics"]["reply_count"] == 0
    assert answer_on_x(x, ours, "more").status_code == 403
    assert answer_on_x(x, post, "On its way!").status_code == 403  # X has not forgotten it
    x.vanish(ours, vanished=False)
    assert told(x, own) == [ours]


def test_a_comment_of_ours_may_vanish_from_facebook_without_a_word(fb: FacebookNetwork) -> None:
    post = fb.page_post("Hello")
    top = fb.comment(post, "anna", "Where is it?")
    ours = fb.comment(top, PAGE, "On its way!")
    fb.vanish(ours)
    assert comments(fb, post) == [top]
    assert of_graph(fb, "", ids=f"{top},{ours}")["error"]["error_subcode"] == 33
    assert [one.id for one in fb.own_comments()] == [ours]  # it is there, if one only could see it
    fb.vanish(ours, vanished=False)
    assert comments(fb, post) == [top, ours]


def test_people_see_on_the_page_that_it_has_vanished(x: XNetwork, fb: FacebookNetwork) -> None:
    ours, post = x.post(BRAND, "New boots"), fb.page_post("Hello")
    x.vanish(ours)
    fb.vanish(post)
    assert ">vanished<" in requests.get(f"{x.url}/{BRAND}/status/{ours}").text
    assert ">vanished<" in requests.get(f"{fb.url}/posts/{post}").text


def test_what_has_vanished_stays_away_after_a_restart(tmp_path: Path, watch: Watch) -> None:
    first = XNetwork(clock=watch, path=tmp_path / "x.jsonl")
    ours = first.post(BRAND, "New boots")
    first.vanish(ours)
    first.stop()
    again = XNetwork(clock=watch, path=tmp_path / "x.jsonl")
    assert not again.is_readable(again.posts[ours])
    again.stop()


def test_a_colleague_answers_on_x_whom_no_program_could(x: XNetwork) -> None:
    post = x.post("doug", "anyone tried larix outdoor?", lang="en")
    assert answer_on_x(x, post, "We are great!").status_code == 403
    native = x.reply_natively(post, "Come and see!")
    assert not [seen for seen in x.requests if seen.method == "POST" and seen.status == 201]
    (own,) = of_x(
        x, f"users/{x.brand.id}/tweets", **{"tweet.fields": "referenced_tweets,author_id"}
    )["data"]
    assert (own["id"], own["author_id"]) == (native, x.brand.id)
    assert own["referenced_tweets"] == [{"type": "replied_to", "id": post}]


def test_a_colleague_answers_on_facebook(fb: FacebookNetwork) -> None:
    post = fb.page_post("Hello")
    top = fb.comment(post, "anna", "Where is it?")
    native = fb.reply_natively(top, "On its way!")
    (found,) = of_graph(fb, f"{top}/comments", fields="id,from,message,parent")["data"]
    assert (found["id"], found["from"]["id"]) == (native, fb.page_id)
    assert (found["message"], found["parent"]["id"]) == ("On its way!", top)
    assert not [seen for seen in fb.requests if seen.method == "POST"]


def test_the_same_words_under_the_same_post_are_a_duplicate_for_a_day(
    x: XNetwork, watch: Watch
) -> None:
    post = x.post("anna", f"@{BRAND} where is it?")
    x.reply_natively(post, "On its way!")
    x.customer("bob")
    edited = x.edit(post, f"@{BRAND} @bob where is it?")  # another row of handles before a reply
    assert answer_on_x(x, post, "on its WAY!").status_code == 403
    assert answer_on_x(x, edited, "On its way!").status_code == 403
    watch.advance(hours=24, seconds=1)
    assert answer_on_x(x, edited, "On its way!").status_code == 201


def test_mentions_end_at_the_newest_800_the_deleted_ones_among_them(x: XNetwork) -> None:
    posts = [x.post("anna", f"@{BRAND} {n}") for n in range(803)]
    for post in posts[-10:]:
        x.delete(post)
    mentions, seen = f"users/{x.brand.id}/mentions", []
    query = {"max_results": "100"}
    while True:
        body = of_x(x, mentions, **query)
        seen += [one["id"] for one in body["data"]]
        if "next_token" not in body["meta"]:
            break
        query["pagination_token"] = body["meta"]["next_token"]
    assert seen == posts[3:-10][::-1]


def test_a_late_feed_can_be_asked_for_by_time(fb: FacebookNetwork, watch: Watch) -> None:
    times = [watch.now - timedelta(days=days) for days in (3, 2, 1)]
    old, middle, new = (fb.page_post(f"at {when}", created_at=when) for when in times)
    since, until = str(int(times[1].timestamp())), times[1].isoformat()
    feed = f"{fb.page_id}/feed"
    assert [one["id"] for one in of_graph(fb, feed, since=since)["data"]] == [new, middle]
    assert [one["id"] for one in of_graph(fb, feed, until=until)["data"]] == [middle, old]
