"""Payloads of the X Activity API and direct messages, into our values. Pure.

https://docs.x.com/x-api/activity/introduction (2026-08). No channel calls this yet: the bot polls,
and hears neither pushed events nor direct messages. `scripts/check_shapes.py` holds it against
recorded payloads, so that a push receiver would find it ready. A direct message comes in two forms:
the modern one of `/2/dm_events` and the older one that Activity sends.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from listener.channels import wire
from listener.channels.base import Answerable, Incoming, Person
from listener.channels.x import fields, parse
from listener.channels.x.parse import Parsed, Reader
from listener.channels.x.stance import Account


def parse_activity(body: object, *, account: Account, web_url: str) -> Parsed:
    """One event. A post becomes an item; of other events, what came along is `referenced`.

    Never raises.
    """
    event = wire.mapping(wire.mapping(body).get("data"))
    payload = wire.mapping(event.get("payload"))
    reader = Reader.of(event, account=account, web_url=web_url)
    messages = wire.listing(payload.get("direct_message_events"))
    direct = wire.read_all(_Direct(payload.get("users"), account, web_url).read, messages)
    posts = wire.read_all(reader.read, [payload] if "text" in payload else [])
    referenced, _ = wire.read_all(reader.read, reader.posts.values())
    return Parsed(items=posts[0] + direct[0], rejected=posts[1] + direct[1], referenced=referenced)


def parse_direct(body: object, *, account: Account, web_url: str) -> Parsed:
    """The answer of `/2/dm_events`, or of one conversation's events. Never raises."""
    whole = wire.mapping(body)
    included = wire.listing(wire.mapping(whole.get("includes")).get("users"))
    users = parse.keyed(map(parse.user_of, included), "id")
    events = [
        event
        for event in wire.listing(whole.get("data"))
        if wire.mapping(event).get("event_type", "MessageCreate") == "MessageCreate"
    ]
    items, rejected = wire.read_all(_Direct(users, account, web_url).read, events)
    return Parsed(items=items, rejected=rejected, count=len(events))


class _Direct:
    def __init__(self, users: object, account: Account, web_url: str) -> None:
        self._users, self._account, self._web_url = wire.mapping(users), account, web_url

    def read(self, item: object) -> Incoming:
        """One message. It is answered in its own window, never in public: by hand, until a channel
        for direct messages exists. Raises MalformedError."""
        event = wire.mapping(item)
        old = wire.mapping(event.get("message_create"))
        text = wire.mapping(old.get("message_data")).get("text", event.get("text"))
        event_id = fields.post_id(event.get("id"))
        person = self._person(event.get("sender_id") or old.get("sender_id"))
        own = person is not None and person.external_id == self._account.id
        url = f"{self._web_url}/messages"
        return Incoming(
            external_id=event_id,
            revision_id=event_id,
            text=fields.unescape(wire.required_text(text, "text")),
            created_at=wire.moment(event.get("created_at"))
            or _milliseconds(event.get("created_timestamp"))
            or fields.time_of(event_id),
            conversation=wire.optional_identifier(event.get("dm_conversation_id"))
            or (person.external_id if person else event_id),
            answer_under=event_id,
            author=person,
            url=url,
            answer_url=url,
            private=True,
            answerable=Answerable.NO if own else Answerable.BY_HAND,
            own=own,
        )

    def _person(self, sender: object) -> Person | None:
        found = wire.optional_identifier(sender)
        if found is None:
            return None
        user = parse.user_of(self._users.get(found))
        return Person(
            external_id=found,
            name=wire.words(user.get("name")),
            handle=wire.words(user.get("username")),
        )


def _milliseconds(value: Any) -> datetime | None:
    if not isinstance(value, str) or not value.isascii() or not value.isdigit():
        return None
    return datetime.fromtimestamp(int(value) / 1000, UTC) if len(value) <= 14 else None
