"""What stands above every page while something does not leave: pauses, and channels in trouble."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from responder.access import Visitor
from responder.bot import Bot
from responder.desk import holding
from responder.desk.rows import label_of
from responder.desk.tongue import N_, _
from responder.desk.words import ago
from responder.health.held import Why, held_channels
from responder.models import PauseLevel
from responder.pause import EVERYWHERE, all_pauses

_STOPPED: Final[Mapping[PauseLevel, str]] = {
    PauseLevel.AUTO: N_("nothing leaves without a person"),
    PauseLevel.SEND: N_("nothing leaves; what you approve waits"),
    PauseLevel.ALL: N_("nothing leaves and nothing new is heard"),
}


@dataclass(frozen=True, kw_only=True)
class Banner:
    """One line. `channel` is empty for all. `paused`: somebody did it, and an admin may end it."""

    channel: str
    title: str
    effect: str
    by: str = ""
    since: str = ""
    paused: bool = True


def banners(bot: Bot, seat: Visitor) -> tuple[Banner, ...]:
    """What holds now, of the channels this visitor sees. The PAUSE file counts even without the
    table. A rate limit is none: it passes within minutes, and each row tells."""
    return (*_pauses(bot, seat), *_troubles(bot, seat))


def _pauses(bot: Bot, seat: Visitor) -> Iterator[Banner]:
    for row in all_pauses(bot.database):
        if row.channel == EVERYWHERE or seat.sees(row.channel):
            yield Banner(
                channel=row.channel,
                title=_paused(bot, row.channel),
                effect=_(_STOPPED[row.level]),
                by=row.by,
                since=ago(row.since, bot.clock()),
            )
    if bot.pause_file.exists():
        yield Banner(
            channel=EVERYWHERE,
            title=_paused(bot, EVERYWHERE),
            effect=_(_STOPPED[PauseLevel.ALL]),
            by=_("the PAUSE file"),
        )


def _paused(bot: Bot, channel: str) -> str:
    if channel == EVERYWHERE:
        return _("Everything is paused:")
    return _("%(channel)s is paused:", channel=label_of(bot, channel))


def _troubles(bot: Bot, seat: Visitor) -> Iterator[Banner]:
    with bot.database.read() as session:
        found = held_channels(session, bot)
    for name, held in found.items():
        if seat.sees(name) and held.why is not Why.LIMIT:
            yield Banner(
                channel=name,
                title=holding.title(held, label_of(bot, name)),
                effect=holding.effect(held),
                paused=False,
            )
