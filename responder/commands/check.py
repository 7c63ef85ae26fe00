"""check: ask every channel who we are there, and say what is missing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from listener.channels.base import Channel, ChannelError, Report
from listener.health import ChannelHealth, channel_health
from responder.bot import Bot
from responder.commands import chosen


def check_channels(bot: Bot, name: str | None, *, as_json: bool) -> int:
    """Exit code 1 if any channel has a problem."""
    channels = chosen(bot, name)
    reports = {channel.name: _report(channel) for channel in channels}
    healths = {channel.name: channel_health(bot.database, channel.name) for channel in channels}
    if as_json:
        found = {key: _as_json(report, healths[key]) for key, report in reports.items()}
        print(json.dumps(found, ensure_ascii=False))
    else:
        _print(reports, healths)
    return int(any(report.problems for report in reports.values()))


def _report(channel: Channel) -> Report:
    try:
        return channel.check()
    except ChannelError as error:
        return Report(problems=(str(error),))


def _last_fetch(health: ChannelHealth) -> str | None:
    """When the most belated stream was last fetched (ISO), if every stream ever was."""
    fetched = [stream.fetched_at for stream in health.streams]
    known = [moment for moment in fetched if moment is not None]
    return min(known).isoformat() if known and len(known) == len(fetched) else None


def _as_json(report: Report, health: ChannelHealth) -> dict[str, object]:
    return {
        **asdict(report),
        "ok": not report.problems,
        "last_fetch": _last_fetch(health),
        "gaps": health.gap_count,
        "unreadable": health.letter_count,
    }


def _print(reports: Mapping[str, Report], healths: Mapping[str, ChannelHealth]) -> None:
    table = Table(
        "channel",
        "account",
        "permissions",
        "token lives",
        "last fetch",
        "gaps",
        "unreadable",
        "problems",
    )
    for name, report in reports.items():
        days = report.token_days_left
        table.add_row(
            name,
            report.account or "?",
            ", ".join(report.permissions) or "?",
            "no end known" if days is None else f"{days} days",
            _last_fetch(healths[name]) or "never",
            str(healths[name].gap_count),
            str(healths[name].letter_count),
            "\n".join(report.problems) or "none",
        )
    Console().print(table)
