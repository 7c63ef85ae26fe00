"""What a server does differently that only nearly speaks Mastodon: each of snac's ways, alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from typing import Any

import pytest

from listener.sandbox.mastodon.api import OPERATIONS
from listener.sandbox.mastodon.manners import Manners
from listener.sandbox.mastodon.network import BRAND, DOMAIN, MastodonNetwork
from tests.fakes import Watch
from tests.test_listener_sandbox_mastodon import ask, call, heard, ids, say

Make = Callable[..., MastodonNetwork]
OURS = f"@{BRAND}@{DOMAIN}"


@pytest.fixture
def make() -> Iterator[Make]:
    """A network with Mastodon's manners, some of them changed."""
    made: list[MastodonNetwork] = []

    def one(**changed: Any) -> MastodonNetwork:
        network = MastodonNetwork(clock=Watch(), manners=replace(Manners.MASTODON, **changed))
        network.start()
        made.append(network)
        return network

    yield one
    for network in made:
        network.stop()


@pytest.fixture
def snac() -> Iterator[MastodonNetwork]:
    network = MastodonNetwork(clock=Watch(), manners=Manners.SNAC)
    network.start()
    yield network
    network.stop()


def test_snac_does_nothing_as_mastodon_does() -> None:
    same = [
        one.name
        for one in fields(Manners)
        if getattr(Manners.SNAC, one.name) == getattr(Manners.MASTODON, one.name)
    ]
    assert same == []


def test_a_key_may_be_ignored(make: Make) -> None:
    masto = make(idempotency=False)
    first, second = say(masto, "hello", key="k1"), say(masto, "hello", key="k1")
    assert [one.id for one in masto.own_posts()] == [first["id"], second["id"]]


def test_since_id_may_be_ignored(make: Make) -> None:
    masto = make(since_id=False)
    posts = [masto.post("anna", f"@{BRAND} {n}") for n in range(3)]
    newest = ids(ask(masto, "v1/notifications"))[0]
    assert heard(masto, since_id=newest) == posts[::-1]
    assert heard(masto, max_id=newest) == posts[1::-1]


def test_min_id_may_give_the_newest_page_so_that_walking_up_skips(make: Make) -> None:
    masto = make(min_id=False)
    posts = [masto.post("anna", f"@{BRAND} {n}") for n in range(9)]
    oldest = ids(ask(masto, "v1/notifications"))[-1]
    assert heard(masto, min_id=oldest, limit=2) == posts[:-3:-1]


def test_there_may_be_no_links(make: Make) -> None:
    masto = make(link_header=False)
    for n in range(3):
        masto.post("anna", f"@{BRAND} {n} #larix")
    for path in ("v1/notifications", "v1/timelines/tag/larix"):
        assert "Link" not in call(masto, "GET", path, params={"limit": 1}).headers


def test_only_the_newest_may_ever_be_shown(make: Make) -> None:
    masto = make(newest_notifications=64)
    posts = [masto.post("anna", f"@{BRAND} {n}") for n in range(70)]
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 40}
    while page := ask(masto, "v1/notifications", **query):
        seen += [one["status"]["id"] for one in page]
        query["max_id"] = page[-1]["id"]
    assert seen == posts[:5:-1]
    assert ask(masto, f"v1/statuses/{posts[0]}")["id"] == posts[0]


def test_an_answer_to_nothing_may_become_a_new_status(make: Make) -> None:
    masto = make(strict_replies=False)
    told = say(masto, "@anna on its way", in_reply_to_id="117")
    assert (told["in_reply_to_id"], told["visibility"]) == (None, "public")
    assert len(masto.own_posts()) == 1


def test_unlisted_may_be_public(make: Make) -> None:
    masto = make(keeps_unlisted=False)
    assert say(masto, "quietly", visibility="unlisted")["visibility"] == "public"
    assert say(masto, "followers", visibility="private")["visibility"] == "private"


