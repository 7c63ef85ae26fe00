"""How Mastodon reads a text, mentions, tags and links, and the HTML it makes of it.

https://docs.joinmastodon.org/spec/microformats/ (4.5); the markup is that of 4.4 and later, with
`translate="no"` and without `noreferrer`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Final

from listener.sandbox.mastodon.objects import Account

_MENTION: Final = re.compile(
    r"(?<![=/\w])@(?P<name>[a-z0-9_]+(?:[a-z0-9_.-]+[a-z0-9_]+)?)(?:@(?P<domain>[\w.-]+\w))?",
    re.IGNORECASE,
)
_TAG: Final = re.compile(r"(?<![=/)\w])#(\w*[^\W\d]\w*)")
_LINK: Final = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?'…]")
_PREFIX: Final = re.compile(r"https?://(?:www\.)?")
_SIMPLE_TAG: Final = re.compile(r"&lt;(/?(?:b|i|em|strong|code))&gt;")
_SHOWN: Final = 30  # characters of a link that are seen
_REL: Final = "nofollow noopener"


@dataclass(frozen=True, kw_only=True)
class Found:
    """A piece of a text that is more than words. `kind`: "link", "mention" or "tag"."""

    kind: str
    start: int
    end: int
    value: str  # the address, "name" or "name@domain", the tag without its sign


def pieces(text: str) -> list[Found]:
    """Links, mentions and tags in their order. What stands in a link is part of the link."""
    links = [_link(found) for found in _LINK.finditer(text)]
    others = [
        Found(kind="mention", start=found.start(), end=found.end(), value=found[0][1:])
        for found in _MENTION.finditer(text)
    ] + [
        Found(kind="tag", start=found.start(), end=found.end(), value=found[1])
        for found in _TAG.finditer(text)
    ]
    taken = list(links)
    for one in others:
        if all(one.end <= other.start or one.start >= other.end for other in taken):
            taken.append(one)
    return sorted(taken, key=lambda one: one.start)


def _link(found: re.Match[str]) -> Found:
    """A closing bracket belongs to the link only if its opening one does."""
    address = found[0]
    while address.endswith(")") and address.count(")") > address.count("("):
        address = address[:-1]
    return Found(kind="link", start=found.start(), end=found.start() + len(address), value=address)


def addressed(text: str) -> list[str]:
    """Whom a text mentions, as typed, in lower case, each once."""
    found = (one.value.lower() for one in pieces(text) if one.kind == "mention")
    return list(dict.fromkeys(found))


def tags(text: str) -> list[str]:
    """The hashtags of a text in lower case, each once."""
    return list(dict.fromkeys(one.value.lower() for one in pieces(text) if one.kind == "tag"))


@dataclass(frozen=True, kw_only=True)
class Writer:
    """Makes the HTML of a status. `account` finds who is mentioned, or None."""

    account: Callable[[str], Account | None]
    page_of: Callable[[Account], str]
    acct: Callable[[Account], str]
    tag_page: str  # the address before the tag
    remote: bool
    """The author's server made the HTML and ours has cleaned it: other line breaks, quotes as they
    are, and mentions that open a page of their own."""

    def html(self, text: str) -> str:
        if not text.strip():
            return ""
        out, last = "", 0
        for one in pieces(text):
            out += self._words(text[last : one.start]) + self._marked(one)
            last = one.end
        return self._paragraphs(out + self._words(text[last:]))

    def _paragraphs(self, html: str) -> str:
        breaks = "<br>" if self.remote else "<br />"
        parts = re.split(r"\n\n+", re.sub(r"\r\n?", "\n", html))
        return "".join(f"<p>{part.strip(chr(10)).replace(chr(10), breaks)}</p>" for part in parts)

    def _words(self, text: str) -> str:
        return escape(text, quote=False) if self.remote else _escaped(text)

    def _marked(self, one: Found) -> str:
        if one.kind == "link":
            return link(one.value)
        if one.kind == "tag":
            page = _escaped(f"{self.tag_page}{one.value.lower()}")
            more = f' rel="{_REL} tag" target="_blank"' if self.remote else ' rel="tag"'
            shown = f"#<span>{_escaped(one.value)}</span>"
            return f'<a href="{page}" class="mention hashtag"{more}>{shown}</a>'
        return self._mention(one)

    def _mention(self, one: Found) -> str:
        account = self.account(one.value.lower())
        if account is None:
            return self._words(f"@{one.value}")
        more = f' rel="{_REL}" target="_blank"' if self.remote else ""
        page, name = _escaped(self.page_of(account)), _escaped(account.username)
        inner = f'<a href="{page}" class="u-url mention"{more}>@<span>{name}</span></a>'
        return f'<span class="h-card" translate="no">{inner}</span>'


class PlainWriter(Writer):
    """Makes the HTML that snac makes: https://codeberg.org/grunfink/snac2 (2.75, measured)."""

    def html(self, text: str) -> str:
        out, last = "", 0
        for one in pieces(text):
            out += self._words(text[last : one.start]) + self._marked(one)
            last = one.end
        return (out + self._words(text[last:])).replace("\n", "<br>") + "<br>"

    def _words(self, text: str) -> str:
        return _SIMPLE_TAG.sub(r"<\1>", escape(text, quote=False))

    def _marked(self, one: Found) -> str:
        if one.kind == "link":
            address = _escaped(one.value)
            return f'<a href="{address}" target="_blank">{address}</a>'
        if one.kind == "tag":
            page = _escaped(f"{self.tag_page}{one.value.lower()}")
            return f'<a href="{page}" class="mention hashtag" rel="tag">#{_escaped(one.value)}</a>'
        account = self.account(one.value.lower())
        if account is None:
            return self._words(f"@{one.value}")
        page, name = _escaped(self.page_of(account)), _escaped(self.acct(account))
        return f'<span class="h-card"><a href="{page}" class="u-url mention">@{name}</a></span>'


def link(address: str) -> str:
    """A link with all but its first 30 characters hidden. One character is never hidden alone."""
    found = _PREFIX.match(address)
    prefix = found[0] if found else ""
    shown, rest = address[len(prefix) :][:_SHOWN], address[len(prefix) + _SHOWN :]
    if len(rest) == 1:
        shown, rest = shown + rest, ""
    return (
        f'<a href="{_escaped(address)}" target="_blank" rel="{_REL}" translate="no">'
        f'<span class="invisible">{_escaped(prefix)}</span>'
        f'<span class="{"ellipsis" if rest else ""}">{_escaped(shown)}</span>'
        f'<span class="invisible">{_escaped(rest)}</span></a>'
    )


def _escaped(text: str) -> str:
    """As Rails escapes: an apostrophe is &#39;."""
    return escape(text).replace("&#x27;", "&#39;")
