"""Errors as the API tells them: problem+json (RFC 9457), below /api/v1 and nowhere else."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from inspect import isawaitable
from typing import Any, Final

import anyio.from_thread
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from responder.approve import Blocked, Conflict, NotFound
from responder.views import BadCursor, FindingView

log = logging.getLogger(__name__)

PREFIX: Final = "/api/v1"
MEDIA_TYPE: Final = "application/problem+json"

Handler = Callable[[Request, Any], Response]


class ProblemView(BaseModel):
    """What went wrong. `detail` is for a person; `findings` come with words that may not leave."""

    title: str
    status: int
    detail: str
    findings: list[FindingView] | None = None


class Problem(Exception):
    """Ends a request with this status and sentence."""

    def __init__(
        self, status: int, detail: str, headers: Mapping[str, str] | None = None, **more: Any
    ) -> None:
        self.status, self.detail, self.headers, self.more = status, detail, headers, more
        super().__init__(detail)

    def answer(self) -> Response:
        body = {"title": HTTPStatus(self.status).phrase, "status": self.status}
        content = body | {"detail": self.detail} | self.more
        return JSONResponse(content, self.status, headers=self.headers, media_type=MEDIA_TYPE)


def install_problem_handlers(app: FastAPI) -> None:
    """Tell every error below /api/v1 as problem+json. Elsewhere the handlers `app` has by now go on
    as they did."""
    for kind, translate in _TRANSLATIONS.items():
        app.add_exception_handler(kind, _handler(translate, app.exception_handlers.get(kind)))


def _handler(translate: Callable[[Any], Problem], before: Any) -> Handler:
    # Not async, so that whoever wraps it may simply call it. Starlette runs it in a worker thread.
    def handle(request: Request, error: Exception) -> Response:
        if (request.scope["path"] + "/").startswith(PREFIX + "/"):
            return translate(error).answer()
        if before is None:
            raise error
        found = before(request, error)
        return anyio.from_thread.run(_wait_for, found) if isawaitable(found) else found

    return handle


async def _wait_for(answer: Awaitable[Response]) -> Response:
    return await answer


def _of_http(error: HTTPException) -> Problem:
    return Problem(error.status_code, str(error.detail), error.headers)


def _of_validation(error: RequestValidationError) -> Problem:
    return Problem(422, in_words(error.errors()))


def in_words(errors: Any) -> str:
    """What is wrong, without repeating what was sent: it may be anything, a secret included."""
    return (
        "; ".join(
            f"{'.'.join(str(part)[:40] for part in one['loc'])}: {one['msg']}" for one in errors[:5]
        )
        .encode("utf-8", "replace")
        .decode()
    )


def _of_nothing(error: Exception) -> Problem:
    return Problem(404, str(error))


def _of_conflict(error: Conflict) -> Problem:
    return Problem(409, str(error))


def _of_findings(error: Blocked) -> Problem:
    findings = [finding.as_json() for finding in error.findings]
    return Problem(422, str(error), findings=findings)


def _of_race(error: IntegrityError) -> Problem:
    log.warning("the store refused a write: %s", error.orig)
    return Problem(409, "Somebody was faster: read it again")


def _of_store(error: Exception) -> Problem:
    log.warning("the store does not answer: %s", error)
    return Problem(503, "The database is busy or away: try again", {"Retry-After": "5"})


_TRANSLATIONS: Final[Mapping[type[Exception], Callable[[Any], Problem]]] = {
    Problem: lambda problem: problem,
    HTTPException: _of_http,
    RequestValidationError: _of_validation,
    BadCursor: lambda error: Problem(422, str(error)),
    NotFound: _of_nothing,
    Conflict: _of_conflict,
    Blocked: _of_findings,
    IntegrityError: _of_race,
    OperationalError: _of_store,
    PoolTimeout: _of_store,
    Exception: lambda _error: Problem(500, "Something broke on our side; the log says what"),
}
