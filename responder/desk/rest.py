"""How long something is put off at the desk: one rule, for one item and for several."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from responder.approve import Conflict
from responder.bot import Bot
from responder.desk.around import tomorrow
from responder.desk.tongue import _


class Sleep(StrEnum):
    """How long something is put off."""

    HOUR = "hour"
    MORNING = "morning"  # when the channel is staffed again
    ANSWER = "answer"  # until the customer writes again
    MOMENT = "moment"  # a date and a time


FOR_ANSWER: Final = timedelta(days=7)
"""So long a customer is waited for; then it is back by itself."""


def wakes_at(bot: Bot, how: Sleep, channel: str, at: datetime | None = None) -> datetime:
    """The moment somebody chose. A date and time without a zone is the brand's. Raises Conflict if
    none was chosen."""
    now = bot.clock()
    if how is Sleep.HOUR:
        return now + timedelta(hours=1)
    if how is Sleep.ANSWER:
        return now + FOR_ANSWER
    if how is Sleep.MORNING:
        return tomorrow(bot, channel, now)
    if at is None:
        raise Conflict(_("Choose a day and a time"))
    return at if at.tzinfo else at.replace(tzinfo=bot.zone)
