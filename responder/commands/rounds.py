"""poll, draft, post: the rounds of the daemon, one at a time."""

from __future__ import annotations

import sys
import time

from config.errors import ConfigError
from config.lock import InstanceLock
from responder.bot import Bot
from responder.commands import chosen
from responder.draft import draft_round
from responder.pause import level_for, stops_polling
from responder.post import post_round
from responder.settle import recover
from responder.staffing.openings import begin


def poll_channels(bot: Bot, name: str | None, *, once: bool) -> int:
    channels = chosen(bot, name)
    begin(bot)
    while True:
        failed = False
        for channel in channels:
            with bot.database.read() as session:
                level = level_for(session, channel.name, bot.pause_file)
            if stops_polling(level):
                print(f"{channel.name}: paused, nothing polled", file=sys.stderr)
                continue
            for polled in bot.poller.poll(channel):
                failed |= bool(polled.error)
                outcome = polled.error or ("waiting" if polled.waiting else f"{polled.new} new")
                print(f"{polled.channel}/{polled.stream}: {outcome}")
        if once:
            return int(failed)
        time.sleep(min((c.options.poll_seconds for c in channels), default=60))


def draft_once(bot: Bot, *, once: bool) -> int:
    _only_once("draft", once=once)
    begin(bot)
    print(f"{draft_round(bot)} drafts made")
    return 0


def post_once(bot: Bot, *, once: bool) -> int:
    """Raises AlreadyRunning while `run` runs: two senders at once could not know of each other."""
    _only_once("post", once=once)
    with InstanceLock(bot.lock_file):
        begin(bot)
        recover(bot)
        print(f"{sum(post_round(bot, name) for name in bot.channels)} replies posted")
    return 0


def _only_once(command: str, *, once: bool) -> None:
    if not once:
        raise ConfigError(
            where="command line",
            problem=f"{command} does single rounds",
            fix=f"add --once, or start `run`, which {command}s all the time",
        )
