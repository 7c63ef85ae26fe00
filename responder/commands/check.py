"""check: ask every channel who we are there, and what is missing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict

from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from listener.channels.base import Channel, ChannelError, Report
from listener.models import Cursor
from responder.bot import Bot
from responder.commands import chosen


def check_channels(bot: Bot, name: str | None, *, as_json: bool) -> int:
    """Exit code 1 if any channel has a problem."""
    reports = {channel.name: _report(channel) for channel in chosen(bot, name)}
    fetched = _last_fetches(bot)
    if as_json:
        found = {
            key: {**asdict(report), "last_fetch": fetched.get(key), "ok": not report.problems}
            for key, report in reports.items()
        }
        print(json.dumps(found, ensure_ascii=False))
    else:
        _print_reports(reports, fetched)
    return int(any(report.problems for report in reports.values()))


def _report(channel: Channel) -> Report:
    try:
        return channel.check()
    except ChannelError as error:
        return Report(problems=(str(error),))


def _last_fetches(bot: Bot) -> dict[str, str]:
    """Per channel, when its most belated stream was last fetched (ISO), if all ever were."""
    with bot.database.read() as session:
        cursors = session.scalars(select(Cursor)).all()
    oldest: dict[str, str] = {}
    for cursor in cursors:
        when = cursor.fetched_at.isoformat() if cursor.fetched_at else ""
        oldest[cursor.channel] = min(oldest.get(cursor.channel, when), when)
    return {channel: when for channel, when in oldest.items() if when}


def _print_reports(reports: Mapping[str, Report], fetched: Mapping[str, str]) -> None:
    table = Table("channel", "account", "permissions", "token lives", "last fetch", "problems")
    for name, report in reports.items():
        days = report.token_days_left
        table.add_row(
            name,
            report.account or "?",
            ", ".join(report.permissions) or "?",
            "no end known" if days is None else f"{days} days",
            fetched.get(name, "never"),
            "\n".join(report.problems) or "none",
        )
    Console().print(table)
