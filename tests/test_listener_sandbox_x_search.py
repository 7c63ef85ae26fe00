"""Sandbox X's search: the query language, its reach, and counts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import requests

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


def ask(x: XNetwork, what: str, query: str, **more: str) -> requests.Response:
    headers = {"Authorization": f"Bearer {x.secrets()['bearer_token']}"}
    return requests.get(
        f"{x.url}/2/tweets/{what}/recent",
        {"query": query, **more},
        headers=headers,
        timeout=PATIENCE,
    )


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ('"larix outdoor"', {"named", "quoting"}),
        ("larix", {"named", "quoting", "tagged"}),
        (f"@{BRAND}", {"mentioning"}),
        ("#larix", {"tagged"}),
        (f'("larix outdoor" OR @{BRAND}) -is:quote', {"named", "mentioning"}),
        ("larix -from:named -#larix", {"quoting"}),
        (f"from:{BRAND}", {BRAND}),
        (f"to:{BRAND}", {"mentioning"}),
        ("lang:el larix", {"named"}),
    ],
)
def test_search_understands_the_part_of_the_language_we_use(
    x: XNetwork, query: str, found: set[str]
) -> None:
    ours = x.post(BRAND, "hello there")
    x.post("named", "anyone tried Larix  Outdoor?", lang="el")
    x.post("tagged", "sunny! #larix")
    x.post("mentioning", "hello", in_reply_to=ours)
    x.post("quoting", "larix outdoor at it again", quotes=ours)
    x.repost("echo", ours)
    body = ask(x, "search", query, expansions="author_id").json()
    assert {user["username"] for user in body["includes"]["users"]} == found


@pytest.mark.parametrize("query", ["-is:retweet", "(larix", "larix OR", "near:here", "x" * 513])
def test_search_refuses_a_query_it_does_not_understand(x: XNetwork, query: str) -> None:
    assert ask(x, "search", query).status_code == 400
    assert ask(x, "counts", query).status_code == 400


def test_search_reaches_back_seven_days(x: XNetwork) -> None:
    within = x.post("anna", "larix", created_at=NOW - timedelta(days=6, hours=23))
    x.post("anna", "larix", created_at=NOW - timedelta(days=7, minutes=1))
    assert [post["id"] for post in ask(x, "search", "larix").json()["data"]] == [within]


def test_search_refuses_a_since_id_that_is_too_old(x: XNetwork) -> None:
    stale = str(x_post.id_at(NOW - timedelta(days=8)))
    refused = ask(x, "search", "larix", since_id=stale)
    assert refused.status_code == 400
    problem = refused.json()
    oldest = x_post.id_at(NOW - timedelta(days=7))
    assert problem == {
        "detail": "One or more parameters to your request was invalid.",
        "errors": [
            {
                "message": "'since_id' must be a tweet id created after 2026-11-13T10:00Z. Please"
                f" use a 'since_id' that is larger than {oldest}",
                "parameters": {"since_id": [stale]},
            }
        ],
        "title": "Invalid Request",
        "type": "https://api.twitter.com/2/problems/invalid-request",
    }
    headers = {"Authorization": f"Bearer {x.user_token}"}
    mentions = f"{x.url}/2/users/{x.brand.id}/mentions?since_id={stale}"
    assert requests.get(mentions, headers=headers, timeout=PATIENCE).status_code == 200


@pytest.mark.parametrize("name", ["start_time", "end_time"])
def test_search_refuses_a_since_id_beside_a_time(x: XNetwork, name: str) -> None:
    since = str(x_post.id_at(NOW - timedelta(hours=1)))
    more = {"since_id": since, name: "2026-11-20T09:00:00Z"}
    for what in ("search", "counts"):
        refused = ask(x, what, "larix", **more)
        assert refused.status_code == 400
        assert refused.json()["errors"] == [
            {
                "message": "Invalid use of 'since_id' or 'until_id' in conjunction with"
                " 'start_time' or 'end_time'.",
                "parameters": {"since_id": [since], name: ["2026-11-20T09:00:00Z"]},
            }
        ]


@pytest.mark.parametrize("what", ["search", "counts"])
@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("start_time", "2026-11-13T09:59:59Z", "must be on or after 2026-11-13T10:00Z"),
        ("start_time", "2026-11-20T09:59:51Z", "must be a minimum of 10 seconds prior to the"),
        ("end_time", "2026-11-20T10:00:00Z", "must be a minimum of 10 seconds prior to the"),
        ("end_time", "yesterday", "is not a valid RFC 3339 date-time"),
    ],
)
def test_search_refuses_times_it_does_not_reach(
    x: XNetwork, what: str, name: str, value: str, why: str
) -> None:
    refused = ask(x, what, "larix", **{name: value})
    assert refused.status_code == 400
    assert why in refused.json()["errors"][0]["message"]


def test_search_takes_the_times_at_its_very_edges(x: XNetwork) -> None:
    edges = {"start_time": "2026-11-13T10:00:00Z", "end_time": "2026-11-20T09:59:50Z"}
    for what in ("search", "counts"):
        assert ask(x, what, "larix", **edges).status_code == 200


@pytest.mark.parametrize("what", ["search", "mentions", "tweets"])
def test_a_stretch_of_time_begins_with_its_start_and_ends_before_its_end(
    x: XNetwork, what: str
) -> None:
    hours = [8, 7, 6, 5]
    posts = [
        x.post(BRAND, f"larix @{BRAND} {n}", created_at=NOW - timedelta(hours=n)) for n in hours
    ]
    stretch = {"start_time": "2026-11-20T03:00:00Z", "end_time": "2026-11-20T05:00:00.000Z"}
    headers = {"Authorization": f"Bearer {x.user_token}"}

    def seen(**query: str) -> list[str]:
        path = "tweets/search/recent" if what == "search" else f"users/{x.brand.id}/{what}"
        query |= {"query": "larix"} if what == "search" else {}
        body = requests.get(f"{x.url}/2/{path}", query, headers=headers, timeout=PATIENCE).json()
        return [post["id"] for post in body.get("data", [])]

    assert seen(**stretch) == posts[1:3][::-1]
    assert seen(since_id=posts[0], until_id=posts[3]) == posts[1:3][::-1]
    if what != "search":  # the id wins where both are taken
        assert seen(**stretch, since_id=posts[1]) == [posts[2]]
        assert seen(**stretch, until_id=posts[2]) == [posts[1]]


def test_counts_add_up(x: XNetwork) -> None:
    for hours in (1, 1, 30):
        x.post("anna", f"larix {hours}", created_at=NOW - timedelta(hours=hours))
    body = ask(x, "counts", "larix", granularity="day").json()
    assert body["meta"]["total_tweet_count"] == 3
    assert [day["tweet_count"] for day in body["data"]][-2:] == [1, 2]
    hourly = ask(x, "counts", "larix").json()["data"]
    assert sum(hour["tweet_count"] for hour in hourly) == 3
    assert hourly[0]["start"] == "2026-11-13T10:00:00.000Z"


def test_counts_have_the_shape_of_a_recorded_answer(x: XNetwork) -> None:
    x.post("anna", "larix", created_at=NOW - timedelta(minutes=50))
    x.repost("echo", x.post("bob", "larix", created_at=NOW - timedelta(minutes=70)))
    times = {"start_time": "2026-11-20T08:18:24Z", "end_time": "2026-11-20T09:30:00Z"}
    assert ask(x, "counts", "larix", **times).json() == {
        "data": [
            {
                "start": "2026-11-20T08:18:24.000Z",
                "end": "2026-11-20T09:00:00.000Z",
                "tweet_count": 1,
            },
            {
                "start": "2026-11-20T09:00:00.000Z",
                "end": "2026-11-20T09:30:00.000Z",
                "tweet_count": 1,
            },
        ],
        "meta": {"total_tweet_count": 2},
    }
    minutes = ask(x, "counts", "larix", granularity="minute", **times).json()["data"]
    assert len(minutes) == 72
    assert ask(x, "counts", "larix", granularity="week").status_code == 400


def test_only_the_app_may_ask_for_counts(x: XNetwork) -> None:
    headers = {"Authorization": f"Bearer {x.user_token}"}
    counts = f"{x.url}/2/tweets/counts/recent?query=larix"
    refused = requests.get(counts, headers=headers, timeout=PATIENCE)
    assert refused.status_code == 403
    assert refused.json()["title"] == "Unsupported Authentication"
    assert requests.get(counts, timeout=PATIENCE).status_code == 401
