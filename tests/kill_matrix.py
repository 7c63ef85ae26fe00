"""The kill matrix: a bot killed at every point of a send, in every mood of a network.

For each mood of a network and each kill point n = 1, 2, 3, ... a bot with one approved reply is
started as a real process and killed with SIGKILL at its n-th point, then started again and left
alone until nothing is open. Then the network is asked what is really there. The number of points is
found by counting: the row ends with the life that survives.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Final, Self

from config import settings
from config.clock import utcnow
from config.database import Database
from config.migrate import migrate
from config.secrets import Redactor
from config.settings import ROOT
from listener.sandbox.faults import RESET_AFTER, RESET_BEFORE, answers, hang, slow
from responder.approve import approve
from responder.bot import assemble
from responder.draft import draft_round
from responder.models import Draft, Reply, ReplyStatus
from tests.channel_stages import Stage
from tests.daemon import clean_environment, write_config
from tests.nursery import HASTE, Order
from tests.patience import PATIENCE

_TIMEOUT: Final = 0.5  # real seconds of silence after which a call is given up
_LAG: Final = 2.0  # seconds of the bot's hasty clock
_REAL_LAG: Final = _LAG / HASTE / 2  # what the network takes: less than what the bot allows for

_BUSY: Final = answers(503, {"title": "Service Unavailable", "status": 503})
_BUSY_BUT_DONE: Final = answers(503, "<html>Bad gateway</html>", done=True)
_REPETITION: Final = answers(
    403,
    {
        "title": "Forbidden",
        "status": 403,
        "type": "about:blank",
        "detail": "You are not allowed to create a Tweet with duplicate content.",
    },
)

Mood = Callable[[Stage], None]


def _once(fault: Any) -> Mood:
    return lambda stage: stage.network.faults.next(*stage.writes, fault)


def _limited(stage: Stage) -> None:
    """As X says it. Others tell of minutes, which here would be minutes indeed."""
    reset = str(int(time.time() + 1))
    body = {"title": "Too Many Requests", "status": 429}
    _once(answers(429, body, headers={"x-rate-limit-reset": reset}))(stage)


def _lagging(stage: Stage) -> None:
    stage.network.lag_seconds = _REAL_LAG


def _lagging_and_lost(stage: Stage) -> None:
    _lagging(stage)
    _once(RESET_AFTER)(stage)


MOODS: Final[Mapping[str, Mood]] = {
    "all is well": lambda _network: None,
    "503, nothing stored": _once(_BUSY),
    "503 in HTML, though stored": _once(_BUSY_BUT_DONE),
    "reset before it was stored": _once(RESET_BEFORE),
    "reset after it was stored": _once(RESET_AFTER),
    "silence, nothing stored": _once(hang(2 * _TIMEOUT)),
    "stored, the answer comes too late": _once(slow(2 * _TIMEOUT)),
    "our own posts show up late": _lagging,
    "stored, reset, and shows up late": _lagging_and_lost,
}
LIMITED: Final[Mapping[str, Mood]] = {"429 until a second later": _limited}
"""On X alone."""
WORST: Final = ("stored, reset, and shows up late", "stored, the answer comes too late")
REPETITION: Final[Mood] = _once(_REPETITION)
"""403 duplicate content, though nothing is there. Apart, because it must not end with a reply: the
network does not take these words."""


@dataclass(frozen=True, kw_only=True)
class Fate:
    """What became of one reply. `points` were passed by the first life."""

    died: bool
    points: int
    standing: int  # replies on the network
    status: ReplyStatus
    sends: int


class Nursery:
    """The forking process, kept for a whole matrix."""

    def __init__(self, folder: Path, kind: type[Stage], eve: Path) -> None:
        """`eve` is what `prepare` made: each fate begins with a copy of it."""
        folder.mkdir()
        self._folder, self._kind, self._eve = folder, kind, eve
        self._numbers = iter(range(1_000_000))
        self._errors = (folder / "errors.txt").open("w+")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.nursery"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            env=clean_environment(),
        )
        assert self._process.stdout
        with self._approved() as (_stage, config):
            self._order(config, time.time())
            assert self._process.stdout.readline() == "ready\n", self._errors_told()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        self._process.wait(timeout=PATIENCE)
        self._process.stdout.close()
        self._errors.close()

    def fate(self, mood: Mood, die_at: int, *, fine: bool = False) -> Fate:
        """One field of the matrix."""
        with self._approved() as (stage, config):
            mood(stage)
            born = time.time()
            first = self._live(config, born, die_at, fine=fine)
            if first["killed"]:
                self._live(config, born, 0, fine=fine)
            with _replies(config) as reply:
                # A mood whose fault never comes would be none: the reply must have met it.
                assert not stage.network.faults.waiting(), "the network was not asked as expected"
                return Fate(
                    died=first["killed"],
                    points=first["points"],
                    standing=len(stage.standing()),
                    status=reply.status,
                    sends=reply.sends,
                )

    def _live(self, config: Path, born: float, die_at: int, *, fine: bool) -> dict[str, Any]:
        assert self._process.stdout
        self._order(config, born, die_at, fine=fine)
        told: dict[str, Any] = json.loads(self._process.stdout.readline())
        assert told["code"] == 0, f"the bot broke: {self._errors_told()}"
        return told

    def _order(self, config: Path, born: float, die_at: int = 0, *, fine: bool = False) -> None:
        assert self._process.stdin
        order = Order(config=str(config), born=born, die_at=die_at, fine=fine, seconds=PATIENCE)
        self._process.stdin.write(json.dumps(asdict(order)) + "\n")
        self._process.stdin.flush()

    def _errors_told(self) -> str:
        self._errors.seek(0)
        return self._errors.read()[-3000:]

    @contextmanager
    def _approved(self) -> Iterator[tuple[Stage, Path]]:
        """A network with one mention, and a bot that heard it and has one reply to post."""
        folder = self._folder / str(next(self._numbers))
        shutil.copytree(self._eve, folder)
        with _on(self._kind, folder) as stage:
            limits = {"request_timeout_seconds": _TIMEOUT, "read_lag_seconds": _LAG}
            yield stage, write_config(folder, {stage.kind: {**stage.table(), **limits}})
        shutil.rmtree(folder)


class Nurseries:
    """Several at once: a fate is mostly waiting."""

    def __init__(self, folder: Path, kind: type[Stage], *, count: int = 4) -> None:
        self.name, eve = kind.kind, prepare(folder / "eve", kind)
        folders = [folder / str(number) for number in range(count)]
        with ThreadPoolExecutor(count) as pool:
            self._all = list(pool.map(lambda own: Nursery(own, kind, eve), folders))
        self._idle = SimpleQueue[Nursery]()
        for nursery in self._all:
            self._idle.put(nursery)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        for nursery in self._all:
            nursery.__exit__(*exc)

    def row(self, mood: Mood, *, fine: bool = False) -> list[Fate]:
        """All fates of one mood: n = 1, 2, 3, ... up to a life that survives."""
        fates: list[Fate] = []
        with ThreadPoolExecutor(len(self._all)) as pool:
            while not fates or fates[-1].died:
                numbers = range(len(fates) + 1, len(fates) + 1 + 4 * len(self._all))
                fates += pool.map(lambda number: self._fate(mood, number, fine=fine), numbers)
        return fates

    def some(self, mood: Mood, numbers: Iterable[int]) -> list[Fate]:
        """The fates of those who die at these points; 0: who lives."""
        return [self._fate(mood, number, fine=False) for number in numbers]

    def _fate(self, mood: Mood, die_at: int, *, fine: bool) -> Fate:
        nursery = self._idle.get()
        try:
            return nursery.fate(mood, die_at, fine=fine)
        finally:
            self._idle.put(nursery)


def prepare(folder: Path, kind: type[Stage]) -> Path:
    """A mention is heard and its answer approved: the moment at which every row begins."""
    folder.mkdir()
    url = f"sqlite:///{folder / 'bot.db'}"
    database = Database(url)
    migrate(database, url=url)
    database.close()
    with _on(kind, folder) as stage:
        stage.says("my parcel never arrived, what a shame", author="giulia")
        _approve_everything(write_config(folder, {stage.kind: stage.table()}))
    return folder


def _on(kind: type[Stage], folder: Path) -> Stage:
    """The same network each time it is opened from a copy of its journal, on another port."""
    return kind(clock=utcnow, path=folder / "network.jsonl")


def _approve_everything(config: Path) -> None:
    bot = assemble(
        settings.load(config, environment=False), source=str(config), redactor=Redactor()
    )
    for channel in bot.channels.values():
        bot.poller.poll(channel)
    draft_round(bot)
    with bot.database.read() as session:
        drafts = [(draft.id, draft.version) for draft in session.query(Draft)]
    assert drafts
    for draft_id, version in drafts:
        approve(bot, draft_id, version=version, by="anna", confirm=frozenset({"R03"}))
    bot.database.close()


@contextmanager
def _replies(config: Path) -> Iterator[Reply]:
    database = Database(f"sqlite:///{config.parent / 'bot.db'}", checkpoints=False)
    with database.read() as session:
        assert session.connection().exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        yield session.query(Reply).one()
    database.close()
