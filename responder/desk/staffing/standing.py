"""What waits now, what the last two weeks were like, and whether each channel can be staffed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from responder.bot import Bot
from responder.desk.rows import label_of
from responder.desk.staffing.words import advice_words, number, percent, verdict_words
from responder.desk.tongue import _, many
from responder.desk.trends.panel import Cell, Panel
from responder.desk.words import clock_time
from responder.staffing.ahead import Advice, Ahead
from responder.staffing.fit import Fit, Load, is_overrun


def now_panel(
    ahead: Ahead | None, helps: Collection[Advice], now: datetime, zone: ZoneInfo
) -> Panel:
    title = _("What waits now")
    columns = (_("Until the end of the shifts"), _("Now"))
    if ahead is None:
        finding = _("Nobody's hours are known, so nothing can be told: settle them under Team.")
        return Panel(key="now", title=title, finding=finding, columns=columns, rows=())
    until = clock_time(ahead.until, now, zone)
    done = clock_time(ahead.done_at, now, zone) if ahead.done_at else _("not in these shifts")
    facts: tuple[tuple[str, str, float | str], ...] = (
        (_("Waiting for a person"), number(ahead.waiting), ahead.waiting),
        (_("Late already"), number(ahead.late), ahead.late),
        (
            _("Will be late by %(until)s", until=until),
            number(ahead.will_be_late),
            ahead.will_be_late,
        ),
        (_("People there"), number(ahead.there), ahead.there),
        (_("People missing"), number(ahead.short, 1), round(ahead.short, 2)),
        (_("All is answered"), done, ""),
    )
    return Panel(
        key="now",
        title=title,
        finding=" ".join([_ahead_words(ahead, until), *map(advice_words, helps)]),
        columns=columns,
        rows=tuple((Cell(text=name), Cell(text=text, value=value)) for name, text, value in facts),
        note=_("Everything open, answered in the order it is due by those on the roster."),
    )


def _ahead_words(ahead: Ahead, until: str) -> str:
    if not ahead.waiting:
        return _("Nothing waits.")
    if not ahead.will_be_late:
        return _("Nothing more will be late by %(until)s.", until=until)
    told = many(
        "%(number)s will be late by %(until)s.",
        "%(number)s will be late by %(until)s.",
        ahead.will_be_late,
        until=until,
    )
    if ahead.short <= 0:
        return told
    return " ".join((told, _("People short: %(people)s.", people=number(ahead.short, 1))))


def fortnight_panel(bot: Bot, loads: Mapping[str, tuple[Load, ...]]) -> Panel:
    most = bot.settings.staffing.max_load
    named = {name or "": _all_or(bot, name) for name in loads}
    over = [named[name] for name, weeks in loads.items() if is_overrun(weeks, most)]
    known = any(week.share is not None for weeks in loads.values() for week in weeks)
    if over:
        finding = _(
            "Above %(most)s in both weeks: %(where)s. Close or narrow a channel, or have more"
            " people: nobody keeps that up.",
            most=percent(most),
            where=", ".join(over),
        )
    elif known:
        finding = _(
            "Nowhere did answers take more than %(most)s in both weeks.", most=percent(most)
        )
    else:
        finding = _("Nobody's hours are known, so nothing can be told: settle them under Team.")
    return Panel(
        key="fortnight",
        title=_("How much of people's time answers took"),
        finding=finding,
        columns=(
            _("Channel"),
            _("The week before"),
            _("The last 7 days"),
            _("Hours of work"),
            _("Hours people had"),
        ),
        rows=tuple(_load_row(named[name], weeks) for name, weeks in loads.items()),
        note=_(
            "People who see several channels are counted for each; all channels together count"
            " them once. Past weeks are counted with today's roster."
        ),
    )


def _all_or(bot: Bot, name: str) -> str:
    return label_of(bot, name) if name else _("All together")


def _load_row(name: str, weeks: tuple[Load, ...]) -> tuple[Cell, ...]:
    last = weeks[-1]
    return (
        Cell(text=name),
        *(Cell(text=percent(w.share), value="" if w.share is None else w.share) for w in weeks),
        Cell(text=number(last.work, 1), value=round(last.work, 2)),
        Cell(text=number(last.there, 1), value=round(last.there, 2)),
    )


def channels_panel(bot: Bot, fits: Mapping[str, Fit], is_open: Mapping[str, bool]) -> Panel:
    bad = [
        _("%(channel)s: %(why)s.", channel=label_of(bot, name), why=verdict_words(fit))
        for name, fit in fits.items()
        if not fit.fits
    ]
    return Panel(
        key="channels",
        title=_("Whether each channel can be staffed"),
        finding=" ".join([_("Not every channel can be staffed as things are."), *bad])
        if bad
        else _("Every channel can be staffed."),
        columns=(
            _("Channel"),
            _("State"),
            _("Mentions in a busy week"),
            _("People on the roster it takes"),
            _("Hours of work"),
            _("Hours people have"),
            _("Verdict"),
        ),
        rows=tuple(_fit_row(bot, name, fit, is_open[name]) for name, fit in fits.items()),
    )


def _fit_row(bot: Bot, name: str, fit: Fit, is_open: bool) -> tuple[Cell, ...]:  # noqa: FBT001
    alone = fit.alone
    return (
        Cell(text=label_of(bot, name), value=name, href=f"/trends/staffing/channel/{name}"),
        Cell(text=_("answered") if is_open else _("only listens")),
        Cell(text=number(alone.mentions), value=round(alone.mentions, 1)),
        Cell(text=number(alone.needed), value=alone.needed),
        Cell(text=number(alone.work, 1), value=round(alone.work, 2)),
        Cell(text=number(alone.there, 1), value=round(alone.there, 2)),
        Cell(text=_("fits") if fit.fits else _("does not fit")),
    )
