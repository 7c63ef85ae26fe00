"""What stands in the holes of the domain's sentences, said in the reader's language: numbers,
moments, languages, and the words the domain keeps for what it tells apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from types import MappingProxyType
from typing import Final

from babel.core import Locale
from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal

from responder.desk.sentences import WORDS
from responder.desk.tongue import catalogue, locale, say, spoken

_NUMBERS: Final = frozenset(
    {
        *("number", "most", "least", "limit", "used", "less", "left", "lost", "ours", "bad"),
        *("seconds", "megabytes", "percent", "seen", "place", "code", "all", "lacking"),
    }
)
_BARE: Final = frozenset({"place", "code"})  # digits that count nothing
_WORD_OF: Final = MappingProxyType(
    {
        "topic": "topic",
        "phase": "phase",
        "feeling": "feeling",
        "reply": "reply",
        "draft": "draft",
        "level": "pause",
        "form": "form of address",
        "pot": "money",
        "use": "use",
        "scope": "limit",
        "verdict": "verdict",
        "by": "time",
    }
)
"""Holes that only a word of that kind can fill."""
_LEAP_YEAR: Final = 2000
_BY_THEMSELVES: Final = ("topic", "phase", "feeling", "signal", "mention", "draft", "reply", "role")
"""Kinds of which a word may stand alone, in the order in which they are tried."""


def named(value: str, kind: str) -> str:
    """A word of the domain for people, also in English: ("self_harm", "signal") is "self-harm".
    What is no word of that kind stays as it is."""
    known = WORDS[kind].get(value)
    return value if known is None else catalogue(spoken()).pgettext(kind, known)


def word(value: str) -> str | None:
    """A word that stands alone; None if the domain has no such word."""
    kind = next((kind for kind in _BY_THEMSELVES if value in WORDS[kind]), None)
    return None if kind is None else named(value, kind)


def shape(name: str) -> str:
    """What a hole of that name may hold, as a pattern."""
    if name in _NUMBERS:
        return r"\d[\d,.]*"
    return r"[a-z][a-z0-9_]*" if name in ("key", "other") else ".+?"


def value(name: str, text: str) -> str | None:
    """What stands in a hole, for the reader; None if such a thing cannot stand there."""
    if name in _WORD_OF:
        return named(text, _WORD_OF[name]) if text in WORDS[_WORD_OF[name]] else None
    if name in _NUMBERS and name not in _BARE:
        return _decimal(text)
    say_it = _SAID.get(name)
    return say_it(text) if say_it else text


def number(text: str) -> int:
    """What decides about the form of a plural."""
    return int(_read(text) or 0)


def _read(text: str) -> Decimal | None:
    try:
        return Decimal(text.replace(",", ""))
    except InvalidOperation:
        return None


def _decimal(text: str) -> str:
    read = _read(text)
    return text if read is None else format_decimal(read, locale=locale())


def _topics(text: str) -> str | None:
    topics = text.split(", ")
    known = all(topic in WORDS["topic"] for topic in topics)
    return ", ".join(named(topic, "topic") for topic in topics) if known else None


def _rules(text: str) -> str:
    """Rules by their numbers, "R07, R20", or with their names behind these."""
    told = (one.partition(" ") for one in text.split(", "))
    return ", ".join(f"{rule}{space}{say(title) if title else ''}" for rule, space, title in told)


def _cue(text: str) -> str:
    """A topic, phase or signal, or another cue; "_" was made a space."""
    kept = text.replace(" ", "_")
    kind = next((kind for kind in ("topic", "phase", "signal") if kept in WORDS[kind]), "cue")
    return named(text if kind == "cue" else kept, kind)


def _pull(text: str) -> str:
    """A word of the customer's, in quotation marks, or one of our names for what was seen."""
    if text.startswith("“"):
        return text
    before = "a cue for "
    if text.startswith(before):
        return say("a cue for %(cue)s") % {"cue": _cue(text.removeprefix(before))}
    return say(text)


@cache
def _codes() -> Mapping[str, str]:
    """The codes of languages by their English names."""
    return {name: code for code, name in Locale("en").languages.items()}


def _language(text: str) -> str:
    code = text if len(text) == 2 else _codes().get(text, "")
    return str(locale().languages.get(code, text))


def _entries(text: str) -> str:
    """ "article: gift_card, store: milan"."""
    told = (one.partition(": ") for one in text.split(", "))
    return ", ".join(f"{named(kind, 'entry')}{mark}{key}" for kind, mark, key in told)


def _languages(text: str) -> str:
    return ", ".join(map(_language, text.split(", ")))


def _moment(text: str) -> str:
    """A moment of universal time, as conditions and errors of networks write it."""
    try:
        at = datetime.fromisoformat(text.removesuffix(" UTC").removesuffix("Z"))
    except ValueError:
        return text
    return f"{format_date(at, 'medium', locale=locale())}, {at:%H:%M} UTC"


def _date(text: str) -> str:
    day = _parsed(text, "%Y-%m-%d") or _parsed(text, "%d %b %Y")
    return format_date(day, "medium", locale=locale()) if day else text


def _day(text: str) -> str:
    """ "30 November"."""
    day = _parsed(f"{text} {_LEAP_YEAR}", "%d %B %Y")
    return format_skeleton("MMMMd", day, locale=locale()) if day else text


def _opens(text: str) -> str:
    """ "Mon 30 Nov, 09:00": of what year it is, nobody said; any with that weekday will do."""
    written, _, clock = text.partition(", ")
    years = range(_LEAP_YEAR, _LEAP_YEAR + 28)  # then weekdays come round again
    days = (_parsed(f"{written} {year}", "%a %d %b %Y") for year in years)
    day = next((day for day in days if day and f"{day:%a}" == written[:3]), None)
    return f"{format_skeleton('MMMEd', day, locale=locale())}, {clock}" if day else text


def _parsed(text: str, form: str) -> date | None:
    try:
        return datetime.strptime(text, form).date()  # noqa: DTZ007  # a day is one anywhere
    except ValueError:
        return None


_SAID: Final[Mapping[str, Callable[[str], str | None]]] = MappingProxyType(
    {
        "topics": _topics,
        "rules": _rules,
        "pull": _pull,
        "cue": _cue,
        "language": _language,
        "read": _language,
        "languages": _languages,
        "moment": _moment,
        "date": _date,
        "day": _day,
        "opens": _opens,
        "status": lambda text: named(text, "mention"),
        "entries": _entries,
        "kind": lambda text: named(text, "entry"),
        "whom": say,
    }
)
