"""The lexicons the sandbox knows: the records it checks, what its methods take.

https://github.com/bluesky-social/atproto/tree/main/lexicons (2026-11)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from listener.sandbox.bluesky.shapes import (
    TID,
    Check,
    any_thing,
    blob,
    flag,
    items,
    shown,
    text,
    thing,
    typed,
    whole,
)

POST: Final = "app.bsky.feed.post"
LIKE: Final = "app.bsky.feed.like"
REPOST: Final = "app.bsky.feed.repost"
GATE: Final = "app.bsky.feed.threadgate"
FOLLOW: Final = "app.bsky.graph.follow"
BLOCK: Final = "app.bsky.graph.block"
PROFILE: Final = "app.bsky.actor.profile"
IMAGES: Final = "app.bsky.embed.images"
EXTERNAL: Final = "app.bsky.embed.external"
RECORD: Final = "app.bsky.embed.record"
WITH_MEDIA: Final = "app.bsky.embed.recordWithMedia"
MENTION: Final = "app.bsky.richtext.facet#mention"
LINK: Final = "app.bsky.richtext.facet#link"
TAG: Final = "app.bsky.richtext.facet#tag"
MENTIONED_MAY: Final = f"{GATE}#mentionRule"
FOLLOWERS_MAY: Final = f"{GATE}#followerRule"
FOLLOWED_MAY: Final = f"{GATE}#followingRule"

GRAPHEMES, BYTES = 300, 3000
"""How long a post may be, in both at once."""

# Parts of records

_DATE = text("datetime")
_DID = text("DID")
_REF = thing({"uri": text("at-uri"), "cid": text("CID string")})
_FACET = thing(
    {
        "index": thing({"byteStart": whole(0), "byteEnd": whole(0)}),
        "features": items(
            typed(
                app_bsky_richtext_facet__mention=thing({"did": _DID}),
                app_bsky_richtext_facet__link=thing({"uri": text("uri")}),
                app_bsky_richtext_facet__tag=thing({"tag": text(most=640, graphemes=64)}),
            )
        ),
    }
)
_RATIO = thing({"width": whole(1), "height": whole(1)})
_IMAGES = thing(
    {"images": items(thing({"image": blob, "alt": text()}, {"aspectRatio": _RATIO}), most=4)}
)
_EXTERNAL = thing({"external": thing({"uri": text("uri"), "title": text(), "description": text()})})
_RECORD = thing({"record": _REF})
_MEDIA = typed(app_bsky_embed_images=_IMAGES, app_bsky_embed_external=_EXTERNAL)
_EMBED = typed(
    app_bsky_embed_images=_IMAGES,
    app_bsky_embed_external=_EXTERNAL,
    app_bsky_embed_record=_RECORD,
    app_bsky_embed_recordWithMedia=thing({"record": _RECORD, "media": _MEDIA}),
)
_LABELS = typed(
    com_atproto_label_defs__selfLabels=thing({"values": items(thing({"val": text(most=128)}))})
)

_POST = thing(
    {"text": text(most=BYTES, graphemes=GRAPHEMES), "createdAt": _DATE},
    {
        "facets": items(_FACET),
        "reply": thing({"root": _REF, "parent": _REF}),
        "embed": _EMBED,
        "langs": items(text("language"), most=3),
        "labels": _LABELS,
        "tags": items(text(most=640, graphemes=64), most=8),
    },
)
_ABOUT_A_POST = thing({"subject": _REF, "createdAt": _DATE})
_ABOUT_SOMEBODY = thing({"subject": _DID, "createdAt": _DATE})

RECORDS: Final[Mapping[str, Check]] = {
    POST: _POST,
    LIKE: _ABOUT_A_POST,
    REPOST: _ABOUT_A_POST,
    FOLLOW: _ABOUT_SOMEBODY,
    BLOCK: _ABOUT_SOMEBODY,
    GATE: thing(
        {"post": text("at-uri"), "createdAt": _DATE},
        {"allow": items(typed(), most=5), "hiddenReplies": items(text("at-uri"), most=300)},
    ),
    PROFILE: thing({}, {"displayName": text(most=640, graphemes=64)}),
}
_KEYS: Final = {PROFILE: "self"}  # all others have a TID


def wrong_key(collection: str, key: str) -> str:
    """What is wrong with a record's key, or nothing. Of collections we do not know any will do."""
    fixed = _KEYS.get(collection)
    if collection not in RECORDS or key == fixed or (not fixed and re.fullmatch(TID, key)):
        return ""
    wrong = f'Expected "{fixed}"' if fixed else "Invalid TID string"
    return f"{wrong} (got {shown(key)}) at $"


