"""Replies of ours: posted once whatever happens, and found again.

The key of the record is made from the reply itself (see tid.py), and it is written on the condition
that nothing stands under that key (`swapRecord: null`): the second attempt of a reply whose first
one did arrive is told so, and changes nothing. `createRecord` would break there (HTTP 500), and
writing the same record again without that condition is harmless only if not a letter of it differs.
As it is the date may be that of the sending, where the network sorts the customer's notification:
one that was approved hours ago would go down to where nobody looks.
https://docs.bsky.app/docs/api/com-atproto-repo-put-record (2026-11)
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from config.clock import Clock
from listener.channels import wire
from listener.channels.base import Answerable, Incoming, Outgoing, Posted, Written
from listener.channels.bluesky import facets, fields, stance, tid, weigh
from listener.channels.bluesky.errors import Swapped
from listener.channels.bluesky.lists import Listed, Lists
from listener.channels.errors import (
    AuthFailed,
    ChannelError,
    Gone,
    RateLimited,
    Refused,
    Unavailable,
    Unknown,
)
from listener.channels.metering import Use
from listener.channels.wire import MalformedError

_READ_BACK_PAGES: Final = 10
_CLOCKS_APART: Final = timedelta(minutes=10)
"""The keys of our own posts are sorted by the clock of the colleague's phone that made them."""

_CLOSED: Final = "who opened this thread lets nobody, or not us, reply in it"


@dataclass(frozen=True, kw_only=True)
class Posting:
    """`clock` is the network's. `within`: so many seconds after a send began it may still go out.
    Every method raises ChannelError."""

    lists: Lists
    clock: Clock
    within: float

    def post(self, reply: Outgoing) -> Posted:
        """Post once, after a look at what it answers: the server itself would take a reply to what
        is deleted, or closed to us, and show it to nobody."""
        latest = time.monotonic() + self.within
        text = weigh.as_sent(reply.text)
        refused = weigh.too_long(text)
        if refused:
            raise Refused(reason=refused)
        record: dict[str, Any] = {"$type": fields.POST, "text": text, "reply": self._place(reply)}
        found = facets.read(text, self._who)
        if found:
            record["facets"] = found
        now = self.clock()
        record["createdAt"] = fields.iso(now)
        address = self._address(reply)
        told = {
            "repo": address.did,
            "collection": fields.POST,
            "rkey": address.rkey,
            "record": record,
            "swapRecord": None,
        }
        posted = self._posted(address.uri, now, reply.answer_under)
        try:
            self.lists.client.send(
                "com.atproto.repo.putRecord", told, within=latest - time.monotonic()
            )
        except Swapped:
            return self._stands_already(reply)
        return posted

    def delete(self, external_id: str) -> None:
        """Out of our own repository; what is not there any more does not stumble."""
        address = _post(external_id)
        if address.did != self.lists.client.account().did:
            raise Refused(reason="that is not ours")
        told = {"repo": address.did, "collection": address.collection, "rkey": address.rkey}
        with suppress(Gone):
            try:
                self.lists.client.send("com.atproto.repo.deleteRecord", told, within=self.within)
            except Unknown as error:
                raise Unavailable(str(error)) from None

    def own_replies(self, reply: Outgoing, since: datetime) -> Sequence[Written]:
        """Straight from our own repository, which knows of no lag. The reply itself is looked for
        by its key: that is as old as its approval, not as its sending."""
        under, floor = _post(reply.answer_under), since - _CLOCKS_APART
        ours = self._kept(reply)
        found, unread = [ours] if ours else [], 0
        for page in self._pages(floor):
            found += page.items
            unread += len(page.rejected)
        there = {item.external_id: item for item in found if item.in_reply_to == under.uri}
        if unread and not there:
            raise Unavailable("a post of our own could not be read: it may be the reply")
        newest = sorted(there.values(), key=lambda item: item.created_at, reverse=True)
        return [Written.of(item) for item in newest]

    def _place(self, reply: Outgoing) -> dict[str, Any]:
        """What the reply hangs under, and the root of that thread, each in the version of now.
        Raises Gone, Refused."""
        uri = _post(reply.answer_under).uri
        view = self.lists.client.posts([uri], use=Use.REPLY).get(uri)
        if view is None:
            raise Gone(detail="it was deleted, or its author and we keep each other away")
        if stance.answerable(view, own=False) is not Answerable.YES:
            raise Refused(reason=_CLOSED)
        try:
            parent = {"uri": uri, "cid": fields.cid(view.get("cid"))}
        except MalformedError as error:
            raise Unavailable(f"Bluesky shows the post without its version ({error})") from None
        above = wire.mapping(wire.mapping(view.get("record")).get("reply"))
        return {"root": _reference(above.get("root")) or parent, "parent": parent}

    def _who(self, handle: str) -> str | None:
        """A handle nobody can look up stays plain text: the reply does not wait for it."""
        try:
            return self.lists.client.who(handle)
        except (AuthFailed, RateLimited):
            raise
        except (ChannelError, MalformedError):
            return None

    def _stands_already(self, reply: Outgoing) -> Posted:
        """An earlier attempt of this reply did arrive."""
        item = self._kept(reply)
        if item is None:
            raise Unavailable("our reply was there, and is gone again")
        if item.in_reply_to != reply.answer_under or item.text != weigh.as_sent(reply.text):
            raise Refused(reason="other words of ours stand there under the key of this reply")
        return self._posted(item.external_id, item.created_at, reply.answer_under)

    def _kept(self, reply: Outgoing) -> Incoming | None:
        """What stands in our repository under the key of this reply."""
        address = self._address(reply)
        params = {"repo": address.did, "collection": fields.POST, "rkey": address.rkey}
        try:
            body = self.lists.client.get("com.atproto.repo.getRecord", params, use=Use.REPLY).body
        except Gone:
            return None
        try:
            return self.lists.reader().own({**body, "uri": address.uri})
        except MalformedError:
            raise Unavailable("the post under the key of this reply cannot be read") from None

    def _pages(self, floor: datetime) -> Iterator[Listed]:
        """Our own posts, newest first, back to `floor`."""
        cursor: str | None = None
        for _ in range(_READ_BACK_PAGES):
            try:
                page = self.lists.own_posts(cursor, use=Use.REPLY)
            except Gone as error:  # of our repository, not of what we answer
                raise Unavailable(f"our own posts cannot be read: {error}") from None
            yield page
            older = page.rows.times and min(page.rows.times) < floor
            if older or page.rows.cursor in (None, cursor):
                return
            cursor = page.rows.cursor
        raise Unavailable("too many posts of our own to find one reply among them")

    def _address(self, reply: Outgoing) -> fields.Address:
        did, rkey = self.lists.client.account().did, tid.for_reply(reply.made_at, reply.key)
        return fields.Address(did=did, collection=fields.POST, rkey=rkey)

    def _posted(self, uri: str, moment: datetime, under: str) -> Posted:
        url = self.lists.reader().url(uri, self.lists.client.account().handle)
        return Posted(external_id=uri, url=url, posted_at=moment, in_reply_to=under)


def _post(value: str) -> fields.Address:
    found = fields.optional_post(value)
    if found is None:
        raise Gone(detail="that is no post of Bluesky")
    return found


def _reference(value: object) -> dict[str, str] | None:
    """A post in one version, as its author's app wrote it down; None if it is none."""
    told = wire.mapping(value)
    uri, cid = wire.words(told.get("uri")), wire.optional_identifier(told.get("cid"))
    return {"uri": uri, "cid": cid} if uri.startswith("at://") and cid else None
