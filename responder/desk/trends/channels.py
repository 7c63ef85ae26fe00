"""Which channels a reader may choose in the trends: what was imported counts as well."""

from __future__ import annotations

from listener.trends.counts import counted_channels
from responder.access import Visitor
from responder.bot import Bot
from responder.desk.rows import label_of


def known_channels(bot: Bot, seat: Visitor) -> list[str]:
    """Those that are configured, then those of imports and former accounts."""
    with bot.database.read() as session:
        counted = counted_channels(session)
    return [name for name in dict.fromkeys((*bot.channels, *sorted(counted))) if seat.sees(name)]


def channel_options(bot: Bot, seat: Visitor) -> list[tuple[str, str]]:
    """The same for a menu: name and words."""
    return [(name, label_of(bot, name)) for name in known_channels(bot, seat)]
