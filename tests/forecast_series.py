"""Hourly series to forecast, made up: from numbers, or from chance with a true weekly shape."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from listener.forecast.ahead import outlook
from listener.forecast.model import HOUR, Outlook, Series, TooLittle

A_MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
NOWHERE = ZoneInfo("UTC")
ROME = ZoneInfo("Europe/Rome")


def series(
    counts: Iterable[int | None],
    *,
    start: datetime = A_MONDAY,
    zone: ZoneInfo = NOWHERE,
    holidays: Iterable[date] = (),
) -> Series:
    return Series(start=start, counts=tuple(counts), zone=zone, holidays=frozenset(holidays))


def told(
    weeks: int,
    count: Callable[[datetime], int | None],
    *,
    start: datetime = A_MONDAY,
    zone: ZoneInfo = NOWHERE,
    holidays: Iterable[date] = (),
) -> Series:
    """What `count` says of each hour, asked by the wall of `zone`."""
    hours = [start + number * HOUR for number in range(weeks * 168)]
    counts = [count(hour.astimezone(zone)) for hour in hours]
    return series(counts, start=start, zone=zone, holidays=holidays)


def next_week(known: Series, weeks: int = 1) -> Outlook:
    found = ahead(known, weeks)
    assert isinstance(found, Outlook)
    return found


def ahead(known: Series, weeks: int = 1) -> Outlook | TooLittle:
    return outlook(known, start=known.end, end=known.end + timedelta(weeks=weeks))


def by_chance(
    rate: float, seed: int, *, weeks: int = 9, growth: float = 0.0, waves: float = 0.0
) -> np.ndarray:
    """A shape of the week that is true throughout, on days and in hours livelier or quieter by
    chance. `rate`: mentions an hour in the first week, on average; `waves`: sudden ones an hour,
    that ebb away in half a day."""
    chance = np.random.default_rng(seed)
    hour = np.arange(24)
    day = 0.15 + np.exp(-0.5 * ((hour - 12) / 3) ** 2) + 0.9 * np.exp(-0.5 * ((hour - 20) / 2) ** 2)
    shape = np.outer([1.1, 1.05, 1, 1, 1.05, 0.7, 0.6], day).ravel()
    shape *= np.exp(chance.normal(0, 0.1, shape.size))
    level = rate * np.repeat((1 + growth) ** np.arange(weeks), 168)
    days = np.repeat(chance.gamma(20, 1 / 20, weeks * 7), 24)
    hours = chance.gamma(8, 1 / 8, weeks * 168)
    usual = np.tile(shape / shape.mean(), weeks) * level * days * hours
    begins = chance.random(usual.size) < waves
    heights = begins * rate * chance.lognormal(0.5, 0.8, usual.size)
    ebbing = np.convolve(heights, np.exp(-hour / 4))[: usual.size]
    return np.asarray(chance.poisson(usual + ebbing))
