"""A few words that do not tell their language are in the one their author wrote in before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from listener.importing.keeping import Judged
from listener.models import Author, Mention
from sentiment.language import UNKNOWN, is_perhaps, ordinary

# Asked for each of them, and made once: making it takes longer than asking.
_LAST: Final = (
    select(Mention.language)
    .join(Author, Author.id == Mention.author_id)
    .where(
        Author.channel == bindparam("channel"),
        Author.external_id == bindparam("author"),
        Mention.language != UNKNOWN,
        Mention.created_at <= bindparam("at"),
    )
    .order_by(Mention.created_at.desc())
    .limit(1)
)


def usual_of(
    session: Session, channel: str, batch: Sequence[Judged], languages: Sequence[str]
) -> Mapping[int, str]:
    """The places in `batch`, which is in the order it was written in, of those to be judged once
    more in their author's language; all before `batch` is in the store."""
    if not any(map(_tells_nothing, batch)):
        return {}
    again: dict[int, str] = {}
    wrote: dict[str, str | None] = {}
    for place, one in enumerate(batch):
        if one.item.author is None:
            continue
        who, language = one.item.author.external_id, one.judgement.language
        if _tells_nothing(one):
            if who not in wrote:
                wrote[who] = _last(session, channel, who, one.item.created_at)
            usual = wrote[who]
            if usual is not None and is_perhaps(usual, one.item.text, languages):
                again[place] = usual
        elif language != UNKNOWN:
            wrote[who] = language
    return again


def _tells_nothing(one: Judged) -> bool:
    unknown = one.judgement.language == UNKNOWN
    return unknown and one.item.author is not None and ordinary(one.item.language) is None


def _last(session: Session, channel: str, author: str, at: datetime) -> str | None:
    return session.scalar(_LAST, {"channel": channel, "author": author, "at": at})
