"""What keeps watch while nobody is there: alerts, and asking the networks whether they know us."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError

from listener.channels.base import Channel
from responder.alerts import Told, plan, said
from responder.bot import Bot, desk_url
from responder.jobs import Job, safely
from responder.messenger import Carrier, Messenger
from responder.models import Alert
from responder.pause import level_for, stops_polling
from responder.pulse import Pulse
from responder.readiness import conditions

log = logging.getLogger(__name__)

ALERT_SECONDS: Final = 15.0
CHECK_SECONDS: Final = 12 * 3600.0
_CHECK_WAIT: Final = 60.0  # the first fetches go first


def upkeep(bot: Bot, pulse: Pulse, messenger: Messenger) -> list[Job]:
    """The jobs that watch over the others."""
    alerts = Alerts(bot, pulse, messenger)
    found = [Job(name="alerts", seconds=ALERT_SECONDS, work=safely(alerts.round))]
    for channel in bot.channels.values():
        found.append(_check_job(bot, pulse, channel))
    return found


def messenger_of(bot: Bot) -> Messenger:
    """The way to the people named in the settings. Raises ConfigError."""
    urls = bot.settings.alerts.urls
    carriers: Sequence[Carrier] = ()
    if urls:
        # Loaded only where it is wanted: apprise takes half a second and 35 MB.
        from responder.notify import open_services

        carriers = open_services(urls, bot.redactor, where="settings")
    title = f"Antiphon: {bot.settings.brand.name}"
    return Messenger(carriers, title=title, footer=desk_url(bot.settings))


class Alerts:
    """One round after the other: what is wrong, what of it is news, who was told."""

    def __init__(self, bot: Bot, pulse: Pulse, messenger: Messenger) -> None:
        self._bot, self._pulse, self._messenger = bot, pulse, messenger
        self._books: dict[str, Told] = {}
        self._stored: dict[str, Told] | None = None  # as the table has it; None: not read yet

    def round(self) -> None:
        """Works without the database as well: that it is away is worth an alert. Then the books
        are kept in memory until it is back."""
        now = self._bot.clock()
        found = conditions(self._bot, self._pulse, now)
        try:
            self._remember()
        except SQLAlchemyError:
            log.warning("the alerts of before cannot be read: some may be told again")
        planned = plan(self._books, found, now)
        self._books = dict(planned.books)
        for message in planned.messages:
            if self._messenger.tell(message, now):
                self._books = said(self._books, message, now)
        self._messenger.catch_up(now)
        self._write_down()

    def _remember(self) -> None:
        if self._stored is None:
            with self._bot.database.read() as session:
                self._stored = {row.cause: _told(row) for row in session.scalars(select(Alert))}
            self._books = {**self._stored, **self._books}

    def _write_down(self) -> None:
        if self._stored is None or self._stored == self._books:
            return
        changed = {key: told for key, told in self._books.items() if self._stored.get(key) != told}
        gone = self._stored.keys() - self._books.keys()
        try:
            with self._bot.database.write() as session:
                session.execute(delete(Alert).where(Alert.cause.in_(gone)))
                for cause, told in changed.items():
                    session.merge(_row(cause, told))
        except SQLAlchemyError as error:
            log.warning("the alerts are known in memory only: %s", type(error).__name__)
        else:
            self._stored = dict(self._books)


def _told(row: Alert) -> Told:
    return Told(text=row.text, since=row.since, told_at=row.told_at, ended_at=row.ended_at)


def _row(cause: str, told: Told) -> Alert:
    return Alert(
        cause=cause,
        text=told.text,
        since=told.since,
        told_at=told.told_at,
        ended_at=told.ended_at,
    )


def _check_job(bot: Bot, pulse: Pulse, channel: Channel) -> Job:
    def check() -> None:
        with bot.database.read() as session:
            level = level_for(session, channel.name, bot.pause_file)
        if not stops_polling(level):
            pulse.reported(channel.name, channel.check())

    return Job(
        name=f"check {channel.name}", seconds=CHECK_SECONDS, work=safely(check), wait=_CHECK_WAIT
    )
