"""How much we are spoken of beside our competitors, in what we hear."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from listener.trends.cells import FacetKind, Sums, facet
from listener.trends.counts import sums
from listener.trends.scope import Scope
from responder.desk.pictures.bars import Bar, bar_chart
from responder.desk.tongue import N_, _, many
from responder.desk.trends.amounts import number_words, score_words, share_words
from responder.desk.trends.doubt import Estimate, mean_of
from responder.desk.trends.earlier import earlier
from responder.desk.trends.links import mentions_url
from responder.desk.trends.panel import Cell, Filter, Look, Panel
from responder.desk.trends.series import Curves, Series, lines_panel, number_cell
from responder.desk.trends.steps import local_steps, step_url, unfinished
from responder.measures.figures import SURE
from sentiment.rivals import WITHOUT_US
from sentiment.score import Sentiment

KEY: Final = "voice"
TITLE: Final = N_("Share of voice")
# facets are not told apart within a topic
HONOURS: Final = frozenset(Filter) - {Filter.TOPIC, Filter.COMPARE}

_LINES: Final = 4
"""So many lines can be told apart; the table has everybody."""


@dataclass(frozen=True, kw_only=True)
class _Voice:
    """Somebody in what we hear; `facet` "" are we."""

    name: str
    facet: str
    by_mood: Mapping[Sentiment, Sums]

    @property
    def mentions(self) -> int:
        return sum(one.mentions for one in self.by_mood.values())

    @property
    def mood(self) -> Estimate | None:
        known = [one for mood, one in self.by_mood.items() if mood is not Sentiment.UNKNOWN]
        return mean_of(
            sum(one.mentions for one in known),
            sum(one.scores for one in known) / 1e3,
            sum(one.squares for one in known) / 1e6,
            least=5,
        )


def panels(look: Look) -> tuple[Panel, ...]:
    names = [one.name for one in look.bot.book.cover.competitors]
    if not names:
        return (_nobody(),)
    scope = look.scope
    with look.bot.database.read() as session:
        voices = _voices(session, scope, look, names)
        before = {one.name: one for one in _voices(session, earlier(scope), look, names)}
        steps = _by_step(session, scope)
        heard = sum(one.mentions for one in sums(session, scope).values())
    return (_shares(scope, voices, before), _over_time(scope, voices, steps, heard, look.now))


def _nobody() -> Panel:
    return Panel(
        key="shares",
        title=_("Share of voice"),
        finding=_("No competitors are named in the brand book yet."),
        columns=(),
        rows=(),
        telling=True,
        note=_("Name them in brand.toml, as [[competitors]]; docs/wants.md says how."),
    )


def _voices(session: Session, scope: Scope, look: Look, names: list[str]) -> list[_Voice]:
    """We first, then the competitors, most spoken of first."""
    every = {
        Sentiment(str(mood)): one for (mood,), one in sums(session, scope, "sentiment").items()
    }
    named: dict[str, dict[Sentiment, Sums]] = {}
    for (kind, mood), one in sums(
        session, scope, "facet", "sentiment", kind=FacetKind.RIVAL
    ).items():
        named.setdefault(str(kind), {})[Sentiment(str(mood))] = one
    without_us = named.get(facet(FacetKind.RIVAL, WITHOUT_US), {})
    ours = {mood: _less(one, without_us.get(mood)) for mood, one in every.items()}
    we = _Voice(name=look.bot.settings.brand.name, facet="", by_mood=ours)
    others = (
        _Voice(name=name, facet=kind, by_mood=named.get(kind, {}))
        for name in names
        for kind in (facet(FacetKind.RIVAL, name),)
    )
    return [we, *sorted(others, key=lambda one: (-one.mentions, one.name))]


def _less(whole: Sums, part: Sums | None) -> Sums:
    if part is None:
        return whole
    return Sums(*(one - other for one, other in zip(whole, part, strict=True)))


def _by_step(session: Session, scope: Scope) -> Mapping[tuple[datetime, str], int]:
    """Mentions by local step and facet, "" for ours."""
    found: dict[tuple[datetime, str], int] = {}
    for (step,), one in sums(session, scope, steps=True).items():
        found[step.astimezone(scope.zone), ""] = one.mentions
    told = sums(session, scope, "facet", steps=True, kind=FacetKind.RIVAL)
    for (step, kind), one in told.items():
        place = (step.astimezone(scope.zone), str(kind))
        found[place] = one.mentions
        if kind == facet(FacetKind.RIVAL, WITHOUT_US):
            found[place[0], ""] = found.get((place[0], ""), 0) - one.mentions
    return found


def _shares(scope: Scope, voices: list[_Voice], before: Mapping[str, _Voice]) -> Panel:
    total, earlier_total = (
        sum(one.mentions for one in voices),
        sum(one.mentions for one in before.values()),
    )
    return Panel(
        key="shares",
        title=_("Share of voice"),
        finding=_finding(voices, total, before, earlier_total),
        columns=(_("Who"), _("Mentions"), _("Share"), _("Before"), _("Mood"), _("Mood range")),
        rows=tuple(
            (
                Cell(text=one.name),
                number_cell(one.mentions, mentions_url(scope, **_held_to(one))),
                _share(one.mentions, total),
                _share(before[one.name].mentions, earlier_total),
                *_mood(one.mood),
            )
            for one in voices
        ),
        spec=bar_chart([_bar(one, total) for one in voices]) if total else None,
        note=_note(),
    )


def _share(part: int, whole: int) -> Cell:
    if not whole:
        return Cell(text="–")
    return Cell(text=share_words(part, whole), value=round(part / whole, 4))


def _mood(mood: Estimate | None) -> tuple[Cell, Cell]:
    if mood is None:
        return Cell(text="–"), Cell(text="–")
    band = _("%(low)s to %(high)s", low=score_words(mood.low), high=score_words(mood.high))
    return Cell(text=score_words(mood.value), value=round(mood.value, 3)), Cell(text=band)


def _bar(voice: _Voice, total: int) -> Bar:
    share = share_words(voice.mentions, total)
    number = number_words(voice.mentions)
    return Bar(
        name=voice.name,
        value=voice.mentions,
        text=_("%(number)s (%(share)s)", number=number, share=share),
        spoken=many(
            "%(name)s: %(number)s mention, %(share)s",
            "%(name)s: %(number)s mentions, %(share)s",
            voice.mentions,
            name=voice.name,
            number=number,
            share=share,
        ),
    )


def _finding(
    voices: list[_Voice], total: int, before: Mapping[str, _Voice], earlier_total: int
) -> str:
    if not total:
        return _("Nothing was said in this time.")
    we, *others = voices
    told = _next(we, others[0], total) if others[0].mentions else f"{_bar(we, total).spoken}."
    if not earlier_total:
        return told
    return _(
        "%(finding)s In the period before it was %(share)s.",
        finding=told,
        share=share_words(before[we.name].mentions, earlier_total),
    )


def _next(we: _Voice, other: _Voice, total: int) -> str:
    return _(
        "%(we)s has %(share)s of what is said, %(other)s comes next with %(next)s.",
        we=we.name,
        share=share_words(we.mentions, total),
        other=other.name,
        next=share_words(other.mentions, total),
    )


def _over_time(
    scope: Scope,
    voices: list[_Voice],
    found: Mapping[tuple[datetime, str], int],
    heard: int,
    now: datetime,
) -> Panel:
    shown = [one for one in voices[:_LINES] if one.mentions or not one.facet]
    steps = local_steps(scope)
    series = [
        Series(name=one.name, values=tuple(found.get((step, one.facet), 0) for step in steps))
        for one in shown
    ]
    curves = Curves(
        scope=scope,
        steps=steps,
        series=series,
        leads=lambda start, place: step_url(scope, start, **_narrow(shown, place)),
        now=now,
    )
    return lines_panel(
        curves,
        key="voices",
        title=_("Who is spoken of, over time"),
        finding=many(
            "%(number)s mention names %(we)s or a competitor, or speaks to us.",
            "%(number)s mentions name %(we)s or a competitor, or speak to us.",
            heard,
            we=voices[0].name,
        ),
        note=" ".join(
            (_("A mention that names two of them counts for both."), unfinished(scope, now))
        ).strip(),
    )


def _narrow(shown: list[_Voice], place: int | None) -> dict[str, str]:
    return {} if place is None else _held_to(shown[place])


def _held_to(voice: _Voice) -> dict[str, str]:
    """What holds a list to the mentions of somebody."""
    return {"facet": voice.facet} if voice.facet else {"ours": "1"}


def _note() -> str:
    return _(
        "Of what we hear, not of what the world says: everything said to us is heard, of a "
        "competitor only what our search queries find. It tells whether a share grows or shrinks "
        "while the queries stay as they are; add the competitor's name to a channel's queries to "
        "hear more of it. The mood is that of the whole text, which may be about somebody else; it "
        "lies in the given band with %(sure)s certainty.",
        sure=share_words(SURE),
    )
