"""Pure: what public holidays do to volume, as a multiplier of the usual day."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from listener.forecast.weeks import PER_DAY, Weeks

_NEAR: Final = 3  # weeks on either side, that say what would have been usual
_ENOUGH: Final = 2  # of them
_BELIEVED: Final = 0.25  # variance of the logarithm: before a holiday was seen, x 0.6 to 1.6
_WAVES: Final = 0.05  # variance of the logarithm of one day's volume


def on_holidays(weeks: Weeks) -> float:
    """How many times what is usual comes on a holiday: all of them together, each held against the
    same hours of the weeks around it.

    Drawn towards 1, the more the fewer holidays were seen and the less was said on them: one quiet
    holiday may have been chance.
    """
    usual = weeks.usual
    happened = would_have = days = 0.0
    for week, hour in np.argwhere(weeks.holiday & ~np.isnan(weeks.counts)):
        around = usual[max(0, week - _NEAR) : week + _NEAR + 1, hour]
        around = around[~np.isnan(around)]
        if len(around) >= _ENOUGH:
            happened += weeks.counts[week, hour]
            would_have += around.mean()
            days += 1 / PER_DAY
    if not days:
        return 1.0
    doubt = 1 / (would_have + 1) + _WAVES / days
    weight = _BELIEVED / (_BELIEVED + doubt)
    return math.exp(weight * math.log((happened + 0.5) / (would_have + 0.5)))
