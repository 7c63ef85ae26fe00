"""The findings of a tab, kept for a moment: a page asks for its pictures one by one, and they are
those of its numbers."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final
from weakref import WeakKeyDictionary

from sqlalchemy import event

from config.database import Database
from responder.desk.tongue import spoken
from responder.desk.trends.panel import Look, Panel
from responder.desk.trends.tabs import Tab

RESTS: Final = 10.0
"""Seconds after which another process may have written what ours has not."""
PICTURES: Final = 120.0
"""Seconds in which a page that was served asks for its pictures."""
_TABS: Final = 64


@dataclass(frozen=True)
class _Found:
    panels: tuple[Panel, ...]
    written: int  # how often this process had written before it was read
    at: float  # by the clock that never jumps


@dataclass
class _Shelf:
    """Of one database."""

    written: int = 0
    found: OrderedDict[object, _Found] = field(default_factory=OrderedDict)


_shelves: WeakKeyDictionary[Database, _Shelf] = WeakKeyDictionary()
_lock = threading.Lock()


def panels_of(tab: Tab, look: Look, *, of_a_page: bool = False) -> tuple[Panel, ...]:
    """What `tab` shows to this reader. As it is now; `of_a_page`: as the page they have open shows
    it."""
    shelf = _shelf(look.bot.database)
    key = (tab.KEY, look.seat, look.scope, look.compare, spoken())
    with _lock:
        known, written = shelf.found.get(key), shelf.written
    if known is not None:
        age = time.monotonic() - known.at
        fresh = known.written == written and age < RESTS
        if fresh or (of_a_page and age < PICTURES):
            return known.panels
    panels = tab.panels(look)
    with _lock:
        shelf.found[key] = _Found(panels, written, time.monotonic())
        shelf.found.move_to_end(key)
        while len(shelf.found) > _TABS:
            shelf.found.popitem(last=False)
    return panels


def _shelf(database: Database) -> _Shelf:
    with _lock:
        known = _shelves.get(database)
        if known is None:
            known = _shelves[database] = _Shelf()
            event.listen(database.engine, "commit", lambda _connection: _count(known))
        return known


def _count(shelf: _Shelf) -> None:
    with _lock:
        shelf.written += 1
