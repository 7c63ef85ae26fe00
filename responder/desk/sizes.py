"""How much room something takes, and how long it lasts, as people read it in their language."""

from __future__ import annotations

from datetime import timedelta

from babel.numbers import format_decimal

from responder.desk.tongue import _, locale
from responder.desk.words import span

_MEGABYTE = 1_000_000
_GIGABYTE = 1_000_000_000


def size(count: int) -> str:
    """So many bytes: "0.3 MB", "48 MB", "1.2 GB"."""
    if count >= _GIGABYTE:
        return _("%(number)s GB", number=_rounded(count / _GIGABYTE))
    return _("%(number)s MB", number=_rounded(count / _MEGABYTE))


def seconds(length: float) -> str:
    """So many seconds: "0.4 s", "12 s", "5 min"."""
    if length < 90:
        return _("%(number)s s", number=_rounded(length))
    return span(timedelta(seconds=length))


def _rounded(number: float) -> str:
    whole = round(number) if number >= 10 else round(number, 1)
    return str(format_decimal(whole, locale=locale()))
