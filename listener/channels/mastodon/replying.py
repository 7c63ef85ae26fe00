"""A reply: what it is to look like under what it answers, posted once, and checked.

Who it answers is told only by being mentioned, so "@name " stands in front. It is seen by no more
people than what it answers: to a private message the answer is private. Under public posts it is
"unlisted" (in the apps: quiet public): the customer and all who open the thread see it, but it goes
into no public timeline, search or hashtag, which is what servers ask of accounts that answer all
day. A warning on what it answers stays on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from listener.channels import wire
from listener.channels.base import Outgoing, Posted
from listener.channels.errors import ChannelError, Gone, Refused, Unavailable, Unknown
from listener.channels.mastodon.client import MastodonClient
from listener.channels.mastodon.length import Limits
from listener.channels.mastodon.parse import Account, author_id, is_private, language, optional_id
from listener.channels.metering import Use
from listener.channels.wire import Item

_QUIET: Final = "unlisted"
_NARROWEST: Final = "direct"
"""To what is private: "private" would show it to the followers of whoever writes, and a brand has
more of them than its customer."""
_MENTION: Final = re.compile(r"(?<![\w/=])@(\w+(?:[\w.-]*\w)?(?:@[\w.-]*\w(?::\d+)?)?)")
"""Whom a text mentions, or more: https://github.com/mastodon/mastodon/blob/main/app/models/
account.rb (MENTION_RE, 2026-11)."""
_NOT_THEIRS: Final = (
    "a private answer goes to everybody it mentions: leave {} out, or write the name without @"
)


@dataclass(frozen=True, kw_only=True)
class Parent:
    """What is answered, as it stands now. `handle`: as its author is mentioned, without the @; ""
    if that is us. `private`: so is the answer."""

    id: str
    handle: str
    private: bool
    warning: str = ""
    language: str | None = None

    @classmethod
    def read(cls, status: Item, *, me: Account) -> Parent:
        """Raises Unavailable if it cannot be told whom to answer."""
        found, account = optional_id(status.get("id")), wire.mapping(status.get("account"))
        acct = wire.words(account.get("acct")) or wire.words(account.get("username"))
        if found is None or not acct:
            raise Unavailable("the server does not say who wrote what is to be answered")
        name, _, host = acct.partition("@")
        # On our own server no host is needed, and snac understands none that has a port.
        handle = name if host == me.host else acct
        return cls(
            id=found,
            handle="" if author_id(status) == me.id else handle,
            private=is_private(status),
            warning=wire.words(status.get("spoiler_text")).strip(),
            language=language(status),
        )

    def addressed(self, text: str) -> str:
        """`text`, with its reader mentioned."""
        if not self.handle:
            return text
        named = rf"(?<![\w/@])@{re.escape(self.handle)}(?![\w@-]|\.\w)"
        named_already = re.search(named, text, re.IGNORECASE)
        return text if named_already else f"@{self.handle} {text}"

    def strangers(self, text: str, *, me: Account) -> list[str]:
        """Whom else `text` mentions: a private answer would be theirs to read as well. Without a
        host a name is one of our own server's, whoever else is called so."""
        if not self.private:
            return []
        known = {_whole(handle, me.host) for handle in (self.handle, me.handle)}
        named = [found[1] for found in _MENTION.finditer(text)]
        return [f"@{one}" for one in named if _whole(one, me.host) not in known]

    def shape(self, reply: Outgoing, limits: Limits) -> dict[str, Any]:
        """What is posted."""
        text = self.addressed(reply.text)
        # The warning counts as well: it gives way to the words.
        room = max(limits.characters - limits.weigh(text), 0)
        warning = self.warning if len(self.warning) <= room else f"{self.warning[: room - 1]}…"
        return {
            "status": text,
            "in_reply_to_id": self.id,
            "visibility": _NARROWEST if self.private else _QUIET,
            "spoiler_text": (warning if room > 1 else "") or None,
            "language": self.language,
            "idempotency_key": reply.key,
        }


