"""Which channels are answered. One that is not is heard, judged and counted like any other, and
what is urgent there (P1) or calls for a person comes to the desk; the rest is only listened to."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from responder.audit import note
from responder.bot import Bot
from responder.sentences import N_, Refused
from responder.staffing.fit import Fit, Objection
from responder.staffing.models import ChannelOpening

log = logging.getLogger(__name__)

NOT_OPEN: Final = "nobody has opened this channel yet"
"""Why a mention that wanted an answer is only listened to."""
BOT: Final = "bot"
LONGEST_REASON: Final = 500

_DOES_NOT_FIT: Final = N_("It cannot be staffed as things are")


class Unstaffed(Refused):
    """The channel was not opened. `objections`: what speaks against it."""

    def __init__(self, objections: tuple[Objection, ...]) -> None:
        self.objections = objections
        super().__init__(_DOES_NOT_FIT)


@dataclass(frozen=True, kw_only=True)
class Named:
    """What somebody names who opens a channel. `weekly`: mentions a week they expect."""

    hours: str = ""
    languages: tuple[str, ...] = ()
    people: int | None = None
    weekly: float | None = None


def only_listens(session: Session, channel: str) -> bool:
    """Whether its mentions get no draft."""
    row = latest(session, channel)
    return row is not None and not row.is_open


def latest(session: Session, channel: str) -> ChannelOpening | None:
    return session.scalar(
        select(ChannelOpening)
        .where(ChannelOpening.channel == channel)
        .order_by(ChannelOpening.at.desc(), ChannelOpening.id.desc())
        .limit(1)
    )


def all_latest(session: Session, channels: Mapping[str, object]) -> dict[str, ChannelOpening]:
    """The newest row of each channel that has one."""
    found = {name: latest(session, name) for name in channels}
    return {name: row for name, row in found.items() if row is not None}


def begin(bot: Bot) -> tuple[str, ...]:
    """At a start, before anything is fetched: what an installation begins with is open, and so is
    all that was answered before openings were kept. A channel that comes later only listens until
    an admin opens it, if the settings say so. Returns those that now do."""
    now, shut = bot.clock(), []
    with bot.database.write() as session:
        known = set(session.scalars(select(ChannelOpening.channel).distinct()))
        for name in sorted(bot.channels.keys() - known):
            is_open = not known or not bot.settings.staffing.ask_first
            session.add(ChannelOpening(channel=name, is_open=is_open, at=now, by=BOT))
            if not is_open:
                note(session, who=BOT, action="only listen", subject=name, now=now)
                shut.append(name)
    for name in shut:
        log.warning("%s only listens: an admin opens it at the desk, Trends, Staffing", name)
    return tuple(shut)


def open_channel(bot: Bot, fit: Fit, named: Named, *, by: str, why: str = "") -> None:
    """Answer a channel from now on. Raises Unstaffed for one that does not fit, unless `why` says
    the reason of whoever answers for it."""
    why = " ".join(why.split())[:LONGEST_REASON]
    if fit.objections and not why:
        raise Unstaffed(fit.objections)
    now = bot.clock()
    with bot.database.write() as session:
        session.add(
            ChannelOpening(
                channel=fit.channel,
                is_open=True,
                at=now,
                by=by,
                why=why if fit.objections else "",
                hours=named.hours,
                languages=list(named.languages),
                people=named.people,
                weekly=named.weekly,
                needed=fit.alone.needed,
                there=round(fit.alone.there, 1),
            )
        )
        against = ", ".join(one.why.value for one in fit.objections)
        note(session, who=by, action="open channel", subject=fit.channel, detail=against, now=now)


def only_listen(bot: Bot, channel: str, *, by: str, why: str = "") -> None:
    """Hear a channel, and answer what is urgent alone. Its waiting drafts stay."""
    now: datetime = bot.clock()
    with bot.database.write() as session:
        before = latest(session, channel)
        session.add(
            ChannelOpening(
                channel=channel,
                is_open=False,
                at=now,
                by=by,
                why=" ".join(why.split())[:LONGEST_REASON],
                weekly=before.weekly if before else None,
            )
        )
        note(session, who=by, action="only listen", subject=channel, now=now)
