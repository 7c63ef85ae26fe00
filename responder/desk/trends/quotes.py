"""What customers wrote, beside the numbers: shortened, and without what identifies anybody."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from listener.trends.texts import Heard
from responder.bot import Bot
from responder.model.masking import masked

PART: Final = "parts/trends_quotes.html"
_EACH: Final = 2
_LETTERS: Final = 280


@dataclass(frozen=True, kw_only=True)
class Quote:
    text: str
    language: str


@dataclass(frozen=True, kw_only=True)
class Quotes:
    """Some words under one heading; `href`: all the mentions that are meant."""

    heading: str
    href: str
    quotes: tuple[Quote, ...]


def chosen(
    texts: Sequence[Heard], says: Callable[[Heard], Iterable[str]], wanted: Sequence[str]
) -> Mapping[str, list[Heard]]:
    """The newest texts for each of `wanted`, near copies once, no text twice where there are
    others."""
    found: dict[str, list[Heard]] = {one: [] for one in wanted}
    taken: set[str] = set()
    for text in texts:
        if text.likeness and text.likeness in taken:
            continue
        for one in says(text):
            if one in found and len(found[one]) < _EACH:
                found[one].append(text)
                taken.add(text.likeness)
                break
    for one in (one for one in wanted if not found[one]):
        found[one] = [text for text in texts if one in says(text)][:1]
    return found


def quoted(bot: Bot, texts: Iterable[Heard]) -> tuple[Quote, ...]:
    return tuple(_quote(bot, text) for text in texts)


def _quote(bot: Bot, heard: Heard) -> Quote:
    book = bot.book
    language = heard.language if heard.language in book.chapters else book.bridge
    plain = masked(heard.text, language=language, names=(), house=bot.house(language))
    words = " ".join(plain.split())
    short = words if len(words) <= _LETTERS else words[:_LETTERS].rsplit(" ", 1)[0] + " …"
    return Quote(text=short, language=heard.language)
