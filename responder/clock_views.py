"""What other programs see of clocks: the documented shape."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from listener.clocks import Clocks
from listener.timing import State, Timing


class TimingView(BaseModel):
    """One clock. It counts staffed time only, but for a P1. `due_at` is null while we wait for the
    customer; `left_seconds` is zero or less once the promise is broken (zero: due at closing time,
    and nobody was there since), and `ended_at` null while the clock is open."""

    state: State
    started_at: datetime
    due_at: datetime | None
    ended_at: datetime | None
    promise_seconds: float
    taken_seconds: float
    left_seconds: float


class ClocksView(BaseModel):
    """Of the customer in the conversation: null where there is nothing to answer, or not again."""

    first: TimingView | None
    next: TimingView | None
    resolution: TimingView | None


def clocks_view(clocks: Clocks) -> ClocksView:
    """The three clocks as programs see them."""
    return ClocksView(
        first=_timing_view(clocks.first),
        next=_timing_view(clocks.next),
        resolution=_timing_view(clocks.resolution),
    )


def _timing_view(timing: Timing | None) -> TimingView | None:
    if timing is None:
        return None
    return TimingView(
        state=timing.state,
        started_at=timing.started_at,
        due_at=timing.due_at,
        ended_at=timing.ended_at,
        promise_seconds=timing.promise.total_seconds(),
        taken_seconds=timing.taken.total_seconds(),
        left_seconds=timing.left.total_seconds(),
    )
