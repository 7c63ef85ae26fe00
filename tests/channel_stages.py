"""Where each channel is put to the test: its network at home, told what people do in words that
mean the same on every network. A new channel brings one class of these and passes the contract
(tests/test_listener_channels_contract.py)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, Self

from config.clock import Clock
from config.secrets import Redactor
from listener.channels import open_channels
from listener.channels.base import Channel, Incoming, Outgoing
from listener.channels.metering import free
from listener.sandbox.bluesky.network import BlueskyNetwork
from listener.sandbox.facebook.network import FacebookNetwork
from listener.sandbox.facebook.objects import Place
from listener.sandbox.mastodon.network import MastodonNetwork
from listener.sandbox.mastodon.objects import Media as MastodonMedia
from listener.sandbox.network import Network
from listener.sandbox.x.network import BRAND, XNetwork
from listener.sandbox.x.post import Photo
from tests.fakes import Watch

NOW = datetime(2026, 11, 20, 10, 5, tzinfo=UTC)
PICTURE = "https://pictures.example/tent.jpg"
ALT = "A torn tent"
WRONG = "canary-not-the-right-one"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A reply of ours as the network itself knows it."""

    external_id: str
    text: str
    under: str


class Stage:
    """One network, one account of the brand on it, and customers."""

    kind: ClassVar[str]
    hears: ClassVar[str]  # the stream that brings what is said to us
    limited: ClassVar[str] = "rate_limited"  # the ready-made fault for "too many calls"
    pictures: ClassVar[bool] = True  # whether people can send any there
    alt: ClassVar[str] = ALT  # what this network says a picture shows
    picture: ClassVar[str] = PICTURE  # where it lies; "http": at an address of the network's own
    network: Network
    reads: tuple[str, str]  # method and path of the call behind `hears`
    writes: tuple[str, str]  # of the call that posts

    def __init__(self, clock: Clock | None = None, path: Path | None = None) -> None:
        """`clock`: without one, time stands still until `later` is said. `path`: the network's
        journal; from a copy of it the same network comes up again."""
        self.watch = Watch(NOW)
        self.network = self.make_network(clock or self.watch, path)

    def __enter__(self) -> Self:
        self.network.start()
        self.open()
        return self

    def __exit__(self, *_exc: object) -> None:
        self.network.stop()

    def channel(self, **changes: Any) -> Channel:
        table = {**self.table(), **changes}
        found = open_channels(
            {self.kind: table}, source="bot.toml", redactor=Redactor(), clock=self.watch, meter=free
        )
        return found[self.kind]

    def wrong_keys(self) -> dict[str, str]:
        """The table's secrets, none of them right."""
        return dict.fromkeys(self.secrets(), WRONG)

    # What each network does its own way

    def make_network(self, clock: Clock, path: Path | None) -> Network:
        raise NotImplementedError

    def open(self) -> None:
        """Once it runs: what must be there before anybody can speak to us."""

    def table(self) -> dict[str, Any]:
        raise NotImplementedError

    def secrets(self) -> Mapping[str, str]:
        raise NotImplementedError

    def says(self, text: str, *, author: str = "anna", picture: bool = False) -> str:
        """Somebody speaks to us, now. Returns the id."""
        raise NotImplementedError

    def answers(self, external_id: str, text: str, *, author: str = "anna") -> str:
        """Somebody answers what we wrote, without naming us. Returns the id."""
        raise NotImplementedError

    def edits(self, external_id: str, text: str) -> None:
        raise NotImplementedError

    def deletes(self, external_id: str) -> None:
        raise NotImplementedError

    def says_what_we_may_hide(self, text: str) -> str:
        """Where a network lets us hide things at all."""
        return self.says(text)

    def standing(self) -> list[Standing]:
        """What of ours stands there, the oldest first."""
        raise NotImplementedError

    def deletion(self, external_id: str) -> tuple[str, str]:
        """Method and path of the call that deletes a reply of ours."""
        raise NotImplementedError

    # What people do on all of them

    def a_colleague_answers(self, external_id: str, text: str) -> str:
        return self.network.reply_natively(external_id, text)

    def later(self, **span: float) -> None:
        self.watch.now += timedelta(**span)


def reply_to(mention: Incoming, text: str, *, key: str = "01a2c0ffee") -> Outgoing:
    return Outgoing(
        mention_id=mention.external_id,
        answer_under=mention.answer_under,
        conversation=mention.conversation,
        text=text,
        key=key,
        made_at=mention.created_at + timedelta(minutes=1),
    )


class XStage(Stage):
    kind, hears = "x", "mentions"

    network: XNetwork

    def make_network(self, clock: Clock, path: Path | None) -> XNetwork:
        made = XNetwork(clock=clock, path=path)
        self.reads = ("GET", f"/2/users/{made.brand.id}/mentions")
        self.writes = ("POST", "/2/tweets")
        return made

    def table(self) -> dict[str, Any]:
        return {"api_url": self.network.url, "web_url": self.network.url, **self.secrets()}

    def secrets(self) -> Mapping[str, str]:
        return self.network.secrets()

    def says(self, text: str, *, author: str = "anna", picture: bool = False) -> str:
        photos = [Photo(url=PICTURE, alt=ALT)] if picture else []
        return self.network.post(author, f"@{BRAND} {text}", photos=photos)

    def answers(self, external_id: str, text: str, *, author: str = "anna") -> str:
        return self.network.post(author, text, in_reply_to=external_id)

    def edits(self, external_id: str, text: str) -> None:
        self.network.edit(external_id, f"@{BRAND} {text}")

    def deletes(self, external_id: str) -> None:
        self.network.delete(external_id)

    def says_what_we_may_hide(self, text: str) -> str:
        """X lets us hide replies to our own posts."""
        return self.answers(self.network.post(BRAND, "Our new tents are here"), text)

    def deletion(self, external_id: str) -> tuple[str, str]:
        return "DELETE", f"/2/tweets/{external_id}"

    def standing(self) -> list[Standing]:
        return [
            Standing(external_id=post.id, text=post.text, under=post.in_reply_to or "")
            for post in self.network.own_posts()
        ]


