"""Numbers about the bot as Prometheus reads them; docs/operations.md lists them.

Written by hand: the format is a few lines, and the usual library keeps its numbers in globals.
https://prometheus.io/docs/instrumenting/exposition_formats/ (text format 0.0.4, 2026-11)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from listener.models import Cursor, DeadLetter, Gap, Mention
from listener.pots import MICROS
from listener.spending import spending
from responder.bot import Bot
from responder.condition import Severity
from responder.model.tables import Suggestion
from responder.models import Draft, DraftStatus, Reply
from responder.pulse import Pulse
from responder.readiness import conditions

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, kw_only=True)
class Sample:
    value: float
    labels: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Metric:
    """All are gauges: what they count is in the database, and may become less by erasing."""

    name: str
    help: str
    samples: tuple[Sample, ...]


def exposition(bot: Bot, pulse: Pulse | None) -> str:
    """Everything, in Prometheus' text format. Raises SQLAlchemyError."""
    now = bot.clock()
    with bot.database.read() as session:
        found = [*_of_the_store(session), *_of_the_model(session), *_of_the_streams(session, now)]
    found += [_money(bot, now), *_of_the_jobs(pulse), *_of_the_whole(bot, pulse, now)]
    return "".join(map(_written, found))


def _of_the_store(session: Session) -> Iterator[Metric]:
    yield _counted(
        "antiphon_mentions",
        "Mentions in the store",
        ("channel", "status"),
        session.execute(
            select(Mention.channel, Mention.status, func.count()).group_by(
                Mention.channel, Mention.status
            )
        ),
    )
    yield _counted(
        "antiphon_drafts_waiting",
        "Drafts that wait for a human",
        ("channel",),
        session.execute(
            select(Mention.channel, func.count())
            .join(Draft, Draft.mention_id == Mention.id)
            .where(Draft.status == DraftStatus.PENDING)
            .group_by(Mention.channel)
        ),
    )
    yield _counted(
        "antiphon_replies",
        "Replies in the outbox",
        ("channel", "status"),
        session.execute(
            select(Reply.channel, Reply.status, func.count()).group_by(Reply.channel, Reply.status)
        ),
    )
    yield _counted(
        "antiphon_gaps_unfilled",
        "Stretches of time that could not be read so far",
        ("channel",),
        session.execute(
            select(Gap.channel, func.count()).where(Gap.filled_at.is_(None)).group_by(Gap.channel)
        ),
    )
    yield _counted(
        "antiphon_dead_letters_open",
        "Texts nobody could read so far",
        ("channel",),
        session.execute(
            select(DeadLetter.channel, func.count())
            .where(DeadLetter.closed_at.is_(None))
            .group_by(DeadLetter.channel)
        ),
    )


def _of_the_model(session: Session) -> Iterator[Metric]:
    yield _counted(
        "antiphon_suggestions",
        "Drafts a language model was asked about, by what came of it",
        ("channel", "outcome"),
        session.execute(
            select(Suggestion.channel, Suggestion.outcome, func.count()).group_by(
                Suggestion.channel, Suggestion.outcome
            )
        ),
    )
    yield _counted(
        "antiphon_model_tokens",
        "Tokens of a language model so far, as its endpoint counts them",
        ("channel",),
        session.execute(
            select(Suggestion.channel, func.sum(Suggestion.tokens)).group_by(Suggestion.channel)
        ),
    )


def _of_the_streams(session: Session, now: datetime) -> Iterator[Metric]:
    cursors = session.scalars(select(Cursor).order_by(Cursor.channel, Cursor.stream)).all()
    labels = [{"channel": cursor.channel, "stream": cursor.stream} for cursor in cursors]
    ages = [
        Sample(value=(now - cursor.fetched_at).total_seconds(), labels=label)
        for cursor, label in zip(cursors, labels, strict=True)
        if cursor.fetched_at is not None
    ]
    failures = [
        Sample(value=cursor.failures, labels=label)
        for cursor, label in zip(cursors, labels, strict=True)
    ]
    yield _metric("antiphon_stream_age_seconds", "Since the last fetch that went well", ages)
    yield _metric("antiphon_stream_failures", "Fetches that failed, in a row", failures)


def _money(bot: Bot, now: datetime) -> Metric:
    samples = []
    for name, channel in bot.channels.items():
        if channel.declaration.prices_checked is not None:
            spent = spending(bot.database, name, now, channel.options)
            parts = {"spent": spent.spent, "reserved": spent.reserved, "budget": spent.budget}
            samples += [
                Sample(value=micros / MICROS, labels={"channel": name, "part": part})
                for part, micros in parts.items()
            ]
    return _metric("antiphon_money_usd", "This UTC month's money, in US dollars", samples)


def _of_the_jobs(pulse: Pulse | None) -> Iterator[Metric]:
    beats = pulse.beats if pulse else ()

    def each(values: Iterable[tuple[str, float | None]]) -> list[Sample]:
        return [
            Sample(value=value, labels={"job": name}) for name, value in values if value is not None
        ]

    yield _metric(
        "antiphon_job_quiet_seconds",
        "Since the last sign of life of a job",
        each((beat.name, beat.quiet) for beat in beats),
    )
    yield _metric(
        "antiphon_job_ok_age_seconds",
        "Since a round of a job ended well",
        each((beat.name, beat.ok_ago) for beat in beats),
    )
    yield _metric(
        "antiphon_job_failures",
        "Rounds of a job that failed, in a row",
        each((beat.name, beat.failures) for beat in beats),
    )
    yield _metric(
        "antiphon_job_hung",
        "Threads of a job that hang and were replaced",
        each((beat.name, beat.hung) for beat in beats),
    )


def _of_the_whole(bot: Bot, pulse: Pulse | None, now: datetime) -> Iterator[Metric]:
    found = [one.severity for one in conditions(bot, pulse, now)]
    counts = [
        Sample(value=found.count(severity), labels={"severity": severity}) for severity in Severity
    ]
    yield _metric("antiphon_conditions", "What /readyz tells of, by how bad it is", counts)
    ready = Sample(value=Severity.RED not in found, labels={})
    yield _metric("antiphon_ready", "1 if /readyz answers 200, else 0", [ready])


def _counted(
    name: str, help_: str, labels: tuple[str, ...], rows: Iterable[tuple[object, ...]]
) -> Metric:
    """A metric from rows that hold the labels' values and, last, the count."""
    samples = [
        Sample(value=float(str(count)), labels=dict(zip(labels, map(str, values), strict=True)))
        for *values, count in rows
    ]
    return _metric(name, help_, samples)


def _metric(name: str, help_: str, samples: Iterable[Sample]) -> Metric:
    return Metric(name=name, help=help_, samples=tuple(samples))


def _written(metric: Metric) -> str:
    lines = [f"# HELP {metric.name} {metric.help}", f"# TYPE {metric.name} gauge"]
    for sample in metric.samples:
        labels = ",".join(f'{key}="{_escaped(value)}"' for key, value in sample.labels.items())
        lines.append(f"{metric.name}{{{labels}}} {float(sample.value)!r}")
    return "\n".join(lines) + "\n"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
