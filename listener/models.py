"""What came in, as tables: where we have read to, who wrote, in which conversation, and what."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from config.database import Base, Choice, Moment
from config.ids import new_id
from listener.channels.base import Answerable
from listener.trends.upkeep import InRollup
from sentiment.phase import Phase
from sentiment.prioritize import Level
from sentiment.score import Sentiment


class MentionStatus(StrEnum):
    NEW = "new"  # heard, not yet looked at by the responder
    DRAFTED = "drafted"  # a draft or reply of ours is under way
    ANSWERED = "answered"  # our reply stands on the network
    ANSWERED_OUTSIDE = "answered_outside"  # a colleague answered in the network's own app
    BY_HAND = "by_hand"  # wants an answer the API may not give: a person answers there
    LISTEN_ONLY = "listen_only"  # counts in trends, needs no answer
    IGNORED = "ignored"  # spam, or somebody decided not to answer
    GONE = "gone"  # deleted by its author or hidden from us


OPEN = (MentionStatus.NEW, MentionStatus.DRAFTED, MentionStatus.BY_HAND)


class Cursor(Base):
    """How far one stream of one channel has been read, and how that is going."""

    __tablename__ = "cursors"

    channel: Mapped[str] = mapped_column(String(64), primary_key=True)
    stream: Mapped[str] = mapped_column(String(64), primary_key=True)
    position: Mapped[str | None] = mapped_column(Text)  # the channel's own note, opaque to us
    started_at: Mapped[datetime] = mapped_column(Moment)  # the first fetch ever
    fetched_at: Mapped[datetime | None] = mapped_column(Moment)  # the last one that succeeded
    finished_at: Mapped[datetime | None] = mapped_column(Moment)  # and left nothing to be read
    not_before: Mapped[datetime | None] = mapped_column(Moment)  # asked to wait until then
    failures: Mapped[int] = mapped_column(default=0)  # in a row
    last_error: Mapped[str] = mapped_column(Text, default="")


class Author(Base):
    """Somebody on one network. Known by the network's id: names and handles change."""

    __tablename__ = "authors"
    __table_args__ = (UniqueConstraint("channel", "external_id"),)

    id: Mapped[str] = mapped_column(String(28), primary_key=True, default=new_id)
    channel: Mapped[str] = mapped_column(String(64))
    external_id: Mapped[str] = mapped_column(String(128))
    name: Mapped[str] = mapped_column(String(200), default="")
    handle: Mapped[str] = mapped_column(String(100), default="")
    followers: Mapped[int | None]
    opted_out_at: Mapped[datetime | None] = mapped_column(Moment)  # said STOP: no automatic word


class Conversation(Base):
    """One thread of one network."""

    __tablename__ = "conversations"
    __table_args__ = (UniqueConstraint("channel", "external_id"),)

    id: Mapped[str] = mapped_column(String(28), primary_key=True, default=new_id)
    channel: Mapped[str] = mapped_column(String(64))
    external_id: Mapped[str] = mapped_column(String(128))
    context: Mapped[str] = mapped_column(Text, default="")  # the post of ours it stands under

    mentions: Mapped[list[Mention]] = relationship(
        back_populates="conversation", order_by="Mention.created_at"
    )


