"""Telling a human, once per cause. Pure: what was told so far and what holds now in, what to say
out.

A cause is told of when it has lasted for half a minute, so that a hiccup wakes nobody. It is over
when it has stayed away for ten minutes, and only then it may be told of anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from responder.condition import Condition, Severity, whole_of

LASTING: Final = timedelta(seconds=30)
CALM: Final = timedelta(minutes=10)
MOST_LINES: Final = 10  # of one message; a storm is told of in numbers


class Kind(StrEnum):
    """How loud a message is, as apprise names it."""

    FAILURE = "failure"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, kw_only=True)
class Told:
    """One cause on our books. `ended_at`: since when it has been away."""

    text: str
    since: datetime
    told_at: datetime | None = None
    ended_at: datetime | None = None
    once: bool = False


@dataclass(frozen=True, kw_only=True)
class Message:
    """Lines that go out together: of causes that are `new`, or of causes that are `over`."""

    kind: Kind
    lines: tuple[str, ...]
    new: tuple[str, ...] = ()
    over: tuple[str, ...] = ()

    @property
    def body(self) -> str:
        shown = self.lines[:MOST_LINES]
        more = len(self.lines) - len(shown)
        return "\n".join((*shown, f"… and {more} more: see the desk") if more else shown)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """`books`: the causes as they stand before anything is said."""

    books: Mapping[str, Told]
    messages: tuple[Message, ...]


def plan(books: Mapping[str, Told], found: Iterable[Condition], now: datetime) -> Plan:
    """What to say now: all that is new in one message, all that is over in another.

    What nobody took is said again: it stays on the books as it is until `said` is told of it.
    """
    current = {one.cause: one for one in found if one.severity is not Severity.NOTE}
    kept = {cause: _holds(_known(books, one), one, now) for cause, one in current.items()}
    parts = {whole_of(cause) for cause in current}
    for cause, told in books.items():
        if whole_of(cause) in current:
            kept[cause] = told  # one of those that are many by now
        elif cause not in current and cause not in parts and (away := _away(told, now)):
            kept[cause] = away
    new = [cause for cause in current if _is_due(kept[cause], now)]
    over = [cause for cause, told in kept.items() if _is_over(told, now)]
    return Plan(books=kept, messages=tuple(_messages(kept, current, new, over)))


def said(books: Mapping[str, Told], message: Message, now: datetime) -> dict[str, Told]:
    """The books once a message has reached somebody."""
    told = {cause: replace(books[cause], told_at=now) for cause in message.new}
    return {cause: one for cause, one in {**books, **told}.items() if cause not in message.over}


def _known(books: Mapping[str, Told], found: Condition) -> Told | None:
    """What was told of it: by its name, or when it was one of many."""
    whole = books.get(whole_of(found.cause))
    return books.get(found.cause) or (whole and replace(whole, text=found.text))


def _holds(told: Told | None, found: Condition, now: datetime) -> Told:
    if told is None:
        return Told(text=found.text, since=now, once=found.once)
    text = found.text if told.told_at is None else told.text
    return replace(told, text=text, ended_at=None, once=found.once)


def _away(told: Told, now: datetime) -> Told | None:
    """None once there is nothing more to say of it."""
    ended = told.ended_at or now
    if told.told_at is None or (told.once and now - ended >= CALM):
        return None
    return replace(told, ended_at=ended)


def _is_due(told: Told, now: datetime) -> bool:
    return told.told_at is None and now - told.since >= LASTING


def _is_over(told: Told, now: datetime) -> bool:
    return told.ended_at is not None and not told.once and now - told.ended_at >= CALM


def _messages(
    books: Mapping[str, Told], current: Mapping[str, Condition], new: list[str], over: list[str]
) -> Iterator[Message]:
    if new:
        worst = any(current[cause].severity is Severity.RED for cause in new)
        yield Message(
            kind=Kind.FAILURE if worst else Kind.WARNING,
            lines=tuple(current[cause].text for cause in new),
            new=tuple(new),
        )
    if over:
        lines = (f"Over since {books[one].ended_at:%H:%M} UTC: {books[one].text}" for one in over)
        yield Message(kind=Kind.INFO, lines=tuple(lines), over=tuple(over))
