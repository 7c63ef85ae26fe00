"""Digests by themselves: the job that tells them, and how one is put together."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from config.digests import DigestSettings, When
from config.errors import ConfigError
from responder.bot import Bot
from responder.jobs import Job, safely
from responder.reports.letter import Enclosed, Letter
from responder.reports.periods import Due
from responder.reports.telling import Carrier, Teller

if TYPE_CHECKING:
    from responder.desk.report.letters import Drawn
    from responder.desk.report.words import Report

log = logging.getLogger(__name__)

DIGEST_SECONDS: Final = 60.0
_WAIT: Final = 45.0  # the first fetches go first: who was away tells what they brought


def digest_jobs(bot: Bot) -> list[Job]:
    """One for each digest of the settings. Raises ConfigError."""
    found = []
    for name, settings in bot.settings.digests.items():
        teller = teller_of(bot, name, settings)
        found.append(
            Job(
                name=f"digest {name}",
                seconds=DIGEST_SECONDS,
                work=safely(teller.round),
                wait=_WAIT,
            )
        )
    return found


def teller_of(bot: Bot, name: str, settings: DigestSettings) -> Teller:
    """Raises ConfigError for a channel that is not there, or a service nobody understands."""
    _require_channels(bot, name, settings)
    if settings.pdf:
        _warn_without_typst(name)
    return Teller(
        bot=bot,
        name=name,
        when=When.read(settings.when),
        carriers=_carriers(bot, name, settings.urls),
        compose=lambda due, now: compose(bot, settings, due, now),
    )


def compose(bot: Bot, settings: DigestSettings, due: Due, now: datetime) -> Letter:
    """The digest of a period, in its reader's language."""
    # Loaded only where it is wanted: templates, Babel and charts.
    from responder.desk.report.letters import letter_of
    from responder.desk.report.pdf import MEDIA_TYPE, available, pdf_of
    from responder.desk.tongue import speaking

    with speaking(settings.language):
        report, pictures = told(bot, settings, due, now)
        if not settings.pdf or not report.pictures or not available():
            return letter_of(report, pictures)
        name = f"{due.start.astimezone(bot.zone):%Y-%m-%d}.pdf"
        pdf = Enclosed(name=name, mimetype=MEDIA_TYPE, content=pdf_of(report, pictures))
        return letter_of(report, pictures, pdf)


def told(bot: Bot, settings: DigestSettings, due: Due, now: datetime) -> tuple[Report, Drawn]:
    """Its words, in the language that is spoken, and its pictures."""
    from responder.desk.report.letters import drawn
    from responder.desk.report.words import report_of
    from responder.reports.figures import figures_of, scope_of

    scope = scope_of(bot, due.start, due.end, settings.channels)
    report = report_of(bot, figures_of(bot, scope, now, examples=settings.examples))
    return report, drawn(report)


def _carriers(bot: Bot, name: str, urls: Sequence[str]) -> Sequence[Carrier]:
    chosen, key = (urls, f"digests.{name}.urls") if urls else (bot.settings.alerts.urls, "")
    if not chosen:
        raise ConfigError(
            where="settings",
            key=f"digests.{name}.urls",
            problem="nobody would be told",
            fix='name a service, such as urls = ["mailto://user:password@example.com"]',
        )
    from responder.notify import open_services  # half a second and 35 MB

    return open_services(chosen, bot.redactor, where="settings", key=key or "alerts.urls")


def _require_channels(bot: Bot, name: str, settings: DigestSettings) -> None:
    for channel in settings.channels:
        if channel not in bot.channels:
            raise ConfigError(
                where="settings",
                key=f"digests.{name}.channels",
                problem=f"{channel[:64]} is not configured",
                fix=f"choose from {', '.join(bot.channels) or 'none: add a [channels.…] table'}",
            )


def _warn_without_typst(name: str) -> None:
    from responder.desk.report.pdf import HOW, available

    if not available():
        log.warning("digest %s: no PDF goes along until somebody runs: %s", name, HOW)
