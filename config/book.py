"""What stands in a brand book: its pages as values, checked when they are read.

A page is one language's; an entry's `key` is the same in all of them, so that its translations are
known to be one entry.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from config.cue_words import fault_in

# What responder/voice/greet.py fills in: {{name}}, or {{name|"a fallback"}}.
_FIELD = re.compile(r"\{\{\s*(\w+)\s*(?:\|\s*\"[^\"{}]*\"\s*)?\}\}")


def _with(*fields: str) -> AfterValidator:
    """A text in which these fields may stand, and no others."""

    def check(text: str) -> str:
        left = _FIELD.sub(lambda found: "" if found[1] in fields else found[0], text)
        if "{{" in left or "}}" in left:
            known = " or ".join(f"{{{{{field}}}}}" for field in fields)
            raise ValueError(
                f"only {known} may stand in it" if fields else "no {{…}} may stand in it"
            )
        return text

    return AfterValidator(check)


def _says(text: str) -> str:
    if sum(map(str.isalpha, text)) < 10:
        raise ValueError("at least 10 letters: whoever reads it has to learn something from it")
    return text


def _findable(words: str) -> str:
    if fault := fault_in(words):
        raise ValueError(f"{words!r} cannot be looked for: {fault}")
    return words


def _phrase(phrase: str) -> str:
    # Without any, "" and "~" would stand in every text there is.
    if not any(letter.isalnum() and unicodedata.category(letter) != "Lm" for letter in phrase):
        raise ValueError(f"{phrase!r} has no letter that could be looked for")
    return phrase


Text = Annotated[str, Field(min_length=1, max_length=4000), _with()]
Words = Annotated[str, Field(max_length=4000), _with()]  # may be empty: then it is left out
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Phrases = dict[Annotated[str, AfterValidator(_phrase)], str]
"""Words of ours, each with what is said instead; "cheap~" stands for any ending."""
CueWords = tuple[Annotated[str, Field(min_length=2, max_length=80), AfterValidator(_findable)], ...]
Examples = tuple[Annotated[str, Field(min_length=1, max_length=1000)], ...]
"""What customers wrote who were answered by an entry: the more unlike each other, the better."""
Called = Annotated[str, Field(min_length=2, max_length=100), AfterValidator(_phrase)]
"""A name that is looked for in texts, and counted by."""
Link = Annotated[str, Field(pattern=r"^https://")]


class Page(BaseModel):
    """Anything in the book: never changed after it was read, and without unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Occasion(StrEnum):
    """What a customer's text calls for. A saved reply says which of these it fits."""

    PRAISE = "praise"  # thanks, and no trouble in it
    COMPLAINT = "complaint"  # something went wrong
    SERIOUS = "serious"  # safety, injury, law, data: a named person answers
    OTHER = "other"  # addressed to us, and nothing above fits


class Form(StrEnum):
    """How customers are spoken to in one language."""

    FAMILIAR = "familiar"  # tu, du, tú, εσύ
    FORMAL = "formal"  # Lei, vous, Sie, usted, εσείς
    IMPERSONAL = "impersonal"  # neither: "prosimy o numer", or Państwo
    NONE = "none"  # the language has one form only


class Kind(StrEnum):
    """What a page of help is."""

    TEXT = "text"
    VIDEO = "video"
    WEBINAR = "webinar"


PhaseName = Literal["requirements", "acquisition", "ownership", "retirement"]
"""A phase of the customer's life with a product (sentiment/phase.py)."""


class Voice(Page):
    """How the brand speaks in one language. `form_of_address` says it to people, `form` to the
    etiquette checker. What is empty is left out of a reply."""

    form_of_address: Text
    form: Form = Form.NONE
    greeting: Annotated[str, Field(description="with {{name}}"), _with("name")]
    greeting_without_name: Text
    signature: Text
    automatic: Annotated[
        Text, AfterValidator(_says), Field(description="disclosure under replies no human approved")
    ]
    again_in_trouble: Words = ""  # to who has to write again about a trouble
    welcome_back: Words = ""  # to who is known to us
    person: Words = ""  # offers a person
    plain_start: Words = ""  # opens help step by step, for who is lost
    plain_next: Words = ""  # after the one step that had room
    other_language: Words = ""  # to who wrote in a language nobody here speaks
    only_in: Annotated[str, _with("language")] = ""  # beside a page in another language
    seconded: Annotated[str, _with("helper")] = ""  # another customer answered rightly
    corrected: Annotated[str, _with("helper")] = ""  # or wrongly: leads to the facts
    forbidden: Phrases = Field(default_factory=dict)  # what is never said: what is said
    required: tuple[Text, ...] = ()  # what stands in every reply
    jargon: Phrases = Field(default_factory=dict)  # our words: customers' words


