"""The week in shadow, channel by channel: since when a rule shows there what it would have sent,
and which words it would have used by now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, Select, delete, select, union_all
from sqlalchemy.orm import Session

from listener.models import Mention
from responder.automatic.models import ShadowAnswer, Watched
from responder.automatic.rule import SHADOW, Rule
from responder.checking import AT_MOST, LATELY, said_lately
from responder.models import Reply, ReplyStatus


def as_watched(session: Session, rule: Rule, channel: str, now: datetime) -> Rule:
    """`rule` with the moment it may send from on `channel`: a week after it first had something to
    show there. Where it had nothing yet, a week from now."""
    since = session.scalar(_row(rule.id, channel)) or now
    return replace(rule, live_from=max(rule.live_from, since + SHADOW))


def watch(session: Session, rule: Rule, channel: str, now: datetime) -> None:
    """The rule has something to show on `channel`: its week there begins, if it did not yet."""
    if session.scalar(_row(rule.id, channel)) is None:
        session.add(Watched(rule_id=rule.id, channel=channel, since=now))
        session.flush()


def went_by(session: Session, rule: Rule, channel: str, now: datetime) -> None:
    """Something the rule is made for could not be shown on `channel`: if its week there was not
    over, it begins anew with the next thing it can show."""
    _forget(session, Watched.rule_id == rule.id, Watched.channel == channel, _unfinished(now))


def nobody_listens(session: Session, channel: str, now: datetime) -> None:
    """From now on nothing is heard on `channel` ("" for all), so nobody can say what goes by: the
    weeks there that are not over begin anew, of every rule."""
    there = (Watched.channel == channel,) if channel else ()
    _forget(session, _unfinished(now), *there)


def watch_anew(session: Session, rule_id: str) -> None:
    """Its week begins anew on every channel."""
    _forget(session, Watched.rule_id == rule_id)


def sends_from(session: Session, rule_id: str, live_from: datetime) -> Mapping[str, datetime]:
    """When the rule's week is over, on each channel where it began."""
    rows = session.execute(
        select(Watched.channel, Watched.since)
        .where(Watched.rule_id == rule_id)
        .order_by(Watched.channel)
    )
    return {row.channel: max(live_from, row.since + SHADOW) for row in rows}


def said_by(session: Session, rule: Rule, mention: Mention, now: datetime) -> tuple[str, ...]:
    """What would stand on the channel's last 24 hours if `rule` had been sending, the latest first.
    While it is in shadow, what it would have said takes the place of what people said instead."""
    if now >= rule.live_from:
        return said_lately(session, mention.channel, now)
    since = now - LATELY
    shown = select(ShadowAnswer.mention_id).where(ShadowAnswer.rule_id == rule.id)
    sent = select(Reply.text.label("text"), Reply.queued_at.label("at")).where(
        Reply.channel == mention.channel,
        Reply.queued_at > since,
        Reply.status != ReplyStatus.FAILED,
        Reply.mention_id.not_in(shown),
    )
    would = (
        select(ShadowAnswer.text.label("text"), ShadowAnswer.at.label("at"))
        .join(Mention, Mention.id == ShadowAnswer.mention_id)
        .where(
            ShadowAnswer.rule_id == rule.id,
            ShadowAnswer.mention_id != mention.id,
            ShadowAnswer.at > since,
            Mention.channel == mention.channel,
        )
    )
    both = union_all(sent, would).subquery()
    return tuple(session.scalars(select(both.c.text).order_by(both.c.at.desc()).limit(AT_MOST)))


def _row(rule_id: str, channel: str) -> Select[datetime]:
    return select(Watched.since).where(Watched.rule_id == rule_id, Watched.channel == channel)


def _unfinished(now: datetime) -> ColumnElement[bool]:
    return Watched.since > now - SHADOW


def _forget(session: Session, *where: ColumnElement[bool]) -> None:
    session.execute(delete(Watched).where(*where).execution_options(synchronize_session=False))
