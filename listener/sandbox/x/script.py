"""The script of the story on sandbox X."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import Annotated, Self

from pydantic import Field, model_validator

from listener.sandbox import script as all_networks


class Where(StrEnum):
    """Where a customer writes."""

    MENTION = "mention"
    KEYWORD = "keyword"  # names the brand, not the account: only search finds it
    QUOTE = "quote"
    REPOST = "repost"


class Customer(all_networks.Customer):
    handle: Annotated[str, Field(pattern=r"^[A-Za-z0-9_]{1,15}$")]
    followers: Annotated[int, Field(ge=0)] = 100
    where: Where = Where.MENTION
    on: str = ""  # the brand's post it is about, by its key
    photo: str = ""
    photo_alt: str = ""

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if bool(self.text) == (self.where is Where.REPOST):
            raise ValueError(f"a {self.where} and this text do not go together")
        if (self.where in (Where.QUOTE, Where.REPOST)) != bool(self.on):
            raise ValueError(f"`on` and a {self.where} do not go together")
        return self


@cache
def script() -> all_networks.Script[Customer]:
    return all_networks.read(all_networks.Script[Customer], __file__)
