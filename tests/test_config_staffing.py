from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from config import settings
from config.errors import ConfigError
from config.secrets import Redactor
from config.settings import BrandSettings
from config.staffing import StaffedOptions, Staffing
from listener.channels.base import ChannelOptions
from responder.bot import Bot, assemble
from tests.factories import NOW, FakeChannel, make_bot

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
X = """
[channels.x]
consumer_key = "k"
consumer_secret = "s"
access_token = "t"
access_token_secret = "ts"
"""


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("BOT__"):
            monkeypatch.delenv(name)


def _bot(tmp_path: Path, text: str) -> Bot:
    file = tmp_path / "bot.toml"
    url = f'[database]\nurl = "sqlite:///{tmp_path}/bot.db"\n'
    file.write_text(url + text, encoding="utf-8")
    return assemble(settings.load(file), source=str(file), redactor=Redactor())


def test_without_any_hours_somebody_is_always_there() -> None:
    assert BrandSettings().staffing.calendar().always


def test_a_channel_is_staffed_as_the_brand_is_unless_it_says_otherwise() -> None:
    brand = Staffing(zone="Europe/Rome", hours="Mon-Fri 09:00-18:00", holidays="IT")
    assert brand.calendar(StaffedOptions()) == brand.calendar()
    own = brand.calendar(StaffedOptions(staffed_hours="Sat 10:00-14:00"))
    assert own.week != brand.calendar().week
    assert (own.zone, own.holidays) == (brand.calendar().zone, "IT")
    always = StaffedOptions(staffed_hours="24/7", holidays="none")
    assert brand.calendar(always).always


def test_the_settings_reach_the_channels_calendar(tmp_path: Path) -> None:
    bot = _bot(
        tmp_path,
        '[brand]\npath = "config/brand/demo"\nstaffed_hours = "Mon-Fri 09:00-18:00"\n'
        "[responder]\nbefore_buying_minutes = 5\n"
        f'{X}staffed_hours = "Mon-Fri 12:00-18:00"\nholidays = "DE-BY"',
    )
    reading = bot.poller.reading(bot.channels["x"], "mentions")
    assert (reading.calendar, reading.before_buying) == (bot.calendar("x"), 5 * MINUTE)
    bare = bot.poller.staffing.calendar()
    assert bare == bot.calendar("no longer configured")
    assert bot.calendar("x").next_opening(NOW) == NOW + 2 * HOUR  # NOW is 10:00 in Rome
    assert bot.calendar("x").holidays == "DE-BY"
    assert bot.calendar("no longer configured").next_opening(NOW) == NOW
    bot.database.close()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[brand]\nstaffed_hours = "9 to 5"', ["brand.staffed_hours: '9 to 5'", "Mon-Fri 09:00"]),
        ('[brand]\nstaffed_hours = "Mon 09:00-09:00"', ["brand.staffed_hours", "never open"]),
        ('[brand]\nholidays = "Atlantis"', ["brand.holidays: nobody knows", "such as IT"]),
        ('[brand]\nholidays = "DE-ZZ"', ["brand.holidays: no part 'ZZ' of DE", "DE-BY"]),
        ("[responder]\nbefore_buying_minutes = 90", ["responder.before_buying_minutes"]),
        (f'{X}staffed_hours = "Mon 09-18"', ["channels.x.staffed_hours", "Mon-Fri 09:00"]),
        (f'{X}holidays = "it-nowhere"', ["channels.x.holidays: no part 'NOWHERE' of IT", "DE-BY"]),
    ],
)
def test_hours_nobody_can_read_stop_the_start_with_one_line(
    tmp_path: Path, text: str, told: list[str]
) -> None:
    with pytest.raises(ConfigError) as error:
        _bot(tmp_path, text)
    line = str(error.value)
    assert "\n" not in line
    assert str(tmp_path / "bot.toml") in line
    assert all(words in line for words in told), line


def test_every_channel_takes_hours_and_holidays() -> None:
    options = ChannelOptions(kind="x", staffed_hours="Mon-Fri 09:00-18:00", holidays="PL")
    assert (options.staffed_hours, options.holidays) == ("Mon-Fri 09:00-18:00", "PL")
    with pytest.raises(ValidationError):
        ChannelOptions(kind="x", staffed_hours="Mon")


def test_a_channels_own_hours_are_its_own(tmp_path: Path) -> None:
    bot = make_bot(tmp_path, channels=[FakeChannel(staffed_hours="Mon-Fri 11:00-12:00")])
    assert not bot.calendar("x").always
    assert bot.calendar("facebook").always
    assert bot.before_buying == timedelta(minutes=15)
    bot.database.close()
