"""History as it is kept: by the rules of live mentions, once, whatever the order of its rows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from config.lock import AlreadyRunning, InstanceLock
from config.settings import LANGUAGES
from listener.channels.base import Answerable, Page, Person
from listener.importing.columns import Unclear
from listener.importing.gathering import Asked
from listener.importing.keeping import keep_history
from listener.importing.models import Import
from listener.importing.spool import remove_abandoned
from listener.importing.work import _digest
from listener.ingest import ingest
from listener.models import Author, Mention, MentionStatus, OwnPost
from responder.bot import Bot
from responder.draft import draft_round
from sentiment.score import Sentiment
from tests.exports import counts, ground, kept, mentions, recounted, take, write_csv
from tests.factories import NOW, incoming, make_bot, make_mention

TEXTS = (
    "Where is my parcel? I have been waiting for two weeks!",
    "Love these boots, thank you so much!",
    "Il pacco non è mai arrivato, che vergogna",
    "Mein Paket ist kaputt angekommen, ich will mein Geld zurück",
    "ok?",
    "ok",
    "STOP",
    "J'adore cette veste, merci",
    "the zip broke after two days 😡",
    "Ta kurtka jest świetna, polecam wszystkim",
)


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[Bot]:
    opened = make_bot(tmp_path / "bot", languages=LANGUAGES)
    yield opened
    opened.database.close()


def _row(number: int, text: str = TEXTS[0], **more: Any) -> dict[str, Any]:
    at = NOW - timedelta(days=300) + timedelta(hours=7 * number)
    return {
        "external_id": f"p{number}",
        "created_at": at.isoformat(),
        "text": text,
        "author_id": f"a{number % 3}",
        "author_name": f"Person {number % 3}",
        "followers": 10 * number,
        **more,
    }


ROWS = [_row(number, text) for number, text in enumerate(TEXTS)]


def test_a_row_is_judged_and_kept_as_history(bot: Bot, tmp_path: Path) -> None:
    row = _row(1, TEXTS[0], likes=3, reposts="1,200", url="https://x.com/1", in_reply_to="p0")
    done = take(bot, write_csv(tmp_path / "a.csv", [row]))
    assert (done.new, done.known, done.gathered.rejected) == (1, 0, 0)
    mention = mentions(bot)["p1"]
    assert mention.status is MentionStatus.LISTEN_ONLY
    assert mention.status_reason == "imported as history"
    assert (mention.language, mention.sentiment) == ("en", Sentiment.NEGATIVE)
    assert mention.channel == "x"
    assert "delivery" in mention.topics
    assert mention.engagement == 1203
    assert mention.url == "https://x.com/1"
    assert mention.in_reply_to == "p0"
    assert mention.reach == 10
    assert mention.answerable is Answerable.NO
    assert mention.created_at == datetime.fromisoformat(row["created_at"])


def test_nothing_imported_is_ever_drafted(bot: Bot, tmp_path: Path) -> None:
    take(bot, write_csv(tmp_path / "a.csv", ROWS))
    assert draft_round(bot) == 0
    assert {one.status for one in mentions(bot).values()} == {MentionStatus.LISTEN_ONLY}


def test_history_says_the_same_as_if_it_had_come_live(bot: Bot, tmp_path: Path) -> None:
    """One text after the other, on a channel that heard of them before its first start: all but
    where it came from, and that nobody can answer it, is equal."""
    take(bot, write_csv(tmp_path / "a.csv", ROWS))
    live = make_bot(tmp_path / "live", languages=LANGUAGES)
    reading = live.poller.reading(live.channels["x"], "mentions")
    for row in ROWS:
        item = replace(
            incoming(row["external_id"], row["text"]),
            created_at=datetime.fromisoformat(row["created_at"]),
            author=Person(
                external_id=row["author_id"],
                name=row["author_name"],
                followers=row["followers"],
            ),
        )
        ingest(live.database, Page(items=(item,), position="1"), reading, now=live.clock())
    told = ("streams", "status_reason", "answerable")
    assert kept(bot.database, without=told) == kept(live.database, without=told)
    live.database.close()


def test_a_file_imported_twice_changes_nothing(bot: Bot, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", ROWS)
    take(bot, path)
    before = kept(bot.database)
    done = take(bot, path)
    assert (done.new, done.known) == (0, len(ROWS))
    assert kept(bot.database) == before


def test_what_is_missing_comes_back_when_a_file_is_imported_again(bot: Bot, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", ROWS)
    take(bot, path)
    before = kept(bot.database)
    with bot.database.write() as session:
        session.delete(session.scalars(select(Mention).where(Mention.external_id == "p9")).one())
    assert take(bot, path).new == 1
    assert kept(bot.database) == before


@hypothesis_settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    order=st.permutations(ROWS),
    cut=st.integers(0, len(ROWS)),
    turned=st.booleans(),
    again=st.booleans(),
)
def test_the_order_of_rows_and_files_and_doing_it_again_make_no_difference(
    order: list[dict[str, Any]], cut: int, turned: bool, again: bool
) -> None:
    """Where few words take the language of what came before, files come in the order they were
    written in; all else holds in any."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        whole = make_bot(folder / "whole", languages=LANGUAGES)
        take(whole, write_csv(folder / "whole.csv", ROWS))
        parts = make_bot(folder / "parts", languages=LANGUAGES)
        if turned:
            first, second = order, list(reversed(order))[:cut]
        else:
            times = sorted(row["created_at"] for row in order)
            border = times[cut] if cut < len(times) else "9999"
            first = [row for row in order if row["created_at"] < border]
            second = [row for row in order if row["created_at"] >= border]
        for number, rows in enumerate([first, second, first] if again else [first, second]):
            if rows:
                take(parts, write_csv(folder / f"{number}.csv", rows))
        assert kept(parts.database) == kept(whole.database)
        assert counts(parts.database) == recounted(parts.database)
        whole.database.close()
        parts.database.close()


