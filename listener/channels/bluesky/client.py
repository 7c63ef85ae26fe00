"""Calls to Bluesky as our account: each with a token that is good, and posts by their addresses."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from itertools import islice
from typing import Any, Final

from listener.channels import wire
from listener.channels.bluesky import errors, fields
from listener.channels.bluesky.login import Login
from listener.channels.bluesky.rates import Family
from listener.channels.bluesky.stance import Account
from listener.channels.bluesky.xrpc import Call, Params, Xrpc
from listener.channels.errors import TooLarge, Unavailable
from listener.channels.metering import Use
from listener.channels.wire import Answer, Item

_AT_ONCE: Final = 25  # uris in one call: more are refused
_REMEMBERED: Final = 1000  # texts of our own posts


class BlueskyClient:
    """Safe to call from several threads."""

    def __init__(self, *, login: Login, xrpc: Xrpc) -> None:
        self._login, self._xrpc = login, xrpc
        self._texts: dict[str, str] = {}

    @property
    def apart(self) -> timedelta:
        """How far the network's clock is ahead of ours, by its newest answer."""
        return self._xrpc.apart

    def pressure(self) -> float:
        return self._xrpc.pressure()

    def account(self) -> Account:
        """Who we are. Logs in where that was not done. Raises ChannelError."""
        session = self._login.session()
        return Account(did=session.did, handle=session.handle)

    def standing(self) -> str:
        """What stands against our account, as a sentence. Raises ChannelError."""
        return self._login.standing()

    def get(self, method: str, params: Params | None = None, *, use: Use = Use.OWN) -> Answer:
        """Read. Raises ChannelError."""
        return self._call(Call(method=method, params=params or {}, urgent=use is Use.REPLY))

    def send(self, method: str, json: Mapping[str, Any], *, within: float) -> Answer:
        """Write, once. `within`: if so many seconds pass before the call goes out, it does not (a
        new token may have to be fetched first). Raises ChannelError."""
        call = Call(method=method, json=json, family=Family.WRITE, urgent=True)
        return self._call(call, latest=time.monotonic() + within)

    def posts(
        self,
        uris: Iterable[str],
        *,
        use: Use = Use.OWN,
        too_large: dict[str, TooLarge] | None = None,
    ) -> dict[str, Item]:
        """The posts as the network shows them, by their uri. One that is missing was deleted, or
        its author and we keep each other away; or it is more than we take, and is noted in
        `too_large`. Raises ChannelError; TooLarge where nobody takes note."""
        found: dict[str, Item] = {}
        batches = deque(_batches(dict.fromkeys(uris)))
        while batches:
            batch = batches.popleft()
            try:
                found |= self._posts(batch, use)
            except TooLarge as error:
                if len(batch) > 1:
                    half = len(batch) // 2
                    batches.extendleft((batch[half:], batch[:half]))
                elif too_large is None:
                    raise
                else:
                    too_large[batch[0]] = error
        return found

    def _posts(self, batch: list[str], use: Use) -> dict[str, Item]:
        body = self.get("app.bsky.feed.getPosts", {"uris": batch}, use=use).body
        if not isinstance(body.get("posts"), list):
            raise Unavailable("Bluesky answered without the posts that were asked for")
        views = map(wire.mapping, body["posts"])
        return {uri: view for view in views if (uri := wire.words(view.get("uri")))}

    def texts(self, uris: Iterable[str], shown: Mapping[str, Item], *, use: Use) -> dict[str, str]:
        """What these posts of ours say; "" for one that is gone. `shown`: posts that were read
        already. Raises ChannelError."""
        wanted, known = set(uris), self._texts
        missing = [uri for uri in wanted if uri not in known and uri not in shown]
        views = {**shown, **(self.posts(missing, use=use) if missing else {})}
        read = {
            uri: _text(views.get(uri, {})) for uri in wanted if uri in views or uri not in known
        }
        self._texts = (known if len(known) < _REMEMBERED else {}) | read
        return {uri: read.get(uri, known.get(uri, "")) for uri in wanted}

    def who(self, handle: str) -> str:
        """The account behind a handle. Raises ChannelError, MalformedError."""
        method = "com.atproto.identity.resolveHandle"
        return fields.did(self.get(method, {"handle": handle}, use=Use.REPLY).body.get("did"))

    def _call(self, call: Call, *, latest: float | None = None) -> Answer:
        """With a new token if the first has expired: the server refused the call then, and did
        nothing of it."""
        session = self._login.session()
        try:
            return self._once(call, session.pds, session.access, latest)
        except errors.Expired:
            session = self._login.renew(session)
        return self._once(call, session.pds, session.access, latest)

    def _once(self, call: Call, server: str, token: str, latest: float | None) -> Answer:
        if latest is not None and time.monotonic() > latest:
            raise Unavailable("Bluesky was too slow to begin writing: nothing was sent")
        return self._xrpc.ask(server, call, token=token)


def _text(view: Item) -> str:
    return wire.words(wire.mapping(view.get("record")).get("text"))


def _batches(uris: Iterable[str]) -> Iterator[list[str]]:
    left = iter(uris)
    while batch := list(islice(left, _AT_ONCE)):
        yield batch
