"""How figures of the measures are put into words and cells: shares, lengths of time, too few."""

from __future__ import annotations

from datetime import timedelta

from babel.numbers import format_decimal

from responder.desk.pictures.dots import Dot
from responder.desk.tongue import _, locale
from responder.desk.trends import amounts
from responder.desk.trends.panel import Cell
from responder.measures.figures import SURE, Rate, Spread

_MINUTE = timedelta(minutes=1)


def percent(share: float) -> str:
    """A share as the other tabs write it."""
    return amounts.share_words(share)


def number(value: int) -> str:
    return amounts.number_words(value)


def length(span: timedelta) -> str:
    """A length of time whose days may have nine hours: in minutes, then in hours."""
    minutes = round(span / _MINUTE)
    if minutes < 90:
        return _("%(minutes)s min", minutes=minutes)
    hours = span / (60 * _MINUTE)
    digits = "#,##0.0" if hours < 10 else "#,##0"
    return _("%(hours)s h", hours=format_decimal(hours, digits, locale=locale()))


def with_sample(note: str, every: int) -> str:
    """`note`, and that only some days were looked at, where that is so."""
    if every == 1:
        return note
    told = _("The period is long: one day in %(number)s was looked at.", number=every)
    return f"{note} {told}"


def few() -> str:
    """In place of a figure of too few."""
    return _("too few")


def share_words(rate: Rate) -> str:
    """ "93% (91 to 95%)"; of fewer than ten nothing is said."""
    if not rate.enough:
        return few()
    low, high = percent(rate.low), percent(rate.high)
    return _("%(share)s (%(low)s to %(high)s)", share=percent(rate.share), low=low, high=high)


def share_cell(rate: Rate, href: str = "") -> Cell:
    """In a file it is the share as a number, empty of too few. `href`: those that it counts."""
    return Cell(
        text=share_words(rate),
        value=round(rate.share, 4) if rate.enough else few(),
        href=href if rate.hits and rate.enough else "",
        behind=rate.hits,
    )


def count_cell(value: int, href: str = "") -> Cell:
    return Cell(text=number(value), value=value, href=href if value else "")


def length_cell(span: timedelta | None, *, enough: bool = True) -> Cell:
    """In a file it is minutes."""
    if span is None:
        return Cell(text="–", value="–")
    if not enough:
        return Cell(text=few(), value=few())
    return Cell(text=length(span), value=round(span / _MINUTE, 1))


def spread_cells(found: Spread | None) -> tuple[Cell, Cell]:
    """Within how long half of them, and nine of ten; of fewer than ten nothing is said."""
    if found is None:
        return length_cell(None), length_cell(None)
    enough = found.enough
    return length_cell(found.median, enough=enough), length_cell(found.p90, enough=enough)


def money_cell(micros: float | None) -> Cell:
    """In US dollars, as the budgets are."""
    if micros is None:
        return Cell(text="–", value="–")
    dollars = micros / 1_000_000
    digits = "#,##0.00" if dollars >= 0.1 or not dollars else "#,##0.0000"
    words = format_decimal(dollars, digits, locale=locale())
    return Cell(text=_("$%(amount)s", amount=words), value=round(dollars, 6))


def share_dot(name: str, rate: Rate, series: str = "") -> Dot:
    """The share with its interval."""
    spoken = _(
        "%(name)s: %(share)s, with %(sure)s certainty between %(low)s and %(high)s, of %(of)s",
        name=name,
        sure=percent(SURE),
        share=percent(rate.share),
        low=percent(rate.low),
        high=percent(rate.high),
        of=number(rate.of),
    )
    label = percent(rate.share)
    return Dot(name=name, at=rate.share, low=rate.low, high=rate.high, label=label, spoken=spoken,
               series=series)  # fmt: skip
