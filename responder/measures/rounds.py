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

from responder.measures.figures import Flags, Micros
from responder.measures.staffed import StaffedTime

NEVER: Final = int(np.iinfo(np.int64).max) // 2
"""The end of what has none yet."""


@dataclass(slots=True)
class Text:
    """One text of a customer that wants, or wanted, an answer. Moments and lengths are numbers
    (`staffed.micros`). `topics`: as JSON. `urgent`: somebody is there for it at every hour;
    `dismissed`: no answer is owed to it any more. `answered_at`: when the first answer to this very
    text stood, NEVER without one; `by`: who gave it."""

    customer: tuple[str, str]
    key: str
    channel: str
    language: str
    phase: str
    topics: str
    at: int
    within: int
    urgent: bool
    dismissed: bool = False
    answered_at: int = NEVER
    by: str = ""

    @property
    def counts(self) -> bool:
        """Whether it is looked for: the others only stand beside such ones."""
        return not self.dismissed or self.answered_at < NEVER


@dataclass(slots=True)
class Wait:
    """One round. `text`: of its texts the one that was due first; `first`: of its conversation;
    `started` and `ended`: NEVER while nobody answered; `by`: who did;
    `at`: when it was written, for whoever asks what began in a period."""

    text: Text
    started: int
    ended: int
    due: int
    by: str
    at: int
    first: bool


@dataclass(frozen=True, kw_only=True)
class Rounds:
    """Waits as columns. `taken`: in staffed time, `waited`: on the wall; both of what was answered.
    `open_then`: somebody was there when it began."""

    waits: Sequence[Wait]
    at: Micros
    started: Micros
    ended: Micros
    due: Micros
    taken: Micros
    waited: Micros
    open_then: Flags

    @property
    def answered(self) -> Flags:
        return self.ended < NEVER

    def late(self, now: int) -> Flags:
        """Answered too late, or too late by `now`."""
        return self.due < np.minimum(self.ended, now)

    def judged(self, now: int) -> Flags:
        """Those of which it is known by `now` whether the promise was kept."""
        return self.answered | self.late(now)

    def chosen(self, flags: Flags) -> Rounds:
        """Those rows alone."""
        places: list[int] = np.flatnonzero(flags).tolist()
        columns = {name: getattr(self, name)[flags] for name in _COLUMNS}
        return Rounds(waits=[self.waits[place] for place in places], **columns)


_COLUMNS: Final = ("at", "started", "ended", "due", "taken", "waited", "open_then")


def together(parts: Sequence[Rounds]) -> Rounds:
    """All of them, in order."""
    empty = [as_columns((), {})] if not parts else []
    every = [*parts, *empty]
    columns = {name: np.concatenate([getattr(one, name) for one in every]) for name in _COLUMNS}
    return Rounds(waits=[wait for one in every for wait in one.waits], **columns)


def rounds_of(texts: Iterable[Text], curves: Mapping[str, StaffedTime]) -> list[Wait]:
    """The rounds of all these customers. `curves`: the calendar of each channel."""
    every = list(texts)
    customers: dict[tuple[str, str], list[tuple[Text, int]]] = {}
    for text, due in zip(every, _due(every, curves), strict=True):
        customers.setdefault(text.customer, []).append((text, due))
    return [wait for wrote in customers.values() for wait in _of_customer(wrote)]


def as_columns(waits: Sequence[Wait], curves: Mapping[str, StaffedTime]) -> Rounds:
    """The same as columns, with what each took."""
    at, started, ended, due = (
        np.fromiter(values, dtype=np.int64, count=len(waits))
        for values in (
            (wait.at for wait in waits),
            (wait.started for wait in waits),
            (wait.ended for wait in waits),
            (wait.due for wait in waits),
        )
    )
    until = np.where(ended < NEVER, ended, started)
    waited: Micros = until - started
    taken, open_then = waited.copy(), np.ones(len(waits), dtype=np.bool_)
    for channel, places in _by_channel([wait.text for wait in waits]):
        curve = curves[channel]
        open_then[places] = curve.open_at(started[places])
        staffed = np.array([place for place in places if not waits[place].text.urgent], np.int64)
        taken[staffed] = curve.between(started[staffed], until[staffed])
    return Rounds(
        waits=waits, at=at, started=started, ended=ended, due=due, taken=taken, waited=waited,
        open_then=open_then,
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


def _of_customer(wrote: list[tuple[Text, int]]) -> Iterable[Wait]:
    """`wrote`: texts of one customer in one conversation, with when each is due."""
    if len(wrote) > 1:
        return _of_several(sorted(wrote, key=lambda pair: (pair[0].at, pair[0].key)))
    ((text, due),) = wrote
    if text.answered_at == NEVER and text.dismissed:
        return ()
    ended = text.answered_at if text.answered_at > text.at else text.at
    return (Wait(text, text.at, ended, due, text.by, text.at, first=True),)


def _of_several(wrote: Sequence[tuple[Text, int]]) -> Iterator[Wait]:
    first = True
    due_of = {text.key: due for text, due in wrote}
    ends = _ends([text for text, _ in wrote])
    owed = [end for end in ends if not (end[0].dismissed and end[1] == NEVER)]
    # Whatever answers a text answers the ones before it: so these stand together already.
    for ended, group in groupby(owed, key=lambda end: end[1]):
        texts = [(text, by) for text, _, by in group]
        text, _ = min(texts, key=lambda pair: (due_of[pair[0].key], pair[0].at))
        at = min((one.at for one, _ in texts if one.counts), default=text.at)
        yield Wait(text, text.at, ended, due_of[text.key], texts[-1][1], at, first=first)
        first = False


def _ends(texts: Sequence[Text]) -> list[tuple[Text, int, str]]:
    """Each text with the moment it was answered: by an answer to it, or to a later one."""
    found: list[tuple[Text, int, str]] = []
    soonest, by = NEVER, ""
    for _, at_once in groupby(reversed(texts), key=lambda text: text.at):
        those = list(at_once)
        for text in those:
            if text.answered_at < soonest:
                soonest, by = text.answered_at, text.by
        for text in those:
            found.append((text, NEVER if soonest == NEVER else max(soonest, text.at), by))
    found.reverse()
    return found