class FacebookStage(Stage):
    kind, hears = "facebook", "feed"
    limited = "page_limit"
    alt = ""  # Graph tells none of a comment's picture

    network: FacebookNetwork

    def make_network(self, clock: Clock, path: Path | None) -> FacebookNetwork:
        made = FacebookNetwork(clock=clock, path=path)
        self.reads = ("GET", f"/v26.0/{made.page_id}/feed")
        self.writes = ("POST", "/v26.0/")
        return made

    def open(self) -> None:
        if not self.network.objects:
            self.network.page_post("Our new tents are here")

    def table(self) -> dict[str, Any]:
        own = {"page_id": self.network.page_id, **self.secrets()}
        return {"api_url": self.network.url, "web_url": self.network.url, **own}

    def secrets(self) -> Mapping[str, str]:
        return self.network.secrets()

    def says(self, text: str, *, author: str = "anna", picture: bool = False) -> str:
        (ours,) = self.network.posts(Place.PAGE)
        if picture:
            return self.network.comment(ours.id, author, text, photo=PICTURE, photo_alt=ALT)
        return self.network.comment(ours.id, author, text)

    def answers(self, external_id: str, text: str, *, author: str = "anna") -> str:
        return self.network.comment(external_id, author, text)

    def edits(self, external_id: str, text: str) -> None:
        self.network.edit(external_id, text)

    def deletes(self, external_id: str) -> None:
        self.network.delete(external_id)

    def deletion(self, external_id: str) -> tuple[str, str]:
        return "DELETE", f"/v26.0/{external_id}"

    def standing(self) -> list[Standing]:
        return [
            Standing(external_id=one.id, text=one.text, under=one.parent or one.post or "")
            for one in self.network.own_comments()
        ]


class BlueskyStage(Stage):
    kind, hears = "bluesky", "notifications"
    picture = "http"
    network: BlueskyNetwork

    def make_network(self, clock: Clock, path: Path | None) -> BlueskyNetwork:
        made = BlueskyNetwork(clock=clock, path=path)
        self.reads = ("GET", "/xrpc/app.bsky.notification.listNotifications")
        self.writes = ("POST", "/xrpc/com.atproto.repo.putRecord")
        return made

    def table(self) -> dict[str, Any]:
        return {"api_url": self.network.url, "web_url": self.network.web_url, **self.secrets()}

    def secrets(self) -> Mapping[str, str]:
        return self.network.secrets()

    def wrong_keys(self) -> dict[str, str]:
        return {"app_password": WRONG}

    def says(self, text: str, *, author: str = "anna", picture: bool = False) -> str:
        images = [ALT] if picture else []
        return self.network.post(author, f"@{self.network.brand.handle} {text}", images=images)

    def answers(self, external_id: str, text: str, *, author: str = "anna") -> str:
        return self.network.post(author, text, reply_to=external_id)

    def edits(self, external_id: str, text: str) -> None:
        self.network.edit(external_id, f"@{self.network.brand.handle} {text}")

    def deletes(self, external_id: str) -> None:
        self.network.delete(external_id)

    def deletion(self, external_id: str) -> tuple[str, str]:
        return "POST", "/xrpc/com.atproto.repo.deleteRecord"

    def standing(self) -> list[Standing]:
        return [
            Standing(external_id=post.id, text=post.text, under=post.in_reply_to or "")
            for post in self.network.own_posts()
        ]


class MastodonStage(Stage):
    kind, hears = "mastodon", "mentions"
    network: MastodonNetwork

    def make_network(self, clock: Clock, path: Path | None) -> MastodonNetwork:
        made = MastodonNetwork(clock=clock, path=path)
        made.calls_in_5_minutes = made.pages_in_15_minutes = 100_000  # time stands still here
        self.reads = ("GET", "/api/v1/notifications")
        self.writes = ("POST", "/api/v1/statuses")
        return made

    def table(self) -> dict[str, Any]:
        return {"api_url": self.network.url, **self.secrets()}

    def secrets(self) -> Mapping[str, str]:
        return self.network.secrets()

    def says(self, text: str, *, author: str = "anna", picture: bool = False) -> str:
        media = [MastodonMedia(url=PICTURE, alt=ALT)] if picture else []
        return self.network.post(author, f"@{BRAND} {text}", media=media)

    def answers(self, external_id: str, text: str, *, author: str = "anna") -> str:
        return self.network.post(author, f"@{BRAND} {text}", reply_to=external_id)

    def edits(self, external_id: str, text: str) -> None:
        self.network.edit(external_id, f"@{BRAND} {text}")

    def deletes(self, external_id: str) -> None:
        self.network.delete(external_id)

    def deletion(self, external_id: str) -> tuple[str, str]:
        return "DELETE", f"/api/v1/statuses/{external_id}"

    def standing(self) -> list[Standing]:
        return [
            Standing(external_id=one.id, text=one.text, under=one.answers or "")
            for one in self.network.own_posts()
        ]


_ALL = (XStage, FacebookStage, BlueskyStage, MastodonStage)
STAGES: dict[str, type[Stage]] = {stage.kind: stage for stage in _ALL}
