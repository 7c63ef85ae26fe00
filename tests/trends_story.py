"""A month of a brand, for tests of the trends: what every tab counts is in it at least once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from config.ids import new_id
from listener.models import Cursor, Mention, MentionStatus, SpendEntry
from responder.bot import Bot
from responder.models import Approval, Audit, AuthorKind, DraftStatus, ReplyStatus
from sentiment.phase import Phase
from sentiment.prioritize import Level
from sentiment.rivals import WITHOUT_US
from sentiment.score import Sentiment
from tests.factories import make_author, make_conversation, make_draft, make_mention, make_reply

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
OURS = "Hello Giulia, your parcel leaves the warehouse today."
_MOODS = tuple(Sentiment)
_ASPECTS = (["complaint fit Brenta 200"], ["wish price"], ["like quality", "complaint delivery"])
_RIVALS: tuple[list[str], ...] = (
    *([], ["Nordgrat"], ["Valdora", WITHOUT_US]),
    ["Nordgrat", WITHOUT_US],
)
_REASONS = ("Wrong tone", "Wrong tone: too stiff", "Wrong fact", "for a reason of their own")


def tell_month(bot: Bot) -> None:
    """Said, answered, decided, rejected, deleted, and waited for."""
    now = bot.clock()
    with bot.database.write() as session:
        _listened(session, bot, now)
        _said(session, now)
        for number in range(22):
            _answered(session, now, number)
        _closed(session, now)
        _left_alone(session, now)
        day = (now - 3 * DAY).replace(hour=0, minute=0, second=0, microsecond=0)
        for use, micros in (("reply", 400_000), ("search", 90_000)):
            session.add(
                SpendEntry(channel="x", at=day, use=use, operation=use, micros=micros, settled=True)
            )


def _listened(session: Session, bot: Bot, now: datetime) -> None:
    """For a month, without a hole: so it is known what is usual."""
    for channel in bot.channels.values():
        for stream in channel.declaration.streams:
            began = now - 40 * DAY
            session.add(
                Cursor(channel=channel.name, stream=stream, started_at=began, fetched_at=now)
            )


def _said(session: Session, now: datetime) -> None:
    """Talk that wants no answer: of all moods, languages, topics, phases, rivals and wants."""
    first = {
        name: make_mention(session, channel=name, created_at=now - 28 * DAY)
        for name in ("x", "facebook")
    }
    every = []
    for number in range(100):
        channel, key = ("x", "facebook")[number % 2], new_id()
        like = first[channel]
        values = {column.key: getattr(like, column.key) for column in Mention.__table__.columns}
        said = {
            "id": key,
            "external_id": key,
            "created_at": now - timedelta(hours=6.3 * number),
            "status": MentionStatus.LISTEN_ONLY,
            "sentiment": _MOODS[number % 4],
            "sentiment_score": (number % 5 - 2) / 4,
            "language": ("it", "el", "de")[number % 3],
            "phase": tuple(Phase)[number % len(Phase)],
            "topics": (["delivery"], ["size", "delivery"], ["payment"])[number % 3],
            "aspects": _ASPECTS[number % 3],
            "rivals": _RIVALS[number % 4],
            "acquainted": number % 3 == 0,
            "private": number % 10 == 9,
            "reach": number,
            "text": f"Wo ist mein Paket {number}?",
        }
        every.append(Mention(**values | said))
    session.add_all(every)  # counted together: one by one it takes seconds


def _answered(session: Session, now: datetime, number: int) -> None:
    """One customer, our answer, and what they said to it."""
    channel = ("x", "facebook")[number % 2]
    beside: dict[str, Any] = {
        "channel": channel,
        "author": make_author(session, channel=channel),
        "conversation": make_conversation(session, channel=channel),
        "language": ("it", "el")[number % 2],
        "topics": [("delivery", "size")[number % 2]],
    }
    at = now - 13 * DAY + number * 12 * HOUR
    mention = make_mention(
        session, created_at=at, changed_at=at, status=MentionStatus.ANSWERED,
        sentiment=_MOODS[number % 3], signals=["complaint"], **beside,
    )  # fmt: skip
    then = at + (number + 1) * 25 * MINUTE
    _reply(session, mention, number, then)
    if number % 3 == 0:
        again = ["praise"] if number % 2 else ["complaint"]
        make_mention(
            session, created_at=then + HOUR, changed_at=then + HOUR, signals=again,
            sentiment=_MOODS[number // 3 % 3], status=MentionStatus.LISTEN_ONLY,
            phase=Phase.RETIREMENT, acquainted=True, **beside,
        )  # fmt: skip


def _reply(session: Session, mention: Mention, number: int, then: datetime) -> None:
    text = (OURS, f"Oh! {OURS}", f"{OURS} https://larix.example/help")[number % 3]
    draft = make_draft(
        session, mention, proposed="" if number % 7 == 6 else OURS, created_at=mention.created_at,
        changed_at=mention.created_at, findings=["too long"] if number % 5 == 0 else [],
        made_from="article:parcels" if number % 3 == 2 else "saved reply: delivery",
    )  # fmt: skip
    gone: dict[str, Any] = {}
    if number in (1, 4, 8, 12):
        gone = {"vanished_at": then + DAY, "reason": "deleted by anna" if number % 8 else ""}
    make_reply(
        session, draft, status=ReplyStatus.SENT, queued_at=then, not_before=then, posted_at=then,
        changed_at=then, text=text,
        author_kind=AuthorKind.AUTO if number % 4 == 0 else AuthorKind.HUMAN, **gone,
    )  # fmt: skip
    approval = session.query(Approval).filter_by(draft_id=draft.id).one()
    approval.approved_at = then


def _closed(session: Session, now: datetime) -> None:
    """Drafts that came to nothing: rejected for each kind of reason, and answered in the app."""
    for number in range(14):
        at = now - timedelta(hours=20 * number + 2)
        by_hand = number % 5 == 4
        mention = make_mention(
            session, created_at=at - HOUR, changed_at=at, channel=("x", "facebook")[number % 2],
            status=MentionStatus.ANSWERED_OUTSIDE if by_hand else MentionStatus.IGNORED,
            language=("it", "de")[number % 2],
        )  # fmt: skip
        draft = make_draft(
            session, mention, created_at=at - HOUR, changed_at=at, proposed=OURS,
            status=DraftStatus.WITHDRAWN if by_hand else DraftStatus.REJECTED,
            reason="anna answered on the network" if by_hand else _REASONS[number % 4],
        )  # fmt: skip
        action = "answered by hand" if by_hand else "reject"
        session.add(Audit(at=at, who="anna", action=action, subject=draft.id))


def _left_alone(session: Session, now: datetime) -> None:
    """Some wait, the older ones for too long."""
    for number in range(13):
        make_mention(
            session, created_at=now - timedelta(hours=7 * number + 1), priority=Level.P2,
            due_at=now - timedelta(hours=7 * number - 6), language=("it", "el")[number % 2],
            channel=("x", "facebook")[number % 3 == 0],
        )  # fmt: skip
