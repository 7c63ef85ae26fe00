"""What an event of sandbox Mastodon says: a status with its id, and what we are told of it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypedDict

from listener.sandbox.journal import Event
from listener.sandbox.mastodon.objects import (
    BRAND,
    DOMAIN,
    Account,
    Kind,
    Media,
    Status,
    Visibility,
    snowflake,
)
from listener.sandbox.mastodon.state import MastodonState
from listener.sandbox.mastodon.text import addressed
from listener.sandbox.network import number


class Saying(TypedDict, total=False):
    """How a status may be made. All of it may be left out."""

    reply_to: str | None
    visibility: str
    spoiler: str  # the content warning
    created_at: datetime | None  # None: now
    heard_at: datetime | None  # when our server gets it, if later; None: now
    media: Sequence[Media]
    language: str | None
    bot: bool  # the author's account says it is run by a machine
    likes: int
    app: str  # with what it is written
    key: str  # the Idempotency-Key it came with
    scene: str | None  # key of the story's scene


class Making(MastodonState):
    """Makes events. The caller holds the lock."""

    def _written_event(self, account: Account, text: str, how: Saying) -> Event:
        at = how.get("created_at") or self.now()
        heard = how.get("heard_at") or (at if account.is_ours else self.now())
        visible = self._visible_at(heard, ours=account.is_ours)
        status_id, place = self._new_id(how.get("created_at"), how.get("scene"))
        words = text.strip() if account.is_local else text
        visibility = Visibility(how.get("visibility", "public"))
        if visibility is Visibility.UNLISTED and not self.manners.keeps_unlisted:
            visibility = Visibility.PUBLIC
        mentions = self._mentioned(account, words)
        event: Event = {
            "op": "post",
            "id": status_id,
            "number": place,
            "author": account.acct,
            "text": words,
            "at": at.isoformat(),
            "visible_at": visible.isoformat(),
            "visibility": visibility.value,
            "answers": how.get("reply_to"),
            "mentions": mentions,
            "spoiler": how.get("spoiler", "").strip(),
            "language": how.get("language"),
            "media": [
                {"url": one.url, "alt": one.alt, "kind": one.kind} for one in how.get("media", ())
            ],
            "likes": how.get("likes", 0),
            "app": how.get("app", "Web" if account.is_local else ""),
            "key": how.get("key", ""),
        }
        if BRAND in mentions and not account.is_ours:
            event["notice"] = self._mention(
                account, visible, visibility=visibility, answers=how.get("reply_to")
            )
        return event

    def _new_id(self, asked: datetime | None, scene: str | None) -> tuple[str, int]:
        """An id of that moment and the place in lists. What is made now gets a larger one than all
        before; a status of another server has the id of its own time, late as it may come."""
        place = self._newest + 1
        if self.manners.hex_ids:
            moment = int((asked or self.now()).timestamp())
            salt = hashlib.sha256(f"{self.seed}/{place}".encode()).hexdigest()[:32]
            return f"{moment:010d}{salt}", place
        if asked is None:
            place = max(place, snowflake(self.now()))
            return str(place), place
        place = snowflake(asked, number(5, self.seed, scene or len(self.statuses)))
        while str(place) in self.statuses or str(place) in self.deleted:
            place += 1
        return str(place), place

    def _account_id(self, acct: str) -> str:
        if self.manners.hex_ids:
            return hashlib.sha256(f"{self.seed}/{acct}".encode()).hexdigest()[:32]
        return str(number(18, self.seed, "account", acct.lower()))

    def _mentioned(self, author: Account, text: str) -> list[str]:
        """The accts of the known accounts a text mentions, its author left out."""
        found = (self.named(author, typed) for typed in addressed(text))
        return [one.acct for one in found if one is not None and one.acct != author.acct]

    def named(self, author: Account, typed: str) -> Account | None:
        """Whom a name means in a text of that author: a bare one is somebody of the author's own
        server, if there is such a one there."""
        name, _, domain = typed.partition("@")
        if domain:
            return self.find_account(name if domain == DOMAIN else typed)
        near = self.find_account(f"{name}@{author.domain}") if not author.is_local else None
        return near or self.find_account(name)

    def _mention(
        self, author: Account, at: datetime, *, visibility: Visibility, answers: str | None
    ) -> dict[str, Any] | None:
        """What the brand is told of a mention. A private one by a stranger is filtered by default,
        unless we have written to them privately in that thread before: a public answer that asks
        for a private message does not open the door
        (https://github.com/mastodon/mastodon/issues/33257, 2024-12-10)."""
        policy = self.private_mentions
        private = visibility is Visibility.DIRECT and self.manners.filters_private_mentions
        if not private or author.acct in self.permitted or self._invited(author, answers):
            policy = "accept"
        if policy == "drop":
            return None
        return {
            "number": self._notice_number(at),
            "kind": Kind.MENTION.value,
            "at": at.isoformat(),
            "filtered": policy == "filter",
        }

    def _invited(self, author: Account, answers: str | None) -> bool:
        parent = self.statuses.get(answers or "")
        thread = [*self.ancestors(parent), parent] if parent else []
        return any(
            one.author.is_ours
            and one.visibility is Visibility.DIRECT
            and author.acct in one.mentions
            for one in thread
        )

    def _notice(self, kind: Kind, of: Status, at: str) -> dict[str, Any] | None:
        """What the brand is told of something that happened to its own status."""
        if not of.author.is_ours:
            return None
        number_ = self._notice_number(datetime.fromisoformat(at))
        return {"number": number_, "kind": kind.value, "at": at, "filtered": False}