def test_the_counts_follow_also_over_what_was_heard_live(bot: Bot, tmp_path: Path) -> None:
    """An older text makes a live one no longer its author's first."""
    item = replace(incoming("live"), author=Person(external_id="a1", name="Now", followers=5))
    reading = bot.poller.reading(bot.channels["x"], "mentions")
    ingest(bot.database, Page(items=(item,), position="1"), reading, now=NOW)
    assert not mentions(bot)["live"].acquainted
    take(bot, write_csv(tmp_path / "a.csv", ROWS))
    assert mentions(bot)["live"].acquainted
    assert counts(bot.database) == recounted(bot.database)
    with bot.database.read() as session:
        author = session.scalars(select(Author).where(Author.external_id == "a1")).one()
        assert (author.name, author.followers) == ("Now", 5)


def test_what_is_there_stays_as_it_is(bot: Bot, tmp_path: Path) -> None:
    with bot.database.write() as session:
        make_mention(session, external_id="p1", text="As it was heard")
        session.add(
            OwnPost(
                channel="x", external_id="p2", in_reply_to="p1", text="We look into it",
                posted_at=NOW, heard_at=NOW,
            )
        )  # fmt: skip
    done = take(bot, write_csv(tmp_path / "a.csv", [_row(1), _row(2), _row(3)]))
    assert (done.new, done.known) == (1, 2)
    found = mentions(bot)
    assert set(found) == {"p1", "p3"}
    assert found["p1"].text == "As it was heard"
    assert found["p1"].status is MentionStatus.NEW


def test_open_mentions_of_the_day_before_make_a_row_more_urgent(bot: Bot, tmp_path: Path) -> None:
    with bot.database.write() as session:
        waiting = make_mention(session, created_at=NOW - timedelta(hours=3))
        key = waiting.author.external_id if waiting.author else ""
    row = _row(1, "Hello there, nice shop", author_id=key)
    row["created_at"] = (NOW - timedelta(hours=1)).isoformat()
    take(bot, write_csv(tmp_path / "a.csv", [row]))
    assert "wrote before and was not answered" in mentions(bot)["p1"].reasons


def test_somebody_who_once_said_stop_gets_no_automatic_word(bot: Bot, tmp_path: Path) -> None:
    take(bot, write_csv(tmp_path / "a.csv", ROWS))
    with bot.database.read() as session:
        stopped = session.scalars(select(Author).where(Author.opted_out_at.is_not(None))).all()
    assert [one.external_id for one in stopped] == ["a0"]


