"""The script of the story on sandbox Bluesky."""

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
    REPLY = "reply"


class Customer(all_networks.Customer):
    handle: Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$")]
    text: all_networks.Text
    where: Where = Where.MENTION
    on: str = ""  # the brand's post it is about, by its key
    photo_alt: str = ""
    gated: bool = False  # lets nobody answer
    clock_slow_minutes: Annotated[int, Field(ge=0)] = 0

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if (self.where in (Where.QUOTE, Where.REPLY)) != bool(self.on):
            raise ValueError(f"`on` and a {self.where} do not go together")
        return self


@cache
def script() -> all_networks.Script[Customer]:
    return all_networks.read(all_networks.Script[Customer], __file__)
