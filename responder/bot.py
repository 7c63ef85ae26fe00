"""The parts, put together once: what every job and every screen is handed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from config import brand
from config.brand import BrandBook
from config.clock import Clock, utcnow
from config.database import Database
from config.secrets import Redactor
from config.settings import ROOT, Settings
from listener.budget import Ledger
from listener.channels import open_channels
from listener.channels.base import Channel
from listener.guard import Guarded
from listener.poll import Poller
from responder.lease import LeaseHolder
from sentiment.linear import Weights
from sentiment.weights import chosen


@dataclass(frozen=True, kw_only=True)
class Bot:
    """One installation. Holds no state of its own: that is in the database."""

    settings: Settings
    database: Database
    book: BrandBook
    channels: Mapping[str, Channel]
    redactor: Redactor
    clock: Clock
    state: Path  # the folder of the lock and of the PAUSE file
    weights: Weights  # what texts are judged by, until the next start

    @cached_property
    def sender(self) -> LeaseHolder:
        """This process as the one that sends, once it holds the lease of a channel."""
        return LeaseHolder(self.state)

    @property
    def pause_file(self) -> Path:
        return pause_file(self.state)

    @property
    def lock_file(self) -> Path:
        return lock_file(self.state)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.settings.brand.timezone)

    @property
    def poller(self) -> Poller:
        return Poller(
            database=self.database,
            languages=self.settings.brand.languages,
            answerable=timedelta(hours=self.settings.responder.answerable_hours),
            clock=self.clock,
            weights=self.weights,
            our_handles=frozenset(handle.lower() for handle in self.book.handles),
        )


def assemble(
    settings: Settings,
    *,
    source: str,
    redactor: Redactor,
    clock: Clock = utcnow,
    checkpoints: bool = False,
) -> Bot:
    """Put the parts together. Asks nothing of any network. Raises ConfigError.

    `checkpoints` is for the holder of the instance lock alone.
    """
    book = brand.load(ROOT / settings.brand.path, settings.brand.languages)
    database = Database(database_url(settings), checkpoints=checkpoints)
    state = state_folder(settings)
    state.mkdir(parents=True, exist_ok=True)
    opened = open_channels(
        settings.channels,
        source=source,
        redactor=redactor,
        clock=clock,
        meter=Ledger(database=database, clock=clock).meter,
        folder=state,
    )
    return Bot(
        settings=settings,
        database=database,
        book=book,
        channels={
            name: Guarded(channel, database=database, clock=clock, chance=Random())
            for name, channel in opened.items()
        },
        redactor=redactor,
        clock=clock,
        state=state,
        weights=chosen(trained_weights(state)),
    )


def database_url(settings: Settings) -> str:
    """The database's URL; the path of an SQLite file is taken from the program's folder."""
    scheme, separator, path = settings.database.url.partition(":///")
    if not separator or not scheme.startswith("sqlite"):
        return settings.database.url
    return f"{scheme}:///{ROOT / path}"


def state_folder(settings: Settings) -> Path:
    """Where lock and PAUSE file lie: beside an SQLite database, else in data/."""
    scheme, separator, path = settings.database.url.partition(":///")
    return (ROOT / path).parent if separator and scheme.startswith("sqlite") else ROOT / "data"


def trained_weights(state: Path) -> Path:
    """What `train` learned; while there is no such file the shipped weights serve."""
    return state / "weights.npz"


def pause_file(state: Path) -> Path:
    return state / "PAUSE"


def lock_file(state: Path) -> Path:
    return state / "run.lock"


def desk_url(settings: Settings, port: int | None = None) -> str:
    """The desk's address as a person on this machine types it."""
    host = settings.desk.host
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104
    bracketed = f"[{shown}]" if ":" in shown else shown
    return f"http://{bracketed}:{settings.desk.port if port is None else port}"
