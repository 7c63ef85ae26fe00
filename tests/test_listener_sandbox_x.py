"""Sandbox X, driven by tweepy through our own session, as the bot drives it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
import tweepy  # type: ignore[import-untyped]

from config.http import ChannelSession
from config.secrets import Redactor
from listener.sandbox.x import post as x_post
from listener.sandbox.x.network import BRAND, XNetwork
from listener.sandbox.x.post import Photo
from tests.patience import PATIENCE

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
LONG = "Ich schreibe das jetzt öffentlich. " * 20


class Time:
    """A clock that stands still until told."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **how: float) -> None:
        self.now += timedelta(**how)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def x(time: Time) -> Iterator[XNetwork]:
    network = XNetwork(clock=time)
    network.start()
    yield network
    network.stop()


@pytest.fixture
def client(x: XNetwork) -> tweepy.Client:
    return make_client(x, **x.secrets())


def make_client(x: XNetwork, **keys: str) -> tweepy.Client:
    made = tweepy.Client(**keys, return_type=requests.Response)
    made.session = ChannelSession(
        rewrite={"https://api.twitter.com": x.url}, read_timeout=PATIENCE, redactor=Redactor()
    )
    return made


def mentions(client: tweepy.Client, x: XNetwork, **more: Any) -> dict[str, Any]:
    body: dict[str, Any] = client.get_users_mentions(x.brand.id, user_auth=True, **more).json()
    return body


def ids(body: dict[str, Any]) -> list[str]:
    return [post["id"] for post in body.get("data", [])]


def test_tweepy_is_told_who_we_are(client: tweepy.Client, x: XNetwork) -> None:
    answer = client.get_me()
    assert answer.json()["data"] == {
        "id": x.brand.id,
        "name": "Larix Outdoor",
        "username": BRAND,
    }
    assert answer.headers["x-access-level"] == "read-write-directmessages"
    assert int(answer.headers["x-rate-limit-reset"]) > NOW.timestamp()


def test_a_wrong_signature_is_401(x: XNetwork) -> None:
    keys = x.secrets() | {"access_token_secret": "wrong"}
    with pytest.raises(tweepy.Unauthorized) as raised:
        make_client(x, **keys).get_me()
    assert raised.value.response.json()["title"] == "Unauthorized"
    assert raised.value.response.headers["content-type"].startswith("application/problem+json")


def test_a_signature_for_another_address_is_401(x: XNetwork) -> None:
    signed = requests.Request("GET", f"{x.url}/2/users/me").prepare()
    make_client(x, **x.secrets())
    auth = tweepy.OAuth1UserHandler(**{k: v for k, v in x.secrets().items() if k != "bearer_token"})
    header = auth.apply_auth()(signed).headers["Authorization"]
    other = requests.get(f"{x.url}/2/users/me?user.fields=name", headers={"Authorization": header})
    assert requests.get(f"{x.url}/2/users/me", headers={"Authorization": header}).status_code == 200
    assert other.status_code == 401


def test_the_app_token_reads_but_does_not_speak_for_the_account(
    client: tweepy.Client, x: XNetwork
) -> None:
    assert client.get_recent_tweets_count("larix").status_code == 200
    with pytest.raises(tweepy.Forbidden, match="Application-Only is forbidden"):
        client.create_tweet(text="hello", user_auth=False)
    with pytest.raises(tweepy.Forbidden, match=r"Supported authentication types"):
        client.request("GET", "/2/usage/tweets", user_auth=True)


