"""The tabs of the trends, in reading order. A tab is a module."""

from __future__ import annotations

from typing import Final, Protocol

from responder.desk.trends import (
    approvals,
    automatic,
    cost,
    customers,
    mood,
    response,
    satisfaction,
    spikes,
    staffing,
    topics,
    voice,
    volume,
    wants,
)
from responder.desk.trends.panel import Filter, Look, Panel


class Tab(Protocol):
    """What such a module brings. One with forms of its own may add EXTRA, the name of a template's
    part, `extra(look)`, what that part is filled with, LOOK, the name of its style sheet, and
    EXTRA_FIRST, that the part stands above the findings."""

    @property
    def KEY(self) -> str: ...  # noqa: N802  # in the address

    @property
    def TITLE(self) -> str: ...  # noqa: N802  # in English, marked for translation

    @property
    def HONOURS(self) -> frozenset[Filter]: ...  # noqa: N802  # the others it never learns of

    def panels(self, look: Look) -> tuple[Panel, ...]:
        """Reads only, and quickly: under 300 ms at five million mentions."""
        ...


TABS: Final[tuple[Tab, ...]] = (
    volume,
    mood,
    topics,
    wants,
    voice,
    spikes,
    response,
    satisfaction,
    customers,
    approvals,
    automatic,
    staffing,
    cost,
)
