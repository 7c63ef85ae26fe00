"""The parts, put together once: what every job and every screen is handed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from config import brand
from config.brand import BrandBook
from config.calendar import Calendar
from config.clock import Clock, utcnow
from config.database import Database
from config.secrets import Redactor
from config.settings import ROOT, Settings
from listener.budget import Ledger
from listener.channels import open_channels
from listener.channels.base import Channel
from listener.guard import Guarded
from listener.poll import Poller
from responder.house import house_of
from responder.lease import LeaseHolder
from responder.library.newest import NewestBook
from responder.market import market_of
from responder.newest_weights import NewestWeights
from responder.voice.target import House
from sentiment.linear import Weights
from sentiment.market import Market


@dataclass(frozen=True, kw_only=True)
class Bot:
    """One installation. Holds no state of its own: that is in the database."""

    settings: Settings
    database: Database
    newest_book: NewestBook  # what may be said from now on
    channels: Mapping[str, Channel]
    redactor: Redactor
    clock: Clock
    state: Path  # the folder of the lock and of the PAUSE file
    newest_weights: Callable[[], Weights]  # those to judge by from now on

    @cached_property
    def sender(self) -> LeaseHolder:
        """This process as the one that sends, once it holds the lease of a channel."""
        return LeaseHolder(self.state)

    @property
    def book(self) -> BrandBook:
        """What may be said: a change in the library counts for whoever asks after it."""
        return self.newest_book()

    @property
    def weights(self) -> Weights:
        """What texts are judged by: a round that begins by asking takes what was trained since."""
        return self.newest_weights()

    @property
    def recount_lock(self) -> Path:
        """Held by whoever makes the counts of the trends anew."""
        return self.state / "recount.lock"

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
            our_handles=frozenset(handle.lower() for handle in self.newest_book.files.handles),
            staffing=self.settings.brand.staffing,
            before_buying=self.before_buying,
            market=self.market,
        )

    def house(self, language: str) -> House:
        """What the brand settled for its replies in a language; read from each book once."""
        book = self.book
        read, house = self._houses.get(language, (None, None))
        if house is None or read is not book:
            house = house_of(book, language)
            self._houses[language] = book, house
        return house

    @cached_property
    def _houses(self) -> dict[str, tuple[BrandBook, House]]:
        return {}

    @property
    def market(self) -> Market:
        """Our products and competitors, as the newest book names them."""
        return market_of(self.book)

    @property
    def before_buying(self) -> timedelta:
        """In how much staffed time a question before buying is due."""
        return timedelta(minutes=self.settings.responder.before_buying_minutes)

    def calendar(self, channel: str) -> Calendar:
        """When a channel is staffed; as the brand is, if it is not configured any more."""
        known = self.channels.get(channel)
        return self.settings.brand.staffing.calendar(known.options if known else None)


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
    files = brand.load(ROOT / settings.brand.path, settings.brand.languages)
    database = Database(
        database_url(settings), checkpoints=checkpoints, zone=ZoneInfo(settings.brand.timezone)
    )
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
        newest_book=NewestBook(database, files),
        channels={
            name: Guarded(channel, database=database, clock=clock, chance=Random())
            for name, channel in opened.items()
        },
        redactor=redactor,
        clock=clock,
        state=state,
        newest_weights=NewestWeights(trained_weights(state)),
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
