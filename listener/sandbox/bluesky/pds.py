"""What the PDS does with what it is given: commits to repositories, and sessions."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from listener.sandbox.bluesky.ids import Place, tid, tid_number
from listener.sandbox.bluesky.record import Account, Record, Value
from listener.sandbox.bluesky.sessions import REFRESH_LIVES
from listener.sandbox.bluesky.state import BlueskyState
from listener.sandbox.journal import Event
from listener.sandbox.network import number, token


class BlueskyPds(BlueskyState):
    """The caller of each of these holds the lock."""

    # Repositories

    def write(
        self,
        where: Place,
        value: Value,
        *,
        at: datetime | None = None,
        after: float = 0.0,
        scene: str | None = None,
        **more: Any,
    ) -> Record:
        """Make or change a record, whatever is in it. `at` None: now; `after`: the AppView does not
        know of it for so many seconds."""
        event = {"op": "write", "id": where.uri, "value": value, **more}
        self._do({**event, **self._commit(where.repo, at, after)}, scene=scene)
        return self.records[where.uri]

    def remove(self, where: Place, *, scene: str | None = None) -> None:
        event = {"op": "delete", "id": where.uri, **self._commit(where.repo, None, 0.0)}
        self._do(event, scene=scene)

    def next_key(self, at: datetime | None = None) -> str:
        """A key for a record made at that moment; for one made now, larger than all before."""
        made, known = self._number(at), {one.key for one in self.records.values()} if at else ()
        while tid(made) in known:
            made += 1 << 10
        if at is None:
            self._newest = made
        return tid(made)

    def known_revision(self, did: str) -> str:
        """The newest revision of a repository the AppView knows of."""
        now = self.now()
        versions = [one for record in self.repos[did].values() for one in record.versions]
        return max((one.rev for one in versions if one.visible_at <= now), default="")

    def _commit(self, did: str, at: datetime | None, after: float) -> Event:
        made, moment = self._number(at), at or self.now()
        ours = did == self.did_of_brand
        visible = self._visible_at(moment, ours=ours, after=after)
        return {
            "at": moment.isoformat(),
            "visible_at": visible.isoformat(),
            "rev": tid(made),
            "number": made if at is None else 0,
        }

    def _number(self, at: datetime | None) -> int:
        """The number of a TID: what happens now gets a larger one than all before."""
        clock = number(4, self.seed, "clock") & 0x3FF
        made = tid_number(at or self.now()) + clock
        return made if at is not None or made > self._newest else self._newest + (1 << 10)

    # Sessions

    def account_for_login(self, name: str) -> Account | None:
        return self.account_at(name.lower())

    def begin_session(self, did: str) -> str:
        """The id of a new refresh token."""
        return self._open_session(did)

    def rotate_session(self, session: str, grace: timedelta) -> str | None:
        """The id of the refresh token that follows this one, the same each time; None if this one
        is not good any more."""
        known, now = self.sessions.get(session), self.now()
        if known is None or known.expires <= now:
            return None
        following = known.next or self._open_session(known.did)
        until = min(known.expires, now + grace)
        event = {"op": "rotate", "id": session, "next": following, "until": until.isoformat()}
        self._do(event)
        return following

    def end_session(self, session: str) -> None:
        self._do({"op": "revoke", "id": session})

    def see(self, did: str, until: str) -> None:
        """The account has seen its notifications until that moment (ISO, to the millisecond)."""
        self._do({"op": "seen", "id": did, "at": until})

    def _open_session(self, did: str) -> str:
        session = token(self.seed, "session", did, len(self.sessions), self.now())
        expires = (self.now() + REFRESH_LIVES).isoformat()
        self._do({"op": "session", "id": session, "did": did, "expires": expires})
        return session
