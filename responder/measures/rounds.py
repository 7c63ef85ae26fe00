"""Pure: who waited for us, how long, and whether we kept what we promised, of many at once.

A *round* is what one customer wrote in one conversation until we answered: one wait, and one
answer. It says what the clocks say (`listener.clocks`), of thousands in milliseconds instead of
seconds. Those of whose answers one vanished again are few, and are left to the clocks themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

import numpy as np
from numpy.typing import NDArray

from responder.measures.figures import Micros
from responder.measures.staffed import StaffedTime

NEVER: Final = int(np.iinfo(np.int64).max) // 2
"""The end of what has none yet."""

Flags = NDArray[np.bool_]


@dataclass(slots=True, kw_only=True)
class Text:
    """One text of a customer that wants, or wanted, an answer. Moments and lengths are numbers
    (`staffed.micros`). `answered_at`: when the first answer to this very text stood, NEVER without
    one; `by`: who gave it. `dismissed`: none is owed to it any more. `urgent`: somebody is there
    for it at every hour."""

    customer: tuple[str, str]
    key: str
    channel: str
    language: str
    at: int
    within: int
    urgent: bool
    answered_at: int = NEVER
    by: str = ""
    dismissed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """One round. `text`: of its texts the one that was due first; `first`: of its conversation;
    `started` and `ended`: NEVER while nobody answered; `by`: who did."""

    text: Text
    first: bool
    started: int
    ended: int
    due: int
    by: str


@dataclass(frozen=True, kw_only=True)
class Rounds:
    """Waits as columns. `taken`: in staffed time, `waited`: on the wall; both until now where
    nobody answered yet. `open_then`: somebody was there when it began."""

    waits: Sequence[Wait]
    started: Micros
    ended: Micros
    due: Micros
    taken: Micros
    waited: Micros
    open_then: Flags
    now: int

    @property
    def answered(self) -> Flags:
        return self.ended < NEVER

    @property
    def late(self) -> Flags:
        """Answered too late, or too late by now."""
        return self.due < np.minimum(self.ended, self.now)

    @property
    def judged(self) -> Flags:
        """Those of which it is known whether the promise was kept."""
        return self.answered | self.late

    def chosen(self, flags: Flags) -> Rounds:
        """Those rows alone."""
        places: list[int] = np.flatnonzero(flags).tolist()
        return Rounds(
            waits=[self.waits[place] for place in places],
            started=self.started[flags],
            ended=self.ended[flags],
            due=self.due[flags],
            taken=self.taken[flags],
            waited=self.waited[flags],
            open_then=self.open_then[flags],
            now=self.now,
        )


def rounds_of(texts: Iterable[Text], curves: Mapping[str, StaffedTime]) -> list[Wait]:
    """The rounds of all these customers. `curves`: the calendar of each channel."""
    every = sorted(texts, key=lambda text: (text.customer, text.at, text.key))
    due = dict(zip(map(id, every), _due(every, curves), strict=True))
    return [
        wait
        for _, group in groupby(every, key=lambda text: text.customer)
        for wait in _of_customer(list(group), due)
    ]


def as_columns(waits: Sequence[Wait], curves: Mapping[str, StaffedTime], now: int) -> Rounds:
    """The same as columns, with what each took."""
    started, ended, due = (
        np.fromiter(values, dtype=np.int64, count=len(waits))
        for values in (
            (wait.started for wait in waits),
            (wait.ended for wait in waits),
            (wait.due for wait in waits),
        )
    )
    until = np.minimum(ended, now)
    waited: Micros = np.maximum(until - started, 0)
    taken, open_then = waited.copy(), np.ones(len(waits), dtype=np.bool_)
    for channel, places in _by_channel([wait.text for wait in waits]):
        curve = curves[channel]
        open_then[places] = curve.open_at(started[places])
        staffed = np.array([place for place in places if not waits[place].text.urgent], np.int64)
        taken[staffed] = curve.between(started[staffed], until[staffed])
    return Rounds(
        waits=waits, started=started, ended=ended, due=due, taken=taken, waited=waited,
        open_then=open_then, now=now,
    )  # fmt: skip


def _due(texts: Sequence[Text], curves: Mapping[str, StaffedTime]) -> list[int]:
    at = np.fromiter((text.at for text in texts), dtype=np.int64, count=len(texts))
    within = np.fromiter((text.within for text in texts), dtype=np.int64, count=len(texts))
    due: Micros = at + within
    for channel, places in _by_channel(texts):
        staffed = np.array([place for place in places if not texts[place].urgent], np.int64)
        due[staffed] = curves[channel].after(at[staffed], within[staffed])
    found: list[int] = due.tolist()
    return found


def _by_channel(texts: Sequence[Text]) -> Iterator[tuple[str, Micros]]:
    found: dict[str, list[int]] = {}
    for place, text in enumerate(texts):
        found.setdefault(text.channel, []).append(place)
    for channel, places in found.items():
        yield channel, np.array(places, dtype=np.int64)


def _of_customer(texts: Sequence[Text], due: Mapping[int, int]) -> Iterator[Wait]:
    """Texts of one customer in one conversation, in order."""
    first = True
    owed = [pair for pair in _ends(texts) if not (pair[0].dismissed and pair[1] == NEVER)]
    # Whatever answers a text answers the ones before it: so these stand together already.
    for ended, group in groupby(owed, key=lambda pair: pair[1]):
        pairs = list(group)
        text = min((pair[0] for pair in pairs), key=lambda one: (due[id(one)], one.at))
        yield Wait(
            text=text, first=first, started=text.at, ended=ended, due=due[id(text)],
            by=pairs[-1][2],
        )  # fmt: skip
        first = False


def _ends(texts: Sequence[Text]) -> list[tuple[Text, int, str]]:
    """Each text with the moment it was answered: by an answer to it, or to a later one."""
    found: list[tuple[Text, int, str]] = []
    soonest, by = NEVER, ""
    later = list(reversed(texts))
    for _, at_once in groupby(later, key=lambda text: text.at):
        those = list(at_once)
        for text in those:
            if text.answered_at < soonest:
                soonest, by = text.answered_at, text.by
        for text in those:
            ended = NEVER if soonest == NEVER else max(soonest, text.at)
            found.append((text, ended, by))
    found.reverse()
    return found
