"""For everybody: axe, small screens, zoom, no colour alone. In light and in dark."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from responder.desk.tongue import LANGUAGES
from responder.models import PauseLevel
from responder.pause import set_pause
from responder.team.accounts import agents
from tests.conftest import OpenDesk

pytestmark = pytest.mark.browser

RULES = {
    "resultTypes": ["violations"],
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
}


def screens(desk: OpenDesk) -> dict[str, str]:
    return {
        "queue": f"{desk.url}/",
        "item": desk.item("giulia"),
        "taken": desk.item("sam"),
        "by hand": f"{desk.item('hand')}?view=hand",
        "filtered": f"{desk.url}/?channel=x&q=o",
        "several": f"{desk.url}/bulk?deed=snooze&pick={desk.ids['giulia']}:1",
        "unknown": f"{desk.item('unknown')}?view=unknown",
        "sent": f"{desk.item('sent')}?view=sent",
        "trends": f"{desk.url}/trends",
        "sentiment": f"{desk.url}/trends/sentiment",
        "mentions": f"{desk.url}/mentions",
        "notices": f"{desk.url}/notices",
        "team": f"{desk.url}/team",
        "agent": f"{desk.url}/team/{agents(desk.bot.database)[-1].id}",
        "invite": f"{desk.url}/team/invite",
        "me": f"{desk.url}/me",
        "audit": f"{desk.url}/audit",
        "settings": f"{desk.url}/settings",
        "health": f"{desk.url}/health",
        "history": f"{desk.url}/history",
        "not found": f"{desk.url}/nope",
    }


def faults(page: Page) -> list[Any]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found]


def seen(page: Page, desk: OpenDesk) -> Iterator[str]:
    """Each screen in turn, the busiest ones first."""
    page.goto(f"{desk.url}/sign-in")
    yield "sign in"
    page.goto(desk.enter())
    set_pause(desk.bot.database, channel="x", level=PauseLevel.SEND, by="bo", now=desk.bot.clock())
    for name, url in screens(desk).items():
        page.goto(url)
        yield name
    page.goto(desk.item("ola"))
    page.locator("#words").fill("Hello TODO, this is an English sentence for a Polish customer.")
    expect(page.locator("#findings")).to_contain_text("TODO")
    page.locator("#reject summary").click()
    yield "findings"
    for panel in ("assign", "snooze", "note", "escalate"):
        page.locator(f"#{panel} summary").click()
        yield panel
    page.goto(desk.item("giulia"))
    page.locator("#saved summary").click()
    expect(page.locator("#saved-list [role=option]").first).to_be_visible()
    yield "saved replies"
    page.keyboard.press("Escape")
    page.locator("#item").focus()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    yield "help"
    page.goto(f"{desk.url}/join/x")
    yield "join"


def test_axe_finds_nothing(clean_page: Page, desk: OpenDesk) -> None:
    found = {name: faults(clean_page) for name in seen(clean_page, desk)}
    assert {name: those for name, those in found.items() if those} == {}


def test_axe_finds_nothing_in_the_dark(clean_page: Page, desk: OpenDesk) -> None:
    clean_page.emulate_media(color_scheme="dark")
    found = {name: faults(clean_page) for name in seen(clean_page, desk)}
    assert {name: those for name, those in found.items() if those} == {}


@pytest.mark.parametrize("width", [320, 768, 1120])
def test_no_screen_scrolls_sideways(clean_page: Page, desk: OpenDesk, width: int) -> None:
    page = clean_page
    page.set_viewport_size({"width": width, "height": 640})
    page.goto(desk.enter())
    for name, url in (screens(desk) | {"door": f"{desk.url}/sign-in"}).items():
        page.goto(url)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name


def test_a_phone_shows_the_list_or_the_item(clean_page: Page, desk: OpenDesk) -> None:
    page = clean_page
    page.set_viewport_size({"width": 375, "height": 740})
    page.goto(desk.enter())
    expect(page.locator("html.scripted")).to_be_attached()
    page.locator("#queue .row").nth(1).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ola Wiśniewska")
    expect(page.locator("#queue")).to_be_hidden()
    expect(page.get_by_role("button", name="Approve and send")).to_be_in_viewport()
    page.get_by_role("link", name="Queue").click()
    expect(page.locator("#queue")).to_be_visible()
    expect(page.locator("#item")).to_have_count(0)


def test_everything_to_press_is_big_enough(clean_page: Page, desk: OpenDesk) -> None:
    page = clean_page
    page.goto(desk.enter())
    for url in screens(desk).values():
        page.goto(url)
        small = page.eval_on_selector_all(
            "button, summary, select, .row, .views a, .screens a, .button, input",
            """all => all.filter(e => e.getClientRects().length && !e.closest('dialog'))
                  .map(e => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
                  .filter(([, r]) => r.width < 24 || r.height < 24)
                  .filter(([html]) => !html.includes('radio') && !html.includes('checkbox'))""",
        )
        assert small == [], url


def test_every_quoted_text_says_its_language(clean_page: Page, desk: OpenDesk) -> None:
    page = clean_page
    page.goto(desk.enter())
    page.goto(desk.item("ελένη"))
    expect(page.locator(".voice.current .said")).to_have_attribute("lang", "el")
    expect(page.locator("#words")).to_have_attribute("lang", "el")
    expect(page.locator("#queue .row .line").nth(1)).to_have_attribute("lang", "pl")


def test_the_skip_link_and_one_heading(clean_page: Page, desk: OpenDesk) -> None:
    page = clean_page
    page.goto(desk.enter())
    for url in screens(desk).values():
        page.goto(url)
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_forced_colours_keep_what_is_chosen_visible(clean_page: Page, desk: OpenDesk) -> None:
    page = clean_page
    page.emulate_media(forced_colors="active")
    page.goto(desk.enter())
    page.goto(desk.item("ola"))
    chosen = page.locator("#queue .row[aria-current]")
    expect(chosen).to_have_css("outline-style", "solid")  # asks again if the row was drawn anew


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_longer_words_are_not_cut_off(clean_page: Page, desk: OpenDesk, language: str) -> None:
    """German and Greek buttons are up to half as long again as English ones."""
    page = clean_page
    page.goto(desk.enter())
    page.context.add_cookies([{"name": "desk-language", "value": language, "url": desk.url}])
    for name in ("queue", "item", "taken", "several", "health", "history", "team", "agent", "me"):
        for width in (320, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(screens(desk)[name])
            expect(page.locator("html")).to_have_attribute("lang", language)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
            cut = page.eval_on_selector_all(
                "button, summary, .button, .chip, .badge, label, legend, .views a, .screens a, h1",
                """all => all.filter(e => e.checkVisibility() && !e.closest('.sr')
                      && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 4)
                      && getComputedStyle(e).overflow !== 'visible'
                      || e.getBoundingClientRect().right > innerWidth + 1 && e.checkVisibility()
                         && !e.closest('nav, .sr'))
                    .map(e => e.outerHTML.slice(0, 120))""",
            )
            assert cut == [], (name, width)
