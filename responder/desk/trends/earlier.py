"""The period before, step for step beside the one that is looked at."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta
from typing import Final

from listener.trends.scope import Scope
from listener.trends.steps import By

_DAY: Final = timedelta(days=1)


def earlier(scope: Scope) -> Scope:
    """As long a period, so many whole days (or weeks) before that the hours of the day (and the
    days of the week) lie beside each other: of a day that is not over it ends at the same hour."""
    start, end = (one.astimezone(scope.zone) for one in (scope.start, scope.end))
    length = end.replace(tzinfo=None) - start.replace(tzinfo=None)
    unit = 7 if scope.by is By.WEEK else 1
    days = unit * math.ceil(length / (_DAY * unit))
    back = timedelta(days=days)
    return replace(scope, start=start - back, end=end - back)
