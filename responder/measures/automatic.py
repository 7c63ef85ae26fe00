"""What left without a human beside what people sent: how many, and what became of them after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from listener.models import Mention
from listener.trends.scope import Scope
from responder.measures.figures import Rate
from responder.measures.narrowed import sent_in
from responder.models import AuthorKind, Reply
from responder.removal import DELETED_BY

_GONE: Final = Reply.vanished_at.is_not(None)
DELETED: Final = _GONE & Reply.reason.startswith(DELETED_BY, autoescape=True)
VANISHED: Final = _GONE & ~Reply.reason.startswith(DELETED_BY, autoescape=True)
"""Of replies: deleted by us, removed by the network."""


@dataclass(frozen=True, kw_only=True)
class Aftermath:
    """Of the replies sent: `vanished`: the network removed or hid them; `deleted`: we did."""

    sent: int
    vanished: Rate
    deleted: Rate


def aftermaths(session: Session, scope: Scope) -> Mapping[AuthorKind, Aftermath]:
    counts: dict[AuthorKind, list[int]] = {kind: [0, 0, 0] for kind in AuthorKind}
    rows = session.execute(
        select(Reply.author_kind, _GONE, DELETED, func.count())
        .select_from(Reply)
        .join(Mention, Mention.id == Reply.mention_id)
        .where(sent_in(scope))
        .group_by(Reply.author_kind, _GONE, DELETED)
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
