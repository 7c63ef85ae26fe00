"""Health and history in a real browser: stopping with a typed word, letters, filters, a file."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from listener.models import Breaker, Cause, Cursor, DeadLetter, Gap, Operation, SpendEntry
from responder.models import PauseLevel, ReplyStatus
from responder.pause import all_pauses, set_pause
from responder.team.models import Role
from tests.conftest import OpenDesk, Sit, heading, ready
from tests.factories import make_reply
from tests.fakes import FakeChannel, incoming
from tests.test_browser_access import faults

pytestmark = pytest.mark.browser


def letters(desk: OpenDesk, *ids: str) -> None:
    with desk.bot.database.write() as session:
        session.add_all(
            DeadLetter(
                channel="x",
                stream="mentions",
                fingerprint=one,
                external_id=one,
                payload='{"text": "' + "a-very-long-payload-" * 40 + '"}',
                error="created_at is missing",
                heard_at=desk.bot.clock(),
            )
            for one in ids
        )


def test_everything_is_stopped_with_a_typed_word_and_goes_on(anna: Page, desk: OpenDesk) -> None:
    anna.goto(f"{desk.url}/health")
    ready(anna)
    panel = anna.locator("#stop-all")
    panel.locator("summary").focus()
    anna.keyboard.press("Enter")
    button = panel.get_by_role("button", name="Stop everywhere")
    button.click()  # the browser itself asks for the word
    expect(panel.get_by_label("to confirm")).to_be_focused()
    assert not all_pauses(desk.bot.database)
    panel.get_by_label("Why").fill("wrong prices")
    panel.get_by_label("to confirm").fill("go")
    button.click()
    heading(anna, "Stop everywhere?")
    expect(anna.get_by_role("alert")).to_contain_text("Nothing was paused")
    expect(anna.get_by_label("to confirm")).to_be_focused()
    expect(anna.get_by_label("Why")).to_have_value("wrong prices")
    anna.get_by_label("to confirm").fill("STOP")
    anna.keyboard.press("Enter")
    heading(anna, "Health")
    expect(anna.locator("#standing")).to_contain_text("Stopped")
    expect(anna.locator("#standing")).to_contain_text("wrong prices")
    expect(anna.locator("#banner")).to_contain_text("Everything is paused")
    anna.get_by_role("button", name="Resume everything").click()
    expect(anna.locator("#standing")).to_contain_text("Approve only")
    expect(anna.locator("#toast")).to_contain_text("Going on")


def test_letters_are_ticked_all_at_once_and_tried_again(anna: Page, desk: OpenDesk) -> None:
    letters(desk, "1", "2", "3")
    desk.x.shown = {one: incoming(one, created_at=desk.bot.clock()) for one in ("1", "2")}
    anna.goto(f"{desk.url}/health")
    ready(anna)
    anna.get_by_label("All of them").check()
    expect(anna.locator("#letters input[name=letter]:checked")).to_have_count(3)
    anna.get_by_role("button", name="Try the ticked ones again").click()
    expect(anna.locator("#toast")).to_contain_text("2 were read.")
    expect(anna.locator("#letters input[name=letter]")).to_have_count(1)
    anna.get_by_role("button", name="Drop", exact=True).click()
    expect(anna.locator("#letters")).to_contain_text("could be read")


def test_health_follows_without_touching_what_somebody_does(anna: Page, desk: OpenDesk) -> None:
    now = desk.bot.clock()
    with desk.bot.database.write() as session:
        session.add(
            Cursor(channel="x", stream="mentions", started_at=now, fetched_at=now, failures=0)
        )
    anna.goto(f"{desk.url}/health")
    ready(anna)
    anna.locator("#prices-facebook summary").click()
    anna.locator("#stop-all summary").click()
    anna.locator("#stop-all").get_by_label("Why").fill("half a word")
    set_pause(desk.bot.database, channel="x", level=PauseLevel.SEND, by="bo", now=now)
    with desk.bot.database.write() as session:
        cursor = session.get_one(Cursor, ("x", "mentions"))
        cursor.failures, cursor.last_error = 2, "503 from the network"
    # As when somebody comes back to the tab: it looks at once, and not at the next round only.
    anna.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(anna.locator("#standing")).to_contain_text("stopped")
    expect(anna.locator("#channels")).to_contain_text("503 from the network")
    expect(anna.locator("#banner")).to_contain_text("X is paused")
    expect(anna.locator("#prices-facebook")).to_have_attribute("open", "")
    expect(anna.locator("#stop-all").get_by_label("Why")).to_have_value("half a word")
    expect(anna.locator("#stop-all").get_by_label("Why")).to_be_focused()


def test_history_is_filtered_opened_and_taken_away(
    anna: Page, desk: OpenDesk, tmp_path: Path
) -> None:
    anna.goto(f"{desk.url}/history")
    anna.get_by_label("Words, or a customer's name").fill("anna bianchi")
    anna.keyboard.press("Enter")
    expect(anna).to_have_url(f"{desk.url}/history?q=anna+bianchi&status=&channel=&from=&to="
                             "&language=&topic=&phase=&author_kind=&agent=")  # fmt: skip
    expect(anna.locator(".entry")).to_have_count(1)
    with anna.expect_download() as waiting:
        anna.get_by_role("link", name="CSV").click()
    file = tmp_path / "history.csv"
    waiting.value.save_as(file)
    assert "Anna Bianchi" in file.read_text(encoding="utf-8-sig")
    anna.get_by_role("link", name="Anna Bianchi").click()
    heading(anna, "Anna Bianchi")
    expect(anna.locator("#item")).to_contain_text("Sent")


def test_without_scripts_all_of_it_works(sit: Sit, desk: OpenDesk) -> None:
    letters(desk, "1", "2")
    with desk.bot.database.write() as session:
        for minutes in range(60):
            at = desk.bot.clock() - timedelta(minutes=minutes)
            make_reply(session, status=ReplyStatus.SENT, queued_at=at, changed_at=at)
    page = sit("cara", Role.ADMIN, java_script_enabled=False)
    page.goto(f"{desk.url}/history?status=sent")
    page.get_by_role("link", name="Older").click()
    expect(page.locator(".entry").first).to_be_visible()
    page.goto(f"{desk.url}/health")
    expect(page.get_by_label("All of them")).to_be_hidden()
    page.locator("#letters input[name=letter]").first.check()
    page.get_by_role("button", name="Drop the ticked ones").click()
    expect(page.locator("#toast")).to_contain_text("1 was dropped.")
    page.locator("#stop-one summary").click()
    page.locator("#stop-one").get_by_label("Approve only").check()
    page.get_by_role("button", name="Stop this channel").click()
    expect(page.locator("#toast")).to_contain_text("Paused.")
    assert [pause.level for pause in all_pauses(desk.bot.database)] == [PauseLevel.AUTO]


def trouble(desk: OpenDesk) -> None:
    """Everything at once: a network that refuses us, gaps, money nearly spent, a failed reply."""
    now = desk.bot.clock()
    desk.x.declaration = replace(
        desk.x.declaration,
        prices_checked=date(2026, 11, 1),
        fees=FakeChannel("x", prices_checked=date(2026, 11, 1)).declaration.fees,
    )
    with desk.bot.database.write() as session:
        for operation, cause in ((Operation.WRITE, Cause.AUTH), (Operation.READ, Cause.TROUBLE)):
            session.add(
                Breaker(
                    channel="x",
                    operation=operation,
                    cause=cause,
                    blocked_until=now + timedelta(minutes=4),
                    reason="an-error-without-a-single-space-" * 4,
                    changed_at=now,
                )
            )
        for stream, filled in (("mentions", None), ("search", now)):
            session.add(
                Gap(
                    channel="x",
                    stream=stream,
                    since=now - timedelta(hours=5),
                    until=now - timedelta(hours=4),
                    reason="the program did not run",
                    noticed_at=now,
                    filled_at=filled,
                )
            )
        session.add(
            Cursor(channel="x", stream="search", started_at=now, failures=6, last_error="503")
        )
        session.add(
            SpendEntry(
                channel="x", at=now, use="reply", operation="post", micros=29_000_000, settled=True
            )
        )
        make_reply(session, status=ReplyStatus.FAILED, reason="refused", changed_at=now)
    letters(desk, "1", "2")
    set_pause(
        desk.bot.database, channel="facebook", level=PauseLevel.SEND, by="bo", now=now, why="a fire"
    )


def test_trouble_can_be_read_by_everybody(anna: Page, desk: OpenDesk) -> None:
    trouble(desk)
    for scheme in ("light", "dark"):
        anna.emulate_media(color_scheme=scheme)
        for path in ("/health", "/history"):
            anna.goto(f"{desk.url}{path}")
            anna.locator("#stop-all summary, .search summary").first.click()
            assert faults(anna) == [], (scheme, path)
    anna.set_viewport_size({"width": 320, "height": 640})
    for path in ("/health", "/history"):
        anna.goto(f"{desk.url}{path}")
        anna.locator("#stop-all summary, .search summary").first.click()
        assert anna.evaluate("document.documentElement.scrollWidth") <= 320, path
