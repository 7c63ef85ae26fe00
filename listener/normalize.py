"""Pure: a text as the network gave it becomes a text we can keep, and tells whether it is ours."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from listener.channels.base import Incoming, Person

MAX_TEXT_BYTES = 64_000
_ID = re.compile(r"[\w.:/@-]{1,128}\Z", re.ASCII)
# C0 and C1 controls, except tab and line feed: they drive terminals and forge log lines.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class UnreadableItem(ValueError):
    """An item that cannot be kept as a mention; the text says why."""


def is_mention(incoming: Incoming, our_handles: Collection[str] = ()) -> bool:
    """False for our own posts, those of our other accounts, and reposts: no customer speaks there.

    `our_handles` are the brand's account names, in lower case.
    """
    ours = incoming.author is not None and incoming.author.handle.lower() in our_handles
    return not (incoming.own or incoming.repost or ours)


def is_newer(revision: str, than: str) -> bool:
    """Whether a version of a text is newer. Networks that give versions ids of their own count
    them up, so the longer, then the greater id is newer."""
    return (len(revision), revision) > (len(than), than)


def normalize(incoming: Incoming, *, heard_at: datetime) -> Incoming:
    """The item fit for the store: ids checked, texts cleaned, no date in the future.

    Raises UnreadableItem if an id is not one.
    """
    for name in ("external_id", "revision_id", "answer_under", "conversation"):
        if not _ID.match(getattr(incoming, name)):
            raise UnreadableItem(f"{name} is no id: {getattr(incoming, name)[:60]!r}")
    return replace(
        incoming,
        text=clean(incoming.text),
        context=clean(incoming.context),
        author=_known(incoming.author),
        # A clock ahead of ours must not push a deadline into the future.
        created_at=min(incoming.created_at, heard_at),
        engagement=max(0, incoming.engagement),
    )


def clean(text: str) -> str:
    """The text as it can be stored in any database and shown in any log.

    Lone surrogates and NUL become U+FFFD (sqlite3 raises on one, PostgreSQL refuses the other),
    other control characters go, and 64 kB are the limit.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "�")
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    text = _CONTROLS.sub("", text)
    raw = text.encode()
    if len(raw) <= MAX_TEXT_BYTES:
        return text
    return raw[:MAX_TEXT_BYTES].decode(errors="ignore") + " […]"


def _known(author: Person | None) -> Person | None:
    if author is None or not _ID.match(author.external_id):
        return None
    return replace(
        author,
        name=clean(author.name).replace("\n", " ").strip()[:200],
        handle=clean(author.handle).strip()[:100],
        followers=None if author.followers is None else min(max(author.followers, 0), 10**9),
    )
