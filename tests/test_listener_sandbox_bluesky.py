"""Sandbox Bluesky, asked over HTTP as a client asks: sessions, records, people, posts, threads."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests

from listener.sandbox.bluesky.dates import iso
from listener.sandbox.bluesky.lexicon import MENTIONED_MAY, POST
from listener.sandbox.bluesky.network import BRAND, BlueskyNetwork
from tests.fakes import Watch
from tests.patience import PATIENCE

Body = dict[str, Any]


class Asking:
    """One account signed in, and what it asks."""

    def __init__(self, network: BlueskyNetwork, handle: str = BRAND) -> None:
        self.network = network
        self.http = requests.Session()
        name = network.customer(handle).handle
        keys = {"identifier": name, "password": network.password_of(name)}
        self.session: Body = self.write("com.atproto.server.createSession", keys).json()
        self.token: str | None = self.session["accessJwt"]
        self.did: str = self.session["did"]

    def ask(self, verb: str, method: str, *, token: str | None = "", **more: Any) -> Any:
        token = getattr(self, "token", None) if token == "" else token
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        url = f"{self.network.url}/xrpc/{method}"
        return self.http.request(verb, url, headers=headers, timeout=PATIENCE, **more)

    def read(self, method: str, **query: Any) -> Body:
        answer = self.ask("GET", f"app.bsky.{method}", params=query)
        assert answer.status_code == 200, answer.text
        body: Body = answer.json()
        return body

    def write(self, method: str, body: Any, **more: Any) -> Any:
        return self.ask("POST", method, json=body, **more)

    def record(self, value: Body, *, verb: str = "createRecord", **more: Any) -> Any:
        body = {"repo": self.did, "collection": POST, "record": value, **more}
        return self.write(f"com.atproto.repo.{verb}", body)

    def notifications(self, **query: Any) -> list[Body]:
        found: list[Body] = self.read("notification.listNotifications", **query)["notifications"]
        return found

    def thread(self, uri: str, **query: Any) -> Body:
        return self.read("feed.getPostThread", uri=uri, **query)

    def posts(self, *uris: str) -> list[Body]:
        found: list[Body] = self.read("feed.getPosts", uris=list(uris))["posts"]
        return found


def said(items: list[Body]) -> list[str]:
    """The words of posts, notifications or a feed."""
    return [one.get("post", one)["record"]["text"] for one in items]


def text(words: str, **more: Any) -> Body:
    return {"$type": POST, "text": words, "createdAt": "2026-11-20T10:00:00.000Z", **more}


def refs(root: Body, parent: Body) -> Body:
    return {
        name: {"uri": one["uri"], "cid": one["cid"]}
        for name, one in (("root", root), ("parent", parent))
    }


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def network(watch: Watch) -> Iterator[BlueskyNetwork]:
    made = BlueskyNetwork(clock=watch)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def brand(network: BlueskyNetwork) -> Asking:
    return Asking(network)


def claims(token: str) -> Body:
    part = token.split(".")[1]
    body: Body = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return body


def test_an_app_password_gets_two_tokens_a_client_can_read(brand: Asking, watch: Watch) -> None:
    access, again = (claims(brand.session[name]) for name in ("accessJwt", "refreshJwt"))
    now = int(watch.now.timestamp())
    assert access == {
        "scope": "com.atproto.appPass",
        "sub": brand.did,
        "iat": now,
        "exp": now + 7200,
        "aud": "did:web:localhost",
    }
    assert (again["scope"], again["exp"] - now) == ("com.atproto.refresh", 90 * 86_400)
    assert (brand.session["handle"], brand.session["active"]) == (BRAND, True)
    service = brand.session["didDoc"]["service"][0]
    assert (service["id"], service["serviceEndpoint"]) == ("#atproto_pds", brand.network.url)
    told = brand.ask("GET", "com.atproto.server.getSession").json()
    assert told == {
        name: value for name, value in brand.session.items() if not name.endswith("Jwt")
    }


@pytest.mark.parametrize("name", ["larixoutdoor.bsky.test", "LarixOutdoor.BSKY.test", "did"])
def test_one_signs_in_with_a_handle_in_any_case_or_a_did(brand: Asking, name: str) -> None:
    keys = {
        "identifier": brand.did if name == "did" else name,
        "password": brand.network.secrets()["app_password"],
    }
    assert brand.write("com.atproto.server.createSession", keys).status_code == 200


def test_an_access_token_lasts_two_hours_and_then_says_that_it_has_expired(
    brand: Asking, watch: Watch
) -> None:
    watch.advance(seconds=7199)
    assert brand.ask("GET", "com.atproto.server.getSession").status_code == 200
    watch.advance(seconds=1)
    for method in ("com.atproto.server.getSession", "app.bsky.notification.listNotifications"):
        expired = brand.ask("GET", method)
        assert (expired.status_code, expired.json()) == (
            400,
            {"error": "ExpiredToken", "message": "Token has expired"},
        )


def test_a_refresh_token_may_be_used_again_for_two_hours_and_leads_to_the_same_one(
    brand: Asking, watch: Watch
) -> None:
    def refresh(token: str) -> Any:
        return brand.ask("POST", "com.atproto.server.refreshSession", token=token)

    first = brand.session["refreshJwt"]
    second, third = (refresh(first).json()["refreshJwt"] for _ in range(2))
    assert claims(second)["jti"] == claims(third)["jti"] != claims(first)["jti"]
    watch.advance(hours=2)
    gone = refresh(first)
    assert (gone.status_code, gone.json()["error"]) == (400, "ExpiredToken")
    fresh = refresh(second)
    assert fresh.status_code == 200
    brand.token = fresh.json()["accessJwt"]
    assert brand.notifications() == []


def test_signing_out_ends_the_refresh_token_alone(brand: Asking) -> None:
    refresh = brand.session["refreshJwt"]
    for _ in range(2):
        out = brand.ask("POST", "com.atproto.server.deleteSession", token=refresh)
        assert (out.status_code, out.text) == (200, "")
    gone = brand.ask("POST", "com.atproto.server.refreshSession", token=refresh)
    assert gone.json() == {"error": "ExpiredToken", "message": "Token has been revoked"}
    assert brand.ask("GET", "com.atproto.server.getSession").status_code == 200


def test_a_session_outlives_a_restart_of_the_network(tmp_path: Any, watch: Watch) -> None:
    path = tmp_path / "bluesky.jsonl"
    first = BlueskyNetwork(clock=watch, path=path)
    first.start()
    before = Asking(first)
    ended = Asking(first)
    ended.ask("POST", "com.atproto.server.deleteSession", token=ended.session["refreshJwt"])
    first.stop()
    second = BlueskyNetwork(clock=watch, path=path)
    second.start()
    again = Asking(second)
    for token, status in ((before.session["refreshJwt"], 200), (ended.session["refreshJwt"], 400)):
        answer = again.ask("POST", "com.atproto.server.refreshSession", token=token)
        assert answer.status_code == status
    again.token = before.token
    assert again.notifications() == []
    second.stop()


def test_a_record_is_written_told_changed_and_deleted(brand: Asking) -> None:
    made = brand.record(text("Hello", langs=["en"])).json()
    assert made["validationStatus"] == "valid"
    key = made["uri"].rpartition("/")[2]
    where = {"repo": brand.did, "collection": POST, "rkey": key}
    told = brand.ask("GET", "com.atproto.repo.getRecord", params=where, token=None).json()
    assert told == {
        "uri": made["uri"],
        "cid": made["cid"],
        "value": text("Hello", langs=["en"]),
    }
    changed = brand.record(text("Hi"), verb="putRecord", rkey=key).json()
    assert (changed["uri"], changed["cid"] != made["cid"]) == (made["uri"], True)
    assert changed["commit"]["rev"] > made["commit"]["rev"]
    gone = brand.write("com.atproto.repo.deleteRecord", where).json()
    assert gone["commit"]["rev"] > changed["commit"]["rev"]
    assert brand.write("com.atproto.repo.deleteRecord", where).json() == {}
    missing = brand.ask("GET", "com.atproto.repo.getRecord", params=where)
    assert (missing.status_code, missing.json()["error"]) == (400, "RecordNotFound")


def test_records_are_listed_by_their_keys_the_newest_first(brand: Asking) -> None:
    made = [brand.record(text(str(n))).json()["uri"] for n in range(5)]

    def page(**query: Any) -> Body:
        asked = {"repo": BRAND, "collection": POST, "limit": 2, **query}
        body: Body = brand.ask(
            "GET", "com.atproto.repo.listRecords", params=asked, token=None
        ).json()
        return body

    seen, cursor = [], None
    while True:
        body = page(cursor=cursor) if cursor else page()
        seen += [one["uri"] for one in body["records"]]
        cursor = body.get("cursor")
        if cursor is None:
            break
    assert seen == made[::-1]
    assert [one["uri"] for one in page(reverse="true")["records"]] == made[:2]


def test_a_repository_says_what_it_holds_and_its_newest_revision(brand: Asking) -> None:
    rev = brand.record(text("Hello")).json()["commit"]["rev"]
    told = brand.ask("GET", "com.atproto.repo.describeRepo", params={"repo": BRAND}).json()
    assert told["collections"] == ["app.bsky.actor.profile", POST]
    assert (told["did"], told["handleIsCorrect"]) == (brand.did, True)
    status = brand.ask("GET", "com.atproto.sync.getRepoStatus", params={"did": brand.did}).json()
    assert status == {"did": brand.did, "active": True, "rev": rev}
    asked = {"handle": BRAND.upper()}
    resolved = brand.ask("GET", "com.atproto.identity.resolveHandle", params=asked).json()
    assert resolved == {"did": brand.did}


def test_a_write_meant_for_an_older_state_is_refused(brand: Asking) -> None:
    first = brand.record(text("one")).json()
    commit = first["commit"]["cid"]
    assert brand.record(text("two"), swapCommit=commit).status_code == 200
    late = brand.record(text("three"), swapCommit=commit)
    assert (late.status_code, late.json()["error"]) == (400, "InvalidSwap")
    key = first["uri"].rpartition("/")[2]
    wrong = brand.record(text("x"), verb="putRecord", rkey=key, swapRecord=commit)
    assert wrong.json() == {"error": "InvalidSwap", "message": f"Record was at {first['cid']}"}
    right = brand.record(text("x"), verb="putRecord", rkey=key, swapRecord=first["cid"])
    assert right.status_code == 200


def test_one_writes_to_one_s_own_repository_alone(brand: Asking, network: BlueskyNetwork) -> None:
    anna = network.customer("anna")
    mine = network.post("anna", "mine")
    body = {"repo": anna.did, "collection": POST, "record": text("not yours")}
    for method, more in (
        ("createRecord", {}),
        ("putRecord", {"rkey": mine.rpartition("/")[2]}),
        ("deleteRecord", {"rkey": mine.rpartition("/")[2]}),
    ):
        refused = brand.write(f"com.atproto.repo.{method}", {**body, **more})
        assert (refused.status_code, refused.json()["error"]) == (401, "AuthenticationRequired")
    assert network.posts[mine].text == "mine"


def test_people_are_told_with_what_stands_between_them_and_us(
    brand: Asking, network: BlueskyNetwork, watch: Watch
) -> None:
    anna = network.customer("anna", name="Anna Bianchi", about="climbs")
    network.post("anna", "one")
    follow = network.follow("anna")
    network.mute("anna")
    told = brand.read("actor.getProfile", actor=anna.handle)
    assert told["displayName"] == "Anna Bianchi"
    assert (told["description"], told["postsCount"], told["followsCount"]) == ("climbs", 1, 1)
    assert told["viewer"]["followedBy"] == follow
    assert told["viewer"]["muted"] is True
    block = network.block("anna")
    told = brand.read("actor.getProfile", actor=anna.did)
    assert told["viewer"] | {"blockedBy": True} == told["viewer"]
    assert "followedBy" not in told["viewer"]
    network.delete(block)
    both = brand.read("actor.getProfiles", actors=[anna.did, "nobody.bsky.test", BRAND])["profiles"]
    assert [one["did"] for one in both] == [anna.did, brand.did]
    network.rename("anna", "anna.example.com")
    assert brand.read("actor.getProfile", actor=anna.did)["handle"] == "anna.example.com"
    missing = brand.ask("GET", "app.bsky.actor.getProfile", params={"actor": "anna.bsky.test"})
    assert missing.json()["message"] == "Profile not found"


def test_what_can_be_no_handle_opens_no_account(network: BlueskyNetwork) -> None:
    for wrong in ("anna_b", "", "ännä", "a..b", "-a"):
        with pytest.raises(ValueError, match="is no handle on Bluesky"):
            network.post(wrong, "hello")
    assert len(network.accounts) == 1


def test_a_post_is_told_with_its_counts_and_its_box(brand: Asking, network: BlueskyNetwork) -> None:
    ours = network.post(BRAND, "New boots", likes=3)
    network.post("anna", "nice", reply_to=ours)
    quote = network.post("bob", "look", quote=ours, images=["a boot"])
    network.like("carl", ours)
    network.repost("carl", ours)
    told, box = brand.posts(ours, quote)
    counts = {name: told[f"{name}Count"] for name in ("reply", "quote", "like", "repost")}
    assert counts == {"reply": 1, "quote": 1, "like": 4, "repost": 1}
    assert box["embed"]["$type"] == "app.bsky.embed.recordWithMedia#view"
    assert box["embed"]["record"]["record"]["value"]["text"] == "New boots"
    image = box["embed"]["media"]["images"][0]
    assert (image["alt"], image["aspectRatio"]["width"]) == ("a boot", 1200)
    assert image["fullsize"].startswith(f"{network.url}/img/feed_fullsize/plain/did:plc:")
    network.delete(ours)
    assert brand.posts(ours) == []
    assert brand.posts(quote)[0]["embed"]["record"]["record"]["notFound"] is True


def test_a_thread_is_told_up_and_down_the_newest_answers_first(
    brand: Asking, network: BlueskyNetwork, watch: Watch
) -> None:
    root = network.post("anna", "where is it?")
    watch.advance(seconds=1)
    ours = network.post(BRAND, "on its way", reply_to=root)
    watch.advance(seconds=1)
    network.post("bob", "me too", reply_to=root)
    thanks = network.post("anna", "thanks", reply_to=ours)
    thread = brand.thread(root)["thread"]
    assert said(thread["replies"]) == ["me too", "on its way"]
    assert said(thread["replies"][1]["replies"]) == ["thanks"]
    assert thread["replies"][1]["replies"][0]["replies"] == []
    last = brand.thread(thanks)["thread"]
    assert last["parent"]["post"]["uri"] == ours
    assert last["parent"]["parent"]["post"]["uri"] == root
    assert last["post"]["record"]["reply"] == refs(thread["post"], last["parent"]["post"])
    assert "replies" not in brand.thread(root, depth=0)["thread"]
    assert "replies" not in brand.thread(root, depth=1)["thread"]["replies"][1]
    assert "parent" not in brand.thread(thanks, parentHeight=0)["thread"]
    by_handle = ours.replace(brand.did, BRAND)
    assert brand.thread(by_handle)["thread"]["post"]["uri"] == ours


def test_a_feed_holds_posts_answers_and_what_was_passed_on(
    brand: Asking, network: BlueskyNetwork, watch: Watch
) -> None:
    theirs = network.post("anna", "hello")
    for act in (
        lambda: network.post("bob", "one"),
        lambda: network.post("bob", "two", reply_to=theirs),
        lambda: network.repost("bob", theirs),
        lambda: network.post("bob", "four", images=["a tent"]),
    ):
        watch.advance(seconds=1)
        act()

    def feed(**query: Any) -> list[str]:
        return said(brand.read("feed.getAuthorFeed", actor="bob.bsky.test", **query)["feed"])

    assert feed() == ["four", "hello", "two", "one"]
    assert feed(filter="posts_no_replies") == ["four", "hello", "one"]
    assert feed(filter="posts_with_media") == ["four"]
    assert feed(filter="posts_and_author_threads") == ["four", "hello", "one"]
    told = brand.read("feed.getAuthorFeed", actor="bob.bsky.test", limit=3)
    _, passed, answer = told["feed"]
    assert passed["reason"]["by"]["handle"] == "bob.bsky.test"
    assert answer["reply"]["parent"]["uri"] == theirs
    rest = brand.read("feed.getAuthorFeed", actor="bob.bsky.test", cursor=told["cursor"])
    assert (said(rest["feed"]), "cursor" in rest) == (["one"], False)


def test_search_finds_words_phrases_people_tags_links_and_days(
    brand: Asking, network: BlueskyNetwork, watch: Watch
) -> None:
    day = watch.now - timedelta(days=3)
    network.post("anna", "The Larix Outdoor shop is lovely", langs=["en"], at=day)
    watch.advance(seconds=1)
    network.post("bob", f"@{BRAND} #zip see https://larix.example/zip", langs=["de"])
    watch.advance(seconds=1)
    network.post("carl", "outdoor larix żółw", langs=["pl"])

    def found(q: str, **query: Any) -> list[str]:
        posts = brand.read("feed.searchPosts", q=q, **query)["posts"]
        return [one["author"]["handle"].partition(".")[0] for one in posts]

    assert found("larix outdoor") == ["carl", "anna"]
    assert found('"larix outdoor"') == found('"LARIX outdoor"') == ["anna"]
    assert found("ŻÓŁW") == ["carl"]
    assert found(f"@{BRAND}") == found("#zip") == found("domain:larix.example") == ["bob"]
    assert found("outdoor from:carl.bsky.test") == ["carl"]
    assert found("larix", lang="en") == found("larix", author="anna.bsky.test") == ["anna"]
    assert found("larix", mentions=BRAND) == ["bob"]
    assert found("larix", tag=["ZIP"]) == ["bob"]
    assert found("larix", url="https://larix.example/zip") == ["bob"]
    today = iso(watch.now - timedelta(days=1))
    assert found("outdoor", since=today) == ["carl"]
    assert found(f"outdoor until:{today[:10]}") == ["anna"]
    assert found("nothing of the kind") == []


def test_search_of_the_reference_server_takes_words_as_they_stand(
    brand: Asking, network: BlueskyNetwork
) -> None:
    network.plain_search = True
    network.post("anna", "Larix Outdoor is fine", langs=["en"])

    def found(q: str, **query: Any) -> int:
        return len(brand.read("feed.searchPosts", q=q, **query)["posts"])

    assert found("Larix Outdoor") == found("arix O", lang="de") == 1
    assert found("larix outdoor") == found("Outdoor Larix") == 0
    assert found("fine from:anna.bsky.test") == 1


def test_who_began_a_thread_may_let_those_answer_whom_they_named(
    brand: Asking, network: BlueskyNetwork
) -> None:
    named = network.post("anna", f"@{BRAND} only you, please")
    network.gate(named, allow=[MENTIONED_MAY])
    (told,) = brand.posts(named)
    assert told["viewer"]["replyDisabled"] is False
    assert told["threadgate"]["record"]["allow"] == [{"$type": MENTIONED_MAY}]
    network.post(BRAND, "gladly", reply_to=named)
    network.post("bob", "me too", reply_to=named)
    assert said(brand.thread(named)["thread"]["replies"]) == ["gladly"]


def test_an_answer_the_brand_hides_is_no_notification_any_more(
    brand: Asking, network: BlueskyNetwork
) -> None:
    ours = network.post(BRAND, "New boots")
    rude = network.post("troll", "boo", reply_to=ours)
    assert said(brand.notifications()) == ["boo"]
    network.gate(ours, allow=["app.bsky.feed.threadgate#followerRule"], hide=[rude])
    assert brand.notifications() == []


def test_unknown_methods_are_not_implemented_and_direct_messages_are_closed(brand: Asking) -> None:
    for method in ("app.bsky.feed.getTimeline", "com.atproto.server.describeServer", "a.b.c"):
        answer = brand.ask("GET", method)
        assert (answer.status_code, answer.json()) == (
            501,
            {"error": "MethodNotImplemented", "message": "Method Not Implemented"},
        )
        assert brand.ask("GET", method, token=None).status_code == 401
    closed = brand.ask("GET", "chat.bsky.convo.listConvos")
    assert closed.json() == {"error": "InvalidToken", "message": "Bad token method"}
    assert brand.ask("GET", "_health", token=None).status_code == 200
