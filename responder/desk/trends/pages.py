"""The routes of the trends: a page for each tab, and each finding as SVG, CSV and PNG."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from markupsafe import Markup

from responder.access import Visitor
from responder.desk.charts import Plotter
from responder.desk.exported import note_export
from responder.desk.pages import PRODUCT, desk_of, problem, query, render
from responder.desk.pictures.heat import depth, heat_chart
from responder.desk.pictures.slide import slide
from responder.desk.signin import Seat
from responder.desk.spreadsheet import csv_answer
from responder.desk.tongue import _
from responder.desk.trends.bar import bar_of, filter_words, period_words
from responder.desk.trends.empty import empty
from responder.desk.trends.kept import panels_of
from responder.desk.trends.panel import Cell, Filter, Look, Panel
from responder.desk.trends.scope import Asked, Asking, Wrong, read_scope
from responder.desk.trends.tabs import TABS, Tab

router = APIRouter(include_in_schema=False)

Question = Annotated[Asked, Query()]
_FIRST: Final = "volume"
_BY_KEY: Final[Mapping[str, Tab]] = {tab.KEY: tab for tab in TABS}


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A panel with where its files are. `svg`: its picture, if it was drawn before; `along`: "time"
    where time passes in it."""

    panel: Panel
    svg: Markup | None
    along: str
    picture: str
    csv: str
    png: str
    levels: tuple[tuple[int, ...], ...]


@router.get("/trends")
def first_page(request: Request, seat: Seat, asked: Question) -> Response:
    return tab_page(request, seat, asked, _FIRST)


@router.get("/trends/{tab}")
def tab_page(request: Request, seat: Seat, asked: Question, tab: str) -> Response:
    found = _BY_KEY.get(tab)
    if found is None:
        return _no_such_page(request, seat)
    try:
        asking, look = _look(request, seat, asked, found)
    except Wrong as wrong:
        return _wrong(request, seat, wrong)
    return _page(request, found, asking, look, asked)


@router.get("/trends/{tab}/{panel}.svg")
def picture(request: Request, seat: Seat, asked: Question, tab: str, panel: str) -> Response:
    """The picture of a page that is open already."""
    return _file(request, seat, asked, tab, panel, "svg")


@router.get("/trends/{tab}/{panel}.csv")
def as_csv(request: Request, seat: Seat, asked: Question, tab: str, panel: str) -> Response:
    return _file(request, seat, asked, tab, panel, "csv")


@router.get("/trends/{tab}/{panel}.png")
def as_png(request: Request, seat: Seat, asked: Question, tab: str, panel: str) -> Response:
    return _file(request, seat, asked, tab, panel, "png")


def _file(request: Request, seat: Visitor, asked: Asked, tab: str, key: str, kind: str) -> Response:
    """One finding as a file. What leaves the desk is written down; what a page shows is not."""
    if tab not in _BY_KEY:
        return _no_such_page(request, seat)
    try:
        _asking, look = _look(request, seat, asked, _BY_KEY[tab])
    except Wrong as wrong:
        return _wrong(request, seat, wrong)
    panels = panels_of(_BY_KEY[tab], look, of_a_page=kind == "svg")
    panel = next((one for one in panels if one.key == key), None)
    if panel is None:
        return _no_such_page(request, seat)
    if kind == "svg":
        return _svg(request, seat, panel)
    note_export(look.bot, seat, f"trends {tab} {key}", detail=_held_to(asked), now=look.now)
    name = f"{tab}-{key}-{look.now.astimezone(look.bot.zone):%Y-%m-%d}"
    if kind == "csv":
        return csv_answer(f"{name}.csv", _lines(panel))
    return _png(request, seat, look, _BY_KEY[tab], panel, f"{name}.png")


def _svg(request: Request, seat: Visitor, panel: Panel) -> Response:
    svg = desk_of(request).plotter.draw(panel.spec) if panel.spec else None
    if svg is None:
        return _no_picture(request, seat, 503 if panel.spec else 404)
    return Response(str(svg), media_type="image/svg+xml")


def _png(
    request: Request, seat: Visitor, look: Look, tab: Tab, panel: Panel, name: str
) -> Response:
    spec = _drawable(panel)
    if spec is None:
        return _no_picture(request, seat, 404)
    whole = slide(spec, title=panel.title, finding=panel.finding, source=_source(look, tab))
    png = desk_of(request).plotter.png(whole)
    if png is None:
        return _no_picture(request, seat, 503)
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(png, media_type="image/png", headers=headers)


