"""The coming week: people needed beside people there, hour by hour; and the answer played through
in a simulation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from responder.bot import Bot
from responder.desk.staffing.picture import Bar, Names, bars_and_line
from responder.desk.staffing.words import hours, number, percent
from responder.desk.tongue import _, many
from responder.desk.trends.panel import Cell, Panel
from responder.desk.words import calendar_words, clock_time
from responder.staffing.demand import need_of
from responder.staffing.outlook import Outlook
from responder.staffing.shifts import unsettled
from responder.staffing.simulation import SPREAD_OF_DAYS, Order, Outcome
from responder.staffing.trial import Trial, played
from responder.staffing.what_if import Answer, Hourly, answer, pool
from sentiment.prioritize import Level


def week_panel(bot: Bot, found: Outlook) -> Panel:
    week = answer(found.careful)
    known = week.load is not None
    there = (_("On the roster"), _("Missing")) if known else ()
    return Panel(
        key="week",
        title=_("People needed in the next 7 days"),
        finding=_finding(bot, found, week),
        columns=(_("Hour"), _("Needed"), *there),
        rows=tuple(_row(one, found.now, bot.zone, known=known) for one in week.hours),
        spec=_picture(week.hours, found.now, bot.zone, known=known) if week.hours else None,
        note=_note(bot, found),
    )


def trial_panel(bot: Bot, found: Outlook) -> Panel:
    """One trial for all channels of the same hours."""
    target = bot.settings.staffing.target_share
    trials = played(found.likely, found.careful, target)
    return Panel(
        key="trial",
        title=_("The result played through"),
        finding=_told(trials[0][0], trials[0][1], target)
        if trials
        else _("There is nothing to play through yet."),
        columns=(
            _("People at work, and what they answer first"),
            *(level.value for level in Level),
            _("Busy"),
            _("Longest wait"),
        ),
        rows=tuple(row for _guess, one in trials for row in _trial_rows(one)),
        note=_(
            "A simulation with mentions at random and days that differ by %(spread)s. Shares are of"
            " what somebody could answer in time; a reply that was begun is brought to its end.",
            spread=percent(SPREAD_OF_DAYS),
        )
        if trials
        else "",
    )


def _finding(bot: Bot, found: Outlook, week: Answer) -> str:
    if not week.hours:
        return _(
            "How many mentions are to come is not known yet: that takes three weeks, or a number"
            " you expect, which you name at the channel."
        )
    if week.load is None:
        return _("Nobody's hours are known, so nobody can tell who is there: settle them in Team.")
    bare = [hour for hour in week.hours if hour.needed > hour.there]
    if not bare:
        return _(
            "The roster fits: the tightest hour takes %(most)s people, and answers take %(load)s of"
            " the time they have.",
            most=max(hour.needed for hour in week.hours),
            load=percent(week.load),
        )
    worst = max(bare, key=lambda hour: hour.needed - hour.there)
    return many(
        "Too few are on the roster in %(number)s hour of the week, on %(when)s: it takes %(needed)s"
        " people, and %(there)s are there.",
        "Too few are on the roster in %(number)s hours of the week, most on %(when)s: it takes"
        " %(needed)s people, and %(there)s are there.",
        len(bare),
        when=clock_time(worst.start, found.now, bot.zone),
        needed=worst.needed,
        there=number(worst.there, 1),
    )


def _note(bot: Bot, found: Outlook) -> str:
    settings = bot.settings.staffing
    told = [
        _(
            "Planned for as many mentions as four of five hours stay below, at %(minutes)s minutes"
            " a reply, earliest due first, with %(away)s of people's hours away from the desk.",
            minutes=number(found.minutes, 1),
            away=percent(settings.shrinkage),
        )
    ]
    calendars = found.careful.calendars
    if not found.mixes.measured:
        told.append(_("Which promises are owed was not measured yet: what is usual is assumed."))
    if missing := unsettled(found.people, calendars):
        told.append(
            many(
                "%(number)s person has no hours settled and is not counted.",
                "%(number)s people have no hours settled and are not counted.",
                missing,
            )
        )
    night = sum(need_of(stream).unstaffed for stream in pool(found.careful.streams))
    if night >= 1:
        told.append(
            _(
                "Beside it, about %(minutes)s minutes of urgent answers (P1) fall due while nobody"
                " is there: somebody has to be on call.",
                minutes=number(night),
            )
        )
    return " ".join(told)


def _row(one: Hourly, now: datetime, zone: ZoneInfo, *, known: bool) -> tuple[Cell, ...]:
    """`known`: somebody's hours are, so that it can be told who is there."""
    missing = max(0.0, one.needed - one.there)
    needed = (
        Cell(
            text=clock_time(one.start, now, zone),
            value=one.start.astimezone(zone).isoformat(timespec="minutes"),
        ),
        Cell(text=number(one.needed), value=one.needed),
    )
    if not known:
        return needed
    return (
        *needed,
        Cell(text=number(one.there, 1), value=round(one.there, 2)),
        Cell(text=number(missing, 1), value=round(missing, 2)),
    )


def _picture(
    found: Sequence[Hourly], now: datetime, zone: ZoneInfo, *, known: bool
) -> dict[str, object]:
    bars = [
        Bar(
            at=one.start.astimezone(zone).replace(tzinfo=None).isoformat(timespec="seconds"),
            needed=one.needed,
            there=round(one.there, 2),
            spoken=_spoken(one, clock_time(one.start, now, zone), known=known),
        )
        for one in found
    ]
    names = Names(covered=_("Needed and there"), missing=_("Missing"), there=_("On the roster"))
    return bars_and_line(bars, names if known else None, calendar_words())


def _spoken(one: Hourly, when: str, *, known: bool) -> str:
    if not known:
        return _("%(name)s: %(amount)s", name=f"{when}, {_('Needed')}", amount=number(one.needed))
    return _(
        "%(when)s: %(needed)s needed, %(there)s on the roster",
        when=when,
        needed=one.needed,
        there=number(one.there, 1),
    )


def _told(guess: int, found: Trial, target: float) -> str:
    people = found.found.people
    if not found.found.keeps(target):
        return _(
            "In %(days)s simulated days even %(people)s people do not keep every promise: some come"
            " in too close to closing time, or all at once.",
            days=found.days,
            people=people,
        )
    return many(
        "In %(days)s simulated days %(number)s person at work keeps %(target)s of every priority in"
        " time; the formula says %(formula)s for a busy week.",
        "In %(days)s simulated days %(number)s people at work keep %(target)s of every priority in"
        " time; the formula says %(formula)s for a busy week.",
        people,
        days=found.days,
        target=percent(target),
        formula=guess,
    )


def _trial_rows(found: Trial) -> list[tuple[Cell, ...]]:
    rows = [_outcome(found.found, Order.EDF), _outcome(found.in_order, Order.FIFO)]
    return [_outcome(found.fewer, Order.EDF), *rows] if found.fewer else rows


def _outcome(one: Outcome, order: Order) -> tuple[Cell, ...]:
    by_due = order is Order.EDF
    text = (
        many(
            "%(number)s person, what is due first",
            "%(number)s people, what is due first",
            one.people,
        )
        if by_due
        else many(
            "%(number)s person, what came first", "%(number)s people, what came first", one.people
        )
    )
    shares = (one.in_time.get(level) for level in Level)
    return (
        Cell(text=text),
        *(Cell(text=percent(share), value="" if share is None else share) for share in shares),
        Cell(text=percent(one.busy), value=one.busy),
        Cell(text=hours(one.oldest), value=round(one.oldest.total_seconds() / 3600, 2)),
    )
