"""Accounts and posts as the AppView tells them: what is not there is left out."""

from __future__ import annotations

from typing import Any

from listener.sandbox.bluesky.dates import iso
from listener.sandbox.bluesky.ids import place
from listener.sandbox.bluesky.lexicon import (
    EXTERNAL,
    IMAGES,
    LIKE,
    POST,
    RECORD,
    REPOST,
    WITH_MEDIA,
)
from listener.sandbox.bluesky.look import Look, Seen
from listener.sandbox.bluesky.record import Account, Value, quoted_by

_DEFS = "app.bsky.feed.defs"
_DEEPEST = 2  # boxes within boxes


def basic(look: Look, account: Account) -> dict[str, Any]:
    """An account as it stands beside a post."""
    blocking = look.block(look.viewer, account.did)
    blocked_by = look.block(account.did, look.viewer)
    near = not blocking and not blocked_by
    viewer = {
        "muted": look.mutes(account.did),
        "mutedOnlyReposts": False,
        "mutedOnlyQuoteposts": False,
        "blockedBy": bool(blocked_by),
        "blocking": blocking,
        "following": look.follow(look.viewer, account.did) if near else None,
        "followedBy": look.follow(account.did, look.viewer) if near else None,
    }
    return {
        "did": account.did,
        "handle": account.handle,
        "displayName": account.name,
        "associated": {"activitySubscription": {"allowSubscriptions": "followers"}},
        "viewer": _there(viewer),
        "labels": [],
        "createdAt": iso(account.made_at),
    }


def profile(look: Look, account: Account) -> dict[str, Any]:
    """An account as it stands beside a notification."""
    more = {"description": account.about or None, "indexedAt": iso(account.made_at)}
    return basic(look, account) | _there(more)


def detailed(look: Look, account: Account) -> dict[str, Any]:
    """An account by itself."""
    posts = [uri for uri in look.network.repos[account.did] if look.post(uri)]
    told = profile(look, account)
    told["associated"] = {
        "lists": 0, "feedgens": 0, "starterPacks": 0, "labeler": False, **told["associated"]
    }  # fmt: skip
    followed = [one for one in look.network.accounts if look.follow(account.did, one)]
    followers = [one for one in look.network.accounts if look.follow(one, account.did)]
    return told | {
        "followersCount": len(followers),
        "followsCount": len(followed),
        "postsCount": len(posts),
    }


def post(look: Look, seen: Seen, depth: int = 0) -> dict[str, Any]:
    """A post with its counts, and what it means to the viewer."""
    network = look.network
    answers = [one for one in look.replies(seen.uri) if not one.version.gated]
    gate = look.gate(seen.uri) if "reply" not in seen.value else None
    viewer = {
        "repost": look.own(REPOST, seen.uri),
        "like": look.own(LIKE, seen.uri),
        "bookmarked": False,
        "threadMuted": False,
        "replyDisabled": look.reply_disabled(seen),
        "embeddingDisabled": False,
    }
    told: dict[str, Any] = {
        "uri": seen.uri,
        "cid": seen.version.cid,
        "author": basic(look, network.accounts[seen.did]),
        "record": seen.value,
        "embed": embed(look, seen, depth + 1) if depth < _DEEPEST else None,
        "bookmarkCount": 0,
        "replyCount": len(answers),
        "repostCount": look.reposts(seen.uri),
        "likeCount": look.likes(seen.uri),
        "quoteCount": look.quotes(seen.uri),
        "indexedAt": seen.version.sort_at,
        "viewer": _there(viewer),
        "labels": [],
        "threadgate": threadgate(look, seen.uri) if gate else None,
    }
    return _there(told)


def threadgate(look: Look, root: str) -> dict[str, Any] | None:
    """The gate of the thread that begins with that post."""
    gate = look.gate(root)
    if gate is None:
        return None
    record, version, value = gate
    return {"uri": record.uri, "cid": version.cid, "record": value, "lists": []}


def maybe(look: Look, uri: str) -> dict[str, Any]:
    """A post, or that it is gone, or that a block stands before it."""
    seen = look.post(uri)
    if seen is None:
        return gone(uri)
    if look.hidden(seen.did):
        return blocked(look, uri, seen.did)
    return post(look, seen) | {"$type": f"{_DEFS}#postView"}


def gone(uri: str) -> dict[str, Any]:
    return {"uri": uri, "notFound": True, "$type": f"{_DEFS}#notFoundPost"}


def blocked(look: Look, uri: str, did: str) -> dict[str, Any]:
    author = _blocked_author(look, did)
    return {"uri": uri, "blocked": True, "author": author, "$type": f"{_DEFS}#blockedPost"}


def _blocked_author(look: Look, did: str) -> dict[str, Any]:
    blocking = look.block(look.viewer, did)
    viewer = {"blockedBy": bool(look.block(did, look.viewer)), "blocking": blocking}
    return {"did": did, "viewer": _there(viewer)}


def embed(look: Look, seen: Seen, depth: int) -> dict[str, Any] | None:
    """What stands below the text: pictures, a link's card, a quoted post."""
    value: Value = seen.value.get("embed") or {}
    kind = value.get("$type")
    if kind == IMAGES:
        return _images(look, seen.did, value)
    if kind == EXTERNAL:
        card = {name: value["external"][name] for name in ("uri", "title", "description")}
        return {"external": card, "$type": f"{EXTERNAL}#view"}
    quoted = quoted_by(seen.value)
    if kind == RECORD and quoted:
        return {"record": _box(look, seen, quoted, depth), "$type": f"{RECORD}#view"}
    if kind == WITH_MEDIA and quoted:
        media = Seen(record=seen.record, version=seen.version, value={"embed": value["media"]})
        return {
            "media": embed(look, media, depth),
            "record": {"record": _box(look, seen, quoted, depth)},
            "$type": f"{WITH_MEDIA}#view",
        }
    return None


def _images(look: Look, did: str, value: Value) -> dict[str, Any]:
    images = [
        _there(
            {
                "thumb": _address(look, "feed_thumbnail", did, one),
                "fullsize": _address(look, "feed_fullsize", did, one),
                "alt": one["alt"],
                "aspectRatio": one.get("aspectRatio"),
            }
        )
        for one in value["images"]
    ]
    return {"images": images, "$type": f"{IMAGES}#view"}


def _address(look: Look, size: str, did: str, image: Value) -> str:
    return f"{look.network.url}/img/{size}/plain/{did}/{image['image']['ref']['$link']}"


def _box(look: Look, around: Seen, uri: str, depth: int) -> dict[str, Any]:
    """A quoted post in its box. A block between the two authors hides it as well."""
    where = place(uri)
    did = where.repo if where else ""
    if did in look.network.accounts and (look.hidden(did) or look.apart(around.did, did)):
        author = _blocked_author(look, did)
        kind = f"{RECORD}#viewBlocked"
        return {"uri": uri, "blocked": True, "author": author, "$type": kind}
    seen = look.post(uri) if where is not None and where.collection == POST else None
    if seen is None:
        return {"uri": uri, "notFound": True, "$type": f"{RECORD}#viewNotFound"}
    inner = post(look, seen, depth)
    counts = ("likeCount", "replyCount", "repostCount", "quoteCount")
    told = {name: inner[name] for name in ("uri", "cid", "author", "labels", "indexedAt", *counts)}
    embeds = [inner["embed"]] if "embed" in inner else []
    boxes = {"embeds": embeds} if depth < _DEEPEST else {}
    return told | boxes | {"value": seen.value, "$type": f"{RECORD}#viewRecord"}


def _there(told: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if value is not None}