def test_a_language_may_be_dropped(make: Make) -> None:
    masto = make(keeps_language=False)
    assert say(masto, "ciao", language="it")["language"] == "en"
    post = masto.post("anna", f"@{BRAND} ciao", language="it")
    assert ask(masto, f"v1/statuses/{post}")["language"] == "en"


def test_direct_may_be_told_as_private_and_is_as_secret(make: Make) -> None:
    masto = make(tells_direct=False)
    told = say(masto, "@anna psst", visibility="direct")
    assert told["visibility"] == "private"
    assert call(masto, "GET", f"v1/statuses/{told['id']}", token=None).status_code == 404


def test_deleting_may_be_404_and_leave_it_there(make: Make) -> None:
    masto = make(absent=frozenset({"DELETE /api/v1/statuses/{id}"}))
    ours = say(masto, "oops")["id"]
    assert call(masto, "DELETE", f"v1/statuses/{ours}").status_code == 404
    assert ask(masto, f"v1/statuses/{ours}")["id"] == ours


def test_ids_may_be_no_numbers_but_those_of_notifications_are(make: Make) -> None:
    masto = make(hex_ids=True)
    posts = [masto.post("anna", f"@{BRAND} {n} #larix") for n in range(4)]
    (first, *_) = ask(masto, "v1/notifications")
    assert re.fullmatch(r"[0-9]{10}[0-9a-f]{32}", first["status"]["id"])
    assert re.fullmatch(r"[0-9a-f]{32}", first["account"]["id"])
    assert first["id"].isdecimal()
    assert len({*posts, *(masto.accounts[name].id for name in masto.accounts)}) == 6
    tag = "v1/timelines/tag/larix"
    assert ids(ask(masto, tag, max_id=posts[2])) == posts[1::-1]
    assert ids(ask(masto, tag, min_id=posts[0], limit=1)) == [posts[1]]
    assert ids(ask(masto, tag, max_id="unknown")) == posts[::-1]
    told = say(masto, "@anna yes", in_reply_to_id=posts[0])
    assert told["in_reply_to_id"] == posts[0]


def test_an_acct_may_name_our_own_server_with_its_port(make: Make) -> None:
    masto = make(full_acct=True)
    masto.post("anna", f"@{BRAND} hi")
    masto.post("bob@troet.example", f"{OURS} hi")
    accts = [one["account"]["acct"] for one in ask(masto, "v1/notifications")]
    assert accts == ["bob@troet.example", f"anna@127.0.0.1:{masto.port}"]
    assert ask(masto, "v1/accounts/verify_credentials")["acct"] == BRAND
    assert say(masto, "hi")["account"]["acct"] == f"{BRAND}@127.0.0.1:{masto.port}"


def test_whole_operations_may_be_missing(make: Make) -> None:
    masto = make(absent=Manners.SNAC.absent, version="4.0.0 (not true)")
    post = masto.post("anna", f"@{BRAND} hi")
    notice = ask(masto, "v1/notifications")[0]["id"]
    for path in (
        "v2/instance",
        "v1/apps/verify_credentials",
        f"v1/notifications/{notice}",
        f"v1/statuses?id[]={post}",
    ):
        assert call(masto, "GET", path).status_code == 404
    assert say(masto, "the other method at that address is there")["id"]
    assert ask(masto, "v1/instance")["version"] == "4.0.0 (not true)"


def test_every_operation_that_may_be_missing_is_one(make: Make) -> None:
    assert {one.name for one in OPERATIONS} >= Manners.SNAC.absent


def test_a_text_of_nothing_and_an_unknown_circle_may_be_taken(make: Make) -> None:
    masto = make(strict_input=False)
    assert say(masto, "")["content"] == ""
    assert say(masto, "hi", visibility="secret")["visibility"] == "public"


def test_a_mention_of_us_may_not_be_among_the_mentions(make: Make) -> None:
    masto = make(tells_mentions=False)
    masto.post("anna", f"@{BRAND} and @bob")
    masto.customer("bob")
    post = masto.post("anna", f"@{BRAND} and @bob")
    first, second = ask(masto, "v1/notifications")
    assert (first["status"]["id"], second["status"]["mentions"]) == (post, [])
    (bob,) = first["status"]["mentions"]
    assert (bob["id"], bob["username"]) == ("0", "bob")


