"""The script of the story on sandbox Mastodon, read from `stories/*.toml` beside this file."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from listener.sandbox.mastodon.objects import BRAND, DOMAIN, Visibility
from listener.sandbox.mastodon.text import addressed, tags
from listener.sandbox.script import LANGUAGES, OwnPost, Text, Turn

_FOLDER: Final = Path(__file__).with_name("stories")

Acct = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,30}(@[a-z0-9-]+\.example)?$")]


class _Page(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Customer(_Page):
    """One customer of the script, with all they ever do. What they write names the account as
    people of their server must: @larixoutdoor, from elsewhere @larixoutdoor@outdoor.example."""

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*$")]
    acct: Acct
    name: Annotated[str, Field(min_length=1, max_length=50)]
    followers: Annotated[int, Field(ge=0)] = 100
    bot: bool = False
    about: Literal["praise", "complaint", "question", "sarcasm", "machine"]
    phase: Literal["", "requirements", "acquisition", "ownership", "retirement"] = ""
    before: bool = False  # there when the sandbox starts
    minutes_ago: Annotated[int, Field(ge=1)] | None = None  # None: drawn by the seed
    text: Text
    spoiler: Annotated[str, Field(max_length=100)] = ""
    visibility: Visibility = Visibility.PUBLIC
    likes: Annotated[int, Field(ge=0)] = 0
    photo: str = ""
    photo_alt: str = ""
    turns: tuple[Turn, ...] = ()  # what followed, also before the start
    edit: str = ""
    edit_after: Annotated[int, Field(ge=1)] = 20  # seconds
    delete_after: Annotated[int, Field(ge=0)] = 0  # seconds; 0: never
    answer_to_reply: str = ""

    @property
    def named(self) -> str:
        """How this customer writes the brand's name."""
        return f"@{BRAND}@{DOMAIN}" if "@" in self.acct else f"@{BRAND}"

    @model_validator(mode="after")
    def _speaks_of_us(self) -> Self:
        mentions = self.named.removeprefix("@") in addressed(self.text)
        if not mentions and BRAND not in tags(self.text):
            raise ValueError(f"neither {self.named} nor #{BRAND} in the text")
        return self


class Chapter(_Page):
    language: str
    customer: tuple[Customer, ...]


class Brand(_Page):
    post: tuple[OwnPost, ...]


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
