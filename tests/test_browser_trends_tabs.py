"""Every tab of the trends in a real browser: for everybody, by ear, and on paper. One server and
one month for all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from responder.desk.server import DeskServer
from responder.desk.trends.tabs import TABS
from tests.conftest import OpenDesk, furnish, seated, watch
from tests.test_browser_access import RULES
from tests.trends_story import tell_month

pytestmark = pytest.mark.browser

WHOLE = (("light", 1280), ("dark", 375))
TURNED = (("dark", 1280), ("light", 375))
AXE = Axe().axe_script
ASK_AXE = """async rules => (await axe.run(document, rules)).violations.map(
    one => [one.id, one.nodes.map(node => node.html)])"""
OF_LOOKS = {
    "resultTypes": ["violations"],
    "runOnly": {"type": "rule", "values": ["color-contrast", "target-size"]},
}
"""What another scheme at the same width, or another width, can change."""


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenDesk]:
    found = furnish(tmp_path_factory.mktemp("month"))
    tell_month(found.bot)
    server = DeskServer(found.bot, host="127.0.0.1", port=0)
    server.start()
    yield OpenDesk(bot=found.bot, x=found.x, facebook=found.facebook, ids=found.ids, server=server)
    server.stop()
    found.bot.database.close()


@pytest.fixture
def reader(seat: Page) -> Page:
    """Anna before a screen, whatever was looked at before."""
    seat.emulate_media(media="screen", color_scheme="light")
    seat.set_viewport_size({"width": 1280, "height": 800})
    return seat


@pytest.fixture(scope="module")
def seat(browser: Browser, month: OpenDesk, browser_context_args: dict[str, Any]) -> Iterator[Page]:
    """Anna, through all tabs; nothing may reach her console."""
    context = browser.new_context(**browser_context_args)
    page, complaints = context.new_page(), list[str]()
    watch(page, complaints)
    yield seated(page, month, "anna")
    context.close()
    assert complaints == []


@pytest.mark.parametrize("tab", [tab.KEY for tab in TABS])
def test_a_tab_is_for_everybody_speaks_and_stands_on_paper(
    reader: Page, month: OpenDesk, tab: str
) -> None:
    reader.goto(f"{month.url}/trends/{tab}?period=14&by=week&compare=1")
    expect(reader.locator("[data-draw]")).to_have_count(0)
    reader.evaluate("document.querySelectorAll('main details').forEach(one => one.open = true)")
    reader.evaluate(AXE)
    for scheme, width in (*WHOLE, *TURNED):
        reader.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        reader.set_viewport_size({"width": width, "height": 800})
        rules = RULES if (scheme, width) in WHOLE else OF_LOOKS
        assert reader.evaluate(ASK_AXE, rules) == [], (tab, scheme, width)
        assert reader.evaluate("document.documentElement.scrollWidth") <= width, (tab, width)
    reader.set_viewport_size({"width": 1280, "height": 800})
    _speaks(reader)
    _stands_on_paper(reader)


def test_on_a_phone_the_chosen_tab_is_in_sight(reader: Page, month: OpenDesk) -> None:
    reader.set_viewport_size({"width": 375, "height": 800})
    reader.goto(f"{month.url}/trends/cost")
    expect(reader.locator(".tabs [aria-current]")).to_be_in_viewport()


def _speaks(page: Page) -> None:
    """Each picture has a role and its finding for a name, and its numbers stand in a table."""
    for figure in page.locator("figure").all():
        title = figure.locator("h2").inner_text()
        svg = figure.locator(".plot svg")
        if svg.count():
            expect(svg).to_have_attribute("role", "graphics-document")
            label = svg.get_attribute("aria-label") or ""
            assert label == f"{title}. {figure.locator('figcaption p').inner_text()}"
            assert figure.locator("[role=graphics-symbol][aria-label]").count(), title
            expect(figure.get_by_role("table", name=title)).to_be_visible()


def _stands_on_paper(page: Page) -> None:
    page.emulate_media(media="print")
    for figure in page.locator("figure").all():
        expect(figure.locator("figcaption p")).to_be_visible()
        for part in figure.locator("table, .plot svg").all():
            expect(part).to_be_visible()
    wide = "one => one.scrollWidth > one.clientWidth + 1"
    hides = "getComputedStyle(one).overflowX !== 'visible'"
    clipped = f"all => all.filter({wide} && {hides}).length"
    assert page.locator(".scroll, .plot").evaluate_all(clipped) == 0
    paper = page.pdf(prefer_css_page_size=True)
    assert paper.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) >= 1
