"""How things stand for the whole team, in one line: what slips, who is there, whether we reply."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, case, false, func, or_, select
from sqlalchemy.orm import Session

from listener.models import OPEN, Mention
from responder.automatic.models import AutoRule
from responder.bot import Bot
from responder.handling.duty import on_duty, read_presence
from responder.handling.snooze import asleep
from responder.handling.waiting import waits
from responder.models import OPEN_DRAFT, Draft, PauseLevel
from responder.pause import level_for, stops_sending


class Mode(StrEnum):
    """What may leave, on the channels together."""

    REPLYING = "replying"  # some of it without a person
    APPROVE_ONLY = "approve-only"  # only what a person approved
    STOPPED = "stopped"  # nothing, on any channel


@dataclass(frozen=True, kw_only=True)
class State:
    """`without_owner`: open, and nobody who is there has it. `overdue`: open, and late, awake or
    not. `slipping`: one or the other. `on_duty`: names."""

    without_owner: int
    overdue: int
    slipping: int
    snoozed: int
    on_duty: tuple[str, ...]
    mode: Mode


def read_state(bot: Bot, now: datetime, channels: frozenset[str] = frozenset()) -> State:
    """How things stand at `now`, on `channels`; empty: on all."""
    with bot.database.read() as session:
        owned = read_presence(bot, session, now).owned()
        late = Mention.due_at < now
        numbers = session.execute(
            select(_sum(~owned), _sum(late), _sum(or_(late, ~owned)), _sum(asleep(now)))
            .select_from(Draft)
            .join(Draft.mention)
            .where(OPEN_DRAFT, waits(), Mention.status.in_(OPEN))
            .where(Mention.channel.in_(sorted(channels)) if channels else ~false())
        ).one()
        without, overdue, slipping, snoozed = (int(number or 0) for number in numbers)
        return State(
            without_owner=without,
            overdue=overdue,
            slipping=slipping,
            snoozed=snoozed,
            on_duty=names_on_duty(bot, session, now, channels),
            mode=_mode(bot, session, now),
        )


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def names_on_duty(
    bot: Bot, session: Session, now: datetime, channels: frozenset[str] = frozenset()
) -> tuple[str, ...]:
    """Who is on duty for any of the channels; empty: of all. Hours may differ between them."""
    wanted = channels or frozenset(bot.channels)
    found = {agent.name for name in wanted for agent in on_duty(bot, session, now, name)}
    return tuple(sorted(found))


def _mode(bot: Bot, session: Session, now: datetime) -> Mode:
    levels = {name: level_for(session, name, bot.pause_file) for name in bot.channels}
    # Without a channel there is still the switch for all of them.
    levels = levels or {"": level_for(session, "", bot.pause_file)}
    if all(stops_sending(level) for level in levels.values()):
        return Mode.STOPPED
    alone = any(_may_alone(bot, name, level) for name, level in levels.items())
    return Mode.REPLYING if alone and _some_rule_is_live(session, now) else Mode.APPROVE_ONLY


def _some_rule_is_live(session: Session, now: datetime) -> bool:
    live = select(AutoRule.id).where(AutoRule.ended_at.is_(None), AutoRule.live_from <= now)
    return session.scalar(live.limit(1)) is not None


def _may_alone(bot: Bot, channel: str, level: PauseLevel | None) -> bool:
    return level is None and channel in bot.channels and bot.channels[channel].options.auto_reply
