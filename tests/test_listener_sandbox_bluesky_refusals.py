"""What sandbox Bluesky refuses, and in which words: those of the reference PDS 0.5.35 and AppView
0.0.280, which were asked the very same things on 2026-11-22."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from listener.sandbox.bluesky.lexicon import LIKE, POST
from listener.sandbox.bluesky.network import BRAND, BlueskyNetwork
from tests.fakes import NOW
from tests.patience import PATIENCE
from tests.test_listener_sandbox_bluesky import Asking, text

SESSION = "com.atproto.server.createSession"
ME = "com.atproto.server.getSession"
RECORDS = "com.atproto.repo.listRecords"
RECORD = "com.atproto.repo.getRecord"
HANDLE = "com.atproto.identity.resolveHandle"
NOTIFICATIONS = "app.bsky.notification.listNotifications"
SEARCH = "app.bsky.feed.searchPosts"
THREAD = "app.bsky.feed.getPostThread"
MENTION = "app.bsky.richtext.facet#mention"
SMALL = "integer too small (minimum {}, got {})"
BIG = "integer too big (maximum {}, got {})"
MANY = "array too big (maximum {}, got {})"
TYPE = 'Expected {} value type (got "{}")'


@pytest.fixture(scope="module")
def brand() -> Iterator[Asking]:
    network = BlueskyNetwork(clock=lambda: NOW)
    network.start()
    yield Asking(network)
    network.stop()


def is_refused(answer: Any, status: int, error: str, message: str) -> bool:
    told = (answer.status_code, answer.json().get("error"), answer.json().get("message"))
    assert told == (status, error, message)
    return True


def is_invalid(answer: Any, message: str) -> bool:
    return is_refused(answer, 400, "InvalidRequest", message)


@pytest.mark.parametrize(
    ("method", "query", "problem"),
    [
        (HANDLE, {}, 'Missing required key "handle"'),
        (HANDLE, {"handle": "no body"}, 'Invalid handle (got "no body")'),
        (RECORD, {"repo": BRAND, "collection": POST}, 'Missing required key "rkey"'),
        (RECORD, {"repo": BRAND, "collection": "post", "rkey": "a"}, 'Invalid NSID (got "post")'),
        (RECORDS, {"repo": BRAND}, 'Missing required key "collection"'),
        (RECORDS, {"repo": BRAND, "collection": POST, "limit": "0"}, SMALL.format(1, 0)),
        (RECORDS, {"repo": BRAND, "collection": POST, "limit": "101"}, BIG.format(100, 101)),
        (
            RECORDS,
            {"repo": BRAND, "collection": POST, "limit": "many"},
            TYPE.format("integer", "many"),
        ),
        (
            RECORDS,
            {"repo": BRAND, "collection": POST, "reverse": "oh"},
            TYPE.format("boolean", "oh"),
        ),
        ("com.atproto.sync.getRepoStatus", {"did": BRAND}, f'Invalid DID (got "{BRAND}")'),
        ("app.bsky.actor.getProfile", {"actor": "x y"}, 'Invalid AT identifier (got "x y")'),
        ("app.bsky.actor.getProfiles", {}, 'Missing required key "actors"'),
        ("app.bsky.actor.getProfiles", {"actors": [BRAND] * 26}, MANY.format(25, 26)),
        ("app.bsky.feed.getPosts", {}, 'Missing required key "uris"'),
        ("app.bsky.feed.getPosts", {"uris": "x"}, 'Invalid at-uri (got "x")'),
        (THREAD, {}, 'Missing required key "uri"'),
        (THREAD, {"uri": ""}, 'Missing required key "uri"'),
        (THREAD, {"uri": "x"}, 'Invalid at-uri (got "x")'),
        (THREAD, {"uri": "at://a.test/a.b.c/d", "depth": "5000"}, BIG.format(1000, 5000)),
        (THREAD, {"uri": "at://a.test/a.b.c/d", "parentHeight": "-1"}, SMALL.format(0, -1)),
        ("app.bsky.feed.getAuthorFeed", {"actor": BRAND, "limit": "101"}, BIG.format(100, 101)),
        (NOTIFICATIONS, {"limit": "0"}, SMALL.format(1, 0)),
        (NOTIFICATIONS, {"limit": "x"}, TYPE.format("integer", "x")),
        (SEARCH, {}, 'Missing required key "q"'),
        (SEARCH, {"q": ""}, 'Missing required key "q"'),
        (SEARCH, {"q": "a", "lang": "!!"}, 'Invalid language (got "!!")'),
    ],
)
def test_parameters_are_refused_in_the_words_of_the_reference_server(
    brand: Asking, method: str, query: dict[str, Any], problem: str
) -> None:
    answer = brand.ask("GET", method, params=query)
    assert is_invalid(answer, f"Invalid {method} params: {problem}")


def test_parameters_nobody_knows_are_nobody_s_business(brand: Asking) -> None:
    for method, query in ((ME, {}), (NOTIFICATIONS, {}), (HANDLE, {"handle": BRAND})):
        asked = {**query, "colour": "red"}
        assert brand.ask("GET", method, params=asked).status_code == 200


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ({"langs": ["it", "en", "de", "fr"]}, "array too big (maximum 3, got 4) at $.record.langs"),
        ({"langs": ["klingonisch!"]}, 'Invalid language (got "klingonisch!") at $.record.langs[0]'),
        ({"text": 5}, "Expected string value type (got 5) at $.record.text"),
        ({"createdAt": "yesterday"}, 'Invalid datetime (got "yesterday") at $.record.createdAt'),
        ({"createdAt": "2026-11-20"}, 'Invalid datetime (got "2026-11-20") at $.record.createdAt'),
        ({"createdAt": "2026-11-20T10:00:00"}, ("Invalid datetime (got"
         ' "2026-11-20T10:00:00") at $.record.createdAt')),
        ({"createdAt": "2026-11-20T10:00:00-00:00"}, ("Invalid datetime (got"
         ' "2026-11-20T10:00:00-00:00") at $.record.createdAt')),
        ({"facets": "x"}, 'Expected array value type (got "x") at $.record.facets'),
        ({"facets": [{"features": []}]}, 'Missing required key "index" at $.record.facets[0]'),
        ({"facets": [{"index": {"byteStart": -1, "byteEnd": 1}, "features": []}]}, ("integer too"
         " small (minimum 0, got -1) at $.record.facets[0].index.byteStart")),
        ({"facets": [{"index": {"byteStart": 0, "byteEnd": 1},
                      "features": [{"$type": MENTION, "did": "anna"}]}]},
         'Invalid DID (got "anna") at $.record.facets[0].features[0].did'),
        ({"facets": [{"index": {"byteStart": 0, "byteEnd": 1}, "features": [{"did": "anna"}]}]},
         ('Expected an object which includes the "$type" property value type (got {"did": ...})'
         " at $.record.facets[0].features[0]")),
        ({"reply": "x"}, 'Expected object value type (got "x") at $.record.reply'),
        ({"reply": {"root": {"uri": "x", "cid": "bafyx"}, "parent": {}}},
         'Invalid at-uri (got "x") at $.record.reply.root.uri'),
        ({"reply": {"parent": {}}}, 'Missing required key "root" at $.record.reply'),
        ({"tags": ["a"] * 9}, "array too big (maximum 8, got 9) at $.record.tags"),
        ({"embed": {"a": 1}}, ('Expected an object which includes the "$type" property value type'
         ' (got {"a": ...}) at $.record.embed')),
        ({"embed": {"$type": "app.bsky.embed.record", "record": {"uri": "at://did:plc:a"}}},
         'Missing required key "cid" at $.record.embed.record'),
    ],
)  # fmt: skip
def test_records_are_refused_in_the_words_of_the_reference_server(
    brand: Asking, value: dict[str, Any], problem: str
) -> None:
    answer = brand.record(text("Hello") | value)
    assert is_invalid(answer, f"Invalid {POST} record: {problem}")


@pytest.mark.parametrize("name", ["text", "createdAt"])
def test_a_post_has_words_and_a_date(brand: Asking, name: str) -> None:
    value = text("Hello")
    del value[name]
    problem = f'Missing required key "{name}" at $.record'
    assert is_invalid(brand.record(value), f"Invalid {POST} record: {problem}")


@pytest.mark.parametrize(
    "value",
    [
        {"text": ""},
        {"langs": ["it", "en-GB", "x-klingon"]},
        {"createdAt": "2026-11-20T10:00:00+01:00"},
        {"createdAt": "2026-02-31T10:00:00Z"},
        {"colour": None},
        {"embed": {"$type": "com.example.x", "a": 1}},
        {"facets": [{"index": {"byteStart": 3, "byteEnd": 1},
                     "features": [{"$type": "com.example#colour"}]}]},
    ],
)  # fmt: skip
def test_what_looks_odd_is_taken_as_the_reference_server_takes_it(
    brand: Asking, value: dict[str, Any]
) -> None:
    assert brand.record(text("Hello") | value).status_code == 200


def test_a_record_is_of_the_type_of_its_collection(brand: Asking) -> None:
    wrong = brand.record(text("Hello") | {"$type": LIKE})
    assert is_invalid(wrong, f"Invalid $type: expected {POST}, got {LIKE}")
    untyped = text("Hello")
    del untyped["$type"]
    assert brand.record(untyped).json()["cid"] == brand.record(text("Hello")).json()["cid"]


def test_of_collections_nobody_knows_any_record_is_taken_unless_it_shall_be_checked(
    brand: Asking,
) -> None:
    note = {"collection": "example.larix.note"}
    assert brand.record({"a": 1}, **note).json()["validationStatus"] == "unknown"
    strict = brand.record({"a": 1}, **note, validate=True)
    assert is_invalid(strict, "Unknown lexicon type: example.larix.note")
    loose = brand.record(text("Hello") | {"text": 5}, validate=False)
    assert (loose.status_code, "validationStatus" in loose.json()) == (200, False)
    assert brand.posts(loose.json()["uri"]) == []  # the AppView does not take it


def test_a_record_holds_no_fractions_and_nothing_nested_without_end(brand: Asking) -> None:
    half = brand.record(text("Hello") | {"weight": 1.5})
    assert is_invalid(
        half,
        "Expected one of null, boolean, integer, string, cid, bytes, array or object value type"
        " (got 1.5) at $.record.weight",
    )
    assert brand.record(text("Hello") | {"weight": 2.0}).status_code == 200
    deep: Any = {}
    for _ in range(200):
        deep = {"a": deep}
    assert brand.record(text("Hello") | {"deep": deep}).status_code == 400


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"identifier": BRAND}, 'Missing required key "password" at $'),
        ({"identifier": BRAND, "password": 5}, "Expected string value type (got 5) at $.password"),
        ([], "Expected object value type (got []) at $"),
    ],
)
def test_bodies_are_refused_in_the_words_of_the_reference_server(
    brand: Asking, body: Any, problem: str
) -> None:
    assert is_invalid(brand.write(SESSION, body), problem)


def test_a_repository_and_a_key_are_named_as_they_should_be(brand: Asking) -> None:
    assert is_invalid(
        brand.record(text("x"), repo="x y"), 'Invalid AT identifier (got "x y") at $.repo'
    )
    assert is_invalid(
        brand.record(text("x"), collection="post"), 'Invalid NSID (got "post") at $.collection'
    )
    for key in ("a/b", "..", ""):
        answer = brand.record(text("x"), rkey=key)
        assert is_invalid(answer, f'Invalid record key (got "{key}") at $.rkey')
    nobody = brand.record(text("x"), repo="did:plc:aaaaaaaaaaaaaaaaaaaaaaaa")
    assert is_refused(nobody, 403, "AccountNotFound", "Account not found")


def test_what_a_body_is_made_of_is_told(brand: Asking) -> None:
    none = brand.ask("POST", SESSION)
    assert is_invalid(none, "Request encoding (Content-Type) required but not provided")
    form = brand.ask("POST", SESSION, data={"identifier": "a"})
    assert is_invalid(
        form, "Wrong request encoding (Content-Type): application/x-www-form-urlencoded"
    )
    headers = {"Content-Type": "application/json"}
    url = f"{brand.network.url}/xrpc/{SESSION}"
    cut = requests.post(url, data='{"ident', headers=headers, timeout=PATIENCE)
    assert (cut.status_code, cut.json()["error"]) == (400, "SyntaxError")
    refresh = brand.ask(
        "POST", "com.atproto.server.refreshSession", token=brand.session["refreshJwt"], json={}
    )
    assert is_invalid(refresh, "A request body was provided when none was expected")


@pytest.mark.parametrize(
    ("header", "status", "error", "message"),
    [
        (None, 401, "AuthMissing", "Authentication Required"),
        ("Bearer abc", 400, "InvalidToken", "Token could not be verified"),
        ("Bearer a.b.c", 400, "InvalidToken", "Token could not be verified"),
        ("Bearer a b", 400, "InvalidToken", "Malformed authorization header"),
        ("Basic YTpi", 400, "InvalidToken", "Unexpected authorization type"),
        ("Foo a", 400, "InvalidToken", "Unsupported authorization type: Foo"),
    ],
)
@pytest.mark.parametrize("method", [ME, NOTIFICATIONS])
def test_who_does_not_prove_who_they_are_is_told_why(
    brand: Asking, method: str, header: str | None, status: int, error: str, message: str
) -> None:
    headers = {"Authorization": header} if header else {}
    answer = requests.get(f"{brand.network.url}/xrpc/{method}", headers=headers, timeout=PATIENCE)
    assert is_refused(answer, status, error, message)


def test_each_token_is_for_its_own_work_and_nobody_else_can_sign_one(brand: Asking) -> None:
    access, refresh = brand.session["accessJwt"], brand.session["refreshJwt"]
    elsewhere = BlueskyNetwork(seed=2, clock=lambda: NOW)
    elsewhere.start()
    other = Asking(elsewhere).session["accessJwt"]
    elsewhere.stop()
    for verb, method, token in (
        ("GET", ME, refresh),
        ("POST", "com.atproto.server.refreshSession", access),
        ("POST", "com.atproto.server.deleteSession", access),
        ("GET", ME, access[:-3] + "AAA"),
        ("GET", ME, other),
    ):
        answer = brand.ask(verb, method, token=token)
        assert is_refused(answer, 400, "InvalidToken", "Token could not be verified")


@pytest.mark.parametrize(
    "keys",
    [
        {"identifier": BRAND, "password": "aaaa-bbbb-cccc-dddd"},
        {"identifier": "nobody.bsky.test", "password": "aaaa-bbbb-cccc-dddd"},
        {"identifier": f"@{BRAND}", "password": "aaaa-bbbb-cccc-dddd"},
        {"identifier": BRAND, "password": "ünïcode"},
    ],
)
def test_nobody_is_told_whether_the_name_or_the_password_is_wrong(
    brand: Asking, keys: dict[str, str]
) -> None:
    answer = brand.write(SESSION, keys)
    assert is_refused(answer, 401, "AuthenticationRequired", "Invalid identifier or password")


def test_who_or_what_is_not_there_is_said_in_its_own_words(brand: Asking) -> None:
    nobody, nowhere = "nobody.bsky.test", "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"
    uri = f"at://{brand.did}/{POST}/3mcmv7yyc2222"
    asked = {"repo": nobody, "collection": POST}
    for answer, error, message in (
        (brand.ask("GET", RECORDS, params=asked),
         "InvalidRequest", f"Could not find repo: {nobody}"),
        (brand.ask("GET", RECORD, params={**asked, "repo": BRAND, "rkey": "3mcmv7yyc2222"}),
         "RecordNotFound", f"Could not locate record: {uri}"),
        (brand.ask("GET", HANDLE, params={"handle": nobody}),
         "HandleNotFound", "Unable to resolve handle"),
        (brand.ask("GET", "com.atproto.sync.getRepoStatus", params={"did": nowhere}),
         "RepoNotFound", f"Could not find repo for DID: {nowhere}"),
        (brand.ask("GET", "app.bsky.actor.getProfile", params={"actor": nowhere}),
         "InvalidRequest", "Profile not found"),
        (brand.ask("GET", THREAD, params={"uri": uri}), "NotFound", f"Post not found: {uri}"),
        (brand.ask("GET", NOTIFICATIONS, params={"seenAt": "2026-11-20T10:00:00Z"}),
         "InvalidRequest", "The seenAt parameter is unsupported"),
    ):  # fmt: skip
        assert is_refused(answer, 400, error, message)
    unread = brand.ask("GET", RECORDS, params={"repo": BRAND, "collection": "example.a.b"})
    assert unread.json() == {"records": []}


def test_a_handle_in_the_address_of_a_post_is_too_much_for_the_appview(brand: Asking) -> None:
    uris = {"uris": [f"at://{BRAND}/{POST}/3mcmv7yyc2222"]}
    stumbled = brand.ask("GET", "app.bsky.feed.getPosts", params=uris)
    assert is_refused(stumbled, 502, "InternalServerError", "Internal Server Error")


def test_each_method_has_its_own_verb(brand: Asking) -> None:
    for verb, method, message in (
        ("GET", SESSION, "Incorrect HTTP method (GET) expected POST"),
        ("POST", ME, "Incorrect HTTP method (POST) expected GET"),
        ("POST", NOTIFICATIONS, "Incorrect HTTP method (POST) expected GET"),
        ("PUT", ME, "XRPC requests only supports GET and POST"),
        ("GET", "a b/c", "invalid xrpc path"),
        ("GET", "", "invalid xrpc path"),
    ):
        assert is_invalid(brand.ask(verb, method), message)
