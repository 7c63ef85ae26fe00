"""Who we are, and the tokens that show it: one login for all threads, and as few as can be.

Requests that meet an expired token all come here; the first of them gets a new one, the others take
that. https://docs.bsky.app/docs/api/com-atproto-server-create-session (2026-11)
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from dataclasses import dataclass, field
from typing import Final

from listener.channels import wire
from listener.channels.bluesky import errors
from listener.channels.bluesky import session as bluesky_session
from listener.channels.bluesky.rates import Family
from listener.channels.bluesky.session import Session, SessionFile
from listener.channels.bluesky.xrpc import Call, Xrpc
from listener.channels.errors import AuthFailed, ChannelError, Refused, Unavailable
from listener.channels.wire import Item

log = logging.getLogger(__name__)

_WRONG: Final = "Invalid identifier or password"
_REMEMBERED: Final = 20


@dataclass(frozen=True, kw_only=True)
class Keys:
    handle: str
    app_password: str = field(repr=False)


class Login:
    """Safe to use from several threads: whoever comes second waits for the first one's session."""

    def __init__(
        self, *, keys: Keys, api_url: str, xrpc: Xrpc, kept: SessionFile | None = None
    ) -> None:
        self._keys, self._api_url, self._xrpc, self._kept = keys, api_url, xrpc, kept
        self._session: Session | None = None
        self._spent: deque[str] = deque(maxlen=_REMEMBERED)  # tokens that have had their time
        self._lock = threading.Lock()

    def session(self) -> Session:
        """The session we have, one that was kept, or a new one. Raises ChannelError."""
        with self._lock:
            if self._session is None:
                self._session = (self._kept.load() if self._kept else None) or self._create()
            return self._session

    def renew(self, stale: Session) -> Session:
        """A session whose access token is not that of `stale`. Raises ChannelError."""
        with self._lock:
            if self._session is not None and self._session.access != stale.access:
                return self._session
            self._spent.append(stale.access)
            other = self._kept.load() if self._kept else None
            if other is not None and other.access not in self._spent:  # another process renewed it
                self._session = other
            else:
                self._session = self._refreshed(stale)
            return self._session

    def standing(self) -> str:
        """What stands against our account, as a sentence; empty if nothing. Raises ChannelError."""
        session = self.session()
        call = Call(method="com.atproto.sync.getRepoStatus", params={"did": session.did})
        return errors.bad_standing(self._xrpc.ask(session.pds, call).body)

    def _refreshed(self, stale: Session) -> Session:
        call = Call(method="com.atproto.server.refreshSession", json={}, family=Family.LOGIN)
        try:
            body = self._xrpc.ask(self._api_url, call, token=stale.refresh).body
        except (errors.Expired, Refused) as error:
            log.info("the session on Bluesky has ended, we log in anew: %s", error)
            return self._create()
        return self._keep(body, pds=stale.pds)

    def _create(self) -> Session:
        told = {"identifier": self._keys.handle, "password": self._keys.app_password}
        call = Call(method="com.atproto.server.createSession", json=told, family=Family.LOGIN)
        try:
            body = self._xrpc.ask(self._api_url, call).body
        except AuthFailed as error:
            raise self._explained(error) from None
        return self._keep(body)

    def _keep(self, body: Item, *, pds: str = "") -> Session:
        try:
            session = bluesky_session.read(body, api_url=self._api_url, pds=pds)
        except wire.MalformedError as error:
            raise Unavailable(f"Bluesky let us in without saying how ({error})") from None
        if self._kept:
            self._kept.save(session)
        return session

    def _explained(self, error: AuthFailed) -> AuthFailed:
        """An app password of an account that was taken down is called wrong, as one nobody ever
        had: what the server says of the account's repository, to anybody, tells which it is."""
        if _WRONG not in error.action:
            return error
        call = Call(method="com.atproto.repo.describeRepo", params={"repo": self._keys.handle})
        try:
            self._xrpc.ask(self._api_url, call)
        except AuthFailed as standing:
            return standing
        except ChannelError:
            return error  # nobody tells us more
        return error
