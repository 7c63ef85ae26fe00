"""What somebody is told of an item they have left already, and what is kept of what they typed."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Response, expect
from sqlalchemy import select

from responder.approve import approve
from responder.desk.pages import PEEK
from responder.models import DraftStatus
from responder.team.models import Agent
from responder.team.roster import Roster, write_roster
from tests.conftest import OpenDesk, Sit, heading, ready
from tests.test_browser_desk import hold, let_go, read, status

pytestmark = pytest.mark.browser


def _approve_and_go_on(page: Page, desk: OpenDesk) -> None:
    """Giulia's draft is approved; while that is on its way, Ola's is open already."""
    with page.expect_response(_is_ahead):
        page.goto(desk.item("giulia"))
        ready(page)
    read(page)
    hold(page)
    page.keyboard.press("a")
    heading(page, "Ola Wiśniewska")
    expect(page.locator("#queue")).not_to_contain_text("Giulia Rossi")


def _is_ahead(answer: Response) -> bool:
    return PEEK in answer.request.headers


def _open(page: Page, name: str) -> None:
    page.locator("#queue").get_by_role("link", name=re.compile(name)).click()
    heading(page, name)


def test_who_went_on_hears_that_a_colleague_was_faster(anna: Page, desk: OpenDesk) -> None:
    _approve_and_go_on(anna, desk)
    approve(desk.bot, desk.ids["giulia"], version=1, by="bo")
    let_go(anna)
    told = anna.locator("#toast")
    expect(told).to_contain_text(re.compile(r"Giulia Rossi: .*bo\b"))
    heading(anna, "Ola Wiśniewska")
    read(anna)
    anna.keyboard.press("a")  # what goes well after it does not take the word away
    let_go(anna)
    expect(told).to_contain_text("Approved for Ola Wiśniewska")
    assert not _overlap(anna, ".toast", ".reply > .actions")
    _open(anna, "Jonas Krämer")
    expect(told).to_contain_text("Giulia Rossi:")
    told.get_by_role("link", name="Back to it").click()
    heading(anna, "Giulia Rossi")
    expect(anna.locator(".outcome")).to_contain_text("Approved by bo")


def _overlap(page: Page, some: str, others: str) -> bool:
    """True if any of `some` lies over any of `others`."""
    found: bool = page.evaluate(
        """([some, others]) => {
            const boxes = found => [...document.querySelectorAll(found)]
                .map(one => one.getBoundingClientRect());
            return boxes(some).some(a => boxes(others).some(
                b => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom));
        }""",
        [some, others],
    )
    return found


def test_who_went_on_hears_that_it_is_out_of_their_sight(sit: Sit, desk: OpenDesk) -> None:
    """The answer is a page of trouble, with neither a list nor an item."""
    bea = sit("bea")
    _approve_and_go_on(bea, desk)
    _only_facebook(desk, "bea")
    let_go(bea)
    told = bea.locator("#toast")
    expect(told).to_contain_text("Giulia Rossi: There is no such page")
    heading(bea, "Ola Wiśniewska")
    assert status(desk, "giulia") is DraftStatus.PENDING
    _open(bea, "Jonas Krämer")
    expect(told).to_contain_text("Giulia Rossi: There is no such page")
    expect(told.get_by_role("link", name="Back to it")).to_have_attribute(
        "href", desk.item("giulia")
    )


def _only_facebook(desk: OpenDesk, name: str) -> None:
    with desk.bot.database.read() as session:
        agent_id = session.scalars(select(Agent.id).where(Agent.name == name)).one()
    roster = Roster(hours="", languages=(), specialities=(), channels=("facebook",))
    write_roster(desk.bot.database, agent_id, roster, by="anna", now=desk.bot.clock())


def test_who_has_to_sign_in_again_comes_back_to_what_they_left(anna: Page, desk: OpenDesk) -> None:
    with anna.expect_response(_is_ahead):
        anna.goto(desk.item("giulia"))
        ready(anna)
    read(anna)
    anna.context.clear_cookies()
    anna.keyboard.press("a")
    heading(anna, "Sign in")
    expect(anna.locator("input[name=next]")).to_have_value(f"/item/{desk.ids['giulia']}")


def test_a_half_written_note_waits_until_it_is_sent(anna: Page, desk: OpenDesk) -> None:
    anna.goto(desk.item("ola"))
    ready(anna)
    note = anna.locator("#note-words")
    anna.locator("#note summary").click()
    note.press_sequentially("half a sen")
    _open(anna, "Jonas Krämer")
    expect(note).to_have_value("")
    _open(anna, "Ola Wiśniewska")
    expect(note).to_be_visible()
    expect(note).to_have_value("half a sen")
    read(anna)
    note.press_sequentially("tence")
    anna.get_by_role("button", name="Keep the note").click()
    expect(anna.locator(".notes")).to_contain_text("half a sentence")
    _open(anna, "Jonas Krämer")
    _open(anna, "Ola Wiśniewska")
    expect(note).to_be_hidden()
    expect(note).to_have_value("")


def test_letters_act_on_a_greek_keyboard(anna: Page, desk: OpenDesk) -> None:
    anna.goto(desk.item("ola"))
    ready(anna)
    anna.evaluate(
        """() => document.activeElement.dispatchEvent(
            new KeyboardEvent('keydown', { key: 'ν', code: 'KeyN', bubbles: true }))"""
    )
    expect(anna.locator("#note-words")).to_be_focused()
