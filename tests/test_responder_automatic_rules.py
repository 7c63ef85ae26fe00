from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from responder.approve import Conflict, NotFound
from responder.automatic.report import rules
from responder.automatic.rule import SHADOW, AutoOccasion
from responder.automatic.rules import Unfit, Wanted, add_rule, end_rule, value_of
from responder.bot import Bot
from responder.models import Audit
from tests.auto_story import eager_bot
from tests.factories import NOW, Watch


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[Bot]:
    made = eager_bot(tmp_path, Watch())
    yield made
    made.database.close()


def test_a_rule_begins_in_shadow_for_a_week_and_as_strict_as_the_settings(bot: Bot) -> None:
    row = add_rule(bot, Wanted(name="  thanks ", topics=PRAISE), by="anna")
    assert (row.name, row.created_by) == ("thanks", "anna")
    assert (row.created_at, row.live_from) == (NOW, NOW + SHADOW)
    assert row.confidence == bot.settings.sentiment.send_from
    (shown,) = rules(bot)
    assert (shown.state, shown.switched_on, shown.sends_from) == ("shadow", True, {})
    rule = value_of(row)
    assert (rule.occasions, rule.topics, rule.ended) == ((AutoOccasion.PRAISE,), PRAISE, False)


PRAISE = ("praise",)
QUESTION = (AutoOccasion.QUESTION,)


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        ({"name": " \n "}, "a name"),
        ({"name": "x" * 81}, "a name"),
        ({"occasions": ()}, "at least one occasion"),
        ({"channel": "myspace"}, "no such channel; configured: x"),
        ({"languages": ("it", "pt")}, "does not speak pt"),
        ({"topics": ("boots",)}, "no such topic: boots"),
        ({"topics": ("safety", "care")}, "no rule may answer safety"),
        ({"occasions": QUESTION, "topics": ()}, "has to name its topics"),
        ({"topics": ()}, "has to name its topics"),
        ({"topics": ("product",)}, "has to name the topic praise"),
        ({"confidence": 0.94}, "between 0.95"),
        ({"confidence": 1.01}, "between 0.95"),
        ({"confidence": float("nan")}, "between 0.95"),
        ({"per_thread": 3}, "per_thread is between 1 and 2"),
        ({"per_author": 0}, "per_author is between 1 and 3"),
        ({"per_hour": 61}, "per_hour is between 1 and 60"),
        ({"sample_percent": 4}, "between 5 and 100"),
    ],
    ids=str,
)
def test_a_rule_nobody_may_make_is_refused_with_the_reason(
    bot: Bot, wanted: dict[str, Any], why: str
) -> None:
    with pytest.raises(Unfit, match=why):
        add_rule(bot, Wanted(**{"name": "rule", "topics": PRAISE} | wanted), by="anna")
    assert rules(bot, ended=True) == []


def test_of_two_open_rules_each_has_its_own_name(bot: Bot) -> None:
    first = add_rule(bot, Wanted(name="thanks", topics=PRAISE), by="anna")
    with pytest.raises(Conflict, match="has the name thanks already"):
        add_rule(bot, Wanted(name="thanks", topics=PRAISE), by="bo")
    end_rule(bot, first.id, by="anna")
    assert add_rule(bot, Wanted(name="thanks", topics=PRAISE), by="bo").live_from == NOW + SHADOW


def test_a_rule_is_ended_once_and_by_whom_is_on_record(bot: Bot) -> None:
    rule = add_rule(bot, Wanted(name="thanks", topics=PRAISE), by="anna")
    end_rule(bot, rule.id, by="anna")
    with pytest.raises(Conflict, match="anna ended it already"):
        end_rule(bot, rule.id, by="bo")
    with pytest.raises(NotFound):
        end_rule(bot, "nope", by="bo")
    assert rules(bot) == []
    assert [one.state for one in rules(bot, ended=True)] == ["ended"]
    with bot.database.read() as session:
        deeds = session.scalars(select(Audit).where(Audit.subject == rule.id).order_by(Audit.id))
        assert sorted((deed.who, deed.action) for deed in deeds) == [
            ("anna", "add auto rule"),
            ("anna", "end auto rule"),
        ]
