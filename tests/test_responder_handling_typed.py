from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from listener.models import Mention, MentionStatus
from responder.approve import answered_by_hand, approve, edit, hide, reject, take_back
from responder.bot import Bot
from responder.draft import draft_round
from responder.erase import purge_round
from responder.handling import typed
from responder.handling.models import Note, TypedWords
from responder.models import Draft, DraftStatus
from responder.spam import is_spam
from responder.team.models import Agent
from tests.factories import Watch, make_agent, make_bot, make_draft, make_mention

MINE = "Hello Giulia, your parcel left the warehouse this morning. — Anna"


@pytest.fixture
def clock() -> Watch:
    return Watch()


@pytest.fixture
def bot(tmp_path: Path, clock: Watch) -> Iterator[Bot]:
    made = make_bot(tmp_path, clock=clock)
    with made.database.write() as session:
        make_agent(session, name="anna")
        make_agent(session, name="bo")
    yield made
    made.database.close()


@pytest.fixture
def draft(bot: Bot) -> str:
    with bot.database.write() as session:
        return make_draft(session).id


def _agent(bot: Bot, name: str) -> str:
    with bot.database.read() as session:
        return session.query(Agent).filter(Agent.name == name).one().id


def _types(bot: Bot, draft_id: str, text: str, *, who: str = "anna", version: int = 1) -> None:
    with bot.database.write() as session:
        draft = session.get_one(Draft, draft_id)
        values = {"agent_id": _agent(bot, who), "version": version, "now": bot.clock()}
        typed.keep(session, draft, text=text, **values)  # type: ignore[arg-type]


def _finds(bot: Bot, draft_id: str, *, who: str = "anna") -> tuple[int, str] | None:
    with bot.database.read() as session:
        row = typed.find(session, session.get_one(Draft, draft_id), agent_id=_agent(bot, who))
        return (row.version, row.text) if row else None


def _kept(bot: Bot) -> int:
    with bot.database.read() as session:
        return session.query(TypedWords).count()


def test_typed_words_are_their_writer_s_alone(bot: Bot, draft: str) -> None:
    _types(bot, draft, "Hello G")
    _types(bot, draft, MINE)
    assert _finds(bot, draft) == (1, MINE)
    assert _finds(bot, draft, who="bo") is None


def test_the_draft_s_own_words_are_none(bot: Bot, draft: str) -> None:
    _types(bot, draft, MINE)
    with bot.database.read() as session:
        own = session.get_one(Draft, draft).text
    _types(bot, draft, own)
    assert _kept(bot) == 0


def test_who_reads_the_changed_draft_keeps_what_they_typed_over_the_one_before(
    bot: Bot, draft: str
) -> None:
    _types(bot, draft, MINE)
    edit(bot, draft, version=1, text="Hello, somebody else wrote this. — Bo", by="bo")
    _types(bot, draft, "Hello, somebody else wrote this. — Bo", version=2)
    assert _finds(bot, draft) == (1, MINE)


@pytest.mark.parametrize("deed", ["edit", "approve"])
def test_words_that_arrived_are_forgotten_and_a_colleague_s_are_not(
    bot: Bot, draft: str, deed: str
) -> None:
    _types(bot, draft, MINE)
    _types(bot, draft, "Hi", who="bo")
    if deed == "edit":
        edit(bot, draft, version=1, text=MINE, by="anna")
    else:
        rules = frozenset({"R14", "R03", "R30", "R32", "R15"})
        approved = approve(bot, draft, version=1, text=MINE, by="anna", confirm=rules)
        assert _finds(bot, draft, who="bo") is None
        take_back(bot, approved.reply_id, by="anna")
    assert _finds(bot, draft) is None
    assert _finds(bot, draft, who="bo") == (1, "Hi")


@pytest.mark.parametrize("deed", ["reject", "answered", "hide", "spam"])
def test_who_closes_an_item_forgets_their_own_words_and_not_a_colleague_s(
    bot: Bot, draft: str, deed: str
) -> None:
    _types(bot, draft, MINE)
    _types(bot, draft, "Hi", who="bo")
    with bot.database.read() as session:
        mention = session.get_one(Draft, draft).mention_id
    if deed == "reject":
        reject(bot, draft, version=1, reason="", by="anna")
    elif deed == "answered":
        answered_by_hand(bot, draft, version=1, by="anna")
    elif deed == "spam":
        is_spam(bot, draft, version=1, by="anna")
    else:
        hide(bot, mention, by="anna")
    _types(bot, draft, MINE)  # the check that was on its way
    with bot.database.read() as session:
        assert typed.read(session, draft, agent_id=_agent(bot, "anna")) is None
        left = typed.read(session, draft, agent_id=_agent(bot, "bo"))
        assert left is not None and left.text == "Hi"
    purge_round(bot, bot.channels["x"])
    assert _kept(bot) == 0


def test_a_customer_who_edits_does_not_cost_us_our_words(bot: Bot, draft: str) -> None:
    _types(bot, draft, MINE)
    with bot.database.write() as session:
        mention = session.get_one(Draft, draft).mention
        mention.version, mention.status = 2, MentionStatus.NEW
    purge_round(bot, bot.channels["x"])
    draft_round(bot)
    with bot.database.read() as session:
        waiting = session.query(Draft).filter(Draft.status == DraftStatus.PENDING).one()
    assert waiting.id != draft
    assert _finds(bot, waiting.id) == (1, MINE)


def test_a_sweep_forgets_what_was_typed_for_nobody(bot: Bot, draft: str) -> None:
    _types(bot, draft, MINE)
    with bot.database.write() as session:
        other = make_draft(session, make_mention(session, channel="facebook")).id
    _types(bot, other, MINE)
    purge_round(bot, bot.channels["x"])
    assert _kept(bot) == 2
    with bot.database.write() as session:
        for each in session.query(Draft):
            each.status, each.mention.status = DraftStatus.EXPIRED, MentionStatus.IGNORED
    purge_round(bot, bot.channels["x"])
    assert _kept(bot) == 1


def test_an_erased_mention_takes_notes_and_typed_words_with_it(bot: Bot, draft: str) -> None:
    _types(bot, draft, MINE)
    with bot.database.write() as session:
        erased = session.get_one(Draft, draft).mention
        kept = make_mention(session)
        for mention in (erased, kept):
            values = {"mention_id": mention.id, "by": "anna", "at": bot.clock()}
            session.add(Note(text=f"Giulia called, {mention.id}", **values))
        session.get_one(Draft, draft).status = DraftStatus.WITHDRAWN
        erased.status, erased.text, erased.purged_at = MentionStatus.GONE, "", bot.clock()
    purge_round(bot, bot.channels["x"])
    assert _kept(bot) == 0
    with bot.database.read() as session:
        left = {note.text for note in session.query(Note)}
        assert session.get_one(Mention, kept.id).text
    assert left == {"", f"Giulia called, {kept.id}"}
