"""The filter bar of the trends: what there is to choose, what is in force, and how to be rid of
it. It works without scripts: a form that is sent by GET."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Final

from babel.core import Locale
from babel.dates import format_date, format_datetime, format_interval

from listener.trends.scope import Scope
from listener.trends.steps import By
from responder.bot import Bot
from responder.desk.choices import choices, named
from responder.desk.filter_bar import Chip, Field, Options
from responder.desk.pages import query
from responder.desk.rows import label_of
from responder.desk.tongue import N_, _, locale, many
from responder.desk.trends.channels import channel_options
from responder.desk.trends.panel import KINDS, Filter, Look
from responder.desk.trends.scope import Asked, Period
from responder.desk.words import language_name
from sentiment.phase import Phase

_DAY: Final = timedelta(days=1)
_STEPS: Final = {By.HOUR: N_("Hour"), By.DAY: N_("Day"), By.WEEK: N_("Week")}


@dataclass(frozen=True, kw_only=True)
class Bar:
    """`period`: what is looked at, in words, and `periods` to choose from; none where the page
    honours no period. `chips`: the filters in force. `idle`: what does not count here, in words;
    `kept`: as much of that as the address asks for, so that other tabs still know it."""

    asked: Asked
    period: str
    periods: Options
    fields: tuple[Field, ...]
    compares: bool
    chips: tuple[Chip, ...]
    idle: str
    kept: Mapping[str, str]


def bar_of(look: Look, asked: Asked, path: str, honoured: Collection[Filter]) -> Bar:
    """The bar as it stands over a page at `path`."""
    every = tuple(_fields(look.bot, look, asked))
    fields = tuple(one for one in every if one.name in honoured)
    held = asked.held_to(honoured)
    lasting = Filter.PERIOD in honoured
    period = period_words(look.scope) if lasting else ""
    kept = {name: word for name, word in asked.pairs.items() if name not in held.pairs}
    return Bar(
        asked=held,
        period=period,
        periods=[(one.value, period_name(one)) for one in Period] if lasting else (),
        fields=fields,
        compares=Filter.COMPARE in honoured,
        chips=tuple(_chips(fields, asked, period, path)),
        idle=", ".join(_idle(every, asked, honoured)),
        kept=kept,
    )


def _idle(fields: Iterable[Field], asked: Asked, honoured: Collection[Filter]) -> Iterable[str]:
    """The filters that do not count: with what is chosen, or their names. How it would be drawn is
    no filter, and said where it was asked for alone."""
    if Filter.PERIOD not in honoured:
        yield _("Period")
    for field in fields:
        if field.name in honoured:
            continue
        if field.value:
            yield _chip(field.label, field.shown)
        elif field.name in KINDS:
            yield field.label
    if asked.compare and Filter.COMPARE not in honoured:
        yield _("Beside the period before")


def period_name(period: Period) -> str:
    if period is Period.DAY:
        return _("Last 24 hours")
    return many("Last %(number)s day", "Last %(number)s days", int(period))


def period_words(scope: Scope) -> str:
    """The period as people write it: "10-23 Nov 2026"."""
    start, end = scope.start.astimezone(scope.zone), scope.end.astimezone(scope.zone)
    whole = start.time() == time.min and (end.time() == time.min or end - start >= _DAY)
    if not whole:
        since = format_datetime(start, "d MMM y, HH:mm", locale=locale())
        until = format_datetime(end, "d MMM y, HH:mm", locale=locale())
        return _("%(start)s to %(end)s", start=since, end=until)
    last = (end.replace(tzinfo=None) - end.resolution).date()
    if start.date() == last:
        return format_date(last, "d MMM y", locale=locale())
    return format_interval(start.date(), last, "yMMMd", locale=_day_first())


def _day_first() -> Locale:
    """Days as they stand everywhere at the desk: before their month."""
    spoken = locale()
    return Locale("en", "GB") if spoken.language == "en" else spoken


def filter_words(look: Look) -> str:
    """What narrows the scope, in words; "" for nothing."""
    scope = look.scope
    named_ones = (
        (_("Channel"), scope.channel and label_of(look.bot, scope.channel)),
        (_("Language"), scope.language and language_name(scope.language)),
        (_("Topic"), scope.topic and named(scope.topic)),
        (_("Phase"), scope.phase and named(scope.phase)),
    )
    told = (
        _("%(filter)s: %(value)s", filter=name, value=value) for name, value in named_ones if value
    )
    return ", ".join(told)


def _fields(bot: Bot, look: Look, asked: Asked) -> Iterable[Field]:
    chosen = asked.pairs
    given: Sequence[tuple[str, str, Options]] = (
        ("by", _("Step"), [(one.value, _(word)) for one, word in _STEPS.items()]),
        ("channel", _("Channel"), channel_options(bot, look.seat)),
        ("language", _("Language"), language_options(bot, asked.language)),
        ("topic", _("Topic"), [(one.value, one.name) for one in choices()["topics"]]),
        ("phase", _("Phase"), [(one.value, named(one.value)) for one in Phase]),
    )
    for name, label, options in given:
        yield Field(name=name, label=label, options=options, value=chosen.get(name, ""))


def language_options(bot: Bot, chosen: str) -> Options:
    """The brand's languages, the one that is chosen, and none that is known."""
    codes = dict.fromkeys((*bot.settings.brand.languages, chosen, "unknown"))
    return [(code, language_name(code)) for code in codes if code]


def _chips(fields: Iterable[Field], asked: Asked, period: str, path: str) -> Iterable[Chip]:
    if asked.dated and period:
        url = query(path, asked.without("from", "to"))
        yield Chip(text=_chip(_("Days"), period), url=url)
    for field in fields:
        if field.value and field.name != "by":
            yield Chip(
                text=_chip(field.label, field.shown), url=query(path, asked.without(field.name))
            )


def _chip(name: str, value: str) -> str:
    return _("%(filter)s: %(value)s", filter=name, value=value)
