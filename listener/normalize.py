"""Pure: a text as the network gave it becomes a text we can keep, and tells whether it is ours."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import dropwhile

from listener.channels.base import Incoming, MediaKind, Person

MAX_TEXT_BYTES = 64_000
_ID = re.compile(r"[\w.:/@-]{1,128}\Z", re.ASCII)
# A word X would make a link of, and then show as another: "larix.example", "shop24.it/sale".
_BARE_LINK = re.compile(r"\w\.[^\W\d_]{2,}")
# C0 and C1 controls, except tab and line feed: they drive terminals and forge log lines.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_NO_WORDS = re.compile(r"https?://\S+|(?<!\S)[@#]\S+|[^\w\s]")
_FEW_WORDS = 4
_LONGEST_NAME = 200  # code points, as the column has room for
_MOST = 10**9  # of followers or likes: what a column has room for in every database
_JOINERS = "\u200d\ufe0e\ufe0f"  # a cut emoji would leave one behind

_EARLIEST = datetime(2006, 3, 21, tzinfo=UTC)  # the first post on X; Pages are younger
_OLDEST_GUESS = timedelta(days=7)
_CLOCKS_APART = timedelta(minutes=5)  # a clock may be ahead of ours so far without a word

_DATED = "the network dates it "
_UNREAD = "what it shows or says in a picture or recording we cannot read"


class UnreadableItem(ValueError):
    """An item that cannot be kept as a mention; the text says why."""


def is_mention(incoming: Incoming, our_handles: Collection[str] = ()) -> bool:
    """False for our own posts, those of our other accounts, and reposts: no customer speaks there.

    `our_handles` are the brand's account names, in lower case.
    """
    ours = incoming.author is not None and incoming.author.handle.lower() in our_handles
    return not (incoming.own or incoming.repost or ours)


def is_own_answer(incoming: Incoming) -> bool:
    """A post of this account that answers somebody: ours, or a colleague's in the network's app."""
    return incoming.own and not incoming.repost and bool(incoming.in_reply_to)


def is_newer(revision: str, than: str) -> bool:
    """Whether a version of a text is newer. Networks that give versions ids of their own count
    them up, so the longer, then the greater id is newer."""
    return (len(revision), revision) > (len(than), than)


def normalize(incoming: Incoming, *, heard_at: datetime) -> Incoming:
    """The item fit for the store: ids checked, texts cleaned, its date one that can be.

    Raises UnreadableItem if an id is not one, or the date has no time zone.
    """
    for name in ("external_id", "revision_id", "answer_under", "conversation"):
        if not _ID.match(getattr(incoming, name)):
            raise UnreadableItem(f"{name} is no id: {getattr(incoming, name)[:60]!r}")
    if incoming.created_at.tzinfo is None:
        raise UnreadableItem("created_at has no time zone")
    return replace(
        incoming,
        text=clean(incoming.text),
        context=clean(incoming.context),
        author=_known(incoming.author),
        in_reply_to=incoming.in_reply_to if _is_id(incoming.in_reply_to) else None,
        created_at=_possible(incoming.created_at, heard_at),
        engagement=min(max(incoming.engagement, 0), _MOST),
    )


def doubts(incoming: Incoming, *, heard_at: datetime) -> tuple[str, ...]:
    """What a reader should know of an item before `normalize` mended it, as sentences."""
    return (*_dated(incoming.created_at, heard_at), *_unread(incoming))


def _dated(told: datetime, heard_at: datetime) -> tuple[str, ...]:
    if told.tzinfo is None or _EARLIEST <= told <= heard_at + _CLOCKS_APART:
        return ()
    return (f"{_DATED}{told:%Y-%m-%d}, which cannot be",)


def _unread(incoming: Incoming) -> tuple[str, ...]:
    if not speaks_through_media(incoming):
        return ()
    told = "; ".join(media.alt for media in incoming.media if media.alt)
    return (f"{_UNREAD}; described as: {told}" if told else _UNREAD,)


def is_doubt(reason: str) -> bool:
    """Whether a reason that is kept with a mention is one of `doubts`: it holds for a version of
    the text, whatever is thought of it."""
    return reason.startswith((_DATED, _UNREAD))


def speaks_through_media(incoming: Incoming) -> bool:
    """Whether a picture, film or recording says it, and not the few words beside it."""
    shown = any(media.kind is not MediaKind.LINK for media in incoming.media)
    return shown and len(_NO_WORDS.sub(" ", incoming.text).split()) < _FEW_WORDS


def _possible(told: datetime, heard_at: datetime) -> datetime:
    """A date within reason: a clock ahead of ours must not push a deadline into the future, nor
    may 1970 make a text the oldest of all."""
    return heard_at - _OLDEST_GUESS if told < _EARLIEST else min(told, heard_at)


def _is_id(value: str | None) -> bool:
    return value is not None and _ID.match(value) is not None


def clean(text: str) -> str:
    """The text as it can be stored in any database and shown in any log.

    Lone surrogates and NUL become U+FFFD (sqlite3 raises on one, PostgreSQL refuses the other),
    other control characters go, and 64 kB are the limit.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "�")
    if not text.isascii():
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    text = _CONTROLS.sub("", text)
    raw = text.encode()
    if len(raw) <= MAX_TEXT_BYTES:
        return text
    return raw[:MAX_TEXT_BYTES].decode(errors="ignore") + " […]"


def said(text: str) -> str:
    """What two texts of ours have in common when they say the same, however the network shows them.

    Networks compose letters, trim and join spaces, put handles in front (X) and links of their own
    in place of ours (X: t.co), so all this is left out. What they escape, their channels have
    unescaped. Two texts of which nothing but "" is left say nothing about each other.
    """
    words = unicodedata.normalize("NFC", text).casefold().split()
    told = dropwhile(lambda word: word.startswith("@"), words)
    return " ".join(word for word in told if "://" not in word and not _BARE_LINK.search(word))


def _known(author: Person | None) -> Person | None:
    if author is None or not _ID.match(author.external_id):
        return None
    return replace(
        author,
        name=clean(author.name).replace("\n", " ").strip()[:_LONGEST_NAME].rstrip(_JOINERS),
        handle=clean(author.handle).strip()[:100],
        followers=None if author.followers is None else min(max(author.followers, 0), _MOST),
    )
