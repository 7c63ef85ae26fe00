"""The views for BI tools: what the manual promises, read-only, while the bot writes; and nothing in
them that says who wrote or what."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo, available_timezones

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import InternalError

from config.database import Database
from config.errors import ConfigError
from config.migrate import migrate
from config.migrations.views import drop_views, make_views, views
from config.settings import ROOT
from listener.trends.recount import recount
from listener.trends.steps import start_of_day
from responder.models import AuthorKind, ReplyStatus
from tests.factories import (
    NOW,
    make_author,
    make_conversation,
    make_database,
    make_draft,
    make_mention,
    make_reply,
)

CANARIES = ("Zanahoria", "zanahoria_handle", "k4naria-account", "k4naria-post", "k4naria-thread")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """As an installation has it: every step of the tables taken, and the views made."""
    found = Database(f"sqlite:///{tmp_path / 'bot.db'}", zone=ZoneInfo("Europe/Rome"))
    migrate(found, url="test")
    recount(found)
    yield found
    found.close()


def read_only(folder: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{folder / 'bot.db'}?mode=ro", uri=True)


def ask(folder: Path, query: str) -> list[tuple[object, ...]]:
    with closing(read_only(folder)) as connection:
        return connection.execute(query).fetchall()


def promised() -> dict[str, list[str]]:
    """The columns of each view, as the manual lists them."""
    manual = (ROOT / "docs/sql-views.md").read_text("utf-8")
    return {
        part.partition("\n")[0]: re.findall(r"^\| `(\w+)` \|", part, re.MULTILINE)
        for part in manual.split("\n## ")
        if part.startswith("bi_")
    }


def test_the_manual_promises_what_the_views_have(database: Database, tmp_path: Path) -> None:
    assert set(promised()) == set(views("sqlite")) == set(views("postgresql"))
    for name, columns in promised().items():
        with closing(read_only(tmp_path)) as connection:
            found = connection.execute(f"SELECT * FROM {name}").description
        assert [column[0] for column in found] == columns, name


def test_the_manuals_questions_can_be_asked(database: Database, tmp_path: Path) -> None:
    manual = (ROOT / "docs/sql-views.md").read_text("utf-8")
    for query in manual.split("## Some questions")[1].split("```")[1].split(";"):
        if "SELECT" in query and "PostgreSQL" not in query:
            assert ask(tmp_path, query.removeprefix("sql")) == []


def test_they_are_read_while_the_bot_writes(database: Database, tmp_path: Path) -> None:
    with database.write() as session:
        make_mention(session)
    with closing(read_only(tmp_path)) as reader, database.write() as session:
        make_mention(session, topics=["size", "care"])
        session.flush()  # the write lock is held, and nothing of this is committed
        assert reader.execute("SELECT count(*) FROM bi_mentions").fetchone() == (1,)
        session.commit()
        assert reader.execute("SELECT sum(mentions) FROM bi_days").fetchone() == (2,)
        topics = reader.execute("SELECT topic, mentions FROM bi_topics ORDER BY topic")
        assert topics.fetchall() == [("care", 1), ("delivery", 1), ("size", 1)]
        for change in (
            "DELETE FROM mentions",
            "DROP VIEW bi_days",
            "UPDATE bi_days SET mentions=1",
        ):
            with pytest.raises(sqlite3.OperationalError):
                reader.execute(change)


def test_nothing_in_them_says_who_wrote_or_what(database: Database, tmp_path: Path) -> None:
    name, handle, account, post, thread = CANARIES
    with database.write() as session:
        author = make_author(session, name=name, handle=handle, external_id=account)
        mention = make_mention(
            session,
            text=f"I am {name}",
            author=author,
            private=True,
            external_id=post,
            conversation=make_conversation(session, external_id=thread),
        )
        draft = make_draft(session, mention, text=f"Hello {name}")
        make_reply(session, draft, external_id=post, url=f"https://x.example/{handle}")
        author_id, thread_id = author.id, mention.conversation_id
    for view in promised():
        rows = ask(tmp_path, f"SELECT * FROM {view}")
        assert rows
        for secret in (*CANARIES, author_id, thread_id):
            assert secret not in str(rows), f"{view}: {secret}"


def test_replies_say_how_long_their_customers_waited(database: Database, tmp_path: Path) -> None:
    with database.write() as session:
        for minutes, who in ((90, AuthorKind.HUMAN), (300, AuthorKind.AUTO)):
            make_reply(
                session,
                make_draft(session),
                status=ReplyStatus.SENT,
                posted_at=NOW + timedelta(minutes=minutes),
                author_kind=who,
            )
        make_reply(session)
    found = ask(tmp_path, "SELECT who, status, waited_seconds, in_time FROM bi_replies ORDER BY 3")
    assert found == [
        ("human", "queued", None, None),
        ("human", "sent", 5400, 1),
        ("auto", "sent", 18000, 0),
    ]


# Some have not always been where they are, and what they once were is no day of a mention.
_TIMES = (datetime(2026, 1, 15, tzinfo=UTC), datetime(2026, 7, 15, tzinfo=UTC))


def test_a_day_has_the_date_of_the_brands_zone_wherever_that_is(database: Database) -> None:
    day = re.search(r"SELECT (.*) AS day", views("sqlite")["bi_days"])
    assert day is not None
    query = text(f"SELECT {day[1].replace(':', chr(92) + ':')} FROM (SELECT :start AS start)")
    wrong = []
    with database.write() as session:
        for name in sorted(available_timezones()):
            zone = ZoneInfo(name)
            session.execute(text("UPDATE rollup_zone SET zone = :zone"), {"zone": name})
            for moment in (time + timedelta(hours=hour) for time in _TIMES for hour in (0, 9, 18)):
                start = start_of_day(moment, zone)
                shown = session.scalar(query, {"start": f"{start:%Y-%m-%d %H:%M:%S.%f}"})
                if date.fromisoformat(str(shown)) != moment.astimezone(zone).date():
                    wrong.append((name, moment, shown))
    assert wrong == []


def test_an_upgrade_makes_them_anew(tmp_path: Path) -> None:
    database = make_database(tmp_path)
    with database.engine.connect().execution_options(immediate=True) as connection:
        drop_views(connection)
        connection.execute(text("CREATE VIEW bi_days AS SELECT id FROM mentions"))
        make_views(connection, drop_views(connection))
        connection.commit()
    assert ask(tmp_path, "SELECT day FROM bi_days") == []
    database.close()


class _Postgres:
    """A connection as PostgreSQL gives it, as far as making views goes."""

    dialect = postgresql.dialect()

    def __init__(self, *, built_upon: str = "") -> None:
        self.said: list[str] = []
        self._built_upon = built_upon

    def execute(self, statement: Any) -> list[tuple[str, str]]:
        self.said.append(str(statement))
        if self._built_upon and self._built_upon in self.said[-1]:
            raise InternalError(self.said[-1], {}, _StillUsedError("view mine depends on it"))
        return []


class _StillUsedError(Exception):
    sqlstate = "2BP01"


def test_everybody_is_no_role_and_stands_without_quotes() -> None:
    connection = _Postgres()
    readers = {"bi_days": frozenset({"PUBLIC", "Looker"})}
    make_views(cast(Connection, connection), readers)
    granted = [one for one in connection.said if one.startswith("GRANT")]
    assert granted == [
        'GRANT SELECT ON bi_days TO "Looker"',
        "GRANT SELECT ON bi_days TO PUBLIC",
    ]


def test_a_view_somebody_built_upon_is_named_and_stays() -> None:
    connection = cast(Connection, _Postgres(built_upon="DROP VIEW IF EXISTS bi_days"))
    with pytest.raises(ConfigError, match=r"bi_days: .*view mine depends on it"):
        drop_views(connection)
