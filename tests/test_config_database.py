from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, select, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import OperationalError, StatementError

import responder.models  # all tables are known once this is imported
from config.database import Base, Choice, Database, micros
from config.errors import ConfigError
from config.migrate import alembic_config, migrate
from config.migrations import NEWEST
from listener.models import DeadLetter
from sentiment.score import Sentiment
from tests.patience import PATIENCE

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


def _open(tmp_path: Path, name: str = "bot.db") -> Database:
    return Database(f"sqlite:///{tmp_path / name}")


def _letter(**changes: object) -> DeadLetter:
    values: dict[str, object] = {
        "channel": "x",
        "stream": "mentions",
        "fingerprint": "f",
        "payload": "{}",
        "error": "no text",
        "heard_at": NOW,
    }
    return DeadLetter(**{**values, **changes})


def test_a_choice_is_kept_as_its_text_and_what_is_none_is_refused() -> None:
    choice, dialect = Choice(Sentiment), sqlite.dialect()
    assert choice.process_bind_param(Sentiment.POSITIVE, dialect) == "positive"
    assert type(choice.process_bind_param(Sentiment.POSITIVE, dialect)) is str
    assert choice.process_bind_param(None, dialect) is None
    with pytest.raises(ValueError, match="glad"):
        choice.process_bind_param("glad", dialect)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "moment",
    [
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, 58, 500_000, tzinfo=UTC),
        datetime(2026, 3, 29, 0, 59, 59, 999_999, tzinfo=UTC),
        datetime(2099, 12, 31, 23, 59, 59, 1, tzinfo=timezone(timedelta(hours=-9, minutes=-30))),
    ],
)
def test_a_moment_is_read_as_a_number_to_the_microsecond(tmp_path: Path, moment: datetime) -> None:
    database = _open(tmp_path)
    Base.metadata.create_all(database.engine)
    with database.write() as session:
        session.add(_letter(heard_at=moment))
    with database.read() as session:
        found = session.scalars(select(micros(DeadLetter.heard_at))).one()
        nothing = session.scalars(select(micros(DeadLetter.closed_at))).one()
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    assert found == since // timedelta(microseconds=1)
    assert nothing is None
    database.close()


def test_moments_come_back_aware_and_in_utc(tmp_path: Path) -> None:
    database = _open(tmp_path)
    Base.metadata.create_all(database.engine)
    rome = timezone(timedelta(hours=1))
    with database.write() as session:
        session.add(_letter(heard_at=NOW.astimezone(rome)))
    with database.read() as session:
        heard = session.scalars(select(DeadLetter.heard_at)).one()
    database.close()
    assert heard == NOW
    assert heard.utcoffset() == timedelta(0)


def test_a_moment_without_a_zone_is_refused(tmp_path: Path) -> None:
    database = _open(tmp_path)
    Base.metadata.create_all(database.engine)
    with pytest.raises(StatementError, match="without a time zone"), database.write() as session:
        session.add(_letter(heard_at=NOW.replace(tzinfo=None)))
    database.close()


def test_a_transaction_that_raises_leaves_nothing(tmp_path: Path) -> None:
    database = _open(tmp_path)
    Base.metadata.create_all(database.engine)
    with pytest.raises(RuntimeError), database.write() as session:
        session.add(_letter())
        session.flush()
        raise RuntimeError
    with database.read() as session:
        assert session.scalars(select(DeadLetter)).all() == []
    database.close()


def test_two_writers_wait_for_each_other_instead_of_failing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.database.BUSY_TIMEOUT_SECONDS", PATIENCE)
    database = _open(tmp_path)
    Base.metadata.create_all(database.engine)

    def count_up(writer: int) -> None:
        for number in range(20):
            with database.write() as session:
                session.scalars(select(DeadLetter)).all()  # read first: the classic deadlock
                session.add(_letter(fingerprint=f"{writer}-{number}"))

    threads = [threading.Thread(target=count_up, args=(writer,)) for writer in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as session:
        assert len(session.scalars(select(DeadLetter)).all()) == 80
    database.close()


def test_commits_survive_power_loss_and_other_commands_never_checkpoint(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'bot.db'}", checkpoints=False)
    with database.read() as session:
        pragmas = {
            name: session.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "wal_autocheckpoint")
        }
    database.close()
    full = 2
    assert pragmas == {
        "journal_mode": "wal",
        "synchronous": full,
        "foreign_keys": 1,
        "wal_autocheckpoint": 0,
    }


def test_migrations_build_exactly_the_tables_of_the_models(tmp_path: Path) -> None:
    migrated, made = _open(tmp_path, "migrated.db"), _open(tmp_path, "made.db")
    migrate(migrated, url="test")
    Base.metadata.create_all(made.engine)
    assert _shape(migrated) == _shape(made)
    migrated.close()
    made.close()


def test_the_newest_migration_is_known_without_alembic() -> None:
    script = ScriptDirectory.from_config(alembic_config())
    assert script.get_current_head() == NEWEST


def test_migrating_twice_changes_nothing(tmp_path: Path) -> None:
    database = _open(tmp_path)
    first = migrate(database, url="test")
    assert first[0] is None
    assert migrate(database, url="test") == (first[1], first[1])
    database.close()


def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    database = _open(tmp_path)
    migrate(database, url="test")
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'from_the_future'"))
    with pytest.raises(ConfigError, match="newer version") as error:
        migrate(database, url="postgresql+psycopg://bot:canary-word@db/bot")
    assert "canary-word" not in str(error.value)
    assert "postgresql+psycopg://bot:***@db/bot" in str(error.value)
    database.close()


def test_a_file_that_is_no_database_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "bot.db").write_text("this is not a database, it is a letter to my mother" * 20)
    database = _open(tmp_path)
    with pytest.raises(ConfigError, match="not a database") as error:
        migrate(database, url="sqlite://:canary-word@/bot.db")
    assert "canary-word" not in str(error.value)
    database.close()


def test_an_error_of_the_database_never_tells_what_a_customer_wrote(tmp_path: Path) -> None:
    database = _open(tmp_path)
    with (
        pytest.raises(OperationalError, match="no such table") as error,
        database.write() as session,
    ):
        session.add(_letter(payload="canary: my address is"))
    database.close()
    assert "canary" not in str(error.value)


def test_a_port_that_is_a_word_is_a_mistake_in_the_url_and_no_crash() -> None:
    with pytest.raises(ConfigError, match=r"^database\.url: .*notaport") as error:
        Database("postgresql+psycopg://u:canary-word@h:notaport/db")
    assert "canary-word" not in str(error.value)


def test_every_table_belongs_to_one_of_the_two_sides() -> None:
    modules = {mapper.class_.__module__ for mapper in Base.registry.mappers}
    assert {"listener.models", responder.models.__name__} <= modules
    assert {module.partition(".")[0] for module in modules} == {"listener", "responder"}


def _shape(database: Database) -> dict[str, object]:
    engine = create_engine(database.engine.url)
    found = inspect(engine)
    shape: dict[str, object] = {
        table: (
            sorted((c["name"], str(c["type"]), c["nullable"]) for c in found.get_columns(table)),
            sorted(
                (i["name"] or "", tuple(i["column_names"]), bool(i["unique"]))
                for i in found.get_indexes(table)
            ),
            sorted(tuple(u["column_names"]) for u in found.get_unique_constraints(table)),
            sorted(
                (tuple(f["constrained_columns"]), f["referred_table"])
                for f in found.get_foreign_keys(table)
            ),
        )
        for table in found.get_table_names()
        if table != "alembic_version"
    }
    engine.dispose()
    return shape
