"""What customers let us know without being asked, beside how we think we do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from responder.bot import Bot
from responder.desk.pictures.dots import dot_chart
from responder.desk.rows import label_of
from responder.desk.tongue import N_, _, many
from responder.desk.trends import said
from responder.desk.trends.figures import GROUPS
from responder.desk.trends.links import figure_url
from responder.desk.trends.panel import KINDS, Cell, Filter, Look, Panel
from responder.measures.cases import Case
from responder.measures.figures import SURE, Rate
from responder.measures.of_scope import cases_of, waits_of
from responder.measures.rounds import Rounds
from responder.measures.satisfaction import Group, Signs, clean_share, self_help, signs
from responder.measures.staffed import micros
from responder.measures.times import Ending, times, told_apart

KEY: Final = "satisfaction"
TITLE: Final = N_("Satisfaction")
HONOURS: Final = KINDS | {Filter.PERIOD}

_NOTHING: Final = N_("Too few were answered in this time for a figure.")


def panels(look: Look) -> tuple[Panel, ...]:
    found = cases_of(look.bot, look.scope)
    told = _signs(look, found.cases), _sides(look, found.cases), _help(look, found.cases)
    return tuple(replace(panel, note=said.with_sample(panel.note, found.every)) for panel in told)


def _by_sign(found: Signs) -> tuple[tuple[Group, Group, Rate], ...]:
    """Each sign with what its share is of."""
    return (
        (Group.THANKED, Group.ALL, found.thanks),
        (Group.HAPPIER, Group.FELT, found.happier),
        (Group.UNHAPPIER, Group.FELT, found.unhappier),
        (Group.REOPENED, Group.AGED, found.reopened),
        (Group.AGAIN, Group.ALL, found.again),
    )


def _leads(look: Look, group: Group, channel: str = "") -> str:
    held = {"channel": channel} if channel else {}
    return figure_url(look.scope, f"cases.{group}", **held)


def _signs(look: Look, cases: Sequence[Case]) -> Panel:
    found = signs(cases, micros(look.now))
    by_sign = _by_sign(found)
    dots = [said.share_dot(_(GROUPS[sign]), one) for sign, _of, one in by_sign if one.enough]
    return Panel(
        key="signs",
        title=_("What customers let us know without being asked"),
        finding=_told(found),
        columns=(_("Sign"), _("Count"), _("Of (n)"), _("What n is"), _("Share")),
        rows=tuple(
            (
                Cell(text=_(GROUPS[sign])),
                said.count_cell(one.hits, _leads(look, sign)),
                said.count_cell(one.of, _leads(look, of)),
                Cell(text=_(GROUPS[of])),
                said.share_cell(one, _leads(look, sign)),
            )
            for sign, of, one in by_sign
        ),
        spec=dot_chart(dots, share=True) if dots else None,
        note=_(
            "No survey is sent yet, so these are signs and no ratings: most people say nothing,"
            " and who writes again is not like who does not. A case is one customer in one"
            " conversation from our first answer on. Reopened: came back with a complaint,"
            " question or request, there or elsewhere on the same topic. Likes on our replies are"
            " not known. In brackets: where the share lies with %(sure)s certainty, by Wilson;"
            " below ten there is no figure.",
            sure=said.percent(SURE),
        ),
    )


def _told(found: Signs) -> str:
    if not found.thanks.enough:
        return _(_NOTHING)
    if not (found.happier.enough and found.reopened.enough):
        return _(
            "%(thanks)s of %(number)s customers thanked us in the end.",
            thanks=said.percent(found.thanks.share),
            number=said.number(found.thanks.of),
        )
    return _(
        "%(thanks)s of %(number)s customers thanked us in the end; of those who wrote again"
        " %(happier)s were happier than at first and %(unhappier)s unhappier; %(reopened)s came"
        " back within a week with the same.",
        thanks=said.percent(found.thanks.share),
        number=said.number(found.thanks.of),
        happier=said.percent(found.happier.share),
        unhappier=said.percent(found.unhappier.share),
        reopened=said.percent(found.reopened.share),
    )


def _sides(look: Look, cases: Sequence[Case]) -> Panel:
    """Ours above, theirs below, in one picture; by channel in the table."""
    now = micros(look.now)
    rounds = waits_of(look.bot, look.scope).rounds
    kept, clean, felt = times(rounds, now).kept, clean_share(cases), signs(cases, now)
    ours, theirs = _("How we think we do"), _("How customers feel")
    sides = (
        (_("We kept our promise"), kept, ours),
        (_("Our reply had no fault in the checker"), clean, ours),
        (_("They thanked us"), felt.thanks, theirs),
        (_("They were happier in the end"), felt.happier, theirs),
        (_("They did not have to come back"), _not(felt.reopened), theirs),
    )
    dots = [said.share_dot(name, one, series) for name, one, series in sides if one.enough]
    return Panel(
        key="both-sides",
        title=_("How we think we do, and how customers feel"),
        finding=_gap(kept, clean, felt),
        columns=(_("Channel"), *(name for name, _rate, _series in sides)),
        rows=tuple(_side_rows(look, cases, rounds)),
        spec=dot_chart(dots, series=(ours, theirs), share=True) if dots else None,
        note=_(
            "The first two are our own marks, the others what customers did. They measure"
            " different things and need not be alike; where ours are high and theirs fall, we"
            " measure the wrong thing."
        ),
    )


def _not(one: Rate) -> Rate:
    return Rate(hits=one.of - one.hits, of=one.of)


def _gap(kept: Rate, clean: Rate, felt: Signs) -> str:
    if not (kept.enough and clean.enough and felt.thanks.enough):
        return _(_NOTHING)
    return _(
        "We kept the promise in %(kept)s and the checker found no fault in %(clean)s of our"
        " replies; %(thanks)s of the customers thanked us, happier in the end were %(happier)s,"
        " and %(reopened)s came back within a week.",
        kept=said.percent(kept.share),
        clean=said.percent(clean.share),
        thanks=said.percent(felt.thanks.share),
        happier=said.share_words(felt.happier),
        reopened=said.share_words(felt.reopened),
    )


def _side_rows(look: Look, cases: Sequence[Case], rounds: Rounds) -> Sequence[tuple[Cell, ...]]:
    now = micros(look.now)
    waits = told_apart(rounds, lambda wait: wait.text.channel)
    answered: dict[str, list[Case]] = {}
    for case in cases:
        answered.setdefault(case.channel, []).append(case)
    found: list[tuple[Cell, ...]] = []
    for channel in sorted(answered, key=lambda one: (-len(answered[one]), one)):
        some = answered[channel]
        felt = signs(some, now)
        kept = times(waits[channel], now).kept if channel in waits else Rate(hits=0, of=0)
        of_cases = (
            (Group.CLEAN, clean_share(some)),
            (Group.THANKED, felt.thanks),
            (Group.HAPPIER, felt.happier),
            (Group.QUIET, _not(felt.reopened)),
        )
        promise = figure_url(look.scope, f"waits.{Ending.KEPT}", channel=channel)
        found.append(
            (
                Cell(text=label_of(look.bot, channel), value=channel),
                said.share_cell(kept, promise),
                *(said.share_cell(one, _leads(look, group, channel)) for group, one in of_cases),
            )
        )
    return found


def _help(look: Look, cases: Sequence[Case]) -> Panel:
    found = self_help(cases, micros(look.now))
    named = (
        (Group.LINKED, Group.ALL, found.sent),
        (Group.LINKED_QUIET, Group.LINKED_AGED, found.held),
        (Group.UNLINKED_QUIET, Group.UNLINKED_AGED, found.held_without),
    )
    dots = [said.share_dot(_(GROUPS[group]), one) for group, _of, one in named if one.enough]
    return Panel(
        key="self-help",
        title=_("Self-help"),
        finding=_helped(found.held, found.held_without),
        columns=(_("What"), _("Count"), _("Of (n)"), _("Share")),
        rows=tuple(
            (
                Cell(text=_(GROUPS[group])),
                said.count_cell(one.hits, _leads(look, group)),
                said.count_cell(one.of, _leads(look, of)),
                said.share_cell(one, _leads(look, group)),
            )
            for group, of, one in named
        ),
        spec=dot_chart(dots, share=True) if dots else None,
        note=" ".join(
            (_clicks(look.bot), _("Who gets an article asks other things than who does not."))
        ),
    )


def _helped(held: Rate, without: Rate) -> str:
    if not held.enough:
        return many(
            "%(number)s answer with a link to an article is a week old: too few for a figure.",
            "%(number)s answers with a link to an article are a week old: too few for a figure.",
            held.of,
        )
    return _(
        "After %(held)s of %(number)s answers with an article nobody came back with the same"
        " within a week; without one it was %(without)s.",
        held=said.percent(held.share),
        number=said.number(held.of),
        without=said.share_words(without),
    )


def _clicks(bot: Bot) -> str:
    """Who counts the clicks: we follow nobody."""
    if any("utm_" in url for url in _links(bot)):
        return _(
            "Clicks are not followed from here: the links carry utm parameters, by which the"
            " shop's own statistics count them."
        )
    return _(
        "Clicks are not followed from here: the shop's own statistics can count them once the"
        " links of the articles carry utm parameters."
    )


def _links(bot: Bot) -> Sequence[str]:
    chapters: Mapping[str, object] = bot.book.chapters
    return [
        article.url or ""
        for language in chapters
        for article in bot.book.chapters[language].articles
    ]
