"""The database: base class, column types, engine, and the two ways to open a transaction.

This is the one module (beside search) that may speak SQLite's own SQL.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    DateTime,
    Dialect,
    Engine,
    Insert,
    MetaData,
    String,
    TypeDecorator,
    create_engine,
    event,
    literal_column,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.functions import FunctionElement

from config.errors import ConfigError

BUSY_TIMEOUT_SECONDS = 5
_UTC = ZoneInfo("UTC")

E = TypeVar("E", bound=StrEnum)


class Base(DeclarativeBase):
    """All tables. Constraints have predictable names, so that migrations can find them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Moment(TypeDecorator[datetime]):
    """An aware moment. Stored in UTC; a naive one is refused, because it would be a guess."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without a time zone: {value}")
        return value if value.tzinfo is UTC else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Choice(TypeDecorator[E]):
    """A StrEnum kept as its plain text, so that any client of the database can read it."""

    impl = String(32)
    cache_ok = True

    def __init__(self, enum: type[E]) -> None:
        super().__init__()
        self.enum = enum
        # Asked for every row that is written in bulk: a look-up takes a fourth of the time.
        self._texts = {member.value: member.value for member in enum}

    def process_bind_param(self, value: E | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        return self._texts.get(value) or self.enum(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> E | None:
        return None if value is None else self.enum(value)


class Database:
    """An engine and its two kinds of transaction.

    `write()` takes the write lock at once (BEGIN IMMEDIATE on SQLite): a transaction that reads
    first and asks for the lock later fails with "database is locked" instead of waiting.
    `read()` never writes. Both are short: no network call belongs inside. `zone` is where days
    begin, for whoever counts by days; sessions hand it on as `info["zone"]`.
    """

    def __init__(self, url: str, *, checkpoints: bool = True, zone: ZoneInfo = _UTC) -> None:
        self.zone = zone
        try:
            self.engine = _engine(url, checkpoints=checkpoints)
        except (ArgumentError, ModuleNotFoundError, ValueError) as error:
            # make_url lets int()'s ValueError about a port through.
            raise ConfigError(
                where="database.url",
                problem=str(error).partition("\n")[0],
                fix="check the URL; for PostgreSQL also: .venv/bin/pip install 'psycopg[binary]'",
            ) from None

    @contextmanager
    def read(self) -> Iterator[Session]:
        with Session(self.engine, expire_on_commit=False, info={"zone": self.zone}) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        with (
            self.engine.connect().execution_options(immediate=True) as connection,
            Session(connection, expire_on_commit=False, info={"zone": self.zone}) as session,
            session.begin(),
        ):
            yield session

    def touch(self) -> None:
        """Write to the disk and change nothing. Raises SQLAlchemyError where that fails.

        A statement that finds no row writes no page, and would not notice a full disk. These do
        write: the header's page again, and a transaction with a number of its own.
        """
        command = "PRAGMA user_version = 0" if self.is_sqlite else "SELECT pg_current_xact_id()"
        with self.write() as session:
            session.execute(text(command))

    def take_in_log(self) -> None:
        """Take SQLite's write-ahead log into the file, as far as nobody reads it. For the holder of
        the instance lock alone."""
        if self.is_sqlite:
            connection = self.engine.raw_connection()  # no transaction: it could not, inside one
            try:
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                connection.close()

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    def close(self) -> None:
        self.engine.dispose()


def _engine(url: str, *, checkpoints: bool) -> Engine:
    # hide_parameters: the parameters are what customers wrote, and errors go to the log.
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True, hide_parameters=True)
    engine = create_engine(
        url, connect_args={"timeout": BUSY_TIMEOUT_SECONDS}, hide_parameters=True
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
        # We say BEGIN ourselves; sqlite3's own habit is to begin late and deferred.
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        # NORMAL may lose the newest commits on power loss, and with them the stamp "sending":
        # that would be a second reply. FULL costs a few milliseconds a page.
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        if not checkpoints:
            # Only the holder of the instance lock checkpoints: SQLite before 3.51.3 can damage the
            # file when two connections checkpoint at once (https://sqlite.org/wal.html).
            connection.execute("PRAGMA wal_autocheckpoint=0")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        immediate = connection.get_execution_options().get("immediate", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine


def upsert(
    session: Session,
    model: type[Base],
    *,
    adding: Sequence[str] = (),
    setting: Sequence[str] = (),
) -> Insert:
    """An insert that, where the primary key is taken, adds to the columns `adding` of the row that
    is there, and sets the columns `setting`."""
    return _upsert(session.get_bind().dialect.name, model, tuple(adding), tuple(setting))


@cache  # to put one together takes longer than to run it
def _upsert(
    dialect: str, model: type[Base], adding: tuple[str, ...], setting: tuple[str, ...]
) -> Insert:
    table = model.__table__
    # Of the table: the ORM's own way takes twice as long.
    new = (sqlite if dialect == "sqlite" else postgresql).insert(table)
    changes = {name: table.c[name] + new.excluded[name] for name in adding}
    changes |= {name: new.excluded[name] for name in setting}
    taken: Insert = new.on_conflict_do_update(index_elements=[*table.primary_key], set_=changes)
    return taken


class micros(FunctionElement[int]):  # noqa: N801  # reads as the SQL function it is
    """A moment as millionths of a second since 1970: what is counted by the thousand is read so,
    in a third of the time that moments take."""

    type = BigInteger()
    inherit_cache = True


@compiles(micros, "sqlite")
def _micros_sqlite(element: micros, compiler: SQLCompiler, **options: Any) -> str:
    (column,) = (compiler.process(clause, **options) for clause in element.clauses)
    whole = f"CAST(strftime('%s', substr({column}, 1, 19)) AS INTEGER)"
    return f"({whole} * 1000000 + CAST(substr({column}, 21, 6) AS INTEGER))"


@compiles(micros, "postgresql")
def _micros_postgresql(element: micros, compiler: SQLCompiler, **options: Any) -> str:
    (column,) = (compiler.process(clause, **options) for clause in element.clauses)
    return f"(extract(epoch from {column}) * 1000000)::bigint"


class start_of_hour(FunctionElement[datetime]):  # noqa: N801  # reads as the SQL function it is
    """The start of the UTC hour a moment lies in, or of the hour that begins `past` minutes
    (0..59) after the full one: local hours of zones such as Asia/Kolkata do."""

    type = Moment()
    inherit_cache = True

    def __init__(self, column: ColumnElement[datetime] | Any, *, past: int = 0) -> None:
        # As text of the statement, not as a parameter: PostgreSQL takes two equal expressions with
        # parameters in SELECT and GROUP BY for different ones.
        super().__init__(column, literal_column(str(int(past))))


@compiles(start_of_hour, "sqlite")
def _start_of_hour_sqlite(element: start_of_hour, compiler: SQLCompiler, **options: Any) -> str:
    column, past = (compiler.process(clause, **options) for clause in element.clauses)
    # substr drops the fraction first: strftime would round 09:59:59.9999 up to ten o'clock.
    return f"strftime('%Y-%m-%d %H:{int(past):02d}:00', substr({column}, 1, 19), '-{past} minutes')"


@compiles(start_of_hour, "postgresql")
def _start_of_hour_postgresql(element: start_of_hour, compiler: SQLCompiler, **options: Any) -> str:
    column, past = (compiler.process(clause, **options) for clause in element.clauses)
    origin = f"timestamptz '2000-01-01 00:{int(past):02d}:00+00'"
    # date_trunc without a zone would cut at the hours of the session's own time zone.
    return f"date_bin('1 hour', {column}, {origin})"