def test_few_words_are_in_the_language_their_author_wrote_before(bot: Bot, tmp_path: Path) -> None:
    rows = [
        _row(1, "Il pacco non è mai arrivato, che vergogna", author_id="a"),
        _row(2, "ok?", author_id="a"),
        _row(3, "ok?", author_id="b"),
    ]
    take(bot, write_csv(tmp_path / "a.csv", list(reversed(rows))))
    assert {key: one.language for key, one in mentions(bot).items()} == {
        "p1": "it",
        "p2": "it",
        "p3": "unknown",
    }


def test_what_the_network_shows_later_is_answered_if_it_is_new_enough(
    bot: Bot, tmp_path: Path
) -> None:
    new, old = _row(1), _row(2)
    new["created_at"] = (NOW - timedelta(hours=2)).isoformat()
    take(bot, write_csv(tmp_path / "a.csv", [new, old]))
    reading = bot.poller.reading(bot.channels["x"], "mentions")
    items = tuple(
        replace(
            incoming(row["external_id"], row["text"]),
            created_at=datetime.fromisoformat(row["created_at"]),
            conversation="thread",
            url="https://network.example/1",
        )
        for row in (new, old)
    )
    ingest(bot.database, Page(items=items, position="1"), reading, now=NOW)
    found = mentions(bot)
    assert found["p1"].status is MentionStatus.NEW
    assert found["p1"].answerable is Answerable.YES
    assert found["p1"].url == "https://network.example/1"
    assert found["p1"].streams == ["import", "mentions"]
    assert found["p2"].status is MentionStatus.LISTEN_ONLY
    with bot.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Mention)) == 2
    assert counts(bot.database) == recounted(bot.database)


def test_of_two_rows_of_one_id_the_later_stays_and_the_other_is_given_back(
    bot: Bot, tmp_path: Path
) -> None:
    first, same, other = _row(1), _row(1), _row(1, "Now it says something else")
    other["created_at"] = (NOW - timedelta(days=1)).isoformat()
    done = take(bot, write_csv(tmp_path / "a.csv", [first, other, same]))
    assert (done.new, done.gathered.repeated, done.gathered.rejected) == (1, 0, 2)
    assert mentions(bot)["p1"].text == "Now it says something else"
    done = take(bot, write_csv(tmp_path / "b.csv", [_row(5), _row(5)]))
    assert (done.new, done.gathered.repeated, done.gathered.rejected) == (1, 1, 0)


def test_own_posts_and_reposts_are_no_mentions(bot: Bot, tmp_path: Path) -> None:
    ours = next(iter(bot.poller.our_handles))
    rows = [
        _row(1, author_handle=ours),
        _row(2, "RT @somebody: look at this"),
        _row(3, is_retweet="true"),
        _row(4),
    ]
    done = take(bot, write_csv(tmp_path / "a.csv", rows))
    assert set(mentions(bot)) == {"p4"}
    assert sum(done.gathered.left_out.values()) == 3
    assert done.gathered.report is not None
    assert len(done.gathered.report.read_text("utf-8-sig").splitlines()) == 4


def test_a_channel_goes_by_its_name_and_by_its_network(bot: Bot, tmp_path: Path) -> None:
    label = bot.channels["x"].declaration.label
    rows = [
        _row(1, channel="X"),
        _row(2, channel=label.upper()),
        _row(3, channel="Old Forum"),
        _row(4, channel=""),
    ]
    done = take(bot, write_csv(tmp_path / "a.csv", rows), channel="")
    assert {key: one.channel for key, one in mentions(bot).items()} == {
        "p1": "x",
        "p2": "x",
        "p3": "old-forum",
    }
    assert done.gathered.examples == ["line 5: no channel"]


def test_without_a_channel_nothing_is_guessed(bot: Bot, tmp_path: Path) -> None:
    with pytest.raises(Unclear, match="--channel"):
        take(bot, write_csv(tmp_path / "a.csv", ROWS), channel="")
    assert not mentions(bot)


