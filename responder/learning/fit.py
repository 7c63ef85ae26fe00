"""Pure: whether what one of the team wrote to one customer may be offered to another.

Nothing in it may belong to the first customer alone. So every word must be known to belong to
nobody: from the brand book, from what this customer writes, or from answers to two customers. When
in doubt it may not: the brand book has words too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from config.book import Chapter
from responder.house import texts_of
from responder.learning.known import Known, known_of, strange_numbers, strangers
from responder.learning.similar import says_enough, stems, words_of
from responder.voice.cues import lexicon
from responder.voice.folded import spans
from responder.voice.linked import is_ours, links_in
from responder.voice.reading import has
from responder.voice.target import House
from sentiment.cues import fold

_LETTERS: Final = re.compile(r"[^\W\d_]+")
_OPEN_FIELD: Final = re.compile(r"\{\{.*?\}\}")

# What belongs to one case: long numbers, numbers of orders, codes made of letters and digits.
_OF_ONE_CASE: Final = re.compile(
    r"\d(?:[ \u00a0()./-]?\d){3,}|#\s?\w*\d|\b(?=\w*\d)(?=\w*[^\W\d_])(?=(?:\w*\d){2})\w{4,}\b"
)
_DATE: Final = re.compile(r"(?<!\d)\d{1,2}[./-]\d{1,2}(?!\d)")
_CURRENCY: Final = r"(?:€|\$|£|%|zł|zl|eur(?:os?)?|usd|gbp|pln|chf|ευρω)"
_AMOUNT: Final = re.compile(
    rf"{_CURRENCY}\s?(\d+(?:[.,]\d+)*)|(\d+(?:[.,]\d+)*)\s?{_CURRENCY}(?!\w)"
)

_ENDING: Final = 2  # letters a name may lose or gain where names are declined
_SHORT_NAME: Final = 3
_SHORTEST_NAME: Final = 2  # only with a capital: "Li", but not "li"
_OF_HANDLE: Final = 4  # letters of a handle that make a name: "Anna" of "annarossi"
_ACRONYM: Final = 4
_LAST_WORDS: Final = 2  # "Thanks, Anna": hardly a sentence, perhaps a name
_TEMPLATE: Final = 8  # letters of a turn of phrase by which it is known again


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What one of the team wrote to a customer: `body` is it without greeting and signature,
    `mention` what the customer had written. `kept`: the share of our words in it, 0 to 1. `names`:
    the customer's, their handle, and those of the team. `reply_id`: the reply it is from."""

    mention: str
    body: str
    kept: float
    names: tuple[str, ...] = ()
    reply_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where an answer is to stand: under `mention`, in the words of `chapter`, for `house`.
    `links`: whether the channel welcomes them."""

    mention: str
    language: str
    chapter: Chapter
    house: House
    links: bool

    @cached_property
    def known(self) -> Known:
        """Which words are anybody's here."""
        return known_of(_known_texts(self), self.language)


def obstacle(answer: Answer, place: Place, *, shared: frozenset[str] = frozenset()) -> str:
    """Why an answer must not be offered to another customer, as a few words; "" if it may.
    `shared`: of its `strange_words` those that several customers were told."""
    return next((why for why, found in _obstacles(answer, place, shared) if found), "")


def strange_words(answer: Answer, place: Place) -> frozenset[str]:
    """What neither the book nor the new mention says: words of one customer, for all we know."""
    return strangers(answer.body, place.known)


def without_welcome(body: str, chapter: Chapter) -> str:
    """`body` without the word to who wrote before: another customer perhaps did not."""
    for said in (chapter.voice.again_in_trouble, chapter.voice.welcome_back):
        if said and body.startswith(said):
            return body[len(said) :].strip()
    return body


def _obstacles(answer: Answer, place: Place, shared: frozenset[str]) -> Iterator[tuple[str, bool]]:
    body, folded = answer.body, fold(answer.body)
    yield "too few words", not says_enough(body)
    yield "it names a person", "@" in body or _names_one(body, answer.names)
    yield "a date", _is_dated(folded, place.language)
    yield "a number of one case", _OF_ONE_CASE.search(body) is not None
    yield "an amount that is not in the book", _has_other_amount(folded, place)
    yield "a number that is not in the book", strange_numbers(body, place.known)
    yield "a link", _has_foreign_link(body, place)
    yield "a word to another customer", _speaks_of_helper(body, place.chapter)
    yield "words of the other customer", bool(_echoed(answer, place))
    yield "a name nobody knows", _has_unknown_name(body, place)
    yield "words nobody else was told", bool(strangers(body, place.known) - shared)


