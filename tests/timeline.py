"""A day on X, told step by step, and a poller that may die at any moment of it.

The network is the sandbox; the channel, its paging and tweepy are the real ones. Only the wire
between them is in memory, so that a whole day takes a fraction of a second.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qsl, urlsplit

import requests
from requests.adapters import BaseAdapter
from sqlalchemy import event

from config.database import Database
from config.http import ChannelSession
from config.secrets import Redactor
from listener.channels.metering import free
from listener.channels.x.channel import XChannel, open_channel
from listener.gaps import fill_gaps
from listener.letters import open_letters, retry
from listener.models import Cursor
from listener.poll import Poller
from listener.sandbox.exchange import Answer, Request
from listener.sandbox.x.network import BRAND, XNetwork
from listener.tally import compare_hours
from tests.fakes import NOW, Watch

PAGE = 10  # posts, so that a handful of them takes several pages; search gives no fewer
API = "http://127.0.0.1:9"  # nobody listens there: whoever left the memory would find out


class Killed(BaseException):
    """The process ended here. Nothing of ours may catch it."""


@dataclass(frozen=True)
class Say:
    """`times` posts, `minutes` late in the lists. What is `poison` cannot be read until healed."""

    how: str = "named"  # or keyword, both, stranger, repost, own
    times: int = 1
    minutes: float = 0
    poison: bool = False


@dataclass(frozen=True)
class Edit:
    which: int


@dataclass(frozen=True)
class Delete:
    which: int


@dataclass(frozen=True)
class Heal:
    """X mends what it sends of one poison post."""

    which: int


@dataclass(frozen=True)
class Wait:
    minutes: float


@dataclass(frozen=True)
class Round:
    """A round of the bot, and what happens between its requests. It dies before its statement
    number `dies` (commits count), if it gets so far."""

    what: str = "poll"  # or mend, refresh
    meanwhile: tuple[Say | Edit | Delete, ...] = ()
    dies: int | None = None


Step = Say | Edit | Delete | Heal | Wait | Round


class ScriptedX(XNetwork):
    """Sandbox X, some of whose posts come out garbled. `between` is called before each answer."""

    def __init__(self, clock: Watch) -> None:
        super().__init__(clock=clock)
        self.poison: set[str] = set()
        self.between: Callable[[], None] = lambda: None

    def serve(self, request: Request) -> Answer:
        self.between()
        answer = self._answer(request)
        return Answer(status=answer.status, headers=answer.headers, body=self._garbled(answer.body))

    def _garbled(self, body: bytes) -> bytes:
        if not self.poison:
            return body
        whole = json.loads(body)
        data = whole.get("data")
        for post in data if isinstance(data, list) else []:
            if isinstance(post, dict) and post.get("id") in self.poison:
                post["text"] = {"no": "text"}
        return json.dumps(whole).encode()


class Memory(BaseAdapter):
    """Carries a request of the real client to the network without a socket."""

    def __init__(self, network: ScriptedX) -> None:
        super().__init__()
        self._network = network

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        parts = urlsplit(request.url or "")
        answer = self._network.serve(
            Request(
                method=request.method or "",
                path=parts.path,
                url=request.url or "",
                query=dict(parse_qsl(parts.query, keep_blank_values=True)),
                headers={name.lower(): _text(value) for name, value in request.headers.items()},
            )
        )
        response = requests.Response()
        response.status_code, response.url, response.request = answer.status, parts.path, request
        response.headers.update(answer.headers)
        response.headers["date"] = f"{self._network.now():%a, %d %b %Y %H:%M:%S GMT}"
        response.raw = io.BytesIO(answer.body)
        return response

    def close(self) -> None:
        return


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


@dataclass
class World:
    """The network, the store, and the bot between them. `said`: the first ids, in order."""

    clock: Watch
    network: ScriptedX
    database: Database
    said: list[str] = field(default_factory=list)
    ours: list[str] = field(default_factory=list)
    latest: datetime = NOW
    high: int = 0  # the newest id the cursor of the mentions has known
    numbers: int = 0  # of texts written so far
    died: bool = False  # in the newest round
    _left: int | None = None  # statements until the process dies

    def take(self, step: Step) -> None:
        if isinstance(step, Round):
            self._round(step)
        elif isinstance(step, Wait):
            self.clock.advance(minutes=step.minutes)
        else:
            self._happens(step)

    def settle(self, *, mends: bool) -> None:
        """Nothing happens any more, all is listed, and the bot runs undisturbed for a while:
        without counting and filling, if it never `mends`."""
        self.clock.now = max(self.clock.now, self.latest)
        for _ in range(2):
            for what in ("poll", "refresh", "mend") if mends else ("poll", "refresh"):
                self._round(Round(what=what))
            self.clock.advance(hours=2)

    # What people do

    def _happens(self, step: Say | Edit | Delete | Heal) -> None:
        self.clock.advance(seconds=1)
        if isinstance(step, Say):
            for _ in range(step.times):
                self._say(step)
        elif isinstance(step, Heal):
            poison = sorted(self.network.poison)
            self.network.poison -= {poison[step.which % len(poison)]} if poison else set()
        else:
            living = [one for one in self.said if one in self.network.chains]
            if living:
                self._change(living[step.which % len(living)], step)

    def _change(self, first: str, step: Edit | Delete) -> None:
        versions = self.network.chain(first)
        if isinstance(step, Delete):
            self.network.delete(first)
        elif len(versions) <= 5 and not self.network.poison & set(versions):
            old = self.network.posts[versions[-1]]
            if not old.reposts and not old.in_reply_to:
                self.numbers += 1
                self.network.edit(versions[-1], f"{old.text} (mended {self.numbers})")

    def _say(self, step: Say) -> None:
        self.numbers += 1
        self.clock.advance(milliseconds=50)
        late = timedelta(minutes=step.minutes)
        words = {
            "named": f"@{BRAND} where is parcel {self.numbers}?",
            "keyword": f"my larix boots {self.numbers} are fine",
            "both": f"@{BRAND} these larix boots {self.numbers} are not",
            "stranger": f"nothing to do with anyone {self.numbers}",
            "own": f"We are on it ({self.numbers})",
        }
        living = [one for one in self.said if one in self.network.chains]
        if step.how == "repost" and living:
            self.network.repost("echo", self.network.chain(living[-1])[-1])
        elif step.how == "own" and living:
            under = self.network.chain(living[-1])[-1]
            self.ours.append(self.network.reply_natively(under, words["own"]))
        elif step.how in ("named", "keyword", "both", "stranger"):
            post = self.network.post(
                f"customer{self.numbers % 3}",
                words[step.how],
                indexed_after=late.total_seconds(),
                lang="en",
            )
            self.latest = max(self.latest, self.clock.now + late)
            if step.how != "stranger":
                self.said.append(post)
                self.network.poison |= {post} if step.poison else set()

    # What the bot does

    def _round(self, step: Round) -> None:
        """One round by a process that was just started: it knows what is in the store."""
        happenings = iter(step.meanwhile)

        def between() -> None:
            happening = next(happenings, None)
            if happening is not None:
                self._happens(happening)

        self.network.between, self._left = between, step.dies
        try:
            self._work(step.what)
        except Killed:
            self.died = True
        else:
            self.died = False
        finally:
            self.network.between, self._left = lambda: None, None
        self._look()

    def _work(self, what: str) -> None:
        poller, channel = self.poller(), self.channel()
        if what == "poll":
            troubles = [polled.error for polled in poller.poll(channel) if polled.error]
            assert troubles == []
        elif what == "refresh":
            poller.refresh(channel)
        else:
            compare_hours(poller, channel)
            while filled := fill_gaps(poller, channel):
                assert filled.error == ""

    def _look(self) -> None:
        """What must be true at any moment, whatever died when."""
        with self.database.read() as session:
            cursor = session.get(Cursor, ("x", "mentions"))
        if cursor and cursor.position:
            high = int(json.loads(cursor.position)["high"] or 0)
            assert high >= self.high, "the cursor went back"
            self.high = high

    def poller(self) -> Poller:
        return Poller(
            database=self.database,
            languages=("en",),
            answerable=timedelta(hours=24),
            clock=self.clock,
        )

    def channel(self) -> XChannel:
        table = {**self.network.secrets(), "api_url": API, "queries": ["larix"]}
        return open_channel(
            "x", table, source="bot.toml", redactor=Redactor(), clock=self.clock, meter=free
        )

    def count(self, *_: object) -> None:
        """A statement is about to be executed, or a transaction to be committed."""
        if self._left is not None:
            if self._left == 0:
                raise Killed
            self._left -= 1

    def retry_letters(self) -> None:
        channel = self.channel()
        for letter in open_letters(self.database):
            retry(self.poller(), channel, letter.id)


@contextmanager
def a_world(folder: Path) -> Iterator[World]:
    """A new network, and the empty database in `folder`, which is a copy that may be spoilt."""
    clock = Watch()
    network = ScriptedX(clock)
    database = Database(f"sqlite:///{folder / 'bot.db'}")
    world = World(clock=clock, network=network, database=database)

    class InMemory(ChannelSession):
        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            self.mount("http://", Memory(network))

    event.listen(database.engine, "before_cursor_execute", world.count)
    event.listen(database.engine, "commit", world.count)
    with (
        patch("listener.channels.x.client.ChannelSession", InMemory),
        patch("listener.channels.x.pages.PAGE", PAGE),
    ):
        yield world
    database.close()
