"""Pure: stretches of time, put together and taken away from one another."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from config.calendar import Stretch

FOREVER: Final = datetime.max.replace(tzinfo=UTC)
"""The end of what has none yet."""


def together(stretches: Iterable[Stretch]) -> list[Stretch]:
    """What any of them covers, in order and without overlaps; those that touch are one."""
    found: list[Stretch] = []
    for begins, ends in sorted(stretches):
        if found and begins <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], ends))
        elif begins < ends:
            found.append((begins, ends))
    return found


def without(whole: Stretch, covered: Iterable[Stretch]) -> list[Stretch]:
    """What of `whole` none of the others covers, in order."""
    begins, end = whole
    left: list[Stretch] = []
    for start, ends in together(covered):
        if start > begins:
            left.append((begins, min(start, end)))
        begins = max(begins, ends)
        if begins >= end:
            break
    if begins < end:
        left.append((begins, end))
    return [stretch for stretch in left if stretch[0] < stretch[1]]
