"""The trends for programs: each answer beside the mentions it counts, and no question breaks it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentiment.phase import Phase
from sentiment.score import Sentiment
from tests.api_client import Client, client_in, is_problem
from tests.factories import NOW, make_mention

KINDS = ("volume", "sentiment", "topics", "languages", "phases")
DAY = {"from": "2026-03-02", "to": "2026-03-02"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    client = client_in(tmp_path_factory.mktemp("trends"))
    with client.bot.database.write() as session:
        for language, topics, sentiment, score, days in (
            ("it", ["delivery", "refund"], Sentiment.NEGATIVE, -0.5, 0),
            ("it", ["delivery"], Sentiment.NEGATIVE, -0.7, 0),
            ("en", ["praise"], Sentiment.POSITIVE, 0.9, 0),
            ("en", ["delivery"], Sentiment.UNKNOWN, 0.4, 0),
            ("el", ["delivery"], Sentiment.NEUTRAL, 0.0, 1),
        ):
            make_mention(
                session,
                created_at=NOW - timedelta(days=days),
                language=language,
                topics=topics,
                sentiment=sentiment,
                sentiment_score=score,
                phase=Phase.OWNERSHIP if language == "it" else Phase.ACQUISITION,
            )
    yield client
    client.bot.database.close()


def test_topics_count_each_mention_in_all_of_its_topics_beside_the_day_before(
    client: Client,
) -> None:
    told = client.get("/trends/topics", **DAY)
    assert told["mentions"] == 4
    assert [(one["name"], one["mentions"], one["before"]) for one in told["items"]] == [
        ("delivery", 3, 1),
        ("praise", 1, 0),
        ("refund", 1, 0),
    ]
    assert told["items"][0]["share"] == 0.75
    assert (told["items"][0]["negative"], told["items"][0]["unknown"]) == (2, 1)


def test_languages_and_phases_are_told_apart(client: Client) -> None:
    languages = client.get("/trends/languages", **DAY)["items"]
    assert [(one["name"], one["mentions"]) for one in languages] == [("en", 2), ("it", 2)]
    phases = client.get("/trends/phases", **DAY)["items"]
    assert {one["name"]: one["negative"] for one in phases} == {"ownership": 2, "acquisition": 0}


def test_the_index_is_the_mean_of_what_was_judged_with_its_uncertainty(client: Client) -> None:
    (day,) = client.get("/trends/sentiment", **DAY)["series"]
    assert (day["mentions"], day["unknown"]) == (4, 1)
    assert day["index"] == pytest.approx(-0.1)
    # by hand: the deviation of -0.5, -0.7 and 0.9 is 0.8718; 1.96 of it, over the root of 3
    assert (day["low"], day["high"]) == (pytest.approx(-1.0), pytest.approx(0.8865, abs=1e-4))
    (alone,) = client.get("/trends/sentiment", **DAY, topic="praise")["series"]
    assert (alone["index"], alone["low"], alone["high"]) == (0.9, None, None)


@pytest.mark.parametrize(
    ("narrow", "mentions"),
    [
        ({"language": "it"}, 2),
        ({"topic": "refund"}, 1),
        ({"phase": "ownership"}, 2),
        ({"channel": "facebook"}, 0),
        ({"language": "it", "topic": "refund", "phase": "ownership", "channel": "x"}, 1),
    ],
)
def test_every_answer_is_narrowed_alike(
    client: Client, narrow: dict[str, str], mentions: int
) -> None:
    for kind in ("volume", "sentiment"):
        series = client.get(f"/trends/{kind}", **DAY, **narrow)["series"]
        assert sum(one["mentions"] for one in series) == mentions
    for kind in ("topics", "languages", "phases"):
        assert client.get(f"/trends/{kind}", **DAY, **narrow)["mentions"] == mentions


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_as_csv_by_name_or_by_header(client: Client, kind: str) -> None:
    told = client.get(f"/trends/{kind}", **DAY)
    rows = told.get("series", told.get("items"))
    by_name = client.ask("GET", f"/trends/{kind}", params=DAY | {"format": "csv"})
    by_header = client.http.get(
        f"/api/v1/trends/{kind}",
        params=DAY,
        headers={"Authorization": by_name.request.headers["authorization"], "Accept": "text/csv"},
    )
    assert by_name.headers["content-type"].startswith("text/csv")
    assert by_name.content == by_header.content
    table = list(csv.DictReader(io.StringIO(by_name.content.decode("utf-8-sig"))))
    assert [row["mentions"] for row in table] == [str(row["mentions"]) for row in rows]
    assert list(table[0]) == list(rows[0])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("query", ["phase=buying", "by=minute", "format=xml", "from=x", "to=x"])
def test_a_bad_question_is_answered_with_a_problem(client: Client, kind: str, query: str) -> None:
    is_problem(client.ask("GET", f"/trends/{kind}?{query}"), 422)


RUBBISH = st.text(max_size=40) | st.sampled_from(["", "\0", "%", "'", "topic:x", "9" * 300])
NAMES = ["from", "to", "by", "channel", "language", "topic", "phase", "format"]


@settings(max_examples=100)
@given(kind=st.sampled_from(KINDS), params=st.dictionaries(st.sampled_from(NAMES), RUBBISH))
def test_no_question_breaks_it(client: Client, kind: str, params: dict[str, str]) -> None:
    query = "&".join(
        f"{key}={quote(value.encode('utf-8', 'surrogatepass'), safe='')}"
        for key, value in params.items()
    )
    answer = client.ask("GET", f"/trends/{kind}?{query}")
    assert answer.status_code in (200, 422), answer.text


def test_the_description_says_what_each_answer_holds(client: Client, tmp_path: Path) -> None:
    paths = client.get("/openapi.json")["paths"]
    for kind in KINDS:
        told = paths[f"/api/v1/trends/{kind}"]["get"]
        names = {one["name"] for one in told["parameters"]}
        assert set(NAMES) <= names
        assert set(told["responses"]["200"]["content"]) == {"application/json", "text/csv"}
