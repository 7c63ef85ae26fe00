"""Pure: a whole reply, from the brand book, in the customer's language, as long as its channel
allows: greeting, words, link, signature.

Where not everything fits, the least needed goes first: a word of welcome, the link, the signature,
the name. The words themselves are never cut: what is too long is for a human to shorten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from config.book import Occasion, Voice
from config.brand import BrandBook
from responder.amounts import same_facts
from responder.asked import Asked, Before, Wording
from responder.language_names import name_of
from responder.voice.greet import fill, first_name, greeting
from responder.wording import only_there, unread, word
from sentiment.language import UNKNOWN

Fits = Callable[[str], bool]
"""Whether a text is short enough for the channel."""


@dataclass(frozen=True, kw_only=True)
class Composed:
    """A reply, and where it comes from, for the card. `known`: facts of the book, which the
    customer's own words called for."""

    text: str
    made_from: str
    language: str = ""  # where it is not the one that was asked for
    known: bool = False


@dataclass(frozen=True, kw_only=True)
class _Parts:
    """A reply in its parts, in the order in which they are read; empty ones are left out."""

    hello: str
    welcome: str = ""
    body: str
    link: str = ""
    signature: str = ""
    notice: str = ""

    def __str__(self) -> str:
        parts = (
            self.hello, self.welcome, self.body, self.link, self.signature, self.notice
        )  # fmt: skip
        return " ".join(part for part in parts if part)


def compose(
    asked: Asked,
    book: BrandBook,
    language: str,
    *,
    links: bool,
    fits: Fits,
    notice: str = "",
    taught: Wording | None = None,
) -> Composed:
    """A whole reply in `language`; `notice` (a disclosure) stays in any case. Where the book does
    not speak it, a polite word in the language it has for that (`BrandBook.bridge`). `taught`:
    words of the team, in place of the book's."""
    chapter = book.chapters.get(language)
    if chapter is None:
        return _in_another(asked, book, language, fits)
    wording = taught or word(asked, chapter)
    parts = _parts(asked, chapter.voice, wording, language, notice)
    if links and wording.url:
        parts = replace(parts, link=wording.url)
    elif links and wording.general:
        parts, wording = _borrowed(asked, book, language, parts, wording)
    attempts = [str(attempt) for attempt in _shorter(chapter.voice, wording, parts)]
    text = next((text for text in attempts if fits(text)), attempts[-1])
    known = wording.factual and wording.by_words and wording.sure
    return Composed(text=text, made_from=wording.made_from, known=known)


def _parts(asked: Asked, voice: Voice, wording: Wording, language: str, notice: str) -> _Parts:
    return _Parts(
        hello=greeting(voice, asked.name, language),
        welcome=_welcome(asked, voice),
        body=_with_helper(asked, voice, wording),
        signature=voice.signature,
        notice=notice,
    )


def _shorter(voice: Voice, wording: Wording, parts: _Parts) -> Iterator[_Parts]:
    """The same reply, each time with less in it."""
    if wording.offer:
        yield from _step_by_step(voice, wording, parts)
    yield parts
    yield (parts := replace(parts, welcome=""))
    yield (parts := replace(parts, link=""))
    if parts.body != _said(wording):
        yield (parts := replace(parts, body=_said(wording)))
    yield (parts := replace(parts, signature=""))
    yield replace(parts, hello=voice.greeting_without_name)


def _step_by_step(voice: Voice, wording: Wording, parts: _Parts) -> Iterator[_Parts]:
    """All steps where there is room, else the first of them and a hand held out; regret first
    where there is any, and a person at the end in any case."""
    parts = replace(parts, welcome="")
    regret = wording.opening
    said = (regret, voice.plain_start, *(f"{n}. {step}" for n, step in enumerate(wording.steps, 1)))
    if wording.steps:
        yield replace(parts, body=_joined(*said, voice.person))
        yield replace(parts, body=_joined(*said[:3], voice.plain_next, voice.person), link="")
        yield replace(parts, body=_joined(*said[:3], voice.person), link="")
        yield replace(parts, body=_joined(regret, wording.steps[0], voice.person), link="")
    yield replace(parts, body=_joined(regret, voice.plain_start, wording.body, voice.person))
    yield replace(parts, body=_joined(regret, wording.body, voice.person), link="")


