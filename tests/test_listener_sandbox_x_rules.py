"""What sandbox X lets a bot write, and in which words it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from listener.sandbox.x import asked as x_asked
from listener.sandbox.x import post as x_post
from listener.sandbox.x.network import BRAND, XNetwork
from tests.patience import PATIENCE

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


@pytest.fixture
def x() -> Iterator[XNetwork]:
    network = XNetwork(clock=lambda: NOW)
    network.start()
    yield network
    network.stop()


def call(x: XNetwork, method: str, path: str, body: Any = None) -> requests.Response:
    headers = {"Authorization": f"Bearer {x.user_token}"}
    return requests.request(
        method, f"{x.url}/2/{path}", json=body, headers=headers, timeout=PATIENCE
    )


def answer(x: XNetwork, to: str, text: str) -> requests.Response:
    return call(x, "POST", "tweets", {"text": text, "reply": {"in_reply_to_tweet_id": to}})


def test_who_mentions_us_may_be_answered(x: XNetwork) -> None:
    post = x.post("anna", f"@{BRAND} where is it?", lang="en")
    answered = answer(x, post, "On its way!")
    assert answered.status_code == 201
    reply = x.replies_to(post)[0]
    assert answered.json() == {"data": {"id": reply.id, "text": "@anna On its way!"}}
    assert (reply.author, reply.lang, reply.conversation) == (x.brand, "en", post)


def test_who_quotes_us_may_be_answered(x: XNetwork) -> None:
    post = x.post("stefano", "what a jacket", quotes=x.post(BRAND, "New jacket"))
    assert answer(x, post, "Thank you!").status_code == 201


def test_only_our_own_may_be_quoted_and_who_mentions_us(x: XNetwork) -> None:
    ours, other = x.post(BRAND, "one"), x.post("doug", "larix outdoor?")
    quoted = call(x, "POST", "tweets", {"text": "look", "quote_tweet_id": ours})
    assert quoted.status_code == 201
    assert x.own_posts()[-1].quotes == ours
    refused = call(x, "POST", "tweets", {"text": "look here", "quote_tweet_id": other})
    assert refused.status_code == 403
    assert call(x, "POST", "tweets", {"text": "x", "quote_tweet_id": "1"}).status_code == 400


def test_our_own_post_may_be_answered(x: XNetwork) -> None:
    assert answer(x, x.post(BRAND, "one"), "two").status_code == 201


def test_who_only_names_us_may_not_be_answered(x: XNetwork) -> None:
    refused = answer(x, x.post("doug", "anyone tried larix outdoor?"), "We are great!")
    assert refused.status_code == 403
    assert refused.json()["type"].endswith("/not-authorized-for-resource")
    assert x.own_posts() == []


@pytest.mark.parametrize(("counts", "status"), [(True, 201), (False, 403)])
def test_a_mention_by_the_handles_of_the_thread_alone_counts_if_so_set(
    x: XNetwork, *, counts: bool, status: int
) -> None:
    x.implicit_counts = counts
    theirs = x.post("bob", "anyone?", in_reply_to=x.post("anna", f"hi @{BRAND}"))
    assert f"@{BRAND}" in x.posts[theirs].text
    assert answer(x, theirs, "We are here").status_code == status


def test_the_same_words_to_the_same_person_are_a_duplicate(x: XNetwork) -> None:
    first, second = x.post("anna", f"@{BRAND} one"), x.post("anna", f"@{BRAND} two")
    other = x.post("bob", f"@{BRAND} three")
    assert answer(x, first, "Thank you!").status_code == 201
    refused = answer(x, second, "Thank you!")
    assert refused.status_code == 403
    assert refused.json() == {
        "detail": "You are not allowed to create a Tweet with duplicate content.",
        "type": "about:blank",
        "title": "Forbidden",
        "status": 403,
    }
    assert answer(x, other, "Thank you!").status_code == 201


def test_a_text_over_280_weighted_characters_is_refused(x: XNetwork) -> None:
    post = x.post("anna", f"@{BRAND} hm")
    assert answer(x, post, "€" * 141).status_code == 400
    assert answer(x, post, "è" * 280).status_code == 201


def test_a_post_that_is_gone_cannot_be_answered(x: XNetwork) -> None:
    post = x.post("anna", f"@{BRAND} hm")
    x.delete(post)
    refused = answer(x, post, "Hello")
    assert refused.status_code == 403
    assert "deleted or not visible to you" in refused.json()["detail"]


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {"text": ""},
        {"text": 5},
        {"texte": "hello"},
        {"text": "hello", "reply": {}},
        {"text": "hello", "reply": {"in_reply_to_tweet_id": 5}},
        {"text": "hello", "reply": {"in_reply_to_tweet_id": "5", "extra": True}},
    ],
)
def test_a_body_x_does_not_know_is_an_invalid_request(x: XNetwork, body: Any) -> None:
    refused = call(x, "POST", "tweets", body)
    assert refused.status_code == 400
    assert refused.json()["title"] == "Invalid Request"


def test_we_delete_what_is_ours_and_nothing_else(x: XNetwork) -> None:
    ours, theirs = x.post(BRAND, "oops"), x.post("anna", "mine")
    assert call(x, "DELETE", f"tweets/{ours}").json() == {"data": {"deleted": True}}
    assert call(x, "DELETE", f"tweets/{theirs}").status_code == 403
    assert call(x, "DELETE", f"tweets/{ours}").status_code == 404
    assert [post.id for post in x.current()] == [theirs]


def test_only_replies_under_our_own_post_can_be_hidden(x: XNetwork) -> None:
    under_ours = x.post("troll", "boo", in_reply_to=x.post(BRAND, "New boots"))
    elsewhere = x.post("anna", f"@{BRAND} boo")
    hidden = call(x, "PUT", f"tweets/{under_ours}/hidden", {"hidden": True})
    assert hidden.json() == {"data": {"hidden": True}}
    assert x.hidden == {under_ours}
    assert call(x, "PUT", f"tweets/{under_ours}/hidden", {"hidden": False}).status_code == 200
    assert x.hidden == set()
    assert call(x, "PUT", f"tweets/{elsewhere}/hidden", {"hidden": True}).status_code == 403
    assert call(x, "PUT", f"tweets/{under_ours}/hidden", {"hidden": "yes"}).status_code == 400


def test_ids_tell_the_time_and_rise(x: XNetwork) -> None:
    old = x.post("anna", "then", created_at=NOW - timedelta(days=3))
    new = [x.post("anna", f"now {n}") for n in range(5)]
    assert int(old) >> 22 == (int((NOW - timedelta(days=3)).timestamp() * 1000) - 1288834974657)
    assert new == sorted(new, key=int)
    assert int(old) < int(new[0])


@given(st.integers(min_value=1, max_value=10**19 - 1))
def test_a_page_token_gives_its_post_back(number: int) -> None:
    token = x_asked.page_token(str(number))
    assert x_asked.page_after({"pagination_token": token}) == number


@given(st.text(max_size=900).filter(str.strip))
def test_what_is_cut_fits(text: str) -> None:
    assert x_post.weight(x_post.cut(text)) <= x_post.LIMIT
