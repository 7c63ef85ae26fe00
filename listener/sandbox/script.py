"""The script of the story: who says what where, read from each network's `customers.toml`."""

from __future__ import annotations

import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

LANGUAGES: Final = ("it", "en", "fr", "de", "es", "pl", "el")

Language = Annotated[str, Field(pattern=f"^({'|'.join(LANGUAGES)})$")]
Text = Annotated[str, Field(min_length=1, max_length=2000)]
Phase = Literal["", "requirements", "acquisition", "ownership", "retirement"]


class About(StrEnum):
    """What a customer writes for. No program decides by it but the one that lets the crisis break
    out as a burst: it tells the reader and the tests."""

    PRAISE = "praise"
    COMPLAINT = "complaint"
    QUESTION = "question"
    CRISIS = "crisis"
    SPAM = "spam"
    SARCASM = "sarcasm"
    REPOST = "repost"
    MACHINE = "machine"


class Sheet(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Turn(Sheet):
    by: Literal["brand", "customer"]
    text: Text


class Customer(Sheet):
    """One customer of the script, with all they ever do. Each network adds what is its own."""

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*$")]
    language: Language
    handle: str
    name: Annotated[str, Field(min_length=1, max_length=50)]
    about: About
    phase: Phase = ""
    before: bool = False  # there when the sandbox starts
    minutes_ago: Annotated[int, Field(ge=1)] | None = None  # None: drawn by the seed
    text: Annotated[str, Field(max_length=2000)] = ""
    likes: Annotated[int, Field(ge=0)] = 0
    turns: tuple[Turn, ...] = ()  # what followed, also before the start
    edit: str = ""
    edit_after: Annotated[int, Field(ge=1)] = 20  # seconds
    delete_after: Annotated[int, Field(ge=0)] = 0  # seconds; 0: never
    answer_to_reply: str = ""

    @property
    def scene(self) -> str:
        """The key of what they write first. No two customers have the same, on all networks."""
        return f"{self.language}/{self.key}"


class Past(Sheet):
    """What was written before anyone watched, in one language. `lines` may hold {product}."""

    language: Language
    people: tuple[tuple[str, str], ...]  # handle and name
    lines: tuple[Text, ...]


class OwnPost(Sheet):
    key: str
    language: Language
    days_ago: Annotated[float, Field(gt=0, lt=7)]
    text: Text


C = TypeVar("C", bound=Customer)


class Script(Sheet, Generic[C]):
    """All that is said on one network."""

    older: Annotated[int, Field(ge=0)]  # how many texts make the past, so that trends have a shape
    brand: tuple[OwnPost, ...]
    history: tuple[Past, ...]
    customer: tuple[C, ...]


def read(kind: type[Script[C]], package: str) -> Script[C]:
    """The script that lies beside the module of that `__file__`. Raises ValidationError."""
    path = Path(package).with_name("customers.toml")
    return kind.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
