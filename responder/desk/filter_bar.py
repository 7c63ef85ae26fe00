"""What narrows a list, as the bar above it shows it: the choices there are, those that are in force
with a way to take each away, and the views somebody keeps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from responder.access import Visitor
from responder.bot import Bot
from responder.desk.choices import CHOICES
from responder.desk.listing import ME, Listing, read_value
from responder.desk.tongue import N_, _
from responder.desk.words import MARKS, language_name
from responder.handling.lists import NOBODY
from responder.handling.views import saved_views
from responder.team.models import Agent, Role
from sentiment.prioritize import Level

Options = Sequence[tuple[str, str]]
"""The value a form sends, and its name."""

_URGENCY: Final = {
    Level.P1: N_("P1, most urgent"),
    Level.P2: N_("P2, urgent"),
    Level.P3: N_("P3, usual"),
    Level.P4: N_("P4, can wait"),
}


@dataclass(frozen=True, kw_only=True)
class Field:
    """One thing to choose; `value` is what is chosen now, "" for all."""

    name: str
    label: str
    options: Options
    value: str

    @property
    def shown(self) -> str:
        """The name of what is chosen."""
        return dict(self.options).get(self.value, self.value)


@dataclass(frozen=True, kw_only=True)
class Chip:
    """A filter in force. `url`: the list without it."""

    text: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Saved:
    id: str
    name: str
    url: str
    here: bool


@dataclass(frozen=True, kw_only=True)
class FilterBar:
    fields: tuple[Field, ...]
    chips: tuple[Chip, ...]
    saved: tuple[Saved, ...]


def read_bar(bot: Bot, session: Session, listing: Listing, seat: Visitor) -> FilterBar:
    """The bar above `listing`, for one visitor."""
    fields = tuple(_fields(bot, session, listing, seat))
    kept = saved_views(session, seat.agent_id) if seat.agent_id else []
    found = [(row, read_value(row.query)) for row in kept]
    return FilterBar(
        fields=fields,
        chips=tuple(_chips(fields, listing)),
        saved=tuple(
            Saved(id=row.id, name=row.name, url=to.url, here=to.value == listing.value)
            for row, to in found
        ),
    )


def _fields(bot: Bot, session: Session, listing: Listing, seat: Visitor) -> Iterable[Field]:
    chosen = dict(listing.pairs())
    given: tuple[tuple[str, str, Options], ...] = (
        ("channel", _("Channel"), _channels(bot, seat)),
        ("language", _("Language"), [(c, language_name(c)) for c in bot.settings.brand.languages]),
        ("sentiment", _("Mood"), [(one.value, _(mark.word)) for one, mark in MARKS.items()]),
        ("topic", _("Topic"), [(one.value, _(one.name)) for one in CHOICES["topics"]]),
        ("phase", _("Phase"), [(one.value, _(one.name)) for one in CHOICES["phase"]]),
        ("priority", _("Urgency"), [(one.value, _(name)) for one, name in _URGENCY.items()]),
        ("owner", _("Owner"), _owners(session)),
    )
    for name, label, options in given:
        yield Field(name=name, label=label, options=options, value=chosen.get(name, ""))


def _channels(bot: Bot, seat: Visitor) -> Options:
    known = bot.channels.items()
    return [(name, channel.declaration.label) for name, channel in known if seat.sees(name)]


def _owners(session: Session) -> Options:
    team = select(Agent.id, Agent.name).where(
        Agent.disabled_at.is_(None), Agent.role != Role.VIEWER
    )
    named = [(row[0], row[1]) for row in session.execute(team.order_by(Agent.name))]
    return [(ME, _("Me")), (NOBODY, _("Nobody who is there")), *named]


def _chips(fields: Iterable[Field], listing: Listing) -> Iterable[Chip]:
    for field in fields:
        if field.value:
            text = _("%(filter)s: %(value)s", filter=field.label, value=field.shown)
            yield Chip(text=text, url=listing.without(field.name).url)
    if listing.filters.q:
        text = _("Words: %(words)s", words=listing.filters.q)
        yield Chip(text=text, url=listing.without("q").url)
    if listing.speak:
        yield Chip(text=_("My languages"), url=listing.without("speak").url)
    if listing.filters.like:
        url = listing.without("like", "channel", "language").url
        yield Chip(text=_("All who say the same"), url=url)
