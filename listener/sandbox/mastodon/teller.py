"""How the story is told on sandbox Mastodon."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from listener.sandbox.mastodon.network import BRAND, MastodonNetwork
from listener.sandbox.mastodon.objects import Media
from listener.sandbox.mastodon.script import Customer, script
from listener.sandbox.script import OwnPost
from listener.sandbox.teller import Teller


class MastodonTeller(Teller[MastodonNetwork, Customer]):
    def __init__(self, network: MastodonNetwork) -> None:
        super().__init__(network, script(), Customer)

    def open(self) -> None:
        """Mastodon hides private mentions by strangers unless one says otherwise; a shop does."""
        if self.network.private_mentions == "filter":
            self.network.set_policy("accept")
        super().open()

    def write(self, one: Customer, at: datetime | None, scene: str) -> None:
        network = self.network
        network.customer(one.handle, name=one.name, followers=one.followers, bot=one.bot)
        network.post(
            one.handle,
            one.text,
            visibility=one.visibility.value,
            spoiler=one.spoiler,
            language=one.language,
            media=[Media(url=one.photo, alt=one.photo_alt)] if one.photo else [],
            likes=one.likes,
            created_at=at,
            heard_at=at,
            scene=scene,
        )

    def _post(self, own: OwnPost, at: datetime, scene: str) -> None:
        self.network.post(BRAND, own.text, language=own.language, created_at=at, scene=scene)

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
        named = f"@{one.handle}" if ours else one.named
        self.network.post(
            BRAND if ours else one.handle,
            text if named in text else f"{named} {text}",
            reply_to=to,
            visibility=one.visibility.value,
            language=one.language,
            created_at=at,
            heard_at=at,
            scene=scene,
        )

    def _written_at(self, written: str) -> datetime | None:
        status = self.network.statuses.get(written)
        return status.at if status else None

    def _our_replies(self, written: str) -> Iterator[tuple[datetime, str]]:
        for status in self.network.replies_to(written):
            if status.author.is_ours:
                yield status.at, status.id