@dataclass(frozen=True, kw_only=True)
class Replying:
    client: MastodonClient
    me: Account

    def post(self, reply: Outgoing, limits: Limits, now: datetime) -> Posted:
        """Two calls: a look at what is answered, and the post. Raises ChannelError; Unknown once
        the post was asked for and its end is not known."""
        under = _known(reply.answer_under)
        status = self.client.thing(lambda api: api.status(under), use=Use.REPLY)
        parent = Parent.read(status, me=self.me)
        if strangers := parent.strangers(reply.text, me=self.me):
            raise Refused(reason=_NOT_THEIRS.format(", ".join(strangers)))
        shape = parent.shape(reply, limits)
        answer = self.client.post(lambda api: api.status_post(**shape))
        posted = optional_id(answer.get("id"))
        if posted is None:
            raise Unknown("the server took the reply but named no id")
        if not _as_asked(answer, parent):
            answer = self._look_again(posted, answer)
            if not _as_asked(answer, parent):
                raise self._take_back(posted, answer, parent)
        return Posted(
            external_id=posted,
            url=wire.words(answer.get("url"))
            or f"{self.client.api_url}/@{self.me.handle}/{posted}",
            posted_at=wire.moment(answer.get("created_at")) or now,
            in_reply_to=parent.id,
        )

    def _look_again(self, posted: str, answer: Item) -> Item:
        """A server may say more of a status when asked for it than when it is made. Raises Unknown
        if it says nothing at all of where it stands."""
        try:
            return self.client.thing(lambda api: api.status(posted), use=Use.REPLY)
        except ChannelError as error:
            if "in_reply_to_id" not in answer:
                raise Unknown(
                    f"the server does not say what it hung the reply under: {error}"
                ) from None
            return answer

    def _take_back(self, posted: str, answer: Item, parent: Parent) -> ChannelError:
        """Delete what was not posted as asked for: snac 2.75 makes a post of its own, public, of an
        answer to what it does not know. Returns what became of it."""
        try:
            remove(self.client, posted)
        except ChannelError:
            url = wire.words(answer.get("url")) or posted
            # Not Unknown: read back, it would count as sent, or be sent once more.
            return Refused(reason=f"it stands where it should not: delete {url} by hand")
        if _leaks(answer, parent):
            return Refused(reason="the server showed a private answer to everybody: deleted again")
        if answer.get("in_reply_to_id") is None:
            return Gone(detail="the server no longer knew what we answered: deleted again")
        return Refused(reason="the server hung the answer under another post: deleted again")


def remove(client: MastodonClient, external_id: str) -> None:
    """Delete a status of ours. snac answers 404 to every deletion: only that it is no longer there
    counts. Raises ChannelError."""
    posted = _known(external_id)
    try:
        client.delete(lambda api: api.status_delete(posted))
    except Gone:
        if not _is_gone(client, posted):
            raise Unavailable(
                "the server does not know what it shows: it was not deleted"
            ) from None
    except ChannelError:
        if not _is_gone(client, posted):
            raise


def _is_gone(client: MastodonClient, posted: str) -> bool:
    try:
        client.thing(lambda api: api.status(posted), use=Use.REPLY)
    except Gone:
        return True
    except ChannelError:
        return False
    return False


def _known(value: str) -> str:
    found = optional_id(value)
    if found is None:
        raise Gone(detail="that is no status")
    return found


def _whole(handle: str, host: str) -> str:
    name, _, its_host = handle.casefold().partition("@")
    return f"{name}@{its_host or host.casefold()}"


def _as_asked(answer: Item, parent: Parent) -> bool:
    hangs = optional_id(answer.get("in_reply_to_id")) == parent.id
    return hangs and not _leaks(answer, parent)


def _leaks(answer: Item, parent: Parent) -> bool:
    """Do more people see it than were meant to? Which few, servers name in different ways."""
    return parent.private and not is_private(answer)
