"""What people do on a server with the Mastodon API, with Mastodon.py."""

from __future__ import annotations

import base64
import time
from collections.abc import Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any, Self

import requests
from mastodon import MastodonNotFoundError
from mastodon.return_types import Status

from tests.realservers.mastodon import SECONDS, Account, MastodonServer
from tests.realservers.people import Customer, Said

_SECOND_DIGITS = 10
_LOOK_SECONDS = 0.5
_QUIET_LOOKS = 20
"""After so many looks at empty queues nothing is on its way any more: it looks itself every 3 s."""


@dataclass(frozen=True, kw_only=True)
class OnMastodon:
    """A brand on a server with the Mastodon API and the customers there: a `RealNetwork`."""

    server: MastodonServer
    brand: Account
    name: str = "mastodon_mock"
    can_quote: bool = True
    delivers: bool = True
    burst: int = 1000

    @classmethod
    def with_new_brand(cls, server: MastodonServer) -> Self:
        """A brand that nobody has spoken to yet, among the same customers."""
        return cls(server=server, brand=server.account(f"larix{next(server.numbers)}"))

    @property
    def handle(self) -> str:
        return self.brand.name

    @property
    def customers(self) -> Sequence[Customer]:
        return [
            Customer(external_id=one.external_id, handle=one.name) for one in self.server.customers
        ]

    def table(self) -> dict[str, Any]:
        return {
            "kind": "mastodon",
            "api_url": self.server.url,
            "access_token": self.brand.access_token,
        }

    def says(self, customer: Customer, text: str, *, visibility: str | None = None) -> str:
        """`visibility`: "public", "unlisted", "private" or "direct"; None: what the server takes
        for usual."""
        return self._writes(self._of(customer), _naming(self.handle, text), visibility=visibility)

    def says_to(self, customer: Customer, text: str, *, under: str) -> str:
        return self._writes(self._of(customer), text, in_reply_to_id=under)

    def quotes(self, customer: Customer, text: str, *, of: str) -> str:
        return self._writes(self._of(customer), text, quoted_status_id=of)

    def edits(self, customer: Customer, post: str, text: str) -> None:
        self._of(customer).client.status_update(post, text)

    def deletes(self, customer: Customer, post: str) -> None:
        self._of(customer).client.status_delete(post)

    def brand_says(self, text: str) -> str:
        return self._writes(self.brand, text)

    def brand_answers(self, text: str, *, under: str) -> str:
        """The app puts the name of whoever is answered before the words."""
        author = self.brand.client.status(under).account.username
        return self._writes(self.brand, _naming(author, text), in_reply_to_id=under)

    def notified(self) -> list[str]:
        first = self.brand.client.notifications(types=["mention"], limit=80)
        listed = self.brand.client.fetch_remaining(first)
        return [self._lasting(one.status.id) for one in listed if one.status]

    def called(self, customer: Customer) -> list[str]:
        """The ids of the texts that mention this customer, as their app tells them."""
        listed = self._of(customer).client.notifications(types=["mention"], limit=80)
        return [self._lasting(one.status.id) for one in listed if one.status]

    def visibility(self, post: str, *, seen_by: Customer) -> str:
        """Who may see a post, as the server says it to one who may."""
        return str(self._of(seen_by).client.status(post).visibility)

    def on_its_page(self, post: str, *, seen_by: Customer) -> bool:
        """Whether others see a post of the brand's when they open its page."""
        page = self._of(seen_by).client.account_statuses(self.brand.external_id, limit=40)
        return post in [self._lasting(one.id) for one in page]

    def in_public(self, post: str, *, seen_by: Customer) -> bool:
        """Whether a post stands in the timeline of all who are on the server."""
        listed = self._of(seen_by).client.timeline_public(limit=40)
        return post in [self._lasting(one.id) for one in listed]

    def thread(self, post: str, *, seen_by: Customer | None = None) -> list[Said]:
        try:
            return self._under(post, self._viewer(post, seen_by))
        except MastodonNotFoundError as missing:
            raise LookupError(post) from missing

    def _under(self, post: str, viewer: Account) -> list[Said]:
        return [self._said(one) for one in viewer.client.status_context(post).descendants]

    def _said(self, one: Status) -> Said:
        return Said(
            self._lasting(one.id),
            str(one.account.username),
            _plain(one.content),
            self._lasting(one.in_reply_to_id) if one.in_reply_to_id else "",
        )

    def arrived(self, posts: Sequence[str]) -> list[str]:
        return list(posts)

    def brand_said(self) -> list[Said]:
        """Page by page, until one has nothing new: not every server pages."""
        found: dict[str, Said] = {}
        below = None
        while page := self._listed(below):
            said = {one.id: one for one in map(self._said, page)}
            if said.keys() <= found.keys():
                break
            found |= said
            below = page[-1].id
        return list(found.values())

    def _listed(self, below: object) -> list[Status]:
        listed: list[Status] = self.brand.client.account_statuses(
            self.brand.external_id, max_id=below, limit=40
        )
        return listed

    def shown(self, post: str, *, seen_by: Customer | None = None) -> str | None:
        try:
            return _plain(self._viewer(post, seen_by).client.status(post).content)
        except MastodonNotFoundError:
            return None

    def _of(self, customer: Customer) -> Account:
        ids = {one.external_id: one for one in self.server.customers}
        return ids[customer.external_id]

    def _viewer(self, post: str, customer: Customer | None) -> Account:
        if customer:
            return self._of(customer)
        author = self.server.authors.get(post, self.brand)
        return self.server.customers[0] if author is self.brand else author

    def _writes(self, account: Account, text: str, **place: Any) -> str:
        post = self._lasting(account.client.status_post(text, **place).id)
        self.server.authors[post] = account
        return post

    def _lasting(self, post: object) -> str:
        """The id of a post in a form that never changes."""
        return str(post)


