"""How somebody wants the desk to look and to listen: kept in their browser, so that it holds on the
pages before the door as well, and on each machine as its eyes and hands need it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fastapi import Request
from fastapi.responses import Response

THEMES: Final = ("light", "dark")  # else: as the system has it
DENSITIES: Final = ("compact",)  # else: comfortable
KEYS: Final = ("off", "on")  # else: as the browser's own note says (static/looks.js)

THEME: Final = "desk-theme"
DENSITY: Final = "desk-density"
SINGLE_KEYS: Final = "desk-keys"

_YEAR_SECONDS: Final = 365 * 24 * 3600


@dataclass(frozen=True, kw_only=True)
class Looks:
    """What stands on the page's root element. Empty: nothing was chosen."""

    theme: str
    density: str
    keys: str


def looks_of(request: Request) -> Looks:
    """What this browser remembers, as far as we know the words."""
    return Looks(
        theme=_one_of(THEMES, request.cookies.get(THEME)),
        density=_one_of(DENSITIES, request.cookies.get(DENSITY)),
        keys=_one_of(KEYS, request.cookies.get(SINGLE_KEYS)),
    )


def remember(request: Request, answer: Response, cookie: str, value: str) -> None:
    """Have the browser keep a choice for a year; "" forgets it. No secret: scripts may read it."""
    secure = request.url.scheme == "https"
    if value:
        answer.set_cookie(
            cookie, value, max_age=_YEAR_SECONDS, path="/", secure=secure, samesite="lax"
        )
    elif cookie in request.cookies:
        answer.delete_cookie(cookie, path="/", secure=secure, samesite="lax")


def _one_of(known: tuple[str, ...], said: str | None) -> str:
    return said if said in known else ""
