"""Whether anything leaves, channel by channel: replying, approve only, or stopped; and by whom."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from responder.automatic.rules import open_rules
from responder.automatic.watching import sends_from
from responder.bot import Bot
from responder.models import Audit, Pause, PauseLevel
from responder.pause import EVERYWHERE, PAUSED, reason_in, stops_sending, strictest, subject_of

BY_FILE: Final = "the PAUSE file"


class Stance(StrEnum):
    REPLYING = "replying"  # what a rule allows leaves by itself
    APPROVE_ONLY = "approve only"  # nothing leaves without a person
    STOPPED = "stopped"  # nothing leaves; approvals wait


@dataclass(frozen=True, kw_only=True)
class Stop:
    """A pause that holds. `channel` "": everywhere. `since` is None for the PAUSE file."""

    channel: str
    level: PauseLevel
    by: str
    since: datetime | None = None
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """`stop`: the strictest pause that holds there, if any."""

    stance: Stance
    stop: Stop | None = None


@dataclass(frozen=True, kw_only=True)
class Standings:
    """`overall` is what holds for all channels together: one that replies, replies."""

    overall: Standing
    channels: Mapping[str, Standing]
    stops: tuple[Stop, ...]


def read_standings(session: Session, bot: Bot, channels: Iterable[str]) -> Standings:
    """How things stand on `channels`, those that somebody may see."""
    stops = tuple(_stops(session, bot))
    automatic = sending_by_themselves(session, bot, bot.clock())
    found = {name: standing(stops, name, automatic) for name in channels}
    return Standings(overall=overall(stops, found.values()), channels=found, stops=stops)


def standing(stops: Iterable[Stop], channel: str, automatic: Collection[str]) -> Standing:
    """How one channel stands. Pure."""
    holding = [stop for stop in stops if stop.channel in (EVERYWHERE, channel)]
    level = strictest(stop.level for stop in holding)
    stop = next((one for one in holding if one.level is level), None)
    if stops_sending(level):
        return Standing(stance=Stance.STOPPED, stop=stop)
    if stop is not None or channel not in automatic:
        return Standing(stance=Stance.APPROVE_ONLY, stop=stop)
    return Standing(stance=Stance.REPLYING)


def overall(stops: Iterable[Stop], found: Collection[Standing]) -> Standing:
    """All channels in one word: what at least one of them may do. Pure."""
    everywhere = [stop for stop in stops if stop.channel == EVERYWHERE]
    level = strictest(stop.level for stop in everywhere)
    stop = next((one for one in everywhere if one.level is level), None)
    stances = {one.stance for one in found}
    if stops_sending(level) or stances == {Stance.STOPPED}:
        return Standing(stance=Stance.STOPPED, stop=stop)
    if Stance.REPLYING in stances:
        return Standing(stance=Stance.REPLYING)
    return Standing(stance=Stance.APPROVE_ONLY, stop=stop)


def sending_by_themselves(session: Session, bot: Bot, now: datetime) -> frozenset[str]:
    """The channels where some rule may send now, if nothing is paused."""
    return frozenset(
        name
        for rule in open_rules(session)
        for name, since in sends_from(session, rule.id, rule.live_from).items()
        if since <= now and rule.channel in (EVERYWHERE, name)
        if name in bot.channels and bot.channels[name].options.auto_reply
    )


def _stops(session: Session, bot: Bot) -> Iterable[Stop]:
    if bot.pause_file.exists():
        yield Stop(channel=EVERYWHERE, level=PauseLevel.ALL, by=BY_FILE)
    for row in session.scalars(select(Pause).order_by(Pause.channel)):
        yield Stop(
            channel=row.channel,
            level=row.level,
            by=row.by,
            since=row.since,
            why=_why(session, row),
        )


def _why(session: Session, row: Pause) -> str:
    """What whoever paused said of it: it stands in the audit alone."""
    detail = session.scalar(
        select(Audit.detail)
        .where(
            Audit.subject == subject_of(row.channel),
            Audit.action == PAUSED,
            Audit.at >= row.since,
        )
        .order_by(Audit.id.desc())
        .limit(1)
    )
    return reason_in(detail or "")
