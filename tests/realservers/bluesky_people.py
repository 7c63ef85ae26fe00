"""What people do on Bluesky, with the `atproto` SDK."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from atproto import AtUri, models
from atproto.exceptions import BadRequestError
from atproto_client.models.utils import get_model_as_dict
from atproto_client.utils.facet_detection import detect_mentions

from tests.realservers.bluesky import Account, BlueskyServers
from tests.realservers.people import Customer, Said

_POST = "app.bsky.feed.post"
_DEPTH = 100
"""How many answers to answers a view shows; the servers allow up to 1,000."""


@dataclass(frozen=True, kw_only=True)
class Bluesky:
    """A brand on Bluesky and the customers there: a `RealNetwork`, and what only Bluesky has.
    A post is known by its at:// address."""

    server: BlueskyServers
    brand: Account
    app_password: str
    name: str = "bluesky"
    can_quote: bool = True
    delivers: bool = True
    burst: int = 1000

    @classmethod
    def with_new_brand(cls, server: BlueskyServers) -> Self:
        """A brand that nobody has spoken to yet, among the same customers."""
        brand = server.account(f"larix{next(server.numbers)}")
        made = brand.client.com.atproto.server.create_app_password(
            models.ComAtprotoServerCreateAppPassword.Data(name="bot")
        )
        return cls(server=server, brand=brand, app_password=made.password)

    @property
    def handle(self) -> str:
        return self.brand.handle

    @property
    def customers(self) -> Sequence[Customer]:
        return [Customer(external_id=one.did, handle=one.handle) for one in self.server.customers]

    def table(self) -> dict[str, Any]:
        return {
            "kind": "bluesky",
            "api_url": self.server.pds,
            "handle": self.handle,
            "app_password": self.app_password,
        }

    def says(
        self,
        customer: Customer,
        text: str,
        *,
        created_at: datetime | None = None,
        facet: bool = True,
        language: str = "en",
    ) -> str:
        """`created_at`: what the customer's device takes for the time. Without `facet` the handle
        is mere letters, as some apps send it, and nobody is notified."""
        named = text if f"@{self.handle}" in text else f"@{self.handle} {text}"
        more: dict[str, Any] = {} if facet else {"facets": []}
        return self._writes(self._of(customer), named, created_at, langs=[language], **more)

    def says_to(
        self, customer: Customer, text: str, *, under: str, created_at: datetime | None = None
    ) -> str:
        return self._writes(self._of(customer), text, created_at, reply=self._place(under))

    def quotes(self, customer: Customer, text: str, *, of: str) -> str:
        shown = {"$type": "app.bsky.embed.record", "record": self._reference(of)}
        return self._writes(self._of(customer), text, embed=shown)

    def edits(self, customer: Customer, post: str, text: str) -> None:
        account = self._of(customer)
        record = get_model_as_dict(self._record(post).value)
        record |= {"text": text, "facets": self._facets(text)}
        account.client.com.atproto.repo.put_record(
            models.ComAtprotoRepoPutRecord.Data(
                repo=account.did, collection=_POST, rkey=AtUri.from_str(post).rkey, record=record
            )
        )

    def deletes(self, customer: Customer, post: str) -> None:
        self._of(customer).client.delete_post(post)

    def brand_says(self, text: str) -> str:
        return self._writes(self.brand, text)

    def brand_answers(self, text: str, *, under: str) -> str:
        return self._writes(self.brand, text, reply=self._place(under))

    def notified(self) -> list[str]:
        found: list[str] = []
        cursor = None
        while True:
            view = self.brand.client.app.bsky.notification.list_notifications(
                models.AppBskyNotificationListNotifications.Params(
                    cursor=cursor, limit=100, reasons=["mention"]
                )
            )
            found += [one.uri for one in view.notifications]
            cursor = view.cursor
            if not cursor:
                return found

    def thread(self, post: str, *, seen_by: Customer | None = None) -> list[Said]:
        try:
            view = self._viewer(seen_by).client.app.bsky.feed.get_post_thread(
                models.AppBskyFeedGetPostThread.Params(uri=post, depth=_DEPTH, parent_height=0)
            )
        except BadRequestError as missing:
            raise LookupError(post) from missing
        if not _stands(view.thread):
            raise LookupError(post)
        return list(_under(view.thread))

    def shown(self, post: str, *, seen_by: Customer | None = None) -> str | None:
        view = self._viewer(seen_by).client.app.bsky.feed.get_posts(
            models.AppBskyFeedGetPosts.Params(uris=[post])
        )
        return view.posts[0].record.text if view.posts else None

    def arrived(self, posts: Sequence[str]) -> list[str]:
        return list(posts)

    def brand_said(self) -> list[Said]:
        found: list[Said] = []
        cursor = None
        while True:
            page = self.brand.client.com.atproto.repo.list_records(
                models.ComAtprotoRepoListRecords.Params(
                    repo=self.brand.did, collection=_POST, cursor=cursor, limit=100
                )
            )
            found += [self._said(record) for record in page.records]
            cursor = page.cursor
            if not cursor:
                return found

    def _said(self, record: Any) -> Said:
        told = get_model_as_dict(record.value)
        above = told["reply"]["parent"]["uri"] if told.get("reply") else ""
        return Said(record.uri, self.handle, told["text"], above)

    # What only Bluesky has.

    def takes(self, text: str) -> bool:
        """Whether the network takes a post of the brand's with this text."""
        try:
            self.brand_says(text)
        except BadRequestError:
            return False
        return True

    def blocks(self, customer: Customer) -> None:
        """The customer blocks the brand."""
        record = {"subject": self.brand.did, "createdAt": _stamp()}
        self._of(customer).writes("app.bsky.graph.block", record)

    def gates(self, customer: Customer, post: str) -> None:
        """The customer lets nobody answer their post any more."""
        record = {"post": post, "allow": [], "createdAt": _stamp()}
        self._of(customer).writes("app.bsky.feed.threadgate", record, AtUri.from_str(post).rkey)

    def reply_disabled(self, post: str) -> bool:
        """Whether the network tells the brand that it may not answer this post."""
        view = self.brand.client.app.bsky.feed.get_posts(
            models.AppBskyFeedGetPosts.Params(uris=[post])
        )
        return bool(view.posts and view.posts[0].viewer.reply_disabled)

    def take_down_brand(self) -> None:
        self.server.take_down(self.brand.did, applied=True)

    def restore_brand(self) -> None:
        self.server.take_down(self.brand.did, applied=False)

    # How it is done.

    def _of(self, customer: Customer) -> Account:
        return next(one for one in self.server.customers if one.did == customer.external_id)

    def _viewer(self, customer: Customer | None) -> Account:
        return self._of(customer) if customer else self.server.bystander

    def _writes(
        self, account: Account, text: str, created_at: datetime | None = None, **more: Any
    ) -> str:
        record = {
            "$type": _POST,
            "text": text,
            "createdAt": _stamp(created_at),
            "langs": ["en"],
            "facets": self._facets(text),
            **more,
        }
        return account.writes(_POST, record)

    def _facets(self, text: str) -> list[dict[str, Any]]:
        """Each @handle of somebody who is here, as the app marks it: by its bytes in UTF-8."""
        dids = {one.handle: one.did for one in (self.brand, *self.server.customers)}
        return [
            {
                "index": {"byteStart": found.byte_start, "byteEnd": found.byte_end},
                "features": [
                    {"$type": "app.bsky.richtext.facet#mention", "did": dids[found.handle]}
                ],
            }
            for found in detect_mentions(text)
            if found.handle in dids
        ]

    def _record(self, post: str) -> models.ComAtprotoRepoGetRecord.Response:
        uri = AtUri.from_str(post)
        return self.brand.client.com.atproto.repo.get_record(
            models.ComAtprotoRepoGetRecord.Params(
                repo=uri.hostname, collection=uri.collection, rkey=uri.rkey
            )
        )

    def _reference(self, post: str) -> dict[str, Any]:
        """A post in this very wording, as replies and quotes name it."""
        return {"uri": post, "cid": self._record(post).cid}

    def _place(self, under: str) -> dict[str, Any]:
        """Where a reply hangs: what it answers, and what the whole thread began with."""
        found = self._record(under)
        parent = {"uri": under, "cid": found.cid}
        above = get_model_as_dict(found.value).get("reply")
        return {"parent": parent, "root": above["root"] if above else parent}


def _under(view: Any) -> Iterator[Said]:
    for answer in view.replies or []:
        if _stands(answer):
            post = answer.post
            parent = post.record.reply.parent.uri
            yield Said(post.uri, post.author.handle, post.record.text, parent)
            yield from _under(answer)


def _stands(view: Any) -> bool:
    """Whether a place in a thread shows a post: not one that is gone, or that a block hides."""
    return isinstance(view, models.AppBskyFeedDefs.ThreadViewPost)


def _stamp(moment: datetime | None = None) -> str:
    in_utc = (moment or datetime.now(UTC)).astimezone(UTC)
    return in_utc.isoformat(timespec="milliseconds").replace("+00:00", "Z")
