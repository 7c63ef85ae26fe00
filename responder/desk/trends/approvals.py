"""What people do with what is proposed to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from responder.desk.deeds import REASONS
from responder.desk.pictures.dots import dot_chart
from responder.desk.rows import label_of
from responder.desk.tongue import N_, _, many
from responder.desk.trends import said
from responder.desk.trends.figures import FATES, OTHER, OTHER_REASON
from responder.desk.trends.links import decided_url
from responder.desk.trends.panel import KINDS, Cell, Filter, Look, Panel
from responder.desk.words import language_name
from responder.history.decided import ANY, REJECTED_FOR
from responder.measures.approvals import (
    Behaviour,
    Decision,
    Fate,
    Kept,
    behaviour,
    kept_in_edits,
    read_decisions,
    told_apart,
)
from responder.measures.figures import ENOUGH, ENOUGH_OF_A_PERSON, Rate
from responder.team.models import Role

KEY: Final = "approvals"
TITLE: Final = N_("Approvals")
HONOURS: Final = KINDS | {Filter.PERIOD}


def panels(look: Look) -> tuple[Panel, ...]:
    with look.bot.database.read() as session:
        decisions = read_decisions(session, look.scope)
        kept = kept_in_edits(look.bot, session, look.scope)
    people = (_people(look, decisions),) if look.seat.may(Role.APPROVER) else ()
    return (
        _behaviour(look, decisions, kept),
        _languages(look, decisions),
        _rejections(look, decisions),
        *people,
    )


def _behaviour(look: Look, decisions: Sequence[Decision], kept: Kept) -> Panel:
    parts = told_apart(decisions, lambda one: one.channel)
    order = sorted(parts, key=lambda channel: (-len(parts[channel]), channel))
    named = [
        (label_of(look.bot, channel), channel, behaviour(look.bot, parts[channel]))
        for channel in order
    ]
    whole = behaviour(look.bot, decisions)
    rows = [_row(look, name, channel, one, channel=channel) for name, channel, one in named]
    if len(rows) > 1:
        rows.insert(0, _row(look, _("All"), "all", whole))
    dots = [
        said.share_dot(name, one.unchanged) for name, _channel, one in named if one.unchanged.enough
    ]
    return Panel(
        key="decisions",
        title=_("What people do with our drafts"),
        finding=_told(whole, kept),
        columns=_columns(_("Channel")),
        rows=tuple(rows),
        spec=dot_chart(dots, share=True) if dots else None,
        note=_(
            "Decisions of people alone; the picture shows what was sent unchanged of our words,"
            " with its interval. Time runs from the draft to the decision, in staffed time. How"
            " much was kept is the median of the newest %(number)s edited replies, without"
            " greeting and signature.",
            number=said.number(kept.compared),
        ),
    )


def _told(whole: Behaviour, kept: Kept) -> str:
    if not whole.n:
        return _("Nobody decided about a draft in this time.")
    if not whole.unchanged.enough or whole.staffed is None:
        return many(
            "%(number)s decision was made: too few for a figure.",
            "%(number)s decisions were made: too few for a figure.",
            whole.n,
        )
    told = _(
        "Of %(number)s decisions, %(rejected)s rejected the draft; of what was sent of our words,"
        " %(unchanged)s left unchanged. Half were made within %(median)s.",
        number=said.number(whole.n),
        rejected=said.percent(whole.rejected.share),
        unchanged=said.percent(whole.unchanged.share),
        median=said.length(whole.staffed.median),
    )
    if kept.share is None or kept.compared < ENOUGH:
        return told
    words = _("Who edits keeps %(share)s of our words.", share=said.percent(kept.share))
    return f"{told} {words}"


def _columns(first: str) -> tuple[str, ...]:
    return (
        first,
        _("Decisions"),
        *(_(FATES[fate]) for fate in Fate),
        _("Unchanged, of our words sent"),
        _("Rejected, of all"),
        _("Half decided within"),
        _("9 of 10 decided within"),
    )


def _row(look: Look, name: str, value: str, found: Behaviour, **narrow: str) -> tuple[Cell, ...]:
    def to(fate: str) -> str:
        return decided_url(look.scope, f"decided.{fate}", **narrow)

    return (
        Cell(text=name, value=value),
        said.count_cell(found.n, to(ANY)),
        *(said.count_cell(found.fates.get(fate, 0), to(fate.slug)) for fate in Fate),
        said.share_cell(found.unchanged, to(Fate.UNCHANGED.slug)),
        said.share_cell(found.rejected, to(Fate.REJECTED.slug)),
        *said.spread_cells(found.staffed),
    )


def _languages(look: Look, decisions: Sequence[Decision]) -> Panel:
    parts = told_apart(decisions, lambda one: one.language)
    found = {language: behaviour(look.bot, some) for language, some in parts.items()}
    order = sorted(found, key=lambda language: (-found[language].n, language))
    shown = [(language_name(one), found[one].unchanged) for one in order]
    shown = [(name, rate) for name, rate in shown if rate.enough]
    dots = [said.share_dot(name, rate) for name, rate in shown]
    return Panel(
        key="by-language",
        title=_("What people do with our drafts, by language"),
        finding=_least(shown),
        columns=_columns(_("Language")),
        rows=tuple(_row(look, language_name(one), one, found[one], language=one) for one in order),
        spec=dot_chart(dots, share=True) if dots else None,
    )


def _least(shown: Sequence[tuple[str, Rate]]) -> str:
    if not shown:
        return _("In no language are there enough decisions for a figure.")
    name, rate = min(shown, key=lambda pair: pair[1].share)
    return _(
        "Our words need most work in %(language)s: %(share)s of %(number)s were sent unchanged.",
        language=name,
        share=said.percent(rate.share),
        number=said.number(rate.of),
    )


def _rejections(look: Look, decisions: Sequence[Decision]) -> Panel:
    rejected = [one for one in decisions if one.fate is Fate.REJECTED]
    why = Counter(_reason(one.reason) for one in rejected)
    rates = [(key, Rate(hits=hits, of=len(rejected))) for key, hits in why.most_common()]
    named = [(_(_WHY[key]), rate) for key, rate in rates]
    enough = len(rejected) >= ENOUGH
    dots = [said.share_dot(name, rate) for name, rate in named if enough]
    return Panel(
        key="rejections",
        title=_("Why drafts are rejected"),
        finding=_why(named, len(rejected)),
        columns=(_("Reason"), _("Rejected"), _("Share")),
        rows=tuple(
            (Cell(text=_(_WHY[key])), said.count_cell(rate.hits, href), said.share_cell(rate, href))
            for key, rate in rates
            for href in (decided_url(look.scope, f"{REJECTED_FOR}{key}"),)
        ),
        spec=dot_chart(dots, share=True) if dots else None,
    )


def _reason(reason: str) -> str:
    """The key of the reason that was chosen, without the words somebody added."""
    chosen = reason.partition(": ")[0]
    return next((key for key, word in REASONS.items() if word == chosen), OTHER)


_WHY: Final = {**REASONS, OTHER: OTHER_REASON}


def _why(rates: Sequence[tuple[str, Rate]], rejected: int) -> str:
    if not rates:
        return _("No draft was rejected in this time.")
    name, rate = rates[0]
    return many(
        "%(number)s draft was rejected; most often because: %(reason)s (%(hits)s).",
        "%(number)s drafts were rejected; most often because: %(reason)s (%(hits)s).",
        rejected,
        reason=name,
        hits=said.number(rate.hits),
    )


def _people(look: Look, decisions: Sequence[Decision]) -> Panel:
    """By name, not by figure: this is no ranking, and nobody is in it with too few."""
    parts = told_apart([one for one in decisions if one.by], lambda one: one.by)
    shown = [name for name in sorted(parts) if len(parts[name]) >= ENOUGH_OF_A_PERSON]
    return Panel(
        key="people",
        title=_("What each person does with our drafts"),
        finding=many(
            "%(number)s person decided often enough for figures (%(least)s times).",
            "%(number)s people decided often enough for figures (%(least)s times).",
            len(shown),
            least=ENOUGH_OF_A_PERSON,
        ),
        columns=_columns(_("Person")),
        rows=tuple(
            _row(look, name, name, behaviour(look.bot, parts[name]), agent=name) for name in shown
        ),
        note=many(
            "In the order of names: people get different cases, and this is no ranking. Left out:"
            " %(number)s person with fewer decisions.",
            "In the order of names: people get different cases, and this is no ranking. Left out:"
            " %(number)s people with fewer decisions.",
            len(parts) - len(shown),
        ),
    )
