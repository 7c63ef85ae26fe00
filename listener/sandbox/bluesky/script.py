"""The script of the story on sandbox Bluesky, read from customers.toml."""

from __future__ import annotations

import tomllib
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from listener.sandbox.script import LANGUAGES, About, OwnPost, Text

_FILE: Final = Path(__file__).with_name("customers.toml")

Handle = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$")]
Language = Annotated[str, Field(pattern=f"^({'|'.join(LANGUAGES)})$")]


class Where(StrEnum):
    """Where a customer writes."""

    MENTION = "mention"
    KEYWORD = "keyword"  # names the brand, not the account: only search finds it
    QUOTE = "quote"
    REPLY = "reply"


class _Page(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Past(_Page):
    """What was written before anyone watched, in one language."""

    language: Language
    people: tuple[tuple[Handle, str], ...]
    lines: tuple[Text, ...]


class Customer(_Page):
    """One customer of the script, with all they ever do."""

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*$")]
    language: Language
    where: Where = Where.MENTION
    handle: Handle
    name: Annotated[str, Field(min_length=1, max_length=64)]
    about: About
    phase: Literal["requirements", "acquisition", "ownership", "retirement"]
    before: bool = False  # there when the sandbox starts
    on: str = ""  # the brand's post it is about, by its key
    text: Text
    likes: Annotated[int, Field(ge=0)] = 0
    photo_alt: str = ""
    gated: bool = False  # lets nobody answer
    clock_slow_minutes: Annotated[int, Field(ge=0)] = 0
    edit: str = ""
    edit_after: Annotated[int, Field(ge=1)] = 20  # seconds
    delete_after: Annotated[int, Field(ge=0)] = 0  # seconds; 0: never
    answer_to_reply: str = ""

    @property
    def scene(self) -> str:
        """The key of what they write first."""
        return f"bluesky/{self.language}/{self.key}"

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if (self.where in (Where.QUOTE, Where.REPLY)) != bool(self.on):
            raise ValueError(f"`on` and a {self.where} do not go together")
        return self


class Script(_Page):
    brand: tuple[OwnPost, ...]
    history: tuple[Past, ...]
    customer: tuple[Customer, ...]


@cache
def script() -> Script:
    return Script.model_validate(tomllib.loads(_FILE.read_text(encoding="utf-8")))
