"""What people do with what is proposed to them: sent as it was, edited, rejected, answered in the
app; and how soon they decide. Read from replies, drafts and the audit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from typing import Any, Final, TypeVar

import numpy as np
from sqlalchemy import Select, String, and_, case, func, or_, select
from sqlalchemy import type_coerce as plain
from sqlalchemy.orm import Session

from config.database import micros as number_of
from listener.models import Mention
from listener.trends.scope import Scope
from responder.bot import Bot
from responder.learning.edits import share_of
from responder.measures.figures import Micros, Rate, Spread, spread
from responder.measures.narrowed import of_kind, on_channels, sent_in
from responder.measures.staffed import StaffedTime, moment
from responder.models import Approval, Audit, AuthorKind, Draft, DraftStatus, Reply
from sentiment.prioritize import RESPOND_WITHIN

COMPARED: Final = 200
"""Edited replies whose words are compared, the newest: each costs a millisecond."""

_LONGEST: Final = max(RESPOND_WITHIN.values())
_BY_HAND: Final = "% answered on the network"  # the reason of such a draft ends so

K = TypeVar("K")
Query = Select[*tuple[Any, ...]]


class Fate(StrEnum):
    """What a person made of a draft."""

    UNCHANGED = "unchanged"
    EDITED = "edited"
    OWN_WORDS = "own words"  # nothing was proposed: they wrote it
    REJECTED = "rejected"
    BY_HAND = "by hand"  # they answered in the network's own app

    @property
    def slug(self) -> str:
        """As it stands in addresses."""
        return self.value.replace(" ", "-")


@dataclass(slots=True)
class Decision:
    """`made` and `decided` are numbers (`staffed.micros`). `by`: an agent's name, or "" where
    nobody can say."""

    channel: str
    language: str
    by: str
    fate: Fate
    made: int
    decided: int
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """Of so many decisions. `unchanged` and `edited`: of what was sent of our words; `rejected`: of
    all. `staffed`, `wall`: from the draft to the decision."""

    n: int
    fates: Mapping[Fate, int]
    unchanged: Rate
    rejected: Rate
    staffed: Spread | None
    wall: Spread | None


@dataclass(frozen=True, kw_only=True)
class Kept:
    """Of the newest `compared` edited replies: the median share of our words that was kept."""

    compared: int
    share: float | None


def read_decisions(session: Session, scope: Scope) -> list[Decision]:
    """What people decided in the period. An answer of a rule is nobody's decision."""
    return [
        Decision(row[0], row[1], row[2], Fate(row[3]), row[4], row[5], "".join(row[6:]))
        for query in (_sent(scope), _closed(scope))
        for row in session.execute(query)
    ]


_FATE_OF_REPLY: Final = case(
    (Draft.proposed == "", Fate.OWN_WORDS.value),
    (Draft.proposed == Reply.text, Fate.UNCHANGED.value),
    else_=Fate.EDITED.value,
)
_FATE_OF_DRAFT: Final = case(
    (Draft.status == DraftStatus.REJECTED, Fate.REJECTED.value), else_=Fate.BY_HAND.value
)
_APPROVED_BY: Final = func.coalesce(Approval.approved_by, "")
_DECIDED_BY: Final = func.coalesce(
    select(Audit.who)
    .where(Audit.subject == Draft.id, Audit.action.in_(("reject", "answered by hand")))
    .order_by(Audit.id.desc())
    .limit(1)
    .scalar_subquery(),
    "",
)


def replies_decided(scope: Scope, fate: Fate | None, by: str) -> Query:
    """The ids of the replies among the decisions of that fate (None: any), of somebody or ("") of
    anybody."""
    return _of(_sent(scope).with_only_columns(Reply.id), _FATE_OF_REPLY, fate, _APPROVED_BY, by)


def drafts_decided(scope: Scope, fate: Fate | None, by: str) -> Query:
    """The ids of the drafts among them."""
    return _of(_closed(scope).with_only_columns(Draft.id), _FATE_OF_DRAFT, fate, _DECIDED_BY, by)


