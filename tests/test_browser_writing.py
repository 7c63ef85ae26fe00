"""Writing the reply in a real browser: by keyboard first, with a way back, and nothing lost."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from listener.models import MentionStatus
from responder.handling.models import TypedWords
from responder.models import Draft, DraftStatus
from responder.team.models import Role
from tests.conftest import OpenDesk, Sit, heading, ready
from tests.desk_story import FOR_OLA, WITHOUT_GREETING

pytestmark = pytest.mark.browser

LATE = {"topics": ["delivery"]}
QUESTIONS = "When do I get my money back? I waited. And how do I cancel the account?"


def change(desk: OpenDesk, who: str, **values: object) -> None:
    with desk.bot.database.write() as session:
        draft = session.get_one(Draft, desk.ids[who])
        for name, value in values.items():
            setattr(draft.mention, name, value)
        draft.claimed_until = None  # whoever the story has at it leaves: a form is what is tested
        draft.changed_at = draft.mention.changed_at = desk.bot.clock()


def at(page: Page, desk: OpenDesk, who: str) -> str:
    """Open somebody's item. Returns the words in its field."""
    page.goto(desk.item(who))
    ready(page)
    return page.locator("#words").input_value()


def selected(page: Page) -> str:
    chosen: str = page.locator("#words").evaluate(
        "field => field.value.slice(field.selectionStart, field.selectionEnd)"
    )
    return chosen


def test_a_slash_finds_a_saved_reply_without_the_mouse(anna: Page, desk: OpenDesk) -> None:
    change(desk, "giulia", **LATE)
    draft = at(anna, desk, "giulia")
    words, search = anna.locator("#words"), anna.locator("#saved-search")
    anna.keyboard.press("e")
    anna.keyboard.press("Control+Home")
    anna.keyboard.type("/")
    expect(search).to_be_focused()
    expect(search).to_have_attribute("aria-expanded", "true")
    options = anna.locator("#saved-list [role=option]")
    expect(options.first).to_have_attribute("aria-selected", "true")
    anna.keyboard.press("ArrowDown")
    expect(search).to_have_attribute("aria-activedescendant", "saved-1")
    anna.keyboard.press("ArrowUp")
    anna.keyboard.type("spedizione pacco ritardo xyz")
    expect(options).to_have_count(0)
    expect(anna.locator("#saved-none")).to_have_text("Nothing like this. Try other words.")
    search.fill("PIÙ")
    expect(options.first).to_be_visible()
    search.fill("")
    said = options.first.get_attribute("data-whole")
    anna.keyboard.press("Enter")
    expect(words).to_be_focused()
    expect(words).to_have_value(said or "?")
    heading(anna, "Giulia Rossi")
    anna.keyboard.press("Control+z")
    expect(words).to_have_value(f"/{draft}")


def test_escape_leaves_the_slash_and_digits_pick(anna: Page, desk: OpenDesk) -> None:
    change(desk, "giulia", **LATE)
    at(anna, desk, "giulia")
    words = anna.locator("#words")
    words.fill("")
    words.press_sequentially("/")
    expect(anna.locator("#saved-search")).to_be_focused()
    anna.keyboard.press("Escape")
    expect(words).to_be_focused()
    expect(words).to_have_value("/")
    anna.keyboard.press("Backspace")
    anna.keyboard.type("a/b")
    expect(anna.locator("#saved")).not_to_have_attribute("open", "")
    words.fill("Ciao Giulia, eccoci.\n")
    words.press_sequentially("/")
    second = anna.locator("#saved-list [role=option]").nth(1)
    body = second.get_attribute("data-body")
    anna.keyboard.press("2")
    expect(words).to_have_value(f"Ciao Giulia, eccoci.\n{body}")
    heading(anna, "Giulia Rossi")


def test_fixes_are_reached_by_keyboard_and_taken_back(anna: Page, desk: OpenDesk) -> None:
    at(anna, desk, "ola")
    words = anna.locator("#words")
    words.fill(WITHOUT_GREETING)
    fix = anna.locator("#findings .fix").first
    expect(fix).to_have_text(re.compile("Fix: It starts without a greeting"))
    fix.focus()
    anna.keyboard.press("Enter")
    expect(words).to_be_focused()
    expect(words).to_have_value(re.compile(rf"^\S.+ {re.escape(WITHOUT_GREETING)}$"))
    expect(anna.locator("#findings")).to_contain_text("Nothing in the way")
    anna.keyboard.press("Control+z")
    expect(words).to_have_value(WITHOUT_GREETING)
    expect(anna.locator("#findings .fix")).to_have_count(1)


def test_a_finding_leads_to_its_passage_beyond_faces_too(anna: Page, desk: OpenDesk) -> None:
    at(anna, desk, "ola")
    anna.locator("#words").fill("Dzień dobry 👩‍👩‍👧🙂! " + WITHOUT_GREETING + " TODO")
    told = anna.locator("#findings .told", has_text="A placeholder is left: TODO")
    told.click()
    expect(anna.locator("#words")).to_be_focused()
    assert selected(anna) == "TODO"
    anna.keyboard.press("Home")
    told.focus()
    anna.keyboard.press("Enter")
    assert selected(anna) == "TODO"


