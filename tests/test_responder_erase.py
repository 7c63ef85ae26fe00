from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from listener.models import Mention, MentionStatus
from responder import erase
from responder.automatic.models import ShadowAnswer
from responder.bot import Bot
from responder.erase import erase_made_of, purge_round
from responder.models import Draft, DraftStatus, Reply
from tests.factories import (
    NOW,
    FakeChannel,
    Watch,
    make_auto_rule,
    make_bot,
    make_draft,
    make_mention,
    make_reply,
)

SENT = "Hi Giulia. It takes 3 days, as you said. ^EM"


@pytest.fixture
def clock() -> Watch:
    return Watch()


@pytest.fixture
def bot(tmp_path: Path, clock: Watch) -> Iterator[Bot]:
    made = make_bot(tmp_path, channels=[FakeChannel("x", clock=clock)], clock=clock)
    x = cast(Any, made.channels["x"])
    x.declaration = replace(x.declaration, keeps_text_days=30)
    yield made
    made.database.close()


def _answered(bot: Bot, **changes: Any) -> None:
    """A mention that was answered, its draft, and what a rule in shadow would have said."""
    with bot.database.write() as session:
        mention = make_mention(session, **{"status": MentionStatus.ANSWERED} | changes)
        draft = make_draft(
            session, mention, text=SENT, proposed="Hi Giulia.", status=DraftStatus.APPROVED
        )
        draft.findings = [{"rule": "R01", "message": "Giulia"}]
        make_reply(session, draft, text=SENT)
        rule = make_auto_rule(session, name=mention.id)
        said = {"text": "Hi Giulia. Automatically.", "offered": "Hi Giulia."}
        of = {"rule_id": rule.id, "mention_id": mention.id, "draft_id": draft.id}
        session.add(ShadowAnswer(**of, **said, at=NOW))


def _left(bot: Bot) -> set[str]:
    with bot.database.read() as session:
        drafts = session.query(Draft).all()
        shadows = session.query(ShadowAnswer).all()
        words = {one for row in drafts for one in (row.text, row.proposed, str(row.findings or ""))}
        words |= {one for row in shadows for one in (row.text, row.offered)}
    return words - {""}


def test_what_was_made_of_a_mention_goes_with_its_words(bot: Bot, clock: Watch) -> None:
    _answered(bot)
    assert purge_round(bot, bot.channels["x"]) == 0
    assert _left(bot)
    clock.advance(days=31)
    assert purge_round(bot, bot.channels["x"]) == 1
    assert not _left(bot)
    with bot.database.read() as session:
        assert session.query(Reply).one().text == SENT, "it stands on the network"


def test_a_round_that_died_is_made_good_by_the_next(bot: Bot, monkeypatch: Any) -> None:
    monkeypatch.setattr(erase, "AT_ONCE", 2)
    for _ in range(5):
        _answered(bot, purged_at=NOW, text="")
    assert purge_round(bot, bot.channels["x"]) == 0
    assert not _left(bot)
    assert erase_made_of(bot.database, "x") == 0


def test_words_that_are_kept_keep_what_was_made_of_them(bot: Bot) -> None:
    _answered(bot)
    _answered(bot, purged_at=NOW, text="", channel="facebook")
    before = _left(bot)
    assert erase_made_of(bot.database, "x") == 0
    assert _left(bot) == before


def test_a_draft_that_waits_is_not_emptied_under_whoever_reads_it(bot: Bot, clock: Watch) -> None:
    with bot.database.write() as session:
        mention = make_mention(session, status=MentionStatus.GONE)
        mention.changed_at = NOW - timedelta(days=2)
        draft = make_draft(session, mention, text=SENT, proposed=SENT)
    purge_round(bot, bot.channels["x"])
    with bot.database.write() as session:
        assert session.get_one(Mention, mention.id).text == ""
        assert session.get_one(Draft, draft.id).text == SENT
        session.get_one(Draft, draft.id).status = DraftStatus.WITHDRAWN
    purge_round(bot, bot.channels["x"])
    with bot.database.read() as session:
        assert session.get_one(Draft, draft.id).text == ""
