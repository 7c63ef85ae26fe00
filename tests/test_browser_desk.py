"""The desk in a real browser: by keyboard, with and without scripts, and hostile words."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Page, expect

from responder.models import Draft, DraftStatus, Reply
from responder.team.models import Role
from tests.conftest import OpenDesk, Sit, heading, ready
from tests.desk_story import FOR_GIULIA, FOR_OLA, WITHOUT_GREETING, wait
from tests.patience import eventually

pytestmark = pytest.mark.browser

EXTRA = "Damy znać do piątku, 27 listopada."


def status(desk: OpenDesk, who: str) -> DraftStatus:
    with desk.bot.database.read() as session:
        return session.get_one(Draft, desk.ids[who]).status


def sent_words(desk: OpenDesk, who: str) -> str:
    with desk.bot.database.read() as session:
        return session.query(Reply).filter(Reply.draft_id == desk.ids[who]).one().text


def names(page: Page) -> list[str]:
    return page.locator("#queue .row .name").all_inner_texts()


def read(page: Page) -> None:
    """Longer than the moment in which nothing new can be approved yet."""
    page.wait_for_timeout(700)


# Held in the page, not by the browser's driver: now and then that one lets a request pass when it
# is told to hold it right after the page was loaded.
_HOLD = """() => {
  const answer = window.fetch;
  window.fetch = async (url, options) => {
    if (String(url).endsWith('/approve')) await new Promise(go => { window.letGo = go; });
    return answer(url, options);
  };
}"""
_LET_GO = "() => window.letGo && (window.letGo(), true)"


def hold(page: Page) -> None:
    """Approvals from here on are on their way until the test lets them arrive."""
    page.evaluate(_HOLD)


def let_go(page: Page) -> None:
    """Let the approval arrive, once the page has asked for it."""
    for _ in range(400):  # as patient as `expect` is (tests/conftest.py)
        if page.evaluate(_LET_GO):
            return
        page.wait_for_timeout(50)
    pytest.fail("the page never asked")


def test_the_most_urgent_is_on_top(anna: Page) -> None:
    assert names(anna)[:3] == ["Giulia Rossi", "Ola Wiśniewska", "Ελένη Παπαδοπούλου"]
    row = anna.locator("#queue .row").first
    expect(row.locator(".due")).to_contain_text("6 min late")
    expect(anna.get_by_text("bo is on it")).to_be_visible()


def test_a_morning_by_keyboard_alone(anna: Page, desk: OpenDesk) -> None:
    ready(anna)
    anna.keyboard.press("j")
    anna.keyboard.press("j")
    expect(anna.locator("#queue .row").nth(1)).to_be_focused()
    anna.keyboard.press("k")
    anna.keyboard.press("Enter")
    heading(anna, "Giulia Rossi")
    expect(anna.locator("#item")).to_be_focused()
    read(anna)
    anna.keyboard.press("a")
    heading(anna, "Ola Wiśniewska")
    expect(anna.locator("#toast")).to_contain_text("Approved for Giulia Rossi")
    assert status(desk, "giulia") is DraftStatus.APPROVED
    anna.keyboard.press("u")
    heading(anna, "Giulia Rossi")
    expect(anna.locator("#toast")).to_contain_text("Taken back")
    assert status(desk, "giulia") is DraftStatus.PENDING
    assert names(anna)[0] == "Giulia Rossi"


def test_editing_and_sending_without_leaving_the_field(anna: Page, desk: OpenDesk) -> None:
    anna.goto(desk.item("ola"))
    ready(anna)
    before = anna.locator("#count").inner_text()
    anna.keyboard.press("e")
    expect(anna.locator("#words")).to_be_focused()
    anna.keyboard.type(" a j r " + EXTRA)  # letters are letters in here
    expect(anna.locator("#count")).not_to_have_text(before)
    anna.keyboard.press("Control+Enter")
    heading(anna, "Ελένη Παπαδοπούλου")
    expect(anna.locator("#toast")).to_contain_text("Approved for Ola")  # after the next
    assert sent_words(desk, "ola").endswith("a j r " + EXTRA)


def test_findings_come_while_typing_and_stop_it(anna: Page, desk: OpenDesk) -> None:
    anna.goto(desk.item("giulia"))
    ready(anna)
    anna.locator("#words").fill("Ciao TODO " + "parola " * 50)
    expect(anna.locator("#findings")).to_contain_text("A placeholder is left: TODO")
    expect(anna.locator("#count")).to_have_class(re.compile("over"))
    anna.keyboard.press("Control+Enter")
    expect(anna.get_by_role("alert")).to_contain_text("Not sent.")
    expect(anna.locator("#refusal")).to_be_focused()
    expect(anna.locator("#words")).to_have_value("Ciao TODO " + "parola " * 50)
    assert status(desk, "giulia") is DraftStatus.PENDING


def test_a_doubt_is_confirmed_with_a_tick_that_stays_while_typing(
    anna: Page, desk: OpenDesk
) -> None:
    anna.goto(desk.item("ola"))
    ready(anna)
    words = anna.locator("#words")
    words.fill(WITHOUT_GREETING)
    tick = anna.get_by_label("Send anyway")
    tick.check()
    words.press_sequentially(" Do jutra.")
    expect(anna.locator("#count")).to_contain_text(f"{len(WITHOUT_GREETING) + 10} /")
    expect(tick).to_be_checked()
    anna.keyboard.press("Control+Enter")
    heading(anna, "Ελένη Παπαδοπούλου")


def test_what_is_approved_is_in_sight_with_the_button_under_a_long_text(
    anna: Page, desk: OpenDesk
) -> None:
    long = " ".join([FOR_GIULIA] * 5)
    with desk.bot.database.write() as session:
        draft = session.get_one(Draft, desk.ids["giulia"])
        draft.mention.text = " ".join(["Non mi risponde nessuno da nove giorni! Come mai?"] * 40)
        draft.text = draft.proposed = long
    for height in (850, 720):
        anna.set_viewport_size({"width": 1280, "height": height})
        anna.goto(desk.item("giulia"))
        expect(anna.locator("#words")).to_have_value(long)
        assert anna.evaluate(_LINES_IN_SIGHT) >= 5, height
    said = anna.locator(".voice.current .said")
    folded = said.bounding_box()
    anna.locator(".voice.current summary").press("Enter")
    expect(anna.locator(".voice.current details")).to_have_attribute("open", "")
    whole = said.bounding_box()
    assert folded
    assert whole
    assert whole["height"] > 5 * folded["height"]


_LINES_IN_SIGHT = """() => {
  const words = document.querySelector('#words'), box = words.getBoundingClientRect();
  const bar = document.querySelector('#approve').parentElement.getBoundingClientRect();
  const style = getComputedStyle(words), top = box.top + parseFloat(style.paddingTop);
  return Math.floor((Math.min(box.bottom, bar.top) - top) / parseFloat(style.lineHeight));
}"""
"""How many lines of the reply stand above the bar with the buttons, before anybody scrolls."""


def test_rejecting_by_keyboard(anna: Page, desk: OpenDesk) -> None:
    anna.goto(desk.item("jonas"))
    ready(anna)
    anna.keyboard.press("r")
    expect(anna.get_by_label("Needs no answer")).to_be_focused()
    anna.keyboard.press("ArrowDown")
    anna.get_by_role("button", name="Reject").press("Enter")
    expect(anna.locator("#toast")).to_contain_text("Rejected")
    with desk.bot.database.read() as session:
        assert session.get_one(Draft, desk.ids["jonas"]).reason == "Wrong tone"


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize("field", ["Wrong tone", "A word to the team (optional)"])
@pytest.mark.parametrize("who", ["jonas", "hand"])
def test_enter_in_the_reject_panel_rejects_and_never_approves(
    desk: OpenDesk, sit: Sit, who: str, field: str, scripts: bool
) -> None:
    page = sit("cara", Role.APPROVER, java_script_enabled=scripts)
    page.goto(desk.item(who) + ("?view=hand" if who == "hand" else ""))
    if scripts:
        ready(page)
    page.locator("#reject summary").click()
    page.get_by_label(field).press("Space")
    page.get_by_label(field).press("Enter")
    expect(page.locator("#toast")).to_contain_text("Rejected")
    assert status(desk, who) is DraftStatus.REJECTED


def test_enter_on_a_tick_sends_nothing(anna: Page, desk: OpenDesk) -> None:
    anna.goto(desk.item("ola"))
    ready(anna)
    anna.locator("#words").fill(WITHOUT_GREETING)
    tick = anna.get_by_label("Send anyway")
    tick.check()
    tick.press("Enter")
    read(anna)
    heading(anna, "Ola Wiśniewska")
    assert status(desk, "ola") is DraftStatus.PENDING


def test_a_tick_does_not_outlive_the_doubt_it_answered(anna: Page, desk: OpenDesk) -> None:
    anna.goto(desk.item("ola"))
    ready(anna)
    anna.locator("#words").fill(FOR_OLA + " Odezwiemy się wkrótce.")
    expect(anna.locator("#findings")).to_contain_text("wkrótce")
    tick = anna.get_by_label("Send anyway")
    tick.check()
    anna.locator("#words").fill(FOR_OLA + " Odezwiemy się niebawem.")
    expect(anna.locator("#findings")).to_contain_text("niebawem")
    expect(tick).not_to_be_checked()


def test_a_double_tap_approves_only_what_was_read(anna: Page, desk: OpenDesk) -> None:
    anna.clock.install()  # how long ago something appeared is the page's time, not the machine's
    anna.goto(desk.item("giulia"))
    ready(anna)
    anna.clock.pause_at(time.time() + 60)
    anna.keyboard.press("a")
    heading(anna, "Ola Wiśniewska")
    anna.keyboard.press("a")
    anna.locator("#approve").click()
    anna.clock.run_for(700)
    heading(anna, "Ola Wiśniewska")
    assert status(desk, "ola") is DraftStatus.PENDING
    anna.keyboard.press("a")
    heading(anna, "Ελένη Παπαδοπούλου")


def test_a_hand_that_taps_on_and_on_approves_one(anna: Page, desk: OpenDesk) -> None:
    anna.clock.install()
    anna.goto(desk.item("giulia"))
    ready(anna)
    anna.clock.pause_at(time.time() + 60)
    anna.keyboard.press("a")
    heading(anna, "Ola Wiśniewska")
    for _ in range(10):
        anna.clock.run_for(400)
        anna.keyboard.press("a")
    heading(anna, "Ola Wiśniewska")
    assert status(desk, "ola") is DraftStatus.PENDING


def test_of_several_approved_in_a_row_each_can_be_taken_back(anna: Page, desk: OpenDesk) -> None:
    anna.goto(desk.item("giulia"))
    ready(anna)
    anna.keyboard.press("a")
    heading(anna, "Ola Wiśniewska")
    read(anna)
    anna.keyboard.press("a")
    told = anna.locator("#toast")
    expect(told).to_contain_text("Approved for Ola Wiśniewska")
    expect(told).to_contain_text("Approved for Giulia Rossi")
    for who in ("ola", "giulia"):
        with anna.expect_response(lambda answer: "/undo" in answer.url):
            anna.keyboard.press("u")
        heading(anna, {"ola": "Ola Wiśniewska", "giulia": "Giulia Rossi"}[who])
        assert status(desk, who) is DraftStatus.PENDING


def test_a_slow_answer_leaves_alone_who_types_elsewhere(anna: Page, desk: OpenDesk) -> None:
    anna.goto(desk.item("giulia"))
    ready(anna)
    hold(anna)
    anna.keyboard.press("a")
    anna.get_by_role("link", name=re.compile("Jonas Krämer")).click()
    heading(anna, "Jonas Krämer")
    read(anna)
    anna.keyboard.press("e")
    anna.keyboard.type(" Bis")
    let_go(anna)
    expect(anna.locator("#toast")).to_contain_text("Approved for Giulia Rossi")
    anna.keyboard.type(" bald")
    heading(anna, "Jonas Krämer")
    expect(anna.locator("#words")).to_be_focused()
    expect(anna.locator("#words")).to_have_value(re.compile(" Bis bald$"))
    expect(anna.locator("#queue .row[aria-current]")).to_contain_text("Jonas Krämer")
    expect(anna.locator("#queue")).not_to_contain_text("Giulia Rossi")


def test_a_slow_refusal_is_told_to_who_went_on(anna: Page, desk: OpenDesk) -> None:
    anna.goto(desk.item("giulia"))
    ready(anna)
    anna.locator("#words").fill("Ciao TODO")
    hold(anna)
    anna.keyboard.press("Control+Enter")
    anna.get_by_role("link", name=re.compile("Jonas Krämer")).click()
    heading(anna, "Jonas Krämer")
    let_go(anna)
    expect(anna.locator("#toast")).to_contain_text("Giulia Rossi: Not sent.")
    heading(anna, "Jonas Krämer")
    anna.get_by_role("link", name=re.compile("Giulia Rossi")).click()
    expect(anna.locator("#words")).to_have_value("Ciao TODO")


def test_a_slow_answer_does_not_take_the_field_of_another_form(anna: Page, desk: OpenDesk) -> None:
    anna.goto(desk.item("giulia"))
    ready(anna)
    hold(anna)
    anna.keyboard.press("a")
    anna.locator("#reject summary").click()
    note = anna.get_by_label("A word to the team (optional)")
    note.press_sequentially("al")
    let_go(anna)
    expect(anna.locator("#toast")).to_contain_text("Approved for Giulia Rossi")
    anna.keyboard.type("a")
    expect(note).to_be_focused()
    expect(note).to_have_value("ala")
    assert status(desk, "ola") is DraftStatus.PENDING


def test_leaving_right_after_a_letter_breaks_nothing(anna: Page, desk: OpenDesk) -> None:
    anna.goto(desk.item("ola"))
    ready(anna)
    anna.evaluate(
        """() => {
          const words = document.querySelector('#words');
          words.value += '!';
          words.dispatchEvent(new Event('input', { bubbles: true }));
          document.querySelector('.views a').click();
        }"""
    )
    heading(anna, "To approve")
    read(anna)  # the page of this test fails on any error of a script


def test_a_narrow_chart_shows_the_newest_first(anna: Page, desk: OpenDesk) -> None:
    anna.set_viewport_size({"width": 375, "height": 740})
    anna.goto(f"{desk.url}/trends?by=day")
    ready(anna)
    drawn = anna.locator(".plot svg").first  # and taken up by the script
    expect(drawn).to_have_attribute("role", "graphics-document")
    plot = anna.locator(".plot").first
    left = "plot => plot.scrollWidth - plot.clientWidth - plot.scrollLeft"
    assert eventually(
        lambda: plot.evaluate("plot => plot.scrollLeft") > 0 and plot.evaluate(left) <= 1
    )


def test_hiding_takes_two_steps(anna: Page, desk: OpenDesk) -> None:
    anna.goto(desk.item("inès"))
    ready(anna)
    anna.keyboard.press("h")
    assert desk.facebook.hidden == []
    expect(anna.get_by_role("button", name="Hide it")).to_be_focused()
    anna.keyboard.press("Enter")
    expect(anna.locator("#toast")).to_contain_text("Hidden on the network")
    assert len(desk.facebook.hidden) == 1


def test_escape_leaves_field_panel_and_item(anna: Page, desk: OpenDesk) -> None:
    anna.goto(desk.item("ola"))
    ready(anna)
    anna.keyboard.press("e")
    anna.keyboard.press("Escape")
    expect(anna.locator("#item")).to_be_focused()
    anna.keyboard.press("r")
    anna.keyboard.press("Escape")
    expect(anna.locator("#reject")).not_to_have_attribute("open", "")
    anna.keyboard.press("Escape")
    anna.keyboard.press("Escape")
    expect(anna.locator("#queue .row[aria-current]")).to_be_focused()


def test_single_keys_can_be_turned_off(anna: Page, desk: OpenDesk) -> None:
    anna.goto(desk.item("ola"))
    ready(anna)
    anna.keyboard.press("?")
    expect(anna.get_by_role("dialog")).to_be_visible()
    anna.get_by_label("Single keys act").uncheck()
    anna.get_by_role("button", name="Close").click()
    anna.keyboard.press("a")
    anna.keyboard.press("r")
    heading(anna, "Ola Wiśniewska")
    expect(anna.locator("#reject")).not_to_have_attribute("open", "")
    anna.reload()
    ready(anna)
    anna.keyboard.press("a")
    assert status(desk, "ola") is DraftStatus.PENDING
    anna.locator("#words").focus()
    anna.keyboard.press("Control+Enter")
    heading(anna, "Ελένη Παπαδοπούλου")


def test_no_scripts_at_all(desk: OpenDesk, sit: Sit) -> None:
    page = sit("cara", Role.APPROVER, java_script_enabled=False)
    page.get_by_role("link", name=re.compile("Ola Wiśniewska")).click()
    heading(page, "Ola Wiśniewska")
    page.get_by_label("Drafted reply").fill(FOR_OLA)
    page.get_by_role("button", name="Approve and send").click()
    heading(page, "Ελένη Παπαδοπούλου")
    expect(page.locator("#toast")).to_contain_text("Approved for Ola")
    page.get_by_role("button", name="Undo").click()
    heading(page, "Ola Wiśniewska")
    page.locator("#reject summary").click()
    page.get_by_label("Misses what was asked").check()
    page.get_by_role("button", name="Reject").click()
    assert status(desk, "ola") is DraftStatus.REJECTED


def test_back_and_forward_walk_through_what_was_open(anna: Page, desk: OpenDesk) -> None:
    ready(anna)
    anna.get_by_role("link", name=re.compile("Ola Wiśniewska")).click()
    heading(anna, "Ola Wiśniewska")
    anna.get_by_role("link", name=re.compile("Jonas Krämer")).click()
    heading(anna, "Jonas Krämer")
    anna.go_back()
    heading(anna, "Ola Wiśniewska")
    anna.go_back()
    heading(anna, "To approve")
    anna.go_forward()
    heading(anna, "Ola Wiśniewska")


def test_by_hand_offers_the_way_to_the_network(anna: Page, desk: OpenDesk) -> None:
    anna.goto(desk.item("hand") + "?view=hand")
    ready(anna)
    link = anna.get_by_role("link", name="Open in X to answer")
    assert link.get_attribute("href") == "https://network.example/answer"
    anna.get_by_role("button", name="I answered it there").click()
    expect(anna.locator("#toast")).to_contain_text("you answered it on the network")
    expect(anna.locator("#queue")).to_contain_text("Nothing to answer by hand")


def test_an_unknown_reply_is_settled(anna: Page, desk: OpenDesk) -> None:
    anna.goto(desk.item("unknown") + "?view=unknown")
    ready(anna)
    anna.get_by_role("button", name="It is not there").click()
    expect(anna.locator("#toast")).to_contain_text("not there")
    assert status(desk, "unknown") is DraftStatus.PENDING


def test_pause_and_resume_from_the_menu(anna: Page, desk: OpenDesk) -> None:
    ready(anna)
    anna.get_by_role("link", name=re.compile("Ola Wiśniewska")).click()
    heading(anna, "Ola Wiśniewska")
    anna.locator("#account summary").click()
    anna.get_by_role("button", name="Pause all sending").click()
    heading(anna, "Stop everywhere?")
    anna.get_by_label("to confirm").fill("stop")
    anna.get_by_role("button", name="Stop everywhere").click()
    heading(anna, "Ola Wiśniewska")  # back where it was pressed
    expect(anna.locator("#banner")).to_contain_text("Everything is paused")
    expect(anna.get_by_role("button", name="Approve (waits)")).to_be_visible()
    anna.get_by_role("button", name="Resume").click()
    expect(anna.locator("#banner")).not_to_contain_text("paused")


def test_hostile_words_do_nothing(anna: Page, desk: OpenDesk) -> None:
    payloads = (
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "</textarea><script>alert(1)</script>",
        "<svg/onload=alert(1)>",
        "<iframe srcdoc='<script>alert(1)</script>'>",
    )
    with desk.bot.database.write() as session:
        for text in payloads:
            draft = wait(session, desk.bot.clock(), name=text, text=text, reply=text)
            draft.mention.conversation.context = text
    for text in payloads:
        expect(anna.locator("#queue").get_by_text(text).first).to_be_visible()
    ready(anna)
    for number in range(len(payloads)):
        anna.locator("#queue .row", has_text="alert(1)").nth(number).click()
        expect(anna.locator("#item h1")).to_contain_text("alert(1)")
        expect(anna.locator("#words")).to_have_value(re.compile(r"alert\(1\)"))
        anna.locator("#words").press_sequentially("!")
        expect(anna.locator("#count")).to_be_visible()


def test_charts_speak_on_hover_and_by_arrow_keys(anna: Page, desk: OpenDesk) -> None:
    anna.goto(f"{desk.url}/trends?by=day")
    ready(anna)
    marks = anna.locator(".plot").first.locator("[aria-roledescription='point']")
    marks.first.focus()
    anna.keyboard.press("ArrowRight")
    anna.keyboard.press("End")
    tip = anna.locator(".plot").first.locator(".tip")
    expect(tip).to_be_visible()
    expect(tip).to_have_text(marks.last.get_attribute("aria-label") or "?")
    marks.nth(3).hover()
    expect(tip).to_have_text(marks.nth(3).get_attribute("aria-label") or "?")