def test_mentions_are_told_newest_first_and_only_as_asked(
    client: tweepy.Client, x: XNetwork, time: Time
) -> None:
    first = x.post("anna", f"@{BRAND} dov'è il mio pacco?", lang="it")
    time.passes(seconds=5)
    second = x.post("bob", f"hi @{BRAND}!", lang="en")
    x.post("carl", "nothing to do with anyone")
    body = mentions(client, x)
    assert ids(body) == [second, first]
    assert body["data"][0] == {
        "id": second,
        "text": f"hi @{BRAND}!",
        "edit_history_tweet_ids": [second],
    }
    assert body["meta"] == {"newest_id": second, "oldest_id": first, "result_count": 2}
    told = mentions(
        client, x, tweet_fields=["author_id", "lang"], expansions=["author_id"], since_id=first
    )
    assert told["data"][0]["lang"] == "en"
    assert told["includes"]["users"] == [
        {"id": x.users["bob"].id, "name": "Bob", "username": "bob"}
    ]


def test_no_mentions_is_an_answer_without_data(client: tweepy.Client, x: XNetwork) -> None:
    assert mentions(client, x) == {"meta": {"result_count": 0}}


def test_a_walk_sees_every_post_once_while_new_ones_arrive(
    client: tweepy.Client, x: XNetwork, time: Time
) -> None:
    before = [x.post(f"c{n}", f"@{BRAND} {n}") for n in range(23)]
    seen, token = [], None
    while True:
        body = mentions(client, x, max_results=5, pagination_token=token)
        seen += ids(body)
        token = body["meta"].get("next_token")
        if token is None:
            break
        time.passes(seconds=1)
        x.post("late", f"@{BRAND} me too at {time.now}")
    assert seen == before[::-1]


def test_mentions_reach_back_800_posts(client: tweepy.Client, x: XNetwork) -> None:
    posts = [x.post("anna", f"@{BRAND} {n}") for n in range(805)]
    seen, token = [], None
    while True:
        body = mentions(client, x, max_results=100, pagination_token=token)
        seen += ids(body)
        token = body["meta"].get("next_token")
        if token is None:
            break
    assert seen == posts[:4:-1]


def test_a_reply_carries_the_handles_x_puts_before_it(client: tweepy.Client, x: XNetwork) -> None:
    ours = x.post(BRAND, "New boots!")
    theirs = x.post("anna", "nice", in_reply_to=ours)
    told = mentions(
        client,
        x,
        tweet_fields=["display_text_range", "conversation_id", "in_reply_to_user_id", "entities"],
        expansions=["referenced_tweets.id"],
    )
    post = told["data"][0]
    assert post["text"] == f"@{BRAND} nice"
    assert post["display_text_range"] == [len(BRAND) + 2, len(BRAND) + 6]
    assert post["conversation_id"] == ours
    assert post["in_reply_to_user_id"] == x.brand.id
    assert post["referenced_tweets"] == [{"type": "replied_to", "id": ours}]
    assert ids({"data": told["includes"]["tweets"]}) == [ours]
    assert [one.id for one in x.replies_to(ours)] == [theirs]


def test_a_long_post_is_cut_and_told_whole_in_its_note(client: tweepy.Client, x: XNetwork) -> None:
    x.post("hans", f"@{BRAND} {LONG}")
    post = mentions(client, x, tweet_fields=["note_tweet", "entities"])["data"][0]
    assert post["text"].endswith("…")
    assert x_post.weight(post["text"]) <= 280
    assert post["note_tweet"]["text"] == f"@{BRAND} {LONG}"
    assert post["note_tweet"]["entities"]["mentions"][0]["id"] == x.brand.id


def test_links_and_pictures_hide_behind_t_co(client: tweepy.Client, x: XNetwork) -> None:
    photo = Photo(url="https://pictures.invalid/zip.jpg", alt="a broken zip")
    x.post("will", f"@{BRAND} see https://example.org/a?b=c.", photos=[photo])
    body = mentions(
        client,
        x,
        tweet_fields=["entities", "display_text_range", "attachments"],
        expansions=["attachments.media_keys"],
        media_fields=["alt_text", "url"],
    )
    post = body["data"][0]
    link, picture = post["entities"]["urls"]
    assert "example.org" not in post["text"]
    for entity in (link, picture):
        assert post["text"][entity["start"] : entity["end"]] == entity["url"]
    assert link["expanded_url"] == "https://example.org/a?b=c"
    assert picture["start"] > post["display_text_range"][1]
    assert body["includes"]["media"][0]["alt_text"] == "a broken zip"
    assert post["attachments"]["media_keys"] == [body["includes"]["media"][0]["media_key"]]


