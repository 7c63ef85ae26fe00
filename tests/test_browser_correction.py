"""Setting a mention right in a real browser: by keyboard, with and without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from listener.models import Mention
from responder.approve import approve
from responder.models import Draft
from responder.team.models import Role
from sentiment.score import Sentiment
from tests.conftest import OpenDesk, Sit, heading, ready

pytestmark = pytest.mark.browser


def mention_of(desk: OpenDesk, who: str) -> Mention:
    with desk.bot.database.read() as session:
        draft = session.get_one(Draft, desk.ids[who])
        return session.get_one(Mention, draft.mention_id)


def test_a_mention_is_set_right_by_keyboard_and_goes_to_the_top(anna: Page, desk: OpenDesk) -> None:
    anna.goto(desk.item("marta"))
    ready(anna)
    anna.locator("#right summary").focus()
    anna.keyboard.press("Enter")
    anna.get_by_label("Sentiment").focus()
    anna.keyboard.press("n")
    anna.get_by_label("Phase", exact=True).select_option("acquisition")
    anna.get_by_label("Refund", exact=True).press("Space")
    anna.get_by_label("Danger", exact=True).select_option("yes")
    anna.locator("#right button").press("Enter")
    expect(anna.locator("#toast")).to_contain_text("Set right.")
    heading(anna, "Marta López")
    card = anna.locator("#context")
    expect(card).to_contain_text("Set right by anna: negative (was not judged)")
    expect(card).to_contain_text("Set right by anna: phase acquisition (was phase ownership)")
    expect(card).to_contain_text("Priority P1")
    now = mention_of(desk, "marta")
    assert (now.sentiment, now.topics) == (Sentiment.NEGATIVE, ["refund", "delivery"])


def test_words_that_were_typed_meanwhile_are_kept(anna: Page, desk: OpenDesk) -> None:
    anna.goto(desk.item("ola"))
    ready(anna)
    anna.locator("#words").fill("Cześć Ola! Moje słowa.")
    anna.locator("#right summary").click()
    anna.get_by_label("Sentiment").select_option("positive")
    anna.locator("#right button").click()
    expect(anna.locator("#context")).to_contain_text("Set right by anna")
    expect(anna.locator("#words")).to_have_value("Cześć Ola! Moje słowa.")


def test_letters_in_the_form_press_no_button_of_the_item(anna: Page, desk: OpenDesk) -> None:
    anna.goto(desk.item("ola"))
    ready(anna)
    anna.locator("#right summary").click()
    parts = [
        anna.get_by_label("Refund", exact=True), anna.get_by_label("Phase", exact=True),
        anna.locator("#right button"),
    ]  # fmt: skip
    for part in parts:
        part.focus()
        for letter in "arjeh":
            anna.keyboard.press(letter)
        heading(anna, "Ola Wiśniewska")
        expect(part).to_be_focused()
        expect(anna.locator("#reject[open], #toast .toast")).to_have_count(0)
    anna.locator("#item").focus()
    anna.keyboard.press("r")
    expect(anna.locator("#reject")).to_have_attribute("open", "")


def test_nothing_is_put_in_the_place_of_a_form_somebody_fills_in(
    anna: Page, desk: OpenDesk
) -> None:
    anna.goto(desk.item("ola"))
    ready(anna)
    anna.locator("#right summary").click()
    anna.get_by_label("Refund", exact=True).check()
    anna.locator("#item").focus()
    approve(desk.bot, desk.ids["ola"], version=1, by="bo")
    expect(anna.locator("#notice")).to_contain_text("bo was faster")
    anna.wait_for_timeout(300)
    expect(anna.get_by_label("Refund", exact=True)).to_be_checked()


def test_it_works_without_scripts(desk: OpenDesk, sit: Sit) -> None:
    page = sit("cara", Role.EDITOR, java_script_enabled=False)
    page.goto(desk.item("jonas"))
    page.locator("#right summary").click()
    page.get_by_label("Sentiment").select_option("neutral")
    page.locator("#right button").click()
    heading(page, "Jonas Krämer")
    expect(page.locator("#context")).to_contain_text("Set right by cara: neutral (was positive)")


@pytest.mark.parametrize("width", [1280, 375])
def test_the_form_fits_its_column(anna: Page, desk: OpenDesk, width: int) -> None:
    anna.set_viewport_size({"width": width, "height": 800})
    anna.goto(desk.item("ola"))
    ready(anna)
    anna.locator("#right summary").click()
    beyond = "form => form.scrollWidth - form.clientWidth"
    assert anna.locator("#right form").evaluate(beyond) <= 0
    wider = "() => document.documentElement.scrollWidth - innerWidth"
    assert anna.evaluate(wider) <= 0
