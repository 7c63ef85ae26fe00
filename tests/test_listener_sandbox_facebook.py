"""Sandbox Facebook, driven by facebook-sdk through our own session, as the bot drives it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import facebook
import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from config.http import ChannelSession
from config.secrets import Redactor
from listener.sandbox.facebook import fields as facebook_fields
from listener.sandbox.facebook.network import PAGE, FacebookNetwork
from tests.patience import PATIENCE

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
NESTED = (
    "id,message,from,updated_time,comments.filter(stream).order(reverse_chronological).limit(2)"
    ".summary(1){id,message,from{id},parent{id,message}}"
)


class Time:
    """A clock that moves on a second whenever somebody looks."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def fb() -> Iterator[FacebookNetwork]:
    network = FacebookNetwork(clock=Time())
    network.start()
    yield network
    network.stop()


@pytest.fixture
def graph(fb: FacebookNetwork) -> facebook.GraphAPI:
    return make_graph(fb, fb.secrets()["page_access_token"])


def make_graph(fb: FacebookNetwork, token: str) -> facebook.GraphAPI:
    session = ChannelSession(
        rewrite={"https://graph.facebook.com": fb.url}, read_timeout=PATIENCE, redactor=Redactor()
    )
    made = facebook.GraphAPI(token, session=session)
    made.version = "v26.0"
    return made


def get(fb: FacebookNetwork, path: str, **query: str) -> requests.Response:
    headers = {"Authorization": f"Bearer {fb.secrets()['page_access_token']}"}
    return requests.get(f"{fb.url}/v26.0/{path}", query, headers=headers, timeout=PATIENCE)


def error(answer: requests.Response) -> tuple[int, int, int | None]:
    found = answer.json()["error"]
    assert found["fbtrace_id"]
    return answer.status_code, found["code"], found.get("error_subcode")


def test_the_sdk_reads_the_page_and_its_feed(graph: Any, fb: FacebookNetwork) -> None:
    post = fb.page_post("Buongiorno")
    visit = fb.visitor_post("ombretta", "La zip!")
    fb.tagged_post("yael", "Thanks Larix Outdoor")
    assert graph.get_object(fb.page_id, fields="name") == {
        "name": "Larix Outdoor",
        "id": fb.page_id,
    }
    feed = graph.get_connections(fb.page_id, "feed", fields="id,from,created_time")
    assert [one["id"] for one in feed["data"]] == [visit, post]
    assert feed["data"][0]["from"]["name"] == "Ombretta"
    assert feed["data"][1]["created_time"] == "2026-11-20T10:00:02+0000"


def test_fields_expand_into_comments_and_their_parents(graph: Any, fb: FacebookNetwork) -> None:
    post = fb.page_post("Buongiorno")
    first = fb.comment(post, "renzo", "Domenica?")
    ours = fb.comment(first, PAGE, "Sì!")
    fb.comment(ours, "renzo", "Grazie")
    told = graph.get_connections(fb.page_id, "feed", fields=NESTED)["data"][0]
    comments = told["comments"]
    assert [one["message"] for one in comments["data"]] == ["Grazie", "Sì!"]
    assert comments["data"][0]["parent"] == {"id": first, "message": "Domenica?"}
    assert comments["data"][0]["from"] == {"id": fb.people["renzo"].id}
    assert comments["summary"]["total_count"] == 3
    rest = requests.get(
        comments["paging"]["next"] + f"&access_token={graph.access_token}", timeout=PATIENCE
    ).json()
    assert [one["id"] for one in rest["data"]] == [first]
    assert "next" not in rest["paging"]
    assert rest["paging"]["cursors"]["after"]  # there on the last page too: not what ends a walk


def test_a_reply_to_a_reply_ends_up_under_the_first_comment(
    graph: Any, fb: FacebookNetwork
) -> None:
    first = fb.comment(fb.page_post("Hello"), "anna", "one")
    second = fb.comment(first, "bob", "two")
    made = graph.put_comment(second, "three")
    assert fb.objects[made["id"]].parent == first
    replies = graph.get_connections(first, "comments", fields="id,message")
    assert [one["message"] for one in replies["data"]] == ["two", "three"]


def test_the_usual_filter_leaves_replies_out(graph: Any, fb: FacebookNetwork) -> None:
    post = fb.page_post("Hello")
    first = fb.comment(post, "anna", "one")
    fb.comment(first, "bob", "two")
    assert len(graph.get_connections(post, "comments")["data"]) == 1
    assert len(graph.get_connections(post, "comments", filter="stream")["data"]) == 2


def test_a_walk_sees_every_comment_once_while_new_ones_arrive(fb: FacebookNetwork) -> None:
    post = fb.page_post("Hello")
    before = [fb.comment(post, "anna", str(n)) for n in range(17)]
    seen: list[str] = []
    query = {"limit": "4", "filter": "stream", "order": "reverse_chronological"}
    while True:
        body = get(fb, f"{post}/comments", **query).json()
        seen += [one["id"] for one in body["data"]]
        if "next" not in body["paging"]:
            break
        query["after"] = body["paging"]["cursors"]["after"]
        fb.comment(post, "late", "me too")
        fb.delete(seen[-1])
    assert seen == before[::-1]


def test_authors_are_told_as_far_as_the_network_tells_them(fb: FacebookNetwork) -> None:
    tagged = fb.tagged_post("yael", "Thanks Larix Outdoor!")
    comment = fb.comment(fb.page_post("Hello"), "anna", "one")
    told = get(fb, f"{fb.page_id}/tagged", fields="id,from,message_tags").json()["data"][0]
    assert told["id"] == tagged
    assert "from" not in told
    assert told["message_tags"][0] | {"id": "", "name": ""} == {
        "id": "",
        "name": "",
        "type": "page",
        "offset": 7,
        "length": 13,
    }
    assert get(fb, comment, fields="from").json()["from"]["name"] == "Anna"
    fb.hide_authors = True
    assert get(fb, comment, fields="from").json() == {"id": comment}