# What methods take


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A parameter of a query. `reads` makes a value of its text, or leaves the text as it is."""

    check: Check
    reads: Callable[[str], Any] = str
    many: bool = False
    required: bool = False
    usual: Any = None


def _number(value: str) -> Any:
    return int(value) if re.fullmatch(r"-?[0-9]{1,15}", value) else value


def _yes(value: str) -> Any:
    return {"true": True, "false": False}.get(value, value)


def _due(check: Check) -> Parameter:
    return Parameter(check=check, required=True)


def _may(check: Check, usual: Any = None) -> Parameter:
    return Parameter(check=check, usual=usual)


def _size(usual: int, most: int = 100, least: int = 1) -> Parameter:
    return Parameter(check=whole(least, most), reads=_number, usual=usual)


def _switch() -> Parameter:
    return Parameter(check=flag, reads=_yes)


_URIS = Parameter(check=items(text("at-uri"), most=25), many=True, required=True)
_ACTORS = Parameter(check=items(text("AT identifier"), most=25), many=True, required=True)
_CURSOR, _REPO = _may(text()), _due(text("AT identifier"))

PARAMETERS: Final[Mapping[str, Mapping[str, Parameter]]] = {
    "com.atproto.identity.resolveHandle": {"handle": _due(text("handle"))},
    "com.atproto.repo.describeRepo": {"repo": _REPO},
    "com.atproto.repo.getRecord": {
        "repo": _REPO,
        "collection": _due(text("NSID")),
        "rkey": _due(text("record key")),
        "cid": _may(text("CID string")),
    },
    "com.atproto.repo.listRecords": {
        "repo": _REPO,
        "collection": _due(text("NSID")),
        "limit": _size(50),
        "cursor": _CURSOR,
        "reverse": _switch(),
    },
    "com.atproto.sync.getRepoStatus": {"did": _due(_DID)},
    "app.bsky.actor.getProfile": {"actor": _due(text("AT identifier"))},
    "app.bsky.actor.getProfiles": {"actors": _ACTORS},
    "app.bsky.notification.listNotifications": {
        "reasons": Parameter(check=items(text()), many=True),
        "limit": _size(50),
        "priority": _switch(),
        "cursor": _CURSOR,
        "seenAt": _may(_DATE),
    },
    "app.bsky.notification.getUnreadCount": {"priority": _switch(), "seenAt": _may(_DATE)},
    "app.bsky.feed.getPosts": {"uris": _URIS},
    "app.bsky.feed.getPostThread": {
        "uri": _due(text("at-uri")),
        "depth": _size(6, 1000, 0),
        "parentHeight": _size(80, 1000, 0),
    },
    "app.bsky.feed.getAuthorFeed": {
        "actor": _due(text("AT identifier")),
        "limit": _size(50),
        "cursor": _CURSOR,
        "filter": _may(text(), "posts_with_replies"),
        "includePins": _switch(),
    },
    "app.bsky.feed.searchPosts": {
        "q": _due(text()),
        "sort": _may(text(), "latest"),
        "since": _may(text()),
        "until": _may(text()),
        "mentions": _may(text("AT identifier")),
        "author": _may(text("AT identifier")),
        "lang": _may(text("language")),
        "domain": _may(text()),
        "url": _may(text("uri")),
        "tag": Parameter(check=items(text(most=640, graphemes=64)), many=True),
        "limit": _size(25),
        "cursor": _CURSOR,
    },
}

_TARGET: Final = {"repo": text("AT identifier"), "collection": text("NSID")}
_KEY: Final = {"rkey": text("record key")}
_SWAP: Final = {"swapCommit": text("CID string"), "validate": flag}

BODIES: Final[Mapping[str, Check]] = {
    "com.atproto.server.createSession": thing(
        {"identifier": text(), "password": text()},
        {"authFactorToken": text(), "allowTakendown": flag},
    ),
    "com.atproto.repo.createRecord": thing({**_TARGET, "record": any_thing}, {**_KEY, **_SWAP}),
    "com.atproto.repo.putRecord": thing({**_TARGET, **_KEY, "record": any_thing}, _SWAP),
    "com.atproto.repo.deleteRecord": thing({**_TARGET, **_KEY}, {"swapCommit": text("CID string")}),
    "app.bsky.notification.updateSeen": thing({"seenAt": _DATE}),
}
