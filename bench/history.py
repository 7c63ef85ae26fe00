"""How many rows of history a second are read, judged and kept with two processes that judge.

The references of the same run: the same texts read by the csv module and judged in one process, and
the same finished rows merely written, by `executemany` of the standard library's sqlite3, in
transactions as long. Beside it how long somebody else waits for the database meanwhile. On a
machine with other work to do the wall says little: processor seconds say what two idle cores would
do, starting the processes that judge included.
"""

from __future__ import annotations

import csv
import os
import random
import sqlite3
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
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
from listener.importing.judging import Judges, Text
from listener.importing.work import BATCH, Ground, Summary, import_history
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


@dataclass(frozen=True, kw_only=True)
class Took:
    """Seconds of the wall, and of processors: of the process that reads and keeps, and of those
    that judge."""

    wall: float
    keeping: float
    judging: float


def imported(folder: Path, path: Path, waits: list[float]) -> tuple[Summary, Took, Ground]:
    """What came of it, what it took, and what it stood on."""
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
    began, own, judges = time.perf_counter(), _used(RUSAGE_SELF), _used(RUSAGE_CHILDREN)
    ground = replace(ground_of(bot), workers=WORKERS)
    done = import_history(Asked(path=path, channel="x"), ground)
    wall = time.perf_counter() - began
    stop.set()
    other.join()
    took = Took(
        wall=wall,
        keeping=_used(RUSAGE_SELF) - own - others[0],
        judging=_used(RUSAGE_CHILDREN) - judges,
    )
    bot.database.close()
    return done, took, ground


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


def _used(of: int) -> float:
    """Processor seconds of this process, or of those it has ended."""
    found = getrusage(of)
    return found.ru_utime + found.ru_stime


def judged_alone(path: Path, ground: Ground) -> float:
    """Rows a processor second, read by the csv module and judged in one process."""
    market, languages = ground.poller.market, ground.poller.languages
    began = time.process_time()
    with (
        path.open(encoding="utf-8", newline="") as file,
        Judges(workers=0, path=ground.weights, languages=languages, market=market) as judges,
    ):
        texts = [Text(text=row["text"]) for row in csv.DictReader(file)]
        judged = judges.judge(texts).result()
    return len(judged) / (time.process_time() - began)


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
        done, took, ground = imported(folder, folder / "export.csv", waits)
        assert done.new == ROWS, done
        busy = os.getloadavg()[0]
        alone, reference = judged_alone(folder / "export.csv", ground), written(folder)
    waits.sort()
    keeping, judging = 1000 * took.keeping / ROWS, 1000 * took.judging / ROWS
    ideal = 1000 * WORKERS / (keeping + judging)
    print(f"rows merely written               {reference:8,.0f} rows/s    reference")
    print(f"read and judged alone, one core   {alone:8,.0f} rows/s    reference")
    print(f"history, two processes, the wall  {ROWS / took.wall:8,.0f} rows/s    load {busy:.1f}")
    print(
        f"history, two cores' time          {ideal:8,.0f} rows/s    target 1,500;"
        f" {ideal / (WORKERS * alone):.2f} of judging alone on both"
    )
    print(f"  a row: reading and keeping      {keeping:8.2f} ms        target 0.60")
    print(f"  a row: judging                  {judging:8.2f} ms        of {ROWS:,} rows")
    print(
        f"another writer meanwhile          {1000 * waits[len(waits) * 99 // 100]:8.0f} ms p99"
        f"    half of all under {1000 * waits[len(waits) // 2]:.0f} ms"
    )


if __name__ == "__main__":
    main()
