"""What a scope holds a reading of the rows to, as conditions."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import ColumnElement, Text, and_, cast, true

from listener.models import Mention
from listener.trends.scope import Scope
from responder.models import Reply, ReplyStatus


def on_channels(scope: Scope) -> ColumnElement[bool]:
    """Of mentions: on a channel that is looked at."""
    return and_(true(), *_channels(scope))


def of_kind(scope: Scope) -> ColumnElement[bool]:
    """Of mentions: of the language, topic and phase that are looked at."""
    return and_(true(), *_kinds(scope))


def sent_in(scope: Scope) -> ColumnElement[bool]:
    """Of replies with their mentions: they were let go in the period, and stand or stood on a
    network."""
    return and_(
        Reply.status == ReplyStatus.SENT,
        Reply.not_before >= scope.start,
        Reply.not_before < scope.end,
        on_channels(scope),
        of_kind(scope),
    )


def _channels(scope: Scope) -> Iterator[ColumnElement[bool]]:
    if scope.channel:
        # Not the bare column, or SQLite begins with all of the channel.
        yield Mention.channel.concat("") == scope.channel
    if scope.channels is not None:
        yield Mention.channel.concat("").in_(sorted(scope.channels))


def _kinds(scope: Scope) -> Iterator[ColumnElement[bool]]:
    if scope.language:
        yield Mention.language == scope.language
    if scope.phase:
        yield Mention.phase == scope.phase
    if scope.topic:
        yield cast(Mention.topics, Text).contains(f'"{scope.topic}"', autoescape=True)