def test_the_airline_data_set_is_known_by_its_columns(bot: Bot, tmp_path: Path) -> None:
    rows = [
        {
            "tweet_id": 570306133677760513 + number,
            "airline_sentiment": "negative",
            "airline": "Virgin America",
            "name": name,
            "retweet_count": 2,
            "text": text,
            "tweet_created": "2015-02-24 11:35:52 -0800",
            "tweet_location": "",
        }
        for number, (name, text) in enumerate(
            (("cairdin", "@VirginAmerica you're the best &amp; kindest"), ("jnardino", TEXTS[0]))
        )
    ]
    done = take(bot, write_csv(tmp_path / "Tweets.csv", rows), channel="")
    mention = mentions(bot)["570306133677760513"]
    assert mention.channel == "x"
    assert mention.text == "@VirginAmerica you're the best & kindest"
    assert mention.sentiment is Sentiment.POSITIVE
    assert mention.created_at == datetime(2015, 2, 24, 19, 35, 52, tzinfo=UTC)
    assert mention.engagement == 2
    with bot.database.read() as session:
        assert {one.handle for one in session.scalars(select(Author))} == {"cairdin", "jnardino"}
    notes = " ".join(done.gathered.notes)
    assert "Twitter US Airline Sentiment" in notes
    assert "airline_sentiment not taken over" in notes


def test_a_file_without_ids_is_imported_once(bot: Bot, tmp_path: Path) -> None:
    rows = [{key: row[key] for key in ("created_at", "text", "author_name")} for row in ROWS]
    path = write_csv(tmp_path / "a.csv", rows)
    assert take(bot, path).new == len(ROWS)
    assert take(bot, path).new == 0


def test_two_imports_do_not_run_at_once(bot: Bot, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", ROWS)
    with InstanceLock(bot.state / "import.lock"), pytest.raises(AlreadyRunning):
        take(bot, path)


def test_nothing_of_the_customers_words_is_left_beside_the_database(
    bot: Bot, tmp_path: Path
) -> None:
    (bot.state / "import-0123456789ab.spool").write_text("of one that was killed")
    take(bot, write_csv(tmp_path / "a.csv", ROWS))
    assert not list(bot.state.glob("*.spool*"))
    with bot.database.read() as session:
        row = session.scalars(select(Import)).one()
    assert row.finished_at is not None
    assert (row.done, row.new, row.name) == (len(ROWS), len(ROWS), "a.csv")


def test_a_start_of_the_bot_takes_away_what_a_killed_import_left(bot: Bot) -> None:
    left = bot.state / "import-0123456789ab.spool"
    left.write_text("what customers wrote")
    with InstanceLock(bot.state / "import.lock"):
        remove_abandoned(bot.state)
    assert left.exists()  # of one that is running
    remove_abandoned(bot.state)
    assert not left.exists()


def test_a_name_that_means_another_channel_makes_it_another_import(
    bot: Bot, tmp_path: Path
) -> None:
    asked = Asked(path=write_csv(tmp_path / "a.csv", ROWS))
    before = ground(bot)
    after = replace(before, names={**before.names, "shop": "y"})
    assert _digest(asked, before) == _digest(asked, replace(before, zone=before.zone))
    assert _digest(asked, before) != _digest(asked, after)


def test_figures_and_links_no_database_keeps_are_mended(bot: Bot, tmp_path: Path) -> None:
    row = _row(1, likes="9" * 30, url="https://x.com/\ud83d")
    path = tmp_path / "a.json"
    path.write_text(json.dumps([row, _row(2, url="https://x.com/\0")]))
    assert take(bot, path).new == 2
    kept_rows = mentions(bot)
    assert kept_rows["p1"].engagement == 10**9
    assert [kept_rows[key].url for key in ("p1", "p2")] == ["", ""]


def test_rows_somebody_kept_a_moment_before_are_tried_again(
    bot: Bot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = [IntegrityError("INSERT", {}, Exception("the author is there"))]

    def once(*given: Any) -> int:
        if failures:
            raise failures.pop()
        return keep_history(*given)

    monkeypatch.setattr("listener.importing.work.keep_history", once)
    assert take(bot, write_csv(tmp_path / "a.csv", ROWS)).new == len(ROWS)
