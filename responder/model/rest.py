"""Pure: when an endpoint that fails is left alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Final

from responder.model.tables import Outcome

FAILURES: Final = 3  # in a row
FIRST_REST: Final = timedelta(minutes=1)  # doubles with each further failure, up to
LONGEST_REST: Final = timedelta(minutes=15)
LOOKED_AT: Final = 10
"""So many of the latest questions tell how long to rest."""


def rests_until(latest: Sequence[tuple[datetime, Outcome]]) -> datetime | None:
    """Until when nobody asks, by when the latest questions were put and what came of them, the
    newest first. One whose process ended says nothing."""
    answered = [one for one in latest if one[1] is not Outcome.ASKED]
    failed = list(takewhile(lambda one: one[1] is Outcome.FAILED, answered))
    if len(failed) < FAILURES:
        return None
    doubled: timedelta = FIRST_REST * 2 ** (len(failed) - FAILURES)
    return failed[0][0] + min(doubled, LONGEST_REST)