def _welcome(asked: Asked, voice: Voice) -> str:
    """A word to who is known to us; none beside serious words."""
    if asked.before is Before.TROUBLE and asked.occasion is Occasion.COMPLAINT:
        return voice.again_in_trouble
    if asked.before is Before.CONTACT and asked.occasion in (Occasion.OTHER, Occasion.PRAISE):
        return voice.welcome_back
    return ""


def _with_helper(asked: Asked, voice: Voice, wording: Wording) -> str:
    """The words, after a word to the customer who answered before us: thanks if what they said
    agrees with our facts, a kind correction if it does not, nothing if nobody can tell."""
    name = first_name(asked.helper.name) if asked.helper else ""
    if asked.helper is None or not name or not wording.factual:
        return _said(wording)
    agrees = same_facts(asked.helper.text, wording.body)
    template = {True: voice.seconded, False: voice.corrected, None: ""}[agrees]
    return _joined(fill(template, {"helper": name}), _said(wording))


def _said(wording: Wording) -> str:
    return _joined(wording.opening, wording.body)


def _borrowed(
    asked: Asked, book: BrandBook, language: str, parts: _Parts, wording: Wording
) -> tuple[_Parts, Wording]:
    """Where this language has no help on what is asked, the page of the bridging language, with a
    remark that it is in that one."""
    remark = book.chapters[language].voice.only_in
    if language == book.bridge or not remark or not asked.question:
        return parts, wording
    article = only_there(asked, book.chapters[language], book.chapters[book.bridge])
    if article is None:
        return parts, wording
    said_as = name_of(book.bridge, spoken=language)
    link = f"{article.url} {fill(remark, {'language': said_as})}"
    made_from = f"{wording.made_from}, article: {article.key} ({book.bridge} only)"
    return replace(parts, link=link), replace(wording, made_from=made_from)


def _in_another(asked: Asked, book: BrandBook, language: str, fits: Fits) -> Composed:
    """A polite word to who writes a language nobody here speaks. Not where danger wants a person,
    nor to a picture or a face, whose language nobody can tell: who sent it may well speak ours."""
    if asked.occasion is Occasion.SERIOUS:
        return Composed(text="", made_from="no words: nobody here speaks this language")
    if language == UNKNOWN:
        return _unrecognised(asked, book, fits)
    voice = book.chapters[book.bridge].voice
    if not voice.other_language:
        return Composed(text="", made_from="no words: this language is for a human")
    made_from = f"nobody here speaks this language: in {book.bridge}, a speaker is wanted"
    return _bridged(asked, book, fits, Wording(body=voice.other_language, made_from=made_from))


def _unrecognised(asked: Asked, book: BrandBook, fits: Fits) -> Composed:
    reason = "the language was not recognised"
    wording = unread(asked, book.chapters[book.bridge])
    if wording is None:
        return Composed(text="", made_from=f"no words: {reason}")
    made_from = f"{reason}: {wording.made_from} ({book.bridge})"
    return _bridged(asked, book, fits, replace(wording, made_from=made_from))


def _bridged(asked: Asked, book: BrandBook, fits: Fits, wording: Wording) -> Composed:
    voice = book.chapters[book.bridge].voice
    full = _Parts(
        hello=greeting(voice, asked.name, book.bridge),
        body=wording.body,
        signature=voice.signature,
    )
    short = replace(full, hello=voice.greeting_without_name, signature="")
    text = next((str(parts) for parts in (full, short) if fits(str(parts))), str(short))
    return Composed(text=text, made_from=wording.made_from, language=book.bridge)


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)
