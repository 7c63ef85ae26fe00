"""All sandbox Bluesky tells has the names of its lexicons: those that must be there, and no other.

NAMES are facts of https://github.com/bluesky-social/atproto/tree/main/lexicons (2026-11-22).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest

from listener.sandbox.bluesky.lexicon import MENTIONED_MAY, POST
from listener.sandbox.bluesky.network import BRAND, BlueskyNetwork
from tests.fakes import Watch
from tests.test_listener_sandbox_bluesky import Asking, text

_BASIC = "associated avatar createdAt debug displayName labels pronouns status verification viewer"
_BOX_COUNTS = "labels likeCount opThreadPostCount opThreadPostIndex quoteCount replyCount"
_DETAILS = (
    "banner description followersCount followsCount indexedAt joinedViaStarterPack links"
    " pinnedPost postsCount website"
)
_SEEN = "bookmarkCount debug embed labels likeCount quoteCount replyCount repostCount"
_STATUS = "active didDoc email emailAuthFactor emailConfirmed status"
NAMES: Final[Mapping[str, tuple[str, str]]] = {  # those that must be there, those that may
    "session": ("accessJwt did handle refreshJwt", _STATUS),
    "me": ("did handle", _STATUS),
    "notifications": ("notifications", "cursor priority seenAt"),
    "notification": (
        "author cid indexedAt isRead reason record uri",
        "labels reasonSubject starterPack",
    ),
    "profileViewBasic": ("did handle", _BASIC),
    "profileView": ("did handle", f"{_BASIC} description indexedAt"),
    "profileViewDetailed": ("did handle", f"{_BASIC} {_DETAILS}"),
    "actorViewer": (
        "",
        (
            "activitySubscription blockedBy blocking blockingByList followedBy following"
            " knownFollowers muted mutedByList mutedOnlyQuoteposts mutedOnlyReposts"
        ),
    ),
    "postView": ("author cid indexedAt record uri", f"{_SEEN} threadgate viewer"),
    "postViewer": (
        "",
        "bookmarked embeddingDisabled knownLikers like pinned replyDisabled repost threadMuted",
    ),
    "threadViewPost": ("post", "parent replies threadContext"),
    "notFoundPost": ("notFound uri", ""),
    "blockedPost": ("author blocked uri", ""),
    "blockedAuthor": ("did", "viewer"),
    "feedViewPost": (
        "post",
        "feedContext opThreadPostCount opThreadPostIndex reason reply reqId",
    ),
    "replyRef": ("parent root", "grandparentAuthor"),
    "reasonRepost": ("by indexedAt", "cid uri"),
    "threadgateView": ("", "cid lists record uri"),
    "app.bsky.embed.images#view": ("images", ""),
    "viewImage": ("alt fullsize thumb", "aspectRatio"),
    "app.bsky.embed.external#view": ("external", ""),
    "app.bsky.embed.record#view": ("record", ""),
    "viewRecord": ("author cid indexedAt uri value", f"{_BOX_COUNTS} embeds repostCount"),
    "viewNotFound": ("notFound uri", ""),
    "viewBlocked": ("author blocked uri", ""),
    "app.bsky.embed.recordWithMedia#view": ("media record", ""),
    "records": ("records", "cursor"),
    "record": ("cid uri value", ""),
    "written": ("cid uri", "commit validationStatus"),
    "commit": ("cid rev", ""),
    "repo": ("collections did didDoc handle handleIsCorrect", ""),
    "status": ("active did", "rev status"),
    "search": ("posts", "cursor hitsTotal"),
    "feed": ("feed", "cursor"),
    "thread": ("thread", "threadgate"),
    "posts": ("posts", ""),
    "profiles": ("profiles", ""),
}
BY_TYPE: Final = "by its $type"
INNER: Final[Mapping[str, Mapping[str, str]]] = {  # what stands inside, by its name
    "notifications": {"notifications": "notification"},
    "notification": {"author": "profileView"},
    "profileViewBasic": {"viewer": "actorViewer"},
    "profileView": {"viewer": "actorViewer"},
    "profileViewDetailed": {"viewer": "actorViewer"},
    "postView": {
        "author": "profileViewBasic",
        "viewer": "postViewer",
        "embed": BY_TYPE,
        "threadgate": "threadgateView",
    },
    "threadViewPost": {"post": "postView", "parent": BY_TYPE, "replies": BY_TYPE},
    "blockedPost": {"author": "blockedAuthor"},
    "blockedAuthor": {"viewer": "actorViewer"},
    "feedViewPost": {"post": "postView", "reply": "replyRef", "reason": BY_TYPE},
    "replyRef": {"parent": BY_TYPE, "root": BY_TYPE, "grandparentAuthor": "profileViewBasic"},
    "reasonRepost": {"by": "profileViewBasic"},
    "app.bsky.embed.images#view": {"images": "viewImage"},
    "app.bsky.embed.record#view": {"record": BY_TYPE},
    "app.bsky.embed.recordWithMedia#view": {
        "media": BY_TYPE,
        "record": "app.bsky.embed.record#view",
    },
    "viewRecord": {"author": "profileViewBasic", "embeds": BY_TYPE},
    "viewBlocked": {"author": "blockedAuthor"},
    "records": {"records": "record"},
    "written": {"commit": "commit"},
    "search": {"posts": "postView"},
    "feed": {"feed": "feedViewPost"},
    "thread": {"thread": BY_TYPE, "threadgate": "threadgateView"},
    "posts": {"posts": "postView"},
    "profiles": {"profiles": "profileViewDetailed"},
}


def differences(value: Any, shape: str, where: str) -> Iterator[str]:
    """Where a value lacks a name or has one its shape has not."""
    if isinstance(value, list):
        for at, one in enumerate(value):
            yield from differences(one, shape, f"{where}[{at}]")
        return
    if shape == BY_TYPE:
        kind = value["$type"]
        shape = kind if kind in NAMES else kind.partition("#")[2]
    must, may = (set(names.split()) for names in NAMES[shape])
    yield from (f"{where}.{name} is missing" for name in must - value.keys())
    yield from (f"{where}.{name} is unknown" for name in value.keys() - must - may - {"$type"})
    for name, inner in INNER.get(shape, {}).items():
        if name in value:
            yield from differences(value[name], inner, f"{where}.{name}")


@pytest.fixture(scope="module")
def brand() -> Iterator[Asking]:
    """All that can stand on the network does."""
    watch = Watch()
    network = BlueskyNetwork(clock=watch)
    network.start()
    ours = network.post(BRAND, "New boots", images=["a boot"])
    answer = network.post("anna", "nice", reply_to=ours)
    network.post("bob", "quite", reply_to=answer)
    network.post("bob", "look", quote=ours)
    network.post("bob", "look, with a picture", quote=ours, images=["a tent"])
    network.like(BRAND, answer)
    network.repost("bob", ours)
    network.follow("anna")
    gone = network.post("carl", f"@{BRAND} soon gone")
    network.post("dora", "under what is gone", reply_to=gone)
    network.post("dora", "quotes what is gone", quote=gone)
    network.delete(gone)
    blocker = network.post("eve", f"@{BRAND} hidden")
    network.post(BRAND, "to a blocker", reply_to=blocker)
    network.post("dora", "quotes a blocker", quote=blocker)
    network.block("eve")
    network.gate(network.post("gus", f"@{BRAND} gated"), allow=[MENTIONED_MAY])
    watch.advance(seconds=1)
    asking = Asking(network)
    card = {"uri": "https://larix.example", "title": "Larix", "description": "gear"}
    embed = {"$type": "app.bsky.embed.external", "external": card}
    asking.record(text("See https://larix.example", embed=embed))
    yield asking
    network.stop()


def uris(brand: Asking) -> list[str]:
    return list(brand.network.posts)


def test_all_that_is_told_of_posts_has_the_shape_of_its_lexicon(brand: Asking) -> None:
    told = brand.read("feed.getPosts", uris=uris(brand))
    assert list(differences(told, "posts", "posts")) == []
    kinds = {one["embed"]["$type"] for one in told["posts"] if "embed" in one}
    assert kinds == {name for name in NAMES if name.startswith("app.bsky.embed.")}


def test_all_threads_have_the_shape_of_their_lexicon(brand: Asking) -> None:
    kinds = set()
    for uri in uris(brand):
        told = brand.thread(uri)
        assert list(differences(told, "thread", uri)) == []
        kinds |= {told["thread"]["$type"], told["thread"].get("parent", {}).get("$type")}
    assert {str(kind).partition("#")[2] for kind in kinds if kind} == {
        "threadViewPost",
        "blockedPost",
        "notFoundPost",
    }


def test_all_feeds_and_searches_have_the_shape_of_their_lexicon(brand: Asking) -> None:
    for handle in ("bob", "dora", "larixoutdoor"):
        told = brand.read("feed.getAuthorFeed", actor=f"{handle}.bsky.test", limit=3)
        assert list(differences(told, "feed", handle)) == []
    found = brand.read("feed.searchPosts", q="larixoutdoor", limit=1)
    assert list(differences(found, "search", "search")) == []


def test_notifications_and_people_have_the_shape_of_their_lexicon(brand: Asking) -> None:
    told = brand.read("notification.listNotifications")
    assert list(differences(told, "notifications", "notifications")) == []
    assert {one["reason"] for one in told["notifications"]} >= {"mention", "reply", "quote"}
    handles = ["larixoutdoor", "anna", "bob", "eve"]
    people = brand.read("actor.getProfiles", actors=[f"{one}.bsky.test" for one in handles])
    assert list(differences(people, "profiles", "profiles")) == []
    assert len(people["profiles"]) == 4


def test_sessions_and_repositories_have_the_shape_of_their_lexicon(brand: Asking) -> None:
    assert list(differences(brand.session, "session", "session")) == []
    me = brand.ask("GET", "com.atproto.server.getSession").json()
    assert list(differences(me, "me", "me")) == []
    for method, shape, query in (
        ("repo.listRecords", "records", {"repo": BRAND, "collection": POST}),
        ("repo.describeRepo", "repo", {"repo": BRAND}),
        ("sync.getRepoStatus", "status", {"did": brand.did}),
    ):
        told = brand.ask("GET", f"com.atproto.{method}", params=query).json()
        assert list(differences(told, shape, method)) == []
    written = brand.record(text("Hello")).json()
    assert list(differences(written, "written", "written")) == []
    where = {"repo": BRAND, "collection": POST, "rkey": written["uri"].rpartition("/")[2]}
    told = brand.ask("GET", "com.atproto.repo.getRecord", params=where).json()
    assert list(differences(told, "record", "record")) == []
