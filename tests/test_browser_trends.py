"""The trends in a real browser: pictures are fetched and speak, nothing is lost on paper, on a
phone, in the dark or without scripts."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from listener.models import MentionStatus
from sentiment.score import Sentiment
from tests.conftest import OpenDesk, Sit, ready, seated
from tests.factories import make_mention
from tests.test_browser_access import faults

pytestmark = pytest.mark.browser


@pytest.fixture
def talk(desk: OpenDesk) -> OpenDesk:
    """Two weeks of it, and two before."""
    now = desk.bot.clock()
    moods = list(Sentiment)
    with desk.bot.database.write() as session:
        for number in range(240):
            make_mention(
                session,
                channel=("x", "facebook")[number % 2],
                created_at=now - timedelta(hours=2.7 * number),
                sentiment=moods[number % 4],
                sentiment_score=(number % 5 - 2) / 4,
                language=("it", "el", "de")[number % 3],
                status=MentionStatus.LISTEN_ONLY,
                reach=number,
            )
    return desk


def opened(page: Page, desk: OpenDesk, path: str) -> Page:
    """The page, once every picture stands there."""
    page.goto(f"{desk.url}{path}")
    expect(page.locator("[data-draw]")).to_have_count(0)
    return page


def test_the_marks_of_a_picture_are_walked_by_keys(anna: Page, talk: OpenDesk) -> None:
    opened(anna, talk, "/trends/sentiment")
    ready(anna)
    for plot in anna.locator(".plot").all():
        marks = plot.locator("[role=graphics-symbol][aria-label]")
        marks.first.focus()
        anna.keyboard.press("End")
        expect(plot.locator(".tip")).to_have_text(marks.last.get_attribute("aria-label") or "?")
        anna.keyboard.press("ArrowLeft")
        expect(marks.nth(marks.count() - 2)).to_be_focused()
        assert marks.evaluate_all("all => all.filter(one => one.tabIndex === 0).length") == 1


def test_on_paper_every_panel_is_whole_and_says_what_it_is_about(
    anna: Page, talk: OpenDesk
) -> None:
    opened(anna, talk, "/trends/volume?channel=x&compare=1")
    titles = anna.locator("figure h2").all_inner_texts()
    anna.emulate_media(media="print")
    expect(anna.locator(".sift")).to_be_hidden()
    expect(anna.locator("nav.tabs")).to_be_hidden()
    expect(anna.locator(".page-title").get_by_text("Channel: X")).to_be_visible()
    for title in titles:
        expect(anna.get_by_role("heading", name=title, exact=True)).to_be_visible()
    pdf = anna.pdf(prefer_css_page_size=True)
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 5
    assert pdf.startswith(b"%PDF-")


def test_a_number_leads_to_its_mentions_and_back(anna: Page, talk: OpenDesk) -> None:
    opened(anna, talk, "/trends/volume?channel=facebook")
    cell = anna.locator("#hours td a").first
    number = int(cell.inner_text())
    cell.click()
    expect(anna.get_by_role("heading", level=1)).to_have_text("Mentions")
    expect(anna.locator(".entry")).to_have_count(number)
    assert faults(anna) == []
    anna.go_back()
    expect(anna.get_by_role("heading", level=1)).to_have_text("Trends")


def test_days_and_a_period_do_not_stand_side_by_side(anna: Page, talk: OpenDesk) -> None:
    opened(anna, talk, "/trends?period=30&language=it")
    ready(anna)
    anna.get_by_label("First day").fill("2026-03-01")
    expect(anna.get_by_label("Period", exact=True)).to_have_value("")
    anna.get_by_label("Period", exact=True).select_option("7")
    expect(anna.get_by_label("First day")).to_have_value("")
    anna.get_by_role("button", name="Show", exact=True).click()
    expect(anna).to_have_url(re.compile(r"period=7&from=&to=.*language=it"))


def test_without_scripts_the_pictures_are_there(browser: Browser, talk: OpenDesk, sit: Sit) -> None:
    page = sit("bo", java_script_enabled=False)
    page.goto(f"{talk.url}/trends/volume")
    for picture in page.locator(".plot img").all():
        picture.scroll_into_view_if_needed()
        expect(picture).to_have_js_property("complete", value=True)
        assert (picture.get_attribute("alt") or "").count(".") >= 1
    page.get_by_label("Period", exact=True).select_option("7")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_label("Period", exact=True)).to_have_value("7")


def test_a_drawer_that_fails_opens_the_table(
    page: Page, talk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = seated(page, talk, "anna")  # the browser notes that a picture was refused
    monkeypatch.setattr("responder.desk.charts.Plotter.draw", lambda *_: None)
    opened(anna, talk, "/trends/volume")
    expect(anna.locator("#mentions [data-undrawn]")).to_be_visible()
    expect(anna.locator("#mentions table")).to_be_visible()
