"""How long a status is, counted as the server counts, and how long it may be.

Mastodon counts what is seen: a link as `characters_reserved_per_url`, a mention without its server
(https://docs.joinmastodon.org/user/posting/#text, 2026-11), a warning and the text together. It
counts an emoji of several code points as one, others (GoToSocial) count each: so do we, and never
too little.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from listener.channels import wire

RESERVE: Final = 32
"""What a reply's text must leave free for "@name " in front of it, by which its reader is told. It
is put there at the last moment, for a reader nobody knows before; a name has up to 30 characters on
Mastodon (https://github.com/mastodon/mastodon/blob/main/app/models/account.rb, 2026-11). A longer
one, of another server, makes a text that just fitted too long: the server says so, and a human
shortens it."""

_SENSIBLE: Final = 1_000_000
_LINK: Final = re.compile(
    r"https?://(?:[\w-]+\.)+[^\W\d_]{2,}(?::\d+)?(?:[/?#][^\s<>\"]*[^\s<>\".,;:!?)\]}'»…])?",
    re.IGNORECASE,
)
_MENTION: Final = re.compile(r"(?<![\w/])@(\w[\w.-]*)@[\w.-]*\w")


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What the server lets a status be. The defaults are Mastodon's own."""

    characters: int = 500
    per_link: int = 23

    @property
    def for_text(self) -> int:
        """What of it is left for the words of a reply."""
        return max(self.characters - RESERVE, 1)

    def weigh(self, text: str) -> int:
        """Characters of `text` as the server counts them, or more."""
        linked = _LINK.sub("x" * self.per_link, text.replace("\r\n", "\n"))
        return len(_MENTION.sub(r"@\1", linked))


def read_limits(instance: object) -> Limits | None:
    """What `/api/v2/instance` or `/api/v1/instance` says; None if that tells no limit. Older
    servers, and those that are not Mastodon, have `max_toot_chars`."""
    whole = wire.mapping(instance)
    told = wire.mapping(wire.mapping(whole.get("configuration")).get("statuses"))
    most = wire.count(told.get("max_characters")) or wire.count(whole.get("max_toot_chars"))
    if not most:
        return None
    per_link = wire.count(told.get("characters_reserved_per_url")) or Limits.per_link
    return Limits(characters=min(most, _SENSIBLE), per_link=min(per_link, most))