@dataclass(frozen=True, kw_only=True)
class OnSnac(OnMastodon):
    """The same on snac2 2.75, where some things are done otherwise than on Mastodon."""

    name: str = "snac"
    can_quote: bool = False
    delivers: bool = False  # now and then it loses a text on the way (`arrived`)
    burst: int = 60  # its API shows the newest 64 notifications, whatever the page

    def deletes(self, customer: Customer, post: str) -> None:
        """In its web pages: its API cannot."""
        account = self._of(customer)
        uri = account.client.status(post).uri
        secret = base64.b64encode(f"{account.name}:{account.password}".encode()).decode()
        answer = requests.post(
            f"{self.server.url}/{account.name}/admin/action",
            data={"id": uri, "actor": f"{self.server.url}/{account.name}", "action": "Delete"},
            headers={"Authorization": f"Basic {secret}"},
            allow_redirects=False,
            timeout=SECONDS,
        )
        assert answer.status_code == 303, answer.text

    def arrived(self, posts: Sequence[str]) -> list[str]:
        """It loses a text now and then between two of its own queues, in a burst. The API shows no
        more than 64; what has come lies in a folder of the brand's."""
        data = self.server.folder / "data"
        brands = data / "user" / self.brand.name / "private"
        come: list[str] = []
        quiet = 0
        while len(come) < len(posts) and quiet < _QUIET_LOOKS:
            time.sleep(_LOOK_SECONDS)
            waiting = [*data.glob("queue/*.json"), *data.glob("user/*/queue/*.json")]
            before, come = come, [one for one in posts if (brands / _file_of(one)).exists()]
            quiet = 0 if waiting or len(come) > len(before) else quiet + 1
        return come

    def _under(self, post: str, viewer: Account) -> list[Said]:
        """Its API shows one step; its pages, and so people, follow all of them."""
        answers = super()._under(post, viewer)
        return [said for one in answers for said in (one, *self._under(one.id, viewer))]

    def _lasting(self, post: object) -> str:
        """Its ids begin with the second of the last edit. It answers to them without that."""
        return "0" * _SECOND_DIGITS + str(post)[_SECOND_DIGITS:]


def _file_of(post: str) -> str:
    return f"{post[_SECOND_DIGITS:]}.json"


def _naming(handle: str, text: str) -> str:
    return text if f"@{handle}" in text else f"@{handle} {text}"


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.said = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in ("br", "p") and self.said:
            self.said += "\n"

    def handle_data(self, data: str) -> None:
        self.said += data


def _plain(markup: str) -> str:
    reader = _Text()
    reader.feed(markup)
    reader.close()
    return reader.said.strip()
