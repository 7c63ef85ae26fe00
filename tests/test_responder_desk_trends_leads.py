"""Every number leads to exactly its mentions, or decisions: the list is as long as the number says,
on every tab."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from starlette.testclient import TestClient

from responder import access
from responder.access import Visitor
from responder.bot import Bot
from responder.desk import history, mentions
from responder.desk.app import create_app
from responder.desk.sight import in_sight
from responder.desk.tongue import _
from responder.desk.trends.figures import figure_words
from responder.desk.trends.panel import Cell, Look
from responder.desk.trends.scope import Asked, read_scope
from responder.desk.trends.tabs import TABS, Tab
from responder.heard.listing import read_mentions
from responder.history import decided
from responder.history.entries import read_entries
from responder.measures import listed
from responder.team.models import Role
from tests.conftest import furnish
from tests.trends_story import tell_month

ANNA = Visitor(name="admin", role=Role.ADMIN, agent_id=None)
MOST = 1_000
NARROWED = {"period": "14", "channel": "x", "language": "it", "topic": "delivery"}


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Somebody at the desk of a month."""

    bot: Bot
    client: TestClient

    def length(self, href: str) -> int:
        """Of the list behind a link, as its page reads it."""
        parts = urlsplit(href)
        asked, now = dict(parse_qsl(parts.query)), self.bot.clock()
        if parts.path == "/history":
            search = history.Filters.model_validate(asked).search(self.bot, ANNA)
            return len(read_entries(self.bot, in_sight(ANNA), search, limit=MOST).entries)
        wanted = mentions.wanted_of(self.bot, ANNA, mentions.Asked.model_validate(asked), now)
        found = read_mentions(self.bot.database, wanted, now=now, limit=MOST)
        assert found.total in (None, len(found.mentions)), href
        return len(found.mentions)

    def shown(self, href: str) -> int:
        """How many stand on its first page."""
        page = self.client.get(href)
        assert page.status_code == 200, href
        return page.text.count('<li class="entry">')

    def look(self, tab: Tab, asked: dict[str, str]) -> Look:
        now = self.bot.clock()
        scope = read_scope(self.bot, ANNA, Asked.model_validate(asked).held_to(tab.HONOURS), now)
        return Look(bot=self.bot, seat=ANNA, scope=scope.scope, now=now, compare=True)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    place = furnish(tmp_path_factory.mktemp("month"))
    tell_month(place.bot)
    with TestClient(create_app(place.bot), base_url="http://127.0.0.1") as client:
        client.headers["sec-fetch-site"] = "same-origin"
        secret = access.entry_link(
            place.bot.database, name=ANNA.name, role=ANNA.role, now=place.bot.clock()
        )
        client.get(f"/enter/{secret}")
        yield Reader(bot=place.bot, client=client)
    place.bot.database.close()


def leading(tab: Tab, look: Look) -> Iterator[tuple[str, Cell]]:
    """The numbers with a link. Words of a table may lead anywhere: a row to its channel."""
    for panel in tab.panels(look):
        for row in panel.rows:
            cells = (cell for cell in row[1:] if cell.href.startswith(("/mentions", "/history")))
            yield from ((panel.key, cell) for cell in cells)


@pytest.mark.parametrize("asked", [{"period": "7"}, NARROWED], ids=["all", "narrowed"])
@pytest.mark.parametrize("tab", TABS, ids=lambda tab: tab.KEY)
def test_a_list_is_as_long_as_its_number_says(
    reader: Reader, tab: Tab, asked: dict[str, str]
) -> None:
    opened = set[str]()
    for key, cell in leading(tab, reader.look(tab, asked)):
        behind = cell.value if cell.behind is None else cell.behind
        assert isinstance(behind, int)
        assert reader.length(cell.href) == behind, (tab.KEY, key, cell)
        if key not in opened:
            opened.add(key)
            assert reader.shown(cell.href) == min(behind, mentions.ROWS), cell


def test_the_lists_of_all_kinds_are_led_to(reader: Reader) -> None:
    looks = ((tab, reader.look(tab, {"period": "14"})) for tab in TABS)
    led = [(tab.KEY, cell.href) for tab, look in looks for _key, cell in leading(tab, look)]
    assert {tab.KEY for tab in TABS} - {tab for tab, _href in led} == {"staffing"}
    hrefs = [href for _tab, href in led]
    figures = {parse_qs(urlsplit(href).query).get("figure", [""])[0] for href in hrefs}
    kinds = {".".join(figure.split(".")[:1]) for figure in figures}
    assert kinds == {"", "waits", "cases", "leavers", "now", "decided", "left"}
    assert {"waits.kept", "waits.late", "waits.waiting", "decided.edited"} <= figures
    assert {"decided.rejected.tone", "decided.rejected.other", "cases.thanked"} <= figures
    assert any("ours=1" in href for href in hrefs)


def test_every_figure_has_a_name_and_an_unknown_one_has_no_list(reader: Reader) -> None:
    reasons = (f"{decided.REJECTED_FOR}{key}" for key in ("tone", "other"))
    for figure in chain(listed.FIGURES, decided.FIGURES, reasons):
        assert _(figure_words(figure)), figure
    for address in ("/mentions", "/mentions.csv", "/history", "/history.csv"):
        for figure in ("waits.nope", "decided.rejected.nope", "decided"):
            assert reader.client.get(f"{address}?figure={figure}").status_code == 404


def test_a_list_behind_a_figure_says_which_and_can_be_left(reader: Reader) -> None:
    page = reader.client.get("/mentions?figure=waits.late&channel=x").text
    assert "Too late" in page
    assert 'href="/mentions?channel=x"' in page
    page = reader.client.get("/history?figure=decided.rejected.tone&channel=x").text
    assert "Rejected: Wrong tone" in page
    assert 'href="/history?channel=x"' in page
