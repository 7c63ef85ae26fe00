"""How urgent a stored mention is, by what its row says it is about: asked when it is heard, when
its author edits it, and when an agent sets right what was judged of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from listener.models import OPEN, Mention
from sentiment.prioritize import Facts, prioritize
from sentiment.score import Score
from sentiment.signals import Signal


def weigh(
    session: Session,
    mention: Mention,
    *,
    followers: int | None,
    engagement: int,
    notes: Sequence[str],
    before_buying: timedelta,
    now: datetime | None = None,
) -> None:
    """Set class, points and reasons. `followers` of its author (None: unknown); `engagement`:
    likes, replies and reposts until `now` (None: until the row last changed, as it does when it is
    heard and when its author edits it); `notes` are kept behind the reasons. When it is due follows
    from these, and is the caller's to say."""
    counted = (now or mention.changed_at) - mention.created_at
    hours = max(counted.total_seconds() / 3600, 1.0)
    priority = prioritize(
        Facts(
            score=Score(
                label=mention.sentiment,
                score=mention.sentiment_score,
                confidence=mention.sentiment_confidence,
                made_by=mention.scored_by,
            ),
            signals=frozenset(map(Signal, mention.signals)),
            topics=mention.topics,
            phase=mention.phase,
            followers=followers,
            engagements_per_hour=engagement / hours,
            repeats=_waiting(session, mention),
            addressed=mention.addressed,
        ),
        before_buying=before_buying,
    )
    mention.priority, mention.points = priority.level, priority.points
    mention.reasons = [*priority.reasons, *notes]


def _waiting(session: Session, mention: Mention) -> int:
    """How many earlier mentions of the same author of the last 24 hours still wait for us."""
    if mention.author_id is None:
        return 0
    waiting = session.scalar(
        select(func.count())
        .select_from(Mention)
        .where(
            Mention.author_id == mention.author_id,
            Mention.status.in_(OPEN),
            Mention.created_at >= mention.created_at - timedelta(hours=24),
            Mention.created_at < mention.created_at,
        )
    )
    return waiting or 0
