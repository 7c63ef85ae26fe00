"""Backups: whole or not at all, sound or refused; a restore after which nothing is sent twice."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from config.database import Database
from config.errors import ConfigError
from config.migrate import migrate
from config.settings import ROOT
from listener.channels.errors import RateLimited
from listener.guard import Guarded
from listener.models import Breaker, Operation
from responder import access
from responder.backup import Damaged, back_up, refuse_damaged, restore
from responder.bot import Bot
from responder.models import Alert, Reply, ReplyStatus
from responder.team.models import Credential, Role
from tests.daemon import clean_environment
from tests.factories import (
    NOW,
    FakeChannel,
    Watch,
    make_bot,
    make_mention,
    make_outgoing,
    make_reply,
)


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def bot(tmp_path: Path, watch: Watch) -> Iterator[Bot]:
    folder = tmp_path / "state"
    folder.mkdir()
    url = f"sqlite:///{folder / 'bot.db'}"
    database = Database(url)
    migrate(database, url=url)
    made = make_bot(folder, channels=[FakeChannel("x", read_lag_seconds=150)], clock=watch)
    bot = replace(made, database=database)
    made.database.close()
    yield bot
    bot.database.close()


@pytest.fixture
def live(bot: Bot) -> Path:
    return bot.state / "bot.db"


def fill(bot: Bot, count: int = 300) -> None:
    with bot.database.write() as session:
        for _ in range(count):
            make_mention(session, text="Where is my parcel? " * 20)


def mentions(file: Path) -> int:
    with closing(sqlite3.connect(file)) as connection:
        found: int = connection.execute("SELECT count(*) FROM mentions").fetchone()[0]
        return found


def test_a_backup_is_one_sound_file_for_this_account_alone(
    bot: Bot, live: Path, tmp_path: Path
) -> None:
    fill(bot, 5)
    target = tmp_path / "copies" / "one.db"
    target.parent.mkdir()
    back_up(live, target)
    assert [path.name for path in target.parent.iterdir()] == ["one.db"]
    assert target.stat().st_mode & 0o777 == 0o600
    assert mentions(target) == 5
    with closing(sqlite3.connect(target)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_a_backup_made_while_others_write_is_of_one_moment(
    bot: Bot, live: Path, tmp_path: Path
) -> None:
    """Each transaction adds ten mentions: a copy with another count would be of no moment."""
    done = threading.Event()

    def write() -> None:
        while not done.is_set():
            fill(bot, 10)

    writer = threading.Thread(target=write)
    writer.start()
    counts = []
    try:
        for number in range(10):
            back_up(live, tmp_path / f"{number}.db")
            counts.append(mentions(tmp_path / f"{number}.db"))
    finally:
        done.set()
        writer.join()
    assert all(count % 10 == 0 for count in counts)
    assert counts == sorted(counts)
    assert counts[-1] > counts[0], "somebody did write meanwhile"


def test_a_backup_that_breaks_off_leaves_the_old_one(bot: Bot, live: Path, tmp_path: Path) -> None:
    """The disk is full half way: in a process of its own, which may write no more than this."""
    fill(bot)
    target = tmp_path / "copies" / "one.db"
    target.parent.mkdir()
    target.write_text("the backup of yesterday")
    program = (
        "import resource, sys; from pathlib import Path; from responder.backup import back_up\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "back_up(Path(sys.argv[1]), Path(sys.argv[2]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(live), str(target)],
        cwd=ROOT,
        env=clean_environment(PYTHONPATH=str(ROOT)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "sqlite3." in done.stderr or "OSError" in done.stderr
    assert [path.read_text() for path in target.parent.iterdir()] == ["the backup of yesterday"]


def damage(file: Path, where: str) -> None:
    """Flip what holds the file together, of one page of each kind."""
    with file.open("r+b") as raw:
        size = int.from_bytes(raw.read(18)[16:18], "big")
        pages = file.stat().st_size // size
        kinds: dict[int, list[int]] = {}
        for page in range(pages):
            raw.seek(page * size + (100 if page == 0 else 0))
            kinds.setdefault(raw.read(1)[0], []).append(page)
        offset = {
            "the file's header": 0,
            "the page of the schema": 100,
            "a page of a table": kinds[13][-1] * size,
            "a page inside a table": kinds[5][-1] * size,
            "a page of an index": kinds[10][-1] * size,
        }[where]
        raw.seek(offset)
        byte = raw.read(1)
        raw.seek(offset)
        raw.write(bytes([byte[0] ^ 0xFF]))


PLACES = [
    "the file's header",
    "the page of the schema",
    "a page of a table",
    "a page inside a table",
    "a page of an index",
]


@pytest.mark.parametrize("where", PLACES)
def test_a_damaged_backup_is_refused_and_nothing_is_changed(
    bot: Bot, live: Path, tmp_path: Path, where: str
) -> None:
    fill(bot)
    target = tmp_path / "one.db"
    back_up(live, target)
    damage(target, where)
    with pytest.raises(Damaged, match=r"one\.db is damaged or no database"):
        restore(bot, target)
    assert mentions(live) == 300
    assert not [path for path in live.parent.iterdir() if "restore" in path.name]


@pytest.mark.parametrize("where", PLACES)
def test_a_damaged_database_is_neither_backed_up_nor_started_on(
    bot: Bot, live: Path, tmp_path: Path, where: str
) -> None:
    fill(bot)
    refuse_damaged(bot)
    bot.database.close()
    damage(live, where)
    with pytest.raises(Damaged):
        back_up(live, tmp_path / "one.db")
    assert not (tmp_path / "one.db").exists()
    with pytest.raises(ConfigError, match=r"it is damaged .*run_bot\.py restore FILE"):
        refuse_damaged(bot)


def test_where_there_is_no_database_yet_there_is_nothing_to_refuse(bot: Bot, live: Path) -> None:
    bot.database.close()
    live.unlink()
    refuse_damaged(bot)
    assert not live.exists()


def test_after_a_restore_nothing_leaves_before_the_network_had_time_to_show_it(
    bot: Bot, live: Path, tmp_path: Path, watch: Watch
) -> None:
    with bot.database.write() as session:
        make_reply(session, status=ReplyStatus.SENDING, stamped_at=NOW, sends=1)
        make_reply(session)
        make_reply(session, status=ReplyStatus.SENT)
    back_up(live, tmp_path / "one.db")
    fill(bot, 3)
    watch.advance(days=1)
    done = restore(bot, tmp_path / "one.db")
    until = watch() + timedelta(seconds=25 + 150)
    assert (done.in_doubt, done.queued, done.held_until) == (1, 1, until)
    with bot.database.read() as session:
        statuses = sorted(session.query(Reply.status).distinct())
        assert [status for (status,) in statuses] == ["queued", "sent", "unknown"]
        row = session.get_one(Breaker, ("x", Operation.WRITE))
        assert (row.blocked_until, row.reason) == (until, "restored from a backup")
    guarded = Guarded(bot.channels["x"], database=bot.database, clock=watch, chance=Random(1))
    reply = make_outgoing("1", "hello")
    with pytest.raises(RateLimited):
        guarded.post(reply)
    watch.now = until
    assert guarded.post(reply).in_reply_to == "1"


def test_the_database_of_before_a_restore_is_kept_whole(
    bot: Bot, live: Path, tmp_path: Path
) -> None:
    fill(bot, 2)
    back_up(live, tmp_path / "one.db")
    fill(bot, 3)
    done = restore(bot, tmp_path / "one.db")
    assert done.aside is not None
    assert done.aside.name == "bot.db.before-restore-20260302T090000Z"
    assert (mentions(live), mentions(done.aside)) == (2, 5)
    assert live.stat().st_mode & 0o777 == 0o600


def test_what_a_killed_process_left_in_its_log_is_kept_and_not_played_into_the_restored_one(
    bot: Bot, live: Path, tmp_path: Path
) -> None:
    back_up(live, tmp_path / "one.db")
    fill(bot, 4)
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    for ending in ("", "-wal"):
        shutil.copy(f"{live}{ending}", crashed / f"bot.db{ending}")
    assert (crashed / "bot.db-wal").stat().st_size > 0
    survivor = replace(bot, database=Database(f"sqlite:///{crashed / 'bot.db'}"), state=crashed)
    done = restore(survivor, tmp_path / "one.db")
    survivor.database.close()
    assert done.aside is not None
    assert (mentions(crashed / "bot.db"), mentions(done.aside)) == (0, 4)


def test_a_restore_into_an_empty_folder_needs_nothing_to_put_aside(
    bot: Bot, live: Path, tmp_path: Path
) -> None:
    fill(bot, 2)
    back_up(live, tmp_path / "one.db")
    bot.database.close()
    for path in live.parent.glob("bot.db*"):
        path.unlink()
    assert restore(bot, tmp_path / "one.db").aside is None
    assert mentions(live) == 2


def test_a_damaged_database_is_put_aside_as_it_is(bot: Bot, live: Path, tmp_path: Path) -> None:
    fill(bot)
    back_up(live, tmp_path / "one.db")
    bot.database.close()
    damage(live, "the file's header")
    ruin = live.read_bytes()
    done = restore(bot, tmp_path / "one.db")
    assert done.aside is not None
    assert done.aside.read_bytes() == ruin
    assert mentions(live) == 300


def test_who_was_signed_in_then_signs_in_anew_and_tokens_stay(
    bot: Bot, live: Path, tmp_path: Path
) -> None:
    access.entry_link(bot.database, name="anna", role=Role.ADMIN, now=NOW)
    access.create_token(bot.database, name="reports", role=Role.VIEWER, now=NOW)
    back_up(live, tmp_path / "one.db")
    restore(bot, tmp_path / "one.db")
    with bot.database.read() as session:
        assert [row.kind for row in session.query(Credential)] == ["token"]


def test_a_backup_of_a_newer_version_is_refused(bot: Bot, live: Path, tmp_path: Path) -> None:
    back_up(live, tmp_path / "one.db")
    with closing(sqlite3.connect(tmp_path / "one.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'ffffffffffff'")
        connection.commit()
    with pytest.raises(ConfigError, match="newer version"):
        restore(bot, tmp_path / "one.db")
    assert live.exists()
    assert not [path for path in live.parent.iterdir() if path.name.startswith(".")]
    assert os.access(live, os.W_OK)
    with bot.database.read() as session:
        assert session.query(Alert).count() == 0
