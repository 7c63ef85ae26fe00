"""A Mastodon account: mentions, hashtags and words in, replies out, through Mastodon.py.

Any server that speaks Mastodon's client API will do; what some of them do differently is said where
it matters. An account that answers by itself is to be marked as automated, and servers' own rules
mostly let it answer only who spoke to it. This module posts what it is told to; who decides is
elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from config.clock import Clock
from config.secrets import Redactor
from listener.channels import outbound
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
from listener.channels.errors import ChannelError, Gone, Refused
from listener.channels.mastodon.archive import MastodonArchive
from listener.channels.mastodon.client import Ask, MastodonClient
from listener.channels.mastodon.inspection import Inspection, who_are_we
from listener.channels.mastodon.length import Limits, read_limits
from listener.channels.mastodon.lookup import Lookup
from listener.channels.mastodon.options import MastodonOptions
from listener.channels.mastodon.own import Own
from listener.channels.mastodon.parse import Account, optional_id
from listener.channels.mastodon.replying import Replying, remove
from listener.channels.mastodon.stream import MastodonStreams
from listener.channels.mastodon.threads import Threads
from listener.channels.metering import Metering, Use

# https://docs.joinmastodon.org/api/rate-limits/ (2026-11) and, for posting, the server's own
# https://github.com/mastodon/mastodon/blob/main/app/lib/rate_limiter.rb (2026-11)
_ALLOWANCES: Final = (
    "300 calls in 5 minutes, of which we keep 60 for replies",
    "300 posts in 3 hours and 30 deletions in 30 minutes",
    "other servers, and other settings of Mastodon, differ: what their answers say goes",
)
_LIMITS_LAST: Final = timedelta(days=1)  # so long the server's limits are believed
_LIMITS_AGAIN: Final = timedelta(hours=1)  # so soon they are asked for again if it did not answer


def open_channel(
    name: str,
    table: Mapping[str, Any],
    *,
    source: str,
    redactor: Redactor,
    clock: Clock,
    meter: Metering,  # noqa: ARG001  # Mastodon charges nothing
) -> MastodonChannel:
    """The channel of `[channels.<name>]`. Asks nothing of the server. Raises ConfigError."""
    options = outbound.read_options(MastodonOptions, name=name, table=table, source=source)
    client = MastodonClient(
        api_url=options.api_url,
        token=options.token(name=name, source=source, redactor=redactor),
        read_timeout=options.request_timeout_seconds,
        redactor=redactor,
        clock=clock,
    )
    return MastodonChannel(name=name, options=options, client=client, clock=clock)


class MastodonChannel:
    """One account on one server."""

    def __init__(
        self, *, name: str, options: MastodonOptions, client: MastodonClient, clock: Clock
    ) -> None:
        self._name, self._options, self._client, self._clock = name, options, client, clock
        self._account: Account | None = None
        self._limits, self._limits_until = Limits(), clock()
        self._lookup = Lookup(client, clock)
        self._streams = MastodonStreams(
            client=client, me=self._me, threads=Threads(client), clock=clock
        )
        self._archive = MastodonArchive(
            streams=self._streams, tags=options.tags, words=options.words
        )

    @property
    def name(self) -> str:
        return self._name

    @property
    def options(self) -> MastodonOptions:
        return self._options

    @property
    def declaration(self) -> Declaration:
        options = self._options
        tags, words = (("tags",) if options.tags else ()), (("search",) if options.words else ())
        return Declaration(
            label="Mastodon",
            streams=("mentions", OWN_STREAM, *tags, *words),
            text_limit=self._limits.for_text,
            counted_in="characters",
            links_welcome=True,
            can_hide=False,
            can_delete=True,
            media_hosts=options.media_hosts,
            allowances=_ALLOWANCES,
        )

    def fetch(self, stream: str, position: str | None) -> Page:
        if stream == "mentions":
            self._mind_limits()
            return self._streams.mentions(position)
        if stream == OWN_STREAM:
            return self._streams.own(position)
        if stream == "tags" and self._options.tags:
            return self._streams.tags(position, self._options.tags)
        if stream == "search" and self._options.words:
            return self._streams.search(position, self._options.words)
        raise Refused(reason=f"this channel has no stream {stream!r}")

    def lookup(
        self, external_ids: Sequence[str], *, use: Use = Use.OWN
    ) -> Mapping[str, Incoming | None]:
        """Each status as it stands now; None for one that is deleted or closed to us.

        One about which the server says nothing clear is left out.
        """
        wanted = [asked for asked in dict.fromkeys(external_ids) if optional_id(asked)]
        return self._lookup.read(wanted, self._streams.reader(), use=use) if wanted else {}

    def post(self, reply: Outgoing) -> Posted:
        """The key of the reply travels with it as `Idempotency-Key`: Mastodon takes a second
        attempt within an hour for the first one; servers that do not are read back."""
        replying = Replying(client=self._client, me=self._me(Use.REPLY))
        return replying.post(reply, self._limits, self._clock().astimezone(UTC))

    def own_replies(self, reply: Outgoing, since: datetime) -> Sequence[Written]:
        """Their text is without the handles in front, which `post` puts there."""
        if optional_id(reply.answer_under) is None:
            raise Gone(detail="that is no status")
        own = Own(client=self._client, me=self._me(Use.REPLY), lists=self._streams.lists)
        return own.under(reply.answer_under, since)

    def fill(self, since: datetime, until: datetime, position: str | None) -> Page:
        return self._archive.fill(since, until, position)

    def count(self, since: datetime, until: datetime) -> Mapping[datetime, int] | None:
        """None: Mastodon counts nothing by the hour."""
        return None

    def pressure(self) -> float:
        return self._client.rates.pressure(self._clock())

    def clock_apart(self) -> timedelta:
        return self._client.apart

    def hide(self, external_id: str) -> None:
        raise Refused(reason="Mastodon lets nobody hide what others write")

    def delete(self, external_id: str) -> None:
        remove(self._client, external_id)

    def length(self, text: str) -> Length:
        """What the mention of its reader takes is set aside: see `length.RESERVE`. Asks nothing:
        the limit is the one of the newest polls, before the first of them Mastodon's own."""
        return Length(used=self._limits.weigh(text), limit=self._limits.for_text)

    def check(self) -> Report:
        """Raises nothing: what is wrong is told in `problems`."""
        report = Inspection(client=self._client, options=self._options).report()
        if report.account:
            self._ask_limits()
        return report

    def _me(self, use: Use = Use.MENTIONS) -> Account:
        if self._account is None:
            self._account = who_are_we(self._client, use=use)
        return self._account

    def _mind_limits(self) -> None:
        """Once a day. That the server does not say keeps us from nothing."""
        if self._clock() >= self._limits_until:
            self._ask_limits()

    def _ask_limits(self) -> None:
        found = self._told_limits()
        self._limits = found or self._limits
        self._limits_until = self._clock() + (_LIMITS_LAST if found else _LIMITS_AGAIN)

    def _told_limits(self) -> Limits | None:
        """From the newer page of the server, else from the older one."""
        asks: tuple[Ask, ...] = (lambda api: api.instance_v2(), lambda api: api.instance_v1())
        for ask in asks:
            with suppress(ChannelError):
                if found := read_limits(self._client.item(ask, use=Use.CHECK)):
                    return found
        return None
