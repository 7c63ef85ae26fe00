"""The script of the story: who says what where, read from `stories/*.toml`."""

from __future__ import annotations

import tomllib
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

LANGUAGES: Final = ("it", "en", "fr", "de", "es", "pl", "el")
_FOLDER: Final = Path(__file__).with_name("stories")

Handle = Annotated[str, Field(pattern=r"^[A-Za-z0-9_]{1,15}$")]
Text = Annotated[str, Field(min_length=1, max_length=2000)]


class About(StrEnum):
    """What a customer writes for. No program decides by it: it tells the reader and the tests."""

    PRAISE = "praise"
    COMPLAINT = "complaint"
    QUESTION = "question"
    CRISIS = "crisis"
    SPAM = "spam"
    SARCASM = "sarcasm"
    REPOST = "repost"


class Where(StrEnum):
    """Where a customer writes. The first four are X's, the last three Facebook's."""

    MENTION = "mention"
    KEYWORD = "keyword"  # names the brand, not the account: only search finds it
    QUOTE = "quote"
    REPOST = "repost"
    COMMENT = "comment"
    VISITOR = "visitor"
    TAGGED = "tagged"


class _Page(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Turn(_Page):
    by: Literal["brand", "customer"]
    text: Text


class Customer(_Page):
    """One customer of the script, with all they ever do."""

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*$")]
    network: Literal["x", "facebook"]
    where: Where | None = None  # None: a mention on X, a comment on Facebook
    handle: Handle
    name: Annotated[str, Field(min_length=1, max_length=50)]
    followers: Annotated[int, Field(ge=0)] = 100
    about: About
    phase: Literal["", "requirements", "acquisition", "ownership", "retirement"] = ""
    before: bool = False  # there when the sandbox starts
    minutes_ago: Annotated[int, Field(ge=1)] | None = None  # None: drawn by the seed
    on: str = ""  # the brand's post it is about, by its key
    text: str = ""
    likes: Annotated[int, Field(ge=0)] = 0
    photo: str = ""
    photo_alt: str = ""
    turns: tuple[Turn, ...] = ()  # what followed, also before the start
    edit: str = ""
    edit_after: Annotated[int, Field(ge=1)] = 20  # seconds
    delete_after: Annotated[int, Field(ge=0)] = 0  # seconds; 0: never
    answer_to_reply: str = ""

    @property
    def place(self) -> Where:
        return self.where or (Where.MENTION if self.network == "x" else Where.COMMENT)

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if not self.text and self.place is not Where.REPOST:
            raise ValueError("a customer without text")
        if self.place in (Where.COMMENT, Where.QUOTE, Where.REPOST) and not self.on:
            raise ValueError(f"a {self.place} needs `on`")
        return self


class Chapter(_Page):
    """All that is said in one language. `history` may hold {product}."""

    language: str
    people: tuple[tuple[Handle, str], ...]
    history: tuple[Text, ...]
    customer: tuple[Customer, ...]


class OwnPost(_Page):
    key: str
    language: str
    days_ago: Annotated[float, Field(gt=0, lt=7)]
    text: Text


class Brand(_Page):
    x: tuple[OwnPost, ...]
    facebook: tuple[OwnPost, ...]


@cache
def chapters() -> tuple[Chapter, ...]:
    """The story, one chapter a language."""
    return tuple(Chapter.model_validate(_read(language)) for language in LANGUAGES)


@cache
def brand() -> Brand:
    """What the brand itself has posted."""
    return Brand.model_validate(_read("brand"))


def _read(name: str) -> object:
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
