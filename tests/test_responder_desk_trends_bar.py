"""The bar over the tabs: what is chosen last wins, what does not count is said, and a tab without
anything to show leads on."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from listener.models import MentionStatus
from listener.trends.texts import Heard
from responder.desk import tongue
from responder.desk.trends import mood, voice, volume, wants
from responder.desk.trends.empty import empty
from responder.desk.trends.panel import Filter
from responder.desk.trends.quotes import chosen
from responder.desk.trends.scope import Asked
from responder.desk.trends.tabs import TABS, Tab
from responder.team.models import Role
from tests.conftest import Place, Visit
from tests.factories import make_bot, make_mention, tiny_book
from tests.test_responder_desk_trends_tabs import look_of

EVERYTHING = "period=90&by=week&channel=x&language=it&topic=delivery&phase=ownership&compare=1"
DAYS = "from=2026-03-01&to=2026-03-07"


def chosen_period(page: str) -> str:
    menu = re.search(r'<select id="period".*?</select>', page, re.DOTALL)
    assert menu
    found = re.search(r'value="([^"]*)" selected', menu[0])
    return found[1] if found else "?"


def test_without_scripts_a_period_that_was_chosen_over_days_wins(visit: Visit) -> None:
    client = visit(Role.VIEWER)
    days = client.get(f"/trends?{DAYS}").text
    assert chosen_period(days) == ""
    assert '<input type="hidden" name="dated" value="1">' in days
    page = client.get(f"/trends?dated=1&period=30&{DAYS}&language=it").text
    assert chosen_period(page) == "30"
    assert "2026-03-01" not in page
    assert 'name="dated"' not in page
    # Days of somebody's choice beside a period that stood there already.
    assert chosen_period(client.get(f"/trends?period=30&{DAYS}").text) == ""
    assert chosen_period(client.get(f"/trends?dated=1&period=&{DAYS}").text) == ""


@pytest.mark.parametrize("tab", TABS, ids=lambda tab: tab.KEY)
def test_a_filter_that_does_not_count_is_said_and_kept_for_the_other_tabs(
    visit: Visit, tab: Tab
) -> None:
    page = html.unescape(visit(Role.VIEWER).get(f"/trends/{tab.KEY}?{EVERYTHING}").text)
    form = re.search(r"<form[^>]*data-trends.*?</form>", page, re.DOTALL)
    assert form
    shown = set(re.findall(r'<select id="(\w+)"', form[0]))
    shown |= {"compare"} if 'type="checkbox" name="compare"' in form[0] else set()
    hidden = set(re.findall(r'type="hidden" name="(\w+)"', form[0]))
    assert shown == {str(one) for one in tab.HONOURS}
    assert hidden == {str(one) for one in Filter} - shown
    told = re.search(r"Does not count on this tab: (.*)\.</p>", page)
    assert bool(told) == bool(hidden)
    if told:
        assert ("Topic: Delivery" in told[1]) == ("topic" in hidden)
        assert ("Period" in told[1].split(", ")) == ("period" in hidden)
    assert page.count(f"/trends/cost?{EVERYTHING}") == 1  # the way to another tab


def test_what_a_tab_does_not_honour_it_never_learns_of() -> None:
    every = Asked.model_validate(dict(pair.split("=") for pair in EVERYTHING.split("&")))
    held = every.held_to(wants.HONOURS)
    assert (held.topic, held.by) == ("", None)
    assert (held.period, held.language, held.compare) == ("90", "it", "1")
    assert every.held_to(frozenset(Filter)) == every
    days = Asked.model_validate({"from": "2026-03-01", "channel": "x"})
    assert days.held_to(frozenset({Filter.CHANNEL})).pairs == {"channel": "x"}


@pytest.mark.parametrize("tab", TABS, ids=lambda tab: tab.KEY)
def test_a_tab_of_a_period_without_anything_says_so_and_leads_on(visit: Visit, tab: Tab) -> None:
    asked = "from=2019-05-01&to=2019-05-07&channel=x"
    page = html.unescape(visit(Role.VIEWER).get(f"/trends/{tab.KEY}?{asked}").text)
    if Filter.PERIOD not in tab.HONOURS or tab.KEY == "response":  # who waits now is told as well
        assert 'id="nothing"' not in page
        return
    assert re.search(r'<h2 id="nothing">.*1\s?–\s?7 May 2019.*</h2>', page)
    assert f'href="/trends/{tab.KEY}?channel=x&period=90"' in page
    assert f'href="/trends/{tab.KEY}?from=2019-05-01&to=2019-05-07">Without these filters' in page
    assert "<figure" not in page
    imported = "docs/import.md" in page
    assert imported == (tab.KEY in ("volume", "sentiment", "topics", "voice", "customers"))


def test_a_share_is_written_as_the_reader_writes_it(place: Place) -> None:
    look = look_of(place)
    for language, written in (("en", "95%"), ("de", "95\N{NO-BREAK SPACE}%")):
        with tongue.speaking(language):
            notes = [one.note for tab in (mood, voice) for one in tab.panels(look)]
        assert sum(written in note for note in notes) >= 3, notes


def test_words_are_quoted_for_any_topic_they_are_about() -> None:
    def said(key: str, *topics: str) -> Heard:
        return Heard(id=key, text=key, language="en", likeness=key, topics=topics, aspects=())

    texts = [said("a", "size", "delivery"), said("b", "size"), said("c", "size"), said("d")]
    found = chosen(texts, lambda text: text.topics, ["delivery", "size"])
    assert [one.id for one in found["delivery"]] == ["a"]  # there is no other
    assert [one.id for one in found["size"]] == ["a", "b"]
    found = chosen(texts, lambda text: text.topics, ["delivery"])
    assert [one.id for one in found["delivery"]] == ["a"]


def test_what_a_tab_has_to_say_without_numbers_is_not_taken_for_nothing(
    place: Place, tmp_path: Path
) -> None:
    alone = make_bot(tmp_path, book=tiny_book(tmp_path / "tiny"), languages=("en", "it"))
    look, asked = replace(look_of(place), bot=alone), Asked()
    assert empty(voice, look, asked, voice.panels(look)) is None
    with place.bot.database.write() as session:
        at = look.now - timedelta(hours=1)
        make_mention(session, created_at=at, aspects=["complaint fit"])
    look = look_of(place)
    assert empty(wants, look, asked, wants.panels(look)) is None


def test_the_peak_that_is_named_is_one_of_the_picture(place: Place) -> None:
    now = place.bot.clock()
    before = now - timedelta(days=3)
    with place.bot.database.write() as session:
        for at in (*[before] * 30, *[now] * 31):
            make_mention(
                session, channel="bluesky", created_at=at, status=MentionStatus.LISTEN_ONLY
            )
    finding = volume.panels(look_of(place))[0].finding
    day = before.astimezone(place.bot.zone)
    assert f"{day.day} {day:%b} with 30." in finding


def test_what_is_named_most_comes_first(place: Place) -> None:
    at = place.bot.clock() - timedelta(days=3)
    with place.bot.database.write() as session:
        for aspect, number in (("like fit", 3), ("complaint price", 5), ("wish delivery", 4)):
            for _ in range(number):
                make_mention(
                    session, created_at=at, aspects=[aspect], status=MentionStatus.LISTEN_ONLY
                )
    products = wants.panels(look_of(place))[-1]
    assert products.key == "products"
    assert [row[0].text for row in products.rows] == ["Price", "Delivery", "Fit and size"]
