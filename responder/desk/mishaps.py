"""What errors look like at the desk: a page that says what to do next, never a trace."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from responder.access import Visitor
from responder.approve import NotFound
from responder.crisis import deeds, statements
from responder.desk.pages import PART, problem, query
from responder.desk.roles import role_name
from responder.desk.signin import NotAllowed, NotSignedIn, safe_next
from responder.desk.tongue import N_, _, asked_for, speaking

log = logging.getLogger(__name__)

_WORDS: Final[Mapping[int, tuple[str, str]]] = {
    401: (N_("Signed out"), N_("Sign in again: you come back to where you were.")),
    403: (N_("Not allowed"), N_("Your role does not reach that far. Ask an admin of your team.")),
    404: (N_("Not here"), N_("There is no such page, or it is no longer there.")),
    405: (N_("Not like this"), N_("This address only takes what a form sends.")),
    409: (N_("Somebody was faster"), N_("Nothing was changed. Go back and read it again.")),
    413: (N_("Too large"), N_("What was sent is too large for the desk. Nothing was changed.")),
    422: (
        N_("Not understood"),
        N_("A part of what was sent is missing or wrong. Nothing was changed."),
    ),
    503: (
        N_("The database is busy"),
        N_("Nothing was changed. Go back and try again; your words are kept in the browser."),
    ),
}
_BROKEN: Final = (
    N_("Something broke on our side"),
    N_("Go back and look whether it was done before you try again. The log says more."),
)

_Page = Callable[[Request, Any], Response]


def install_pages(app: FastAPI) -> None:
    """Every error of the screens becomes a page."""
    pages: dict[type[Exception], _Page] = {
        HTTPException: _http,
        RequestValidationError: _invalid,
        NotFound: lambda request, _error: _page(request, 404),
        deeds.NotThere: lambda request, _error: _page(request, 409),
        deeds.Unsaid: lambda request, _error: _page(request, 422),
        statements.NotTheirs: lambda request, _error: _page(
            request, 409, detail=_("Somebody else was named to approve this. Nothing was changed.")
        ),
        NotSignedIn: _not_signed_in,
        NotAllowed: _not_allowed,
        IntegrityError: lambda request, _error: _page(request, 409),
        OperationalError: _busy,
        PoolTimeout: _busy,
        Exception: _broken,
    }
    for kind, page in pages.items():
        app.add_exception_handler(kind, _in_a_thread(page))


def _in_a_thread(page: _Page) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def handle(request: Request, error: Exception) -> Response:
        return await run_in_threadpool(page, request, error)

    return handle


def _page(request: Request, status: int, *, detail: str = "") -> Response:
    title, sentence = _WORDS.get(status, _BROKEN)
    # A page about a broken database must not ask it who is signed in, and what is paused.
    seat: Visitor | None = getattr(request.state, "seat", None) if status < 500 else None
    return problem(request, status, _(title), detail or _(sentence), seat=seat)


def _http(request: Request, error: HTTPException) -> Response:
    answer = _page(request, error.status_code)
    answer.headers.update(error.headers or {})
    return answer


def _invalid(request: Request, error: RequestValidationError) -> Response:
    of_path = any(one["loc"][:1] == ("path",) for one in error.errors())
    return _page(request, 404 if of_path else 422)


def _not_signed_in(request: Request, _error: NotSignedIn) -> Response:
    asked = request.url.path
    if request.method != "GET":
        asked = f"/item/{request.path_params['draft_id']}" if _of_item(request) else "/"
    elif request.url.query:
        asked = f"{asked}?{request.url.query}"
    if PART in request.headers or asked.startswith("/events"):
        return _page(request, 401)  # a script asks: it decides what becomes of typed words
    next_page = safe_next(asked)
    path = query("/sign-in", {"next": next_page} if next_page != "/" else {})
    return RedirectResponse(path, status_code=303)


def _of_item(request: Request) -> bool:
    return request.url.path.startswith("/item/") and "draft_id" in request.path_params


def _not_allowed(request: Request, error: NotAllowed) -> Response:
    told = _(
        "This needs the role %(needed)s; yours is %(role)s. Nothing was changed.",
        needed=role_name(error.needed),
        role=role_name(error.seat.role),
    )
    return _page(request, 403, detail=told)


def _busy(request: Request, error: Exception) -> Response:
    log.warning("the database does not answer: %s", error)
    answer = _page(request, 503)
    answer.headers["retry-after"] = "5"
    return answer


def _broken(request: Request, error: Exception) -> Response:
    # The address as it was declared: a path that was asked for may hold a one-time link.
    route = getattr(request.scope.get("route"), "path", "(no page of ours)")
    log.error("%s %s failed", request.method, route, exc_info=error)
    with speaking(asked_for(request.headers)):  # this happens outside of what knows the language
        return _page(request, 500)
