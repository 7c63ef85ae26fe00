"""check: what it says of a channel's money."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from listener.budget import Ledger
from listener.channels.metering import Use
from responder.bot import Bot
from responder.commands.check import check_channels
from tests.factories import NOW, FakeChannel, Watch, make_bot

YESTERDAY = (NOW - timedelta(days=1)).date()


def a_bot(folder: Path, *, checked: date | None = YESTERDAY, budget: float = 10) -> Bot:
    """A bot with one channel, whose network charges if its prices were ever `checked`."""
    channel = FakeChannel(monthly_budget_usd=budget, prices_checked=checked)
    return make_bot(folder, channels=[channel])


def spend(bot: Bot, use: Use, micros: int) -> None:
    """On five days of the month, because one may take only a fifth."""
    watch = Watch(now=NOW.replace(day=1))
    for _ in range(5):
        Ledger(database=bot.database, clock=watch).meter("x", 10).reserve(use, "a", micros // 5)
        watch.advance(days=1)


def told(bot: Bot, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, object]]:
    code = check_channels(bot, None, as_json=True)
    return code, json.loads(capsys.readouterr().out)["x"]


def test_what_is_left_is_told_in_dollars_and_percent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spend(bot := a_bot(tmp_path), Use.MENTIONS, 2_500_000)
    code, x = told(bot, capsys)
    assert (code, x["ok"], x["warnings"]) == (0, True, [])
    assert (x["budget_left_usd"], x["budget_left_percent"]) == (7.5, 75.0)
    assert check_channels(bot, None, as_json=False) == 0
    assert "$7.50" in (out := capsys.readouterr().out)
    assert "(75 %)" in out


def test_a_network_that_charges_nothing_has_no_budget(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, x = told(bot := a_bot(tmp_path, checked=None, budget=0), capsys)
    assert (code, x["ok"], x["budget_left_usd"], x["budget_left_percent"]) == (0, True, None, None)
    check_channels(bot, None, as_json=False)
    assert "costs nothing" in capsys.readouterr().out


def test_a_pot_that_is_nearly_empty_is_a_warning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spend(bot := a_bot(tmp_path), Use.REPLY, 2_500_000)
    code, x = told(bot, capsys)
    assert (code, x["ok"]) == (0, True)
    assert x["warnings"] == ["83 % of this month's money for replies is spent"]


def test_an_empty_pot_is_red(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spend(bot := a_bot(tmp_path), Use.REPLY, 3_000_000)
    code, x = told(bot, capsys)
    assert (code, x["ok"]) == (1, False)
    assert x["problems"] == ["no money left for replies this month: raise monthly_budget_usd"]


def test_prices_nobody_compared_for_a_quarter_are_a_warning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = (NOW - timedelta(days=91)).date()
    code, x = told(bot := a_bot(tmp_path, checked=old), capsys)
    assert (code, x["ok"]) == (0, True)
    assert "prices" in str(x["warnings"])
    check_channels(bot, None, as_json=False)
    assert "soon:" in capsys.readouterr().out
