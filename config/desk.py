"""The settings of the desk: where it listens, and whom it believes about who is asking."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator


class DeskSettings(BaseModel):
    """`behind_proxy`: a proxy stands before the desk, and speaks https with browsers. Only then it
    may listen beyond this machine, and only the proxies of `trusted_proxies` (addresses or
    networks) are believed when they say who asks, and by https or not. `two_people`: what is
    dangerous or urgent leaves with the yes of two. `speaker_looks`: so does a draft in a language
    its approver does not list. `assign`: what is nobody's goes to whoever is on duty."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    assign: bool = True  # what is nobody's goes to whoever is on duty
    behind_proxy: bool = False
    trusted_proxies: tuple[str, ...] = ("127.0.0.1", "::1")
    two_people: bool = False
    speaker_looks: bool = False

    @field_validator("trusted_proxies")
    @classmethod
    def _known_machines(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            try:
                network = ip_network(one, strict=False)
            except ValueError:
                raise ValueError(f"{one!r} is no address and no network of addresses") from None
            if not network.prefixlen:
                raise ValueError(f"{one} are all addresses: anybody could say who is asking")
        return value

    @model_validator(mode="after")
    def _not_in_the_open(self) -> Self:
        if not self.behind_proxy and not _is_this_machine(self.host):
            raise ValueError(
                f"desk.host {self.host} is open to other machines, and the desk itself speaks no"
                " https: use 127.0.0.1 and a tunnel, or set desk.behind_proxy = true once a proxy"
                " with https stands before it"
            )
        return self


def _is_this_machine(host: str) -> bool:
    bare = host.strip("[]").lower()
    try:
        return ip_address(bare).is_loopback
    except ValueError:
        return bare == "localhost"
