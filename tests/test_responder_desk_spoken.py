"""No visible word of the desk is outside its catalogue: every page is asked for in a language that
puts brackets around what is translated, and what stands outside of brackets is held against what
may: what people wrote, names, numbers and moments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from starlette.testclient import TestClient

from responder.desk.tongue import COOKIE
from responder.team.models import Role
from tests.conftest import Place, Visit
from tests.desk_story import PEOPLE
from tests.pseudo import pseudo as pseudo  # noqa: PLC0414  # a fixture

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
    "/trends/sentiment",
    "/trends?from=2026-03-01&to=2026-03-02&channel=x&compare=1",
    "/mentions",
    "/mentions?from=2026-03-01T09:00&channel=x&topic=size&facet=rival:x&weekday=1&hour=2&q=x",
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
THEIRS = {"text", "time", "code", "kbd", "bdi", "textarea", "script", "style", "pre"}
"""Elements whose words are never ours: what people wrote, keys, names, moments, and what a chart
writes at its axes."""
READ_OUT = ("aria-label", "title", "placeholder", "alt", "data-label")
_VOID = {"br", "hr", "img", "input", "link", "meta", "source", "wbr"}
_BRACKETS = re.compile(r"⟦[^⟦⟧]*⟧")
_BETWEEN = "\x1f"
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_CUSTOMERS = "|".join(
    (*(person.name for person in PEOPLE), "Petra Vogt", "Tom Reed", "Anna Bianchi")
)
_NAMES = re.compile(rf"\b(Antiphon|CSV|PNG|Facebook|viewer|approver|admin|bo|{_CUSTOMERS})\b")
"""Proper names: the program, its networks, the people of the test."""


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
        theirs = self._theirs and self._theirs[-1]
        self.found.append("" if theirs else data)


def left_over(page: str) -> Iterator[str]:
    """What stands outside of brackets and has letters."""
    reader = Reader()
    reader.feed(page)
    rest = _BETWEEN.join(reader.found)
    while (shorter := _BRACKETS.sub("", rest)) != rest:
        rest = shorter
    for text in rest.split(_BETWEEN):
        if _LETTERS.search(_NAMES.sub("", text)):
            yield " ".join(text.split())


def reading(client: TestClient, path: str) -> str:
    """The page as somebody sees it who does not read English."""
    client.cookies.set(COOKIE, "pl")
    return client.get(path).text


@pytest.mark.usefixtures("pseudo")
@pytest.mark.parametrize("screen", SCREENS)
def test_no_word_of_a_screen_is_outside_the_catalogue(visit: Visit, screen: str) -> None:
    page = reading(visit(Role.ADMIN), screen)
    assert sorted(set(left_over(page))) == []


@pytest.mark.usefixtures("pseudo")
@pytest.mark.parametrize("who", ITEMS)
@pytest.mark.parametrize("role", [Role.VIEWER, Role.APPROVER])
def test_no_word_of_an_item_is_outside_the_catalogue(
    visit: Visit, place: Place, who: str, role: Role
) -> None:
    page = reading(visit(role), f"/item/{place.ids[who]}")
    assert sorted(set(left_over(page))) == []
