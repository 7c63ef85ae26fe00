"""What runs by itself, and how often. A job never raises: it logs, and the next round tries again.

Every job finds its work in the database and wins it by a conditional write, so it may die at any
point and be run again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.exc import OperationalError

from listener.channels.base import Channel
from listener.channels.errors import ChannelError
from listener.gaps import fill_gaps
from listener.tally import compare_hours
from responder.bot import Bot
from responder.crisis.round import SpikeWatch
from responder.draft import draft_round
from responder.erase import purge_round
from responder.handling.assign import assign_round
from responder.outside import outside_round
from responder.pause import level_for, stops_polling
from responder.post import post_round
from responder.verify import verify_round
from responder.warm import warm_up_waiting

log = logging.getLogger(__name__)

DRAFT_SECONDS = 1.0
ASSIGN_SECONDS = 20.0
SPIKE_SECONDS = 60.0
POST_SECONDS = 1.0
WARM_SECONDS = 20.0
OUTSIDE_SECONDS = 2.0
VERIFY_SECONDS = 60.0
FILL_SECONDS = 30.0
COUNT_SECONDS = 300.0  # looks whether an hour has passed: hours are compared once in one
PURGE_SECONDS = 3600.0
# What waits at the desk is re-read this much more rarely than the channel is polled.
REFRESH_EVERY_POLLS = 10
REFRESH_SECONDS_AT_LEAST = 20.0
# A round that goes so long without a transaction hangs: no call takes so long, retries included.
DEADLINE_SECONDS = 300.0


@dataclass(frozen=True, kw_only=True)
class Job:
    name: str
    seconds: float  # from one start to the next
    work: Callable[[], object]  # says False for a round that did not go well
    deadline: float = DEADLINE_SECONDS  # so long without a transaction, and it hangs
    wait: float = 0.0  # seconds before the first start


def jobs(bot: Bot) -> list[Job]:
    """What is done for each channel apart; what is done for all: drafting, learning what waits,
    watching for spikes and giving out work."""
    found = [
        Job(name="draft", seconds=DRAFT_SECONDS, work=safely(lambda: draft_round(bot))),
        Job(name="warm", seconds=WARM_SECONDS, work=safely(lambda: warm_up_waiting(bot))),
    ]
    if bot.settings.crisis.watch:
        watch = SpikeWatch(bot)
        found.append(Job(name="spikes", seconds=SPIKE_SECONDS, work=safely(watch.round), wait=20.0))
    if bot.settings.desk.assign:
        giving = safely(lambda: assign_round(bot))
        found.append(Job(name="assign", seconds=ASSIGN_SECONDS, work=giving))
    for channel in bot.channels.values():
        found += _of_channel(bot, channel)
    return found


def _of_channel(bot: Bot, channel: Channel) -> list[Job]:
    seconds, name = channel.options.poll_seconds, channel.name

    def reading(what: str, every: float, work: Callable[[], object], wait: float = 0.0) -> Job:
        """A job that asks the network, and so rests during a full pause."""
        awake = safely(lambda: _unless_paused(bot, channel, work))
        return Job(name=f"{what} {name}", seconds=every, work=awake, wait=wait)

    return [
        reading("poll", seconds, stretched(channel, lambda: bot.poller.poll(channel))),
        reading(
            "refresh",
            max(seconds * REFRESH_EVERY_POLLS, REFRESH_SECONDS_AT_LEAST),
            stretched(channel, lambda: bot.poller.refresh(channel)),
        ),
        reading("verify", VERIFY_SECONDS, lambda: verify_round(bot, name), wait=VERIFY_SECONDS),
        reading("fill", FILL_SECONDS, lambda: fill_gaps(bot.poller, channel), wait=FILL_SECONDS),
        reading(
            "count", COUNT_SECONDS, lambda: compare_hours(bot.poller, channel), wait=FILL_SECONDS
        ),
        Job(name=f"post {name}", seconds=POST_SECONDS, work=safely(lambda: post_round(bot, name))),
        Job(
            name=f"outside {name}",
            seconds=OUTSIDE_SECONDS,
            work=safely(lambda: outside_round(bot, name)),
        ),
        Job(
            name=f"purge {name}",
            seconds=PURGE_SECONDS,
            work=safely(lambda: purge_round(bot, channel)),
            wait=FILL_SECONDS,
        ),
    ]


def stretched(channel: Channel, work: Callable[[], object]) -> Callable[[], None]:
    """`work`, left out so often that it happens as rarely as the pressure on the channel asks for:
    with a pressure of 2 every other time, of 1.5 two times out of three."""
    credit = 1.0

    def job() -> None:
        nonlocal credit
        credit += 1 / max(channel.pressure(), 1.0)
        if credit >= 1:
            credit -= 1
            work()

    return job


def _unless_paused(bot: Bot, channel: Channel, work: Callable[[], object]) -> None:
    with bot.database.read() as session:
        level = level_for(session, channel.name, bot.pause_file)
    if not stops_polling(level):
        work()


def safely(work: Callable[[], object]) -> Callable[[], bool]:
    """`work` as a job: it never raises, and says whether it went well."""

    def job() -> bool:
        try:
            work()
        except ChannelError as error:
            log.warning("%s", error)
        except OperationalError as error:
            # Locked, or the disk is full: that passes, and a traceback a second would not help.
            log.warning("the database did not take it; the next round tries again: %s", error.orig)
        except Exception:
            # The scheduler must go on: one bad round is better than a poller that died unnoticed.
            log.exception("a round failed; the next one tries again")
        else:
            return True
        return False

    return job