def _drawable(panel: Panel) -> Mapping[str, Any] | None:
    """What a slide shows: the picture, or the heat map as one."""
    if panel.spec is not None or not panel.heat:
        return panel.spec
    rows = [
        (first.text, [(_number(cell), cell.text) for cell in rest]) for first, *rest in panel.rows
    ]
    return heat_chart(panel.columns[1:], rows)


def _look(request: Request, seat: Visitor, asked: Asked, tab: Tab) -> tuple[Asking, Look]:
    """A tab never learns of the filters it does not honour."""
    bot = desk_of(request).bot
    now = bot.clock()
    read_scope(bot, seat, asked, now)
    held = asked.held_to(tab.HONOURS)
    asking = read_scope(bot, seat, held, now)
    compare = held.compare == "1"
    return asking, Look(bot=bot, seat=seat, scope=asking.scope, now=now, compare=compare)


def _page(request: Request, tab: Tab, asking: Asking, look: Look, asked: Asked) -> Response:
    path = f"/trends/{tab.KEY}"
    plotter = desk_of(request).plotter
    panels = panels_of(tab, look)
    nothing = empty(tab, look, asked, panels)
    return render(
        request,
        "trends.html",
        seat=look.seat,
        tab=tab,
        tabs=[(query(f"/trends/{one.KEY}", asked.pairs), one) for one in TABS],
        path=path,
        bar=bar_of(look, asked, path, tab.HONOURS),
        coarser=asking.coarser,
        narrowed=filter_words(look),
        nothing=nothing,
        shown=[] if nothing else [_shown(plotter, path, panel, asked) for panel in panels],
        extra=None if nothing else _extra(tab, look),
        extra_first=getattr(tab, "EXTRA_FIRST", False),
    )


def _extra(tab: Tab, look: Look) -> tuple[str, Mapping[str, Any]] | None:
    """The part of a tab with forms of its own, and what it is filled with."""
    part, fill = getattr(tab, "EXTRA", ""), getattr(tab, "extra", None)
    return (part, fill(look)) if part and fill else None


def _shown(plotter: Plotter, path: str, panel: Panel, asked: Asked) -> Shown:
    file = f"{path}/{panel.key}"
    return Shown(
        panel=panel,
        svg=plotter.drawn(panel.spec) if panel.spec else None,
        along="time" if _over_time(panel) else "",
        picture=query(f"{file}.svg", asked.pairs) if panel.spec else "",
        csv=query(f"{file}.csv", asked.pairs) if panel.rows else "",
        png=query(f"{file}.png", asked.pairs) if panel.spec or panel.heat else "",
        levels=_levels(panel) if panel.heat else (),
    )


def _over_time(panel: Panel) -> bool:
    """Whether time passes from left to right: our pictures name that field so."""
    along = (panel.spec or {}).get("encoding", {}).get("x", {})
    return bool(along.get("field") == "at")


def _levels(panel: Panel) -> tuple[tuple[int, ...], ...]:
    """How deep each cell of a heat map is shaded."""
    values = [[_number(cell) for cell in row[1:]] for row in panel.rows]
    highest = max((value for row in values for value in row), default=0)
    return tuple(tuple(depth(value, highest) for value in row) for row in values)


def _number(cell: Cell) -> float:
    return float(cell.value) if isinstance(cell.value, int | float) else 0.0


def _lines(panel: Panel) -> Iterator[Sequence[object]]:
    yield panel.columns
    for row in panel.rows:
        yield [cell.text if cell.value == "" else cell.value for cell in row]


def _held_to(asked: Asked) -> str:
    return ", ".join(f"{name} {value}" for name, value in asked.pairs.items())


def _source(look: Look, tab: Tab) -> str:
    period = period_words(look.scope) if Filter.PERIOD in tab.HONOURS else ""
    told = (look.bot.settings.brand.name, period, filter_words(look), PRODUCT)
    return " · ".join(part for part in told if part)


def _wrong(request: Request, seat: Visitor, wrong: Wrong) -> Response:
    return problem(request, wrong.status, _(wrong.title), _(wrong.sentence), seat=seat)


def _no_such_page(request: Request, seat: Visitor) -> Response:
    title, sentence = _("Not here"), _("There is no such page, or it is no longer there.")
    return problem(request, 404, title, sentence, seat=seat)


def _no_picture(request: Request, seat: Visitor, status: int) -> Response:
    sentence = _("The chart cannot be drawn at the moment. The table has every number.")
    return problem(request, status, _("No picture"), sentence, seat=seat)
