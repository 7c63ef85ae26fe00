"""Judging in processes of their own, one a core: what an import costs is understanding."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from sentiment.judge import Judgement, judge
from sentiment.linear import Weights
from sentiment.market import NOTHING_KNOWN, Judged, Market, aspects_told, rivals_told
from sentiment.weights import chosen

_NICE: Final = 5  # the desk goes first
_MOST: Final = 8
_ANY: Final = "Where is my parcel?"

_weights: Weights | None = None
_market: Market = NOTHING_KNOWN


@dataclass(frozen=True, kw_only=True)
class Text:
    """What is judged: the words, what the file says their language is, and in which their author
    wrote before."""

    text: str
    hint: str | None = None
    usual: str | None = None
    addressed: bool = True


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a text tells, and what of our products and competitors."""

    judgement: Judgement
    aspects: list[str]
    rivals: list[str]


def cores() -> int:
    """How many processes judge: one a core, up to eight."""
    return min(len(os.sched_getaffinity(0)), _MOST)


class Judges:
    """`workers` processes that judge by the weights in `path`, or in none of their own: 0."""

    def __init__(
        self, *, workers: int, path: Path, languages: Sequence[str], market: Market
    ) -> None:
        self._workers, self._market = workers, market
        self._languages = tuple(languages)
        self._weights = None if workers else chosen(path)
        self._pool = _pool(workers, path, market) if workers else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    @property
    def ahead(self) -> int:
        """How many batches are worth being judged ahead."""
        return 2 * self._workers

    def warm(self) -> None:
        """Let the processes load what they need, while others do something else."""
        for _ in range(self._workers):
            self.judge([Text(text=_ANY)])

    def judge(self, texts: Sequence[Text]) -> Future[list[Told]]:
        """Their judgements, in their order, when they are there."""
        if self._pool is not None:
            return self._pool.submit(_judge_there, tuple(texts), self._languages)
        done: Future[list[Told]] = Future()
        done.set_result(_judge(texts, self._languages, self._weights, self._market))
        return done


def _pool(workers: int, path: Path, market: Market) -> ProcessPoolExecutor:
    # Spawned, not forked: a fork would inherit connections to the database, and locks.
    return ProcessPoolExecutor(
        workers,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_begin,
        initargs=(path, market),
    )


def _begin(path: Path, market: Market) -> None:
    """In a process that judges. Ctrl+C is for the one that keeps; with that one it ends, however
    that ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(_NICE)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    global _weights, _market  # one set a process, loaded once
    _weights, _market = chosen(path), market


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _judge_there(texts: Sequence[Text], languages: Sequence[str]) -> list[Told]:
    return _judge(texts, languages, _weights, _market)


def _judge(
    texts: Sequence[Text], languages: Sequence[str], weights: Weights | None, market: Market
) -> list[Told]:
    return [_told(one, languages, weights, market) for one in texts]


def _told(one: Text, languages: Sequence[str], weights: Weights | None, market: Market) -> Told:
    found = judge(one.text, languages=languages, hint=one.hint, usual=one.usual, weights=weights)
    judged = Judged(
        language=found.language, score=found.score, topics=found.topics, signals=found.signals
    )
    return Told(
        judgement=found,
        aspects=aspects_told(one.text, judged, market),
        rivals=rivals_told(one.text, market, addressed=one.addressed),
    )
