"""Live updates: one stream of "these drafts changed" for every open desk.

Nothing in the program calls us back. While somebody listens, a watcher looks once a second for rows
whose `changed_at` is new; so it sees what any thread or any other process wrote. The pauses are
few: they are compared whole, and a change of them asks every desk to read again.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, TypeVar

from sqlalchemy import select
from starlette.concurrency import run_in_threadpool

from config.clock import Clock
from config.database import Database
from listener.models import Mention
from responder.models import OPEN_DRAFT, Draft, Pause, Reply

log = logging.getLogger(__name__)

T = TypeVar("T")

_RING: Final = 500
_HEARTBEAT_SECONDS: Final = 15.0
_LOOK_BACK: Final = timedelta(seconds=10)  # a row may be committed so long after its `changed_at`
_AT_MOST: Final = 200  # more drafts at once: read the list again
_ROWS: Final = 5_000


@dataclass(frozen=True, kw_only=True)
class Event:
    """`drafts` is None for a resync: whatever you hold may be stale, read it again."""

    number: int
    drafts: tuple[str, ...] | None


@dataclass
class Watcher:
    """Remembers what it has told, so that a look back of some seconds tells nothing twice."""

    database: Database
    clock: Clock
    pause_file: Path | None = None
    _told: dict[str, datetime] = field(default_factory=dict)
    _pauses: tuple[object, ...] | None = None

    def look(self) -> tuple[str, ...]:
        """The drafts that changed since the last look."""
        fresh = set()
        now = self.clock()
        for key, draft_id, at in self._changed(now - _LOOK_BACK):
            if self._told.get(key) != at:
                self._told[key] = at
                fresh.add(draft_id)
        horizon = now - 2 * _LOOK_BACK
        self._told = {key: at for key, at in self._told.items() if at > horizon}
        return tuple(sorted(fresh))

    def pauses_changed(self) -> bool:
        """True if the pauses are others than at the last look. The first look only remembers."""
        with self.database.read() as session:
            rows = session.execute(
                select(Pause.channel, Pause.level, Pause.since).order_by(Pause.channel)
            ).all()
        by_file = self.pause_file is not None and self.pause_file.exists()
        before, self._pauses = self._pauses, (by_file, *map(tuple, rows))
        return before is not None and before != self._pauses

    def _changed(self, since: datetime) -> list[tuple[str, str, datetime]]:
        """Row, draft and moment of everything newer than `since`, the newest first."""
        drafts = select(Draft.id, Draft.id, Draft.changed_at).where(Draft.changed_at > since)
        replies = select(Reply.id, Reply.draft_id, Reply.changed_at).where(Reply.changed_at > since)
        mentions = (
            select(Mention.id, Draft.id, Mention.changed_at)
            .join(Draft, Draft.mention_id == Mention.id)
            .where(Mention.changed_at > since, OPEN_DRAFT)
        )
        with self.database.read() as session:
            return [
                row
                for query, moment in (
                    (drafts, Draft.changed_at),
                    (replies, Reply.changed_at),
                    (mentions, Mention.changed_at),
                )
                for row in session.execute(query.order_by(moment.desc()).limit(_ROWS))
            ]


class Hub:
    """Hands events to every open stream. Lives on the server's event loop."""

    def __init__(self, watcher: Watcher, *, every: float = 1.0) -> None:
        self._watcher, self._every = watcher, every
        self._ring: deque[Event] = deque(maxlen=_RING)
        self._listeners: set[asyncio.Queue[Event | None]] = set()
        self._task: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._number = 0
        self._closed = False
        self._sooner = asyncio.Event()
        # Numbers start again with each start of the program: the name of the run tells them apart.
        self.run = secrets.token_hex(4)

    @property
    def mark(self) -> str:
        """Where the stream stands, written into each page: it listens on from there."""
        return f"{self.run}-{self._number}"

    def watch_file(self, file: Path) -> None:
        """Count this PAUSE file among the pauses."""
        self._watcher.pause_file = file

    @property
    def listeners(self) -> int:
        return len(self._listeners)

    def close(self) -> None:
        """End every stream. May be called from any thread and from a signal handler."""
        self._closed = True
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake)

    async def listen(self, last: int | None) -> AsyncGenerator[Event | None, None]:
        """Events after number `last`; None is a heartbeat. Ends when the hub is closed."""
        queue: asyncio.Queue[Event | None] = asyncio.Queue()
        await self._watch()
        self._listeners.add(queue)
        try:
            for event in self._missed(last):
                yield event
            while not self._closed:
                try:
                    event_or_end = await asyncio.wait_for(queue.get(), _HEARTBEAT_SECONDS)
                except TimeoutError:
                    yield None
                    continue
                if event_or_end is not None:
                    yield event_or_end
        finally:
            self._listeners.discard(queue)

    def look_now(self) -> None:
        """Something was written just now: do not wait for the next look. From any thread."""
        if self._loop is not None and not self._closed and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._sooner.set)

    def publish(self, drafts: tuple[str, ...] | None) -> None:
        """Tell every listener; None: to read everything again. On the event loop only."""
        self._number += 1
        few = drafts is not None and len(drafts) <= _AT_MOST
        event = Event(number=self._number, drafts=drafts if few else None)
        self._ring.append(event)
        for queue in self._listeners:
            queue.put_nowait(event)

    def _missed(self, last: int | None) -> list[Event]:
        if last is None or last == self._number:
            return []
        if last > self._number or not self._ring or self._ring[0].number > last + 1:
            return [Event(number=self._number, drafts=None)]
        return [event for event in self._ring if event.number > last]

    async def _watch(self) -> None:
        self._loop = asyncio.get_running_loop()
        if self._task is None or self._task.done():
            # Nobody looked meanwhile, so whoever comes back reads everything again.
            self._ring.clear()
            self._number += 1
            self._task = asyncio.create_task(self._look_forever(), name="desk watcher")

    async def _look_forever(self) -> None:
        # Whoever listens now reads everything again anyway: this only remembers how it stands.
        await _kept_going(self._watcher.pauses_changed)
        while not self._closed:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._sooner.wait(), self._every)
            self._sooner.clear()
            if not self._listeners:
                return
            drafts = await _kept_going(self._watcher.look)
            if await _kept_going(self._watcher.pauses_changed):
                self.publish(None)
            elif drafts:
                self.publish(drafts)

    def _wake(self) -> None:
        for queue in self._listeners:
            queue.put_nowait(None)
        if self._task is not None:
            self._task.cancel()


async def _kept_going(look: Callable[[], T]) -> T | None:
    try:
        return await run_in_threadpool(look)
    except Exception:
        # A locked or missing database: the page's own requests will say so. The stream goes on.
        log.warning("the live desk could not look at the database", exc_info=True)
        return None
