"""What only a browser shows of what colleagues do around one item."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from responder.handling.notes import add_note
from responder.models import Draft
from tests.conftest import OpenDesk, Sit, heading, ready
from tests.picture_server import ADDRESS, PNG, PictureServer, said

pytestmark = pytest.mark.browser


@pytest.fixture
def pictures(monkeypatch: pytest.MonkeyPatch) -> Iterator[PictureServer]:
    """What answers for pics.example."""
    server = PictureServer()
    server.answer = said(PNG)
    monkeypatch.setattr("listener.pictures._resolved", lambda _host: [ADDRESS])
    monkeypatch.setattr("listener.pictures._connected", server.connect)
    yield server
    server.close()


def test_a_picture_is_shown_to_whoever_asks(
    anna: Page, desk: OpenDesk, pictures: PictureServer
) -> None:
    anna.goto(desk.item("giulia"))
    ready(anna)
    expect(anna.locator("#item img")).to_have_count(0)
    anna.get_by_role("link", name="Show picture").click()
    picture = anna.get_by_role("img", name="Tracking fermo da 9 giorni")
    expect(picture).to_be_visible()
    expect(picture).to_be_focused()
    expect(picture).to_have_attribute("lang", "it")
    assert picture.evaluate("one => one.decode().then(() => one.naturalWidth)") == 1
    assert len(pictures.asked) == 1


def test_a_picture_that_does_not_come_says_so(
    anna: Page, desk: OpenDesk, pictures: PictureServer
) -> None:
    pictures.answer = said(b"<!doctype html>")
    anna.goto(desk.item("giulia"))
    ready(anna)
    with anna.expect_response("**/media/**") as told:
        anna.get_by_role("link", name="Show picture").click()
    assert told.value.status == 404
    expect(anna.get_by_text("The picture does not come.")).to_be_visible()


def test_a_note_and_its_badge_reach_a_colleague_at_once(
    anna: Page, desk: OpenDesk, sit: Sit
) -> None:
    bea = sit("bea")
    ready(bea)
    anna.goto(desk.item("ola"))
    ready(anna)
    anna.locator("#note summary").click()
    anna.locator("#note-words").fill("@bea please have a look")
    anna.get_by_role("button", name="Keep the note").click()
    expect(anna.locator("#context")).to_contain_text("please have a look")
    expect(anna.locator("#toast")).to_contain_text("for colleagues only")
    expect(bea.locator("#bell .badge")).to_have_text("1")
    bea.locator("#bell").click()
    bea.get_by_role("link", name="Ola Wiśniewska").click()
    heading(bea, "Ola Wiśniewska")
    expect(bea.locator("#bell .badge")).to_have_count(0)


def test_a_note_half_written_is_not_swapped_away(anna: Page, desk: OpenDesk) -> None:
    anna.goto(desk.item("ola"))
    ready(anna)
    anna.locator("#note summary").click()
    anna.locator("#note-words").fill("half a sen")
    with desk.bot.database.read() as session:
        mention_id = session.get_one(Draft, desk.ids["ola"]).mention_id
    add_note(desk.bot, mention_id, text="@anna hurry", by="bo")
    expect(anna.locator("#bell .badge")).to_have_text("1")
    expect(anna.locator("#note-words")).to_have_value("half a sen")
    expect(anna.locator("#note-words")).to_be_focused()


def test_putting_off_taking_and_spam_keep_the_list_and_can_be_undone(
    anna: Page, desk: OpenDesk
) -> None:
    anna.goto(desk.item("ola"))
    ready(anna)
    anna.locator("#take").click()
    expect(anna.locator(".chip.owner")).to_have_text("Yours")
    expect(anna.locator("#take")).to_contain_text("Give back")
    anna.locator("#snooze summary").click()
    anna.get_by_label("When somebody is there again").check()
    anna.locator("#snooze button").click()
    expect(anna.locator("#toast")).to_contain_text("Put off.")
    expect(anna.locator("#who")).not_to_have_text("Ola Wiśniewska")  # the next one
    anna.get_by_role("button", name=re.compile("Undo")).click()
    heading(anna, "Ola Wiśniewska")
    expect(anna.locator("div.standing")).to_have_count(0)
    expect(anna.locator("#spam")).to_be_enabled()
    anna.wait_for_timeout(
        700
    )  # a press right after the page changed was meant for what stood there
    anna.locator("#spam").click()
    expect(anna.locator("#toast")).to_contain_text("Marked as spam for Ola Wiśniewska")
    anna.get_by_role("button", name=re.compile("Undo")).click()
    heading(anna, "Ola Wiśniewska")
    expect(anna.locator("#toast")).to_contain_text("No spam after all")
