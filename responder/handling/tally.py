"""How many wait in each list. To count is to ask about every open draft, which of thousands takes
as long as the rest of a page: of a long queue the same eyes are shown the same numbers for a
moment. Nobody sees whether it is 10,213 or 10,207."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from weakref import WeakKeyDictionary

from sqlalchemy.orm import Session

from config.database import Database
from responder.handling.lists import Onlooker, View, count_drafts

LONG: Final = 2_000
"""Open drafts. A shorter queue is counted each time: what somebody did shows at once."""
RESTS: Final = 1.0  # seconds


@dataclass(frozen=True)
class _Count:
    numbers: Mapping[View, int]
    at: float  # by the clock that never jumps


_counts: WeakKeyDictionary[Database, dict[object, _Count]] = WeakKeyDictionary()
_lock = threading.Lock()


def numbers_of(
    database: Database, session: Session, who: Onlooker, channels: frozenset[str]
) -> Mapping[View, int]:
    """As `count_drafts`, up to RESTS old where more than LONG wait. `channels`: what `who` sees."""
    eyes, now = (who.agent_id, channels), time.monotonic()
    with _lock:
        known = _counts.setdefault(database, {}).get(eyes)
    if known is not None and now - known.at < RESTS:
        return known.numbers
    numbers = count_drafts(session, who)
    if sum(numbers[view] for view in (View.APPROVE, View.BY_HAND, View.SNOOZED)) > LONG:
        with _lock:
            _counts[database][eyes] = _Count(numbers, now)
    return numbers
