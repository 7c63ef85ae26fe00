"""Posts and users of sandbox X, and how X reads a text: mentions, tags, links, length."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from listener.channels.x.weigh import weigh

EPOCH_MS: Final = 1_288_834_974_657
"""An id is (milliseconds since this, 22 bits): https://docs.x.com/fundamentals/x-ids (2026-08)."""
LIMIT: Final = 280
"""Weighted characters: https://docs.x.com/fundamentals/counting-characters (2026-08)."""

_MENTION = re.compile(r"(?<![\w@])@([A-Za-z0-9_]{1,15})(?![\w@])")
_TAG = re.compile(r"(?<![\w#&])#(\w*[^\W\d]\w*)")
_LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]]")
_LEADING = re.compile(r"(?:@[A-Za-z0-9_]{1,15}\s+)+")


@dataclass(frozen=True, kw_only=True)
class Photo:
    url: str
    alt: str = ""

    @property
    def key(self) -> str:
        digest = hashlib.sha256(self.url.encode()).digest()
        return f"3_{int.from_bytes(digest[:7]):018d}"


@dataclass(frozen=True, kw_only=True)
class User:
    id: str
    handle: str
    name: str
    followers: int
    created_at: datetime
    about: str = ""
    verified: bool = False


@dataclass(frozen=True, kw_only=True)
class Post:
    """One version of a post. `chain` is its first version's id; links are still written out."""

    id: str
    chain: str
    author: User
    text: str  # with the handles X puts before a reply
    at: datetime  # of the first version
    conversation: str
    visible_at: datetime  # lists do not know it before; of ours, nobody does
    shown_from: int = 0  # where the author's own words begin
    in_reply_to: str | None = None
    quotes: str | None = None
    reposts: str | None = None
    lang: str = "und"
    photos: tuple[Photo, ...] = ()
    likes: int = 0
    edited_at: datetime | None = None  # of this version


def id_at(moment: datetime, low: int = 0) -> int:
    """The id of a post made at that moment."""
    return (int(moment.timestamp() * 1000) - EPOCH_MS) << 22 | (low & 0x3FFFFF)


def time_of(post_id: str) -> datetime:
    return datetime.fromtimestamp(((int(post_id) >> 22) + EPOCH_MS) / 1000, UTC)


def handles_in(text: str) -> list[str]:
    """The handles a text mentions, in order, each once, in lower case."""
    return list(dict.fromkeys(found[1].lower() for found in _MENTION.finditer(text)))


def leading_handles(text: str) -> tuple[list[str], str]:
    """The handles before the first word, and the words."""
    found = _LEADING.match(text + " ")
    if found is None:
        return [], text
    return handles_in(found[0]), text[found.end() :]


@lru_cache(maxsize=4096)
def weight(text: str) -> int:
    """The length as X counts it."""
    return weigh(text)


def cut(text: str) -> str:
    """What `text` holds of a long post: as many words as fit, and an ellipsis."""
    if weight(text) <= LIMIT:
        return text
    words = text[:LIMIT]
    while weight(words + "…") > LIMIT:
        words = words.rpartition(" ")[0]
    return words + "…"


def shortened(text: str) -> tuple[str, list[dict[str, Any]]]:
    """The text with every link behind t.co, and the entities that say where each one leads."""
    urls: list[dict[str, Any]] = []
    out, last = "", 0
    for found in _LINK.finditer(text):
        out += text[last : found.start()]
        short = short_link(found[0])
        display = found[0].split("://", 1)[1].removeprefix("www.").rstrip("/")
        urls.append(
            {
                "start": len(out),
                "end": len(out) + len(short),
                "url": short,
                "expanded_url": found[0],
                "display_url": display if len(display) <= 26 else display[:26] + "…",
            }
        )
        out, last = out + short, found.end()
    return out + text[last:], urls


def short_link(url: str) -> str:
    return f"https://t.co/{hashlib.sha256(url.encode()).hexdigest()[:10]}"


def entities(text: str, users: Mapping[str, User]) -> dict[str, Any]:
    """Mentions of known users, and hashtags. Empty kinds are absent, as on X."""
    mentions = [
        {
            "start": found.start(),
            "end": found.end(),
            "username": users[found[1].lower()].handle,
            "id": users[found[1].lower()].id,
        }
        for found in _MENTION.finditer(text)
        if found[1].lower() in users
    ]
    tags = [
        {"start": found.start(), "end": found.end(), "tag": found[1]}
        for found in _TAG.finditer(text)
    ]
    kinds = {"mentions": mentions, "hashtags": tags}
    return {kind: found for kind, found in kinds.items() if found}


def editable_until(first: datetime) -> datetime:
    """One hour (payloads of 2026-07-24 in X's own docs; the prose there still says 30 minutes)."""
    return first + timedelta(hours=1)
