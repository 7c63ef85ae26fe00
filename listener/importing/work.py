"""An import from end to end: gather, judge, keep; and go on where a killed one stood."""

from __future__ import annotations

import hashlib
import json
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError, OperationalError

from config.calendar import Calendar
from listener.importing.files import HistoryFile, Unreadable, digest_of
from listener.importing.gathering import Around, Asked, Gathered, gather
from listener.importing.judging import Judges, Text, Told, cores
from listener.importing.keeping import Judged, keep_history, unheard
from listener.importing.rows import Row
from listener.importing.spool import SUFFIX, Spool, lock_of, remove_others
from listener.importing.standing import Standing
from listener.importing.tongues import usual_of
from listener.making import IMPORT
from listener.poll import Poller
from listener.store import Reading

BATCH: Final = 300
"""Rows a transaction: long enough to be quick, short enough that nobody at the desk waits."""

PAUSE_SECONDS: Final = 0.004
"""SQLite's lock is not fair: without a pause between transactions others would starve."""

_TRIES: Final = 5  # of a transaction, while another keeps the database busy
_SMALL: Final = 300_000  # bytes: processes of their own would take longer to start
_TIDY_EACH: Final = 50  # batches


class Watch(Protocol):
    """Who is told how far it is."""

    def reading(self, done: int, size: int) -> None: ...

    def keeping(self, done: int, total: int) -> None: ...


class Nobody:
    """Nobody is told."""

    def reading(self, done: int, size: int) -> None: ...

    def keeping(self, done: int, total: int) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What an import stands on. `names`: the configured channels, by the names they go by, in small
    letters. `tidy` is called now and then between two transactions."""

    poller: Poller
    zone: ZoneInfo
    names: Mapping[str, str]
    calendar: Callable[[str], Calendar]
    folder: Path  # beside the database
    weights: Path
    tidy: Callable[[], None] = lambda: None
    workers: int | None = None  # None: as many as there are cores


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What became of a file. `new` and `known` of the whole import, also before it was killed;
    `resumed_at`: after how many rows it went on."""

    file: str
    rows: int
    new: int
    known: int
    gathered: Gathered
    resumed_at: int
    seconds: float
    kept_now: int
    channels: Mapping[str, int] = field(default_factory=dict)
    span: tuple[datetime, datetime] | None = None


def import_history(asked: Asked, ground: Ground, watch: Watch | None = None) -> Summary:
    """Take in what `asked` names. Raises Unreadable, Unclear, AlreadyRunning, and SQLAlchemyError
    where the database fails: what was kept stays kept, and the next run goes on there."""
    began, watch = time.monotonic(), watch or Nobody()
    digest = _digest(asked, ground)
    with lock_of(ground.folder):
        remove_others(ground.folder)
        at = Standing.find(ground.poller.database, digest, asked.path.name, ground.poller.clock())
        spool = Spool(ground.folder / f"import-{digest[:12]}{SUFFIX}")
        try:
            with _judges(asked.path, ground) as judges:
                judges.warm()
                gathered = _gather(asked, ground, spool, at.started_at, watch)
                work = _Work(ground=ground, at=at, spool=spool, judges=judges, watch=watch)
                work.run()
            return Summary(
                file=str(asked.path),
                rows=spool.count(),
                new=work.at.new,
                known=work.at.known,
                gathered=gathered,
                resumed_at=at.done,
                seconds=time.monotonic() - began,
                kept_now=work.at.done - at.done,
                channels=spool.channels(),
                span=spool.span(),
            )
        finally:
            spool.remove()


@dataclass(frozen=True, kw_only=True)
class _Batch:
    """Rows under way: `fresh` are those to be judged, in their order."""

    rows: Sequence[Row]
    fresh: Sequence[Row]
    judged: Future[list[Told]] | None


