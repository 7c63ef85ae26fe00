"""Pure: who of those on duty gets which mention. Whoever speaks its language comes first, then who
knows its topic, then who has the least to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A mention that is nobody's. `given_back`: the agents who had it and did not want it."""

    mention_id: str
    channel: str
    language: str
    topics: frozenset[str] = frozenset()
    given_back: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Colleague:
    """Somebody on duty. `there_for`: the channels they see and whose hours they are in; `load`: how
    many open mentions are theirs already. No languages: they answer in all."""

    agent_id: str
    there_for: frozenset[str]
    languages: frozenset[str] = frozenset()
    specialities: frozenset[str] = frozenset()
    load: int = 0


def share_out(waiting: Iterable[Waiting], colleagues: Iterable[Colleague]) -> dict[str, str]:
    """The agent for each mention, by id, in the order given. A mention that nobody is there for is
    left out: it stays everybody's, where all see it."""
    team = sorted(colleagues, key=lambda one: one.agent_id)
    loads = {one.agent_id: one.load for one in team}
    found: dict[str, str] = {}
    for mention in waiting:
        chosen = _best(mention, team, loads)
        if chosen is not None:
            found[mention.mention_id] = chosen
            loads[chosen] += 1
    return found


def _best(mention: Waiting, team: list[Colleague], loads: Mapping[str, int]) -> str | None:
    fit = [one for one in team if mention.channel in one.there_for]
    best = min(fit, key=lambda one: (*_distance(mention, one), loads[one.agent_id]), default=None)
    return best.agent_id if best else None


def _distance(mention: Waiting, one: Colleague) -> tuple[bool, bool, bool]:
    speaks = not one.languages or mention.language in one.languages
    return (
        one.agent_id in mention.given_back,
        not speaks,
        not one.specialities & mention.topics,
    )
