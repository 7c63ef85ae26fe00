"""The story told on all networks at once: who arrives when, and how people go on."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from listener.sandbox.script import About, Customer
from listener.sandbox.teller import Teller

_CRISIS_FROM: Final = 6  # arrivals before the crisis breaks out

Scene = tuple[Teller[Any, Any], Customer]


class Story:
    """One thread at a time; the networks may change meanwhile. Without its `crisis` it is an
    ordinary day; told on later with it, the crisis breaks out then."""

    def __init__(
        self, tellers: Sequence[Teller[Any, Any]], *, seed: int, crisis: bool = True
    ) -> None:
        self._tellers, self._seed, self._crisis = tellers, seed, crisis
        self._scenes = [(teller, one) for teller in tellers for one in teller.script.customer]
        self._arrivals = self._order()

    def open(self) -> None:
        """Tell what was there before anyone watched. What is told already is left alone."""
        for teller in self._tellers:
            teller.open()

    def next(self) -> str | None:
        """Let the next customer arrive; the scene's key, or None when all have."""
        for teller, one in self._arrivals:
            if teller.told(one.scene) is None:
                teller.write(one, None, one.scene)
                return one.scene
        return None

    def pace(self) -> float:
        """The wait before the next arrival, as a share of the usual one: a crisis comes faster."""
        for at, (teller, one) in enumerate(self._arrivals):
            if teller.told(one.scene) is None:
                hurry = 0.4 if one.about is About.CRISIS else 1.0
                return hurry * random.Random(f"{self._seed}/pace/{at}").uniform(0.6, 1.4)
        return 1.0

    def go_on(self, now: datetime) -> list[str]:
        """Edits, deletions and answers to our replies that are due; the keys of those scenes."""
        return [done for teller, one in self._scenes for done in teller.go_on(one, now)]

    def _order(self) -> list[Scene]:
        """Arrivals in an order of the seed's, the crisis as one burst among them."""
        live = [scene for scene in self._scenes if not scene[1].before]
        crisis = [scene for scene in live if scene[1].about is About.CRISIS]
        others = [scene for scene in live if scene[1].about is not About.CRISIS]
        chance = random.Random(f"{self._seed}/arrivals")
        chance.shuffle(others)
        chance.shuffle(crisis)
        if not self._crisis:
            return others
        return others[:_CRISIS_FROM] + crisis + others[_CRISIS_FROM:]
