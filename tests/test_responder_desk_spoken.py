"""No visible word of the desk is outside its catalogue: every page is asked for in a language that
puts brackets around what is translated, and what stands outside of brackets is held against what
may: what people wrote, names, numbers and moments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from gettext import NullTranslations
from html.parser import HTMLParser

import pytest

from responder.desk import tongue
from responder.team.models import Role
from tests.conftest import Place, Visit

SCREENS = (
    "/",
    "/?view=mine",
    "/?view=snoozed",
    "/?view=escalated",
    "/?view=hand",
    "/?view=unknown",
    "/?view=review",
    "/?view=sent",
    "/?view=slipping",
    "/?q=pacco&channel=x",
    "/bulk?deed=reject",
    "/notices",
    "/trends",
    "/history",
    "/library",
    "/library/new",
    "/library/voice",
    "/library/incidents",
    "/library/rules",
    "/library/table",
    "/health",
    "/team",
    "/team/invite",
    "/audit",
    "/settings",
    "/me",
    "/sign-in",
    "/nothing-here",
)
ITEMS = ("giulia", "ola", "sam", "hand", "unknown", "sent")
THEIRS = {"time", "code", "kbd", "bdi", "textarea", "script", "style", "pre"}
"""Elements whose words are never ours: what people wrote, keys, names, moments."""
READ_OUT = ("aria-label", "title", "placeholder", "alt", "data-label")
_VOID = {"br", "hr", "img", "input", "link", "meta", "source", "wbr"}
_BRACKETS = re.compile(r"⟦[^⟦⟧]*⟧")
_LETTERS = re.compile(r"[^\W\d_]{2,}")


class Bracketed(NullTranslations):
    """A language in which everything that is translated shows that it is."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"


class Reader(HTMLParser):
    """What a page shows and what is read out from it, but for what is somebody else's."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._theirs: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        theirs = tag in THEIRS or (tag != "html" and bool(given.keys() & {"lang", "dir"}))
        inside = bool(self._theirs and self._theirs[-1])
        if not inside and not theirs:
            self.found += [value for name in READ_OUT if (value := given.get(name))]
        if tag not in _VOID:
            self._theirs.append(inside or theirs)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID and self._theirs:
            self._theirs.pop()

    def handle_data(self, data: str) -> None:
        if data.strip() and not (self._theirs and self._theirs[-1]):
            self.found.append(data)


def left_over(page: str) -> Iterator[str]:
    """What stands outside of brackets and has letters."""
    reader = Reader()
    reader.feed(page)
    for text in reader.found:
        rest = text
        while (shorter := _BRACKETS.sub(" ", rest)) != rest:
            rest = shorter
        if _LETTERS.search(rest):
            yield " ".join(text.split())


@cache
def _bracketed(language: str) -> NullTranslations:
    return Bracketed()


@pytest.fixture
def in_brackets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tongue, "catalogue", _bracketed)


@pytest.mark.usefixtures("in_brackets")
@pytest.mark.parametrize("screen", SCREENS)
def test_no_word_of_a_screen_is_outside_the_catalogue(visit: Visit, screen: str) -> None:
    page = visit(Role.ADMIN).get(screen).text
    assert sorted(set(left_over(page))) == []


@pytest.mark.usefixtures("in_brackets")
@pytest.mark.parametrize("who", ITEMS)
@pytest.mark.parametrize("role", [Role.VIEWER, Role.APPROVER])
def test_no_word_of_an_item_is_outside_the_catalogue(
    visit: Visit, place: Place, who: str, role: Role
) -> None:
    page = visit(role).get(f"/item/{place.ids[who]}").text
    assert sorted(set(left_over(page))) == []
