from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from config.database import Base
from listener.models import Mention
from responder.automatic.preview import preview
from responder.automatic.rule import AutoOccasion
from responder.automatic.rules import Wanted, rule_of
from responder.bot import Bot
from responder.incidents import Opening, open_incident
from responder.models import PauseLevel
from responder.pause import set_pause
from tests.auto_story import ASKING, DISCLOSURE, GLAD, THANKS, eager_bot, hear
from tests.factories import NOW, Watch, make_author, make_draft, make_mention, make_reply


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[Bot]:
    """Its channel allows no automatic replies yet: rules are previewed before that."""
    made = eager_bot(tmp_path, Watch(), auto_reply=False)
    yield made
    made.database.close()


def _preview(bot: Bot, days: int = 14, **wanted: Any) -> Any:
    rule = rule_of(
        bot, Wanted(**{"name": "preview", "topics": ("praise",)} | wanted), live_from=NOW
    )
    return preview(bot, rule, days=days)


def _rows(bot: Bot) -> dict[str, int]:
    with bot.database.read() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }


def test_a_rule_shows_what_it_would_have_answered_and_writes_nothing(bot: Bot) -> None:
    thanks = hear(bot, **GLAD, status="answered")
    hear(bot, signals=["complaint"])
    hear(bot, **GLAD | {"sentiment_confidence": 0.5})
    hear(bot, **GLAD, created_at=NOW - timedelta(days=15))
    hear(bot, **GLAD | {"text": ""}, purged_at=NOW)
    set_pause(bot.database, channel="", level=PauseLevel.AUTO, by="anna", now=NOW)
    before = _rows(bot)
    found = _preview(bot)
    assert (found.looked_at, found.answered, found.more) == (4, 1, False)
    (example,) = found.examples
    assert (example.mention_id, example.said) == (thanks, GLAD["text"])
    assert example.answer.endswith(DISCLOSURE)
    assert dict(found.reasons) == {
        "a human answers this: a complaint": 1,
        "the feeling is less sure than the rule wants": 1,
        "its words were erased": 1,
    }
    assert _rows(bot) == before


def test_questions_are_previewed_with_the_words_that_would_leave(bot: Bot) -> None:
    hear(bot, **ASKING)
    hear(bot, **ASKING | {"text": "How do I look after my boots?"})
    found = _preview(bot, occasions=(AutoOccasion.QUESTION,), topics=("care",))
    assert [example.said for example in found.examples] == [ASKING["text"]]
    assert "wax them once a month" in found.examples[0].answer
    assert [why for why, _ in found.reasons] == [
        "the brand book has no facts that the customer's own words called for"
    ]


def test_the_numbers_of_a_rule_count_in_the_time_the_mentions_were_written_in(bot: Bot) -> None:
    with bot.database.write() as session:
        author = make_author(session)
        for hours in (0, 1, 25):
            at = NOW - timedelta(days=3) + timedelta(hours=hours)
            make_mention(session, **GLAD, author=author, created_at=at)
    found = _preview(bot, per_author=1)
    assert found.answered == 2
    assert [count for why, count in found.reasons if "to one person" in why] == [1]


def test_what_a_channel_heard_that_is_gone_is_counted_but_not_answered(bot: Bot) -> None:
    hear(bot, **GLAD, channel="x_france")
    found = _preview(bot)
    assert dict(found.reasons) == {"its channel is not configured any more": 1}


def test_of_more_than_it_looks_at_the_latest_are_taken(bot: Bot) -> None:
    for hours in (1, 2, 3):
        hear(bot, **GLAD, created_at=NOW - timedelta(hours=hours))
    rule = rule_of(bot, Wanted(name="preview", topics=("praise",)), live_from=NOW)
    found = preview(bot, rule, at_most=2)
    assert (found.looked_at, found.more) == (2, True)
    with bot.database.read() as session:
        shown = [session.get_one(Mention, one.mention_id) for one in found.examples]
    assert [NOW - one.created_at for one in shown] == [timedelta(hours=2), timedelta(hours=1)]


def test_its_own_words_of_the_day_stand_in_its_way_as_they_would(bot: Bot) -> None:
    for hours in range(2 * len(THANKS) + 1):
        hear(bot, **GLAD, created_at=NOW - timedelta(hours=hours))
    found = _preview(bot)
    assert found.answered == 2 * len(THANKS)
    assert dict(found.reasons) == {"the words want a human: R25": 1}
    said = Counter(example.answer.partition(",")[2] for example in found.examples)
    assert set(said.values()) == {2}, "they take turns"


def test_what_was_really_sent_does_not_stand_in_its_way(bot: Bot) -> None:
    mention = hear(bot, **GLAD, status="answered")
    (shown,) = _preview(bot).examples
    with bot.database.write() as session:
        heard = session.get_one(Mention, mention)
        for text in (shown.answer, *(f"Hello Giulia, {words}" for words in THANKS * 2)):
            other = heard if text is shown.answer else make_mention(session, **GLAD, purged_at=NOW)
            draft = make_draft(session, other, text=text)
            make_reply(session, draft, status="sent", posted_at=NOW)
    again = _preview(bot)
    assert [example.answer for example in again.examples] == [shown.answer]


def test_no_incident_is_taken_for_open(bot: Bot) -> None:
    hear(bot, **GLAD)
    opening = Opening(title="A recall of boots", words=("new boots",))
    open_incident(bot.database, opening, by="anna", now=NOW)
    assert _preview(bot).answered == 1


def test_whose_author_nobody_knows_gets_no_answer_and_the_reason_is_told(bot: Bot) -> None:
    hear(bot, **GLAD, author=None)
    ((why, mentions),) = _preview(bot).reasons
    assert ("does not say who wrote it" in why, mentions) == (True, 1)
