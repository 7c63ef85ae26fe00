"""What every screen shares: the parts behind the desk, and how a page is rendered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from responder.access import Visitor
from responder.bot import Bot
from responder.desk import tongue, words
from responder.desk.banner import banners
from responder.desk.charts import Plotter
from responder.desk.listing import view_name
from responder.desk.live import Hub
from responder.desk.looks import looks_of
from responder.desk.retold import begun, retold
from responder.desk.retold_values import named
from responder.desk.roles import role_may, role_name
from responder.desk.rows import View
from responder.desk.toast import Toast, read_resumed
from responder.desk.tongue import _
from responder.handling.notes import unseen
from responder.library.uses import Uses
from responder.pulse import Pulse
from responder.team.models import Role

PRODUCT: Final = "Antiphon"
HERE: Final = Path(__file__).resolve().parent
PART: Final = "desk-part"
"""The header by which our own scripts ask; a browser without scripts never sends it."""
PEEK: Final = "desk-peek"
"""The page is fetched ahead: nobody looks at it yet."""
AHEAD: Final = "desk-ahead"
"""The next page is open already: a word about what was done is enough."""


def screens() -> tuple[tuple[str, str], ...]:
    """What the line at the top leads to: address and name. People's own pages are in their menu."""
    return (
        ("/", _("Desk")),
        ("/trends", _("Trends")),
        ("/history", _("History")),
        ("/library", _("Library")),
        ("/health", _("Health")),
    )


def own_screens(seat: Visitor) -> tuple[tuple[str, str], ...]:
    """What somebody's own menu leads to: address and name."""
    everybody = (("/me", _("Me")), ("/team", _("Team")))
    admins = (("/audit", _("Audit")), ("/settings", _("Settings")))
    return everybody + admins if seat.may(Role.ADMIN) else everybody


@dataclass(frozen=True, kw_only=True)
class Desk:
    """The parts the screens stand on. One per process, at `app.state.desk`."""

    bot: Bot
    pulse: Pulse | None
    hub: Hub
    plotter: Plotter
    templates: Environment

    def __post_init__(self) -> None:
        self.hub.watch_file(self.bot.pause_file)

    @cached_property
    def uses(self) -> Uses:
        """What people make of the library's words."""
        return Uses(self.bot)


@dataclass(frozen=True, kw_only=True)
class ChannelName:
    """A channel as its table is named, and as people call it."""

    name: str
    label: str


@cache
def make_templates() -> Environment:
    """Everything is escaped, and a forgotten value is an error, not a blank. One for all desks of
    a process: to compile the templates takes longer than to fill them."""
    templates = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    templates.policies["ext.i18n.trimmed"] = True
    translations: Any = templates
    translations.install_gettext_callables(tongue.say, tongue.say_many, newstyle=True)
    templates.filters.update(is_language=_is_language, web=_is_web, host=_host)
    templates.filters.update(retold=_retold, named=_named, begun=begun)
    templates.globals.update(
        product=PRODUCT,
        words=words,
        View=View,
        view_name=view_name,
        Role=Role,
        role_name=role_name,
        role_may=role_may,
        spoken=tongue.spoken,
        screens=screens,
        own_screens=own_screens,
    )
    return templates


@pass_context  # of a constant, too, it is asked for each reader anew
def _retold(_context: Context, sentence: str) -> str:
    return retold(sentence)


@pass_context
def _named(_context: Context, value: str, kind: str) -> str:
    return named(value, kind)


def _is_language(code: str) -> bool:
    """Fit for a lang attribute. The codes come from networks: "und" and "unknown" are none."""
    return code.isascii() and code.isalpha() and 2 <= len(code) <= 3 and code != "und"


def _is_web(url: str) -> bool:
    """A link we may offer: networks and customers could hand us any scheme."""
    return url.startswith(("https://", "http://"))


def _host(url: str) -> str:
    """Where a link really leads, in the letters that are asked of the name server: a look-alike
    name shows as "xn--…"."""
    try:
        host = urlsplit(url).hostname or ""
        return host.encode("idna").decode("ascii")
    except ValueError:
        return "link"


def desk_of(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


def render(
    request: Request,
    template: str,
    *,
    seat: Visitor | None = None,
    status: int = 200,
    **values: Any,
) -> HTMLResponse:
    """A whole page, or the part of one that `template` is. Values are escaped by the template."""
    desk = desk_of(request)
    html = desk.templates.get_template(template).render(
        brand=desk.bot.settings.brand.name,
        seat=seat,
        looks=looks_of(request),
        here=request.url.path,
        live=getattr(request.state, "live", ""),
        unseen=_unseen(desk.bot, seat),
        paused=banners(desk.bot, seat) if seat else (),
        channels=tuple(
            ChannelName(name=name, label=channel.declaration.label)
            for name, channel in desk.bot.channels.items()
            if seat is None or seat.sees(name)
        ),
        now=desk.bot.clock(),
        zone=desk.bot.zone,
        **(values | {"toast": values.get("toast") or _gone_on(request)}),
    )
    return HTMLResponse(html, status_code=status)


def _gone_on(request: Request) -> Toast | None:
    """A pause is ended from the line above any page, so any page says that it was."""
    return read_resumed(request.query_params.get("done", ""))


def _unseen(bot: Bot, seat: Visitor | None) -> int:
    """How many notes name this agent and were not read yet."""
    if seat is None or seat.agent_id is None:
        return 0
    with bot.database.read() as session:
        return unseen(session, seat.agent_id, seat.channels)


def problem(
    request: Request, status: int, title: str, sentence: str, *, seat: Visitor | None = None
) -> HTMLResponse:
    """A page that says what went wrong and what to do, in the desk's look."""
    return render(request, "problem.html", seat=seat, status=status, title=title, sentence=sentence)


def query(path: str, values: Mapping[str, str] | Iterable[tuple[str, str]]) -> str:
    """A path of ours with a query string."""
    pairs = urlencode(dict(values))
    return f"{path}?{pairs}" if pairs else path