class Mention(InRollup, Base):
    """One public or direct text that concerns the brand, and what we think of it."""

    __tablename__ = "mentions"
    __table_args__ = (
        UniqueConstraint("channel", "external_id"),
        Index(None, "status", "due_at"),
        Index(None, "created_at"),
        Index(None, "conversation_id"),
        Index(None, "author_id"),
        Index(None, "likeness"),
        # Who leaves: few of many, and asked about by the month.
        Index(
            "ix_mentions_leaving",
            "created_at",
            sqlite_where=text("phase = 'retirement'"),
            postgresql_where=text("phase = 'retirement'"),
        ),
    )

    id: Mapped[str] = mapped_column(String(28), primary_key=True, default=new_id)
    channel: Mapped[str] = mapped_column(String(64))
    external_id: Mapped[str] = mapped_column(String(128))
    revision_id: Mapped[str] = mapped_column(String(128))
    answer_under: Mapped[str] = mapped_column(String(128))
    in_reply_to: Mapped[str | None] = mapped_column(String(128))
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    author_id: Mapped[str | None] = mapped_column(ForeignKey("authors.id"))

    text: Mapped[str] = mapped_column(Text)
    media: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)  # url, kind, alt
    likeness: Mapped[str] = mapped_column(String(32), default="")  # equal for near-equal texts
    purged_at: Mapped[datetime | None] = mapped_column(Moment)  # the words were erased, as agreed
    url: Mapped[str] = mapped_column(Text, default="")
    answer_url: Mapped[str] = mapped_column(Text, default="")
    addressed: Mapped[bool] = mapped_column(default=True)
    private: Mapped[bool] = mapped_column(default=False, server_default="0")
    answerable: Mapped[Answerable] = mapped_column(Choice(Answerable))
    engagement: Mapped[int] = mapped_column(default=0)
    reach: Mapped[int | None]  # followers its author had when it was heard
    acquainted: Mapped[bool] = mapped_column(
        default=False, server_default="0"
    )  # author heard before
    streams: Mapped[list[str]] = mapped_column(JSON, default=list)  # every stream that showed it

    language: Mapped[str] = mapped_column(String(16))
    sentiment: Mapped[Sentiment] = mapped_column(Choice(Sentiment))
    sentiment_score: Mapped[float]  # -1..1
    sentiment_confidence: Mapped[float]  # 0..1
    scored_by: Mapped[str] = mapped_column(String(64))
    topics: Mapped[list[str]] = mapped_column(JSON, default=list)
    signals: Mapped[list[str]] = mapped_column(JSON, default=list)
    aspects: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    rivals: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    phase: Mapped[Phase] = mapped_column(Choice(Phase))
    priority: Mapped[Level] = mapped_column(Choice(Level))
    points: Mapped[float]  # 0..100, breaks ties between equal deadlines
    reasons: Mapped[list[str]] = mapped_column(JSON, default=list)

    created_at: Mapped[datetime] = mapped_column(Moment)
    heard_at: Mapped[datetime] = mapped_column(Moment)
    due_at: Mapped[datetime] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(default=1)  # raised when the customer changes the text
    status: Mapped[MentionStatus] = mapped_column(Choice(MentionStatus))
    status_reason: Mapped[str] = mapped_column(Text, default="")
    changed_at: Mapped[datetime] = mapped_column(Moment, index=True)  # for the live desk

    author: Mapped[Author | None] = relationship()
    conversation: Mapped[Conversation] = relationship(back_populates="mentions")


class Gap(Base):
    """A stretch a stream passed over: shown, never in silence, and filled where that is possible.

    `filled_at` is set when the whole stretch was read after all. `next_try_at` is empty where the
    network has no way to fill it: it then stays open for a human to see.
    """

    __tablename__ = "gaps"

    id: Mapped[str] = mapped_column(String(28), primary_key=True, default=new_id)
    channel: Mapped[str] = mapped_column(String(64))
    stream: Mapped[str] = mapped_column(String(64))
    since: Mapped[datetime] = mapped_column(Moment)
    until: Mapped[datetime] = mapped_column(Moment)
    reason: Mapped[str] = mapped_column(Text)
    noticed_at: Mapped[datetime] = mapped_column(Moment)
    position: Mapped[str | None] = mapped_column(Text)  # of the filling, as of a cursor
    tries: Mapped[int] = mapped_column(default=0)
    refused: Mapped[bool] = mapped_column(default=False)  # the last try, by the network
    next_try_at: Mapped[datetime | None] = mapped_column(Moment)
    last_error: Mapped[str] = mapped_column(Text, default="")
    found: Mapped[int] = mapped_column(default=0)  # mentions the filling brought
    filled_at: Mapped[datetime | None] = mapped_column(Moment)


class HourCount(Base):
    """An hour of a channel as the network counted it, and as our store did, when last compared."""

    __tablename__ = "hour_counts"

    channel: Mapped[str] = mapped_column(String(64), primary_key=True)
    hour: Mapped[datetime] = mapped_column(Moment, primary_key=True)
    theirs: Mapped[int]
    ours: Mapped[int]
    checked_at: Mapped[datetime] = mapped_column(Moment)


