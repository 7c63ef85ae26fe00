from __future__ import annotations

from pathlib import Path

import pytest

from responder.bot import Bot
from responder.library.models import EntryKind
from responder.library.shelving import Change, Name, save
from responder.library.uses import Uses
from responder.library.works import ANY, Order, Use, Wanted, Work, chosen, works
from responder.models import AuthorKind, ReplyStatus
from tests.factories import NOW, make_bot, make_draft, make_mention, make_reply, tiny_book
from tests.shelf import BEA, stock

SORRY = Name(kind=EntryKind.SAVED_REPLY, key="sorry", language="en")
LATE = Name(kind=EntryKind.SAVED_REPLY, key="late", language="en")
BODY = {
    "title": "Late parcels",
    "occasion": "other",
    "topics": ["delivery"],
    "phases": ["acquisition"],
    "texts": ["We trace your parcel, and write to you here.", "We look for it right now."],
}


@pytest.fixture
def bot(tmp_path: Path) -> Bot:
    bot = make_bot(tmp_path, book=tiny_book(tmp_path / "book"))
    stock(bot)
    return bot


def _works(bot: Bot, uses: dict[tuple[str, str], Use] | None = None) -> tuple[Work, ...]:
    with bot.database.read() as session:
        return works(session, ("en", "it"), uses or {})


def _keys(bot: Bot, **wanted: object) -> list[str]:
    return [work.key for work in chosen(_works(bot), Wanted(**wanted))]  # type: ignore[arg-type]


def test_a_work_is_one_key_in_all_its_languages(bot: Bot) -> None:
    found = {(work.kind.value, work.key): work for work in _works(bot)}
    assert set(found) == {("voice", "voice"), ("saved_reply", "sorry"), ("saved_reply", "thanks")}
    sorry = found["saved_reply", "sorry"]
    assert list(sorry.editions) == ["en", "it"]
    assert (sorry.lacks, sorry.waits) == ((), ())
    assert sorry.shown_in("de", "it").language == "it"
    assert sorry.shown_in("de").language == "en"


def test_a_language_lacks_what_is_in_force_in_another(bot: Bot) -> None:
    save(bot, LATE, Change(body=BODY), by=BEA)
    assert _keys(bot, lacks="it") == ["late"]
    assert _keys(bot, lacks=ANY) == ["late"]
    assert _keys(bot, lacks="en") == []
    italian = Name(kind=LATE.kind, key="late", language="it")
    texts = ["Cerchiamo il tuo pacco, e ti scriviamo qui.", "Lo cerchiamo subito."]
    proposal = Change(body={**BODY, "texts": texts})
    editor = type(BEA)(name="ed", role=type(BEA.role).EDITOR, agent_id=None)
    save(bot, italian, proposal, by=editor)
    (late,) = (work for work in _works(bot) if work.key == "late")
    assert (late.lacks, late.waits) == (("it",), ("it",))
    assert _keys(bot, waiting=True) == ["late"]
    assert late.latest.changed_by in ("bea", "ed")


def test_a_work_only_proposed_lacks_nothing_yet(bot: Bot) -> None:
    editor = type(BEA)(name="ed", role=type(BEA.role).EDITOR, agent_id=None)
    save(bot, LATE, Change(body=BODY), by=editor)
    (late,) = (work for work in _works(bot) if work.key == "late")
    assert (late.lacks, late.waits, late.editions["en"].in_force) == ((), ("en",), False)


@pytest.mark.parametrize(
    ("wanted", "keys"),
    [
        ({"topic": "delivery"}, ["late"]),
        ({"phase": "acquisition"}, ["late"]),
        ({"phase": "ownership"}, []),
        ({"words": "TRACE parcel"}, ["late"]),
        ({"words": "trace nothing"}, []),
        ({"words": "grazie", "language": "it"}, ["thanks"]),
        ({"words": "grazie", "language": "en"}, []),
        ({"words": "late", "kind": EntryKind.ARTICLE}, []),
        ({"language": "it", "kind": EntryKind.SAVED_REPLY}, ["sorry", "thanks"]),
    ],
)
def test_works_are_looked_for(bot: Bot, wanted: dict[str, object], keys: list[str]) -> None:
    save(bot, LATE, Change(body=BODY), by=BEA)
    assert _keys(bot, **wanted) == keys


def test_examples_of_customers_are_not_searched(bot: Bot) -> None:
    save(bot, LATE, Change(body={**BODY, "examples": ["my zeppelin never came"]}), by=BEA)
    assert _keys(bot, words="zeppelin") == []


def test_what_is_edited_most_comes_first_and_what_nobody_sent_last(bot: Bot) -> None:
    uses = {
        ("saved_reply", "sorry"): Use(used=4, kept=0.9),
        ("saved_reply", "thanks"): Use(used=9, kept=0.4),
    }
    found = _works(bot, uses)
    edited = [one.key for one in chosen(found, Wanted(order=Order.EDITED))]
    assert edited == ["thanks", "sorry", "voice"]
    used = [one.key for one in chosen(found, Wanted(order=Order.USED))]
    assert used == ["thanks", "sorry", "voice"]
    bot.clock.advance(minutes=1)  # type: ignore[attr-defined]
    save(bot, LATE, Change(body=BODY), by=BEA)
    recent = chosen(_works(bot), Wanted(order=Order.RECENT))
    assert recent[0].key == "late"


def _sent(bot: Bot, made_from: str, proposed: str, text: str, language: str = "en") -> None:
    with bot.database.write() as session:
        mention = make_mention(session, language=language)
        draft = make_draft(session, mention, made_from=made_from, proposed=proposed, text=text)
        make_reply(
            session,
            draft,
            text=text,
            status=ReplyStatus.SENT,
            author_kind=AuthorKind.HUMAN,
            not_before=NOW,
        )


def test_uses_are_counted_by_work_and_by_entry(bot: Bot) -> None:
    said = "Hello, we are looking into it. The Tiny team"
    _sent(bot, "saved reply: sorry", said, said)
    _sent(bot, "saved reply, plain: sorry", said, said)
    _sent(bot, "saved reply: sorry, thanks", said, said)
    _sent(bot, "saved reply: sorry", "Ciao, ce ne stiamo occupando.", "Ciao, ecco.", "it")
    uses = Uses(bot)
    work = uses.of_works()["saved_reply", "sorry"]
    assert work.used == 4
    assert work.kept is not None
    assert 0.5 < work.kept < 1
    assert uses.of_entries()["saved_reply", "sorry", "en"] == Use(used=3, kept=1.0)
    assert uses.of_entries()["saved_reply", "sorry", "it"].used == 1


def test_figures_of_a_moment_ago_serve(bot: Bot) -> None:
    uses = Uses(bot)
    assert uses.of_works() == {}
    said = "Hello, we are looking into it. The Tiny team"
    _sent(bot, "saved reply: sorry", said, said)
    assert uses.of_works() == {}  # nobody waits for figures that are five minutes old
    assert Uses(bot).of_works()["saved_reply", "sorry"].used == 1
