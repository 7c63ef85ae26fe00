"""What customers do after an answer, what people do with drafts, who leaves, what it cost: from the
rows, with an honest n."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from listener.channels.metering import Use
from listener.models import Author, Mention, MentionStatus, SpendEntry
from listener.trends.scope import Scope
from responder.bot import Bot
from responder.measures.approvals import Fate, behaviour, kept_in_edits, read_decisions
from responder.measures.automatic import aftermaths
from responder.measures.cost import costs
from responder.measures.figures import Rate
from responder.measures.leavers import leavers
from responder.measures.of_scope import cases_of
from responder.measures.satisfaction import clean_share, self_help, signs
from responder.measures.staffed import micros
from responder.models import Approval, Audit, AuthorKind, DraftStatus, Reply, ReplyStatus
from responder.removal import DELETED_BY
from sentiment.phase import Phase
from sentiment.score import Sentiment
from tests.factories import (
    NOW,
    Watch,
    make_author,
    make_conversation,
    make_draft,
    make_mention,
    make_reply,
)
from tests.measured import open_bot, scope_until

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LATER = NOW + 30 * DAY


@pytest.fixture
def clock() -> Watch:
    return Watch(LATER)


@pytest.fixture
def bot(tmp_path: Path, clock: Watch) -> Iterator[Bot]:
    yield from open_bot(tmp_path, clock)


def scope_of(bot: Bot, **changes: object) -> Scope:
    return scope_until(LATER, bot, **changes)


def answered(session: Session, at: datetime = NOW, **changes: Any) -> Reply:
    """A mention and our reply ten minutes later; `changes`: of the reply, or `draft_…`, or
    `mention_…`."""
    parts: dict[str, dict[str, Any]] = {"mention": {}, "draft": {}, "reply": {}}
    for name, value in changes.items():
        part, _, rest = name.partition("_")
        known = part in ("mention", "draft")
        parts[part if known else "reply"][rest if known else name] = value
    mention = make_mention(
        session, created_at=at, **{"status": MentionStatus.ANSWERED} | parts["mention"]
    )
    draft = make_draft(session, mention, created_at=at, changed_at=at, **parts["draft"])
    then = at + 10 * MINUTE
    moments = dict.fromkeys(("queued_at", "not_before", "posted_at", "changed_at"), then)
    return make_reply(session, draft, status=ReplyStatus.SENT, **moments | parts["reply"])


def writes_again(session: Session, reply: Reply, after: timedelta, **changes: Any) -> Mention:
    """The same customer, in the same conversation unless said otherwise."""
    first = reply.mention
    at = (reply.posted_at or NOW) + after
    values: dict[str, Any] = {
        "author": first.author,
        "conversation": first.conversation,
        "channel": first.channel,
        "created_at": at,
        "status": MentionStatus.LISTEN_ONLY,
    }
    return make_mention(session, **values | changes)


def test_thanks_moods_and_coming_back_are_counted_with_what_they_are_of(bot: Bot) -> None:
    with bot.database.write() as session:
        thanks = {"signals": ["praise"], "sentiment": Sentiment.POSITIVE}
        negative: dict[str, Any] = {"mention_sentiment": Sentiment.NEGATIVE}
        writes_again(session, answered(session, **negative), HOUR, **thanks)
        asks = answered(session, mention_sentiment=Sentiment.NEUTRAL)
        writes_again(session, asks, HOUR, signals=["question"])
        writes_again(session, asks, 2 * HOUR, **thanks)
        angry = answered(session, mention_sentiment=Sentiment.NEUTRAL)
        writes_again(session, angry, 8 * DAY, signals=["complaint"], sentiment=Sentiment.NEGATIVE)
        silent = answered(session, **negative)
        elsewhere = {"conversation": make_conversation(session), "signals": ["complaint"]}
        writes_again(session, silent, DAY, topics=["delivery"], **elsewhere)
        unjudged = answered(session, mention_sentiment=Sentiment.UNKNOWN)
        writes_again(session, unjudged, HOUR, sentiment=Sentiment.POSITIVE, signals=[])
        answered(session, LATER - DAY)  # not a week old: nobody knows yet
    found = signs(cases_of(bot, scope_of(bot)).cases, micros(LATER))
    assert found.again == Rate(hits=4, of=6)
    assert found.thanks == Rate(hits=2, of=6)
    assert found.happier == Rate(hits=2, of=3)
    assert found.unhappier == Rate(hits=1, of=3)
    assert found.reopened == Rate(hits=2, of=5)


def test_another_topic_elsewhere_is_no_coming_back(bot: Bot) -> None:
    with bot.database.write() as session:
        reply = answered(session, mention_topics=["delivery"])
        writes_again(
            session, reply, DAY, conversation=make_conversation(session), topics=["size"],
            signals=["complaint"],
        )  # fmt: skip
    found = signs(cases_of(bot, scope_of(bot)).cases, micros(LATER))
    assert found.reopened == Rate(hits=0, of=1)


def test_a_customer_in_a_conversation_is_one_case_however_often_we_answer(bot: Bot) -> None:
    with bot.database.write() as session:
        first = answered(session)
        answered(
            session, NOW + DAY, mention_author=first.mention.author,
            mention_conversation=first.mention.conversation,
        )  # fmt: skip
    (case,) = cases_of(bot, scope_of(bot)).cases
    assert case.answered == micros(NOW + 10 * MINUTE)
    assert len(case.later) == 1


def test_what_a_customer_writes_later_is_seen_although_the_day_was_kept(
    bot: Bot, clock: Watch
) -> None:
    with bot.database.write() as session:
        reply = answered(session)
    assert cases_of(bot, scope_of(bot)).cases[0].closing is None
    clock.advance(hours=1)
    with bot.database.write() as session:
        again = writes_again(session, session.get_one(Reply, reply.id), DAY, signals=["praise"])
        again.changed_at = clock()
    closing = cases_of(bot, scope_of(bot)).cases[0].closing
    assert closing is not None
    assert closing.signals == {"praise"}


def test_a_link_to_self_help_holds_if_nobody_comes_back(bot: Bot) -> None:
    with bot.database.write() as session:
        linked: dict[str, Any] = {"draft_made_from": "article: parcel"}
        linked["text"] = "See https://shop.example/help"
        answered(session, **linked)
        writes_again(session, answered(session, **linked), DAY, signals=["question"])
        answered(session, **linked | {"text": "No room for the link"})
        answered(session, text="A picture: https://shop.example/picture")
    found = self_help(cases_of(bot, scope_of(bot)).cases, micros(LATER))
    assert found.sent == Rate(hits=2, of=4)
    assert found.held == Rate(hits=1, of=2)
    assert found.held_without == Rate(hits=2, of=2)


def test_a_reply_is_clean_if_the_checker_had_nothing_to_say(bot: Bot) -> None:
    with bot.database.write() as session:
        answered(session, draft_findings=[{"rule": "R05", "severity": "warn"}])
        answered(session)
    assert clean_share(cases_of(bot, scope_of(bot)).cases) == Rate(hits=1, of=2)


def test_decisions_are_told_by_what_became_of_our_words(bot: Bot) -> None:
    ours = "Hello Giulia, your parcel leaves the warehouse today."
    with bot.database.write() as session:
        answered(session, draft_proposed=ours, text=ours)
        answered(session, draft_proposed=ours, text="Hello Giulia, your parcel leaves tomorrow.")
        answered(session, draft_proposed="", text="Our own words.")
        answered(session, draft_proposed=ours, text=ours, author_kind=AuthorKind.AUTO)
        for status, reason, action in (
            (DraftStatus.REJECTED, "Wrong tone: too cold", "reject"),
            (DraftStatus.WITHDRAWN, "bo answered on the network", "answered by hand"),
            (DraftStatus.WITHDRAWN, "the customer deleted it", ""),
        ):
            draft = make_draft(
                session, status=status, reason=reason, created_at=NOW, changed_at=NOW + HOUR
            )
            if action:
                session.add(Audit(at=NOW + HOUR, who="bo", action=action, subject=draft.id))
    with bot.database.read() as session:
        decisions = read_decisions(session, scope_of(bot))
        kept = kept_in_edits(bot, session, scope_of(bot))
    found = behaviour(bot, decisions)
    assert found.fates == dict.fromkeys(Fate, 1)
    assert found.n == 5
    assert found.unchanged == Rate(hits=1, of=2)
    assert found.rejected == Rate(hits=1, of=5)
    assert {one.by for one in decisions if one.fate in (Fate.REJECTED, Fate.BY_HAND)} == {"bo"}
    assert [one.reason for one in decisions if one.fate is Fate.REJECTED] == [
        "Wrong tone: too cold"
    ]
    assert found.wall is not None
    assert found.wall.median == 10 * MINUTE
    assert kept.compared == 1
    assert kept.share is not None
    assert 0.5 < kept.share < 1


def test_who_approved_is_who_approved_just_then(bot: Bot) -> None:
    with bot.database.write() as session:
        reply = answered(session)
        session.add(
            Approval(
                draft_id=reply.draft_id, version=1, text_hash="", approved_by="carla",
                approved_at=reply.queued_at,
            )
        )  # fmt: skip
    with bot.database.read() as session:
        (decision,) = read_decisions(session, scope_of(bot))
    assert decision.by == "carla"  # anna's, of the factory, is of another moment


def test_what_vanished_is_told_from_what_we_deleted(bot: Bot) -> None:
    with bot.database.write() as session:
        answered(session, author_kind=AuthorKind.AUTO, vanished_at=NOW + HOUR)
        answered(session, author_kind=AuthorKind.AUTO)
        answered(session, vanished_at=NOW + HOUR, reason=f"{DELETED_BY}anna")
    with bot.database.read() as session:
        found = aftermaths(session, scope_of(bot))
    assert found[AuthorKind.AUTO].vanished == Rate(hits=1, of=2)
    assert found[AuthorKind.AUTO].deleted == Rate(hits=0, of=2)
    assert found[AuthorKind.HUMAN].vanished == Rate(hits=0, of=1)
    assert found[AuthorKind.HUMAN].deleted == Rate(hits=1, of=1)


def leaves(session: Session, author: Author, **changes: Any) -> Mention:
    return make_mention(
        session, author=author, phase=Phase.RETIREMENT, created_at=NOW + DAY, **changes
    )


def test_the_trouble_of_who_leaves_began_with_their_first_complaint(bot: Bot) -> None:
    with bot.database.write() as session:
        early = make_author(session)
        complaint = {"author": early, "signals": ["complaint"]}
        make_mention(session, phase=Phase.ACQUISITION, created_at=NOW - 99 * DAY, **complaint)
        make_mention(session, phase=Phase.OWNERSHIP, created_at=NOW - 9 * DAY, **complaint)
        leaves(session, early, sentiment=Sentiment.NEGATIVE)
        leaves(session, early)  # twice, and one person
        leaves(session, make_author(session), signals=["complaint"])
        leaves(session, make_author(session))  # never complained
        leaves(session, make_author(session, channel="facebook"), channel="facebook")
    with bot.database.read() as session:
        found = leavers(session, scope_of(bot, channel="x"))
    assert found.people == 3
    assert {phase: len(some) for phase, some in found.began.items()} == {
        Phase.ACQUISITION: 1,
        Phase.RETIREMENT: 1,
    }
    assert found.only_then == 1
    assert not found.more


def test_money_is_told_by_channel_use_and_reply(bot: Bot) -> None:
    with bot.database.write() as session:
        for day, use, micros_spent in (
            (-1, Use.REPLY, 1),  # before the period
            (1, Use.REPLY, 30_000),
            (1, Use.MENTIONS, 50_000),
            (2, Use.REPLY, 10_000),
        ):
            at = (NOW + day * DAY).replace(hour=0)
            session.add(
                SpendEntry(
                    channel="x", at=at, use=use, operation="call", micros=micros_spent, settled=True
                )
            )
        answered(session)
        answered(session)
        answered(session, mention_channel="facebook")
    with bot.database.read() as session:
        found = costs(session, scope_of(bot, language="it"))
        narrowed = costs(session, scope_of(bot, channels=frozenset({"facebook"})))
    assert found["x"].by_use == {Use.REPLY: 40_000, Use.MENTIONS: 50_000}
    assert (found["x"].replies, found["x"].per_reply, found["x"].sending) == (2, 45_000, 20_000)
    assert (found["facebook"].total, found["facebook"].per_reply) == (0, 0)
    assert set(narrowed) == {"facebook"}
