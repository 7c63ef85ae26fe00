"""A stream made of walks: one through a list, or one for each query that is searched for.

How a walk goes on each network knows itself (its `paging.py`); here is what all have in common. A
query that is refused, or in trouble, rests, ever longer, while the others go on, and the stream
says so. What was read before something stopped the round is kept.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Generic, Protocol, TypeVar

from listener.channels import wire
from listener.channels.base import Incoming, Missing, Page, Rejected
from listener.channels.errors import ChannelError, Refused, Unavailable

FIRST_REST: Final = timedelta(minutes=10)  # of a refused query; doubles each time
LONGEST_REST: Final = timedelta(hours=6)
FIRST_PAUSE: Final = timedelta(minutes=1)  # of one in trouble; doubles each time
LONGEST_PAUSE: Final = timedelta(minutes=15)

_IN_TROUBLE: Final = 2  # queries and none read: then it is not the queries but the network


class Standing(Protocol):
    """Where a walk stands."""

    @property
    def under_way(self) -> bool:
        """It has a next page."""

    def dump(self) -> dict[str, Any]:
        """As a JSON value."""


Walk = TypeVar("Walk", bound=Standing)


@dataclass(frozen=True, kw_only=True)
class Step(Generic[Walk]):
    """One page of a walk: what it held, where the walk stands `after` it, and what it passed by."""

    after: Walk
    items: Sequence[Incoming] = ()
    rejected: Sequence[Rejected] = ()
    lost: Missing | None = None


def note(position: str | None) -> Any:
    """A note of our own making; one that cannot be read counts as none."""
    try:
        return json.loads(position or "null")
    except (ValueError, RecursionError):
        return None


def joined(gaps: Iterable[Missing | None]) -> Missing | None:
    """One gap that covers them all."""
    found = [gap for gap in gaps if gap is not None]
    if not found:
        return None
    return Missing(
        since=min(gap.since for gap in found),
        until=max(gap.until for gap in found),
        reason=found[0].reason,
    )


def alone(step: Step[Walk], *, told: bool = True) -> Page:
    """The page of a stream that is one walk. `told`: what it passed by is missing."""
    return _page([step], step.after.dump(), step.lost if told else None)


def several(
    position: str | None,
    queries: Iterable[str],
    *,
    load: Callable[[object], Walk],
    step: Callable[[Walk, str], Step[Walk]],
    now: datetime,
) -> Page:
    """The page of a stream that is a walk for each query: one request for each; while some have
    pages left, only for those that do. Raises ChannelError if nothing could be read."""
    whole = wire.mapping(note(position))
    notes, rests = wire.mapping(whole.get("queries")), wire.mapping(whole.get("refused"))
    round_ = _Round(
        walks={query: load(notes.get(query)) for query in queries},
        resting={query: rest for query in queries if (rest := _Rest.load(rests.get(query)))},
        step=step,
        now=now,
    )
    return round_.page()


@dataclass(frozen=True, kw_only=True)
class _Rest:
    """A query that failed so many `times` in a row, and when it is asked `again`."""

    times: int
    again: datetime
    why: str

    @classmethod
    def load(cls, note: object) -> _Rest | None:
        told = wire.mapping(note)
        again = wire.moment(told.get("again"))
        if again is None:
            return None
        return cls(
            times=wire.count(told.get("times")), again=again, why=wire.words(told.get("why"))
        )

    def dump(self) -> dict[str, Any]:
        return {"times": self.times, "again": self.again.isoformat(), "why": self.why}


@dataclass(kw_only=True)
class _Round(Generic[Walk]):
    walks: dict[str, Walk]
    resting: dict[str, _Rest]
    step: Callable[[Walk, str], Step[Walk]]
    now: datetime

    def page(self) -> Page:
        due = [query for query in self.walks if not self._rests(query)] or list(self.walks)
        first = [query for query in due if self.walks[query].under_way] or due
        steps, failures = self._steps(first)
        if not steps and not _stopped(failures):
            steps, more = self._steps([query for query in due if query not in first])
            failures = [*failures, *more]
        if not steps and failures:
            raise failures[0]
        stand: dict[str, Any] = {"queries": _dumped(self.walks)}
        if self.resting:
            stand["refused"] = _dumped(self.resting)
        lost = joined(step.lost for step in steps)
        why = [f"the query {query!r} rests: {self.resting[query].why}" for query in self.resting]
        page = _page(steps, stand, lost, trouble="; ".join(why))
        return replace(page, stopped_by=_stopped(failures))

    def _rests(self, query: str) -> bool:
        return query in self.resting and self.resting[query].again > self.now

    def _steps(self, queries: Iterable[str]) -> tuple[list[Step[Walk]], list[ChannelError]]:
        steps, failures = list[Step[Walk]](), list[ChannelError]()
        for query in queries:
            try:
                step = self.step(self.walks[query], query)
            except ChannelError as error:
                failures.append(error)
                if not isinstance(error, Refused | Unavailable):
                    break  # of the account, its limits or its money: the others would meet it too
                self._rest(query, error)
                troubles = sum(isinstance(one, Unavailable) for one in failures)
                if troubles >= _IN_TROUBLE and not steps:
                    break
                continue
            self.resting.pop(query, None)
            self.walks[query] = step.after
            steps.append(step)
        return steps, failures

    def _rest(self, query: str, error: Refused | Unavailable) -> None:
        before = self.resting.get(query)
        times = before.times + 1 if before else 1
        refused = isinstance(error, Refused)
        first, longest = (FIRST_REST, LONGEST_REST) if refused else (FIRST_PAUSE, LONGEST_PAUSE)
        wait = min(first * (1 << min(times - 1, 10)), longest)
        self.resting[query] = _Rest(times=times, again=self.now + wait, why=str(error))


def _stopped(failures: Sequence[ChannelError]) -> ChannelError | None:
    """The failure that ended the round for all queries, if one did."""
    return next((one for one in failures if not isinstance(one, Refused | Unavailable)), None)


def _dumped(each: Mapping[str, Walk | _Rest]) -> dict[str, Any]:
    return {query: one.dump() for query, one in each.items()}


def _page(
    steps: Sequence[Step[Walk]], stand: object, lost: Missing | None, trouble: str = ""
) -> Page:
    items = {item.revision_id: item for step in steps for item in step.items}
    return Page(
        items=tuple(items.values()),
        position=json.dumps(stand),
        more=any(step.after.under_way for step in steps),
        rejected=tuple(bad for step in steps for bad in step.rejected),
        missing=lost,
        trouble=trouble,
    )
