"""The script of the story on sandbox Facebook."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import Annotated, Self

from pydantic import Field, model_validator

from listener.sandbox import script as all_networks


class Where(StrEnum):
    """Where a customer writes."""

    COMMENT = "comment"
    VISITOR = "visitor"
    TAGGED = "tagged"


class Customer(all_networks.Customer):
    handle: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,15}$")]  # seen by nobody
    text: all_networks.Text
    where: Where = Where.COMMENT
    on: str = ""  # the Page's post a comment is on, by its key; "": the newest of that moment

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.on and self.where is not Where.COMMENT:
            raise ValueError(f"`on` and a {self.where} do not go together")
        return self


@cache
def script() -> all_networks.Script[Customer]:
    return all_networks.read(all_networks.Script[Customer], __file__)