@dataclass(kw_only=True)
class _Work:
    """The second half: batches are judged ahead, and kept one after the other."""

    ground: Ground
    at: Standing
    spool: Spool
    judges: Judges
    watch: Watch
    _batches: int = 0

    def run(self) -> None:
        total, ahead = self.spool.count(), deque[_Batch]()
        self.watch.keeping(self.at.done, total)
        for rows in self.spool.batches(self.at.position, BATCH):
            ahead.append(self._begun(rows))
            if len(ahead) > self.judges.ahead:
                self._keep(ahead.popleft(), total)
        while ahead:
            self._keep(ahead.popleft(), total)
        self.at.finish(self.ground.poller.database, self.ground.poller.clock())

    def _begun(self, rows: Sequence[Row]) -> _Batch:
        items = {row.item.external_id: row for row in rows}
        with self.ground.poller.database.read() as session:
            left = unheard(session, rows[0].channel, [row.item for row in rows])
        fresh = [items[item.external_id] for item in left]
        texts = [
            Text(text=item.text, hint=item.language, addressed=item.addressed) for item in left
        ]
        return _Batch(rows=rows, fresh=fresh, judged=self.judges.judge(texts) if texts else None)

    def _keep(self, batch: _Batch, total: int) -> None:
        ready = self._judged(batch)
        for tries in range(_TRIES):
            try:
                self._keep_once(batch, ready)
                break
            # Somebody writes for very long, or kept the same author or text a moment before:
            # what there is is read anew.
            except (IntegrityError, OperationalError):
                if tries == _TRIES - 1:
                    raise
        self.watch.keeping(self.at.done, total)
        self._batches += 1
        if self._batches % _TIDY_EACH == 0:
            self.ground.tidy()
        time.sleep(PAUSE_SECONDS)

    def _judged(self, batch: _Batch) -> Sequence[Judged]:
        if batch.judged is None:
            return ()
        found = [
            Judged(item=row.item, told=told)
            for row, told in zip(batch.fresh, batch.judged.result(), strict=True)
        ]
        channel, poller = batch.rows[0].channel, self.ground.poller
        with poller.database.read() as session:
            again = usual_of(session, channel, found, poller.languages)
        texts = [
            Text(text=found[place].item.text, usual=usual, addressed=found[place].item.addressed)
            for place, usual in again.items()
        ]
        anew = self.judges.judge(texts).result() if texts else []
        for place, told in zip(again, anew, strict=True):
            found[place] = Judged(item=found[place].item, told=told)
        return found

    def _keep_once(self, batch: _Batch, ready: Sequence[Judged]) -> None:
        now, at = self.ground.poller.clock(), self.at
        reading = _reading(self.ground, batch.rows[0].channel)
        with self.ground.poller.database.write() as session:
            new = keep_history(session, ready, reading, now)
            after = at.after(batch.rows, new)
            after.write(session, now)
        self.at = after


def _reading(ground: Ground, channel: str) -> Reading:
    poller = ground.poller
    return Reading(
        channel=channel,
        stream=IMPORT,
        languages=poller.languages,
        answerable=poller.answerable,
        weights=poller.weights,
        our_handles=poller.our_handles,
        calendar=ground.calendar(channel),
        before_buying=poller.before_buying,
        market=poller.market,
    )


def _gather(
    asked: Asked, ground: Ground, spool: Spool, started_at: datetime, watch: Watch
) -> Gathered:
    """`started_at`: of the import, so that a resumed one reads the same rows."""
    file = HistoryFile(asked.path)
    around = Around(
        zone=ground.zone,
        now=started_at,
        channels=ground.names,
        our_handles=ground.poller.our_handles,
        folder=ground.folder,
    )
    try:
        return gather(asked, file, spool, around, watch.reading)
    finally:
        file.close()


def _judges(path: Path, ground: Ground) -> Judges:
    workers = ground.workers
    if workers is None:
        workers = 0 if path.stat().st_size < _SMALL else cores()
    return Judges(
        workers=workers,
        path=ground.weights,
        languages=ground.poller.languages,
        market=ground.poller.market,
    )


def _digest(asked: Asked, ground: Ground) -> str:
    """Of what is in the file, and of how it is read."""
    if not asked.path.is_file():
        raise Unreadable("there is no such file")
    how = [
        digest_of(asked.path),
        dict(asked.columns),
        asked.channel,
        asked.order,
        ground.zone.key,
        # A name that means another channel puts its rows elsewhere in the order: what was kept
        # says nothing then about where to go on.
        sorted(ground.names.items()),
    ]
    return hashlib.sha256(json.dumps(how, sort_keys=True).encode()).hexdigest()
