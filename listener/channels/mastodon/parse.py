"""Statuses into our values. Pure: dict in, values out.

https://docs.joinmastodon.org/entities/Status/, .../Account/ (2026-11). Ids are text that means
nothing: Mastodon's are numbers, those of others are not.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from listener.channels import wire
from listener.channels.base import Answerable, Incoming, Person
from listener.channels.mastodon import media as mastodon_media
from listener.channels.mastodon.plain import plain
from listener.channels.wire import Item, MalformedError

_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,95}")  # room for the time of an edit behind
_SNAC: Final = re.compile(r"[0-9]{10}([0-9a-f]{32})")
_HANDLES_IN_FRONT: Final = re.compile(r"\A(?:@\S+\s+)+")
_LANGUAGE: Final = re.compile(r"[a-z]{2}")
_OPEN: Final = frozenset({"public", "unlisted"})


@dataclass(frozen=True, kw_only=True)
class Account:
    """Who we are. The handle stands without its @. `host`: of our server."""

    id: str
    handle: str
    host: str
    name: str = ""
    url: str = ""
    bot: bool = False

    def is_spoken_to(self, status: Item) -> bool:
        """Does it answer us, or mention us?"""
        if optional_id(status.get("in_reply_to_account_id")) == self.id:
            return True
        return any(self._is_me(wire.mapping(one)) for one in wire.listing(status.get("mentions")))

    def _is_me(self, mention: Item) -> bool:
        """Not every server gives ids there: snac 2.75 counts them."""
        names = {self.handle.casefold(), f"{self.handle}@{self.host}".casefold()}
        return (
            optional_id(mention.get("id")) == self.id
            or wire.words(mention.get("acct")).casefold() in names
            or (self.url != "" and mention.get("url") == self.url)
        )


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a status stands: the first one of its thread, and what of ours it answers."""

    root: str
    context: str = ""


def optional_id(value: object) -> str | None:
    """An id, if it is one.

    snac puts the time of the last change in front of a hash, so that an edit, or its delivery,
    makes a new id of the same status. It takes any time there (2.75, tried), so we put none.
    """
    found = wire.optional_identifier(value)
    if found is None or not _ID.fullmatch(found):
        return None
    changing = _SNAC.fullmatch(found)
    return f"{0:010}{changing[1]}" if changing else found


def status_id(value: object) -> str:
    """An id. Raises MalformedError."""
    found = optional_id(value)
    if found is None:
        raise MalformedError("id is no identifier")
    return found


def read_account(body: object, *, api_url: str) -> Account:
    """The answer of `/api/v1/accounts/verify_credentials`. Raises MalformedError."""
    raw = wire.mapping(body)
    handle = wire.required_text(raw.get("acct") or raw.get("username"), "acct")
    return Account(
        id=status_id(raw.get("id")),
        handle=handle.partition("@")[0],
        host=handle.partition("@")[2] or host_of(wire.words(raw.get("url"))) or host_of(api_url),
        name=wire.words(raw.get("display_name")),
        url=wire.words(raw.get("url")),
        bot=raw.get("bot") is True,
    )


def host_of(address: str) -> str:
    """The host of an address, with its port; "" if it has none."""
    try:
        return urlsplit(address).netloc
    except ValueError:
        return ""


def is_private(status: Item) -> bool:
    """Whether only some can read it; so is what is visible in a way we do not know.

    https://docs.joinmastodon.org/entities/Status/#visibility (2026-11)."""
    return wire.words(status.get("visibility")) not in _OPEN


def author_id(status: Item) -> str | None:
    return optional_id(wire.mapping(status.get("account")).get("id"))


def text_of(status: Item, *, own: bool) -> str:
    """What somebody says in it: a warning (`spoiler_text`) stands in front as "CW: ...".

    Of our own posts it is only the words themselves, without the warning and the handles that a
    reply takes over from what it answers: by its words a reply of ours is known again. Where the
    server has kept these as they were typed (`text`), its own version of them does not count: snac
    makes a heart of "<3". Raises MalformedError.
    """
    text = plain(wire.required_text(status.get("content"), "content"))
    if own:
        return _HANDLES_IN_FRONT.sub("", wire.words(status.get("text")).strip() or text)
    warning = wire.words(status.get("spoiler_text")).strip()
    return f"CW: {warning}\n\n{text}".strip() if warning else text


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Reads for one account. `seen`: the moment we read, for statuses without a readable time.
    `place` knows where a status stands."""

    me: Account
    api_url: str
    seen: datetime
    place: Callable[[Item], Place]

    def read(self, item: object, *, told: bool = False) -> Incoming:
        """One status; `told`: the server notified us of it as a mention. Raises MalformedError if
        it has no id or no text."""
        raw = wire.mapping(item)
        found = status_id(raw.get("id"))
        person, own = _person(raw), author_id(raw) == self.me.id
        origin = wire.mapping(raw.get("reblog"))
        url = wire.words(raw.get("url")) or wire.words(raw.get("uri"))
        place = self.place(raw)
        return Incoming(
            external_id=found,
            revision_id=found + _edited(raw),
            text=text_of(origin or raw, own=own),
            created_at=wire.moment(raw.get("created_at")) or self.seen,
            conversation=place.root,
            answer_under=found,
            author=person,
            in_reply_to=optional_id(raw.get("in_reply_to_id")),
            url=url,
            answer_url=self._answer_url(found, person, url),
            language=language(raw),
            media=mastodon_media.read(origin or raw, url),
            context=place.context,
            addressed=self._addressed(raw, told=told),
            private=is_private(raw),
            answerable=Answerable.NO if own or origin else Answerable.YES,
            own=own,
            repost=bool(origin),
            engagement=_engagement(raw),
        )

    def _addressed(self, raw: Item, *, told: bool) -> bool:
        """Does somebody speak to us? A program does not: what it says is heard, and a person may
        answer it, but nothing goes to it by itself."""
        if wire.mapping(raw.get("account")).get("bot") is True:
            return False
        return told or self.me.is_spoken_to(raw)

    def _answer_url(self, found: str, person: Person | None, url: str) -> str:
        """Where our own people can answer it: on our server, not on its author's."""
        ours = host_of(url) == host_of(self.api_url)
        if ours or person is None or not person.handle:
            return url
        return f"{self.api_url}/@{person.handle}/{found}"


def language(status: Item) -> str | None:
    """What its author set, as ISO 639-1; None for none, or one of three letters."""
    code = wire.words(status.get("language")).casefold().replace("_", "-").partition("-")[0]
    return code if _LANGUAGE.fullmatch(code) else None


def _person(status: Item) -> Person | None:
    account, found = wire.mapping(status.get("account")), author_id(status)
    if found is None:
        return None
    handle = wire.words(account.get("acct")) or wire.words(account.get("username"))
    followers = account.get("followers_count")
    return Person(
        external_id=found,
        name=wire.words(account.get("display_name")) or wire.words(account.get("username")),
        handle=handle,
        followers=None if followers is None else wire.count(followers),
    )


def _edited(status: Item) -> str:
    """An edit keeps the id (https://docs.joinmastodon.org/entities/Status/#edited_at, 2026-11), so
    the time of the newest stands behind it: of two such the greater text is the newer version."""
    edited = wire.moment(status.get("edited_at"))
    return f"@{edited:%Y%m%dT%H%M%S.%f}" if edited else ""


def _engagement(status: Item) -> int:
    names = ("favourites_count", "reblogs_count", "replies_count", "quotes_count")
    return sum(wire.count(status.get(name)) for name in names)
