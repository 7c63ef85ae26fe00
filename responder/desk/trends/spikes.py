"""Whether more is said than usual: the last week beside what is usual, and the episodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import or_, select

from listener.trends.scope import Scope
from listener.trends.steps import HOUR, By
from responder.access import Visitor
from responder.crisis.conditions import is_taken_up
from responder.crisis.models import Episode
from responder.crisis.usual import Hour, Week, read_week
from responder.desk.pictures.lines import Point
from responder.desk.sight import may_change, reaches
from responder.desk.tongue import N_, _, many
from responder.desk.trends import episode_words
from responder.desk.trends.amounts import number_words
from responder.desk.trends.band import Range, band_chart
from responder.desk.trends.channels import known_channels
from responder.desk.trends.links import mentions_url
from responder.desk.trends.panel import Cell, Filter, Look, Panel
from responder.desk.trends.series import spoken
from responder.desk.trends.steps import step_value, step_words
from responder.desk.words import calendar_words

KEY: Final = "spikes"
TITLE: Final = N_("Spikes")
HONOURS: Final = frozenset({Filter.CHANNEL, Filter.TOPIC})
EXTRA: Final = "parts/trends_spikes.html"
LOOK: Final = "episodes.css"
EXTRA_FIRST: Final = True

_SHOWN: Final = 30
_LATELY: Final = timedelta(days=60)


def panels(look: Look) -> tuple[Panel, ...]:
    bot, seat, scope = look.bot, look.seat, look.scope
    seen = [name for name in bot.channels if seat.sees(name) and scope.channel in ("", name)]
    with bot.database.read() as session:
        week = read_week(session, bot, seen, look.now, topic=scope.topic)
    return (_week_panel(look, week, episodes(look)),)


def extra(look: Look) -> Mapping[str, Any]:
    """What the part with the forms is filled with."""
    found = episodes(look)
    return {
        "running": [one for one in found if one.ended_at is None],
        "over": [one for one in found if one.ended_at is not None],
        "watching": look.bot.settings.crisis.watch,
        "taken_up": {one.id for one in found if is_taken_up(one, look.now)},
        "bot": look.bot,
        "whole": {one.id for one in found if episode_words.is_whole(look.seat, one)},
        "may": {one.id for one in found if may_change(look.seat, one.channel)},
        "say": episode_words,
    }


def episodes(look: Look) -> Sequence[Episode]:
    """The open ones and those of the last two months, as far as this visitor sees them."""
    with look.bot.database.read() as session:
        rows = session.scalars(
            select(Episode)
            .where(or_(Episode.ended_at.is_(None), Episode.began_at > look.now - _LATELY))
            .order_by(Episode.began_at.desc(), Episode.id.desc())
            .limit(_SHOWN)
        ).all()
    return [one for one in rows if concerns(look.seat, one, look.scope.channel)]


def concerns(seat: Visitor, episode: Episode, channel: str = "") -> bool:
    fits = not channel or episode.channel in ("", channel)
    return fits and reaches(seat, episode.channel)


def _week_panel(look: Look, week: Week, found: Sequence[Episode]) -> Panel:
    scope = _counted(look, week)
    marked = {one.start: _episode_at(found, one) for one in week.hours}
    return Panel(
        key="usual",
        title=_("The last seven days beside what is usual"),
        finding=_finding(look, week),
        columns=(_("Hour"), _("Mentions"), _("Usual"), _("Usual range"), _("Episode")),
        rows=tuple(_row(look, one, marked[one.start], scope) for one in reversed(week.hours)),
        spec=_picture(look, week, marked) if week.hours else None,
        note=_note(week),
    )


def _counted(look: Look, week: Week) -> Scope | None:
    """What holds a list to the channels that are counted; None where nothing does."""
    if len(week.channels) == 1:
        return replace(look.scope, channel=min(week.channels))
    known = known_channels(look.bot, look.seat)
    return look.scope if week.channels.issuperset(known) else None


def _row(look: Look, one: Hour, episode: Episode | None, scope: Scope | None) -> tuple[Cell, ...]:
    start = one.start.astimezone(look.scope.zone)
    href = mentions_url(replace(scope, start=one.start, end=one.start + HOUR)) if scope else ""
    spread = _(
        "%(low)s to %(high)s",
        low=number_words(round(one.low)),
        high=number_words(round(one.high)),
    )
    return (
        Cell(text=step_words(start, By.HOUR), value=step_value(start, By.HOUR)),
        Cell(text=number_words(one.observed), value=one.observed, href=href if one.observed else "")
        if one.observed is not None
        else Cell(text=_("not heard")),
        Cell(text=number_words(round(one.expected, 1)), value=round(one.expected, 2)),
        Cell(text=spread),
        Cell(
            text=episode_words.level_word(episode.level) if episode else "",
            href=f"/episodes/{episode.id}" if episode else "",
        ),
    )


def _episode_at(found: Sequence[Episode], hour: Hour) -> Episode | None:
    during = (
        one
        for one in found
        if one.began_at < hour.start + HOUR and hour.start <= (one.ended_at or one.last_at)
    )
    return max(during, key=lambda one: one.level.rank, default=None)


def _finding(look: Look, week: Week) -> str:
    above = [one for one in week.hours if one.above]
    if not week.hours:
        return _("What is usual is not known yet: three weeks have to be heard first.")
    if not above:
        return _("No hour of the last seven days was above its usual range.")
    worst = max(above, key=lambda one: (one.observed or 0) / one.expected)
    return many(
        "%(number)s hour was above its usual range, %(when)s with %(observed)s mentions where"
        " %(expected)s are usual.",
        "%(number)s hours were above their usual range, most of all %(when)s with %(observed)s"
        " mentions where %(expected)s are usual.",
        len(above),
        when=step_words(worst.start.astimezone(look.scope.zone), By.HOUR),
        observed=number_words(worst.observed or 0),
        expected=number_words(round(worst.expected, 1)),
    )


def _note(week: Week) -> str:
    if not week.hours:
        return _("Until then a day is held against the mean day of the week before.")
    return many(
        "What is usual was learned from the same hours of %(number)s week; the range holds about"
        " 95 of 100 hours. Hours in which nobody listened are left out.",
        "What is usual was learned from the same hours of %(number)s weeks; the range holds about"
        " 95 of 100 hours. Hours in which nobody listened are left out.",
        week.weeks,
    )


def _picture(look: Look, week: Week, marked: Mapping[Any, Episode | None]) -> Mapping[str, object]:
    said, usual = _("Mentions"), _("Usual")
    points, ranges = [], []
    for one in week.hours:
        start = one.start.astimezone(look.scope.zone)
        at, when = (
            start.replace(tzinfo=None).isoformat(timespec="seconds"),
            step_words(start, By.HOUR),
        )
        told = _("not heard") if one.observed is None else spoken(when, said, one.observed)
        points.append(Point(at=at, series=said, value=one.observed, spoken=told))
        expected = round(one.expected)
        told = spoken(when, usual, expected)
        points.append(Point(at=at, series=usual, value=expected, spoken=told))
        ranges.append(
            Range(at=at, low=one.low, high=one.high, unusual=marked[one.start] is not None)
        )
    return band_chart(points, ranges, order=(said, usual), calendar=calendar_words())