def _of(query: Query, fates: Any, fate: Fate | None, whose: Any, by: str) -> Query:
    if fate is not None:
        query = query.where(fates == fate.value)
    return query.where(whose == by) if by else query


def _sent(scope: Scope) -> Query:
    at_that_time = and_(
        Approval.draft_id == Reply.draft_id, Approval.approved_at == Reply.queued_at
    )
    return (
        select(
            Mention.channel, Mention.language, _APPROVED_BY, _FATE_OF_REPLY,
            number_of(Draft.created_at), number_of(Reply.queued_at),
        )
        .select_from(Reply)
        .join(Mention, Mention.id == Reply.mention_id)
        .join(Draft, Draft.id == Reply.draft_id)
        .outerjoin(Approval, at_that_time)
        .where(sent_in(scope), Reply.author_kind == AuthorKind.HUMAN)
    )  # fmt: skip


def _closed(scope: Scope) -> Query:
    """Rejected, or answered in the app."""
    rejected = Draft.status == DraftStatus.REJECTED
    by_hand = and_(Draft.status == DraftStatus.WITHDRAWN, Draft.reason.like(_BY_HAND))
    return (
        select(
            Mention.channel, Mention.language, _DECIDED_BY, _FATE_OF_DRAFT,
            number_of(Draft.created_at), number_of(Draft.changed_at), plain(Draft.reason, String),
        )
        .select_from(Draft)
        .join(Mention, Mention.id == Draft.mention_id)
        .where(
            Draft.changed_at >= scope.start, Draft.changed_at < scope.end,
            or_(rejected, by_hand), on_channels(scope), of_kind(scope),
        )
    )  # fmt: skip


def behaviour(bot: Bot, decisions: Sequence[Decision]) -> Behaviour:
    fates = Counter(one.fate for one in decisions)
    ours = fates[Fate.UNCHANGED] + fates[Fate.EDITED]
    staffed, wall = _taken(bot, decisions)
    return Behaviour(
        n=len(decisions),
        fates=fates,
        unchanged=Rate(hits=fates[Fate.UNCHANGED], of=ours),
        rejected=Rate(hits=fates[Fate.REJECTED], of=len(decisions)),
        staffed=spread(staffed),
        wall=spread(wall),
    )


def told_apart(
    decisions: Sequence[Decision], key: Callable[[Decision], K]
) -> Mapping[K, list[Decision]]:
    found: dict[K, list[Decision]] = {}
    for one in decisions:
        found.setdefault(key(one), []).append(one)
    return found


def _taken(bot: Bot, decisions: Sequence[Decision]) -> tuple[Micros, Micros]:
    """How long each took: in the channel's staffed time, and by the clock."""
    staffed: list[Micros] = [np.empty(0, np.int64)]
    wall: list[Micros] = [np.empty(0, np.int64)]
    for channel, some in told_apart(decisions, lambda one: one.channel).items():
        made = np.array([one.made for one in some], np.int64)
        decided = np.maximum(np.array([one.decided for one in some], np.int64), made)
        begin, end = moment(int(made.min())), moment(int(decided.max()))
        curve = StaffedTime(bot.calendar(channel), begin, end, _LONGEST)
        staffed.append(curve.between(made, decided))
        wall.append(decided - made)
    return np.concatenate(staffed), np.concatenate(wall)


def kept_in_edits(bot: Bot, session: Session, scope: Scope) -> Kept:
    """How much of our words people keep where they change them."""
    rows = session.execute(
        select(Draft.language, Draft.proposed, Reply.text)
        .select_from(Reply)
        .join(Mention, Mention.id == Reply.mention_id)
        .join(Draft, Draft.id == Reply.draft_id)
        .where(
            sent_in(scope),
            Reply.author_kind == AuthorKind.HUMAN,
            Draft.proposed != "",
            Draft.proposed != Reply.text,
        )
        .order_by(Reply.not_before.desc())
        .limit(COMPARED)
    ).all()
    shares = [share_of(bot, *row) for row in rows]
    return Kept(compared=len(shares), share=median(shares) if shares else None)
