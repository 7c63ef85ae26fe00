"""The desk in real browsers: what happens elsewhere, two people at once, a desk that is gone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from responder.approve import approve, edit
from responder.models import Draft, PauseLevel
from responder.pause import lift_pause, set_pause
from tests.conftest import OpenDesk, Sit, heading, ready, seated
from tests.desk_story import FOR_OLA, wait

pytestmark = pytest.mark.browser

EXTRA = "Damy znać do piątku, 27 listopada."


def test_what_is_new_appears_by_itself_and_focus_stays(anna: Page, desk: OpenDesk) -> None:
    ready(anna)
    anna.keyboard.press("j")
    anna.keyboard.press("j")
    with desk.bot.database.write() as session:
        wait(session, desk.bot.clock(), name="Nina Novak", due_at=desk.bot.clock())
    expect(anna.locator("#queue").get_by_text("Nina Novak")).to_be_visible()
    expect(anna.locator(f"[data-id='{desk.ids['ola']}']")).to_be_focused()
    expect(anna.locator(".views .badge").first).to_have_text("8")


def test_focus_goes_to_the_neighbour_of_a_row_that_went_away(anna: Page, desk: OpenDesk) -> None:
    ready(anna)
    anna.keyboard.press("j")
    anna.keyboard.press("j")
    approve(desk.bot, desk.ids["ola"], version=1, by="bo")
    expect(anna.locator("#queue").get_by_text("Ola Wiśniewska")).to_have_count(0)
    expect(anna.locator(f"[data-id='{desk.ids['ελένη']}']")).to_be_focused()


def test_a_pause_that_somebody_begins_and_ends_shows_on_an_open_desk(
    anna: Page, desk: OpenDesk
) -> None:
    ready(anna)
    now = desk.bot.clock()
    set_pause(desk.bot.database, channel="", level=PauseLevel.SEND, by="bo", now=now)
    expect(anna.locator("#banner")).to_contain_text("nothing leaves")
    lift_pause(desk.bot.database, channel="", by="bo", now=now)
    expect(anna.locator("#banner")).not_to_contain_text("nothing leaves", timeout=3000)


def test_typing_is_never_disturbed(anna: Page, desk: OpenDesk) -> None:
    anna.goto(desk.item("ola"))
    ready(anna)
    anna.keyboard.press("e")
    anna.keyboard.type(" " + EXTRA)
    edit(desk.bot, desk.ids["ola"], version=1, text="Cześć Ola, już piszemy.", by="bo")
    expect(anna.locator("#notice")).to_contain_text("bo changed the words")
    expect(anna.locator("#words")).to_be_focused()
    expect(anna.locator("#words")).to_have_value(re.compile(EXTRA + "$"))
    anna.keyboard.press("Control+Enter")
    expect(anna.get_by_role("alert")).to_contain_text("The draft was changed meanwhile")
    expect(anna.locator("#words")).to_have_value(re.compile(EXTRA + "$"))
    expect(anna.locator(".other")).to_contain_text("Cześć Ola, już piszemy.")


def test_words_never_change_under_a_reader(anna: Page, desk: OpenDesk) -> None:
    anna.goto(desk.item("ola"))
    ready(anna)
    edit(desk.bot, desk.ids["ola"], version=1, text="Cześć Ola, już piszemy.", by="bo")
    expect(anna.locator("#notice")).to_contain_text("bo changed the words")
    anna.wait_for_timeout(300)
    expect(anna.locator("#words")).to_have_value(re.compile("Przykro nam"))
    anna.get_by_role("link", name="Show it as it is now").click()
    expect(anna.locator("#words")).to_have_value("Cześć Ola, już piszemy.")


def test_what_a_colleague_closed_follows_by_itself(anna: Page, desk: OpenDesk) -> None:
    anna.goto(desk.item("ola"))
    ready(anna)
    approve(desk.bot, desk.ids["ola"], version=1, by="bo")
    expect(anna.locator(".outcome")).to_contain_text("Approved by bo")


def test_words_from_before_stand_beside_a_newer_draft(anna: Page, desk: OpenDesk) -> None:
    anna.goto(desk.item("ola"))
    ready(anna)
    anna.locator("#words").fill("Cześć Ola! Pół zdania")
    anna.goto(desk.url)
    edit(desk.bot, desk.ids["ola"], version=1, text="Cześć Ola, już piszemy.", by="bo")
    anna.goto(desk.item("ola"))
    expect(anna.get_by_text("Your words from before. The draft was changed")).to_be_visible()
    expect(anna.locator("#words")).to_have_value("Cześć Ola, już piszemy.")
    expect(anna.locator("#before")).to_contain_text("Pół zdania")
    anna.get_by_role("button", name="Use my words from before").click()
    expect(anna.locator("#words")).to_have_value("Cześć Ola! Pół zdania")
    anna.reload()
    expect(anna.locator("#words")).to_have_value("Cześć Ola! Pół zdania")


def test_saved_words_are_not_offered_again(anna: Page, desk: OpenDesk) -> None:
    anna.goto(desk.item("ola"))
    ready(anna)
    anna.locator("#words").fill("Cześć Ola, już piszemy.  ")
    anna.get_by_role("button", name="Save").click()
    expect(anna.locator("#toast")).to_contain_text("Saved")
    expect(anna.locator("#before")).to_be_hidden()


def test_the_next_person_in_the_tab_does_not_get_my_words(anna: Page, desk: OpenDesk) -> None:
    anna.goto(desk.item("ola"))
    ready(anna)
    anna.locator("#words").fill("Cześć Ola! Pół")
    anna.context.clear_cookies()  # a session that ran out, not a sign-out
    anna.keyboard.type(" zdania")
    heading(anna, "Sign in")
    with desk.bot.database.write() as session:  # what she had open is free again after a while
        session.get_one(Draft, desk.ids["ola"]).claimed_until = None
    seated(anna, desk, "bea")
    anna.goto(desk.item("ola"))
    ready(anna)
    expect(anna.locator("#words")).to_have_value(re.compile("Przykro nam"))
    expect(anna.locator("#before")).to_be_hidden()


def test_signing_out_leaves_no_words_behind(anna: Page, desk: OpenDesk) -> None:
    anna.goto(desk.item("ola"))
    ready(anna)
    anna.locator("#words").fill("Cześć Ola! Pół zdania")
    anna.locator("#account summary").click()
    anna.get_by_role("button", name="Sign out").click()
    expect(anna.get_by_role("heading", level=1)).to_have_text("Sign in")
    assert anna.evaluate("JSON.stringify(sessionStorage)") == "{}"


def test_two_people_one_answer(anna: Page, desk: OpenDesk, sit: Sit) -> None:
    """One has it open, the other reads along, takes it over and sends; nothing typed is lost."""
    bea = sit("bea")
    for page in (anna, bea):
        page.goto(desk.item("ola"))
        ready(page)
    expect(bea.locator("#notice")).to_contain_text("anna has this open")
    expect(bea.locator("#words")).to_have_count(0)
    anna.locator("#words").fill(FOR_OLA + " " + EXTRA)
    bea.get_by_role("button", name="Take it over").click()
    expect(bea.locator("#words")).to_be_visible()
    expect(anna.locator("#notice")).to_contain_text("bea took this over from you")
    anna.locator("#words").press("Control+Enter")
    expect(anna.get_by_role("alert")).to_contain_text("Not done: bea has this open")
    expect(anna.get_by_text(EXTRA)).to_be_visible()
    bea.locator("#item").focus()
    bea.wait_for_timeout(700)  # what appeared a moment ago nobody has read: no key approves it yet
    bea.keyboard.press("a")
    heading(bea, "Ελένη Παπαδοπούλου")
    expect(anna.locator(".outcome")).to_contain_text("Approved by bea")


def test_an_item_frees_itself_on_the_screen_of_who_waits(
    anna: Page, desk: OpenDesk, sit: Sit
) -> None:
    anna.goto(desk.item("ola"))
    ready(anna)
    bea = sit("bea")
    bea.goto(desk.item("ola"))
    ready(bea)
    expect(bea.locator("#notice")).to_contain_text("anna has this open")
    anna.goto(desk.item("marta"))
    expect(bea.locator("#words")).to_be_visible()
    expect(bea.locator("#item")).to_have_attribute("data-claim", "")


def test_words_survive_a_reload(anna: Page, desk: OpenDesk) -> None:
    anna.goto(desk.item("ola"))
    ready(anna)
    anna.locator("#words").fill("Cześć Ola! Pół zdania")
    anna.reload()
    expect(anna.locator("#words")).to_have_value("Cześć Ola! Pół zdania")
    expect(anna.get_by_text("Your words from before are here")).to_be_visible()
    anna.get_by_role("button", name="Back to the draft").click()
    expect(anna.locator("#words")).to_have_value(re.compile("Przykro nam"))


def test_a_desk_that_went_away_says_so_and_keeps_the_words(page: Page, desk: OpenDesk) -> None:
    seated(page, desk, "anna")
    page.goto(desk.item("ola"))
    ready(page)
    page.locator("#words").fill("Cześć Ola! " + EXTRA)
    desk.server.stop()
    expect(page.locator("#stream")).to_contain_text("Reconnecting")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("does not answer")
    expect(page.locator("#words")).to_have_value("Cześć Ola! " + EXTRA)


def test_one_stream_for_nine_tabs(anna: Page, desk: OpenDesk) -> None:
    ready(anna)
    tabs = [anna, *(anna.context.new_page() for _ in range(8))]
    for tab in tabs[1:]:
        tab.goto(desk.url)
        ready(tab)
    with desk.bot.database.write() as session:
        wait(session, desk.bot.clock(), name="Nina Novak")
    for tab in tabs:
        expect(tab.locator("#queue").get_by_text("Nina Novak")).to_be_visible()


def test_a_session_that_ended_leads_back_to_the_same_words(anna: Page, desk: OpenDesk) -> None:
    anna.goto(desk.item("ola"))
    ready(anna)
    anna.locator("#words").fill("Cześć Ola! " + EXTRA)
    anna.context.clear_cookies()
    anna.keyboard.press("Control+Enter")
    expect(anna.get_by_role("heading", level=1)).to_have_text("Sign in")
    expect(anna.locator("input[name=next]")).to_have_value(f"/item/{desk.ids['ola']}")
    anna.goto(desk.enter())
    anna.goto(desk.item("ola"))
    expect(anna.locator("#words")).to_have_value("Cześć Ola! " + EXTRA)
