"""The library in a real browser: writing with others, trying a reply, and everybody's eyes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from responder.incidents import Opening, open_incident
from responder.library.shelving import Change, save
from responder.team.models import Role
from tests.conftest import OpenDesk, Sit, heading, ready
from tests.shelf import BEA, LATE, LATE_PATH, newest, past, stock
from tests.test_browser_access import faults

pytestmark = pytest.mark.browser

GOOD = "We're sorry your parcel is late. Message us privately with the order number: we trace it."
DOUBT = "We're sorry your parcel is late. We trace it as soon as possible, and write to you here."


@pytest.fixture(autouse=True)
def _stocked(desk: OpenDesk) -> None:
    stock(desk.bot)


def screens(desk: OpenDesk) -> dict[str, str]:
    paths = {
        "list": "/library?lacks=any",
        "work": LATE_PATH,
        "entry": f"{LATE_PATH}/pl",
        "new": "/library/new?kind=article",
        "voice": "/library/voice",
        "incidents": "/library/incidents",
        "rules": "/library/rules",
        "table": "/library/table",
    }
    return {name: f"{desk.url}{path}" for name, path in paths.items()}


def _make_it_colourful(desk: OpenDesk) -> None:
    """A gap, a proposal, a former version and an incident."""
    body = dict(newest(desk.bot, LATE).body or {})
    texts = [DOUBT, *body["texts"]]
    change = Change(body={**body, "texts": texts}, confirm=frozenset({"R08"}))
    save(desk.bot, LATE, change, by=BEA)
    polish = type(LATE)(kind=LATE.kind, key=LATE.key, language="pl")
    said = dict(newest(desk.bot, polish).body or {})
    editor = type(BEA)(name="ed", role=Role.EDITOR, agent_id=None)
    save(desk.bot, polish, Change(body={**said, "title": "Paczka"}), by=editor)
    greek = type(LATE)(kind=LATE.kind, key=LATE.key, language="el")
    save(desk.bot, greek, Change(body=None), by=BEA)
    opening = Opening(title="Courier strike", topics=["delivery"], statements={"it": "Sciopero."})
    open_incident(desk.bot.database, opening, by="bo", now=desk.bot.clock())


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_library(clean_page: Page, desk: OpenDesk, scheme: str) -> None:
    _make_it_colourful(desk)
    page = clean_page
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(desk.enter())
    found = {}
    for name, url in screens(desk).items():
        page.goto(url)
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        found[name] = faults(page)
    page.goto(f"{desk.url}/library/voice?language=en")
    page.get_by_label("The reply").fill("you should have read it as soon as possible!! your BOOT")
    expect(page.locator("#tried .findings")).to_contain_text("R10")
    found["tried"] = faults(page)
    assert {name: those for name, those in found.items() if those} == {}


def test_the_library_fits_a_small_phone(clean_page: Page, desk: OpenDesk) -> None:
    _make_it_colourful(desk)
    page = clean_page
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(desk.enter())
    for name, url in screens(desk).items():
        page.goto(url)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, name
        small = page.eval_on_selector_all(
            "main :is(button, summary, select, .button, .tabs a, .code a, input)",
            """all => all.filter(e => e.getClientRects().length)
                  .map(e => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
                  .filter(([, r]) => r.width < 24 || r.height < 24)
                  .filter(([html]) => !html.includes('checkbox'))""",
        )
        assert small == [], name


def test_two_write_at_once_and_nothing_typed_is_lost(anna: Page, sit: Sit, desk: OpenDesk) -> None:
    bo = sit("bo", Role.APPROVER)
    for page in (anna, bo):
        page.goto(f"{desk.url}{LATE_PATH}/en")
        ready(page)
    bo.get_by_label("Variant 1", exact=True).fill(GOOD)
    bo.get_by_role("button", name="Save and publish").click()
    expect(bo.locator("#toast")).to_contain_text("in force from now on")
    heading(bo, "Parcel late")
    words = "We're sorry. Your parcel is late: message us privately, and we trace it today."
    anna.get_by_label("Variant 1", exact=True).fill(words)
    anna.get_by_role("button", name="Save and publish").press("Enter")
    expect(anna.get_by_role("alert")).to_contain_text("bo was faster and wrote version 2")
    expect(anna.get_by_role("alert")).to_be_focused()
    expect(anna.get_by_label("Variant 1", exact=True)).to_have_value(words)
    expect(anna.locator(".diff").first).to_contain_text("message us privately")
    anna.get_by_role("button", name="Save and publish").click()
    expect(anna.locator("#toast")).to_contain_text("in force from now on")
    assert [one[2] for one in past(desk.bot, LATE)] == ["anna", "bo", "bot"]


def test_a_doubt_shows_while_one_types_and_its_tick_stays(anna: Page, desk: OpenDesk) -> None:
    anna.goto(f"{desk.url}{LATE_PATH}/en")
    ready(anna)
    anna.get_by_label("Variant 1", exact=True).fill(DOUBT)
    expect(anna.locator("#found")).to_contain_text("R08")
    anna.get_by_label("I have looked at it").check()
    anna.get_by_label("Title").fill("Parcel very late")
    anna.get_by_label("Variant 4").fill("Hello {{order}}, it is late.")
    expect(anna.locator("#found")).to_contain_text("nobody fills in {{order}}")
    expect(anna.get_by_label("I have looked at it").first).to_be_checked()
    anna.get_by_label("Variant 4").fill("")
    expect(anna.locator("#found")).not_to_contain_text("{{order}}")
    anna.get_by_role("button", name="Save and publish").click()
    heading(anna, "Parcel very late")
    assert (newest(desk.bot, LATE).body or {})["texts"][0] == DOUBT


def test_a_reply_is_tried_out_by_keyboard_with_and_without_scripts(
    anna: Page, sit: Sit, desk: OpenDesk
) -> None:
    anna.goto(f"{desk.url}/library/voice")
    ready(anna)
    expect(anna.get_by_role("button", name="Check it")).to_be_hidden()
    anna.get_by_label("The customer’s language").select_option("en")
    anna.get_by_label("The reply").focus()
    anna.keyboard.type("You should have read our page.")
    expect(anna.locator("#tried")).to_contain_text("R10")
    expect(anna.get_by_label("The reply")).to_be_focused()
    expect(anna.get_by_label("The reply")).to_have_attribute("lang", "en")
    anna.get_by_label("The reply").fill("")
    expect(anna.locator("#tried")).to_contain_text("Type a reply")

    bare = sit("bo", Role.VIEWER, java_script_enabled=False)
    bare.goto(f"{desk.url}/library/voice?language=en")
    bare.get_by_label("The reply").fill("You should have read our page.")
    bare.get_by_role("button", name="Check it").click()
    expect(bare.locator("#tried")).to_contain_text("R10")
    expect(bare.get_by_label("The reply")).to_have_value("You should have read our page.")


def test_the_list_follows_its_filters_and_so_does_the_address(anna: Page, desk: OpenDesk) -> None:
    anna.goto(f"{desk.url}/library")
    ready(anna)
    anna.locator("#main").focus()
    anna.keyboard.press("/")
    anna.keyboard.type("gift card")
    rows = anna.locator(".work-row")
    expect(anna.locator("#shelf [role=status]")).to_have_text("2 of 89 entries")
    expect(rows).to_have_count(2)
    expect(anna).to_have_url(f"{desk.url}/library?q=gift+card")
    anna.get_by_label("Kind").select_option("article")
    expect(anna).to_have_url(f"{desk.url}/library?q=gift+card&kind=article")
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("gift_card")
    expect(anna.get_by_label("Search")).to_have_value("gift card")
    rows.first.get_by_role("link").first.click()
    expect(anna.locator(".edition")).to_have_count(7)
