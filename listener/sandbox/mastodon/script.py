"""The script of the story on sandbox Mastodon."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Self

from pydantic import Field, model_validator

from listener.sandbox import script as all_networks
from listener.sandbox.mastodon.objects import BRAND, DOMAIN, Visibility
from listener.sandbox.mastodon.text import addressed, tags


class Customer(all_networks.Customer):
    """What they write names the account as people of their server must: @larixoutdoor, from
    elsewhere @larixoutdoor@outdoor.example."""

    handle: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,30}(@[a-z0-9-]+\.example)?$")]
    followers: Annotated[int, Field(ge=0)] = 100
    text: all_networks.Text
    bot: bool = False
    spoiler: Annotated[str, Field(max_length=100)] = ""
    visibility: Visibility = Visibility.PUBLIC
    photo: str = ""
    photo_alt: str = ""

    @property
    def named(self) -> str:
        """How this customer writes the brand's name."""
        return f"@{BRAND}@{DOMAIN}" if "@" in self.handle else f"@{BRAND}"

    @model_validator(mode="after")
    def _speaks_of_us(self) -> Self:
        mentions = self.named.removeprefix("@") in addressed(self.text)
        if not mentions and BRAND not in tags(self.text):
            raise ValueError(f"neither {self.named} nor #{BRAND} in the text")
        return self


@cache
def script() -> all_networks.Script[Customer]:
    return all_networks.read(all_networks.Script[Customer], __file__)
