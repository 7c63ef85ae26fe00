"""The brand book: what the brand may say, in its own words, language by language.

A book is a folder: `brand.toml` with what is the same everywhere, and one `<language>.toml` a
language with voice, saved replies, articles, products, stores and promotions.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
)

from config.errors import ConfigError

# What responder/voice.py fills in: {{name}}, or {{name|"a fallback"}}.
_NAME = re.compile(r"\{\{\s*name\s*(?:\|\s*\"[^\"{}]*\"\s*)?\}\}")


def _plain(text: str) -> str:
    if "{{" in text or "}}" in text:
        raise ValueError("{{…}} may stand in voice.greeting alone")
    return text


def _with_name(text: str) -> str:
    left = _NAME.sub("", text)
    if "{{" in left or "}}" in left:
        raise ValueError("only {{name}} may stand in it")
    return text


Text = Annotated[str, Field(min_length=1, max_length=4000), AfterValidator(_plain)]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class _Page(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Occasion(StrEnum):
    """What a customer's text calls for. A saved reply says which of these it fits."""

    PRAISE = "praise"  # thanks, and no trouble in it
    COMPLAINT = "complaint"  # something went wrong
    SERIOUS = "serious"  # safety, injury, law, data: a named person answers
    OTHER = "other"  # addressed to us, and nothing above fits


class Voice(_Page):
    """How the brand speaks in one language. `form_of_address` is the grammar (du, Lei, εσείς)."""

    form_of_address: Text
    greeting: Annotated[str, Field(description="with {{name}}"), AfterValidator(_with_name)]
    greeting_without_name: Text
    signature: Text
    automatic: Annotated[
        str, Field(description="disclosure under replies no human approved"), AfterValidator(_plain)
    ]


class SavedReply(_Page):
    """A reply the team has agreed on. `texts` are variants of one meaning, so that two customers
    in a row do not read the same words; `topics` may be empty: then it fits every topic."""

    key: Key
    title: Text
    occasion: Occasion
    topics: tuple[str, ...] = ()
    texts: Annotated[tuple[Text, ...], Field(min_length=2)]


class Article(_Page):
    """Self-help: a question customers ask, the answer in two sentences, and the page."""

    key: Key
    title: Text
    topics: Annotated[tuple[str, ...], Field(min_length=1)]
    answer: Text
    url: Annotated[str, Field(pattern=r"^https://")]


class Product(_Page):
    """`names` are the words customers use for it; `facts` answers a question about one topic."""

    key: Key
    name: Text
    names: Annotated[tuple[str, ...], Field(min_length=1)]
    what_for: Text
    sizes: Text
    care: Text
    honest_difference: Text
    url: Annotated[str, Field(pattern=r"^https://")]


class Store(_Page):
    key: Key
    name: Text
    city: Text
    names: Annotated[tuple[str, ...], Field(min_length=1)]
    address: Text
    hours: Text
    map_url: Annotated[str, Field(pattern=r"^https://")]


class Promotion(_Page):
    key: Key
    title: Text
    starts: date
    ends: date
    text: Text
    url: Annotated[str, Field(pattern=r"^https://")]


class Chapter(_Page):
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


class _Cover(_Page):
    """`handles`: our own account names, which are never mentioned back. `site`: our home page."""

    name: Text
    site: Annotated[str, Field(pattern=r"^https://")]
    handles: tuple[str, ...] = ()


class BrandBook(_Page):
    name: str
    site: str
    handles: tuple[str, ...]
    chapters: Mapping[str, Chapter]


M = TypeVar("M", bound=BaseModel)


def load(folder: Path, languages: Sequence[str]) -> BrandBook:
    """The book in `folder`, with a chapter for each of `languages`. Raises ConfigError."""
    cover = _page(folder / "brand.toml", _Cover)
    chapters = {language: _page(folder / f"{language}.toml", Chapter) for language in languages}
    return BrandBook(
        name=cover.name,
        site=cover.site,
        handles=cover.handles,
        chapters=MappingProxyType(chapters),
    )


def _page(path: Path, model: type[M]) -> M:
    try:
        return model.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise ConfigError(
            where=str(path),
            problem=f"cannot be read ({error.strerror})",
            fix="point brand.path at a folder with brand.toml and one file a language",
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(
            where=str(path), problem=f"is not valid TOML: {error}", fix="mend that line"
        ) from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise ConfigError(
            where=str(path),
            key=".".join(str(part) for part in first["loc"]),
            problem=first["msg"].removeprefix("Value error, "),
            fix="see config/brand/demo for a complete book",
        ) from None
