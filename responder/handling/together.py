"""Several decided at once: each with the version somebody saw, and each by itself, so that one that
was changed meanwhile holds none of the others up."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy import ColumnElement, and_, false, func, select
from sqlalchemy.orm import Session, contains_eager

from listener.models import Mention
from responder.approve import Blocked, Conflict, NotFound
from responder.bot import Bot
from responder.handling.lists import Onlooker
from responder.handling.second_looks import OneMoreYes
from responder.models import OPEN_DRAFT, Draft, DraftStatus

MOST: Final = 500
"""So many at once: a request is answered within seconds."""

Work = Callable[[Draft], object]
"""What is done with one draft. It is as it was read; its version is what a decision names."""


@dataclass(frozen=True, kw_only=True)
class Pick:
    """A draft as somebody saw it."""

    draft_id: str
    version: int


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """`waits`: the yes is kept, and somebody else has to look too. `missed`: those that were
    changed meanwhile, or may not be decided like that."""

    done: int
    missed: int
    waits: int = 0


def chosen(session: Session, picks: Iterable[Pick], who: Onlooker) -> list[Draft]:
    """Those of the picks that still wait as they were seen, and that no colleague has open; with
    mention and author."""
    versions = {pick.draft_id: pick.version for pick in picks}
    query = (
        select(Draft)
        .join(Draft.mention)
        .options(contains_eager(Draft.mention).joinedload(Mention.author))
        .where(OPEN_DRAFT, Draft.status == DraftStatus.PENDING, who.sight)
        .where(Draft.id.in_(list(versions)[:MOST]), ~_held_by_another(who))
        .order_by(Mention.due_at, Draft.id)
    )
    return [draft for draft in session.scalars(query) if draft.version == versions[draft.id]]


def decide_each(bot: Bot, picks: Sequence[Pick], work: Work, who: Onlooker) -> Outcome:
    """Do `work` with each, in transactions of their own."""
    with bot.database.read() as session:
        drafts = chosen(session, picks, who)
    went = Counter(_went(draft, work) for draft in drafts)
    done, waits = went["done"], went["waits"]
    return Outcome(done=done, missed=len(picks) - done - waits, waits=waits)


def say_the_same(drafts: Sequence[Draft]) -> bool:
    """Whether these are answers of one kind to one crowd: to the same words, on one channel, in one
    language, and equal but for the name of whom they greet."""
    kinds = {(d.mention.likeness, d.mention.channel, d.language) for d in drafts}
    crowd = len(kinds) == 1 and next(iter(kinds))[0] != ""
    return crowd and len({_nameless(draft) for draft in drafts}) == 1


def _held_by_another(who: Onlooker) -> ColumnElement[bool]:
    return and_(
        func.coalesce(Draft.claimed_until > who.now, false()),
        Draft.claimed_by.is_distinct_from(who.agent_id),
    )


def _went(draft: Draft, work: Work) -> Literal["done", "waits", "missed"]:
    try:
        work(draft)
    except OneMoreYes:
        return "waits"
    except (Blocked, Conflict, NotFound):
        return "missed"
    return "done"


def _nameless(draft: Draft) -> str:
    author = draft.mention.author
    full = (author.name, author.handle) if author else ()
    names = {part for name in full for part in (name, *name.split()) if len(part) > 1}
    found = sorted(map(re.escape, names), key=len, reverse=True)
    return re.sub(rf"\b(?:{'|'.join(found)})\b", "\0", draft.text) if found else draft.text
