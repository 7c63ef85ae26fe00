"""Pure: which method is right more often. Each forecasts the last weeks, one after the other, from
what was known before them; errors are told as MASE, a share of what "as a week before" was wrong by
in the weeks the method had."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from listener.forecast.bands import Scatter, scatter
from listener.forecast.free_days import on_holidays
from listener.forecast.methods import as_last_week, shape_times_level
from listener.forecast.weeks import PER_DAY, Numbers, Weeks

TESTED: Final = 4  # weeks
_BEFORE: Final = 2  # weeks a method is given at least
_A_DAY: Final = 24  # hours of a week that must be known to test on it
_MOST_OF_A_DAY: Final = 18

SHAPE: Final = "shape x level"
NAIVE: Final = "as last week"


@dataclass(frozen=True, kw_only=True, eq=False)
class Method:
    """`usual` takes weeks and says 168 hours; holidays are left out of those weeks, and multiplied
    in afterwards, where the method `heeds` them."""

    name: str
    usual: Callable[[Numbers], Numbers]
    heeds: bool


@dataclass(frozen=True, kw_only=True)
class Tried:
    """How a method did. `hourly` and `daily`: how far hours and days strayed from it."""

    mase: float
    hourly: Scatter
    daily: Scatter


METHODS: Final = (
    Method(name=SHAPE, usual=shape_times_level, heeds=True),
    Method(name=NAIVE, usual=as_last_week, heeds=False),
)


def expected(method: Method, weeks: Weeks) -> tuple[Numbers, float]:
    """What the hours of a week will bring, and how many times that on a holiday."""
    if not method.heeds:
        return method.usual(weeks.counts), 1.0
    return method.usual(weeks.usual), on_holidays(weeks.days, weeks.free)


def tried(method: Method, weeks: Weeks) -> Tried:
    """The method on the last four weeks of which a day is known, or as many as there are."""
    known = (~np.isnan(weeks.counts)).sum(axis=1) >= _A_DAY
    tested = [week for week in range(_BEFORE, len(weeks)) if known[week]][-TESTED:]
    said, came, errors = [], [], []
    for week in tested:
        hours, factor = expected(method, weeks.before(week))
        said.append(np.where(weeks.holiday[week], hours * factor, hours))
        came.append(weeks.counts[week])
        error = mase(came[-1], said[-1], before=weeks.counts[:week])
        if error is not None:
            errors.append(error)
    if not tested:
        return Tried(mase=math.inf, hourly=Scatter(), daily=Scatter())
    actual, forecast = np.array(came), np.array(said)
    return Tried(
        mase=float(np.mean(errors)) if errors else math.inf,
        hourly=scatter(actual, forecast),
        daily=scatter(*_days(actual, forecast)),
    )


def mase(actual: Numbers, said: Numbers, *, before: Numbers) -> float | None:
    """The mean error, as a share of what each hour before differed from the same a week earlier.
    None if no hour tells; infinite if hours never differed, and this one does."""
    errors, usual = np.abs(actual - said), np.abs(before[1:] - before[:-1])
    if np.isnan(errors).all() or np.isnan(usual).all():
        return None
    error, scale = float(np.nanmean(errors)), float(np.nanmean(usual))
    if scale > 0:
        return error / scale
    return math.inf if error > 0 else 0.0


def _days(actual: Numbers, forecast: Numbers) -> tuple[Numbers, Numbers]:
    """Sums of days, over the hours that are known; days of which few are known are left out."""
    known = ~np.isnan(actual)
    enough = known.reshape(-1, PER_DAY).sum(axis=1) >= _MOST_OF_A_DAY
    came = np.where(known, actual, 0).reshape(-1, PER_DAY).sum(axis=1)
    said = np.where(known, forecast, 0).reshape(-1, PER_DAY).sum(axis=1)
    return came[enough], said[enough]
