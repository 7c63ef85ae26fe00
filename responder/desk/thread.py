"""The conversation around a mention, in the order it was spoken.

On some networks one conversation is everything said under a post of ours, by people who do not know
each other. So what belongs to the mention stands in front of it, and the others wait in a drawer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from listener.models import Mention, MentionStatus
from responder.desk.attached import Attached, attached_to
from responder.desk.rows import name_of
from responder.desk.tongue import N_, _
from responder.models import LIVE_REPLY, AuthorKind, Reply, ReplyStatus

_AT_MOST: Final = 60  # texts shown of each kind, the newest ones; the rest are behind the link
_LATEST: Final = 500  # texts of a conversation looked at
_NOT_YET: Final = {
    ReplyStatus.QUEUED: N_("on its way"),
    ReplyStatus.SENDING: N_("on its way"),
    ReplyStatus.UNKNOWN: N_("nobody knows whether it stands"),
}


_LINE: Final = 85
"""Letters: the longest line there is room for."""
_LONG: Final = 6
_LONGISH: Final = 3
"""Lines: static/item.css folds to so many."""


@dataclass(frozen=True, kw_only=True)
class Voice:
    """One text of the thread. `ours`: a reply of the brand, also one that may not stand there yet
    (`note` says so); `current`: the one to answer."""

    name: str
    handle: str
    text: str
    language: str
    at: datetime
    url: str = ""
    media: Sequence[Attached] = ()
    ours: bool = False
    current: bool = False
    note: str = ""

    @property
    def folded(self) -> str:
        """Whether so much is said that it folds, for what is approved to be in sight with it:
        always, on a low screen, or not at all."""
        lines = sum(1 + len(line) // _LINE for line in self.text.splitlines())
        return "long" if lines > _LONG else "longish" if lines > _LONGISH else ""


@dataclass(frozen=True, kw_only=True)
class Thread:
    """`near`: the mention, what it answers, what its author said here, what was answered to them.
    `others`: what else was said in the conversation. `more` texts are not in either."""

    near: tuple[Voice, ...]
    others: tuple[Voice, ...]
    more: int


def read_thread(
    session: Session, mention: Mention, *, brand: str, hosts: Sequence[str] = ()
) -> Thread:
    """All we know of the conversation of `mention`; `brand` is what our own words stand under,
    `hosts` where its network keeps pictures."""
    mentions = session.scalars(
        select(Mention)
        .where(Mention.conversation_id == mention.conversation_id)
        .options(joinedload(Mention.author))
        .order_by(Mention.created_at.desc())
        .limit(_LATEST)
    ).all()
    replies = session.scalars(
        select(Reply)
        .join(Reply.mention)
        .where(Mention.conversation_id == mention.conversation_id, LIVE_REPLY)
        .options(joinedload(Reply.draft))
        .order_by(Mention.created_at.desc())
        .limit(_LATEST)
    ).all()
    close = _close(mention, mentions, replies)
    near: list[Voice] = []
    others: list[Voice] = []
    for row in {each.id: each for each in (*mentions, mention)}.values():
        voice = _heard(row, hosts, current=row.id == mention.id)
        (near if row.id in close else others).append(voice)
    for reply in replies:
        (near if reply.mention_id in close else others).append(_said(reply, brand))
    shown = _newest(near), _newest(others)
    more = len(near) + len(others) - sum(map(len, shown))
    return Thread(near=shown[0], others=shown[1], more=more)


def _newest(voices: Iterable[Voice]) -> tuple[Voice, ...]:
    """In the order they were spoken; the current one is never left out."""
    ordered = sorted(voices, key=lambda voice: (voice.at, voice.ours))
    kept = ordered[-_AT_MOST:]
    return tuple([voice for voice in ordered[:-_AT_MOST] if voice.current] + kept)


def _close(mention: Mention, mentions: Sequence[Mention], replies: Sequence[Reply]) -> set[str]:
    """The ids of the mentions that belong to this one."""
    close = {mention.id, *_answered_by(mention, mentions, replies)}
    for other in mentions:
        same_author = other.author_id is not None and other.author_id == mention.author_id
        if same_author or other.in_reply_to == mention.external_id:
            close.add(other.id)
    return close


def _answered_by(
    mention: Mention, mentions: Sequence[Mention], replies: Sequence[Reply]
) -> Iterable[str]:
    """Up the chain of "in reply to". A reply of ours leads on to the mention it answered."""
    by_key: Mapping[str, Mention] = {
        **{reply.external_id: reply.mention for reply in replies if reply.external_id},
        **{other.external_id: other for other in mentions},
    }
    seen: set[str] = set()
    key = mention.in_reply_to
    while key is not None and key in by_key and key not in seen:
        seen.add(key)
        yield by_key[key].id
        key = by_key[key].in_reply_to


def _heard(mention: Mention, hosts: Sequence[str], *, current: bool) -> Voice:
    author = mention.author
    gone = mention.status is MentionStatus.GONE
    notes = [_("deleted since")] if gone else []
    if mention.version > 1:
        notes.append(_("edited by its author"))
    return Voice(
        name=name_of(author),
        handle=author.handle if author and author.name else "",
        text=mention.text,
        language=mention.language,
        at=mention.created_at,
        url=mention.url,
        media=() if gone else attached_to(mention, hosts),
        current=current,
        note=", ".join(notes),
    )


def _said(reply: Reply, brand: str) -> Voice:
    notes = [_("automatic")] if reply.author_kind is AuthorKind.AUTO else []
    if reply.status in _NOT_YET:
        notes.append(_(_NOT_YET[reply.status]))
    if reply.vanished_at is not None:
        notes.append(_("does not stand there any more"))
    return Voice(
        name=brand,
        handle="",
        text=reply.text,
        language=reply.draft.language,
        at=reply.posted_at or reply.stamped_at or reply.queued_at,
        url=reply.url,
        ours=True,
        note=", ".join(notes),
    )
