"""A batch of judged rows becomes mentions, by the rules of live ones, in one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.ids import new_id
from listener.channels.base import Incoming, Person
from listener.making import HISTORY, IMPORT, mention_of, take_judgement
from listener.models import OPEN, Author, Conversation, Mention, MentionStatus, OwnPost
from listener.store import Reading, due_at_of
from listener.urgency import weighed
from sentiment.judge import Judgement, judge
from sentiment.language import UNKNOWN, ordinary
from sentiment.signals import Signal

_DAY: Final = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A row that the store does not have, with what is thought of its text."""

    item: Incoming
    judgement: Judgement


def unheard(session: Session, channel: str, items: Sequence[Incoming]) -> list[Incoming]:
    """Those the store has neither as mentions nor as posts of our own. What it has stays as it is:
    an export cannot say that it is newer."""
    ids = [item.external_id for item in items]
    have = set(
        session.scalars(
            select(Mention.external_id).where(
                Mention.channel == channel, Mention.external_id.in_(ids)
            )
        )
    )
    have |= set(
        session.scalars(
            select(OwnPost.external_id).where(
                OwnPost.channel == channel, OwnPost.external_id.in_(ids)
            )
        )
    )
    return [item for item in items if item.external_id not in have]


def keep_history(session: Session, batch: Sequence[Judged], reading: Reading, now: datetime) -> int:
    """Store what is new of `batch`, which is in the order it was written in. Returns how many."""
    fresh = {
        item.external_id for item in unheard(session, reading.channel, [one.item for one in batch])
    }
    rows = [one for one in batch if one.item.external_id in fresh]
    keeper = _Keeper(
        session=session,
        reading=reading,
        now=now,
        authors=_authors(session, reading.channel, rows),
        conversations=_conversations(session, reading.channel, rows),
    )
    keeper.look_up()
    session.add_all([keeper.mention(one) for one in rows])
    return len(rows)


@dataclass(kw_only=True)
class _Keeper:
    """`waiting`: when the open mentions of each author were written; `usual`: in which language
    each wrote last; `newest`: when. By the author's row."""

    session: Session
    reading: Reading
    now: datetime
    authors: Mapping[str, Author]
    conversations: Mapping[str, str]
    waiting: Mapping[str, Sequence[datetime]] = field(default_factory=dict)
    newest: dict[str, datetime] = field(default_factory=dict)
    usual: dict[str, tuple[datetime, str]] = field(default_factory=dict)

    def look_up(self) -> None:
        ids = [author.id for author in self.authors.values()]
        self.waiting = _waiting(self.session, ids)
        self.newest = _newest(self.session, ids)

    def mention(self, one: Judged) -> Mention:
        item, author = one.item, None
        if item.author is not None:
            author = self.authors[item.author.external_id]
            self._called(author, item.author, item.created_at)
        judgement = self._in_their_language(one, author)
        mention = mention_of(item, channel=self.reading.channel, stream=IMPORT, now=self.now)
        mention.id = new_id()
        mention.author_id = author.id if author else None
        mention.conversation_id = self.conversations[item.conversation]
        mention.status, mention.status_reason = MentionStatus.LISTEN_ONLY, HISTORY
        take_judgement(mention, judgement)
        weighed(
            mention,
            followers=item.author.followers if item.author else None,
            engagement=item.engagement,
            notes=(),
            before_buying=self.reading.before_buying,
            repeats=self._repeats(author, item.created_at),
        )
        mention.due_at = due_at_of(mention, self.reading.calendar, self.reading.before_buying)
        if Signal.STOP in judgement.signals and author is not None:
            author.opted_out_at = author.opted_out_at or self.now
        return mention

    def _called(self, author: Author, said: Person, at: datetime) -> None:
        """Names and followers as of their newest text: what the network told since stays."""
        if at < self.newest.get(author.id, at):
            author.name, author.handle = author.name or said.name, author.handle or said.handle
            if author.followers is None:
                author.followers = said.followers
            return
        self.newest[author.id] = at
        author.name, author.handle = said.name or author.name, said.handle or author.handle
        if said.followers is not None:
            author.followers = said.followers

    def _repeats(self, author: Author | None, at: datetime) -> int:
        open_ones = self.waiting.get(author.id, ()) if author else ()
        return sum(at - _DAY <= other < at for other in open_ones)

    def _in_their_language(self, one: Judged, author: Author | None) -> Judgement:
        """A few words that do not tell are in the language their author wrote before."""
        item, judgement = one.item, one.judgement
        if author is None:
            return judgement
        if judgement.language == UNKNOWN and ordinary(item.language) is None:
            usual = self._usual(author.id, item.created_at)
            if usual is not None:
                judgement = judge(
                    item.text,
                    languages=self.reading.languages,
                    usual=usual,
                    weights=self.reading.weights,
                )
        if judgement.language != UNKNOWN:
            self.usual[author.id] = item.created_at, judgement.language
        return judgement

    def _usual(self, author_id: str, at: datetime) -> str | None:
        if author_id in self.usual:
            return self.usual[author_id][1]
        return self.session.scalar(
            select(Mention.language)
            .where(
                Mention.author_id == author_id,
                Mention.language != UNKNOWN,
                Mention.created_at <= at,
            )
            .order_by(Mention.created_at.desc())
            .limit(1)
        )


def _authors(session: Session, channel: str, rows: Sequence[Judged]) -> dict[str, Author]:
    """Those who wrote them, by the network's id; who is new gets a row."""
    wanted = {one.item.author.external_id for one in rows if one.item.author}
    found = session.scalars(
        select(Author).where(Author.channel == channel, Author.external_id.in_(wanted))
    )
    authors = {author.external_id: author for author in found}
    for key in sorted(wanted - authors.keys()):
        author = Author(id=new_id(), channel=channel, external_id=key, name="", handle="")
        authors[key] = author
        session.add(author)
    return authors


def _conversations(session: Session, channel: str, rows: Sequence[Judged]) -> dict[str, str]:
    """The conversations they stand in: our id by the network's; what is new gets a row."""
    wanted = {one.item.conversation for one in rows}
    found = session.execute(
        select(Conversation.external_id, Conversation.id).where(
            Conversation.channel == channel, Conversation.external_id.in_(wanted)
        )
    )
    ids = {row.external_id: row.id for row in found}
    for key in sorted(wanted - ids.keys()):
        ids[key] = new_id()
        session.add(Conversation(id=ids[key], channel=channel, external_id=key, context=""))
    return ids


def _waiting(session: Session, authors: Collection[str]) -> Mapping[str, Sequence[datetime]]:
    found: dict[str, list[datetime]] = defaultdict(list)
    rows = session.execute(
        select(Mention.author_id, Mention.created_at).where(
            Mention.author_id.in_(authors), Mention.status.in_(OPEN)
        )
    )
    for row in rows:
        found[row.author_id].append(row.created_at)
    return found


def _newest(session: Session, authors: Collection[str]) -> dict[str, datetime]:
    rows = session.execute(
        select(Mention.author_id, func.max(Mention.created_at))
        .where(Mention.author_id.in_(authors))
        .group_by(Mention.author_id)
    )
    return {author: at for author, at in rows if author is not None}
