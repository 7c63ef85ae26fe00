"""Looking afterwards at what left without a human: a sample of every rule's replies, by chance but
always the same one. A rule that a person finds wrong twice goes back to shadow by itself."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from pydantic import BaseModel
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from listener.models import Mention
from responder.approve import Conflict, NotFound
from responder.audit import note
from responder.automatic.models import AutoRule, Judgement, Review
from responder.automatic.rule import BAD_ONES, OF_THE_LAST, SHADOW, Rule
from responder.automatic.watching import watch_anew
from responder.bot import Bot
from responder.models import Reply, ReplyStatus
from responder.paging import cursor_of, parts_of
from responder.views import PageView

WITHIN: Final = timedelta(days=7)
"""So soon a reply should be looked at: later nobody remembers what it was about."""

POLICY: Final = "policy"


class ReviewView(BaseModel):
    """An automatic reply for a person to judge, with the text it answered ("" once erased).
    `verdict` is null while nobody has."""

    id: str
    rule_id: str
    rule: str
    reply_id: str
    channel: str
    mention_id: str
    mention: str
    text: str
    url: str
    posted_at: datetime | None
    due_at: datetime
    verdict: Judgement | None
    by: str
    at: datetime | None


class JudgedView(BaseModel):
    """`back_to_shadow`: why the rule sends nothing for a week from now on, "" if it goes on."""

    review: ReviewView
    back_to_shadow: str


def in_sample(rule_id: str, reply_id: str, percent: int) -> bool:
    """Whether a reply is one of the `percent` in a hundred of its rule that somebody looks at."""
    digest = hashlib.sha256(f"{rule_id}:{reply_id}".encode()).digest()
    return int.from_bytes(digest[:8]) % 100 < percent


def have_reviewed(session: Session, reply: Reply, rule: Rule, now: datetime) -> None:
    """Put a reply on the list if it is in the sample. It is shown there once it was sent."""
    if in_sample(rule.id, reply.id, rule.sample_percent):
        session.add(Review(reply_id=reply.id, rule_id=rule.id, due_at=now + WITHIN))


def reviews_page(
    session: Session,
    *,
    judged: bool = False,
    limit: int,
    after: str | None = None,
    seen: ColumnElement[bool] | None = None,
) -> PageView[ReviewView]:
    """Those that wait, the oldest first; or those that were judged, the newest first. `seen`: only
    of these mentions."""
    query = (
        select(Review, Reply, Mention, AutoRule)
        .join(Reply, Reply.id == Review.reply_id)
        .join(Mention, Mention.id == Reply.mention_id)
        .join(AutoRule, AutoRule.id == Review.rule_id)
        .where(Reply.status == ReplyStatus.SENT)
    )
    if seen is not None:
        query = query.where(seen)
    given = Review.verdict.is_not(None) if judged else Review.verdict.is_(None)
    query = query.where(given).order_by(Review.id.desc() if judged else Review.id)
    if after:
        (row_id,) = parts_of(after, 1)
        query = query.where(Review.id < row_id if judged else Review.id > row_id)
    rows = session.execute(query.limit(limit + 1)).all()
    views = [_view(*row) for row in rows[:limit]]
    return PageView(items=views, next=cursor_of(views[-1].id) if len(rows) > limit else None)


def judge(bot: Bot, review_id: str, *, verdict: Judgement, by: str) -> JudgedView:
    """Say whether a reply was right to leave. Raises NotFound, and Conflict if somebody was faster
    or the reply did not leave."""
    now = bot.clock()
    with bot.database.write() as session:
        review = session.get(Review, review_id, with_for_update=True)
        if review is None:
            raise NotFound("There is no such review")
        if review.verdict is not None:
            raise Conflict(f"{review.by} judged it already: {review.verdict}")
        reply = session.get_one(Reply, review.reply_id)
        if reply.status is not ReplyStatus.SENT:
            raise Conflict("That reply was not sent, or not yet")
        review.verdict, review.by, review.at = verdict, by, now
        session.flush()
        note(session, who=by, action="review", subject=reply.id, detail=verdict, now=now)
        rule = session.get_one(AutoRule, review.rule_id, with_for_update=True)
        back = _back_to_shadow(session, rule, now) if verdict is Judgement.BAD else ""
        return JudgedView(review=_view(review, reply, reply.mention, rule), back_to_shadow=back)


def _back_to_shadow(session: Session, rule: AutoRule, now: datetime) -> str:
    """Take the rule off the wire if it was found wrong too often since its shadow last began; what
    is queued by it comes back to the desk at its last look. In shadow already, its week begins
    anew."""
    last: Sequence[Judgement | None] = session.scalars(
        select(Review.verdict)
        .where(
            Review.rule_id == rule.id,
            Review.verdict.is_not(None),
            Review.at > rule.shadow_since,
        )
        .order_by(Review.at.desc(), Review.id.desc())
        .limit(OF_THE_LAST)
    ).all()
    bad = sum(verdict is Judgement.BAD for verdict in last)
    if bad < BAD_ONES or rule.ended_at is not None:
        return ""
    reason = f"{bad} of its last {len(last)} judged replies should not have left"
    rule.shadow_since, rule.live_from, rule.shadow_reason = now, now + SHADOW, reason
    watch_anew(session, rule.id)
    note(session, who=POLICY, action="auto rule to shadow", subject=rule.id, detail=reason, now=now)
    return reason


def _view(review: Review, reply: Reply, mention: Mention, rule: AutoRule) -> ReviewView:
    return ReviewView(
        id=review.id,
        rule_id=rule.id,
        rule=rule.name,
        reply_id=reply.id,
        channel=reply.channel,
        mention_id=mention.id,
        mention=mention.text,
        text=reply.text,
        url=reply.url,
        posted_at=reply.posted_at,
        due_at=review.due_at,
        verdict=review.verdict,
        by=review.by,
        at=review.at,
    )