def test_a_fix_pressed_while_the_words_move_on_still_hits(anna: Page, desk: OpenDesk) -> None:
    at(anna, desk, "ola")
    words = anna.locator("#words")
    words.fill(FOR_OLA + " Tak!!")
    expect(anna.locator("#findings .fix")).to_have_count(1)
    anna.evaluate(
        """() => {
          const words = document.querySelector('#words');
          words.setRangeText('Ojej. ', 0, 0, 'start');
          document.querySelector('#findings .fix').click();
        }"""
    )
    expect(words).to_have_value(f"Ojej. {FOR_OLA} Tak!")


def test_a_link_goes_in_at_the_cursor(anna: Page, desk: OpenDesk) -> None:
    change(desk, "sam", topics=["payment"])
    at(anna, desk, "sam")
    words, chip = anna.locator("#words"), anna.locator(".article").first
    url = chip.get_attribute("data-link")
    chip.click()
    expect(words).to_have_value(re.compile(rf"there\. {re.escape(url or '?')} — the Larix team$"))
    words.fill("Hello Sam, see")
    chip.click()
    expect(words).to_have_value(f"Hello Sam, see {url}")
    expect(words).to_be_focused()


def test_ticking_a_question_keeps_focus_and_words(anna: Page, desk: OpenDesk, sit: Sit) -> None:
    change(desk, "sam", text=QUESTIONS)
    at(anna, desk, "sam")
    anna.locator("#words").fill("Hello Sam, half")
    box = anna.get_by_label("And how do I cancel the account?")
    box.focus()
    anna.keyboard.press("Enter")  # sends nothing
    anna.keyboard.press("Space")
    expect(anna.locator("#questions")).to_contain_text("ticked by anna")
    expect(anna.locator("#open-questions")).to_have_text("1 question is not ticked off yet.")
    expect(box).to_be_focused()
    expect(anna.locator("#words")).to_have_value("Hello Sam, half")
    anna.goto(desk.item("ola"))  # while she is on it, nobody else has the form
    cara = sit("cara")
    cara.goto(desk.item("sam"))
    expect(cara.get_by_label("And how do I cancel the account?")).to_be_checked()


def test_words_wait_in_every_browser_until_they_are_sent(
    anna: Page, desk: OpenDesk, sit: Sit
) -> None:
    at(anna, desk, "ola")
    anna.locator("#words").fill(FOR_OLA)
    expect(anna.locator("#count[data-stamp*='T']")).to_be_visible()
    elsewhere = sit("anna", Role.ADMIN)
    assert at(elsewhere, desk, "ola") == FOR_OLA
    expect(elsewhere.locator("#kept")).to_contain_text("Your words from before are here.")
    more = FOR_OLA + " Do jutra."
    elsewhere.locator("#words").fill(more)
    expect(elsewhere.locator("#count")).to_contain_text(f"{len(more)} /")
    anna.reload()
    ready(anna)
    expect(anna.locator("#words")).to_have_value(more)  # what was written last ...
    expect(anna.locator("#before")).to_contain_text(FOR_OLA)  # ... and what stood here
    anna.get_by_role("button", name="Back to the draft").click()
    expect(anna.locator("#words")).not_to_have_value(more)
    anna.keyboard.press("Control+z")
    expect(anna.locator("#words")).to_have_value(more)
    anna.keyboard.press("Control+Enter")
    heading(anna, "Ελένη Παπαδοπούλου")
    with desk.bot.database.read() as session:
        assert session.query(TypedWords).count() == 0


@pytest.mark.parametrize("gone", [False, True], ids=["edited", "deleted"])
def test_approve_waits_for_who_has_not_read_the_new_text(
    anna: Page, desk: OpenDesk, gone: bool
) -> None:
    at(anna, desk, "ola")
    expect(anna.locator("#approve")).to_be_enabled()
    change(desk, "ola", **({"status": MentionStatus.GONE} if gone else {"version": 2}))
    expect(anna.locator("#notice")).to_contain_text("deleted" if gone else "read it again")
    expect(anna.locator("#approve")).to_be_disabled()
    expect(anna.locator("#approve-why")).to_be_visible()
    anna.locator("#item").focus()
    anna.keyboard.press("a")
    heading(anna, "Ola Wiśniewska")
    with desk.bot.database.read() as session:
        assert session.get_one(Draft, desk.ids["ola"]).status is DraftStatus.PENDING


def test_everything_is_there_without_scripts(desk: OpenDesk, sit: Sit) -> None:
    change(desk, "giulia", **LATE)
    page = sit("cara", Role.APPROVER, java_script_enabled=False)
    page.goto(desk.item("giulia"))
    page.locator("#saved summary").click()
    choice = page.locator("#saved [name=entry]").first
    said = choice.get_attribute("data-whole")
    choice.check()
    choice.press("Enter")  # keeps, and sends nothing
    heading(page, "Giulia Rossi")
    page.locator("#saved summary").click()
    page.locator("#saved [name=entry]").first.check()
    page.get_by_role("button", name="Use these words").click()
    heading(page, "Giulia Rossi")
    expect(page.locator("#words")).to_have_value(said or "?")
    page.locator("#words").fill(f"{said} Ecco!!")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name=re.compile("^Fix")).first.click()
    expect(page.locator("#words")).to_have_value(f"{said} Ecco!")
    page.get_by_role("button", name="Back to the draft").click()
    expect(page.locator("#words")).to_have_value(f"{said} Ecco!!")
