"""What only a browser shows of the shell and of the pages about people."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from responder.desk.tongue import LANGUAGES
from tests.conftest import OpenDesk, ready

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_screens_are_reached_on_the_smallest_phone(
    clean_page: Page, desk: OpenDesk, language: str
) -> None:
    page = clean_page
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(desk.enter())
    page.context.add_cookies([{"name": "desk-language", "value": language, "url": desk.url}])
    page.goto(f"{desk.url}/me")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    for link in page.locator(".screens a").all():
        expect(link).to_be_in_viewport(ratio=1)
    page.locator("#account summary").click()
    for link in page.locator("#account .ways a").all():
        expect(link).to_be_in_viewport(ratio=0.9)


def test_single_keys_are_one_choice_in_the_dialog_and_on_the_page(
    anna: Page, desk: OpenDesk
) -> None:
    page = anna
    ready(page)
    page.get_by_role("button", name="Keys").click()
    page.locator("#single-keys").uncheck()
    page.goto(f"{desk.url}/me")
    expect(page.locator("html")).to_have_attribute("data-keys", "off")
    chosen = page.get_by_role("group", name="Single keys").get_by_role("radio", checked=True)
    expect(chosen).to_have_value("off")
    page.locator("input[name=keys][value=on]").check()
    page.locator("form[action='/me/looks'] button").click()
    ready(page)
    page.get_by_role("button", name="Keys").click()
    expect(page.locator("#single-keys")).to_be_checked()


def test_a_dark_desk_is_dark_whatever_the_system_says(anna: Page, desk: OpenDesk) -> None:
    page = anna
    page.emulate_media(color_scheme="light")
    page.goto(f"{desk.url}/me")
    page.locator("input[name=theme][value=dark]").check()
    page.locator("form[action='/me/looks'] button").click()
    expect(page.locator("html")).to_have_css("background-color", "rgb(20, 24, 30)")
    page.goto(f"{desk.url}/")
    expect(page.locator("html")).to_have_css("background-color", "rgb(20, 24, 30)")


def test_a_link_is_copied_with_one_press_and_leaves_the_page(anna: Page, desk: OpenDesk) -> None:
    page = anna
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=desk.url)
    page.goto(f"{desk.url}/team/invite")
    page.get_by_label("Name").fill("Zoë")
    page.get_by_role("button", name="Make the link").click()
    link = page.locator("#link").input_value()
    expect(page.locator("#link")).to_be_focused()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("status").filter(has_text="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == link
    page.goto(f"{desk.url}/team")
    expect(page.get_by_text(re.compile("Invited until"))).to_be_visible()
    assert link.rpartition("/")[2] not in page.content()