def _known_texts(place: Place) -> Iterator[str]:
    """All the words that are the brand's own, or this customer's."""
    chapter = place.chapter
    yield from texts_of(chapter)
    yield from (article.url for article in chapter.articles)
    for product in chapter.products:
        yield from (product.name, *product.names, product.url)
    for store in chapter.stores:
        yield from (store.city, *store.names, store.map_url)
    yield from (promotion.url for promotion in chapter.promotions)
    yield from (place.house.name, *place.house.acronyms, *place.house.hosts, place.mention)


def _names_one(body: str, names: Sequence[str]) -> bool:
    """Whether one of `names` stands there, in any case; a declined form of it, or one of two
    letters, with a capital; or what a handle of several words in one begins or ends with."""
    parts = {part for name in names for part in words_of(name) if len(part) >= _SHORTEST_NAME}
    parts |= {
        piece for part in parts for piece in _LETTERS.findall(part) if len(piece) >= _SHORTEST_NAME
    }
    return any(
        _is_form(fold(word), part, capital=word[0].isupper()) or _is_of_handle(fold(word), part)
        for word in _LETTERS.findall(body)
        for part in parts
    )


def _is_of_handle(word: str, name: str) -> bool:
    return len(word) >= _OF_HANDLE and (name.startswith(word) or name.endswith(word))


def _is_form(word: str, name: str, *, capital: bool) -> bool:
    if len(name) < _SHORT_NAME:
        return capital and word == name
    if word == name:
        return True
    stem = name[: max(_SHORT_NAME, len(name) - _ENDING)]
    return capital and word.startswith(stem) and abs(len(word) - len(name)) <= _ENDING


def _has_other_amount(folded: str, place: Place) -> bool:
    said = _amounts(folded)
    known = {amount for text in _known_texts(place) for amount in _amounts(fold(text))}
    return not said <= known


def _amounts(folded: str) -> set[str]:
    return {(hit[1] or hit[2]).replace(",", ".") for hit in _AMOUNT.finditer(folded)}


def _is_dated(folded: str, language: str) -> bool:
    """Whether it names a day: what was true of it then is not true now."""
    words = lexicon(language)
    cues = (*words.of("R15", "relative"), *words.of("R15", "dated"))
    return _DATE.search(folded) is not None or has(cues, folded)


def _has_foreign_link(body: str, place: Place) -> bool:
    links = links_in(body)
    ours = all(is_ours(link.host, place.house.hosts) for link in links)
    return bool(links) and not (place.links and ours)


def _speaks_of_helper(body: str, chapter: Chapter) -> bool:
    """Whether it thanks a customer who answered before us: nobody did here."""
    voice = chapter.voice
    parts = [
        part.strip()
        for template in (voice.seconded, voice.corrected)
        for part in _OPEN_FIELD.split(template)
    ]
    return any(len(part) >= _TEMPLATE and part in body for part in parts)


def _echoed(answer: Answer, place: Place) -> frozenset[str]:
    """What the answer takes up of the other customer's words and this one did not say: "Iceland",
    where this one asks about Norway."""
    said, theirs, ours = (
        stems(text, place.language) for text in (answer.body, answer.mention, place.mention)
    )
    return (said & theirs) - ours


def _has_unknown_name(body: str, place: Place) -> bool:
    """Whether a word with a capital stands within a sentence that neither the book nor this
    customer has: a person, a place, a shop. German has capitals everywhere, and there it cannot be
    told. A last sentence of a word or two is taken for a signature."""
    known = {word for text in _known_texts(place) for word in words_of(text)}
    sentences = [body[a:b] for a, b in spans(body, greek=place.language == "el")]
    last = words_of(sentences[-1]) if sentences else []
    if len(last) <= _LAST_WORDS and not set(last) <= known:
        return True
    if place.language == "de":
        return False
    within = (word for sentence in sentences for word in _LETTERS.findall(sentence)[1:])
    return any(_is_name(word) and fold(word) not in known for word in within)


def _is_name(word: str) -> bool:
    shouted = word.isupper() and len(word) <= _ACRONYM
    return len(word) > 1 and word[0].isupper() and not shouted
