"""The fields of one post of X, whichever vocabulary names them. Pure; raises only where it says so.

X renamed its words from `tweet` to `post` with version 2.167 of its specification, while the
payloads it sends still say `tweet` (https://docs.x.com/changelog, 2026-08): both are understood.
Absent fields are omitted, never null
(https://docs.x.com/x-api/fundamentals/data-dictionary, 2026-08).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from listener.channels import wire
from listener.channels.wire import Item, MalformedError

# An id's upper bits are milliseconds since then: https://docs.x.com/fundamentals/x-ids (2026-08)
_EPOCH_MS: Final = 1_288_834_974_657
_SHIFT: Final = 22

_IDENTIFIER = re.compile(r"[0-9]{1,19}")
_NO_LANGUAGE: Final = frozenset({"und", "qme", "zxx", "art", "qam", "qct", "qht", "qst"})
_RENAMED: Final = {"iw": "he", "in": "id", "ji": "yi"}  # X keeps the old codes


def time_of(post_id: str) -> datetime:
    """When an id was made, to the millisecond. Any id of up to 19 digits has a time."""
    return datetime.fromtimestamp(((int(post_id) >> _SHIFT) + _EPOCH_MS) / 1000, UTC)


def id_at(moment: datetime) -> str:
    """The lowest id of that millisecond; "1" for anything before ids carried a time."""
    return str(max(1, (int(moment.timestamp() * 1000) - _EPOCH_MS) << _SHIFT))


def optional_id(value: object) -> str | None:
    found = wire.optional_identifier(value)
    return found if found and _IDENTIFIER.fullmatch(found) else None


def post_id(value: object) -> str:
    """An id as X makes them, 1 to 19 digits. Raises MalformedError."""
    found = optional_id(value)
    if found is None:
        raise MalformedError("id is no post id")
    return found


def full(post: Item) -> Item:
    """Where the whole text stands: `text` of a post longer than 280 characters is cut."""
    for key in ("note_tweet", "note_post"):
        note = wire.mapping(post.get(key))
        if isinstance(note.get("text"), str):
            return note
    return post


def text(post: Item) -> str:
    """The whole text. Raises MalformedError when there is none."""
    return unescape(wire.required_text(full(post).get("text"), "text"))


def unescape(raw: str) -> str:
    """X escapes these three and no others; the ampersand last, or "&amp;lt;" would become "<"."""
    return raw.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def chain(post: Item, revision: str) -> tuple[str, ...]:
    """All ids of an edited post, oldest first: every edit makes a new post with a new id
    (https://docs.x.com/x-api/fundamentals/edit-posts, 2026-08)."""
    for key in ("edit_history_tweet_ids", "edit_history_post_ids"):
        ids = [found for value in wire.listing(post.get(key)) if (found := optional_id(value))]
        if ids:
            return tuple(ids)
    return (revision,)


def references(post: Item) -> dict[str, str]:
    """Kind of reference (replied_to, quoted, retweeted) -> id of the other post."""
    found: dict[str, str] = {}
    for key in ("referenced_tweets", "referenced_posts"):
        for reference in map(wire.mapping, wire.listing(post.get(key))):
            other = optional_id(reference.get("id"))
            if other:
                found.setdefault(wire.words(reference.get("type")), other)
    direct = optional_id(post.get("in_reply_to_tweet_id") or post.get("in_reply_to_post_id"))
    if direct:
        found.setdefault("replied_to", direct)
    return found


def language(post: Item) -> str | None:
    """X's guess as ISO 639-1; None for its codes that name no language."""
    code = wire.words(post.get("lang")).casefold().split("-")[0]
    if code in _NO_LANGUAGE or not re.fullmatch(r"[a-z]{2}", code):
        return None
    return _RENAMED.get(code, code)


def engagement(post: Item) -> int:
    metrics = wire.mapping(post.get("public_metrics"))
    names = ("like_count", "reply_count", "retweet_count", "repost_count", "quote_count")
    return sum(wire.count(metrics.get(name)) for name in names)
