"""A digest in words of its reader's language: what mail, chat and PDF all say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

from listener.trends.breakdown import Mood, Part
from listener.trends.steps import By
from responder.bot import Bot, desk_url
from responder.desk.report.pictures import MOODS, Picture, by_mood, mood_words, topic_bars
from responder.desk.retold_values import named
from responder.desk.rows import label_of
from responder.desk.tongue import N_, _, locale, many, spoken
from responder.desk.words import language_name, span
from responder.reports.figures import Figures, Rising

_ENOUGH: Final = 20  # mentions, from which a change in percent says something
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Fact:
    name: str
    value: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Line:
    """Of a list. `quote`: somebody's words, in `language`, said on `where`."""

    text: str
    quote: str = ""
    language: str = ""
    where: str = ""


@dataclass(frozen=True, kw_only=True)
class Section:
    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, kw_only=True)
class Report:
    """`lead` is the one sentence for whoever reads no further."""

    language: str
    brand: str
    title: str
    lead: str
    facts: tuple[Fact, ...]
    sections: tuple[Section, ...]
    pictures: tuple[Picture, ...]
    desk: str  # its address
    footer: str


def report_of(bot: Bot, figures: Figures) -> Report:
    """In the language that is spoken."""
    brand = bot.settings.brand.name
    quiet = not figures.mentions
    return Report(
        language=spoken(),
        brand=brand,
        title=_("%(brand)s: %(period)s", brand=brand, period=period_words(figures)),
        lead=_lead(figures),
        facts=tuple(_waits(figures)) if quiet else tuple(_facts(figures)),
        sections=() if quiet else tuple(_sections(bot, figures)),
        pictures=()
        if quiet
        else (_over_time(figures), topic_bars(_bars(figures), _later(figures))),
        desk=desk_url(bot.settings),
        footer=_("Sent by Antiphon. Figures are those of the moment it was made."),
    )


def period_words(figures: Figures) -> str:
    """ "Monday 23 November 2026", "16 – 22 Nov 2026"."""
    scope = figures.scope
    first = scope.start.astimezone(scope.zone).date()
    last = scope.end.astimezone(scope.zone).date() - _DAY
    if first >= last:
        return format_date(last, "EEEE d MMMM y", locale=locale())
    begins = format_date(first, "d MMM y" if first.year != last.year else "d MMM", locale=locale())
    return f"{begins} – {format_date(last, 'd MMM y', locale=locale())}"


def _lead(figures: Figures) -> str:
    if not figures.mentions:
        return _("Nothing was said in this time.")
    told = many(
        "%(count)s mention, %(change)s.",
        "%(count)s mentions, %(change)s.",
        figures.mentions,
        count=_number(figures.mentions),
        change=_change(figures),
    )
    if figures.rising:
        topics = ", ".join(named(one.part.name, "topic") for one in figures.rising)
        return " ".join((told, _("Rising: %(topics)s.", topics=topics)))
    return told


def _change(figures: Figures) -> str:
    """Beside the period before. Of a few, a percentage would be a joke."""
    now, before = figures.mentions, figures.before.mentions
    count = _number(before)
    if before < _ENOUGH:
        return _(_BEFORE[figures.scope.by], count=count)
    change = format_percent((now - before) / before, "+#,##0 %;-#,##0 %", locale=locale())
    return _(_CHANGED[figures.scope.by], change=change, count=count)


_BEFORE: Final = {
    By.HOUR: N_("%(count)s the day before"),
    By.DAY: N_("%(count)s the week before"),
}
_CHANGED: Final = {
    By.HOUR: N_("%(change)s against the day before (%(count)s)"),
    By.DAY: N_("%(change)s against the week before (%(count)s)"),
}


def _facts(figures: Figures) -> Iterator[Fact]:
    yield Fact(name=_("Mentions"), value=_number(figures.mentions), note=_change(figures))
    yield Fact(name=_("Mood"), value=_shares(figures.mood), note=_index(figures))
    yield from _waits(figures)
    yield from _answered(figures)


def _shares(mood: Mood) -> str:
    shares = zip(mood_words(), MOODS, strict=True)
    return ", ".join(
        _(
            "%(share)s %(mood)s",
            share=_percent(getattr(mood, name), mood.mentions),
            mood=word.lower(),
        )
        for word, name in shares
        if getattr(mood, name)
    )


def _index(figures: Figures) -> str:
    now, before = figures.mood.index, figures.before.index
    if now is None:
        return ""
    if before is None:
        return _("mean %(now)s, of -1 to 1", now=_score(now))
    return _("mean %(now)s, of -1 to 1; before: %(before)s", now=_score(now), before=_score(before))


def _waits(figures: Figures) -> Iterator[Fact]:
    late = many(
        "%(count)s of them is late", "%(count)s of them are late", figures.late,
        count=_number(figures.late),
    )  # fmt: skip
    yield Fact(
        name=_("Waiting for an answer now"),
        value=_number(figures.waiting),
        note=late if figures.late else "",
    )


def _answered(figures: Figures) -> Iterator[Fact]:
    automatic = many(
        "%(count)s of them left by itself", "%(count)s of them left by themselves",
        figures.automatic, count=_number(figures.automatic),
    )  # fmt: skip
    yield Fact(name=_("Answers sent"), value=_number(figures.sent), note=automatic)
    wall, kept = figures.times.wall, figures.times.kept
    if wall is not None:
        slow = _("nine of ten within %(length)s", length=span(wall.p90))
        yield Fact(name=_("Half of the answers took at most"), value=span(wall.median), note=slow)
    if kept.of:
        some = _("%(some)s of %(all)s", some=_number(kept.hits), all=_number(kept.of))
        yield Fact(name=_("Answered in time"), value=_percent(kept.hits, kept.of), note=some)


def _sections(bot: Bot, figures: Figures) -> Iterator[Section]:
    if figures.rising:
        rising = tuple(_rises(bot, one) for one in figures.rising)
        yield Section(title=_("More than before"), lines=rising)
    if figures.topics:
        topics = tuple(Line(text=_topic(part)) for part in figures.topics)
        yield Section(title=_("What it was about"), lines=topics)


def _rises(bot: Bot, one: Rising) -> Line:
    line = Line(text=_topic(one.part))
    if one.quote is None:
        return line
    where = _(
        "a post on %(channel)s, in %(language)s",
        channel=label_of(bot, one.quote.channel),
        language=language_name(one.quote.language),
    )
    return replace(line, quote=one.quote.text, language=one.quote.language, where=where)


def _topic(part: Part) -> str:
    return _(
        "%(topic)s: %(now)s (before: %(before)s), %(share)s negative",
        topic=named(part.name, "topic"),
        now=_number(part.mentions),
        before=_number(part.before),
        share=_percent(part.mood.negative, part.mentions),
    )


def _over_time(figures: Figures) -> Picture:
    return by_mood(figures.buckets, figures.scope.by)


def _bars(figures: Figures) -> Sequence[tuple[str, int, int]]:
    return [(named(one.name, "topic"), one.mentions, one.before) for one in figures.topics]


def _later(figures: Figures) -> tuple[str, str]:
    """The two periods, in words: this one and the one before."""
    if figures.scope.by is By.HOUR:
        return _("this day"), _("the day before")
    return _("this week"), _("the week before")


def _number(value: int) -> str:
    return str(format_decimal(value, locale=locale()))


def _percent(some: int, every: int) -> str:
    return str(format_percent(some / every if every else 0, locale=locale()))


def _score(value: float) -> str:
    return str(format_decimal(value, "+0.00;-0.00", locale=locale()))
