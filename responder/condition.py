"""One thing that is not as it should be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

ONE_BY_ONE: Final = 5  # replies; more than so many of a channel are one trouble


class Severity(StrEnum):
    RED = "red"  # the bot cannot do what it is there for: /readyz answers 503
    WARNING = "warning"  # a human should act; /readyz stays 200
    NOTE = "note"  # good to know, nobody is woken up


@dataclass(frozen=True, kw_only=True)
class Condition:
    """`cause` is a short key ("x: token"); `text` one sentence, without its full stop. `once`: it
    has happened, and does not end."""

    cause: str
    severity: Severity
    text: str
    once: bool = False


def red(cause: str, text: str) -> Condition:
    return Condition(cause=cause, severity=Severity.RED, text=text)


def warning(cause: str, text: str) -> Condition:
    return Condition(cause=cause, severity=Severity.WARNING, text=text)


def note(cause: str, text: str) -> Condition:
    return Condition(cause=cause, severity=Severity.NOTE, text=text)


def moment(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def whole_of(cause: str) -> str:
    """The cause under which `each` speaks of many such ones together."""
    return cause.rpartition(": ")[0]


def each(ids: Sequence[str], cause: str, told: str, *, once: bool = False) -> list[Condition]:
    """One condition a reply; of many, one for all."""
    found = [f"reply {one} {told}" for one in ids]
    if len(found) > ONE_BY_ONE:
        text = f"{len(found)} replies {told}"
        return [Condition(cause=cause, severity=Severity.WARNING, text=text, once=once)]
    return [
        Condition(cause=f"{cause}: {one}", severity=Severity.WARNING, text=text, once=once)
        for one, text in zip(ids, found, strict=True)
    ]
