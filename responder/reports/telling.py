"""Tells each digest once. A row says so before the call: whoever dies in the middle of it leaves a
period that is never told again, rather than one that is told twice."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from config.digests import When
from config.hours import Hours
from responder.bot import Bot
from responder.reports.letter import Letter
from responder.reports.models import Digest, Telling
from responder.reports.periods import Due, newest_due

log = logging.getLogger(__name__)

_FIRST_WAIT: Final = timedelta(minutes=1)  # after a failure; doubles up to
_LONGEST_WAIT: Final = timedelta(hours=1)


class Carrier(Protocol):
    """One way to people (responder.notify.Service)."""

    @property
    def key(self) -> str: ...

    def deliver(self, letter: Letter) -> str:
        """Returns what went wrong; "" if nothing did. Never raises."""


def recover(bot: Bot) -> None:
    """At a start: what was being told when the program ended may have arrived."""
    with bot.database.write() as session:
        cut_off = session.execute(
            update(Digest)
            .where(Digest.status == Telling.TELLING)
            .values(status=Telling.UNCLEAR, changed_at=bot.clock())
            .returning(Digest.digest, Digest.place)
        ).all()
    for digest, place in cut_off:
        log.warning(
            "the digest %s was on its way to %s when the program ended: it is not told again",
            digest,
            place,
        )


@dataclass(frozen=True, kw_only=True)
class Teller:
    """One digest: `name` is that of its table in the settings."""

    bot: Bot
    name: str
    when: When
    carriers: Sequence[Carrier]
    compose: Callable[[Due, datetime], Letter]

    def round(self) -> None:
        """Tell what is due and was not told yet."""
        now = self.bot.clock()
        quiet = Hours.read(self.bot.settings.responder.quiet_hours)
        if quiet and quiet.hold(now, self.bot.zone):
            return
        due = newest_due(self.when, now, self.bot.zone, quiet)
        waiting = [one for one in self.carriers if self._waits(one.key, due, now)]
        if not waiting:
            return
        letter = self.compose(due, now)
        for carrier in waiting:
            if self._claim(carrier.key, due, now):
                self._settle(carrier.key, due, carrier.deliver(letter))

    def _waits(self, place: str, due: Due, now: datetime) -> bool:
        with self.bot.database.read() as session:
            row = session.get(Digest, (self.name, due.end, place))
            known = row or session.scalar(
                select(Digest).where(Digest.digest == self.name, Digest.place == place).limit(1)
            )
        if known is None:
            # New in the settings: nobody asked for the period before it was.
            self._begin(place, due, Telling.PASSED, now)
            return False
        return row is None or (row.status is Telling.FAILED and row.not_before <= now)

    def _claim(self, place: str, due: Due, now: datetime) -> bool:
        """Whether it is ours to tell. Committed before anybody is called."""
        with self.bot.database.write() as session:
            row = session.get(Digest, (self.name, due.end, place), with_for_update=True)
            if row is not None:
                if row.status is not Telling.FAILED:
                    return False
                row.status, row.tries, row.changed_at = Telling.TELLING, row.tries + 1, now
                return True
        return self._begin(place, due, Telling.TELLING, now)

    def _begin(self, place: str, due: Due, status: Telling, now: datetime) -> bool:
        try:
            with self.bot.database.write() as session:
                session.add(
                    Digest(
                        digest=self.name,
                        ends_at=due.end,
                        place=place,
                        status=status,
                        tries=int(status is Telling.TELLING),
                        not_before=now,
                        changed_at=now,
                    )
                )
        except IntegrityError:
            return False  # another process was faster
        return True

    def _settle(self, place: str, due: Due, error: str) -> None:
        now = self.bot.clock()
        with self.bot.database.write() as session:
            row = session.get_one(Digest, (self.name, due.end, place))
            row.status = Telling.FAILED if error else Telling.TOLD
            wait = min(_FIRST_WAIT * 2 ** min(row.tries - 1, 10), _LONGEST_WAIT)
            row.error, row.changed_at = error, now
            row.not_before = now + wait if error else now
        if error:
            log.warning("the digest %s did not reach %s: %s", self.name, place, error)
        else:
            log.info("the digest %s was told to %s", self.name, place)
