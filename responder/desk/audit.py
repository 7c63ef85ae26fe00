"""The screen of the audit, for admins: who did what, when, and to what; and the same as a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from listener.normalize import clean
from responder.access import Visitor
from responder.audited import About, Search, every_deed, read_audit
from responder.bot import Bot
from responder.desk.deed_names import DEEDS
from responder.desk.exported import note_export
from responder.desk.pages import desk_of, query, render
from responder.desk.rows import label_of, name_of
from responder.desk.signin import AdminSeat
from responder.desk.spreadsheet import csv_answer
from responder.desk.tongue import _
from responder.models import Audit
from responder.team.accounts import agents

router = APIRouter(include_in_schema=False)

_YEARS: Final = (2000, 2100)  # beyond them, a zone's offset may leave the calendar
_LONGEST: Final = 160
_Word = Annotated[str, Query(max_length=200)]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One deed as it is shown. `path` leads to what it is about, if there is such a page."""

    at: datetime
    who: str
    deed: str
    subject: str
    path: str
    detail: str


@router.get("/audit")
def audit_page(
    request: Request,
    seat: AdminSeat,
    who: _Word = "",
    deed: _Word = "",
    since: _Word = "",
    until: _Word = "",
    before: _Word = "",
) -> Response:
    bot = desk_of(request).bot
    asked = _asked(who=who, deed=deed, since=since, until=until)
    page = read_audit(bot.database, _search(bot, seat, asked), before=clean(before))
    return render(
        request,
        "audit.html",
        seat=seat,
        rows=[_row(bot, row, page.about.get(row.subject)) for row in page.rows],
        asked=asked,
        people=[agent.name for agent in agents(bot.database)],
        deeds=sorted(((one, _(one)) for one in DEEDS), key=lambda pair: pair[1].casefold()),
        older=query("/audit", asked | {"before": page.older}) if page.older else "",
        first=query("/audit", asked) if before else "",
        file=query("/audit.csv", asked),
    )


@router.get("/audit.csv")
def audit_file(
    request: Request,
    seat: AdminSeat,
    who: _Word = "",
    deed: _Word = "",
    since: _Word = "",
    until: _Word = "",
) -> Response:
    """As it is kept: in English, with whole ids, for whoever examines it elsewhere."""
    bot = desk_of(request).bot
    asked, now = _asked(who=who, deed=deed, since=since, until=until), bot.clock()
    search, day = _search(bot, seat, asked), now.astimezone(bot.zone)
    note_export(bot, seat, "audit", detail=", ".join(sorted(asked)) or "everything", now=now)
    return csv_answer(f"audit-{day:%Y-%m-%d}.csv", _lines(every_deed(bot.database, search)))


def _lines(rows: Iterator[Audit]) -> Iterator[Sequence[object]]:
    yield ("at", "who", "deed", "subject", "detail")
    for row in rows:
        yield (row.at.isoformat(), row.who, row.action, row.subject, row.detail)


def _asked(**values: str) -> dict[str, str]:
    """What a URL asks for, without what it leaves open and what cannot be meant."""
    said = {name: clean(value).strip() for name, value in values.items()}
    for name in ("since", "until"):
        if _day(said[name]) is None:
            said[name] = ""
    return {name: value for name, value in said.items() if value}


def _search(bot: Bot, seat: Visitor, asked: dict[str, str]) -> Search:
    since, until = _day(asked.get("since", "")), _day(asked.get("until", ""))
    return Search(
        who=asked.get("who", ""),
        action=asked.get("deed", ""),
        since=_midnight(since, bot.zone) if since else None,
        until=_midnight(until + timedelta(days=1), bot.zone) if until else None,
        channels=seat.channels,
    )


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if _YEARS[0] <= found.year <= _YEARS[1] else None


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def _row(bot: Bot, row: Audit, about: About | None) -> Row:
    subject, path = row.subject, ""
    if about and about.agent_id:
        subject, path = about.name, f"/team/{about.agent_id}"
    elif about:
        label = label_of(bot, about.channel)
        subject = _("%(name)s on %(channel)s", name=name_of(about.author), channel=label)
        path = f"/item/{about.draft_id}" if about.draft_id else ""
    return Row(
        at=row.at,
        who=row.who,
        deed=_(row.action),
        subject=subject,
        path=path,
        detail=row.detail if len(row.detail) <= _LONGEST else f"{row.detail[:_LONGEST]}…",
    )
