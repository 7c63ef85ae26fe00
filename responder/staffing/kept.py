"""What was read of weeks of history, kept for some minutes: it does not change with one mention."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, TypeVar
from weakref import WeakKeyDictionary

from config.database import Database

T = TypeVar("T")

_SECONDS: Final = 600
_MOST: Final = 64

_known: WeakKeyDictionary[Database, OrderedDict[object, Any]] = WeakKeyDictionary()
_lock = threading.Lock()


def for_minutes(database: Database, key: object, now: datetime, make: Callable[[], T]) -> T:
    """What `make` says, once in ten minutes of the clock for each key."""
    place = (key, int(now.timestamp()) // _SECONDS)
    with _lock:
        known = _known.setdefault(database, OrderedDict())
        if place in known:
            found: T = known[place]
            return found
    made = make()
    with _lock:
        known[place] = made
        while len(known) > _MOST:
            known.popitem(last=False)
    return made


def forget(database: Database) -> None:
    """Something was settled that counts at once."""
    with _lock:
        _known.pop(database, None)