def test_hiding_editing_and_deleting_go_as_far_as_they_may(graph: Any, fb: FacebookNetwork) -> None:
    post = fb.page_post("Hello")
    theirs, ours = fb.comment(post, "anna", "boo"), fb.comment(post, PAGE, "hi")
    assert graph.request(
        f"v26.0/{theirs}", post_args={"is_hidden": "true"}, method="POST"
    ) == {"success": True}  # fmt: skip
    assert fb.objects[theirs].hidden
    assert graph.get_object(theirs, fields="is_hidden,can_hide")["is_hidden"] is True
    with pytest.raises(facebook.GraphAPIError, match="cannot be hidden"):
        graph.request(f"v26.0/{ours}", post_args={"is_hidden": "true"}, method="POST")
    with pytest.raises(facebook.GraphAPIError, match="Permissions"):
        graph.request(f"v26.0/{theirs}", post_args={"message": "I love it"}, method="POST")
    assert graph.delete_object(theirs) == {"success": True}
    assert [one.id for one in fb.comments_on(post)] == [ours]


def test_a_deleted_post_takes_its_comments_with_it(fb: FacebookNetwork) -> None:
    post = fb.page_post("Hello")
    comment = fb.comment(post, "anna", "one")
    fb.delete(post)
    assert error(get(fb, comment)) == (400, 100, 33)
    assert error(get(fb, "", ids=f"{post},{comment}")) == (400, 100, 33)


def test_several_objects_come_by_their_ids(fb: FacebookNetwork) -> None:
    post = fb.page_post("Hello")
    comment = fb.comment(post, "anna", "one")
    told = get(fb, "", ids=f"{post},{comment}", fields="id,message").json()
    assert told == {
        post: {"id": post, "message": "Hello"},
        comment: {"id": comment, "message": "one"},
    }


def test_a_bad_token_is_190_and_none_is_104(fb: FacebookNetwork) -> None:
    with pytest.raises(facebook.GraphAPIError) as raised:
        make_graph(fb, "EAAwrong").get_object("me")
    assert raised.value.code == 190
    assert error(requests.get(f"{fb.url}/v26.0/me", timeout=PATIENCE)) == (400, 104, None)


def test_the_proof_of_the_app_secret_is_verified(fb: FacebookNetwork) -> None:
    assert get(fb, "me", appsecret_proof=fb.proof()).status_code == 200
    assert error(get(fb, "me", appsecret_proof="0" * 64))[1] == 100


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("me", {"fields": "name,shoe_size"}),
        ("me", {"colour": "red"}),
        ("{page}/feed", {"fields": "id,like_count"}),
        ("{page}/feed", {"limit": "101"}),
        ("{page}/feed", {"since": "yesterday"}),
        ("{page}/feed", {"fields": "id,comments{id"}),
        ("{page}/feed", {"fields": "id,,message"}),
        ("{page}/feed", {"fields": "comments{colour}"}),
        ("{page}/feed", {"after": "rubbish"}),
        ("{post}/comments", {"filter": "all"}),
        ("{post}/comments", {"order": "ranked"}),
        ("{post}/comments", {"until": "5"}),
        ("", {"ids": ""}),
    ],
)
def test_what_graph_does_not_know_is_error_100(
    fb: FacebookNetwork, path: str, query: dict[str, str]
) -> None:
    post = fb.page_post("Hello")
    fb.comment(post, "anna", "one")
    assert error(get(fb, path.format(page=fb.page_id, post=post), **query))[:2] == (400, 100)


def test_the_token_is_explained(fb: FacebookNetwork) -> None:
    token = fb.secrets()["page_access_token"]
    told = get(fb, "debug_token", input_token=token).json()["data"]
    assert told["is_valid"] is True
    assert "pages_manage_engagement" in told["scopes"]
    assert get(fb, "debug_token", input_token="x").json()["data"]["is_valid"] is False


def test_usage_stands_in_the_headers(fb: FacebookNetwork) -> None:
    fb.usage_percent = 96
    headers = get(fb, "me").headers
    assert json.loads(headers["X-App-Usage"])["call_count"] == 96
    assert json.loads(headers["X-Business-Use-Case-Usage"])[fb.page_id][0]["call_count"] == 96


def test_texts_travel_as_ascii(fb: FacebookNetwork) -> None:
    post = fb.page_post("Καλημέρα 😀")
    answer = get(fb, post)
    assert answer.content.isascii()
    assert answer.json()["message"] == "Καλημέρα 😀"


names = st.sampled_from(["id", "message", "comments", "from"])
trees = st.recursive(
    names,
    lambda inner: st.builds(
        lambda name, below: f"{name}.limit(5){{{','.join(below)}}}",
        names,
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=8,
)


@given(st.lists(trees, min_size=1, max_size=4))
def test_a_list_of_fields_is_read_as_it_was_written(parts: list[str]) -> None:
    def written(one: facebook_fields.Asked) -> str:
        modifiers = "".join(f".{name}({value})" for name, value in one.modifiers.items())
        inner = "" if one.fields is None else f"{{{','.join(map(written, one.fields))}}}"
        return one.name + modifiers + inner

    asked = facebook_fields.parse(",".join(parts))
    assert [written(one) for one in asked] == parts
