"""Pure: from a series to an outlook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from listener.forecast.bands import band
from listener.forecast.choice import METHODS, Method, Tried, expected, tried
from listener.forecast.model import (
    HOUR,
    NEEDED,
    SHAPED_BY,
    Forecast,
    ForecastDay,
    ForecastHour,
    Outlook,
    Series,
    TooLittle,
    each_hour,
)
from listener.forecast.weeks import SLOTS, Weeks, lay_out, slot


def outlook(series: Series, *, start: datetime, end: datetime) -> Outlook | TooLittle:
    """What the full hours of [start, end) will bring, by the method that was right more often in
    the last four weeks."""
    lacking = _too_little(series)
    if lacking is not None:
        return lacking
    weeks, hours = lay_out(series), tuple(each_hour(start, end))
    results = [tried(method, weeks) for method in METHODS]
    naive_mase = results[-1].mase
    forecasts = [
        Forecast(
            hours=tuple(_hours(series, weeks, hours, method, result)),
            method=method.name,
            mase=result.mase,
            naive_mase=naive_mase,
            weeks=series.known // SLOTS,
        )
        for method, result in zip(METHODS, results, strict=True)
    ]
    best = min(range(len(METHODS)), key=lambda number: results[number].mase)
    return Outlook(
        forecast=forecasts[best],
        naive=forecasts[-1],
        days=tuple(_days(series, forecasts[best].hours, results[best])),
        on_holidays=expected(METHODS[0], weeks)[1],
    )


def _too_little(series: Series) -> TooLittle | None:
    """Hours count that the method would look at; one that leaves its sight does so no more."""
    seen = SHAPED_BY // HOUR
    known = [count is not None for count in series.counts]
    number, needed = sum(known[-seen:]), NEEDED // HOUR
    if number >= needed:
        return None
    have, wait = number, 0
    while have < needed:
        leaving = len(known) - seen + wait
        have += 1 - (known[leaving] if 0 <= leaving < len(known) else 0)
        wait += 1
    return TooLittle(
        known=number * HOUR, needed=NEEDED, enough_at=series.end + timedelta(hours=wait)
    )


def _hours(
    series: Series, weeks: Weeks, hours: Sequence[datetime], method: Method, result: Tried
) -> Iterator[ForecastHour]:
    usual, factor = expected(method, weeks)
    for hour in hours:
        mean = float(usual[slot(hour, series.zone)])
        if hour.astimezone(series.zone).date() in series.holidays:
            mean *= factor
        low, high, planned = band(mean, result.hourly.around(mean))
        yield ForecastHour(start=hour, expected=mean, low=low, high=high, q80=planned)


def _days(series: Series, hours: Sequence[ForecastHour], result: Tried) -> Iterator[ForecastDay]:
    for day, some in groupby(hours, lambda hour: hour.start.astimezone(series.zone).date()):
        of_day = tuple(some)
        mean = sum(hour.expected for hour in of_day)
        low, high, _ = band(mean, result.daily.around(mean))
        yield ForecastDay(
            day=day,
            hours=len(of_day),
            expected=mean,
            low=low,
            high=high,
            peak=max(of_day, key=lambda hour: hour.expected),
            holiday=day in series.holidays,
        )
