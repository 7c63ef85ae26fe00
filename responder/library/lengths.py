"""How long the texts of an entry are on each channel, said as a whole reply: greeting, text and
signature, as the network counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from config.book import Article, Page, SavedReply, Voice
from listener.channels.base import Channel, Length
from responder.library.checks import said_by, whole_of


@dataclass(frozen=True, kw_only=True)
class OnChannel:
    """One text on one channel."""

    channel: str
    label: str
    length: Length


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One text of an entry on every channel. `field`, `number`: which text, as of `Said`. `alone`:
    it is a whole answer; other texts are cut to the room there is."""

    field: str
    number: int
    alone: bool
    on: tuple[OnChannel, ...]

    @property
    def too_long(self) -> tuple[OnChannel, ...]:
        """The channels that do not take it."""
        return tuple(one for one in self.on if self.alone and not one.length.fits)


def lengths_of(page: Page, voice: Voice, channels: Mapping[str, Channel]) -> tuple[Measured, ...]:
    """How long each text of a saved reply or an article is."""
    if not isinstance(page, SavedReply | Article):
        return ()
    return tuple(
        Measured(
            field=said.field,
            number=said.number,
            alone=said.alone,
            on=tuple(
                OnChannel(
                    channel=name,
                    label=channel.declaration.label,
                    length=channel.length(whole_of(said, voice)),
                )
                for name, channel in channels.items()
            ),
        )
        for said in said_by(page)
    )
