"""Bluesky: notifications and searches in, replies out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from config.clock import Clock
from config.secrets import Redactor
from listener.channels import outbound, wire
from listener.channels.base import (
    OWN_STREAM,
    Declaration,
    Incoming,
    Length,
    Outgoing,
    Page,
    Posted,
    Report,
    Written,
)
from listener.channels.bluesky import fields, weigh
from listener.channels.bluesky.archive import BlueskyArchive
from listener.channels.bluesky.client import BlueskyClient
from listener.channels.bluesky.lists import Lists
from listener.channels.bluesky.login import Login
from listener.channels.bluesky.options import BlueskyOptions
from listener.channels.bluesky.posting import Posting
from listener.channels.bluesky.stream import NOTIFICATIONS, SEARCH, BlueskyStreams
from listener.channels.bluesky.xrpc import Xrpc
from listener.channels.errors import ChannelError, Refused
from listener.channels.metering import Metering, Use

# https://docs.bsky.app/docs/advanced-guides/rate-limits (2026-11). A new record costs 3 points of
# 5,000 an hour and of 35,000 a day; the servers' answers go before these numbers.
_ALLOWANCES: Final = (
    "1,666 replies an hour, 11,666 a day",
    "3,000 calls in 5 minutes from one address",
    "30 logins in 5 minutes, 300 a day",
)

_TELLABLE: Final = timedelta(seconds=2)


def open_channel(
    name: str,
    table: Mapping[str, Any],
    *,
    source: str,
    redactor: Redactor,
    clock: Clock,
    meter: Metering,  # noqa: ARG001  # Bluesky charges nothing
    folder: Path | None = None,
) -> BlueskyChannel:
    """The channel of `[channels.<name>]`. Asks nothing of Bluesky. Raises ConfigError. `folder`:
    where its session is kept from one start to the next, unless the settings say where."""
    options = outbound.read_options(BlueskyOptions, name=name, table=table, source=source)
    keys = options.keys(name=name, source=source, redactor=redactor)
    xrpc = Xrpc(read_timeout=options.request_timeout_seconds, redactor=redactor, clock=clock)
    login = Login(keys=keys, api_url=options.api_url, xrpc=xrpc, kept=options.kept(name, folder))
    client = BlueskyClient(login=login, xrpc=xrpc)
    return BlueskyChannel(name=name, options=options, client=client, clock=clock)


class BlueskyChannel:
    """One account on Bluesky."""

    def __init__(
        self, *, name: str, options: BlueskyOptions, client: BlueskyClient, clock: Clock
    ) -> None:
        self._name, self._options, self._client = name, options, client

        def network_time() -> datetime:
            # Networks tell the time cut to seconds: less than two apart may be none at all.
            return clock() + (client.apart if abs(client.apart) > _TELLABLE else timedelta())

        self._lists = Lists(client=client, web_url=options.web_url, clock=network_time)
        self._streams = BlueskyStreams(
            lists=self._lists, queries=options.queries, clock=network_time
        )
        self._archive = BlueskyArchive(streams=self._streams)
        self._posting = Posting(
            lists=self._lists, clock=network_time, within=options.call_seconds / 2
        )

    @property
    def name(self) -> str:
        return self._name

    @property
    def options(self) -> BlueskyOptions:
        return self._options

    @property
    def declaration(self) -> Declaration:
        return Declaration(
            label="Bluesky",
            streams=(NOTIFICATIONS, SEARCH, OWN_STREAM),
            text_limit=weigh.GRAPHEMES,
            counted_in="characters",
            links_welcome=True,
            can_hide=False,
            can_delete=True,
            media_hosts=("cdn.bsky.app", "video.bsky.app"),
            allowances=_ALLOWANCES,
        )

    def fetch(self, stream: str, position: str | None) -> Page:
        if stream == NOTIFICATIONS:
            return self._streams.notifications(position)
        if stream == SEARCH:
            return self._streams.search(position)
        if stream == OWN_STREAM:
            return self._streams.own(position)
        raise Refused(reason=f"this channel has no stream {stream!r}")

    def lookup(
        self, external_ids: Sequence[str], *, use: Use = Use.OWN
    ) -> Mapping[str, Incoming | None]:
        """Each post as it stands now; None for one that was deleted, or whose author blocks us.

        What is no address of a post, or cannot be read, is left out: it is not known to be gone.
        """
        wanted = [asked for asked in external_ids if fields.optional_post(asked)]
        shown = self._client.posts(wanted, use=use)
        readable = self._lists.read(shown, use=use)
        found: dict[str, Incoming | None] = {item.external_id: item for item in readable}
        return found | {uri: None for uri in wanted if uri not in shown}

    def post(self, reply: Outgoing) -> Posted:
        return self._posting.post(reply)

    def own_replies(self, reply: Outgoing, since: datetime) -> Sequence[Written]:
        """Because clocks may be apart, those up to ten minutes older come along as well."""
        return self._posting.own_replies(reply, since)

    def fill(self, since: datetime, until: datetime, position: str | None) -> Page:
        return self._archive.fill(since, until, position)

    def count(self, since: datetime, until: datetime) -> Mapping[datetime, int] | None:
        """None: Bluesky counts nothing by the hour."""
        return None

    def pressure(self) -> float:
        return self._client.pressure()

    def clock_apart(self) -> timedelta:
        return self._client.apart

    def hide(self, external_id: str) -> None:
        raise Refused(reason="on Bluesky nothing is hidden from here", by_hand=True)

    def delete(self, external_id: str) -> None:
        self._posting.delete(external_id)

    def length(self, text: str) -> Length:
        return Length(used=weigh.weigh(text), limit=weigh.GRAPHEMES)

    def check(self) -> Report:
        """Raises nothing: what is wrong is told in `problems`."""
        try:
            account = self._client.account()
        except ChannelError as error:
            return Report(problems=(str(error),))
        name, handle, problems = account.handle, account.handle, self._standing()
        try:
            # Through to what we read from: it may be away while we can still write.
            params = {"actor": account.did}
            profile = self._client.get("app.bsky.actor.getProfile", params, use=Use.CHECK).body
            name = wire.words(profile.get("displayName")) or name
            handle = fields.handle(profile.get("handle")) or handle
        except ChannelError as error:
            problems = problems or [str(error)]
        problems += self._renamed(handle) + outbound.clock_problems(self._client.apart)
        return Report(account=f"{name} (@{handle})", problems=tuple(problems))

    def _standing(self) -> list[str]:
        """A token lives on for a while after the account it was made for was taken down."""
        try:
            found = self._client.standing()
        except ChannelError:  # not every server tells
            return []
        return [found] if found else []

    def _renamed(self, handle: str) -> list[str]:
        if handle == self._options.handle:
            return []
        if not handle:
            return ["the network cannot confirm our handle: look at its DNS entry or file"]
        return [f"the account is called @{handle} by now: set handle to that, or no login works"]