class OwnPost(Base):
    """A post of ours that a stream showed. One that the outbox does not know was typed by a
    colleague in the network's own app."""

    __tablename__ = "own_posts"
    __table_args__ = (
        UniqueConstraint("channel", "external_id"),
        Index(None, "channel", "in_reply_to"),
    )

    id: Mapped[str] = mapped_column(String(28), primary_key=True, default=new_id)
    channel: Mapped[str] = mapped_column(String(64))
    external_id: Mapped[str] = mapped_column(String(128))
    in_reply_to: Mapped[str] = mapped_column(String(128))
    text: Mapped[str] = mapped_column(Text)
    url: Mapped[str] = mapped_column(Text, default="")
    posted_at: Mapped[datetime] = mapped_column(Moment)
    heard_at: Mapped[datetime] = mapped_column(Moment)
    settled_at: Mapped[datetime | None] = mapped_column(Moment)  # compared with the outbox


class Operation(StrEnum):
    """What a network may stop us from doing, apart from the other."""

    READ = "read"
    WRITE = "write"


class Cause(StrEnum):
    """Why a network is left alone."""

    LIMIT = "limit"  # a rate limit
    POLICY = "policy"  # it took offence
    AUTH = "auth"  # it does not accept our keys
    TROUBLE = "trouble"  # it fails, or cannot be reached


class Breaker(Base):
    """A circuit breaker, and what the network told us to wait for: on disk, so that a restart does
    not hammer."""

    __tablename__ = "breakers"

    channel: Mapped[str] = mapped_column(String(64), primary_key=True)
    operation: Mapped[Operation] = mapped_column(Choice(Operation), primary_key=True)
    cause: Mapped[Cause | None] = mapped_column(Choice(Cause))
    blocked_until: Mapped[datetime | None] = mapped_column(Moment)
    reason: Mapped[str] = mapped_column(Text, default="")
    failures: Mapped[int] = mapped_column(default=0)  # since `first_failure_at`
    first_failure_at: Mapped[datetime | None] = mapped_column(Moment)
    opened: Mapped[int] = mapped_column(default=0)  # times in a row: each doubles the wait
    changed_at: Mapped[datetime] = mapped_column(Moment)


class SpendEntry(Base):
    """A paid call under way, with the worst it may cost; or, once settled, what all such calls of
    one UTC day cost, for each use and operation. One that is never settled stays as it is."""

    __tablename__ = "spend_entries"
    __table_args__ = (Index(None, "channel", "at"),)

    id: Mapped[str] = mapped_column(String(28), primary_key=True, default=new_id)
    channel: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Moment)
    use: Mapped[str] = mapped_column(String(32))  # listener.channels.metering.Use
    operation: Mapped[str] = mapped_column(String(64))
    micros: Mapped[int]  # millionths of a US dollar
    settled: Mapped[bool] = mapped_column(default=False)


class DeadLetter(Base):
    """An item we could not read, kept as it came so that nothing is lost and a human can see it."""

    __tablename__ = "dead_letters"
    __table_args__ = (UniqueConstraint("channel", "fingerprint"),)

    id: Mapped[str] = mapped_column(String(28), primary_key=True, default=new_id)
    channel: Mapped[str] = mapped_column(String(64))
    stream: Mapped[str] = mapped_column(String(64))
    fingerprint: Mapped[str] = mapped_column(String(64))  # of the payload: seen again, kept once
    external_id: Mapped[str | None] = mapped_column(String(128))  # where it could be read
    payload: Mapped[str] = mapped_column(Text)
    error: Mapped[str] = mapped_column(Text)
    heard_at: Mapped[datetime] = mapped_column(Moment)
    tries: Mapped[int] = mapped_column(default=1)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)  # read after all, or dismissed
    closed_by: Mapped[str] = mapped_column(String(64), default="")


def as_media(values: Any) -> list[dict[str, str]]:
    """Media of an Incoming as the JSON the column keeps."""
    return [{"url": m.url, "kind": m.kind.value, "alt": m.alt} for m in values]


# Written out, because a bound parameter cannot prove to SQLite that its partial index fits.
LEAVES: Final = text("mentions.phase = 'retirement'")
