"""How a story is told on one network: what all networks have in common."""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Generic, Protocol, TypeVar
from zoneinfo import ZoneInfo

from listener.sandbox.script import About, C, OwnPost, Script, Turn

PATIENCE: Final = timedelta(seconds=4)
"""How long a customer takes to answer our reply."""
_PRODUCTS: Final = ("Brenta 200", "Adamello Shell", "Lagorai Mid")
_HOME: Final = ZoneInfo("Europe/Rome")
_AWAKE: Final = (1, 1, 1, 1, 1, 1, 2, 4, 5, 6, 6, 6, 7, 7, 5, 5, 6, 6, 7, 9, 10, 9, 7, 3)
"""How much people write in each hour of the day at home."""
_WAITING: Final = {About.PRAISE: (90.0, 590.0), About.QUESTION: (2.0, 26.0)}
_OTHERS_WAIT: Final = (15.0, 150.0)
"""Minutes for which customers have been waiting at the start: from fresh to a little late."""

Due = tuple[datetime, str, Callable[[datetime, str], None]]
"""When, in which scene, and what then happens."""


class Place(Protocol):
    """A network as its teller needs it."""

    told: dict[str, str]
    seed: int
    began: datetime

    def edit(self, one: str, text: str, /, *, scene: str | None = None) -> object: ...

    def delete(self, one: str, /, *, scene: str | None = None) -> object: ...


N = TypeVar("N", bound=Place)


class Teller(ABC, Generic[N, C]):
    """Tells a network's script there. Every scene has a key; the network's journal keeps which have
    happened, so a sandbox that was killed goes on where it stopped, and nothing is told twice.

    One thread at a time; the network may change meanwhile.
    """

    def __init__(self, network: N, script: Script[C], customer: type[C]) -> None:
        """`customer`: what those of the script are."""
        self.network, self.script, self._customer = network, script, customer

    def told(self, scene: str) -> str | None:
        """The id of what was written in that scene, or None if it has not happened."""
        return self.network.told.get(scene)

    def open(self) -> None:
        """Tell what was there before anyone watched, in its order: some networks number what comes
        in. What is told already is left alone."""
        due = [*self._brand_posts(), *self._history(), *self._earlier()]
        for at, scene, tell in sorted(due, key=lambda one: one[0]):
            if self.told(scene) is None:
                tell(at, scene)

    def go_on(self, one: C, now: datetime) -> Iterator[str]:
        """Let the customer edit, delete or answer our reply if it is time; the scenes' keys."""
        written = self.told(one.scene)
        at = self._written_at(written) if written else None
        if written is None or at is None:
            return  # not there yet, or deleted meanwhile
        age = (now - at).total_seconds()
        if one.edit and age >= one.edit_after and not self.told(f"{one.scene}/edit"):
            self.network.edit(written, one.edit, scene=f"{one.scene}/edit")
            yield f"{one.scene}/edit"
        if one.delete_after and age >= one.delete_after:
            self.network.delete(written, scene=f"{one.scene}/delete")
            yield f"{one.scene}/delete"
        elif one.answer_to_reply and not self.told(f"{one.scene}/answer"):
            read = [reply for at, reply in self._our_replies(written) if now - at >= PATIENCE]
            if read:
                self._answer(one, read[0], one.answer_to_reply, scene=f"{one.scene}/answer")
                yield f"{one.scene}/answer"

    # What each network does its own way

    @abstractmethod
    def write(self, one: C, at: datetime | None, scene: str) -> None:
        """The customer's first text. `at` None: now."""

    @abstractmethod
    def _post(self, own: OwnPost, at: datetime, scene: str) -> None:
        """A post of the brand's own."""

    @abstractmethod
    def _answer(
        self,
        one: C,
        to: str,
        text: str,
        *,
        scene: str,
        at: datetime | None = None,
        ours: bool = False,
    ) -> None:
        """The customer, or (`ours`) the brand, goes on in the customer's thread."""

    @abstractmethod
    def _written_at(self, written: str) -> datetime | None:
        """None: it is gone."""

    @abstractmethod
    def _our_replies(self, written: str) -> Iterable[tuple[datetime, str]]:
        """When each of the brand's replies to it was made, and its id; oldest first."""

    # Before the start

    def _brand_posts(self) -> Iterator[Due]:
        for own in self.script.brand:
            at = self.network.began - timedelta(days=own.days_ago)
            yield at, f"brand/{own.key}", partial(self._post, own)

    def _history(self) -> Iterator[Due]:
        chance = self._chance("history")
        moments = chance.choices(*_hours(self.network.began), k=self.script.older)
        for number, hour in enumerate(sorted(moments)):
            past = chance.choice(self.script.history)
            handle, name = chance.choice(past.people)
            text = chance.choice(past.lines).replace("{product}", chance.choice(_PRODUCTS))
            at = hour + timedelta(minutes=chance.uniform(0, 60))
            one = self._customer(
                key="past", language=past.language, handle=handle, name=name, text=text,
                about=About.PRAISE,
            )  # fmt: skip
            yield at, f"history/{number:03d}", partial(self.write, one)

    def _earlier(self) -> Iterator[Due]:
        chance = self._chance("before")
        for one in self.script.customer:
            # Drawn for everyone, so that nobody's moment depends on who else is there.
            ago = chance.uniform(*_WAITING.get(one.about, _OTHERS_WAIT))
            if one.before:
                at = self.network.began - timedelta(minutes=one.minutes_ago or ago)
                yield at, one.scene, partial(self.write, one)
                yield from self._turns(one, at)

    def _turns(self, one: C, at: datetime) -> Iterator[Due]:
        for number, turn in enumerate(one.turns, 1):
            at += timedelta(minutes=11 + 6 * number)
            yield at, f"{one.scene}/{number}", partial(self._turn, one, turn, number)

    def _turn(self, one: C, turn: Turn, number: int, at: datetime, scene: str) -> None:
        before = one.scene if number == 1 else f"{one.scene}/{number - 1}"
        ours = turn.by == "brand"
        self._answer(one, self.network.told[before], turn.text, scene=scene, at=at, ours=ours)

    def _chance(self, of: str) -> random.Random:
        return random.Random(f"{self.network.seed}/{type(self).__name__}/{of}")


def _hours(began: datetime) -> tuple[list[datetime], list[int]]:
    """The hours of the days before, up to some 25 hours ago: nobody has to answer that any
    more, and how much is written in each."""
    first = began.replace(minute=0, second=0, microsecond=0) - timedelta(days=6, hours=14)
    hours = [first + timedelta(hours=number) for number in range(6 * 24 - 12)]
    return hours, [_AWAKE[hour.astimezone(_HOME).hour] for hour in hours]
