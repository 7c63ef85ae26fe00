"""Why nothing leaves on a channel just now, in words: for the row of a draft and for the banner."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from responder.bot import Bot
from responder.desk.tongue import N_, _
from responder.desk.words import date_and_time
from responder.health.held import Held, Why, held_channels
from responder.models import Pause
from responder.pause import level_for, stops_sending

_BADGES: Final[Mapping[Why, str]] = {
    Why.KEYS: N_("keys refused"),
    Why.OFFENCE: N_("stopped by the network"),
    Why.DOWN: N_("network down"),
    Why.MONEY: N_("money spent"),
    Why.LIMIT: N_("rate limit"),
}
_PAUSED: Final = N_("paused")

_TITLES: Final[Mapping[Why, str]] = {
    Why.KEYS: N_("%(channel)s does not accept our keys."),
    Why.OFFENCE: N_("%(channel)s does not let us write."),
    Why.DOWN: N_("%(channel)s does not answer."),
    Why.MONEY: N_("The money for replies on %(channel)s is spent."),
    Why.LIMIT: N_("%(channel)s takes no more for now."),
}
_EFFECTS: Final[Mapping[Why, str]] = {
    Why.KEYS: N_("What you approve waits, and leaves by itself once an admin has renewed them."),
    Why.OFFENCE: N_("What you approve waits, and leaves by itself once it lets us again."),
    Why.DOWN: N_("What you approve waits, and leaves by itself once it is back."),
    Why.MONEY: N_("What you approve waits until there is more, or an admin raises the budget."),
    Why.LIMIT: N_("What you approve waits, and leaves by itself."),
}


def badges(session: Session, bot: Bot) -> dict[str, str]:
    """By channel: why what is approved there would wait, in two or three words."""
    found = {name: _(_BADGES[held.why]) for name, held in held_channels(session, bot).items()}
    if bot.pause_file.exists() or session.scalar(select(Pause.channel).limit(1)) is not None:
        for name in bot.channels:
            if stops_sending(level_for(session, name, bot.pause_file)):
                found[name] = _(_PAUSED)
    return found


def title(held: Held, label: str) -> str:
    return _(_TITLES[held.why], channel=label)


def effect(held: Held) -> str:
    """What it means for what people approve."""
    return _(_EFFECTS[held.why])


def sentence(held: Held, label: str, now: datetime, zone: ZoneInfo) -> str:
    """All of it, with when it is worth trying again where that is known."""
    parts = [title(held, label), effect(held)]
    if held.until is not None and held.until > now:
        parts.append(_("Tried again on %(when)s.", when=date_and_time(held.until, zone)))
    return " ".join(parts)
