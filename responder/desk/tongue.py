"""In which language the desk speaks to whoever looks at it.

Words of ours stand in English in templates and modules, marked with `_`; their translations lie in
`locale/*.po` and are compiled in memory at the first use. What is kept (audit, reasons, statuses)
stays English: it is put into words anew for each reader.
"""

from __future__ import annotations

import gettext as library
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.core import Locale, negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Receive, Scope, Send

from responder.desk.problem import PREFIX
from responder.sentences import N_ as N_  # noqa: PLC0414  # whoever translates marks as well
from responder.sentences import Refused

LANGUAGES: Final = ("en", "it", "es", "fr", "de", "pl", "el")
COOKIE: Final = "desk-language"
FOLDER: Final = Path(__file__).resolve().parent / "locale"
_ENGLISH: Final = "en"

_spoken: ContextVar[str] = ContextVar("spoken", default=_ENGLISH)


def _(text: str, /, **values: object) -> str:
    """`text` in the reader's language; `values` fill its "%(name)s"."""
    said = say(text)
    return said % values if values else said


def many(one: str, more: str, number: int, /, **values: object) -> str:
    """The form a number takes in the reader's language: Polish has three. "%(number)s" is it."""
    return say_many(one, more, number) % ({"number": number} | values)


def said(refusal: Refused) -> str:
    """Why something was refused, in the reader's language."""
    return _(refusal.sentence, **refusal.values)


def say(text: str) -> str:
    """As `_`, with nothing filled in: what templates ask, which fill and escape by themselves."""
    return catalogue(_spoken.get()).gettext(text)


def say_many(one: str, more: str, number: int) -> str:
    """As `many`, with nothing filled in."""
    return catalogue(_spoken.get()).ngettext(one, more, number)


def spoken() -> str:
    """The code of the reader's language."""
    return _spoken.get()


def locale() -> Locale:
    """The reader's language as Babel knows it, for numbers and dates."""
    return Locale.parse(_spoken.get())


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak `language` (one of LANGUAGES) for a while."""
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


@cache
def catalogue(language: str) -> library.NullTranslations:
    """The translations of a language; of English there are none."""
    if language == _ENGLISH:
        return library.NullTranslations()
    compiled = BytesIO()
    with (FOLDER / f"{language}.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return library.GNUTranslations(compiled)


def asked_for(headers: Headers) -> str:
    """The language somebody chose at the desk, or the first their browser asks for that we have."""
    chosen = cookie_parser(headers.get("cookie", "")).get(COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
    wanted = headers.get("accept-language", "").lower().split(",")[:20]
    codes = [part.partition(";")[0].strip() for part in wanted]
    return negotiate_locale(codes, LANGUAGES, sep="-") or _ENGLISH


class Tongue:
    """Each page in its reader's language. Programs are spoken to in English, whatever they send:
    what the API says is compared, logged and searched for."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(PREFIX):
            await self.app(scope, receive, send)
            return
        with speaking(asked_for(Headers(scope=scope))):
            await self.app(scope, receive, send)
