"""Faults on demand: the next request that fits is answered wrongly, late, or not at all."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from listener.sandbox.exchange import Answer, answer_html, answer_json


class Act(StrEnum):
    ANSWER = "answer"  # this answer instead; nothing is done
    RESET_BEFORE = "reset_before"  # connection reset; nothing is done
    RESET_AFTER = "reset_after"  # done and stored, then the connection is reset
    HANG = "hang"  # nothing is done; silence for `seconds`, then the connection closes
    SLOW = "slow"  # done at once; the answer leaves after `seconds`
    ANSWER_AFTER = "answer_after"  # done and stored, then this answer instead of the true one


@dataclass(frozen=True, kw_only=True)
class Fault:
    act: Act
    answer: Answer = field(default_factory=Answer)
    seconds: float = 0.0


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
    fault: Fault
    left: int


class Faults:
    """Faults waiting for their request, in the order they were ordered."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[_Waiting] = []
        self.done = 0
        """How many faults have happened."""

    def next(self, method: str, prefix: str, fault: Fault, *, times: int = 1) -> None:
        """Let `fault` happen to the next `times` requests of `method` whose path starts so."""
        with self._lock:
            self._waiting.append(_Waiting(method.upper(), prefix, fault, times))

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """The fault due for this request, used up by asking."""
        with self._lock:
            for waiting in self._waiting:
                if waiting.method == method and path.startswith(waiting.prefix):
                    waiting.left -= 1
                    if waiting.left <= 0:
                        self._waiting.remove(waiting)
                    self.done += 1
                    return waiting.fault
        return None
