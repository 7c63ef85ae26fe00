"""The desk put together: screens, API, health, the guard around them, and what errors look like."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles

from responder.bot import Bot
from responder.desk import (
    actions,
    api,
    audit,
    bulk,
    conduct,
    episodes,
    health,
    health_page,
    history,
    incidents,
    letters,
    library,
    library_edit,
    library_table,
    me,
    media,
    mentions,
    notices,
    queue,
    rules,
    settings,
    settling,
    signin,
    stream,
    switch,
    team,
    voice_box,
    writing,
)
from responder.desk.charts import Plotter
from responder.desk.guard import Guard, hosts_of
from responder.desk.live import Hub, Watcher
from responder.desk.mishaps import install_pages
from responder.desk.pages import HERE, Desk, make_templates
from responder.desk.staffing import pages as staffing
from responder.desk.tongue import Tongue
from responder.desk.trends import pages as trends
from responder.pulse import Pulse


def create_app(bot: Bot, *, host: str | None = None, pulse: Pulse | None = None) -> FastAPI:
    """The web app of one installation. `host`: what it is bound to, if not what settings say.
    `pulse`: of the jobs in this process, if any run here."""
    desk = Desk(
        bot=bot,
        pulse=pulse,
        hub=Hub(Watcher(database=bot.database, clock=bot.clock)),
        plotter=Plotter(),
        templates=make_templates(),
    )

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        desk.hub.close()
        desk.plotter.close()

    app = FastAPI(
        title="Antiphon",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.desk = desk
    item = (actions, writing, conduct, settling, media, notices)
    looks = (trends, episodes, mentions, staffing, history, health_page)
    shared = (queue, bulk, *item, stream, switch, *looks, letters)
    shelves = (library, library_edit, library_table, voice_box, incidents, rules)
    for part in (api, health, signin, *shared, *shelves, me, team, audit, settings):
        # Its routes as they were built when it was loaded: `include_router` builds each of them
        # anew in every app, which the first who comes would wait for.
        app.router.routes.extend(part.router.routes)
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    install_pages(app)
    api.install_problem_handlers(app)  # for its own paths; elsewhere ours, installed before, go on
    # The last one added is the first one asked: nothing gets past the guard.
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)
    app.add_middleware(stream.Sooner, hub=desk.hub)
    app.add_middleware(Tongue)
    behind_proxy = bot.settings.desk.behind_proxy  # which knows by what names we are known
    hosts = None if behind_proxy else hosts_of(host or bot.settings.desk.host)
    app.add_middleware(Guard, hosts=hosts)
    return app
