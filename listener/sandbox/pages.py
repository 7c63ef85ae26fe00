"""The look of the pages people open: plain, readable, and safe whatever a customer wrote."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from html import escape

_STYLE = """
:root{color-scheme:light dark;--line:#8884;--ours:#2f6f4f22}
body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:0 auto;padding:1rem}
header{border-bottom:2px solid var(--line);margin-bottom:1rem}
header p{margin:.2rem 0;opacity:.8;font-size:.9rem}
article{border:1px solid var(--line);border-radius:.5rem;padding:.6rem .9rem;margin:.6rem 0}
article.ours{background:var(--ours);border-color:#2f6f4f}
article.off>p{opacity:.6;font-style:italic}
article:target{outline:3px solid #c60}
article p{white-space:pre-wrap;overflow-wrap:anywhere;margin:.3rem 0}
.who{font-weight:600}.small{font-size:.85rem;opacity:.75}
.mark{border:1px solid;border-radius:1rem;padding:0 .5rem;font-size:.8rem}
.under{margin-left:1.2rem;border-left:2px solid var(--line);padding-left:.8rem}
"""


@dataclass(frozen=True, kw_only=True)
class Card:
    """One post or comment on a page. `marks` are words such as "hidden" or "edited"."""

    id: str
    name: str
    handle: str = ""
    text: str
    at: datetime
    ours: bool = False
    marks: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()  # what each shows; the pictures themselves are never loaded
    link: str = ""
    under: tuple[Card, ...] = ()


def page(title: str, body: Iterable[str], *, network: str) -> str:
    """A whole page. `title` is escaped; `body` must be."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)} · {escape(network)}</title><style>{_STYLE}</style></head><body>"
        f'<header><h1><a href="/">{escape(network)}</a></h1>'
        "<p>A make-believe network on this machine. Nothing here reaches the real one, and nobody"
        " here is a real person.</p></header>"
        f"<main>{''.join(body)}</main></body></html>"
    )


def card(one: Card) -> str:
    """A card with the cards under it, names and texts isolated from the page's direction."""
    name = f'<bdi class="who">{escape(one.name)}</bdi>'
    handle = f' <bdi class="small">@{escape(one.handle)}</bdi>' if one.handle else ""
    marks = "".join(f' <span class="mark">{escape(mark)}</span>' for mark in one.marks)
    brand = ' <span class="mark">the brand</span>' if one.ours else ""
    time = f'<time datetime="{one.at.isoformat()}">{one.at:%d %b %Y, %H:%M:%S} UTC</time>'
    when = f'<a href="{escape(one.link)}">{time}</a>' if one.link else time
    pictures = "".join(
        f'<p class="small">[picture: <bdi>{escape(shown or "not described")}</bdi>]</p>'
        for shown in one.pictures
    )
    under = "".join(card(below) for below in one.under)
    classes = " ".join(
        name for name, on in (("ours", one.ours), ("off", "deleted" in one.marks)) if on
    )
    return (
        f'<article id="c{escape(one.id)}" class="{classes}">{name}{handle}{brand}{marks}'
        f'<p dir="auto">{escape(one.text)}</p>{pictures}<div class="small">{when}</div></article>'
        + (f'<div class="under">{under}</div>' if under else "")
    )


def not_found(network: str) -> str:
    return page("Not here", ["<p>There is no such page here.</p>"], network=network)
