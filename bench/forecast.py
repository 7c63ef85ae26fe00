"""How right the forecast of hourly mentions is, beside repeating the last week.

Simulated families, each with a true shape of the week, days and hours livelier or quieter by
chance: nine weeks are known, the tenth is forecast. With a CSV of real mentions as argument (a
column created_at or tweet_created), weeks or days of that as well. Exit code 1 if a target is
missed.
"""

from __future__ import annotations

import csv
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from listener.forecast.choice import mase
from listener.forecast.methods import as_last_week, shape_times_level
from listener.forecast.model import HOUR, Outlook, Series
from listener.forecast.weeks import lay_out, slot
from tests.forecast_series import A_MONDAY, NOWHERE, ahead, by_chance, series

LEVELS = (1.5, 15, 150)  # mentions an hour
SEEDS = range(5)
KNOWN = 9  # weeks
TARGET = 0.9
GROWTH = 0.05  # a week
HOLIDAYS = {date(2026, 1, 21): 0.4, date(2026, 2, 12): 0.45, date(2026, 3, 11): 0.4}
WAVES = 1 / 60  # an hour
FAMILIES: dict[str, dict[str, Any]] = {
    **{f"{level:g} an hour": {"rate": level} for level in LEVELS},
    "15, growing 5 % a week": {"rate": 15, "growth": GROWTH},
    "15, with sudden waves": {"rate": 15, "waves": WAVES},
    "15, with holidays": {"rate": 15, "quiet": HOLIDAYS},
}
SHORT = 7 * 24  # hours: with less than so many known there is no week to repeat
COLUMNS = ("created_at", "tweet_created")


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Of one forecast held against what came. `told`: ours, had somebody told it what the whole
    week would bring."""

    ours: float
    told: float
    naive: float
    chosen: float
    held: float
    planned: float
    days: float


def figures(known: Series, came: np.ndarray) -> Figures:
    """Of the hours that come after `known`, one week of them."""
    found = ahead(known)
    assert isinstance(found, Outlook)
    weeks = lay_out(known)
    free = np.array([hour.start.date() in known.holidays for hour in found.forecast.hours])
    order = [slot(hour.start, known.zone) for hour in found.forecast.hours]
    said = shape_times_level(weeks.usual)[order] * np.where(free, found.on_holidays, 1)

    def error(expected: np.ndarray) -> float:
        return mase(came, expected, before=weeks.counts) or 0.0

    hours, days = found.forecast.hours, came.reshape(-1, 24).sum(axis=1)
    return Figures(
        ours=error(said),
        told=error(said * (came.sum() / said.sum())),
        naive=error(np.array([hour.expected for hour in found.naive.hours])),
        chosen=error(np.array([hour.expected for hour in hours])),
        held=float(np.mean([h.low <= c <= h.high for h, c in zip(hours, came, strict=True)])),
        planned=float(np.mean([c <= h.q80 for h, c in zip(hours, came, strict=True)])),
        days=float(np.mean([d.low <= c <= d.high for d, c in zip(found.days, days, strict=True)])),
    )


def simulated(
    rate: float,
    seed: int,
    *,
    growth: float = 0.0,
    waves: float = 0.0,
    quiet: dict[date, float] | None = None,
) -> Figures:
    counts = by_chance(rate, seed, weeks=KNOWN + 1, growth=growth, waves=waves)
    for day, share in (quiet or {}).items():
        begin = (day - A_MONDAY.date()).days * 24
        chance = np.random.default_rng(seed)
        counts[begin : begin + 24] = chance.binomial(counts[begin : begin + 24], share)
    known = series((int(count) for count in counts[: KNOWN * 168]), holidays=quiet or ())
    return figures(known, counts[KNOWN * 168 :].astype(np.float64))


def mean(runs: Sequence[Figures]) -> Figures:
    names = [field.name for field in fields(Figures)]
    return Figures(**{name: statistics.mean(getattr(run, name) for run in runs) for name in names})


def tell(name: str, found: Figures, target: str = "") -> None:
    print(
        f"{name:<26}{found.ours:>7.2f}{found.told:>11.2f}{found.naive:>8.2f}{found.chosen:>9.2f}"
        f"{found.held:>13.0%}{found.days:>7.0%}{found.planned:>8.0%}  {target}"
    )


def families() -> bool:
    """Whether each family that holds its level is within the target."""
    print(
        f"MASE of week {KNOWN + 1}, mean of {len(SEEDS)} seeds; bands: share of hours and days in"
    )
    print("them (80 % wanted), share of hours up to q80 (80 % wanted)")
    print(
        f"{'':<26}{'ours':>7}{'week told':>11}{'naive':>8}{'chosen':>9}"
        f"{'hours in':>13}{'days':>7}{'q80':>8}"
    )
    good = True
    for name, more in FAMILIES.items():
        found = mean([simulated(**more, seed=seed) for seed in SEEDS])
        if "growth" in more:  # MASE measures it by the errors of quieter weeks
            tell(name, found)
            continue
        good &= found.chosen <= TARGET and found.ours <= TARGET
        tell(name, found, f"target {TARGET}")
    return good


def speed() -> None:
    known = series(int(count) for count in by_chance(150, 1, weeks=11))
    ahead(known)
    began = time.perf_counter()
    ahead(known)
    print(f"an outlook from 11 weeks   {(time.perf_counter() - began) * 1000:6.0f} ms")
    program = "import time, numpy; b = time.perf_counter(); import listener.forecast.ahead; "
    program += "print(time.perf_counter() - b)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True,
                          check=True, cwd=Path(__file__).resolve().parent.parent)  # fmt: skip
    print(f"its import, beside numpy's {float(done.stdout) * 1000:6.0f} ms")


def read_moments(file: Path) -> list[datetime]:
    with file.open(encoding="utf-8", errors="replace", newline="") as lines:
        rows = csv.DictReader(lines)
        column = next((name for name in COLUMNS if name in (rows.fieldnames or ())), None)
        if column is None:
            sys.exit(f"{file}: has no column {' or '.join(COLUMNS)}")
        return [moment for row in rows if (moment := _moment(row[column] or "")) is not None]


def _moment(text: str) -> datetime | None:
    for form in ("%Y-%m-%d %H:%M:%S %z", "%a %b %d %H:%M:%S %z %Y"):
        try:
            return datetime.strptime(text, form).astimezone(UTC)
        except ValueError:
            continue
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def real_series(moments: Iterable[datetime]) -> Series:
    """Its first and last hours are left out: they are parts."""
    counts = Counter(moment.replace(minute=0, second=0, microsecond=0) for moment in moments)
    if not counts:
        sys.exit("no row has a moment that can be read")
    start, end = min(counts) + HOUR, max(counts)
    hours = [start + number * HOUR for number in range(int((end - start) / HOUR))]
    return Series(start=start, counts=tuple(counts[hour] for hour in hours), zone=NOWHERE)


def real(file: Path) -> None:
    """Each day from the second week on, forecast from what came before it. With three weeks and
    more the errors are those of the product's own choice; with less, of the methods alone, which
    the product would not show."""
    whole = real_series(read_moments(file))
    counts = np.array(whole.counts, np.float64)
    print(f"\n{file.name}: {int(counts.sum()):,} mentions in {len(counts) / 24:.1f} days")
    errors: dict[str, list[np.ndarray]] = {"ours": [], "naive": [], "chosen": []}
    for begin in range(SHORT, len(counts), 24):
        until = min(begin + 24, len(counts))
        known = Series(start=whole.start, counts=whole.counts[:begin], zone=NOWHERE)
        weeks, came = lay_out(known).counts, counts[begin:until]
        order = [slot(known.end + number * HOUR, NOWHERE) for number in range(until - begin)]
        said = {"ours": shape_times_level(weeks)[order], "naive": as_last_week(weeks)[order]}
        found = ahead(known)
        if isinstance(found, Outlook):
            hours = found.forecast.hours[: until - begin]
            said["chosen"] = np.array([hour.expected for hour in hours])
        for name, expected in said.items():
            errors[name].append(np.abs(came - expected))
    if not errors["naive"]:
        print("less than eight days: there is nothing to forecast from")
        return
    naive = float(np.concatenate(errors["naive"]).mean())
    for name, some in errors.items():
        if some:
            of_all = np.concatenate(some)
            beside = naive if name != "chosen" else float(
                np.concatenate(errors["naive"][-len(some):]).mean())  # fmt: skip
            print(f"{name:<8} mean error {of_all.mean():7.2f} an hour over {len(of_all):>5} hours, "
                  f"{of_all.mean() / beside:.2f} of the naive's")  # fmt: skip


def main() -> None:
    good = families()
    speed()
    for name in sys.argv[1:]:
        real(Path(name))
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
