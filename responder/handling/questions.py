"""The customer's questions, ticked off one by one, so that none is forgotten in a long text."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from listener.models import Mention
from responder.audit import note
from responder.handling.models import AnsweredQuestion
from responder.models import Draft, DraftStatus
from responder.voice.cues import lexicon
from responder.voice.rules.answers import questions_in
from sentiment.cues import fold


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One question, as it is written. `by`: who says that it is answered, "" if nobody does."""

    text: str
    digest: str
    by: str = ""


def asked_in(text: str, language: str) -> tuple[str, ...]:
    """The questions of a text in `language`, each once, in the order in which they are put."""
    found = questions_in(text, language, lexicon(language).of("R14", "questions"))
    each: dict[str, str] = {}
    for one in found:
        each.setdefault(digest_of(one), one)
    return tuple(each.values())


def digest_of(question: str) -> str:
    """By what a question is known again, however it is spelt."""
    return hashlib.sha256(" ".join(fold(question).split()).encode()).hexdigest()


def read_asked(session: Session, mention: Mention) -> tuple[Asked, ...]:
    """The questions of a mention as its text is now, with who ticked them off."""
    ticked = _ticked(session, mention.id)
    return tuple(
        Asked(text=one, digest=digest, by=ticked[digest].by if digest in ticked else "")
        for one in asked_in(mention.text, mention.language)
        for digest in (digest_of(one),)
    )


def tick(  # what somebody saw, and what they made of it
    session: Session,
    mention: Mention,
    *,
    seen: Collection[str],
    now_ticked: Collection[str],
    by: str,
    now: datetime,
) -> int:
    """Note the questions somebody ticked off, and those they took the tick from: the difference
    between what they saw (`seen`: digests that had a tick) and what they leave. What a colleague
    ticked meanwhile stays. Returns how many changed."""
    known, ticked = (
        [one.digest for one in read_asked(session, mention)],
        _ticked(session, mention.id),
    )
    added = [d for d in known if d in now_ticked and d not in seen and d not in ticked]
    gone = [d for d in known if d in seen and d not in now_ticked and d in ticked]
    for digest in added:
        session.add(AnsweredQuestion(mention_id=mention.id, digest=digest, by=by, at=now))
        note(session, who=by, action="tick question", subject=mention.id, detail=digest, now=now)
    for digest in gone:
        session.delete(ticked[digest])
        note(session, who=by, action="untick question", subject=mention.id, detail=digest, now=now)
    if added or gone:
        _tell(session, mention.id, now)
    return len(added) + len(gone)


def still_open(asked: Sequence[Asked]) -> int:
    """Of how many questions nobody says that they are answered; none where there is one alone: it
    is what the reply is about, and the etiquette checker looks after it."""
    return sum(not one.by for one in asked) if len(asked) > 1 else 0


def _ticked(session: Session, mention_id: str) -> dict[str, AnsweredQuestion]:
    rows = session.scalars(
        select(AnsweredQuestion).where(AnsweredQuestion.mention_id == mention_id)
    )
    return {row.digest: row for row in rows}


def _tell(session: Session, mention_id: str, now: datetime) -> None:
    """Whoever has the item open is to see it."""
    waiting = (Draft.mention_id == mention_id, Draft.status == DraftStatus.PENDING)
    for draft in session.scalars(select(Draft).where(*waiting)):
        draft.changed_at = now
