"""The numbers above the queue: exact while it is short, a moment old while it is long."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import true
from sqlalchemy.orm import Session

from responder.bot import Bot
from responder.handling import tally
from responder.handling.duty import read_presence
from responder.handling.lists import Onlooker, View
from tests.factories import make_bot, make_draft, make_mention


def _one_more(session: Session) -> None:
    make_draft(session, make_mention(session))
    session.flush()


def _number(bot: Bot, session: Session, channels: frozenset[str] = frozenset()) -> int:
    presence = read_presence(bot, session, bot.clock())
    who = Onlooker(sight=true(), agent_id=None, presence=presence)
    return tally.numbers_of(bot.database, session, who, channels)[View.APPROVE]


def test_a_short_queue_is_counted_each_time(tmp_path: Path) -> None:
    bot = make_bot(tmp_path)
    with bot.database.write() as session:
        for expected in (1, 2, 3):
            _one_more(session)
            assert _number(bot, session) == expected


def test_a_long_queue_rests_for_the_same_eyes_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bot = make_bot(tmp_path)
    monkeypatch.setattr(tally, "LONG", 1)
    monkeypatch.setattr(tally, "RESTS", 3600.0)
    with bot.database.write() as session:
        _one_more(session)
        _one_more(session)
        assert _number(bot, session) == 2
        _one_more(session)
        assert _number(bot, session) == 2
        assert _number(bot, session, frozenset({"x"})) == 3
        monkeypatch.setattr(tally, "RESTS", 0.0)
        assert _number(bot, session) == 3
