"""The screen of the settings, for admins: what is in force and where it was said. They stand in
files, frozen at the start: nothing is changed here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from listener.health import channel_health
from responder.bot import Bot
from responder.desk.in_force import (
    SECTIONS,
    Line,
    Source,
    channel_lines,
    digest_lines,
    section_lines,
)
from responder.desk.pages import desk_of, render
from responder.desk.rows import label_of
from responder.desk.signin import AdminSeat
from responder.desk.tongue import N_, _
from responder.desk.words import ago, span
from sentiment.prioritize import RESOLVE_WITHIN, RESPOND_WITHIN

router = APIRouter(include_in_schema=False)

_TITLES: Final[Mapping[str, str]] = {
    "brand": N_("Brand and hours"),
    "desk": N_("Desk"),
    "responder": N_("Replies"),
    "sentiment": N_("Understanding"),
    "model": N_("Language model"),
    "staffing": N_("Staffing"),
    "alerts": N_("Alerts"),
    "crisis": N_("Crises"),
    "database": N_("Database"),
}
_SOURCES: Final[Mapping[Source, str]] = {
    Source.DEFAULT: N_("default"),
    Source.FILE: N_("the file"),
    Source.ENVIRONMENT: N_("the environment"),
}


@dataclass(frozen=True, kw_only=True)
class Section:
    """`table` is what the file calls it, `state` how it goes there now."""

    title: str
    table: str
    lines: Sequence[Line]
    state: str = ""


@dataclass(frozen=True, kw_only=True)
class Promise:
    """Of one priority: time to answer, and until the matter is settled."""

    level: str
    respond: str
    resolve: str


@router.get("/settings")
def settings_page(request: Request, seat: AdminSeat) -> Response:
    bot = desk_of(request).bot
    sections = [
        Section(
            title=_(_TITLES[name]),
            table=f"[{name}]",
            lines=section_lines(bot.settings, name, bot.redactor),
        )
        for name in SECTIONS
    ]
    sections += [
        Section(
            title=_("Digest: %(name)s", name=name),
            table=f"[digests.{name}]",
            lines=digest_lines(name, bot.settings, bot.redactor),
        )
        for name in bot.settings.digests
    ]
    sections += [_channel(bot, name) for name in bot.channels if seat.sees(name)]
    return render(
        request,
        "settings.html",
        seat=seat,
        sections=sections,
        sources={source: _(words) for source, words in _SOURCES.items()},
        promises=[
            Promise(level=level.value, respond=span(within), resolve=span(RESOLVE_WITHIN[level]))
            for level, within in RESPOND_WITHIN.items()
        ],
        before_buying=span(bot.before_buying),
    )


def _channel(bot: Bot, name: str) -> Section:
    said = bot.settings.channels.get(name, {})
    return Section(
        title=label_of(bot, name),
        table=f"[channels.{name}]",
        lines=channel_lines(name, bot.channels[name].options, said, bot.redactor),
        state=_state(bot, name),
    )


def _state(bot: Bot, name: str) -> str:
    streams = channel_health(bot.database, name).streams
    read = max((one.fetched_at for one in streams if one.fetched_at), default=None)
    if read is None:
        return _("Never read so far.")
    if any(one.failures for one in streams):
        return _("Read %(when)s; a stream fails: see Health.", when=ago(read, bot.clock()))
    return _("Read %(when)s.", when=ago(read, bot.clock()))
