"""How statuses stand now, and which of them are gone.

Since 4.3 Mastodon gives 20 at a time and leaves out what is not there
(https://docs.joinmastodon.org/methods/statuses/#index, 2026-11). To be left out is no clear word:
such a one is asked for alone, as all are on servers that do not know this call.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from config.clock import Clock
from listener.channels import wire
from listener.channels.base import Incoming
from listener.channels.errors import (
    ChannelError,
    Gone,
    RateLimited,
    Refused,
    TooLarge,
    Unavailable,
)
from listener.channels.mastodon.client import MastodonClient
from listener.channels.mastodon.errors import Lost
from listener.channels.mastodon.parse import Reader, optional_id
from listener.channels.metering import Use
from listener.channels.wire import Item, MalformedError

_AT_ONCE: Final = 20
_UNKNOWN_FOR: Final = timedelta(hours=1)  # then batches are tried again: servers get newer
_PATIENCE: Final = 3  # failures in one lookup: then it is not the status but the server

Found = dict[str, Item | None]


class Lookup:
    """Safe to use from several threads: it only remembers that the server did not know batches."""

    def __init__(self, client: MastodonClient, clock: Clock) -> None:
        self._client, self._clock = client, clock
        self._batches_from: datetime | None = None  # until then we ask one by one

    def read(
        self, wanted: Sequence[str], reader: Reader, *, use: Use
    ) -> dict[str, Incoming | None]:
        """What is clear of these; None for one that is gone. Raises ChannelError if nothing is."""
        found: dict[str, Incoming | None] = {}
        for asked, status in self._statuses(wanted, use).items():
            try:
                found[asked] = None if status is None else reader.read(status)
            except MalformedError:
                continue
        return found

    def _statuses(self, wanted: Sequence[str], use: Use) -> Found:
        found: Found = {}
        for start in range(0, len(wanted), _AT_ONCE):
            batch = wanted[start : start + _AT_ONCE]
            try:
                found |= self._several(batch, use)
                found |= self._each([asked for asked in batch if asked not in found], use)
            except (RateLimited, Unavailable):
                if not found:
                    raise
                break  # what is known is told; the others are left out
        return found

    def _several(self, batch: Sequence[str], use: Use) -> Found:
        asked_lately = self._batches_from is not None and self._clock() < self._batches_from
        if len(batch) < 2 or asked_lately:
            return {}
        ids = list(batch)
        try:
            listed = self._client.items(lambda api: api.statuses(ids), use=use)
        except TooLarge:
            return {}
        except (Gone, Refused, Lost):
            self._batches_from = self._clock() + _UNKNOWN_FOR
            return {}
        return {asked: status for asked, status in _by_id(listed) if asked in batch}

    def _each(self, ids: Iterable[str], use: Use) -> Found:
        """One by one. One in trouble is left out, unless no other is read either."""
        found, troubles = Found(), list[ChannelError]()
        for asked in ids:
            try:
                found[asked] = self._alone(asked, use)
            except (Unavailable, Refused) as error:
                troubles.append(error)
                if len(troubles) >= _PATIENCE:
                    break
            except RateLimited:
                if not found:
                    raise
                break
        if troubles and not found:
            raise troubles[0]
        return found

    def _alone(self, asked: str, use: Use) -> Item | None:
        try:
            status = self._client.thing(lambda api: api.status(asked), use=use)
        except Gone:
            return None
        if optional_id(status.get("id")) != asked:
            raise Unavailable("the server answered with another status than was asked for")
        return status


def _by_id(listed: Iterable[object]) -> Iterable[tuple[str, Item]]:
    for status in map(wire.mapping, listed):
        if found := optional_id(status.get("id")):
            yield found, status
