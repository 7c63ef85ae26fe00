"""How long customers wait for us, and whether we keep what we promise."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from responder.desk.pictures.dots import Dot, dot_chart
from responder.desk.rows import label_of
from responder.desk.tongue import N_, _, many
from responder.desk.trends import said
from responder.desk.trends.backlog import backlog_panel
from responder.desk.trends.figures import ENDINGS
from responder.desk.trends.links import figure_url
from responder.desk.trends.panel import KINDS, Cell, Filter, Look, Panel
from responder.desk.words import language_name
from responder.measures.listed import CLOSED_THEN, OPEN_THEN
from responder.measures.of_scope import Waits, waits_of
from responder.measures.rounds import Rounds, Wait
from responder.measures.staffed import micros, moment
from responder.measures.times import Ending, Times, times, told_apart

KEY: Final = "response"
TITLE: Final = N_("Response times")
HONOURS: Final = KINDS | {Filter.PERIOD}

_HOUR: Final = timedelta(hours=1)
_NONE: Final = N_("Nobody wrote in this time what wants an answer.")


def panels(look: Look) -> tuple[Panel, ...]:
    waits = waits_of(look.bot, look.scope)
    rounds, note = waits.rounds, _note(waits)
    return (
        _overall(look, rounds, note),
        _apart(look, rounds, _channels(look)),
        _apart(look, rounds, _languages()),
        _by_hour(look, rounds),
        backlog_panel(look),
    )


@dataclass(frozen=True, kw_only=True)
class _Split:
    """How the waits are told apart. `narrow`: what of an address holds a list to one of them."""

    key: str
    title: str
    heading: str
    of: Callable[[Wait], str]
    name: Callable[[str], str]
    narrow: str


def _channels(look: Look) -> _Split:
    return _Split(
        key="by-channel",
        title=_("Response times by channel"),
        heading=_("Channel"),
        of=lambda wait: wait.text.channel,
        name=lambda channel: label_of(look.bot, channel),
        narrow="channel",
    )


def _languages() -> _Split:
    return _Split(
        key="by-language",
        title=_("Response times by language"),
        heading=_("Language"),
        of=lambda wait: wait.text.language,
        name=language_name,
        narrow="language",
    )


def _overall(look: Look, rounds: Rounds, note: str) -> Panel:
    """All of them, and apart: written while somebody was there, and while nobody was."""
    now = micros(look.now)
    named = (
        (_("All"), "", rounds),
        (_("Written in business hours"), OPEN_THEN, rounds.chosen(rounds.open_then)),
        (_("Written outside them"), CLOSED_THEN, rounds.chosen(~rounds.open_then)),
    )
    found = [(name, then, times(some, now)) for name, then, some in named]
    return Panel(
        key="answers",
        title=_("How long customers wait"),
        finding=_told(found[0][2]),
        columns=_columns(_("When written")),
        rows=tuple(
            _row(Cell(text=name), one, _leads(look, f".{then}" if then else ""))
            for name, then, one in found
        ),
        spec=_lengths([(name, one) for name, _then, one in found]),
        note=note,
    )


def _told(found: Times) -> str:
    staffed, wall = found.staffed, found.wall
    if staffed is None or wall is None:
        return _(_NONE) if not found.waiting else _("Nobody who wrote in this time was answered.")
    if not wall.enough:
        return many(
            "%(number)s answer was given: too few for a figure.",
            "%(number)s answers were given: too few for a figure.",
            found.n,
        )
    return _(
        "Half of %(number)s answers came within %(median)s of staffed time, nine of ten within"
        " %(p90)s; by the customer's clock that was %(wall)s and %(wall90)s. The promise was kept"
        " in %(share)s.",
        number=said.number(found.n),
        median=said.length(staffed.median),
        p90=said.length(staffed.p90),
        wall=said.length(wall.median),
        wall90=said.length(wall.p90),
        share=said.percent(found.kept.share),
    )


def _apart(look: Look, rounds: Rounds, split: _Split) -> Panel:
    now = micros(look.now)
    parts = told_apart(rounds, split.of)
    found = {key: times(part, now) for key, part in parts.items()}
    order = sorted(found, key=lambda key: (-found[key].n, key))
    rows = tuple(
        _row(
            Cell(text=split.name(key), value=key),
            found[key],
            _leads(look, **{split.narrow: key}),
        )
        for key in order
    )
    judged = [(split.name(key), found[key]) for key in order if found[key].kept.enough]
    dots = [said.share_dot(name, one.kept) for name, one in judged]
    return Panel(
        key=split.key,
        title=split.title,
        finding=_between(judged),
        columns=_columns(split.heading),
        rows=rows,
        spec=dot_chart(dots, share=True) if dots else None,
        note=_("The picture shows how often the promise was kept, with its interval.")
        if dots
        else "",
    )


def _between(judged: Sequence[tuple[str, Times]]) -> str:
    """Where the promise is kept most and least; that they differ is said where chance alone is no
    likely reason: the intervals do not meet."""
    if not judged:
        return _("Nowhere are there enough answers for a figure.")
    ranked = sorted(judged, key=lambda pair: pair[1].kept.share)
    (worst, least), (best, most) = ranked[0], ranked[-1]
    if len(judged) == 1:
        told = _("%(name)s: the promise was kept in %(share)s.")
        return told % {"name": best, "share": said.percent(most.kept.share)}
    values = {
        "best": best,
        "most": said.percent(most.kept.share),
        "worst": worst,
        "least": said.percent(least.kept.share),
    }
    if least.kept.high < most.kept.low:
        return _("The promise is kept most on %(best)s (%(most)s), least on %(worst)s"
                 " (%(least)s).", **values)  # fmt: skip
    return _("The promise is kept in %(least)s (%(worst)s) to %(most)s (%(best)s): differences that"
             " may be chance.", **values)  # fmt: skip


def _by_hour(look: Look, rounds: Rounds) -> Panel:
    now, zone = micros(look.now), look.scope.zone
    parts = told_apart(rounds, lambda wait: moment(wait.started).astimezone(zone).hour)
    found = {hour: times(parts[hour], now) for hour in sorted(parts)}
    named = [(f"{hour:02}:00", one) for hour, one in found.items()]
    rows = tuple(
        _row(Cell(text=name, value=hour), one, _nowhere)
        for (name, one), hour in zip(named, found, strict=True)
    )
    slowest = max(
        (pair for pair in named if pair[1].wall and pair[1].wall.enough),
        key=lambda pair: pair[1].wall.median if pair[1].wall else timedelta(),
        default=None,
    )
    return Panel(
        key="by-hour",
        title=_("Response times by hour of arrival"),
        finding=_slowest(slowest),
        columns=_columns(_("Hour of writing")),
        rows=rows,
        spec=_lengths([pair for pair in named if pair[1].wall and pair[1].wall.enough]),
        note=_("Hours are those of %(zone)s.", zone=zone.key),
    )


def _slowest(pair: tuple[str, Times] | None) -> str:
    if pair is None or pair[1].wall is None:
        return _("At no hour are there enough answers for a figure.")
    return _(
        "Who writes from %(hour)s on waits longest: half of them longer than %(length)s by the"
        " clock.",
        hour=pair[0],
        length=said.length(pair[1].wall.median),
    )


def _lengths(named: Sequence[tuple[str, Times]]) -> Mapping[str, Any] | None:
    """From the median to the ninth tenth, in hours by the clock."""
    dots = [_length_dot(name, one) for name, one in named if one.wall and one.wall.enough]
    return dot_chart(dots, unit=_("hours")) if dots else None


def _length_dot(name: str, found: Times) -> Dot:
    wall = found.wall
    assert wall is not None  # noqa: S101  # asked before
    middle, end = (value / _HOUR for value in (wall.median, wall.p90))
    told = {"median": said.length(wall.median), "p90": said.length(wall.p90)}
    return Dot(
        name=name,
        at=middle,
        low=middle,
        high=end,
        label=_("%(median)s, 9 of 10: %(p90)s", **told),
        spoken=_("%(name)s: half within %(median)s, nine of ten within %(p90)s, of %(of)s answers",
                 name=name, of=said.number(found.n), **told),
    )  # fmt: skip


def _columns(first: str) -> tuple[str, ...]:
    return (
        first,
        *(_(ENDINGS[ending]) for ending in _SHOWN),
        _("Half within (staffed time)"),
        _("9 of 10 within (staffed time)"),
        _("Half within (by the clock)"),
        _("9 of 10 within (by the clock)"),
    )


Leads = Callable[[Ending], str]
"""Where the number of waits that ended so leads; "" where there is no such list."""

_SHOWN: Final = (Ending.ANSWERED, Ending.KEPT, Ending.LATE, Ending.WAITING)


def _leads(look: Look, part: str = "", **narrow: str) -> Leads:
    """`part`: of the name of the figure."""
    return lambda ending: figure_url(look.scope, f"waits.{ending}{part}", **narrow)


def _nowhere(_ending: Ending) -> str:
    return ""


def _row(heading: Cell, found: Times, leads: Leads) -> tuple[Cell, ...]:
    return (
        heading,
        said.count_cell(found.n, leads(Ending.ANSWERED)),
        said.share_cell(found.kept, leads(Ending.KEPT)),
        said.count_cell(found.late, leads(Ending.LATE)),
        said.count_cell(found.waiting, leads(Ending.WAITING)),
        *said.spread_cells(found.staffed),
        *said.spread_cells(found.wall),
    )


def _note(waits: Waits) -> str:
    method = _(
        "One wait is what a customer wrote in one conversation until we answered. Staffed time"
        " counts as the promise does: the calendar of the channel, of a P1 every hour; figures of"
        " the past follow when a calendar changes. Kept: answered in time, of all that were"
        " answered or are overdue. Fewer than ten make no figure."
    )
    return said.with_sample(method, waits.every)
