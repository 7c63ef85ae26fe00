"""How the story is told on sandbox X."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from listener.sandbox.script import OwnPost
from listener.sandbox.teller import Teller
from listener.sandbox.x.network import BRAND, XNetwork
from listener.sandbox.x.post import Photo
from listener.sandbox.x.script import Customer, Where, script


class XTeller(Teller[XNetwork, Customer]):
    def __init__(self, network: XNetwork) -> None:
        super().__init__(network, script(), Customer)

    def write(self, one: Customer, at: datetime | None, scene: str) -> None:
        x = self.network
        x.customer(one.handle, name=one.name, followers=one.followers)
        about = self.told(f"brand/{one.on}")
        if one.where is Where.REPOST and about:
            x.repost(one.handle, about, created_at=at, scene=scene)
            return
        x.post(
            one.handle,
            one.text,
            quotes=about if one.where is Where.QUOTE else None,
            lang=one.language,
            created_at=at,
            photos=[Photo(url=one.photo, alt=one.photo_alt)] if one.photo else [],
            likes=one.likes,
            scene=scene,
        )

    def _post(self, own: OwnPost, at: datetime, scene: str) -> None:
        self.network.post(BRAND, own.text, lang=own.language, created_at=at, scene=scene)

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
        who = BRAND if ours else one.handle
        self.network.post(
            who, text, in_reply_to=to, lang=one.language, created_at=at, scene=scene
        )  # fmt: skip

    def _written_at(self, written: str) -> datetime | None:
        post = self.network.posts.get(written)
        return post.at if post else None

    def _our_replies(self, written: str) -> Iterator[tuple[datetime, str]]:
        for post in self.network.replies_to(written):
            if post.author.handle == BRAND:
                yield post.at, post.id