def test_an_edit_is_a_new_id_in_the_same_chain(
    client: tweepy.Client, x: XNetwork, time: Time
) -> None:
    first = x.post("flo", f"@{BRAND} code marche pas")
    time.passes(minutes=2)
    second = x.edit(first, f"@{BRAND} le code ne marche pas, c'est normal ?")
    assert ids(mentions(client, x)) == [second]
    told = mentions(client, x, since_id=first, tweet_fields=["edit_controls"])["data"][0]
    assert told["edit_history_tweet_ids"] == [first, second]
    assert told["edit_controls"]["editable_until"] == "2026-11-20T11:00:00.000Z"
    x.delete(second)
    errors = client.get_tweets([first, second], user_auth=True).json()["errors"]
    assert [one["resource_id"] for one in errors] == [first, second]


def test_what_is_gone_is_named_beside_what_is_not(client: tweepy.Client, x: XNetwork) -> None:
    there, gone = x.post("anna", "here"), x.post("bob", "gone")
    x.delete(gone)
    body = client.get_tweets([there, gone, "123"], user_auth=True).json()
    assert ids(body) == [there]
    assert {one["resource_id"] for one in body["errors"]} == {gone, "123"}
    assert all(one["type"].endswith("resource-not-found") for one in body["errors"])


def test_a_late_indexed_post_appears_late_with_its_old_id(
    client: tweepy.Client, x: XNetwork, time: Time
) -> None:
    late = x.post("anna", f"@{BRAND} slow", indexed_after=30)
    time.passes(seconds=5)
    early = x.post("bob", f"@{BRAND} fast")
    assert ids(mentions(client, x)) == [early]
    time.passes(seconds=30)
    assert ids(mentions(client, x)) == [early, late]
    assert int(late) < int(early)


def test_our_own_post_stays_unseen_for_the_lag(
    client: tweepy.Client, x: XNetwork, time: Time
) -> None:
    x.lag_seconds = 60
    x.post(BRAND, "just now")
    assert ids(client.get_users_tweets(x.brand.id, user_auth=True).json()) == []
    time.passes(seconds=61)
    assert len(ids(client.get_users_tweets(x.brand.id, user_auth=True).json())) == 1


def test_both_vocabularies_are_spoken(x: XNetwork) -> None:
    ours = x.post(BRAND, "hello")
    x.post("anna", LONG, in_reply_to=ours)
    answer = requests.get(
        f"{x.url}/2/users/{x.brand.id}/mentions",
        {
            "post.fields": "note_post,public_metrics",
            "expansions": "author_id,referenced_posts,edit_history_post_ids",
        },
        headers={"Authorization": f"Bearer {x.user_token}"},
    ).json()
    post = answer["data"][0]
    assert "repost_count" in post["public_metrics"]
    assert post["note_post"]["text"].endswith(LONG)
    assert post["referenced_posts"] == [{"type": "replied_to", "id": ours}]
    assert post["edit_history_post_ids"] == [post["id"]]
    assert [one["id"] for one in answer["includes"]["posts"]] == [ours]
    assert not any("tweet" in name for name in post)


def test_the_rate_limit_holds_until_the_window_ends(
    client: tweepy.Client, x: XNetwork, time: Time
) -> None:
    x.rate_limit = 2
    mentions(client, x)
    assert client.get_users_mentions(x.brand.id, user_auth=True).headers[
        "x-rate-limit-remaining"
    ] == "0"  # fmt: skip
    with pytest.raises(tweepy.TooManyRequests) as raised:
        mentions(client, x)
    reset = int(raised.value.response.headers["x-rate-limit-reset"])
    time.now = datetime.fromtimestamp(reset, UTC)
    mentions(client, x)
