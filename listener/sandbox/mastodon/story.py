"""The story told on sandbox Mastodon: who has written, who arrives, and how people go on.

Scenes are told once, as in `listener/sandbox/story.py`: the network's journal keeps their keys.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from listener.sandbox.mastodon.network import BRAND, MastodonNetwork
from listener.sandbox.mastodon.objects import Media, Status
from listener.sandbox.mastodon.script import Chapter, Customer, brand, chapters

PATIENCE: Final = timedelta(seconds=4)
"""How long a customer takes to answer our reply."""

Scene = tuple[str, Chapter, Customer]


class MastodonStory:
    """Tells on the network. One thread at a time; the network may change meanwhile."""

    def __init__(self, network: MastodonNetwork) -> None:
        self._network = network
        self._scenes: list[Scene] = [
            (f"{chapter.language}/{customer.key}", chapter, customer)
            for chapter in chapters()
            for customer in chapter.customer
        ]
        self._arrivals = [scene for scene in self._scenes if not scene[2].before]
        random.Random(f"{network.seed}/mastodon/arrivals").shuffle(self._arrivals)

    def open(self) -> None:
        """Tell what was there before anyone watched, in its order: notifications are numbered as
        they come in. What is told already is left alone."""
        self._welcome_private_mentions()
        self._brand_posts()
        chance = random.Random(f"{self._network.seed}/mastodon/before")
        began = self._network.began
        due: list[tuple[datetime, Scene]] = []
        for scene in self._scenes:
            drawn = chance.uniform(5, 300)  # for everyone: no moment depends on who is told already
            if scene[2].before:
                ago = timedelta(minutes=scene[2].minutes_ago or drawn)
                due.append((began - ago, scene))
        for at, scene in sorted(due, key=lambda pair: pair[0]):
            self._tell(*scene, at)
            self._turns(*scene, at)

    def next(self) -> str | None:
        """Let the next customer arrive; the scene's key, or None when all have."""
        for key, chapter, customer in self._arrivals:
            if key not in self._network.told:
                self._tell(key, chapter, customer, None)
                return key
        return None

    def pace(self) -> float:
        """The wait before the next arrival, as a share of the usual one."""
        left = sum(key not in self._network.told for key, _, _ in self._arrivals)
        return random.Random(f"{self._network.seed}/mastodon/pace/{left}").uniform(0.6, 1.4)

    def go_on(self, now: datetime) -> list[str]:
        """Edits, deletions and answers to our replies that are due; the keys of those scenes."""
        return [done for scene in self._scenes for done in self._go_on(*scene, now)]

    # Before the start

    def _welcome_private_mentions(self) -> None:
        """Mastodon hides private mentions by strangers unless one says otherwise; a shop does."""
        if self._network.private_mentions == "filter":
            self._network.set_policy("accept")

    def _brand_posts(self) -> None:
        for own in brand().post:
            key, at = f"brand/{own.key}", self._network.began - timedelta(days=own.days_ago)
            if key not in self._network.told:
                self._network.post(BRAND, own.text, language=own.language, created_at=at, scene=key)

    # One scene

    def _tell(self, key: str, chapter: Chapter, customer: Customer, at: datetime | None) -> None:
        network = self._network
        if key in network.told:
            return
        network.customer(
            customer.acct, name=customer.name, followers=customer.followers, bot=customer.bot
        )
        photos = [Media(url=customer.photo, alt=customer.photo_alt)] if customer.photo else []
        network.post(
            customer.acct,
            customer.text,
            visibility=customer.visibility.value,
            spoiler=customer.spoiler,
            language=chapter.language,
            media=photos,
            likes=customer.likes,
            created_at=at,
            heard_at=at,
            scene=key,
        )

    def _turns(self, key: str, chapter: Chapter, customer: Customer, at: datetime) -> None:
        before = self._network.told[key]
        for number, turn in enumerate(customer.turns, 1):
            at += timedelta(minutes=11 + 6 * number)
            scene = f"{key}/{number}"
            if scene not in self._network.told:
                ours = turn.by == "brand"
                self._network.post(
                    BRAND if ours else customer.acct,
                    f"@{customer.acct} {turn.text}" if ours else turn.text,
                    reply_to=before,
                    visibility=customer.visibility.value,
                    language=chapter.language,
                    created_at=at,
                    heard_at=at,
                    scene=scene,
                )
            before = self._network.told[scene]

    # Afterwards

    def _go_on(
        self, key: str, chapter: Chapter, customer: Customer, now: datetime
    ) -> Iterator[str]:
        network, told = self._network, self._network.told
        written = network.statuses.get(told.get(key, ""))
        if written is None:
            return  # not there yet, or deleted meanwhile
        age = (now - written.at).total_seconds()
        if customer.edit and age >= customer.edit_after and f"{key}/edit" not in told:
            network.edit(written.id, customer.edit, scene=f"{key}/edit")
            yield f"{key}/edit"
        if customer.delete_after and age >= customer.delete_after:
            network.delete(written.id, scene=f"{key}/delete")
            yield f"{key}/delete"
        elif customer.answer_to_reply and f"{key}/answer" not in told:
            reply = self._reply_to(written, now)
            if reply is not None:
                network.post(
                    customer.acct,
                    f"{customer.named} {customer.answer_to_reply}",
                    reply_to=reply.id,
                    visibility=written.visibility.value,
                    language=chapter.language,
                    scene=f"{key}/answer",
                )
                yield f"{key}/answer"

    def _reply_to(self, written: Status, now: datetime) -> Status | None:
        """The brand's reply to it, once its author has had time to read it."""
        found = self._network.replies_to(written.id)
        return next((one for one in found if one.author.is_ours and now - one.at >= PATIENCE), None)
