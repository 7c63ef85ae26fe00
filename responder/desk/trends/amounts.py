"""Numbers and shares as words of the reader's language."""

from __future__ import annotations

from babel.numbers import format_decimal, format_percent

from responder.desk.tongue import _, locale


def number_words(number: float) -> str:
    """ "1,203"."""
    return format_decimal(number, locale=locale())


def score_words(score: float) -> str:
    """ "-0.12"."""
    return format_decimal(round(score, 2) + 0.0, "0.00", locale=locale())


def share_words(part: float, whole: float = 1) -> str:
    """ "38%", or "38 %" where people write it so: of nothing, nothing. A share that is there is
    never called none."""
    share = part / whole if whole else 0.0
    usual = locale().percent_formats[None].pattern
    finer = usual.replace("##0", "##0.0")
    return format_percent(share, finer if 0 < share < 0.01 else usual, locale=locale())


def change_words(now: int, before: int) -> str:
    """How much more or less it is than in the period before."""
    if not before:
        return _("In the period before there was nothing.")
    change, earlier = abs(now - before) / before, number_words(before)
    if now == before:
        return _("As many as in the period before.")
    if now > before:
        told = _("%(share)s more than in the period before (%(number)s).")
    else:
        told = _("%(share)s less than in the period before (%(number)s).")
    return told % {"share": share_words(change), "number": earlier}
