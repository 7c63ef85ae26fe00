"""The story told on sandbox Bluesky: what was there before, who arrives, and how people go on.

Told as the other networks' is (listener/sandbox/story.py): every scene has a key, and the journal
keeps which have happened, so that nothing is told twice.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from listener.sandbox.bluesky.network import BRAND, BlueskyNetwork
from listener.sandbox.bluesky.script import Customer, Where, script

HISTORY = 28  # older posts, so that trends have a shape
PATIENCE = timedelta(seconds=4)
"""How long a customer takes to answer our reply."""
_PRODUCTS = ("Brenta 200", "Adamello Shell", "Lagorai Mid")


class BlueskyStory:
    """One thread at a time; the network may change meanwhile."""

    def __init__(self, network: BlueskyNetwork) -> None:
        self._network = network
        self._customers = script().customer
        live = [one for one in self._customers if not one.before]
        random.Random(f"{network.seed}/bluesky/arrivals").shuffle(live)
        self._arrivals = live

    def open(self) -> None:
        """Tell what was there before anyone watched. What is told already is left alone."""
        self._brand_posts()
        self._history()
        chance = random.Random(f"{self._network.seed}/bluesky/before")
        for one in self._customers:
            # Drawn for everyone, so that nobody's moment depends on who is told already.
            ago = timedelta(minutes=chance.uniform(4, 600))
            if one.before and not self._told(one.scene):
                self._tell(one, self._network.began - ago)

    def next(self) -> str | None:
        """Let the next customer arrive; the scene's key, or None when all have."""
        for one in self._arrivals:
            if not self._told(one.scene):
                self._tell(one, None)
                return one.scene
        return None

    def told(self) -> float:
        """How much of the arrivals has happened, 0 to 1."""
        return sum(self._told(one.scene) is not None for one in self._arrivals) / len(
            self._arrivals
        )

    def pace(self) -> float:
        """The wait before the next arrival, as a share of the usual one."""
        chance = random.Random(f"{self._network.seed}/bluesky/pace/{self.told()}")
        return chance.uniform(0.6, 1.4)

    def go_on(self, now: datetime) -> list[str]:
        """Edits, deletions and answers to our replies that are due; the keys of those scenes."""
        return [scene for one in self._customers for scene in self._go_on(one, now)]

    def _told(self, scene: str) -> str | None:
        """The at-URI of what was written in that scene, or None if it has not happened."""
        return self._network.told.get(scene)

    # Before the start

    def _brand_posts(self) -> None:
        for own in script().brand:
            scene = f"bluesky/brand/{own.key}"
            at = self._network.began - timedelta(days=own.days_ago)
            if not self._told(scene):
                self._network.post(BRAND, own.text, langs=[own.language], at=at, scene=scene)

    def _history(self) -> None:
        chance = random.Random(f"{self._network.seed}/bluesky/history")
        for number in range(HISTORY):
            past = chance.choice(script().history)
            handle, name = chance.choice(past.people)
            line = chance.choice(past.lines)
            text = _filled(line, chance.choice(_PRODUCTS))
            at = self._network.began - timedelta(hours=chance.uniform(20, 150))
            scene = f"bluesky/history/{number:02d}"
            if not self._told(scene):
                self._network.customer(handle, name=name)
                self._network.post(handle, text, langs=[past.language], at=at, scene=scene)

    # One scene

    def _tell(self, one: Customer, at: datetime | None) -> None:
        network = self._network
        network.customer(one.handle, name=one.name)
        about = self._told(f"bluesky/brand/{one.on}")
        wrong = timedelta(minutes=one.clock_slow_minutes)
        uri = network.post(
            one.handle,
            _filled(one.text),
            reply_to=about if one.where is Where.REPLY else None,
            quote=about if one.where is Where.QUOTE else None,
            langs=[one.language],
            at=at,
            created_at=(at or network.now()) - wrong if wrong else None,
            images=[one.photo_alt] if one.photo_alt else (),
            likes=one.likes,
            scene=one.scene,
        )
        if one.gated:
            network.gate(uri)

    # Afterwards

    def _go_on(self, one: Customer, now: datetime) -> Iterator[str]:
        written = self._network.posts.get(self._told(one.scene) or "")
        if written is None:
            return
        age = now - written.at
        if one.edit and age >= timedelta(seconds=one.edit_after):
            scene = f"{one.scene}/edit"
            if not self._told(scene):
                self._network.edit(written.uri, _filled(one.edit), scene=scene)
                yield scene
        if one.delete_after and age >= timedelta(seconds=one.delete_after):
            scene = f"{one.scene}/delete"
            self._network.delete(written.uri, scene=scene)
            yield scene
        elif one.answer_to_reply and not self._told(f"{one.scene}/answer"):
            yield from self._answer(one, written.uri, now)

    def _answer(self, one: Customer, written: str, now: datetime) -> Iterator[str]:
        brand, scene = self._network.brand.did, f"{one.scene}/answer"
        replies = [each for each in self._network.replies_to(written) if each.did == brand]
        due = [each for each in replies if now - each.at >= PATIENCE]
        if due:
            said, langs = one.answer_to_reply, [one.language]
            self._network.post(one.handle, said, reply_to=due[0].uri, langs=langs, scene=scene)
            yield scene


def _filled(text: str, product: str = "") -> str:
    return text.replace("{brand}", f"@{BRAND}").replace("{product}", product)
