"""Where a reply leads: links (R22), strangers and hashtags (R28)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from responder.voice.finding import Finding, Fix, Severity, found
from responder.voice.linked import Link, is_ours, links_in
from responder.voice.reading import Reading

MOST_HASHTAGS: Final = 1

_SHORTENERS: Final = frozenset(
    (
        *("bit.ly", "bitly.com", "t.co", "tinyurl.com", "goo.gl", "ow.ly", "is.gd", "v.gd"),
        *("buff.ly", "rebrand.ly", "cutt.ly", "t.ly", "lnkd.in", "fb.me", "tiny.cc", "rb.gy"),
        *("shorturl.at", "s.id", "dlvr.it", "ift.tt", "trib.al", "bl.ink", "short.io", "tiny.pl"),
        *("krotki.link", "adf.ly", "qr.ae", "shorte.st", "soo.gd"),
    )
)
_HANDLE: Final = re.compile(r"(?<![\w@./])@(\w(?:[\w.-]*\w)?)(@[\w-]+(?:\.[\w-]+)+)?")
_HASHTAG: Final = re.compile(r"(?<![\w&/#])#(?=\w*[^\W\d_])\w+")


def links(reading: Reading) -> Iterator[Finding]:
    """R22: one link, to a place of ours, that can be read and is sent safely."""
    here = links_in(reading.text)
    if len({link.url.rstrip("/") for link in here}) > 1:
        at = (here[1].start, here[-1].end)
        message = f"{len(here)} links: give the one that answers"
        yield found("R22", message, at)
    for link in here:
        yield from _link(link, reading)
    if here and reading.target.link_price:
        message = f"A reply with a link costs {reading.target.link_price} on {reading.target.label}"
        yield found("R22", message, severity=Severity.WARN)


def _link(link: Link, reading: Reading) -> Iterator[Finding]:
    hosts, at = reading.target.house.hosts, (link.start, link.end)
    if is_ours(link.host, hosts):
        pass
    elif link.host in _SHORTENERS:
        message = f"{link.host} hides where the link leads"
        yield found("R22", message, at, suggestion="Give the address itself")
    elif hosts:
        message = f"{link.host} is none of our places"
        yield found("R22", message, at, suggestion=f"A page under {hosts[0]}")
    if link.plain:
        message = f"{link.url} is sent unprotected"
        safe = "https" + link.url[4:]
        fix = Fix(start=link.start, end=link.end, text=safe)
        yield found("R22", message, at, suggestion=safe, fix=fix)


def strangers(reading: Reading) -> Iterator[Finding]:
    """R28: nobody is called in but the customer and ourselves; one hashtag at most."""
    text = reading.text
    welcome = {_bare_handle(name) for name in reading.target.house.handles}
    welcome.add(_bare_handle(reading.target.handle))
    for handle in _HANDLE.finditer(text):
        whole = _bare_handle(handle[0])
        if not welcome & {whole, _bare_handle(handle[1])} and not _is_of(whole, welcome):
            yield found("R28", f"{handle[0]} is a stranger to this conversation", handle.span())
    tags = list(_HASHTAG.finditer(text))
    if len(tags) > MOST_HASHTAGS:
        message = f"{len(tags)} hashtags: {MOST_HASHTAGS} is enough in an answer"
        at = (tags[MOST_HASHTAGS].start(), tags[-1].end())
        words = _HASHTAG.sub(lambda tag: tag[0][1:], text[slice(*at)])
        yield found("R28", message, at, fix=Fix(start=at[0], end=at[1], text=words))


def _bare_handle(name: str) -> str:
    return name.strip().removeprefix("@").casefold()


def _is_of(handle: str, welcome: set[str]) -> bool:
    """ "@anna" for "anna@town.example" and for "anna.bsky.social"."""
    return any(name.startswith((handle + "@", handle + ".")) for name in welcome)
