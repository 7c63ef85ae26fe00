"""How many rows of history a second are read, judged and kept with two processes that judge.

The reference of the same run: the same finished rows merely written, by `executemany` of the
standard library's sqlite3, in transactions as long. Beside it how long somebody else waits for the
database meanwhile. On a machine with other work to do the wall says little: processor seconds say
what two idle cores would do.
"""

from __future__ import annotations

import csv
import os
import random
import resource
import sqlite3
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sqlalchemy import text

from config import settings
from config.database import Database
from config.migrate import migrate
from config.secrets import Redactor
from config.settings import LANGUAGES
from listener.importing.gathering import Asked
from listener.importing.work import BATCH, Summary, import_history
from listener.trends.recount import count_if_new
from responder.bot import assemble, database_url
from responder.commands.history import ground_of
from sentiment.corpus import rows

ROWS: Final = int(os.environ.get("ROWS", "12000"))
WORKERS: Final = 2
PERIOD: Final = 0.01  # seconds between two writes of somebody else
_TABLES: Final = ("authors", "conversations", "mentions")


def export(path: Path) -> None:
    """A year of the corpus, over and over, by a few thousand authors."""
    texts = [row["text"] for language in LANGUAGES for row in rows(language)]
    chance, start = random.Random(1), datetime(2025, 1, 1, tzinfo=UTC)
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(("id", "created_at", "text", "author_id", "author_name", "likes"))
        for number in range(ROWS):
            at = start + timedelta(seconds=chance.randrange(365 * 86_400))
            who = chance.randrange(ROWS // 3)
            said = texts[number % len(texts)]
            out.writerow((number, at.isoformat(), said, who, f"Person {who}", number % 7))


def imported(folder: Path, path: Path, waits: list[float]) -> tuple[Summary, float, float]:
    """What came of it, in which seconds of the wall and of processors."""
    config = folder / "bot.toml"
    config.write_text(f'[database]\nurl = "sqlite:///{folder / "bot.db"}"\n')
    bot = assemble(settings.load(config), source=str(config), redactor=Redactor())
    migrate(bot.database, url=database_url(bot.settings))
    count_if_new(bot.database, bot.recount_lock)
    stop = threading.Event()
    others = [0.0]
    url = f"sqlite:///{folder / 'bot.db'}"
    other = threading.Thread(target=_write, args=(url, waits, others, stop))
    other.start()
    began, used = time.perf_counter(), _used()
    ground = replace(ground_of(bot), workers=WORKERS)
    done = import_history(Asked(path=path, channel="x"), ground)
    took = time.perf_counter() - began
    stop.set()
    other.join()
    used = _used() - used
    bot.database.close()
    return done, took, used - others[0]


def _write(url: str, waits: list[float], used: list[float], stop: threading.Event) -> None:
    """Somebody at the desk, who writes a little again and again."""
    database = Database(url, checkpoints=False)
    while not stop.wait(PERIOD):
        began = time.perf_counter()
        with database.write() as session:
            session.execute(text("UPDATE imports SET changed_at = changed_at WHERE id = 'none'"))
        waits.append(time.perf_counter() - began)
    used[0] = time.thread_time()
    database.close()


def _used() -> float:
    """Processor seconds of this process and of those it has ended."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(one.ru_utime + one.ru_stime for one in map(resource.getrusage, kinds))


def written(folder: Path) -> float:
    """Rows a second of the wall, merely written."""
    with closing(sqlite3.connect(folder / "bot.db")) as source:
        tables = {name: source.execute(f"SELECT * FROM {name}").fetchall() for name in _TABLES}
    database = Database(f"sqlite:///{folder / 'raw.db'}")
    migrate(database, url="a new file")
    database.close()
    with closing(sqlite3.connect(folder / "raw.db", isolation_level=None)) as raw:
        raw.execute("PRAGMA journal_mode=WAL")
        raw.execute("PRAGMA synchronous=FULL")
        began = time.perf_counter()
        for name, found in tables.items():
            holders = ",".join("?" * len(found[0]))
            for some in _parts(found):
                raw.execute("BEGIN IMMEDIATE")
                raw.executemany(f"INSERT INTO {name} VALUES ({holders})", some)
                raw.execute("COMMIT")
        return len(tables["mentions"]) / (time.perf_counter() - began)


def _parts(found: list[tuple[object, ...]]) -> Iterator[list[tuple[object, ...]]]:
    return (found[start : start + BATCH] for start in range(0, len(found), BATCH))


def main() -> None:
    waits: list[float] = []
    with TemporaryDirectory() as name:
        folder = Path(name)
        export(folder / "export.csv")
        done, took, used = imported(folder, folder / "export.csv", waits)
        assert done.new == ROWS, done
        reference = written(folder)
    waits.sort()
    busy = os.getloadavg()[0]
    ideal = WORKERS * ROWS / used
    print(f"rows merely written               {reference:8,.0f} rows/s    reference")
    print(f"history, two processes, the wall  {ROWS / took:8,.0f} rows/s    load {busy:.1f}")
    print(f"history, two cores' time          {ideal:8,.0f} rows/s    target 1,500")
    print(
        f"another writer meanwhile          {1000 * waits[len(waits) * 99 // 100]:8.0f} ms p99"
        f"    half of all under {1000 * waits[len(waits) // 2]:.0f} ms"
    )


if __name__ == "__main__":
    main()
