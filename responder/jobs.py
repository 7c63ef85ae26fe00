"""What runs by itself, and how often. A job never raises: it logs, and the next round tries again.

Every job finds its work in the database and wins it by a conditional write, so it may die at any
point and be run again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from listener.channels.base import Channel, ChannelError
from responder.bot import Bot
from responder.draft import draft_round
from responder.pause import level_for, stops_polling
from responder.post import post_round

log = logging.getLogger(__name__)

DRAFT_SECONDS = 1.0
POST_SECONDS = 1.0
# What waits at the desk is re-read this much more rarely than the channel is polled.
REFRESH_EVERY_POLLS = 10
REFRESH_SECONDS_AT_LEAST = 20.0


@dataclass(frozen=True, kw_only=True)
class Job:
    name: str
    seconds: float  # from one start to the next
    work: Callable[[], None]


def jobs(bot: Bot) -> list[Job]:
    """One poller, one refresher and one sender per channel, and one drafter for all."""
    found = [Job(name="draft", seconds=DRAFT_SECONDS, work=_safely(lambda: draft_round(bot)))]
    for channel in bot.channels.values():
        found += _of_channel(bot, channel)
    return found


def _of_channel(bot: Bot, channel: Channel) -> list[Job]:
    seconds = channel.options.poll_seconds
    return [
        Job(
            name=f"poll {channel.name}",
            seconds=seconds,
            work=_safely(lambda: _unless_paused(bot, channel, lambda: bot.poller.poll(channel))),
        ),
        Job(
            name=f"refresh {channel.name}",
            seconds=max(seconds * REFRESH_EVERY_POLLS, REFRESH_SECONDS_AT_LEAST),
            work=_safely(lambda: _unless_paused(bot, channel, lambda: bot.poller.refresh(channel))),
        ),
        Job(
            name=f"post {channel.name}",
            seconds=POST_SECONDS,
            work=_safely(lambda: post_round(bot, channel.name)),
        ),
    ]


def _unless_paused(bot: Bot, channel: Channel, work: Callable[[], object]) -> None:
    with bot.database.read() as session:
        level = level_for(session, channel.name, bot.pause_file)
    if not stops_polling(level):
        work()


def _safely(work: Callable[[], object]) -> Callable[[], None]:
    def job() -> None:
        try:
            work()
        except ChannelError as error:
            log.warning("%s", error)
        except Exception:
            # The scheduler must go on: one bad round is better than a poller that died unnoticed.
            log.exception("a round failed; the next one tries again")

    return job
