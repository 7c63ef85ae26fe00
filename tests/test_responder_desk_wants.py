"""The tabs Topics, Wants and Share of voice: what is said, of how many, and what stays unsaid."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from listener.models import MentionStatus
from responder.team.models import Agent, Role
from sentiment.score import Sentiment
from tests.conftest import Place, Visit
from tests.factories import make_mention


def heard(place: Place, number: int, *, days: float = 1, **changes: Any) -> None:
    at = place.bot.clock() - timedelta(days=days)
    values: dict[str, Any] = {"status": MentionStatus.LISTEN_ONLY, "topics": []} | changes
    with place.bot.database.write() as session:
        for _ in range(number):
            make_mention(session, created_at=at, **values)


def page(visit: Visit, tab: str, role: Role = Role.VIEWER) -> str:
    answer = visit(role).get(f"/trends/{tab}")
    assert answer.status_code == 200
    return html.unescape(answer.text)


def csv_of(visit: Visit, tab: str, panel: str) -> list[list[str]]:
    answer = visit(Role.EDITOR).get(f"/trends/{tab}/{panel}.csv")
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))))


def test_wants_are_told_together_with_what_is_said_most_first(visit: Visit, place: Place) -> None:
    heard(place, 7, aspects=["complaint fit Lagorai Mid"], text="they run small")
    heard(place, 4, aspects=["complaint delivery", "wish design"], text="so late")
    shown = page(visit, "wants")
    assert "Most complained of: Lagorai Mid: Fit and size (7), then Delivery (4)." in shown
    assert "Most wished for: Design (4)." in shown
    assert "facet=aspect%3Acomplaint+fit+Lagorai+Mid" in shown or (
        "facet=aspect:complaint+fit+Lagorai+Mid" in shown
    )
    assert [line[:2] for line in csv_of(visit, "wants", "complaint")[1:]] == [
        ["complaint fit Lagorai Mid", "7"],
        ["complaint delivery", "4"],
    ]


def test_what_fewer_than_three_say_is_nobodys_business(visit: Visit, place: Place) -> None:
    heard(place, 5, aspects=["complaint fit"])
    heard(place, 2, aspects=["complaint checkout", "like fit"], text="one voice alone")
    shown = page(visit, "wants")
    assert "Checkout" not in shown
    assert "one voice alone" not in shown
    assert "<3" in shown  # likes of fit, beside its complaints
    assert "complaint checkout" not in [line[0] for line in csv_of(visit, "wants", "complaint")]


def test_quotes_hide_accounts_and_leave_out_what_was_private_erased_or_deleted(
    visit: Visit, place: Place
) -> None:
    complaint: dict[str, Any] = {"aspects": ["complaint fit"], "likeness": ""}
    heard(place, 1, text="@jane.doe my boots pinch", language="en", **complaint)
    heard(place, 1, text="in private they pinch", private=True, **complaint)
    heard(place, 1, text="deleted they pinch", status=MentionStatus.GONE, **complaint)
    shown = page(visit, "wants")
    assert '<blockquote lang="en"><bdi>@somebody my boots pinch</bdi>' in shown
    assert "in private they" not in shown
    assert "deleted they" not in shown


def test_share_of_voice_counts_who_is_named_and_takes_off_what_is_not_about_us(
    visit: Visit, place: Place
) -> None:
    heard(place, 400, days=2)
    before = csv_of(visit, "voice", "shares")
    heard(place, 60, rivals=["Nordgrat", "-"], sentiment=Sentiment.NEGATIVE)
    heard(place, 40, rivals=["Nordgrat"])
    lines = csv_of(visit, "voice", "shares")
    numbers = {line[0]: int(line[1]) for line in lines[1:]}
    ours = place.bot.settings.brand.name
    former = int(next(line for line in before if line[0] == ours)[1])
    assert numbers == {ours: former + 40, "Nordgrat": 100, "Valdora": 0}
    shown = page(visit, "voice")
    assert "Nordgrat comes next with" in shown
    assert re.search(r"facet=rival(?::|%3A)Nordgrat", shown)


def test_a_topic_that_rose_beyond_chance_is_named(visit: Visit, place: Place) -> None:
    heard(place, 300, days=20, topics=["praise"])
    heard(place, 300, days=3, topics=["praise"])
    heard(place, 40, days=3, topics=["warranty"], text="the zipper of my coat broke today")
    shown = page(visit, "topics")
    assert "Spoken of more than before: Warranty" in shown
    assert ["warranty", "40", "0"] in [
        line[:3] for line in csv_of(visit, "topics", "rising-topics")
    ]


def test_words_that_rose_are_counted_in_texts_and_lead_to_them(visit: Visit, place: Place) -> None:
    calm: dict[str, Any] = {"topics": ["praise"], "text": "lovely shop"}
    heard(place, 100, days=20, **calm)
    heard(place, 100, days=3, **calm)
    for at in range(12):
        heard(place, 1, days=2, text=f"zipper broke {at}", likeness=f"z{at}")
    lines = csv_of(visit, "topics", "rising-terms")
    assert ["zipper broke", "12", "0"] in [line[:3] for line in lines]
    assert "q=zipper+broke" in page(visit, "topics")


@pytest.mark.parametrize("tab", ["topics", "wants", "voice"])
def test_each_tab_stands_without_any_mention_and_within_a_topic(
    visit: Visit, place: Place, tab: str
) -> None:
    client = visit(Role.VIEWER)
    assert client.get(f"/trends/{tab}?from=2020-01-01&to=2020-01-02").status_code == 200
    assert client.get(f"/trends/{tab}?topic=delivery&language=en&compare=1").status_code == 200


@pytest.mark.parametrize("tab", ["topics", "wants"])
def test_who_sees_one_channel_is_told_and_quoted_of_no_other(
    visit: Visit, place: Place, tab: str
) -> None:
    said: dict[str, Any] = {
        "aspects": ["complaint fit"],
        "topics": ["size"],
        "text": "these boots pinch badly",
    }
    heard(place, 5, channel="facebook", **said)
    client = visit(Role.VIEWER)
    assert "pinch badly" in client.get(f"/trends/{tab}").text
    with place.bot.database.write() as session:
        session.execute(update(Agent).values(channels=["x"]))
    limited = client.get(f"/trends/{tab}")
    assert limited.status_code == 200
    assert "pinch badly" not in limited.text
