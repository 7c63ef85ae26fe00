"""The HTML of a status as plain text. Pure; never raises.

Servers clean what they send (https://docs.joinmastodon.org/spec/activitypub/#sanitization,
2026-11), each in its own way: p, br, a, span and lists are what comes, anything may.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

from listener.channels import wire

_MOST: Final = 200_000  # characters of HTML read: no human writes more, and malice takes time
_PARAGRAPHS: Final = frozenset({"p", "div", "blockquote", "pre", "ul", "ol", "table"}) | {
    f"h{level}" for level in range(1, 7)
}
_LINES: Final = frozenset({"br", "li", "tr", "hr", "dt", "dd"})
_UNSEEN: Final = frozenset({"script", "style", "template", "head", "title"})
_ABRIDGED: Final = frozenset({"invisible", "ellipsis"})  # Mastodon's marks on a shortened link
_REMARK: Final = re.compile(r"<[!?][^<>]*>")
_NO_TAG: Final = re.compile(r"<(?!/?[a-zA-Z][^<>]*>)")
_SCHEME: Final = re.compile(r"^https?://(www\.)?", re.IGNORECASE)


def plain(content: str) -> str:
    """Paragraphs and line breaks as line ends, links as the address they lead to, mentions and
    hashtags as they are shown, entities as the characters they stand for."""
    reader = _Reader()
    reader.feed(_whole_tags(content[:_MOST]))
    reader.close()
    return _tidy(wire.repair(reader.text()))


@dataclass
class _Link:
    href: str
    abridged: bool = False
    shown: list[str] = field(default_factory=list)

    def text(self) -> str:
        """The address, where that is what is shown, in full or shortened; else what is shown, with
        the address behind it unless it is a mention or a hashtag."""
        shown = "".join(self.shown).strip()
        if shown.startswith(("@", "#")) or not _SCHEME.match(self.href):
            return shown
        begins = _bare(self.href).startswith(_bare(shown.rstrip("…")))
        return self.href if self.abridged or begins else f"{shown} ({self.href})"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._link: _Link | None = None
        self._unseen = 0
        self._kept = 0  # depth of <pre>, where line ends are meant

    def set_cdata_mode(self, *_: object, **__: object) -> None:
        """Never: what stands in a script is passed over by its tags, like all we do not show."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag in _PARAGRAPHS:
            self._break("\n\n")
            self._kept += tag == "pre"
        elif tag in _LINES:
            self._break("\n- " if tag == "li" else "\n")
        elif tag == "a":
            self._end_link()
            self._link = _Link(href=named.get("href", "").strip())
        elif tag == "img":  # an emoji of the server's own
            self.handle_data(named.get("alt", ""))
        elif self._link is not None and _ABRIDGED & set(named.get("class", "").split()):
            self._link.abridged = True

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(self._unseen - 1, 0)
        elif tag in _PARAGRAPHS:
            self._break("\n\n")
            self._kept = max(self._kept - (tag == "pre"), 0)
        elif tag == "a":
            self._end_link()

    def handle_data(self, data: str) -> None:
        if self._unseen:
            return
        said = data if self._kept else data.replace("\r", " ").replace("\n", " ")
        (self._parts if self._link is None else self._link.shown).append(said)

    def text(self) -> str:
        self._end_link()
        return "".join(self._parts)

    def _break(self, ends: str) -> None:
        """A link does not reach over a paragraph: one left open ends here."""
        self._end_link()
        self._parts.append(ends)

    def _end_link(self) -> None:
        if self._link is not None:
            self._parts.append(self._link.text())
            self._link = None


def _whole_tags(content: str) -> str:
    """Only whole tags are left as such, every other < is a character: html.parser looks for the end
    of each cut one anew, a minute for 200 kB (https://github.com/python/cpython/issues/135462)."""
    return _NO_TAG.sub("&lt;", _REMARK.sub("", content))


def _bare(address: str) -> str:
    return _SCHEME.sub("", address).rstrip("/").casefold()


def _tidy(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\xa0", " ")
    text = "\n".join(line.strip(" \t") for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", text).strip()
