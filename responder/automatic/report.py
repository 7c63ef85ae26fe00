"""How each rule does: what it sent, what it would have sent in shadow and what people did instead,
and what they said of the sample."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from statistics import fmean
from typing import Final

from pydantic import BaseModel
from sqlalchemy import ColumnElement, exists, func, select, true
from sqlalchemy.orm import Session

from listener.models import Mention
from responder.automatic.models import AutoRule, Judgement, Review, ShadowAnswer
from responder.automatic.rules import find_rule, open_rules
from responder.automatic.watching import sends_from
from responder.bot import Bot
from responder.learning.similar import body_of, share_kept
from responder.models import AuthorKind, Draft, DraftStatus, Reply, ReplyStatus

ENDED_AT_MOST: Final = 50  # rules that were ended, the latest
SHADOWS_AT_MOST: Final = 1_000  # of a rule, the latest: more would take seconds


class RuleView(BaseModel):
    """A rule for automatic answers. `channel` "" and no `languages`: all. `state`: shadow, live (on
    one channel at least) or ended. `sends_from`: when its week in shadow is over, channel by
    channel; one that is not named had nothing to show yet, and its week has not begun. On none it
    is before `live_from`. `shadow_reason`: why it is there again. `switched_on`: whether the
    settings of a channel it is for allow automatic replies at all."""

    id: str
    name: str
    state: str
    switched_on: bool
    channel: str
    occasions: list[str]
    topics: list[str]
    languages: list[str]
    confidence: float
    per_thread: int
    per_author: int
    per_hour: int
    sample_percent: int
    created_at: datetime
    created_by: str
    live_from: datetime
    sends_from: dict[str, datetime]
    shadow_reason: str
    ended_at: datetime | None
    ended_by: str


class ShadowsView(BaseModel):
    """What became of the drafts a rule in shadow would have sent, of the latest 1,000: approved as
    proposed, approved with other words (`kept`: the mean share of the proposed ones, 0 to 1, as in
    `GET /reports/edits`; null: none was changed), rejected, still waiting, or dropped because the
    customer or a colleague was faster. `by_rule`: another rule sent them, so nobody judged them;
    `erased`: approved, and the words erased since, so nobody can tell whether they were changed."""

    shown: int
    unchanged: int
    changed: int
    kept: float | None
    rejected: int
    waiting: int
    dropped: int
    by_rule: int
    erased: int


class ReviewsView(BaseModel):
    """What people said of the sample; `overdue` ones of those that wait should have been looked at
    by now."""

    waiting: int
    overdue: int
    good: int
    bad: int


class ReportView(BaseModel):
    """`sent`: automatic replies that stand on a network, those that vanished left out; `held_back`:
    those that did not leave."""

    rule: RuleView
    sent: int
    held_back: int
    shadow: ShadowsView
    reviews: ReviewsView


class ReportsView(BaseModel):
    rules: list[ReportView]


def rules(bot: Bot, *, ended: bool = False) -> list[RuleView]:
    """The open rules, the oldest first; with `ended` also the latest 50 that were ended."""
    gone = (
        select(AutoRule)
        .where(AutoRule.ended_at.is_not(None))
        .order_by(AutoRule.ended_at.desc(), AutoRule.id.desc())
    )
    with bot.database.read() as session:
        rows = list(open_rules(session))
        if ended:
            rows += session.scalars(gone.limit(ENDED_AT_MOST))
        return [_rule_view(bot, session, row) for row in sorted(rows, key=lambda row: row.id)]


def one_rule(bot: Bot, rule_id: str) -> RuleView:
    """One rule. Raises NotFound."""
    with bot.database.read() as session:
        return _rule_view(bot, session, find_rule(session, rule_id))


def report(
    bot: Bot, *, ended: bool = False, seen: ColumnElement[bool] | None = None
) -> ReportsView:
    """How every rule does, in the order of `rules`. `seen`: counted are only answers to those, of
    mentions."""
    now, where = bot.clock(), true() if seen is None else seen
    shown = rules(bot, ended=ended)
    with bot.database.read() as session:
        found = [
            ReportView(
                rule=rule,
                sent=_replies(
                    session, rule.id, ReplyStatus.SENT, Reply.vanished_at.is_(None), where
                ),
                held_back=_replies(session, rule.id, ReplyStatus.FAILED, where),
                shadow=_shadows(bot, session, rule.id, where),
                reviews=_reviews(session, rule.id, now, where),
            )
            for rule in shown
        ]
    return ReportsView(rules=found)


def _rule_view(bot: Bot, session: Session, row: AutoRule) -> RuleView:
    made = {"state", "sends_from", "switched_on"}
    columns = {name: getattr(row, name) for name in RuleView.model_fields if name not in made}
    concerned = [bot.channels.get(row.channel)] if row.channel else bot.channels.values()
    on = any(channel is not None and channel.options.auto_reply for channel in concerned)
    starts = sends_from(session, row.id, row.live_from)
    state = _state(row, starts, bot.clock())
    return RuleView(**columns, state=state, sends_from=dict(starts), switched_on=on)


def _state(row: AutoRule, starts: Mapping[str, datetime], now: datetime) -> str:
    if row.ended_at is not None:
        return "ended"
    return "live" if any(start <= now for start in starts.values()) else "shadow"


def _replies(
    session: Session, rule_id: str, status: ReplyStatus, *where: ColumnElement[bool]
) -> int:
    found = (
        select(func.count())
        .select_from(Reply)
        .join(Reply.mention)
        .where(Reply.rule_id == rule_id, Reply.status == status, *where)
    )
    return session.scalar(found) or 0


def _shadows(bot: Bot, session: Session, rule_id: str, seen: ColumnElement[bool]) -> ShadowsView:
    alone = exists().where(
        Reply.draft_id == Draft.id,
        Reply.author_kind == AuthorKind.AUTO,
        Reply.status != ReplyStatus.FAILED,
    )
    rows = session.execute(
        select(Draft.proposed, Draft.text, Draft.language, Draft.status, alone.label("alone"))
        .join(ShadowAnswer, ShadowAnswer.draft_id == Draft.id)
        .join(Mention, Mention.id == Draft.mention_id)
        .where(ShadowAnswer.rule_id == rule_id, seen)
        .order_by(ShadowAnswer.id.desc())
        .limit(SHADOWS_AT_MOST)
    ).all()
    fates = ["by_rule" if row.alone else _fate(row.proposed, row.text, row.status) for row in rows]
    kept = [
        _share(bot, row.language, row.proposed, row.text)
        for row, fate in zip(rows, fates, strict=True)
        if fate == "changed"
    ]
    return ShadowsView(shown=len(rows), kept=_mean(kept), **_named(Counter(fates)))


def _share(bot: Bot, language: str, proposed: str, text: str) -> float:
    house = bot.house(language)
    return share_kept(body_of(proposed, language, house), body_of(text, language, house))


def _fate(proposed: str, text: str, status: DraftStatus) -> str:
    if status is DraftStatus.APPROVED:
        if not proposed:
            return "erased"
        return "unchanged" if text == proposed else "changed"
    if status is DraftStatus.PENDING:
        return "waiting"
    return "rejected" if status is DraftStatus.REJECTED else "dropped"


def _named(fates: Counter[str]) -> dict[str, int]:
    return {name: fates[name] for name in ShadowsView.model_fields if name not in ("shown", "kept")}


def _mean(shares: Sequence[float]) -> float | None:
    return round(fmean(shares), 3) if shares else None


def _reviews(
    session: Session, rule_id: str, now: datetime, seen: ColumnElement[bool]
) -> ReviewsView:
    rows = session.execute(
        select(Review.verdict, Review.due_at)
        .join(Reply, Reply.id == Review.reply_id)
        .join(Mention, Mention.id == Reply.mention_id)
        .where(Review.rule_id == rule_id, Reply.status == ReplyStatus.SENT, seen)
    ).all()
    open_ones = [row.due_at for row in rows if row.verdict is None]
    return ReviewsView(
        waiting=len(open_ones),
        overdue=sum(due < now for due in open_ones),
        good=sum(row.verdict is Judgement.GOOD for row in rows),
        bad=sum(row.verdict is Judgement.BAD for row in rows),
    )