def test_there_may_be_no_conversations(make: Make) -> None:
    masto = make(conversations=False)
    say(masto, "@anna psst", visibility="direct")
    assert ask(masto, "v1/conversations") == []


def test_newer_fields_may_be_unknown(make: Make) -> None:
    masto = make(newest_fields=False)
    masto.post("anna", f"@{BRAND} hi")
    (notice,) = ask(masto, "v1/notifications")
    unknown = {"group_key", "application", "quote", "quotes_count", "quote_approval"}
    assert not unknown & (notice.keys() | notice["status"].keys())


def test_html_may_be_plain(make: Make) -> None:
    masto = make(rich_html=False, full_acct=True)
    post = masto.post("anna", f"@{BRAND} <b>x</b> <script>\nhttps://larix.example/{'a' * 40} #wool")
    told = ask(masto, f"v1/statuses/{post}")["content"].replace(masto.url, "URL")
    assert told == (
        f'<span class="h-card"><a href="URL/@{BRAND}" class="u-url mention">@{BRAND}'
        f"@127.0.0.1:{masto.port}</a></span> <b>x</b> &lt;script&gt;<br>"
        f'<a href="https://larix.example/{"a" * 40}" target="_blank">'
        f"https://larix.example/{'a' * 40}</a>"
        ' <a href="URL/tags/wool" class="mention hashtag" rel="tag">#wool</a><br>'
    )


def test_refusals_may_be_no_json(make: Make) -> None:
    masto = make(json_errors=False)
    missing = call(masto, "GET", "v1/statuses/1")
    assert (missing.status_code, missing.text) == (404, "<h1>404 Not Found</h1>")
    stranger = call(masto, "GET", "v1/notifications", token=None)
    assert (stranger.status_code, stranger.content) == (401, b"")
    assert missing.headers["content-type"] == "text/html"


def test_any_length_may_be_taken(make: Make) -> None:
    masto = make(character_limit=None)
    assert len(say(masto, "x" * 100_000)["content"]) > 100_000
    told = ask(masto, "v1/instance")["configuration"]["statuses"]
    assert told["max_characters"] == 100_000


def test_a_server_may_have_a_limit_of_its_own(make: Make) -> None:
    masto = make(character_limit=5_000)
    assert say(masto, "x" * 5_000)["id"]
    answer = call(masto, "POST", "v1/statuses", data={"status": "x" * 5_001})
    assert answer.json()["error"].endswith("limit of 5000 exceeded")


def test_limits_may_be_neither_told_nor_kept(make: Make) -> None:
    masto = make(tells_limits=False)
    masto.calls_in_5_minutes = masto.posts_in_3_hours = 0
    answer = call(masto, "POST", "v1/statuses", data={"status": "hi"})
    assert answer.status_code == 200
    assert not [name for name in answer.headers if name.startswith("X-RateLimit")]


def test_private_mentions_may_be_heard_like_any_other(make: Make) -> None:
    masto = make(filters_private_mentions=False)
    post = masto.post("anna", f"@{BRAND} psst", visibility="direct")
    assert heard(masto) == [post]
    assert call(masto, "GET", "v2/notifications/policy").status_code == 404


def test_a_bot_that_looks_before_it_sends_again_is_safe_with_snac(snac: MastodonNetwork) -> None:
    question = snac.post("anna", f"@{BRAND} where is it?")
    snac.faults.next("POST", "/api/v1/statuses", "post_reset_after")
    with pytest.raises(OSError):
        say(snac, "@anna on its way", in_reply_to_id=question, key="k1")
    thread = ask(snac, f"v1/statuses/{question}/context")["descendants"]
    assert [one["in_reply_to_id"] for one in thread] == [question]
    assert say(snac, "@anna on its way", in_reply_to_id=question, key="k1")["id"] != thread[0]["id"]
    assert len(snac.replies_to(question)) == 2  # the key alone did not help
