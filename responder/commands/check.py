"""check: ask every channel who we are there, and say what is missing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from rich.console import Console
from rich.table import Table

from listener.budget import usd
from listener.channels.base import Channel, Declaration, Report
from listener.channels.errors import ChannelError
from listener.health import ChannelHealth, channel_health
from listener.pots import MICROS
from listener.spending import Spending, prices_outdated, spending
from responder.bot import Bot
from responder.commands import chosen
from responder.handling.second_looks import require_two
from responder.model.permission import forbidden_by

_CENT = MICROS // 100


@dataclass(frozen=True, kw_only=True)
class Found:
    """What there is to say of one channel. `spending` is None where nothing costs money."""

    name: str
    report: Report
    declaration: Declaration
    health: ChannelHealth
    spending: Spending | None = None
    prices_outdated: bool = False
    no_model: str = ""  # why no language model words drafts there; "": one does

    @property
    def problems(self) -> tuple[str, ...]:
        """What makes it red."""
        empty = (
            [state.pot for state in self.spending.pots if not state.left] if self.spending else []
        )
        spent = [f"no money left for {pot} this month: raise monthly_budget_usd" for pot in empty]
        return (*self.report.problems, *spent)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is not red yet."""
        told = []
        if self.spending and self.spending.is_nearly_spent:
            fullest = self.spending.fullest
            told.append(f"{fullest.percent:.0f} % of this month's money for {fullest.pot} is spent")
        if self.prices_outdated:
            told.append("our list of its prices is over 90 days old: compare it (docs/channels.md)")
        return tuple(told)


def check_channels(bot: Bot, name: str | None, *, as_json: bool) -> int:
    """Exit code 1 if any channel has a problem. Raises ConfigError for what would stop a start."""
    require_two(bot)
    found = [look_at(bot, channel) for channel in chosen(bot, name)]
    if as_json:
        print(json.dumps({each.name: _as_json(each) for each in found}, ensure_ascii=False))
    else:
        _print(found)
    return int(any(each.problems for each in found))


def look_at(bot: Bot, channel: Channel) -> Found:
    """Ask one channel, then look at what we know of it ourselves: asking costs money too."""
    report, now = _report(channel), bot.clock()
    checked = channel.declaration.prices_checked
    return Found(
        name=channel.name,
        report=report,
        declaration=channel.declaration,
        health=channel_health(bot.database, channel.name),
        spending=spending(bot.database, channel.name, now, channel.options) if checked else None,
        prices_outdated=prices_outdated(checked, now),
        no_model=forbidden_by(bot.settings.model, channel.name, channel.declaration),
    )


def _report(channel: Channel) -> Report:
    try:
        return channel.check()
    except ChannelError as error:
        return Report(problems=(str(error),))


def _last_fetch(health: ChannelHealth) -> datetime | None:
    """When the most belated stream was last fetched, if every stream ever was."""
    fetched = [stream.fetched_at for stream in health.streams]
    known = [moment for moment in fetched if moment is not None]
    return min(known) if known and len(known) == len(fetched) else None


def _as_json(found: Found) -> dict[str, object]:
    last, money = _last_fetch(found.health), found.spending
    return {
        **asdict(found.report),
        "ok": not found.problems,
        "problems": found.problems,
        "warnings": found.warnings,
        "token_ends": found.declaration.token_ends,
        "text_limit": found.declaration.text_limit,
        "counted_in": found.declaration.counted_in,
        "allowances": found.declaration.allowances,
        "fees_usd": {fee.what: fee.micros / MICROS for fee in found.declaration.fees},
        "last_fetch": last and last.isoformat(),
        "budget_left_usd": money and money.left / MICROS,
        "budget_left_percent": money and round(100 - money.percent, 1),
        "model_drafts": not found.no_model,
        "no_model": found.no_model,
        "gaps": found.health.gap_count,
        "unreadable": found.health.letter_count,
    }


def _print(found: Sequence[Found]) -> None:
    """One column a channel: so it fits a terminal of 80 columns."""
    table = Table("", *(each.name for each in found), show_lines=True)
    facts = [_facts(each) for each in found]
    for fact in facts[0] if facts else ():
        table.add_row(fact, *(each[fact] for each in facts))
    Console().print(table)


def _facts(found: Found) -> dict[str, str]:
    report, health, last = found.report, found.health, _last_fetch(found.health)
    days, warnings = report.token_days_left, [f"soon: {line}" for line in found.warnings]
    return {
        "account": report.account or "?",
        "permissions": ", ".join(report.permissions) or "?",
        "token lives": "no end known" if days is None else f"{days} days",
        "tokens end": found.declaration.token_ends or "not by themselves",
        "texts": f"up to {found.declaration.text_limit} {found.declaration.counted_in}",
        "network allows": "\n".join(found.declaration.allowances) or "says nothing",
        "it charges": "\n".join(f"{usd(fee.micros)} {fee.what}" for fee in found.declaration.fees)
        or "nothing",
        "last fetch": last.isoformat() if last else "never",
        "budget left": _budget(found.spending),
        "model": found.no_model or "may word drafts",
        "gaps": str(health.gap_count),
        "unreadable": str(health.letter_count),
        "problems": "\n".join([*found.problems, *warnings]) or "none",
    }


def _budget(money: Spending | None) -> str:
    if money is None:
        return "costs nothing"
    return f"{usd(money.left // _CENT * _CENT)} ({100 - money.percent:.0f} %)"
