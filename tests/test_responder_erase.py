from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, cast

import pytest

from listener.models import Mention, MentionStatus
from responder import erase, redraft
from responder.approve import Conflict, approve, edit
from responder.automatic.models import ShadowAnswer
from responder.bot import Bot
from responder.draft import draft_round
from responder.erase import erase_made_of, purge_round
from responder.learning.answers import LEARNED
from responder.model.tables import Suggestion
from responder.models import Draft, DraftStatus, Reply, ReplyStatus
from sentiment.score import Sentiment
from tests.auto_story import draft_of, hear
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
from tests.small_book import BOOK as SMALL
from tests.small_book import saying

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


def test_what_colleagues_wrote_of_a_customer_goes_with_the_customer_s_words(bot: Bot) -> None:
    said = {"escalated": "Giulia mentions a lawyer", "reason": "Wrong tone: Giulia is grieving"}
    with bot.database.write() as session:
        for purged in (NOW, None):
            mention = make_mention(session, status=MentionStatus.IGNORED, purged_at=purged)
            make_draft(session, mention, text="", status=DraftStatus.REJECTED, **said)
    assert erase_made_of(bot.database, "x") == 2
    assert erase_made_of(bot.database, "x") == 0
    with bot.database.read() as session:
        left = {(row.mention.purged_at, row.escalated, row.reason) for row in session.query(Draft)}
    assert left == {(NOW, "", ""), (None, *said.values())}


def test_the_book_s_words_beside_a_model_s_go_with_them(bot: Bot) -> None:
    with bot.database.write() as session:
        for purged in (NOW, None):
            mention = make_mention(session, status=MentionStatus.IGNORED, purged_at=purged)
            draft = make_draft(session, mention, text="Hi Giulia.", status=DraftStatus.REJECTED)
            kept = {"kept": "Hi Giulia. It takes 3 days.", "kept_from": "article: times"}
            session.add(Suggestion(draft_id=draft.id, channel="x", asked_at=NOW, **kept))
    assert erase_made_of(bot.database, "x") == 2
    assert erase_made_of(bot.database, "x") == 0
    with bot.database.read() as session:
        left = {
            row.kept: session.get_one(Draft, row.draft_id).mention.purged_at
            for row in session.query(Suggestion)
        }
    assert left == {"": NOW, "Hi Giulia. It takes 3 days.": None}


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


# -- drafts that were taught

SAID: Final = "Yes, we ship to Norway: it takes 3 days, and you can follow it all the way."
CALM: Final[dict[str, Any]] = {
    "topics": ["delivery"],
    "signals": ["question"],
    "sentiment": Sentiment.NEUTRAL,
}


@pytest.fixture
def taught(tmp_path: Path, clock: Watch) -> Iterator[Bot]:
    """A bot whose team answered somebody a month ago, and whose words wait as a draft since."""
    made = make_bot(
        tmp_path,
        channels=[FakeChannel("x", clock=clock)],
        clock=clock,
        book=saying(SMALL, "You can follow it all the way. Customs take no extra day."),
        languages=("en",),
    )
    x = cast(Any, made.channels["x"])
    x.declaration = replace(x.declaration, keeps_text_days=30)
    with made.database.write() as session:
        asked = "Do you ship to Norway, and how long does it take?"
        mention = make_mention(session, text=asked, status=MentionStatus.ANSWERED, **CALM)
        ours = "Hi Giulia. It takes 3 days. — the shop"
        draft = make_draft(session, mention, text=f"Hi Giulia. {SAID} ^EM", proposed=ours)
        make_reply(session, draft, status=ReplyStatus.SENT, posted_at=NOW)
    clock.advance(days=31)
    yield made
    made.database.close()


def _waiting(bot: Bot) -> Draft:
    now = bot.clock()
    text = "@shop hello, how long does it take to ship to Norway?"
    mention = hear(bot, text=text, created_at=now, changed_at=now, **CALM)
    draft_round(bot)
    draft = draft_of(bot, mention)
    assert SAID in draft.text
    assert draft.taught_by
    return draft


def test_a_draft_that_waits_says_an_answer_no_more_once_its_mention_is_erased(taught: Bot) -> None:
    before = _waiting(taught)
    purge_round(taught, taught.channels["x"])
    after = draft_of(taught, before.mention_id)
    assert (after.id, after.status, after.version) == (before.id, DraftStatus.PENDING, 2)
    assert (after.taught_by, after.made_from.startswith(LEARNED)) == ("", False)
    assert after.text == after.proposed
    assert after.text
    assert "follow it all the way" not in after.text
    assert "erased" in after.reason
    with pytest.raises(Conflict):
        approve(taught, before.id, version=1, by="bea")
    purge_round(taught, taught.channels["x"])
    assert draft_of(taught, before.mention_id).version == 2


def test_it_says_it_no_more_however_much_somebody_changed_it(taught: Bot) -> None:
    before = _waiting(taught)
    edit(taught, before.id, version=1, text=f"{before.text} Customs take no extra day.", by="bea")
    purge_round(taught, taught.channels["x"])
    after = draft_of(taught, before.mention_id)
    assert after.taught_by == ""
    assert "follow it all the way" not in after.text + after.proposed


def test_while_its_mention_has_its_words_a_draft_goes_on_saying_the_answer(taught: Bot) -> None:
    before = _waiting(taught)
    x = cast(Any, taught.channels["x"])
    x.declaration = replace(x.declaration, keeps_text_days=90)
    purge_round(taught, x)
    assert draft_of(taught, before.mention_id).version == 1


def test_what_turns_out_to_have_been_said_in_private_is_said_to_nobody_else(taught: Bot) -> None:
    before = _waiting(taught)
    x = cast(Any, taught.channels["x"])
    x.declaration = replace(x.declaration, keeps_text_days=90)
    with taught.database.write() as session:
        teaching = session.get_one(Reply, before.taught_by).mention
        teaching.private = True
    purge_round(taught, taught.channels["x"])
    after = draft_of(taught, before.mention_id)
    assert after.taught_by == ""
    assert "follow it all the way" not in after.text + after.proposed


def test_a_draft_nobody_waits_for_any_more_is_left_to_be_withdrawn(taught: Bot) -> None:
    before = _waiting(taught)
    with taught.database.write() as session:
        session.get_one(Mention, before.mention_id).status = MentionStatus.GONE
    purge_round(taught, taught.channels["x"])
    with taught.database.read() as session:
        assert session.get_one(Mention, before.mention_id).status is MentionStatus.GONE
        assert session.get_one(Draft, before.id).version == 1


def test_where_no_other_words_can_be_made_a_person_finds_them(
    taught: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _waiting(taught)

    def broken(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(redraft, "propose", broken)
    purge_round(taught, taught.channels["x"])
    after = draft_of(taught, before.mention_id)
    assert (after.status, after.text, after.proposed) == (DraftStatus.PENDING, "", "")
    assert (after.taught_by, after.made_from) == ("", "no words: drafting failed (RuntimeError)")
