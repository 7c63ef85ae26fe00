"""How quickly the dashboard's questions are answered, beside a count of the mentions themselves.

A year of mentions is written into a fresh store, a million unless another number is given:
`python bench/trends.py 5000000`. The reference of the same run is one GROUP BY over the mentions.
A file named after the number keeps the store, and is asked again the next time.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import TypeVar
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

import responder.models  # noqa: F401  # all tables
from config.database import Database, start_of_hour
from config.migrate import migrate
from listener.channels.base import Answerable
from listener.models import Conversation, Mention, MentionStatus
from listener.trends.cells import FacetKind
from listener.trends.counts import sums
from listener.trends.recount import recount
from listener.trends.scope import Scope
from listener.trends.steps import By
from sentiment.phase import Phase
from sentiment.prioritize import Level
from sentiment.score import Sentiment
from sentiment.topics import TOPICS

ROUNDS = 7
ROME = ZoneInfo("Europe/Rome")
END = datetime(2026, 11, 1, tzinfo=UTC)
CHANNELS = {"x": 40, "facebook": 25, "instagram": 20, "bluesky": 10, "mastodon": 5}
LANGUAGES = {"it": 45, "en": 25, "de": 10, "fr": 8, "es": 6, "pl": 4, "el": 2}
MOODS = {
    Sentiment.NEGATIVE: 35,
    Sentiment.NEUTRAL: 40,
    Sentiment.POSITIVE: 20,
    Sentiment.UNKNOWN: 5,
}
PHASES = dict(zip(Phase, (15, 35, 25, 10, 15), strict=True))


T = TypeVar("T")


def drawn(chance: Random, shares: Mapping[T, int], number: int) -> list[T]:
    return chance.choices(list(shares), weights=list(shares.values()), k=number)


def a_day(chance: Random, day: datetime, number: int, begin: int) -> Iterator[dict[str, object]]:
    channels, languages = drawn(chance, CHANNELS, number), drawn(chance, LANGUAGES, number)
    moods, phases = drawn(chance, MOODS, number), drawn(chance, PHASES, number)
    weights = [1 / (place + 1) for place in range(len(TOPICS))]
    pairs = zip(
        chance.choices(TOPICS, weights, k=number), chance.choices(TOPICS, k=number), strict=True
    )
    topics = [list(dict.fromkeys(pair[: chance.choice((1, 1, 2))])) for pair in pairs]
    for place in range(number):
        yield {
            "id": f"{begin + place:028d}",
            "channel": channels[place],
            "external_id": str(begin + place),
            "revision_id": str(begin + place),
            "answer_under": str(begin + place),
            "conversation_id": "c",
            "text": "Where is my parcel? It has been two weeks and nobody answers.",
            "likeness": f"{begin + place:x}",
            "answerable": Answerable.YES,
            "language": languages[place],
            "sentiment": moods[place],
            "sentiment_score": chance.uniform(-1, 1),
            "sentiment_confidence": 0.8,
            "scored_by": "linear",
            "topics": topics[place],
            "phase": phases[place],
            "priority": Level.P3,
            "points": 10.0,
            "created_at": day + timedelta(seconds=chance.uniform(0, 86400)),
            "heard_at": day,
            "due_at": day,
            "status": MentionStatus.ANSWERED,
            "changed_at": day,
            "media": [], "streams": ["mentions"], "signals": [], "reasons": [],
            "aspects": [], "rivals": [], "reach": 100, "acquainted": False,
        }  # fmt: skip


def fill(database: Database, mentions: int) -> None:
    chance, a_day_has = Random(1), mentions // 365
    with database.write() as session:
        session.add(Conversation(id="c", channel="x", external_id="c"))
    for number in range(365):
        day = END - timedelta(days=365 - number)
        with database.write() as session:
            rows = list(a_day(chance, day, a_day_has, number * a_day_has))
            session.execute(insert(Mention), rows)


@dataclass(frozen=True, kw_only=True)
class Asked:
    name: str
    work: Callable[[Session], object]


def questions() -> Iterator[Asked]:
    now = END - timedelta(minutes=23)

    def scope(days: int, by: By, **narrowed: str) -> Scope:
        return Scope(start=now - timedelta(days=days), end=now, by=by, zone=ROME, **narrowed)  # type: ignore[arg-type]

    def ask(
        name: str, over: Scope, *by: str, steps: bool = False, kind: FacetKind | None = None
    ) -> Asked:
        return Asked(
            name=name, work=lambda session: sums(session, over, *by, steps=steps, kind=kind)
        )

    week, month, year = scope(7, By.HOUR), scope(45, By.HOUR), scope(365, By.DAY)
    yield ask("7 days by hour, channel and mood", week, "channel", "sentiment", steps=True)
    yield ask("45 days by hour, channel and mood", month, "channel", "sentiment", steps=True)
    yield ask("45 days by hour: busiest hours", month, steps=True)
    yield ask("a year by day, channel and mood", year, "channel", "sentiment", steps=True)
    yield ask(
        "a year by week, one language",
        replace(year, by=By.WEEK, language="pl"),
        "sentiment",
        steps=True,
    )
    yield ask(
        "a year by day, one topic",
        replace(year, topic="safety"),
        "channel",
        "sentiment",
        steps=True,
    )
    yield ask(
        "a year by day, three filters",
        replace(year, topic="size", channel="x", phase="ownership"),
        "sentiment",
        steps=True,
    )
    fortnight = scope(14, By.HOUR)
    yield ask(
        "14 days by hour, three filters",
        replace(fortnight, topic="size", channel="x", phase="ownership"),
        "sentiment",
        steps=True,
    )
    yield ask(
        "a year: topics and moods of one language",
        replace(year, language="it"),
        "facet",
        "sentiment",
        kind=FacetKind.TOPIC,
    )
    yield ask("a year: topics and moods", year, "facet", "sentiment", kind=FacetKind.TOPIC)
    yield ask("45 days: topics and moods", month, "facet", "sentiment", kind=FacetKind.TOPIC)
    yield ask(
        "a year by week: every topic",
        replace(year, by=By.WEEK),
        "facet",
        steps=True,
        kind=FacetKind.TOPIC,
    )
    yield ask("a year: phases, languages, moods", year, "phase", "language", "sentiment")


def raw(session: Session) -> object:
    hour = start_of_hour(Mention.created_at)
    query = select(hour, Mention.channel, Mention.sentiment, func.count()).where(
        Mention.created_at >= END - timedelta(days=7)
    )
    return session.execute(query.group_by(hour, Mention.channel, Mention.sentiment)).all()


@dataclass(frozen=True, kw_only=True)
class Took:
    """Milliseconds: by the clock, the middle one and the worst; and of the processor, which other
    work of the machine changes little."""

    middle: float
    worst: float
    processor: float


def took(database: Database, work: Callable[[Session], object]) -> Took:
    walls, processors = [], []
    for _ in range(1 + ROUNDS):
        with database.read() as session:
            began, worked = time.perf_counter(), time.thread_time()
            work(session)
            processors.append((time.thread_time() - worked) * 1000)
            walls.append((time.perf_counter() - began) * 1000)
    return Took(
        middle=statistics.median(walls[1:]),
        worst=max(walls[1:]),
        processor=statistics.median(processors[1:]),
    )


def made(file: Path, mentions: int) -> Database:
    """The store in `file`, written and counted if it is not there yet."""
    url, there = f"sqlite:///{file}", file.exists()
    database = Database(url, zone=ROME)
    if there:
        return database
    migrate(database, url=url)
    began = time.perf_counter()
    fill(database, mentions)
    filled = time.perf_counter()
    counted = recount(database)
    done = time.perf_counter()
    print(
        f"{counted:,} mentions of a year: written in {filled - began:.0f} s, "
        f"counted anew in {done - filled:.1f} s"
    )
    return database


def measure(database: Database, file: Path) -> None:
    with database.read() as session:
        rows = session.scalar(
            text("SELECT (SELECT count(*) FROM rollups) + (SELECT count(*) FROM cubes)")
        )
    print(f"{rows:,} rows of counts, {file.stat().st_size / 2**20:,.0f} MB in all")
    reference = took(database, raw)
    print("ms: median (worst; processor; times the reference)")
    _print("reference: 7 days counted from the mentions", reference, reference)
    for asked in questions():
        _print(asked.name, took(database, asked.work), reference)


def _print(name: str, found: Took, reference: Took) -> None:
    print(
        f"{found.middle:8.1f} {name} ({found.worst:.1f}; {found.processor:.1f}; "
        f"{found.processor / reference.processor:.2f} x)"
    )


def main(mentions: int, kept: Path | None) -> int:
    with tempfile.TemporaryDirectory() as folder:
        file = kept or Path(folder, "bot.db")
        database = made(file, mentions)
        measure(database, file)
        database.close()
    return 0


if __name__ == "__main__":
    sys.exit(
        main(
            int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000,
            Path(sys.argv[2]) if len(sys.argv) > 2 else None,
        )
    )
