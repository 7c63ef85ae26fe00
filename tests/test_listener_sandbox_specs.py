"""The sandbox holds to the facts derived from the networks' own documents (tests/specs)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import requests

from listener.sandbox.facebook import api as facebook_api
from listener.sandbox.facebook import fields as facebook_fields
from listener.sandbox.facebook import lists as facebook_lists
from listener.sandbox.sandbox import Sandbox
from listener.sandbox.x import api as x_api
from listener.sandbox.x import fields as x_fields
from listener.sandbox.x import write as x_write
from listener.sandbox.x.network import BRAND
from tests.patience import PATIENCE

SPECS = Path(__file__).with_name("specs")
X: dict[str, Any] = json.loads((SPECS / "x.json").read_text(encoding="utf-8"))
FACEBOOK: dict[str, Any] = json.loads((SPECS / "facebook.json").read_text(encoding="utf-8"))
# What every Graph request may carry; Meta's specs leave it out (see tests/specs/README.md).
GENERAL = {"fields", "limit", "before", "after", "since", "until", "summary"}
VERSIONS = {"tweet": "2.166", "post": "2.167"}
TYPES: dict[str, type] = {"string": str, "integer": int, "boolean": bool, "number": float}
# X's document says integer, recorded answers and 2.167 say string.
USAGE = {"project_cap", "project_usage"}
ATTACHMENT = {"media_type", "type", "url", "media", "target", "description", "title"}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox(kinds=("x", "facebook"), rate_per_minute=0)
    made.start()
    assert made.story is not None
    while made.story.next():
        pass
    made.x.edit(made.x.told["fr/code"], f"@{BRAND} corrected")
    yield made
    made.stop()


@pytest.mark.parametrize("operation", x_api.OPERATIONS, ids=lambda one: one.name)
def test_an_operation_of_x_is_what_its_document_says(operation: x_api.Operation) -> None:
    old, new = (X[version]["operations"][operation.name] for version in ("2.166", "2.167"))
    assert (operation.method, operation.status) == (old["method"], old["status"])
    assert operation.path == old["path"].replace("{tweet_id}", "{id}")
    assert {str(kind) for kind in operation.auth} == set(old["auth"])
    assert operation.parameters <= old["parameters"].keys() | new["parameters"].keys()
    required = {name for name, facts in old["parameters"].items() if facts.get("required")}
    assert required <= operation.parameters


@pytest.mark.parametrize("words", [x_fields.TWEET, x_fields.POST], ids=lambda one: one.noun)
def test_the_names_x_knows_are_those_of_its_document(words: x_fields.Vocabulary) -> None:
    spec = X[VERSIONS[words.noun]]

    def listed(operation: str, parameter: str) -> set[str]:
        found = spec["operations"][operation]["parameters"][parameter]["enum"]
        return set(spec["lists"].get(found, found) if isinstance(found, str) else found)

    search = "searchPostsRecent"
    assert words.post_fields == listed(search, words.fields_parameter)
    assert words.user_fields == listed(search, "user.fields")
    assert words.expansions == listed(search, "expansions")
    assert words.user_expansions == listed("getUsersMe", "expansions")
    assert listed(search, "media.fields") == x_fields.MEDIA_FIELDS
    assert listed(search, "place.fields") == x_fields.PLACE_FIELDS
    assert listed(search, "poll.fields") == x_fields.POLL_FIELDS


def test_the_bodies_x_takes_are_those_of_its_document() -> None:
    body = X["2.166"]["operations"]["createPosts"]["body"]
    assert body.keys() == x_write.BODY
    assert body["reply"].keys() == x_write.REPLY


def x_reads(sandbox: Sandbox) -> Iterator[tuple[str, str, dict[str, str]]]:
    x = sandbox.x
    some = ",".join([*(post.id for post in x.current()[-60:]), "1"])
    people = ",".join([*(user.id for user in list(x.users.values())[:50]), "1"])
    yield "getUsersMe", "/2/users/me", {}
    yield "getUsersByIds", "/2/users", {"ids": people}
    yield "getPostsByIds", "/2/tweets", {"ids": some}
    yield "getUsersMentions", f"/2/users/{x.brand.id}/mentions", {"max_results": "100"}
    yield "getUsersPosts", f"/2/users/{x.brand.id}/tweets", {"max_results": "100"}
    query = {"query": "larix OR lagorai", "max_results": "100"}
    yield "searchPostsRecent", "/2/tweets/search/recent", query
    yield "getPostsCountsRecent", "/2/tweets/counts/recent", {"query": "larix"}
    yield "getUsage", "/2/usage/tweets", {}


def x_get(sandbox: Sandbox, path: str, query: Mapping[str, str]) -> requests.Response:
    x = sandbox.x
    app_only = path.startswith(("/2/tweets/counts", "/2/usage"))
    token = x.secrets()["bearer_token"] if app_only else x.user_token
    return requests.get(
        x.url + path, query, headers={"Authorization": f"Bearer {token}"}, timeout=PATIENCE
    )


@pytest.mark.parametrize("words", [x_fields.TWEET, x_fields.POST], ids=lambda one: one.noun)
def test_all_x_tells_has_the_shape_of_its_document(
    sandbox: Sandbox, words: x_fields.Vocabulary
) -> None:
    spec = X[VERSIONS[words.noun]]
    for name, path, query in x_reads(sandbox):
        facts = spec["operations"][name]
        everything = {
            words.fields_parameter: words.post_fields,
            "user.fields": words.user_fields & x_fields.TWEET.user_fields,
            "media.fields": x_fields.MEDIA_FIELDS,
            "expansions": words.user_expansions if "users" in path and "/mentions" not in path
            and "/tweets" not in path else words.expansions,
        }  # fmt: skip
        asked = {n: ",".join(sorted(v)) for n, v in everything.items() if n in facts["parameters"]}
        answer = x_get(sandbox, path, {**query, **asked})
        assert answer.status_code == facts["status"], answer.text
        unlike = list(differences(answer.json(), facts["answer"], spec["shapes"], name))
        # A request for counts cannot say which vocabulary it wants: it gets the one tweepy speaks.
        assert unlike == [] or (name == "getPostsCountsRecent" and words is x_fields.POST)


def differences(value: Any, shape: Any, shapes: Mapping[str, Any], where: str) -> Iterator[str]:
    """Where a value has a name or type its shape has not."""
    if isinstance(shape, str) and shape.startswith("$"):
        shape = shapes[shape[1:]]
    if isinstance(shape, dict) and isinstance(value, dict):
        for name in value.keys() & shape.keys():
            yield from differences(value[name], shape[name], shapes, f"{where}.{name}")
        # The kinds of problem differ in what they add.
        yield from (
            f"{where}.{name}" for name in value.keys() - shape.keys() if "errors" not in where
        )
    elif isinstance(shape, list) and isinstance(value, list):
        for inner in value:
            yield from differences(inner, shape[0], shapes, f"{where}[]")
    elif not fits(value, shape) and where.rpartition(".")[2] not in USAGE:
        yield f"{where} is {value!r}, not {shape}"


def fits(value: Any, shape: Any) -> bool:
    if not isinstance(shape, str) or value is None:
        return False
    return shape == "any" or isinstance(value, TYPES[shape])


def test_x_refuses_what_it_does_not_know(sandbox: Sandbox) -> None:
    for name, path, query in x_reads(sandbox):
        assert x_get(sandbox, path, {**query, "colour": "red"}).status_code == 400, name
        for parameter in X["2.166"]["operations"][name]["parameters"]:
            told = parameter.endswith(".fields") or parameter == "expansions"
            if told and parameter not in ("usage.fields", "search_count.fields"):
                refused = x_get(sandbox, path, {**query, parameter: "colour"})
                assert refused.status_code == 400, (name, parameter)
                assert refused.json()["title"] == "Invalid Request"


def test_x_keeps_the_bounds_of_a_page(sandbox: Sandbox) -> None:
    bounds = {name: X["2.166"]["operations"][name]["parameters"] for name, _, _ in x_reads(sandbox)}
    for name, path, query in x_reads(sandbox):
        if "max_results" in bounds[name]:
            size = bounds[name]["max_results"]
            for outside in (size["minimum"] - 1, size["maximum"] + 1):
                refused = x_get(sandbox, path, {**query, "max_results": str(outside)})
                assert refused.status_code == 400, name
            fine = x_get(sandbox, path, {**query, "max_results": str(size["minimum"])})
            assert fine.status_code == 200


def test_the_names_graph_knows_are_those_of_its_specs() -> None:
    assert FACEBOOK["Comment"]["fields"].keys() == facebook_fields.COMMENT
    assert FACEBOOK["PagePost"]["fields"].keys() == facebook_fields.POST
    assert FACEBOOK["Page"]["fields"].keys() == facebook_fields.PAGE
    for node, edges in facebook_fields.EDGES.items():
        assert {f"GET {edge}" for edge in edges} <= FACEBOOK[node]["operations"].keys()


def test_the_parameters_graph_takes_are_those_of_its_specs() -> None:
    for edge, parameters in facebook_lists.EDGES.items():
        node = "Comment" if edge == "comments" else "Page"
        known = FACEBOOK[node]["operations"][f"GET {edge}"]["parameters"]
        assert parameters <= known.keys() | GENERAL, edge
    comment = FACEBOOK["Comment"]["operations"]
    assert comment["POST comments"]["parameters"].keys() >= facebook_api.COMMENT_PARAMETERS
    assert comment["POST"]["parameters"].keys() >= facebook_api.UPDATE_PARAMETERS
    listing = comment["GET comments"]["parameters"]
    assert set(listing["filter"]) == facebook_lists.FILTERS
    assert set(listing["order"]) == facebook_lists.ORDERS


def test_all_graph_tells_has_the_names_and_types_of_its_specs(sandbox: Sandbox) -> None:
    fb = sandbox.facebook
    picture = fb.comment(
        fb.told["brand/shell"], "anna", "look", photo="https://pictures.invalid/a.jpg"
    )
    fb.comment(picture, "bob", "nice")
    fb.visitor_post("carl", "see", photo="https://pictures.invalid/b.jpg")
    comment = ",".join(sorted(facebook_fields.COMMENT)).replace("parent", "parent{id,message,from}")
    post = ",".join(sorted(facebook_fields.POST))
    wanted = f"{post},attachments,comments.filter(stream).limit(100).summary(true){{{comment}}}"
    headers = {"Authorization": f"Bearer {fb.secrets()['page_access_token']}"}
    found = 0
    for edge in ("feed", "tagged"):
        body = requests.get(
            f"{fb.url}/v26.0/{fb.page_id}/{edge}",
            {"fields": wanted},
            headers=headers,
            timeout=PATIENCE,
        ).json()
        assert set(body) <= {"data", "paging"}
        for told in body["data"]:
            assert set(told.pop("attachments", {"data": [{}]})["data"][0]) <= ATTACHMENT
            comments = told.pop("comments", {"data": []})
            assert set(comments) <= {"data", "paging", "summary"}
            assert_node(told, "PagePost")
            for one in comments["data"]:
                assert_node(one, "Comment")
                found += 1
    assert found > 60


def assert_node(told: Mapping[str, Any], node: str) -> None:
    types = FACEBOOK[node]["fields"]
    for name, value in told.items():
        if types[name] == "Comment":
            assert_node(value, "Comment")
        elif types[name] == "datetime":
            assert value.endswith("+0000")
        elif types[name] in ("string", "bool", "unsigned int"):
            due = {"string": str, "bool": bool, "unsigned int": int}[types[name]]
            assert type(value) is due, (name, value)
        else:
            assert isinstance(value, list if types[name].startswith("list") else dict), name
