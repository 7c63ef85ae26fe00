"""The right to send on a channel: one row, one holder, and a fence that rises with every change.

The instance lock keeps a second process off the same folder. The lease does what a lock file
cannot: it tells a process on another machine, and one that was frozen or slept past the end of its
lease, that it may not send any more, inside the very transaction that would reserve a send.
"""

from __future__ import annotations

import os
import socket
import threading
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from config.database import Database
from responder.models import Lease

LASTS: Final = timedelta(seconds=60)
_RENEWED_AT: Final = LASTS / 2


class LeaseHolder:
    """One process that sends. `place` names the installation: whoever holds its instance lock may
    follow at once on one that died there, because the lock proves that it is dead."""

    def __init__(self, state: Path) -> None:
        self.place = f"{socket.gethostname()}:{state.resolve()}"[:250]
        self.name = f"{self.place}#{os.getpid()}"
        self._fences: dict[str, int] = {}
        self._turns: Counter[str] = Counter()
        self._left = False
        self._lock = threading.Lock()

    def take(self, database: Database, channel: str, now: datetime) -> bool:
        """Take the lease of `channel`, or keep it. False while somebody else holds it."""
        with database.read() as session:
            lease = session.get(Lease, channel)
            if lease and self._is_mine(lease) and lease.until - now > _RENEWED_AT:
                return True
        with database.write() as session:
            lease = session.get(Lease, channel, with_for_update=True)
            if lease is None:
                lease = Lease(channel=channel, holder=self.name, fence=0, until=now)
                session.add(lease)
            elif not self._may_follow(lease, now):
                return False
            if not self._is_mine(lease):
                lease.holder, lease.fence = self.name, lease.fence + 1
            lease.until = now + LASTS
            self._fences[channel] = lease.fence
        return True

    def next_turn(self, channel: str) -> int:
        """A number for a round of sending on `channel`. It ends the turn of the round before, which
        may hang somewhere: two rounds of one channel never send beside each other."""
        with self._lock:
            self._turns[channel] += 1
            return self._turns[channel]

    def leave(self) -> None:
        """This process begins no send any more: every round under way has had its turn."""
        self._left = True

    def is_turn(self, channel: str, turn: int) -> bool:
        return not self._left and self._turns[channel] == turn

    def holds(self, session: Session, channel: str, now: datetime) -> bool:
        """Whether the lease is ours in this very transaction."""
        lease = session.get(Lease, channel, with_for_update=True)
        return lease is not None and self._is_mine(lease) and now < lease.until

    def _is_mine(self, lease: Lease) -> bool:
        return lease.holder == self.name and lease.fence == self._fences.get(lease.channel)

    def _may_follow(self, lease: Lease, now: datetime) -> bool:
        return lease.until <= now or lease.holder.partition("#")[0] == self.place
