from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from config.database import Database
from responder.lease import LASTS, LeaseHolder
from tests.factories import NOW, make_database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = make_database(tmp_path)
    yield database
    database.close()


def holds(database: Database, holder: LeaseHolder, at: timedelta = timedelta()) -> bool:
    with database.write() as session:
        return holder.holds(session, "x", NOW + at)


def test_who_took_it_holds_it_until_its_end(database: Database, tmp_path: Path) -> None:
    holder = LeaseHolder(tmp_path)
    assert not holds(database, holder)
    assert holder.take(database, "x", NOW)
    assert holds(database, holder, LASTS - timedelta(seconds=1))
    assert not holds(database, holder, LASTS)


def test_another_place_must_wait_until_it_has_run_out(database: Database, tmp_path: Path) -> None:
    first, second = LeaseHolder(tmp_path / "one"), LeaseHolder(tmp_path / "two")
    assert first.take(database, "x", NOW)
    assert not second.take(database, "x", NOW + LASTS - timedelta(seconds=1))
    assert second.take(database, "x", NOW + LASTS)
    assert holds(database, second, LASTS)


def test_who_slept_past_its_end_may_not_send_even_if_time_is_left_on_the_row(
    database: Database, tmp_path: Path
) -> None:
    sleeper, other = LeaseHolder(tmp_path / "one"), LeaseHolder(tmp_path / "two")
    sleeper.take(database, "x", NOW)
    other.take(database, "x", NOW + LASTS)
    assert not holds(database, sleeper, LASTS + timedelta(seconds=1))
    assert not sleeper.take(database, "x", NOW + LASTS + timedelta(seconds=1))


def test_a_new_start_at_the_same_place_follows_at_once_and_shuts_the_old_one_out(
    database: Database, tmp_path: Path
) -> None:
    old, new = LeaseHolder(tmp_path), LeaseHolder(tmp_path)
    old.take(database, "x", NOW)
    assert new.take(database, "x", NOW + timedelta(seconds=1))
    assert holds(database, new, timedelta(seconds=2))
    assert not holds(database, old, timedelta(seconds=2))


def test_channels_have_leases_of_their_own(database: Database, tmp_path: Path) -> None:
    first, second = LeaseHolder(tmp_path / "one"), LeaseHolder(tmp_path / "two")
    assert first.take(database, "x", NOW)
    assert second.take(database, "facebook", NOW)


def test_it_is_renewed_before_it_runs_out(database: Database, tmp_path: Path) -> None:
    holder = LeaseHolder(tmp_path)
    for second in range(0, 600, 10):
        assert holder.take(database, "x", NOW + timedelta(seconds=second))
        assert holds(database, holder, timedelta(seconds=second + 9))
