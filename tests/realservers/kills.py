"""Bots that are killed while they answer on a real server: the kill matrix (tests/kill_matrix.py)
with a mention of its own for each fate, because no real network can be put back to where it was."""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Final, cast

from sqlalchemy import select

from config import settings
from config.database import Database
from config.migrate import migrate
from config.secrets import Redactor
from listener.models import Mention
from listener.sandbox.faults import Faults
from listener.sandbox.network import Network
from responder.approve import approve
from responder.bot import Bot, assemble
from responder.draft import draft_round
from responder.models import Draft
from tests.channel_stages import Stage, Standing
from tests.daemon import write_config
from tests.kill_matrix import MOODS, Fate, Nursery
from tests.realservers.people import RealNetwork, all_say, in_time

SIDE_BY_SIDE: Final = 2
"""So many fates at once: they are mostly waiting, but others need the machine too."""
EVERY: Final = 2
"""Each so-manieth point of a send is tried: each life takes some seconds."""

_MENTIONS: Final = 45  # more than there are lives, even where a send is looked for twice
_LIMITS: Final = {"request_timeout_seconds": 10, "read_lag_seconds": 20}
"""Seconds of the bot's hasty clock: nobody looks for a doubtful reply before 3 real ones or more
are over, which is longer than these servers take to store a post."""


class OnReal(Stage):
    """One mention on a real network, which has no moods to order."""

    def __init__(self, network: RealNetwork, post: str) -> None:
        self.kind = network.table()["kind"]  # type: ignore[misc]  # of the network, not the class
        self.network = cast("Network", _Unmoved())
        self._real, self._post = network, post

    def table(self) -> dict[str, Any]:
        return self._real.table()

    def standing(self) -> list[Standing]:
        """By the brand's own list: it has every reply at once."""
        return [
            Standing(external_id=said.id, text=said.text, under=said.parent)
            for said in self._real.brand_said()
            if said.parent == self._post
        ]


class _Unmoved:
    faults = Faults()


class RealNursery(Nursery):
    """Takes a mention off `posts` for each fate. `eve`: a bot that heard them all."""

    def __init__(self, folder: Path, network: RealNetwork, eve: Path, posts: deque[str]) -> None:
        self._real, self._posts = network, posts
        super().__init__(folder, OnReal, eve)

    @contextmanager
    def _approved(self) -> Iterator[tuple[Stage, Path]]:
        post, folder = self._posts.popleft(), self._folder / str(next(self._numbers))
        shutil.copytree(self._eve, folder)
        stage = OnReal(self._real, post)
        config = _config(folder, self._real, **_LIMITS)
        with _bot(config) as bot:
            _approve(bot, post)
        yield stage, config
        shutil.rmtree(folder)


def fates(network: RealNetwork, folder: Path) -> tuple[dict[int, Fate], list[str]]:
    """What became of those killed at every second point of a send on this network, up to the first
    that outlives it (how many points there are depends on how quick the network is just then), and
    the mentions that were answered."""
    said = [f"where is my parcel number {number}?" for number in range(_MENTIONS)]
    posts = deque(network.arrived(all_say(network, said)))
    heard = list(posts)
    eve = _prepare(folder / "eve", network, heard)
    with ExitStack() as stack:
        nurseries = [
            stack.enter_context(RealNursery(folder / str(number), network, eve, posts))
            for number in range(SIDE_BY_SIDE)
        ]
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            told = [one for some in pool.map(_lives, nurseries, count(1, EVERY)) for one in some]
    return dict(sorted(told)), heard[: len(heard) - len(posts)]


def _lives(nursery: Nursery, first: int) -> list[tuple[int, Fate]]:
    lives = []
    for point in count(first, EVERY * SIDE_BY_SIDE):
        lives.append((point, nursery.fate(_WELL, point)))
        if not lives[-1][1].died:
            break
    return lives


_WELL: Final = MOODS["all is well"]


def _prepare(folder: Path, network: RealNetwork, posts: Sequence[str]) -> Path:
    """All of them are heard and have drafts."""
    folder.mkdir(parents=True)
    url = f"sqlite:///{folder / 'bot.db'}"
    database = Database(url)
    migrate(database, url=url)
    database.close()
    with _bot(_config(folder, network)) as bot:
        in_time(lambda: _hears(bot, posts))
        draft_round(bot)
    return folder


def _config(folder: Path, network: RealNetwork, **limits: int) -> Path:
    table = network.table()
    return write_config(folder, {table["kind"]: {**table, **limits}})


@contextmanager
def _bot(config: Path) -> Iterator[Bot]:
    bot = assemble(
        settings.load(config, environment=False), source=str(config), redactor=Redactor()
    )
    yield bot
    bot.database.close()


def _hears(bot: Bot, posts: Sequence[str]) -> bool:
    for channel in bot.channels.values():
        bot.poller.poll(channel)
    with bot.database.read() as session:
        return set(posts) <= set(session.scalars(select(Mention.external_id)))


def _approve(bot: Bot, post: str) -> None:
    with bot.database.read() as session:
        draft = session.scalars(
            select(Draft).join(Draft.mention).where(Mention.external_id == post)
        ).one()
        draft_id, version = draft.id, draft.version
    approve(bot, draft_id, version=version, by="anna", confirm=frozenset({"R03"}))
