"""In which thread a status stands. A status names what it answers, and nothing names the thread: it
is called after its first status.

The price is one call (`/context`) for each answer that speaks to us and whose thread is not
remembered; none for what answers nothing, or answers what we know, or was found by a keyword. What
is not found out is called after the status that is answered.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from listener.channels import wire
from listener.channels.errors import Gone, Refused, Unavailable
from listener.channels.mastodon.client import MastodonClient
from listener.channels.mastodon.parse import Place, author_id, optional_id, text_of
from listener.channels.metering import Use
from listener.channels.wire import Item, MalformedError

AT_ONCE: Final = 20
"""So many threads are asked for in one fetch, which must end long before anybody takes it for hung;
the rest of its page waits for the next one."""

_PATIENCE: Final = 3  # failures in one fetch: then it is not the thread but the server
_REMEMBERED: Final = 5_000  # statuses, some two megabytes


@dataclass(frozen=True, kw_only=True)
class _Known:
    root: str
    ours: str = ""  # the text, if it is a status of ours


class Threads:
    """What is remembered of threads. Safe to use from several threads of the program."""

    def __init__(self, client: MastodonClient, most: int = _REMEMBERED) -> None:
        self._client, self._most = client, most
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._lock = threading.Lock()

    def place(self, status: Item) -> Place:
        """By what is remembered. Asks nothing. Raises MalformedError if it has no id."""
        found = optional_id(status.get("id")) or ""
        above = optional_id(status.get("in_reply_to_id"))
        with self._lock:
            itself, parent = self._known.get(found), self._known.get(above or "")
        known = itself or parent
        return Place(
            root=known.root if known else above or found, context=parent.ours if parent else ""
        )

    def find(
        self, statuses: Sequence[Item], *, worth: Callable[[Item], bool], me: str, use: Use
    ) -> int:
        """Find out where these stand, the newest first; of those that are `worth` it by asking.
        Returns of how many of them, from the first on, it is known as well as it can be. Raises
        RateLimited, AuthFailed."""
        for status in reversed(statuses):
            self.learn(status, me=me)
        asked = failed = 0
        for number, status in enumerate(statuses):
            if not worth(status) or self.learn(status, me=me) or failed >= _PATIENCE:
                continue
            if asked >= AT_ONCE:
                return number
            asked += 1
            failed += not self._ask(status, me, use)
        return len(statuses)

    def learn(self, status: Item, *, me: str) -> bool:
        """Remember where it stands, if that can be told without asking. What cannot be read is
        nothing to ask for."""
        found = optional_id(status.get("id"))
        if found is None:
            return True
        above = optional_id(status.get("in_reply_to_id"))
        with self._lock:
            known = self._known.get(found) or self._known.get(above or "")
        if known is None and above is not None:
            return False
        self._remember(status, known.root if known else found, me)
        return True

    def _ask(self, status: Item, me: str, use: Use) -> bool:
        """False if the server did not answer."""
        found, above = str(status["id"]), optional_id(status.get("in_reply_to_id"))
        try:
            context = self._client.item(lambda api: api.status_context(found), use=use)
        except (Gone, Refused):
            self._remember(status, above or found, me)
            return True
        except Unavailable:
            return False
        ancestors = [wire.mapping(one) for one in wire.listing(context.get("ancestors"))]
        roots = (optional_id(one.get("id")) for one in ancestors)
        root = next(filter(None, roots), above or found)
        for one in (*ancestors, status):
            self._remember(one, root, me)
        return True

    def _remember(self, status: Item, root: str, me: str) -> None:
        found = optional_id(status.get("id"))
        if found is None:
            return
        known = _Known(root=root, ours=_said(status) if author_id(status) == me else "")
        with self._lock:
            self._known[found] = known
            self._known.move_to_end(found)
            while len(self._known) > self._most:
                self._known.popitem(last=False)


def _said(status: Item) -> str:
    try:
        return text_of(status, own=True)
    except MalformedError:
        return ""
