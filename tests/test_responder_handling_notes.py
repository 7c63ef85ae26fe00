"""Notes between colleagues, and whom they name."""

from __future__ import annotations

from pathlib import Path

import pytest

from responder.approve import Conflict, NotFound
from responder.bot import Bot
from responder.handling.models import Note, Notice
from responder.handling.notes import add_note, mark_seen, named, notices, unseen
from responder.models import Audit, Draft
from responder.team.models import Agent
from tests.factories import make_agent, make_bot, make_draft

TEAM = ("bo", "Bo Berg", "Łukasz", "Ελένη Παππά", "İpek", "anna", "Weiß", "José")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@bo please look", ["bo"]),
        ("@Bo Berg please look", ["Bo Berg"]),
        ("@bo berg, and @ANNA!", ["Bo Berg", "anna"]),
        ("@Bo Bergman is a customer", ["bo"]),
        ("@bob is nobody", []),
        ("(@łukasz)", ["Łukasz"]),
        ("rozmawiaj z @ŁUKASZ.", ["Łukasz"]),
        ("@ελένη παππά δες το", ["Ελένη Παππά"]),
        ("@WEISS @weiß", ["Weiß"]),
        ("@Jose\u0301 and @jose", ["José"]),
        ("write to care@bo or a@anna.example", []),
        ("@@bo", ["bo"]),
        ("bo, anna", []),
        ("@", []),
        ("", []),
        ("@bo's turn, @bo", ["bo"]),
        ("@bo\u0301", []),
    ],
)
def test_an_at_and_a_name_tell_somebody(text: str, found: list[str]) -> None:
    assert named(text, TEAM) == found


@pytest.fixture
def bot(tmp_path: Path) -> Bot:
    return make_bot(tmp_path)


def furnish(bot: Bot) -> tuple[str, dict[str, str]]:
    """A mention, and the ids of a small team."""
    with bot.database.write() as session:
        mention_id = make_draft(session).mention_id
        people: dict[str, dict[str, object]] = {
            "bo": {},
            "anna": {},
            "gone": {"disabled_at": bot.clock()},
            "elsewhere": {"channels": ["facebook"]},
        }
        team = {n: make_agent(session, name=n, **changes).id for n, changes in people.items()}
        return mention_id, team


def test_who_is_named_has_a_notice_until_the_item_was_opened(bot: Bot) -> None:
    mention_id, team = furnish(bot)
    add_note(bot, mention_id, text="@bo @gone @elsewhere @anna it is the third time", by="anna")
    with bot.database.read() as session:
        assert {one.agent_id for one in session.query(Notice)} == {team["bo"]}
        assert unseen(session, team["bo"], frozenset()) == 1
        assert unseen(session, team["bo"], frozenset({"facebook"})) == 0  # as its page shows
        (told,) = notices(session, team["bo"], frozenset())
        assert (told.note.by, told.seen) == ("anna", False)
        assert told.draft_id == session.query(Draft).one().id
        assert notices(session, team["bo"], frozenset({"facebook"})) == []
    assert mark_seen(bot, mention_id, agent_id=team["bo"])
    assert not mark_seen(bot, mention_id, agent_id=team["bo"])
    with bot.database.read() as session:
        assert unseen(session, team["bo"], frozenset()) == 0
        assert notices(session, team["bo"], frozenset())[0].seen


def test_a_note_reaches_the_open_pages_and_the_audit_without_its_words(bot: Bot) -> None:
    mention_id, _ = furnish(bot)
    bot.clock.advance(minutes=5)  # type: ignore[attr-defined]
    note_id = add_note(bot, mention_id, text="She called us twice", by="anna")
    with bot.database.read() as session:
        assert session.query(Draft).one().changed_at == bot.clock()
        (entry,) = session.query(Audit).filter(Audit.action == "note")
        assert (entry.subject, entry.detail) == (mention_id, note_id)


def test_a_note_that_says_nothing_or_too_much_is_none(bot: Bot) -> None:
    mention_id, _ = furnish(bot)
    for words in ("", " \n ", "a" * 2001):
        with pytest.raises(Conflict):
            add_note(bot, mention_id, text=words, by="anna")
    with pytest.raises(NotFound):
        add_note(bot, "0" * 28, text="hello", by="anna")
    with bot.database.read() as session:
        assert session.query(Note).count() == 0
        assert session.query(Agent).count() == 4
