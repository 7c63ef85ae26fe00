"""The links of a text, also those without https://."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

# A bare address needs a known ending, or a path: "uscito.Ora" is a missing space.
_URL: Final = re.compile(
    r"(?P<scheme>https?://)(?P<host>[^\s/?#<>()\"'«»]+)[^\s<>\"«»]*|"
    r"(?<![@\w./-])(?P<bare>(?:[a-z0-9](?:[a-z0-9-]{0,60}[a-z0-9])?\.){1,4}"
    r"(?:[a-z]{2,12}(?=/[^\s/])|com|net|org|info|eu|it|de|fr|es|pl|gr|uk|ie|at|ch|be|io|shop|store|"
    r"example))(?![\w@-])(?:/[^\s<>\"«»]*)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Link:
    """A link as it stands in a text: `url` without the full stop behind it, `host` in small."""

    url: str
    host: str
    start: int
    end: int

    @property
    def plain(self) -> bool:
        """Whether it is sent unprotected."""
        return self.url.lower().startswith("http://")


def links_in(text: str) -> tuple[Link, ...]:
    """All links of a text, also those without https://."""
    if "." not in text:
        return ()
    made = []
    for hit in _URL.finditer(text):
        url = hit[0].rstrip(".,;:!?)]}'’…")
        host = (hit["host"] or hit["bare"]).rstrip(".,;:!?").partition("@")[2] or (
            hit["host"] or hit["bare"]
        )
        host = host.rstrip(".,;:!?)").lower().partition(":")[0].removeprefix("www.")
        made.append(Link(url=url, host=host, start=hit.start(), end=hit.start() + len(url)))
    return tuple(made)


def is_ours(host: str, hosts: Iterable[str]) -> bool:
    """Whether `host` is one of `hosts` or stands under one of them."""
    return any(host == own or host.endswith("." + own) for own in map(_bare, hosts))


def _bare(host: str) -> str:
    return host.lower().removeprefix("www.")


def without_links(text: str) -> str:
    """`text` with its links made blank, so that offsets stay."""
    for link in links_in(text):
        text = text[: link.start] + " " * (link.end - link.start) + text[link.end :]
    return text
