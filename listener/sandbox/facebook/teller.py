"""How the story is told on sandbox Facebook."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from listener.sandbox.facebook.network import PAGE, FacebookNetwork
from listener.sandbox.facebook.script import Customer, Where, script
from listener.sandbox.script import OwnPost
from listener.sandbox.teller import Teller


class FacebookTeller(Teller[FacebookNetwork, Customer]):
    def __init__(self, network: FacebookNetwork) -> None:
        super().__init__(network, script(), Customer)

    def write(self, one: Customer, at: datetime | None, scene: str) -> None:
        facebook, said = self.network, (one.handle, one.text)
        facebook.customer(one.handle, name=one.name)
        language, likes = one.language, one.likes
        if one.where is Where.VISITOR:
            facebook.visitor_post(*said, lang=language, created_at=at, likes=likes, scene=scene)
        elif one.where is Where.TAGGED:
            facebook.tagged_post(*said, lang=language, created_at=at, likes=likes, scene=scene)
        else:
            on = self.network.told[f"brand/{one.on or self._newest(at or facebook.now())}"]
            facebook.comment(on, *said, lang=language, created_at=at, likes=likes, scene=scene)

    def _newest(self, at: datetime) -> str:
        """The key of the Page's newest post at that moment."""
        posts = sorted(self.script.brand, key=lambda own: own.days_ago)
        there = (one for one in posts if self.network.began - timedelta(days=one.days_ago) <= at)
        return next(there, posts[-1]).key

    def _post(self, own: OwnPost, at: datetime, scene: str) -> None:
        self.network.page_post(own.text, lang=own.language, created_at=at, scene=scene)

    def _answer(
        self,
        one: Customer,
        to: str,
        text: str,
        *,
        scene: str,
        at: datetime | None = None,
        ours: bool = False,
    ) -> None:
        who = PAGE if ours else one.handle
        self.network.comment(to, who, text, lang=one.language, created_at=at, scene=scene)

    def _written_at(self, written: str) -> datetime | None:
        found = self.network.living(written)
        return found.at if found else None

    def _our_replies(self, written: str) -> Iterator[tuple[datetime, str]]:
        for one in self.network.comments_on(written):
            if self.network.is_ours(one):
                yield one.at, one.id
