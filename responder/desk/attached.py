"""What hangs on a customer's text, as its card names it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from listener.channels.base import Declaration, MediaKind
from listener.models import Mention
from listener.pictures import is_from
from responder.bot import Bot
from responder.desk.tongue import N_, _

_NAMES: Final[Mapping[str, str]] = {
    MediaKind.IMAGE.value: N_("Picture"),
    MediaKind.VIDEO.value: N_("Video"),
    MediaKind.LINK.value: N_("Link"),
}


@dataclass(frozen=True, kw_only=True)
class Attached:
    """`address`: ours, where it is a picture that can be shown; else ""."""

    name: str
    alt: str
    url: str
    address: str = ""


def attached_to(mention: Mention, hosts: Sequence[str]) -> Sequence[Attached]:
    """All of it, in the network's order. `hosts`: where the network keeps pictures."""
    return tuple(
        Attached(
            name=_(_NAMES.get(one.get("kind", ""), N_("File"))),
            alt=one.get("alt", ""),
            url=one.get("url", ""),
            address=f"/media/{mention.id}/{number}" if _shows(one, hosts) else "",
        )
        for number, one in enumerate(mention.media)
    )


def declared_of(bot: Bot, channel: str) -> Declaration | None:
    """What a channel says of itself; None of one that is not configured any more."""
    known = bot.channels.get(channel)
    return known.declaration if known else None


def _shows(one: Mapping[str, str], hosts: Sequence[str]) -> bool:
    return one.get("kind") == MediaKind.IMAGE.value and is_from(one.get("url", ""), hosts)
