"""What a value must look like: a small part of Lexicon, with the reference server's complaints.

https://atproto.com/specs/lexicon (2026-11). A check takes a value and its path, and raises
Misshapen.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from listener.sandbox.bluesky import dates
from listener.sandbox.bluesky.graphemes import count

Check = Callable[[Any, str], None]

_SHOWN = 256  # characters of a wrong text that are repeated
_HANDLE = (
    r"([a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
)
_DID = r"did:[a-z]+:[a-zA-Z0-9._:%-]*[a-zA-Z0-9._-]"
_NSID = (
    r"[a-zA-Z]([a-zA-Z0-9-]{0,62})?(\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,62})?)+\.[a-zA-Z][a-zA-Z0-9]{0,62}"
)
_KEY = r"(?!\.{1,2}$)[a-zA-Z0-9_~.:-]{1,512}"
TID: Final = r"[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}"
_FORMATS: Final[Mapping[str, str]] = {
    "AT identifier": rf"{_DID}|{_HANDLE}",
    "CID string": r"b[a-z2-7]{20,}|z[1-9A-HJ-NP-Za-km-z]{20,}|Qm[1-9A-HJ-NP-Za-km-z]{44}",
    "DID": _DID,
    "NSID": _NSID,
    "TID string": TID,
    "at-uri": rf"at://({_DID}|{_HANDLE})(/{_NSID}(/{_KEY})?)?",
    "handle": _HANDLE,
    "language": r"(i|[a-z]{2,3})(-[A-Za-z0-9]{1,8})*|x(-[A-Za-z0-9]{1,8})+",
    "record key": _KEY,
    "uri": r"\w+:(//)?[^\s/]\S*",
}
_LONGEST: Final = {"DID": 2048, "AT identifier": 2048, "handle": 253, "NSID": 317, "at-uri": 8192}


class Misshapen(Exception):
    """What is wrong, and where."""

    def __init__(self, problem: str, path: str) -> None:
        super().__init__(f"{problem} at {path}")
        self.problem = problem


def is_form(value: str, form: str) -> bool:
    """Whether a text has that form, by the name a complaint calls it."""
    if form == "datetime":
        return dates.is_date(value)
    fits = re.fullmatch(_FORMATS[form], value, re.ASCII) is not None
    return fits and len(value) <= _LONGEST.get(form, 8192)


def shown(value: Any) -> str:
    """A wrong value in a complaint: texts cut, only the beginning of what holds others."""
    match value:
        case str():
            cut = value if len(value) < _SHOWN else value[: _SHOWN - 1] + "…"
            return json.dumps(cut, ensure_ascii=False)
        case list():
            return f"[{', '.join(map(shown, value[:2]))}{', ...' if len(value) > 2 else ''}]"
        case dict():
            names = ", ".join(f"{json.dumps(name)}: ..." for name in list(value)[:2])
            return f"{{{names}{', ...' if len(value) > 2 else ''}}}"
    return json.dumps(value)


def _wrong_type(expected: str, value: Any, path: str) -> Misshapen:
    return Misshapen(f"Expected {expected} value type (got {shown(value)})", path)


def text(form: str = "", *, most: int | None = None, graphemes: int | None = None) -> Check:
    """`most`: bytes; bytes are looked at first."""

    def check(value: Any, path: str) -> None:
        if not isinstance(value, str):
            raise _wrong_type("string", value, path)
        size = len(value.encode())
        if most is not None and size > most:
            raise Misshapen(f"string too big (maximum {most}, got {size})", path)
        if graphemes is not None and len(value) > graphemes:  # there are never more than characters
            seen = count(value)
            if seen > graphemes:
                raise Misshapen(f"grapheme too big (maximum {graphemes}, got {seen})", path)
        if form and not is_form(value, form):
            raise Misshapen(f"Invalid {form} (got {shown(value)})", path)

    return check


def whole(least: int | None = None, most: int | None = None) -> Check:
    def check(value: Any, path: str) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            raise _wrong_type("integer", value, path)
        if least is not None and value < least:
            raise Misshapen(f"integer too small (minimum {least}, got {value})", path)
        if most is not None and value > most:
            raise Misshapen(f"integer too big (maximum {most}, got {value})", path)

    return check


def flag(value: Any, path: str) -> None:
    if not isinstance(value, bool):
        raise _wrong_type("boolean", value, path)


def any_thing(value: Any, path: str) -> None:
    if not isinstance(value, dict):
        raise _wrong_type("object", value, path)


def items(each: Check, *, most: int | None = None) -> Check:
    def check(value: Any, path: str) -> None:
        if not isinstance(value, list):
            raise _wrong_type("array", value, path)
        if most is not None and len(value) > most:
            raise Misshapen(f"array too big (maximum {most}, got {len(value)})", path)
        for at, one in enumerate(value):
            each(one, f"{path}[{at}]")

    return check


def thing(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    """An object. What it has besides is nobody's business."""

    def check(value: Any, path: str) -> None:
        any_thing(value, path)
        for name in required:
            if name not in value:
                raise Misshapen(f'Missing required key "{name}"', path)
        for name, each in {**required, **(optional or {})}.items():
            if name in value:
                each(value[name], f"{path}.{name}")

    return check


def typed(**known: Check) -> Check:
    """An open union: of the kinds we know each has its shape; any other kind is fine."""
    by_type = {name.replace("__", "#").replace("_", "."): each for name, each in known.items()}

    def check(value: Any, path: str) -> None:
        if not isinstance(value, dict) or not isinstance(value.get("$type"), str):
            raise _wrong_type('an object which includes the "$type" property', value, path)
        if value["$type"] in by_type:
            by_type[value["$type"]](value, path)

    return check


def blob(value: Any, path: str) -> None:
    """A picture that was uploaded before."""
    link = value.get("ref") if isinstance(value, dict) and value.get("$type") == "blob" else None
    if not isinstance(link, dict) or not isinstance(link.get("$link"), str):
        raise _wrong_type("blob", value, path)
