"""What left without a human beside what people sent: how many, and what became of them after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from listener.models import Mention
from listener.trends.scope import Scope
from responder.measures.figures import Rate
from responder.measures.narrowed import sent_in
from responder.models import AuthorKind, Reply
from responder.removal import DELETED_BY


@dataclass(frozen=True, kw_only=True)
class Aftermath:
    """Of the replies sent: `vanished`: the network removed or hid them; `deleted`: we did."""

    sent: int
    vanished: Rate
    deleted: Rate


def aftermaths(session: Session, scope: Scope) -> Mapping[AuthorKind, Aftermath]:
    gone = Reply.vanished_at.is_not(None)
    by_us = gone & Reply.reason.startswith(DELETED_BY, autoescape=True)
    counts: dict[AuthorKind, list[int]] = {kind: [0, 0, 0] for kind in AuthorKind}
    rows = session.execute(
        select(Reply.author_kind, gone, by_us, func.count())
        .select_from(Reply)
        .join(Mention, Mention.id == Reply.mention_id)
        .where(sent_in(scope))
        .group_by(Reply.author_kind, gone, by_us)
    )
    for kind, is_gone, ours, number in rows:
        sums = counts[kind]
        sums[0] += number
        sums[1] += number if is_gone and not ours else 0
        sums[2] += number if ours else 0
    return {
        kind: Aftermath(
            sent=sent, vanished=Rate(hits=vanished, of=sent), deleted=Rate(hits=deleted, of=sent)
        )
        for kind, (sent, vanished, deleted) in counts.items()
    }
