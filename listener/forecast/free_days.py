"""Pure: what public holidays do to volume, as a multiplier of the usual day."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Final

_AROUND: Final = tuple(timedelta(weeks=week) for week in (-3, -2, -1, 1, 2, 3))
_ENOUGH: Final = 2  # of those days must be known, to say what would have been usual
_BELIEVED: Final = 0.25  # variance of the logarithm: before a holiday was seen, x 0.6 to 1.6
_WAVES: Final = 0.05  # variance of the logarithm of one day's volume


def on_holidays(days: Mapping[date, float], holidays: Collection[date]) -> float:
    """How many times what is usual comes on a holiday: all of them together, each held against the
    same weekday of the weeks around it.

    Drawn towards 1, the more the fewer holidays were seen and the less was said on them: one quiet
    holiday may have been chance.
    """
    happened = would_have = number = 0.0
    for day in sorted(days.keys() & set(holidays)):
        around = [day + weeks for weeks in _AROUND]
        usual = [days[other] for other in around if other in days and other not in holidays]
        if len(usual) >= _ENOUGH:
            happened += days[day]
            would_have += sum(usual) / len(usual)
            number += 1
    if not number:
        return 1.0
    doubt = 1 / (would_have + 1) + _WAVES / number
    weight = _BELIEVED / (_BELIEVED + doubt)
    return math.exp(weight * math.log((happened + 0.5) / (would_have + 0.5)))
