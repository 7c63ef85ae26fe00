"""Notes of colleagues about a mention. They never leave the desk; whoever is named in one ("@bo")
has it among their notices until they opened the item."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, func, select, true, update
from sqlalchemy.orm import Session, joinedload

from listener.models import Mention
from listener.normalize import clean
from responder.approve import Conflict, NotFound
from responder.audit import note
from responder.bot import Bot
from responder.handling.models import Note, Notice
from responder.handling.waiting import touch
from responder.models import Draft
from responder.team.models import Agent

LONGEST: Final = 2000  # characters
_AT_MOST: Final = 100  # notices on the page


@dataclass(frozen=True, kw_only=True)
class Told:
    """A notice as its page shows it. `draft_id`: the item to open; `seen`: it was opened since."""

    draft_id: str
    note: Note
    mention: Mention
    seen: bool


def add_note(bot: Bot, mention_id: str, *, text: str, by: str) -> str:
    """Keep a note, and tell those it names. Returns its id. Raises NotFound, and Conflict, with a
    sentence, for one that says nothing or too much."""
    words, now = clean(text).strip(), bot.clock()
    if not words:
        raise Conflict("The note says nothing")
    if len(words) > LONGEST:
        raise Conflict(f"A note has {LONGEST} characters at most")
    with bot.database.write() as session:
        mention = session.get(Mention, mention_id)
        if mention is None:
            raise NotFound("There is no such mention")
        row = Note(mention_id=mention_id, text=words, by=by, at=now)
        session.add(row)
        session.flush()
        for agent in _listening(session, words, mention, by):
            session.add(Notice(note_id=row.id, agent_id=agent.id))
        touch(session, mention_id, now)
        note(session, who=by, action="note", subject=mention_id, detail=row.id, now=now)
        return row.id


def named(text: str, names: Iterable[str]) -> list[str]:
    """Pure: those of `names` that stand behind an @ in `text`, the longest that fits at each @, in
    upper or lower case. An address of mail names nobody."""
    folded, found = _folded(text), dict[str, None]()
    known = sorted(((_folded(name), name) for name in names), key=lambda one: -len(one[0]))
    for at, letter in enumerate(folded):
        if letter != "@" or (at and _is_of_a_word(folded[at - 1])):
            continue
        for key, name in known:
            end = at + 1 + len(key)
            rest = folded[end : end + 1]
            if key and folded.startswith(key, at + 1) and not (rest and _is_of_a_word(rest)):
                found[name] = None
                break
    return list(found)


def notes_of(session: Session, mention_id: str) -> Sequence[Note]:
    """All notes about a mention, the oldest first."""
    return session.scalars(
        select(Note).where(Note.mention_id == mention_id).order_by(Note.id)
    ).all()


def unseen(session: Session, agent_id: str, channels: frozenset[str]) -> int:
    """How many notices an agent has not seen yet, of those they can open."""
    mine = (
        select(func.count())
        .select_from(Notice)
        .join(Note, Note.id == Notice.note_id)
        .join(Mention, Mention.id == Note.mention_id)
        .where(Notice.agent_id == agent_id, Notice.seen_at.is_(None), _on(channels))
    )
    return session.scalar(mine) or 0


def notices(session: Session, agent_id: str, channels: frozenset[str]) -> list[Told]:
    """What an agent was told, the newest first; only of channels they see, empty for all."""
    newest = (
        select(func.max(Draft.id))
        .where(Draft.mention_id == Note.mention_id)
        .correlate(Note)
        .scalar_subquery()
    )
    wanted = (
        select(Notice, Mention, newest)
        .join(Note, Note.id == Notice.note_id)
        .join(Mention, Mention.id == Note.mention_id)
        .options(joinedload(Notice.note), joinedload(Mention.author))
        .where(Notice.agent_id == agent_id, _on(channels))
        .order_by(Note.id.desc())
        .limit(_AT_MOST)
    )
    return [
        Told(draft_id=draft_id or "", note=one.note, mention=mention, seen=one.seen_at is not None)
        for one, mention, draft_id in session.execute(wanted)
    ]


def mark_seen(bot: Bot, mention_id: str, *, agent_id: str) -> bool:
    """Whoever opens the item has seen what was written about it. True if that is news."""
    about = select(Note.id).where(Note.mention_id == mention_id)
    waiting = (
        Notice.agent_id == agent_id,
        Notice.seen_at.is_(None),
        Notice.note_id.in_(about),
    )
    with bot.database.read() as session:
        if session.scalar(select(Notice.note_id).where(*waiting).limit(1)) is None:
            return False
    with bot.database.write() as session:
        session.execute(update(Notice).where(*waiting).values(seen_at=bot.clock()))
    return True


def _listening(session: Session, words: str, mention: Mention, by: str) -> list[Agent]:
    """Whom the words name, but not their author, nor whoever may not see the mention."""
    there = select(Agent).where(Agent.disabled_at.is_(None), Agent.name != by)
    able = {
        agent.name: agent
        for agent in session.scalars(there)
        if not agent.channels or mention.channel in agent.channels
    }
    return [able[name] for name in named(words, able)]


def _on(channels: frozenset[str]) -> ColumnElement[bool]:
    return Mention.channel.in_(sorted(channels)) if channels else true()


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def _is_of_a_word(letter: str) -> bool:
    return letter.isalnum() or letter == "_" or unicodedata.category(letter).startswith("M")
