"""How much left by itself already, as the rules count it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from listener.models import Mention
from responder.automatic.models import ShadowAnswer
from responder.automatic.rule import Counts, Rule
from responder.limits import DAY, HOUR, Wait, left_since, room_again
from responder.models import AuthorKind, Reply, ReplyStatus

_LIVE = (Reply.author_kind == AuthorKind.AUTO, Reply.status != ReplyStatus.FAILED)


def counts_of(
    session: Session, rule: Rule, mention: Mention, now: datetime, *, but: str | None = None
) -> Counts:
    """What counts against one more answer by `rule`. While it is in shadow what it would have sent
    counts as well, or its first week would promise more than it keeps. `but`: the id of the reply
    in question, if it is in the outbox already."""
    others = Reply.id != (but or "")
    shadows = now < rule.live_from
    day, hour = now - DAY, now - HOUR
    thread = Mention.conversation_id == mention.conversation_id
    author = Mention.author_id == mention.author_id  # without one it is refused anyway
    unsent = ShadowAnswer.mention_id.not_in(select(Reply.mention_id).where(*_LIVE))
    return Counts(
        thread=_sent(session, others, thread)
        + shadows * _shown(session, rule, mention, thread, unsent),
        author=_sent(session, others, author, left_since(day))
        + shadows * _shown(session, rule, mention, author, unsent, ShadowAnswer.at > day),
        hour=_sent(session, others, Reply.rule_id == rule.id, left_since(hour))
        + shadows * _shown(session, rule, mention, ShadowAnswer.at > hour),
    )


def rule_is_full(session: Session, rule: Rule, now: datetime) -> Wait | None:
    """Until when nothing more may leave by `rule`: its number of the last hour was reached."""
    until = room_again(session, now, rule.per_hour, HOUR, Reply.rule_id == rule.id)
    reason = f"the rule {rule.name} sends {rule.per_hour} in an hour at most"
    return Wait(until=until, reason=reason) if until is not None else None


def _sent(session: Session, *where: ColumnElement[bool]) -> int:
    found = select(func.count()).select_from(Reply).join(Reply.mention).where(*_LIVE, *where)
    return session.scalar(found) or 0


def _shown(session: Session, rule: Rule, mention: Mention, *where: ColumnElement[bool]) -> int:
    found = (
        select(func.count())
        .select_from(ShadowAnswer)
        .join(Mention, Mention.id == ShadowAnswer.mention_id)
        .where(ShadowAnswer.rule_id == rule.id, ShadowAnswer.mention_id != mention.id, *where)
    )
    return session.scalar(found) or 0
