"""Pure: which column of an export tells what."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

FIELDS: Final[Mapping[str, Sequence[str]]] = {
    "channel": ("channel", "platform", "network"),
    "external_id": (
        *("external_id", "id_str", "tweet_id", "post_id", "comment_id", "status_id"),
        *("message_id", "mention_id", "id"),
    ),
    "created_at": (
        *("created_at", "tweet_created", "created_time", "published_at", "posted_at"),
        *("created", "published", "timestamp", "datetime", "date_time", "date", "time"),
    ),
    "text": ("text", "full_text", "content", "message", "body", "tweet"),
    "author_id": ("author_id", "user_id", "author.id", "user.id_str", "user.id", "from.id"),
    "author_name": ("author_name", "display_name", "author.name", "user.name", "from.name"),
    "author_handle": (
        *("author_handle", "username", "screen_name", "handle", "user_screen_name"),
        *("author.username", "user.screen_name", "author.handle"),
    ),
    "followers": (
        *("followers", "followers_count", "author_followers", "user_followers"),
        *("user.followers_count", "author.public_metrics.followers_count"),
    ),
    "language": ("language", "lang"),
    "conversation_id": ("conversation_id", "thread_id"),
    "in_reply_to": (
        *("in_reply_to", "in_reply_to_id", "in_reply_to_status_id_str"),
        *("in_reply_to_status_id", "parent_id", "parent.id"),
    ),
    "url": ("url", "permalink", "permalink_url", "link"),
    "likes": ("likes", "like_count", "favorite_count", "public_metrics.like_count"),
    "replies": ("replies", "reply_count", "comment_count", "public_metrics.reply_count"),
    "reposts": (
        *("reposts", "retweets", "retweet_count", "repost_count", "shares", "share_count"),
        "public_metrics.retweet_count",
    ),
    "repost": ("repost", "is_repost", "is_retweet"),
    "private": ("private", "is_private"),
    "addressed": ("addressed",),
}
"""What we take over, and the columns that usually tell it, the surest first."""

NEEDED: Final = ("created_at", "text")
_JUDGED: Final = re.compile(r"(?:.*_)?(?:sentiment|polarity|label)")
_BETWEEN: Final = re.compile(r"[\s-]+")


@dataclass(frozen=True, kw_only=True)
class Export:
    """What a known program writes: told by `signs`, columns that stand in no other."""

    name: str
    signs: frozenset[str]
    named: Mapping[str, str]
    channel: str = ""


EXPORTS: Final = (
    Export(
        name="Twitter US Airline Sentiment",
        signs=frozenset({"tweet_id", "tweet_created", "airline", "name", "text"}),
        named={"author_handle": "name"},
        channel="x",
    ),
    Export(
        name="X",
        signs=frozenset({"author_id", "conversation_id", "created_at", "id", "text"}),
        named={},
        channel="x",
    ),
    Export(
        name="Twitter (API 1.1)",
        signs=frozenset({"id_str", "user.screen_name", "created_at"}),
        named={},
        channel="x",
    ),
    Export(
        name="Facebook comments",
        signs=frozenset({"id", "message", "created_time"}),
        named={},
        channel="facebook",
    ),
)


class Unclear(ValueError):
    """The columns do not tell what is needed. The text says what to add."""


@dataclass(frozen=True, kw_only=True)
class Columns:
    """`named`: the column of each field, as the file spells it. `channel`: where a file without a
    channel comes from, "" if nobody knows. `judged`: columns of somebody else's judgement."""

    named: Mapping[str, str]
    export: str = ""
    channel: str = ""
    judged: tuple[str, ...] = ()


def columns_of(found: Sequence[str], asked: Mapping[str, str]) -> Columns:
    """Which of the columns `found` tells what; `asked` by the user goes first ("" means: none).
    Raises Unclear."""
    plain = {plainly(name): name for name in reversed(found)}
    _require(asked, plain)
    export = next((one for one in EXPORTS if one.signs <= plain.keys()), None)
    named = {field: plain[plainly(said)] for field, said in asked.items() if said}
    usual = dict(export.named) if export else {}
    for field, aliases in FIELDS.items():
        if field in asked:
            continue
        names = (usual[field],) if field in usual else aliases
        taken = set(named.values())
        hit = next((plain[one] for one in names if plain.get(one) not in (None, *taken)), "")
        if hit:
            named[field] = hit
    if lacking := [field for field in NEEDED if field not in named]:
        raise Unclear(
            f"no column tells {' and '.join(lacking)}; there are: {', '.join(found)[:300]}"
        )
    return Columns(
        named=named,
        export=export.name if export else "",
        channel=export.channel if export else "",
        judged=tuple(name for one, name in plain.items() if _JUDGED.fullmatch(one)),
    )


def read_columns(said: str) -> dict[str, str]:
    """`created_at=tweet_created,text=body` as a user types it. Raises Unclear."""
    asked = {}
    for part in filter(None, (one.strip() for one in said.split(","))):
        field, equals, column = (one.strip() for one in part.partition("="))
        if not equals or field not in FIELDS:
            raise Unclear(f"{part!r} is not FIELD=COLUMN with one of {', '.join(FIELDS)}")
        asked[field] = column
    return asked


def plainly(name: str) -> str:
    """A name of a column without what spreadsheets make of it."""
    return _BETWEEN.sub("_", name.strip().strip("\ufeff\"'").lower())


def how_many_known(names: Collection[str]) -> int:
    """How many of these names of columns say something to us."""
    every = {alias for aliases in FIELDS.values() for alias in aliases}
    return len({plainly(name) for name in names} & every)


def _require(asked: Mapping[str, str], plain: Mapping[str, str]) -> None:
    for field, said in asked.items():
        if said and plainly(said) not in plain:
            there = ", ".join(plain.values())[:300]
            raise Unclear(f"there is no column {said!r} for {field}; there are: {there}")
