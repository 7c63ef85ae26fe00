"""What real Bluesky servers do that breaks a naive bot, as sandbox Bluesky does it too.

Each was seen on the reference servers (PDS 0.5.35, AppView 0.0.280; 2026-11-22).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from listener.sandbox.bluesky.lexicon import POST
from listener.sandbox.bluesky.network import BRAND, BlueskyNetwork
from tests.fakes import Watch
from tests.patience import PATIENCE
from tests.test_listener_sandbox_bluesky import Asking, refs, said, text

KEY = "3mcmv7yyc2s2a"
FAMILY = "👨‍👩‍👧‍👦"


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


def mention(network: BlueskyNetwork, author: str = "anna", words: str = "hello", **how: Any) -> str:
    return network.post(author, f"@{BRAND} {words}", **how)


def walk(brand: Asking, method: str, items: str, **query: Any) -> tuple[list[str], list[int]]:
    """The at-URIs of all pages, and how long each page was."""
    seen: list[str] = []
    sizes: list[int] = []
    cursor: dict[str, str] = {}
    while True:
        body = brand.read(method, **query, **cursor)
        sizes.append(len(body[items]))
        seen += [one["uri"] for one in body[items]]
        if "cursor" not in body:
            return seen, sizes
        cursor = {"cursor": body["cursor"]}


def listed(brand: Asking, **query: Any) -> tuple[list[str], list[int]]:
    return walk(brand, "notification.listNotifications", "notifications", **query)


def reasons(brand: Asking) -> list[tuple[str, str]]:
    return [(one["reason"], one["record"].get("text", "")) for one in brand.notifications()]


def test_small_pages_lose_what_was_made_in_one_millisecond_and_search_does_not(
    brand: Asking, network: BlueskyNetwork
) -> None:
    ten = {mention(network, words=str(n)) for n in range(10)}
    assert len(ten & set(listed(brand, limit=4)[0])) == 4
    assert set(listed(brand, limit=50)[0]) == ten
    assert set(walk(brand, "feed.searchPosts", "posts", q=f"@{BRAND}", limit=4)[0]) == ten


def test_the_cursor_of_notifications_is_a_bare_millisecond_and_that_of_search_is_not(
    brand: Asking, network: BlueskyNetwork, watch: Watch
) -> None:
    for n in range(3):
        watch.advance(seconds=1)
        mention(network, words=str(n))
    page = brand.read("notification.listNotifications", limit=2)
    assert page["cursor"] == page["notifications"][1]["indexedAt"]
    found = brand.read("feed.searchPosts", q=f"@{BRAND}", limit=2)
    moment = datetime.fromisoformat(found["posts"][1]["indexedAt"]).timestamp()
    assert found["cursor"] == f"{round(moment * 1000)}__{found['posts'][1]['cid']}"


def test_a_slow_clock_puts_a_new_mention_years_down_the_list(
    brand: Asking, network: BlueskyNetwork, watch: Watch
) -> None:
    mention(network, "bob", "before")
    watch.advance(minutes=5)
    slow = datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)
    mention(network, "anna", "just now", created_at=slow)
    newest, late = brand.notifications()
    assert late["record"]["text"].endswith("just now")
    assert late["indexedAt"] == "2020-01-02T03:04:05.000Z"
    assert newest["record"]["text"].endswith("before")


def test_a_fast_clock_puts_nothing_into_the_future(
    brand: Asking, network: BlueskyNetwork, watch: Watch
) -> None:
    mention(network, created_at=watch.now + timedelta(days=999))
    (told,) = brand.notifications()
    assert datetime.fromisoformat(told["indexedAt"]) == watch.now.replace(
        microsecond=watch.now.microsecond // 1000 * 1000
    )


def test_a_mention_indexed_late_appears_below_what_is_known_already(
    brand: Asking, network: BlueskyNetwork, watch: Watch
) -> None:
    mention(network, "anna", "slow", indexed_after=60)
    watch.advance(seconds=5)
    mention(network, "bob", "fast")
    assert said(brand.notifications()) == [f"@{BRAND} fast"]
    watch.advance(seconds=55)
    assert said(brand.notifications()) == [f"@{BRAND} fast", f"@{BRAND} slow"]


@pytest.mark.parametrize("how", ["blocks", "is muted"])
def test_hidden_authors_make_pages_short_though_there_is_more(
    brand: Asking, network: BlueskyNetwork, watch: Watch, how: str
) -> None:
    wanted = []
    for n in range(60):
        watch.advance(seconds=1)
        uri = mention(network, "anna" if n % 6 == 0 else "eve", str(n))
        wanted += [uri] if n % 6 == 0 else []
    if how == "blocks":
        network.block("eve")
    else:
        network.mute("eve")
    seen, sizes = listed(brand, limit=4)
    assert set(seen) == set(wanted)
    assert min(sizes[:-1]) < 4
    assert brand.read("notification.getUnreadCount")["count"] == 60  # it counts the hidden ones


def test_a_page_may_be_empty_and_its_cursor_there(
    brand: Asking, network: BlueskyNetwork, watch: Watch
) -> None:
    last = mention(network, "anna", "below all that")
    for n in range(12):
        watch.advance(seconds=1)
        mention(network, "eve", str(n))
    network.block("eve")
    page = brand.read("notification.listNotifications", limit=1)
    assert page["notifications"] == []
    assert listed(brand, limit=1)[0] == [last]
    assert "cursor" in page


def test_a_page_that_is_half_full_is_not_filled_up(
    brand: Asking, network: BlueskyNetwork, watch: Watch
) -> None:
    for author in ("anna", "eve", "anna", "anna", "eve", "anna", "eve"):
        mention(network, author)
        watch.advance(seconds=1)
    network.mute("eve")
    assert listed(brand, limit=4)[1] == [2, 2]


def test_reasons_are_looked_at_after_the_page_was_cut(
    brand: Asking, network: BlueskyNetwork, watch: Watch
) -> None:
    ours = network.post(BRAND, "New boots")
    asked = mention(network)
    for n in range(30):
        watch.advance(seconds=1)
        network.like(f"fan{n}", ours)
    page = brand.read("notification.listNotifications", limit=2, reasons=["mention", "reply"])
    assert (page["notifications"], "cursor" in page) == ([], True)
    assert listed(brand, limit=2, reasons=["mention", "reply"])[0] == [asked]


def test_before_the_first_update_seen_all_but_the_newest_count_as_read(
    brand: Asking, network: BlueskyNetwork, watch: Watch
) -> None:
    for n in range(3):
        watch.advance(seconds=1)
        mention(network, words=str(n))
    assert [one["isRead"] for one in brand.notifications()] == [False, True, True]
    assert brand.read("notification.getUnreadCount")["count"] == 3
    seen = {"seenAt": brand.notifications()[1]["indexedAt"]}
    assert brand.write("app.bsky.notification.updateSeen", seen).status_code == 200
    assert [one["isRead"] for one in brand.notifications()] == [False, False, True]
    assert brand.read("notification.getUnreadCount")["count"] == 1


def test_a_name_without_a_facet_is_no_notification_and_found_by_search_alone(
    brand: Asking, network: BlueskyNetwork
) -> None:
    plain = mention(network, "anna", "typed by hand", facets=False)
    bare = network.post("bob", "Larix Outdoor forgot my parcel")
    assert brand.notifications() == []
    found = [one["uri"] for one in brand.read("feed.searchPosts", q=f"@{BRAND}")["posts"]]
    assert found == [plain]
    assert said(brand.read("feed.searchPosts", q="larix outdoor")["posts"]) == [
        network.posts[bare].text
    ]


def test_who_answers_and_mentions_is_notified_of_once_as_a_mention(
    brand: Asking, network: BlueskyNetwork
) -> None:
    ours = network.post(BRAND, "New boots")
    mention(network, "anna", "both", reply_to=ours)
    network.post("bob", f"@{BRAND} @{BRAND} thrice", quote=ours)
    mention(network, BRAND, "to myself")
    assert sorted(reasons(brand)) == [
        ("mention", f"@{BRAND} @{BRAND} thrice"),
        ("mention", f"@{BRAND} both"),
    ]


def test_answers_up_to_four_deep_below_us_are_notified_of(
    brand: Asking, network: BlueskyNetwork
) -> None:
    above = network.post(BRAND, "New boots")
    for n in range(1, 7):
        above = network.post("anna" if n % 2 else "bob", f"level {n}", reply_to=above)
    assert sorted(reasons(brand)) == [("reply", f"level {n}") for n in range(1, 5)]


def test_an_answer_below_a_deleted_one_is_not_notified_of(
    brand: Asking, network: BlueskyNetwork
) -> None:
    ours = network.post(BRAND, "New boots")
    between = network.post("anna", "soon gone", reply_to=ours)
    network.delete(between)
    network.post("bob", "to nobody", reply_to=between)
    assert brand.notifications() == []


def test_a_notification_can_get_lost_and_the_answer_stands_in_the_thread(
    brand: Asking, network: BlueskyNetwork
) -> None:
    ours = network.post(BRAND, "New boots")
    network.post("anna", "unheard", reply_to=ours, notify=False)
    assert brand.notifications() == []
    assert said(brand.thread(ours)["thread"]["replies"]) == ["unheard"]


def test_likes_reposts_follows_and_quotes_are_notifications_too(
    brand: Asking, network: BlueskyNetwork
) -> None:
    ours = network.post(BRAND, "New boots")
    network.like("anna", ours)
    network.repost("anna", ours)
    network.follow("anna")
    network.post("anna", "look", quote=ours)
    told = {one["reason"]: one.get("reasonSubject") for one in brand.notifications()}
    assert told == {"like": ours, "repost": ours, "follow": None, "quote": ours}
    network.delete(ours)
    assert [reason for reason, _ in reasons(brand)] == ["follow"]


def test_a_key_that_is_taken_makes_create_stumble_and_put_change_nothing(brand: Asking) -> None:
    first = brand.record(text("On its way!"), rkey=KEY).json()
    for words in ("On its way!", "Other words"):
        again = brand.record(text(words), rkey=KEY)
        assert (again.status_code, again.json()["error"]) == (500, "InternalServerError")
    same = brand.record(text("On its way!"), verb="putRecord", rkey=KEY).json()
    assert (same["uri"], same["cid"], "commit" in same) == (first["uri"], first["cid"], False)
    assert [one.text for one in brand.network.own_posts()] == ["On its way!"]


@pytest.mark.parametrize("key", ["hello", "self", "3mcmv7yyc2s2", "zzzzzzzzzzzzz", "3MCMV7YYC2S2A"])
@pytest.mark.parametrize("verb", ["createRecord", "putRecord"])
def test_a_key_that_is_no_tid_is_refused(brand: Asking, verb: str, key: str) -> None:
    refused = brand.record(text("x"), verb=verb, rkey=key)
    assert (refused.status_code, refused.json()["message"]) == (
        400,
        f'Invalid record key for {POST}: Invalid TID string (got "{key}") at $',
    )


def test_an_answer_to_what_is_deleted_is_taken_and_stands_under_nothing(
    brand: Asking, network: BlueskyNetwork
) -> None:
    asked = mention(network)
    (told,) = brand.posts(asked)
    network.delete(asked)
    assert brand.posts(asked) == []
    gone = brand.ask("GET", "app.bsky.feed.getPostThread", params={"uri": asked})
    assert (gone.status_code, gone.json()) == (
        400,
        {"error": "NotFound", "message": f"Post not found: {asked}"},
    )
    answer = brand.record(text("Sorry!", reply=refs(told, told)))
    assert answer.status_code == 200
    parent = brand.thread(answer.json()["uri"])["thread"]["parent"]
    assert (parent["notFound"], parent["uri"]) == (True, asked)


def test_an_answer_to_who_blocks_us_is_taken_and_nobody_sees_it(
    brand: Asking, network: BlueskyNetwork
) -> None:
    asked = mention(network, "eve")
    (told,) = brand.posts(asked)
    eve = network.customer("eve").did
    network.block("eve")
    assert brand.posts(asked) == brand.notifications() == []
    assert brand.read("feed.searchPosts", q=f"@{BRAND}")["posts"] == []
    thread = brand.thread(asked)["thread"]
    assert (thread["$type"], thread["author"]["did"], thread["author"]["viewer"]) == (
        "app.bsky.feed.defs#blockedPost",
        eve,
        {"blockedBy": True},
    )
    feed = brand.ask("GET", "app.bsky.feed.getAuthorFeed", params={"actor": eve})
    assert (feed.status_code, feed.json()["error"]) == (400, "BlockedByActor")
    assert brand.record(text("Sorry!", reply=refs(told, told))).status_code == 200
    assert said(Asking(network, "anna").thread(asked)["thread"]["replies"]) == []


def test_an_answer_in_a_gated_thread_is_taken_and_shown_to_nobody(
    brand: Asking, network: BlueskyNetwork
) -> None:
    asked = mention(network, "gus")
    gate = network.gate(asked)
    (told,) = brand.posts(asked)
    assert told["viewer"]["replyDisabled"] is True
    answer = brand.record(text("Sorry!", reply=refs(told, told)))
    assert answer.status_code == 200
    after = brand.thread(asked)
    assert after["thread"]["replies"] == []
    assert after["thread"]["post"]["replyCount"] == 0
    assert after["threadgate"]["record"]["allow"] == []
    ours = brand.thread(answer.json()["uri"])["thread"]
    assert {"parent", "replies"}.isdisjoint(ours)
    assert Asking(network, "gus").notifications() == []
    network.delete(gate)  # what came too early stays hidden
    told, early = brand.posts(asked, answer.json()["uri"])
    assert "replyDisabled" not in told["viewer"]
    assert early["viewer"]["replyDisabled"] is True


def test_nobody_looks_for_repeated_words(brand: Asking, network: BlueskyNetwork) -> None:
    asked = mention(network)
    (told,) = brand.posts(asked)
    twins = [brand.record(text("Twin", reply=refs(told, told))).json() for _ in range(2)]
    assert twins[0]["uri"] != twins[1]["uri"]
    assert twins[0]["cid"] == twins[1]["cid"]
    assert said(brand.thread(asked)["thread"]["replies"]) == ["Twin", "Twin"]


def test_an_edit_keeps_the_address_and_changes_what_it_holds(
    brand: Asking, network: BlueskyNetwork, watch: Watch
) -> None:
    asked = mention(network, "anna", "the code does not work")
    (before,) = brand.notifications()
    watch.advance(minutes=3)
    cid = network.edit(asked, f"@{BRAND} the code works for boots only")
    (told,) = brand.posts(asked)
    assert (told["uri"], told["cid"], told["indexedAt"]) == (asked, cid, before["indexedAt"])
    assert said([told]) == [f"@{BRAND} the code works for boots only"]
    (after,) = brand.notifications()
    assert (after["cid"], after["indexedAt"]) == (cid, before["indexedAt"])
    network.edit(asked, "never mind")
    assert brand.notifications() == []


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("é" * 300, None),
        ("é" * 301, "grapheme too big (maximum 300, got 301)"),
        (FAMILY * 120, None),
        (FAMILY * 121, "string too big (maximum 3000, got 3025)"),
        ("🇮🇹" * 300, None),
        ("e\u0301\u0301\u0301" * 300, None),
        ("각" * 300, None),
        ("a" * 3001, "string too big (maximum 3000, got 3001)"),
    ],
)
def test_a_post_has_300_graphemes_and_3000_bytes_at_most(
    brand: Asking, words: str, problem: str | None
) -> None:
    answer = brand.record(text(words))
    if problem is None:
        assert answer.status_code == 200, answer.text
        return
    assert (answer.status_code, answer.json()) == (
        400,
        {
            "error": "InvalidRequest",
            "message": f"Invalid {POST} record: {problem} at $.record.text",
        },
    )


def test_an_account_that_was_taken_down_reads_on_with_its_old_token_and_writes_no_more(
    brand: Asking, network: BlueskyNetwork
) -> None:
    asked = mention(network)
    own = brand.record(text("before")).json()["uri"]
    network.take_down()
    for verb in ("createRecord", "putRecord"):
        refused = brand.record(text("x"), verb=verb, rkey=KEY)
        assert (refused.status_code, refused.json()["error"]) == (401, "AccountTakedown")
    login = {"identifier": BRAND, "password": network.secrets()["app_password"]}
    out = brand.write("com.atproto.server.createSession", login)
    assert (out.status_code, out.json()) == (
        401,
        {"error": "AuthenticationRequired", "message": "Invalid identifier or password"},
    )
    refresh = brand.ask(
        "POST", "com.atproto.server.refreshSession", token=brand.session["refreshJwt"]
    )
    assert (refresh.status_code, refresh.json()["error"]) == (401, "AccountTakedown")
    assert [one["uri"] for one in brand.notifications()] == [asked]
    assert brand.posts(own) == []
    status = brand.ask("GET", "com.atproto.sync.getRepoStatus", params={"did": brand.did}).json()
    assert status == {"did": brand.did, "active": False, "status": "takendown"}
    records = {"repo": BRAND, "collection": POST}
    assert brand.ask("GET", "com.atproto.repo.listRecords", params=records).status_code == 400
    network.take_down(down=False)
    assert [one["uri"] for one in brand.posts(own)] == [own]
    assert brand.record(text("again")).status_code == 200


@pytest.mark.parametrize(
    ("method", "more"),
    [
        ("notification.listNotifications", {}),
        ("feed.searchPosts", {"q": "x"}),
        ("feed.getAuthorFeed", {"actor": BRAND}),
    ],
)
def test_a_bad_cursor_is_a_502(brand: Asking, method: str, more: dict[str, str]) -> None:
    bad = brand.ask("GET", f"app.bsky.{method}", params={"cursor": "nonsense", **more})
    assert (bad.status_code, bad.json()["error"]) == (502, "InternalServerError")


def test_more_than_a_list_gives_or_takes_at_once_is_refused(brand: Asking) -> None:
    uris = {"uris": [f"at://{brand.did}/{POST}/{KEY}"] * 26}
    many = brand.ask("GET", "app.bsky.feed.getPosts", params=uris)
    assert (many.status_code, many.json()["message"]) == (
        400,
        "Invalid app.bsky.feed.getPosts params: array too big (maximum 25, got 26)",
    )
    asked = {"limit": 101}
    long = brand.ask("GET", "app.bsky.notification.listNotifications", params=asked)
    assert "integer too big (maximum 100, got 101)" in long.json()["message"]


def test_facets_are_counted_in_bytes_of_utf_8(brand: Asking, network: BlueskyNetwork) -> None:
    words = f"🥾 żółw @{BRAND} and https://larix.example/x."
    asked = network.post("anna", words)
    (told,) = brand.posts(asked)
    facets = told["record"]["facets"]
    cut = [
        words.encode()[one["index"]["byteStart"] : one["index"]["byteEnd"]].decode()
        for one in facets
    ]
    assert cut == [f"@{BRAND}", "https://larix.example/x"]
    assert facets[0]["features"][0]["did"] == brand.did


def test_a_facet_is_a_mention_wherever_it_points(brand: Asking, network: BlueskyNetwork) -> None:
    anna = Asking(network, "anna")
    feature = {"$type": "app.bsky.richtext.facet#mention", "did": brand.did}
    facet = {"index": {"byteStart": 90, "byteEnd": 3}, "features": [feature]}
    assert anna.record(text("no name here", facets=[facet])).status_code == 200
    assert reasons(brand) == [("mention", "no name here")]


def test_the_appview_lags_and_the_repository_does_not(
    brand: Asking, network: BlueskyNetwork, watch: Watch
) -> None:
    asked = mention(network)
    (told,) = brand.posts(asked)
    network.lag_seconds = 30
    answer = brand.record(text("On its way!", reply=refs(told, told))).json()
    assert brand.posts(answer["uri"]) == []
    assert brand.thread(asked)["thread"]["replies"] == []
    assert brand.read("feed.getAuthorFeed", actor=BRAND)["feed"] == []
    assert brand.read("feed.searchPosts", q="way")["posts"] == []
    records = {"repo": BRAND, "collection": POST}
    stands = brand.ask("GET", "com.atproto.repo.listRecords", params=records).json()["records"]
    assert [one["uri"] for one in stands] == [answer["uri"]]
    watch.advance(seconds=30)
    assert [one["uri"] for one in brand.posts(answer["uri"])] == [answer["uri"]]
    assert said(brand.thread(asked)["thread"]["replies"]) == ["On its way!"]


def test_a_pds_may_add_what_we_have_just_written_to_threads_and_feeds_alone(
    brand: Asking, network: BlueskyNetwork
) -> None:
    network.reads_own_writes = True
    asked = mention(network)
    (told,) = brand.posts(asked)
    network.lag_seconds = 30
    answer = brand.record(text("On its way!", reply=refs(told, told))).json()
    assert said(brand.thread(asked)["thread"]["replies"]) == ["On its way!"]
    assert said(brand.read("feed.getAuthorFeed", actor=BRAND)["feed"]) == ["On its way!"]
    assert brand.posts(answer["uri"]) == []
    assert said(Asking(network, "anna").thread(asked)["thread"]["replies"]) == []


def test_while_the_appview_is_away_the_repository_is_not(
    brand: Asking, network: BlueskyNetwork
) -> None:
    network.faults.storm(1, ["upstream_failure"], seed=1, prefix="/xrpc/app.bsky.")
    away = brand.ask("GET", "app.bsky.notification.listNotifications")
    assert (away.status_code, away.json()) == (
        502,
        {"error": "UpstreamFailure", "message": "Upstream service unreachable"},
    )
    assert brand.record(text("On its way!")).status_code == 200
    records = {"repo": BRAND, "collection": POST}
    stands = brand.ask("GET", "com.atproto.repo.listRecords", params=records)
    assert len(stands.json()["records"]) == 1
    network.faults.calm()
    assert brand.notifications() == []


def test_the_revision_beside_a_read_says_how_far_the_appview_is(
    brand: Asking, network: BlueskyNetwork, watch: Watch
) -> None:
    asked = {"actor": BRAND}
    network.lag_seconds = 30
    rev = brand.record(text("Hello")).json()["commit"]["rev"]
    before = brand.ask("GET", "app.bsky.feed.getAuthorFeed", params=asked)
    watch.advance(seconds=30)
    after = brand.ask("GET", "app.bsky.feed.getAuthorFeed", params=asked)
    assert before.headers["atproto-repo-rev"] < after.headers["atproto-repo-rev"] == rev


def test_what_customers_change_or_delete_is_known_late_as_well(
    brand: Asking, network: BlueskyNetwork, watch: Watch
) -> None:
    asked = mention(network, "anna", "one")
    network.index_lag_seconds = 20
    network.edit(asked, f"@{BRAND} two")
    assert said(brand.posts(asked)) == [f"@{BRAND} one"]
    watch.advance(seconds=20)
    assert said(brand.posts(asked)) == [f"@{BRAND} two"]
    network.delete(asked)
    assert said(brand.posts(asked)) == [f"@{BRAND} two"]
    watch.advance(seconds=20)
    assert brand.posts(asked) == []


def test_what_has_vanished_stands_in_its_repository_alone(
    brand: Asking, network: BlueskyNetwork
) -> None:
    asked = mention(network)
    (told,) = brand.posts(asked)
    answer = brand.record(text("On its way!", reply=refs(told, told))).json()["uri"]
    network.vanish(answer)
    network.vanish(asked)
    assert brand.posts(answer, asked) == brand.notifications() == []
    key = answer.rpartition("/")[2]
    where = {"repo": BRAND, "collection": POST, "rkey": key}
    assert brand.ask("GET", "com.atproto.repo.getRecord", params=where).status_code == 200
    network.vanish(asked, vanished=False)
    assert [one["uri"] for one in brand.posts(asked)] == [asked]


def test_a_post_with_a_nul_is_taken_and_never_shown(brand: Asking, network: BlueskyNetwork) -> None:
    answer = brand.record(text("a\x00b"))
    assert answer.status_code == 200
    assert brand.posts(answer.json()["uri"]) == []
    assert [one.text for one in network.own_posts()] == ["a\x00b"]


def test_half_a_character_is_replaced(brand: Asking) -> None:
    body = '{"repo":"%s","collection":"%s","record":{"text":"a\\ud800b","createdAt":"%s"}}'
    answer = brand.ask(
        "POST",
        "com.atproto.repo.createRecord",
        data=body % (brand.did, POST, "2026-11-20T10:00:00Z"),
    )
    assert answer.status_code == 400  # without a content type nothing is read
    brand.http.headers["Content-Type"] = "application/json"
    answer = brand.ask(
        "POST",
        "com.atproto.repo.createRecord",
        data=body % (brand.did, POST, "2026-11-20T10:00:00Z"),
    )
    del brand.http.headers["Content-Type"]
    assert said(brand.posts(answer.json()["uri"])) == ["a\ufffdb"]


def test_a_post_that_answers_itself_is_a_long_thread_and_no_endless_one(brand: Asking) -> None:
    uri, cid = f"at://{brand.did}/{POST}/{KEY}", brand.record(text("x")).json()["cid"]
    itself = {"uri": uri, "cid": cid}
    round_ = text("round and round", reply={"root": itself, "parent": itself})
    assert brand.record(round_, verb="putRecord", rkey=KEY).status_code == 200
    node, depth = brand.thread(uri, depth=1000, parentHeight=1000)["thread"], 0
    while node.get("replies"):
        node, depth = node["replies"][0], depth + 1
    assert depth == 100
    page = brand.http.get(f"{brand.network.url}/profile/{BRAND}/post/{KEY}", timeout=PATIENCE)
    assert page.text.count("round and round") == 1


def test_a_colleague_answers_in_the_app_and_is_read_back_like_the_bot(
    brand: Asking, network: BlueskyNetwork
) -> None:
    asked = mention(network, "anna", langs=["it"])
    by_hand = network.reply_natively(asked, "Ci penso io")
    assert [one.in_reply_to for one in network.own_posts()] == [asked]
    (reply,) = brand.thread(asked)["thread"]["replies"]
    assert (reply["post"]["uri"], reply["post"]["record"]["langs"]) == (by_hand, ["it"])
    assert [one.uri for one in network.replies_to(asked)] == [by_hand]
