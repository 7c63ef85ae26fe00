"""Pure: the brand's manner of speaking put around a text: greeting, signature, disclosure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from config.book import Voice
from responder.voice.vocative import called

_FIELD = re.compile(r"\{\{\s*(\w+)\s*(?:\|\s*\"([^\"{}]*)\"\s*)?\}\}")
# A first name as people write it. Anything else (emoji, a shop, "<b>", a right-to-left mark) is
# not greeted by name: a wrong name is worse than none.
_FIRST_NAME = re.compile(r"[^\W\d_]{2,20}(?:[-'’][^\W\d_]{1,20})?\Z")


class UnknownField(ValueError):
    """A template asks for a field nobody gave."""


def fill(template: str, fields: Mapping[str, str]) -> str:
    """`template` with each {{field}} or {{field|"fallback"}} replaced, in a single pass.

    Values are never scanned again, so a customer named "{{order}}" stays just that. Raises
    UnknownField for a field without value and fallback.
    """

    def value(found: re.Match[str]) -> str:
        name, fallback = found[1], found[2]
        if fields.get(name):
            return fields[name]
        if fallback is None:
            raise UnknownField(f"no value for {{{{{name}}}}}")
        return fallback

    return _FIELD.sub(value, template)


def first_name(name: str) -> str:
    """The first name to greet somebody by, or "" when the name does not look like a person's."""
    first = name.split(maxsplit=1)[0] if name.strip() else ""
    if not _FIRST_NAME.match(first) or (first.isupper() and len(first) > 3):
        return ""
    return first if not first.islower() else first.capitalize()


def greeting(voice: Voice, name: str, language: str = "") -> str:
    """How a reply in `language` begins, to somebody of that name."""
    who = called(first_name(name), language)
    return fill(voice.greeting, {"name": who}) if who else voice.greeting_without_name