class Entry(Page):
    """What may be said when it fits. `topics` and `phases` are those it is made for (none: any);
    `words` are what customers write who mean exactly this, as cues (docs/library.md), and
    `examples` whole texts of theirs: they need not hold any of the words."""

    key: Key
    title: Text
    phases: tuple[PhaseName, ...] = ()
    topics: tuple[str, ...] = ()
    words: CueWords = ()
    examples: Examples = ()


class SavedReply(Entry):
    """A reply the team has agreed on. `texts` are variants of one meaning, so that two customers
    in a row do not read the same words; `plain` are those for who is lost or overwhelmed."""

    occasion: Occasion
    texts: Annotated[tuple[Text, ...], Field(min_length=2)]
    plain: tuple[Text, ...] = ()


class Article(Entry):
    """Self-help: a question customers ask, the answer in two sentences, and the page. `steps` lead
    through it one by one, each with what one sees then."""

    kind: Kind = Kind.TEXT
    topics: Annotated[tuple[str, ...], Field(min_length=1)]
    answer: Text
    steps: Annotated[tuple[Text, ...], Field(max_length=7)] = ()
    url: Link


class Product(Page):
    """`names` are the words customers use for it; `sizes` and `care` answer questions about them,
    `honest_difference` says what it is not made for."""

    key: Key
    name: Annotated[Called, _with()]
    names: Annotated[tuple[str, ...], Field(min_length=1)]
    what_for: Text
    sizes: Text
    care: Text
    honest_difference: Text
    url: Link
    examples: Examples = ()


class Store(Page):
    key: Key
    name: Text
    city: Text
    names: Annotated[tuple[str, ...], Field(min_length=1)]
    address: Text
    hours: Text
    map_url: Link


class Promotion(Page):
    key: Key
    title: Text
    starts: date
    ends: date
    text: Text
    url: Link


class Chapter(Page):
    """All the brand says in one language."""

    voice: Voice
    saved_replies: Annotated[tuple[SavedReply, ...], Field(min_length=1)]
    articles: tuple[Article, ...] = ()
    products: tuple[Product, ...] = ()
    stores: tuple[Store, ...] = ()
    promotions: tuple[Promotion, ...] = ()

    @field_validator("saved_replies", "articles", "products", "stores", "promotions")
    @classmethod
    def _keys_differ(cls, entries: tuple[Any, ...]) -> tuple[Any, ...]:
        keys = [entry.key for entry in entries]
        for key in keys:
            if keys.count(key) > 1:
                raise ValueError(f"the key {key!r} stands twice")
        return entries


class Competitor(Page):
    """Whom our share of voice is held against. `terms`: what people call them, `handles` their
    account names; `name` counts as well, and is what figures are kept under."""

    name: Called
    terms: tuple[
        Annotated[str, Field(min_length=2, max_length=100), AfterValidator(_phrase)], ...
    ] = ()
    handles: tuple[Called, ...] = ()


class Cover(Page):
    """`handles`: our own account names, which are never mentioned back. `site`: our home page.
    `terms`: what people call us, beside `name`.
    `hosts`: where else our links may lead. `phones`: our own numbers, which may stand in public.
    `acronyms`: words of ours in capitals.
    `bridge`: the language for customers whose own nobody here speaks."""

    name: Text
    site: Link
    terms: tuple[Called, ...] = ()
    handles: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    phones: tuple[Annotated[str, Field(pattern=r"^\+?[\d ()./-]{5,24}$")], ...] = ()
    acronyms: tuple[str, ...] = ()
    bridge: str = "en"
    competitors: tuple[Competitor, ...] = ()

    @field_validator("competitors")
    @classmethod
    def _names_differ(cls, competitors: tuple[Competitor, ...]) -> tuple[Competitor, ...]:
        names = [one.name.casefold() for one in competitors]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"the competitor {name!r} stands twice")
        return competitors
