"""Whether what is to come can be answered: people needed beside people there, what waits now, the
last two weeks, and each channel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from responder.desk.rows import label_of
from responder.desk.staffing.standing import channels_panel, fortnight_panel, now_panel
from responder.desk.staffing.week import trial_panel, week_panel
from responder.desk.tongue import N_
from responder.desk.trends.panel import Filter, Look, Panel
from responder.staffing.outlook import advice_on, ahead_of, fit_now, load_of, outlook
from responder.staffing.what_if import answer

KEY: Final = "staffing"
TITLE: Final = N_("Staffing")
HONOURS: Final = frozenset({Filter.CHANNEL})
EXTRA: Final = "parts/trends_staffing.html"
LOOK: Final = "staffing.css"


def panels(look: Look) -> tuple[Panel, ...]:
    """From now on, whatever period is looked at; of the channel that is, or of all."""
    bot, now, channels = look.bot, look.now, _channels(look)
    found = outlook(bot, now, channels)
    with bot.database.read() as session:
        ahead = ahead_of(bot, session, now, channels)
    week_is_short = not answer(found.careful).fits
    helps = advice_on(bot, ahead, week_is_short=week_is_short) if ahead else ()
    names = [name for name in bot.channels if name in channels]
    return (
        now_panel(ahead, helps, now, bot.zone),
        week_panel(bot, found),
        channels_panel(
            bot,
            {name: fit_now(bot, found, name) for name in names},
            {name: found.is_open(name) for name in names},
        ),
        fortnight_panel(bot, load_of(bot, now, channels)),
        trial_panel(bot, found),
    )


def extra(look: Look) -> Mapping[str, Any]:
    channels = _channels(look)
    names = [name for name in look.bot.channels if name in channels]
    return {"channels": [(name, label_of(look.bot, name)) for name in names]}


def _channels(look: Look) -> frozenset[str]:
    if look.scope.channel:
        return frozenset({look.scope.channel})
    return frozenset(name for name in look.bot.channels if look.seat.sees(name))
