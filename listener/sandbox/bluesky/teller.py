"""How the story is told on sandbox Bluesky."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from listener.sandbox.bluesky.network import BRAND, BlueskyNetwork
from listener.sandbox.bluesky.script import Customer, Where, script
from listener.sandbox.script import OwnPost
from listener.sandbox.teller import Teller


class BlueskyTeller(Teller[BlueskyNetwork, Customer]):
    def __init__(self, network: BlueskyNetwork) -> None:
        super().__init__(network, script(), Customer)

    def write(self, one: Customer, at: datetime | None, scene: str) -> None:
        network, about = self.network, self.told(f"brand/{one.on}")
        network.customer(one.handle, name=one.name)
        wrong = timedelta(minutes=one.clock_slow_minutes)
        uri = network.post(
            one.handle,
            one.text,
            reply_to=about if one.where is Where.REPLY else None,
            quote=about if one.where is Where.QUOTE else None,
            langs=[one.language],
            at=at,
            created_at=(at or network.now()) - wrong if wrong else None,
            images=[one.photo_alt] if one.photo_alt else (),
            likes=one.likes,
            scene=scene,
        )
        if one.gated:
            network.gate(uri)

    def _post(self, own: OwnPost, at: datetime, scene: str) -> None:
        self.network.post(BRAND, own.text, langs=[own.language], at=at, scene=scene)

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
        who, langs = BRAND if ours else one.handle, [one.language]
        self.network.post(who, text, reply_to=to, langs=langs, at=at, scene=scene)

    def _written_at(self, written: str) -> datetime | None:
        post = self.network.posts.get(written)
        return post.at if post else None

    def _our_replies(self, written: str) -> Iterator[tuple[datetime, str]]:
        for post in self.network.replies_to(written):
            if post.did == self.network.brand.did:
                yield post.at, post.uri
