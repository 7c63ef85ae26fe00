"""The tabs of what is measured: response times, satisfaction, customers, approvals, cost."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from listener.models import MentionStatus, SpendEntry
from listener.trends.scope import Scope
from listener.trends.steps import By
from responder.access import Visitor
from responder.desk.trends import approvals, automatic, cost, customers, response, satisfaction
from responder.desk.trends.panel import Cell, Look, Panel
from responder.desk.trends.tabs import Tab
from responder.models import AuthorKind, ReplyStatus
from responder.team.models import Role
from sentiment.phase import Phase
from sentiment.score import Sentiment
from tests.conftest import Place, Visit
from tests.factories import make_author, make_conversation, make_draft, make_mention, make_reply

TABS: Sequence[Tab] = (response, satisfaction, customers, approvals, automatic, cost)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def a_month(place: Place, *, answered: int = 40, channel: str = "x") -> None:
    """So many answered mentions, a customer in three thanks; half of the replies were edited."""
    now = place.bot.clock()
    ours = "Hello Giulia, your parcel leaves the warehouse today."
    with place.bot.database.write() as session:
        for number in range(answered):
            at = now - 20 * DAY + number * timedelta(hours=5)
            author, conversation = make_author(session, channel=channel), None
            conversation = make_conversation(session, channel=channel)
            beside = {"author": author, "conversation": conversation, "channel": channel}
            mention = make_mention(
                session, created_at=at, changed_at=at, status=MentionStatus.ANSWERED,
                sentiment=Sentiment.NEGATIVE, **beside,
            )  # fmt: skip
            draft = make_draft(session, mention, proposed=ours, created_at=at, changed_at=at)
            then = at + (number + 1) * MINUTE
            make_reply(
                session, draft, status=ReplyStatus.SENT, queued_at=then, not_before=then,
                posted_at=then, changed_at=then, text=ours if number % 2 else f"Oh! {ours}",
                author_kind=AuthorKind.AUTO if number % 4 == 0 else AuthorKind.HUMAN,
            )  # fmt: skip
            if number % 3 == 0:
                make_mention(
                    session, created_at=then + DAY, changed_at=then + DAY, signals=["praise"],
                    sentiment=Sentiment.POSITIVE, phase=Phase.RETIREMENT,
                    status=MentionStatus.LISTEN_ONLY, **beside,
                )  # fmt: skip
        day = (now - 5 * DAY).replace(hour=0, minute=0, second=0, microsecond=0)
        session.add(
            SpendEntry(
                channel=channel, at=day, use="reply", operation="post", micros=400_000, settled=True
            )
        )


def look_at(place: Place, role: Role = Role.ADMIN, channels: frozenset[str] = frozenset()) -> Look:
    bot, now = place.bot, place.bot.clock()
    scope = Scope(
        start=now - 25 * DAY, end=now, by=By.DAY, zone=bot.zone, channels=channels or None
    )
    seat = Visitor(name="anna", role=role, agent_id=None, channels=channels)
    return Look(bot=bot, seat=seat, scope=scope, now=now)


def panel(tab: Tab, look: Look, key: str) -> Panel:
    return next(one for one in tab.panels(look) if one.key == key)


def row(found: Panel, heading: str) -> tuple[Cell, ...]:
    return next(cells for cells in found.rows if cells[0].text == heading)


def test_the_finding_says_how_long_customers_waited(place: Place) -> None:
    a_month(place)
    found = panel(response, look_at(place, channels=frozenset({"x"})), "by-channel")
    answers, *_ = row(found, "X")[1:]
    assert int(answers.value) >= 40
    told = panel(response, look_at(place), "answers").finding
    assert re.search(r"Half of \d+ answers came within \d+ min", told), told
    assert "The promise was kept in" in told


def test_of_nine_answers_no_figure_is_told(place: Place) -> None:
    a_month(place, answered=9, channel="facebook")
    look = look_at(place, channels=frozenset({"facebook"}))
    found = panel(response, look, "by-channel")
    name, answers, *figures = row(found, "Facebook")
    assert (name.value, answers.value) == ("facebook", 9)
    assert {cell.text for cell in figures[3:]} == {"too few"}
    assert panel(satisfaction, look, "both-sides").spec is None


def test_signs_of_satisfaction_have_their_interval_and_n(place: Place) -> None:
    a_month(place)
    look = look_at(place, channels=frozenset({"x"}))
    found = panel(satisfaction, look, "signs")
    sign, seen, of, _what, share = row(found, "Thanked us in the end")
    assert (seen.value, of.value) == (14, 41)  # one was answered before
    assert share.text == "34% (22% to 49%)"
    assert sign.href == ""
    assert "No survey is sent yet" in found.note
    assert "95% certainty" in found.note


def test_of_a_long_period_it_is_said_that_days_were_sampled(place: Place) -> None:
    a_month(place, answered=10)
    look = look_at(place)
    year = replace(look, scope=replace(look.scope, start=look.now - 365 * DAY))
    for tab in (response, satisfaction, automatic):
        assert "one day in 6 was looked at" in tab.panels(year)[0].note


def test_people_are_shown_from_thirty_decisions_on_and_to_approvers_alone(place: Place) -> None:
    a_month(place, answered=60)  # 45 by people
    keys = {one.key for one in approvals.panels(look_at(place, Role.EDITOR))}
    assert "people" not in keys
    assert panel(approvals, look_at(place), "people").rows == ()  # no approval of that moment


@pytest.mark.parametrize("tab", TABS, ids=lambda tab: tab.KEY)
def test_each_tab_has_its_page_and_each_finding_its_file(
    tab: Tab, place: Place, visit: Visit
) -> None:
    a_month(place)
    client = visit(Role.ADMIN)
    page = client.get(f"/trends/{tab.KEY}?period=30")
    assert page.status_code == 200
    words = html.unescape(page.text)
    for found in tab.panels(look_at(place)):
        assert found.title in words
        file = client.get(f"/trends/{tab.KEY}/{found.key}.csv?period=30")
        lines = list(csv.reader(io.StringIO(file.text.removeprefix("\ufeff"))))
        assert tuple(lines[0]) == found.columns
        assert {len(line) for line in lines} == {len(found.columns)}


@pytest.mark.parametrize("tab", TABS, ids=lambda tab: tab.KEY)
def test_whoever_sees_one_channel_learns_nothing_of_another(tab: Tab, place: Place) -> None:
    a_month(place)
    for found in tab.panels(look_at(place, channels=frozenset({"facebook"}))):
        shown = [cell.text for cells in found.rows for cell in cells]
        assert "X" not in shown, found.key


@pytest.mark.parametrize("tab", TABS, ids=lambda tab: tab.KEY)
def test_an_empty_store_is_told_as_such(tab: Tab, place: Place) -> None:
    look = look_at(place, channels=frozenset({"mastodon"}))
    for found in tab.panels(look):
        assert found.finding
        assert found.spec is None, found.key
