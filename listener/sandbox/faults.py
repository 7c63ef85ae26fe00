"""Faults on demand: the next request that fits is answered wrongly, late, or not at all.

A network's ready-made faults have names (`x/faults.py`, `facebook/faults.py`): a test orders one
by its name, a soak lets a `storm` of them loose.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from config.clock import Clock, utcnow
from listener.sandbox.exchange import Answer, answer_html, answer_json


class Act(StrEnum):
    ANSWER = "answer"  # this answer instead; nothing is done
    RESET_BEFORE = "reset_before"  # connection reset; nothing is done
    RESET_AFTER = "reset_after"  # done and stored, then the connection is reset
    HANG = "hang"  # nothing is done; silence for `seconds`, then the connection closes
    SLOW = "slow"  # done at once; the answer leaves after `seconds`
    DRIP = "drip"  # done at once; the body trickles out, all of it within `seconds`
    LIE = "lie"  # done; Content-Length is wrong by `lie` bytes, then the connection closes
    ANSWER_AFTER = "answer_after"  # done and stored, then this answer instead of the true one
    CHANGED = "changed"  # done; `change` makes another answer of the true one


@dataclass(frozen=True, kw_only=True)
class Fault:
    act: Act
    answer: Answer = field(default_factory=Answer)
    seconds: float = 0.0
    lie: int = 0  # bytes Content-Length says more (or, below 0, less) than there are
    change: Callable[[Answer], Answer] | None = None
    resets: Mapping[str, float] = field(default_factory=dict)
    """Headers of the answer that name a moment in epoch seconds: so many seconds from now."""
    only: frozenset[str] = frozenset()
    """The methods a storm may let it happen to; empty: any. Who orders it by hand may do more."""
    about: str = ""

    def at(self, now: datetime) -> Fault:
        """The same fault, its `resets` counted from `now` on."""
        if not self.resets:
            return self
        dated = {
            name: str(int((now + timedelta(seconds=left)).timestamp()))
            for name, left in self.resets.items()
        }
        return replace(self, answer=self.answer.plus(dated))


def answers(
    status: int, body: Any = None, *, headers: Mapping[str, str] | None = None, done: bool = False
) -> Fault:
    """Answer `status` with `body` (a dict or list as JSON, a str as HTML).

    `done`: carry the request out first, as Graph does when it says code 2 after a success
    (https://github.com/arsduo/koala/issues/397).
    """
    made = answer_html(body, status=status) if isinstance(body, str) else None
    made = made or (Answer(status=status) if body is None else answer_json(body, status=status))
    act = Act.ANSWER_AFTER if done else Act.ANSWER
    return Fault(
        act=act,
        answer=Answer(status=status, body=made.body, headers={**made.headers, **(headers or {})}),
    )


RESET_BEFORE = Fault(act=Act.RESET_BEFORE)
RESET_AFTER = Fault(act=Act.RESET_AFTER)


def hang(seconds: float = 30.0) -> Fault:
    return Fault(act=Act.HANG, seconds=seconds)


def slow(seconds: float) -> Fault:
    return Fault(act=Act.SLOW, seconds=seconds)


@dataclass
class _Waiting:
    method: str
    prefix: str
    name: str
    fault: Fault
    left: int


@dataclass(frozen=True, kw_only=True)
class _Storm:
    chance: float
    names: tuple[str, ...]
    prefix: str
    dice: random.Random


class Faults:
    """Faults waiting for their request, in the order they were ordered, and the storm that blows.

    Every method may be called from any thread.
    """

    def __init__(
        self, catalogue: Mapping[str, Fault] | None = None, *, clock: Clock = utcnow
    ) -> None:
        self.catalogue = dict(catalogue or {})
        """The ready-made faults by name."""
        self._clock = clock
        self._lock = threading.Lock()
        self._waiting: list[_Waiting] = []
        self._storm: _Storm | None = None
        self.done = 0
        """How many faults have happened."""
        self.happened: Counter[str] = Counter()
        """How often each has, by its name; a nameless one by its act."""

    def next(self, method: str, prefix: str, fault: Fault | str, *, times: int = 1) -> None:
        """Let `fault` happen to the next `times` requests of `method` whose path starts so.

        Raises LookupError for a name the catalogue has not.
        """
        name = fault if isinstance(fault, str) else str(fault.act)
        made = self.named(fault) if isinstance(fault, str) else fault
        with self._lock:
            self._waiting.append(_Waiting(method.upper(), prefix, name, made, times))

    def storm(
        self, chance: float, names: Iterable[str], seed: int | str, *, prefix: str = ""
    ) -> None:
        """From now on each request whose path starts with `prefix` has that chance (0 to 1) of one
        of these faults, as far as they fit its method. It replaces the storm before it.

        The same seed gives the same luck to the same requests in the same order. Raises
        LookupError for a name the catalogue has not, ValueError for a chance that is none.
        """
        if not 0 <= chance <= 1:
            raise ValueError(f"a chance of {chance} is not between 0 and 1")
        names = tuple(names)
        for name in names:
            self.named(name)
        storm = _Storm(chance=chance, names=names, prefix=prefix, dice=random.Random(seed))
        with self._lock:
            self._storm = storm

    def calm(self) -> None:
        """End the storm. What was ordered with `next` still waits."""
        with self._lock:
            self._storm = None

    def waiting(self) -> int:
        """How many that were ordered have not happened yet."""
        with self._lock:
            return sum(one.left for one in self._waiting)

    def clear(self) -> None:
        """Forget the storm and all that waits."""
        with self._lock:
            self._waiting.clear()
            self._storm = None

    def named(self, name: str) -> Fault:
        """The ready-made fault of that name. Raises LookupError."""
        if name not in self.catalogue:
            known = ", ".join(self.catalogue) or "none"
            raise LookupError(f"no fault is called {name!r}; there are {known}")
        return self.catalogue[name]

    def take(self, method: str, path: str) -> Fault | None:
        """The fault due for this request, used up by asking. What was ordered goes before the
        storm."""
        with self._lock:
            found = self._ordered(method, path) or self._by_chance(method, path)
            if found is None:
                return None
            name, fault = found
            self.done += 1
            self.happened[name] += 1
            return fault.at(self._clock())

    def _ordered(self, method: str, path: str) -> tuple[str, Fault] | None:
        for waiting in self._waiting:
            if waiting.method == method and path.startswith(waiting.prefix):
                waiting.left -= 1
                if waiting.left <= 0:
                    self._waiting.remove(waiting)
                return waiting.name, waiting.fault
        return None

    def _by_chance(self, method: str, path: str) -> tuple[str, Fault] | None:
        storm = self._storm
        if storm is None or not path.startswith(storm.prefix):
            return None
        if storm.dice.random() >= storm.chance:
            return None
        fitting = [
            name
            for name in storm.names
            if not self.catalogue[name].only or method in self.catalogue[name].only
        ]
        if not fitting:
            return None
        name = storm.dice.choice(fitting)
        return name, self.catalogue[name]
