from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from listener.models import Mention
from responder.bot import Bot
from responder.handling.questions import Asked, asked_in, read_asked, still_open, tick
from responder.models import Audit, Draft
from tests.factories import Watch, make_bot, make_draft, make_mention

TWO = "Hello. Where is my parcel? I ordered two tents. Can I still change the address?"


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[Bot]:
    made = make_bot(tmp_path, clock=Watch())
    yield made
    made.database.close()


@pytest.mark.parametrize(
    ("language", "text", "asked"),
    [
        ("en", TWO, ("Where is my parcel?", "Can I still change the address?")),
        ("en", "Where is it? WHERE is it? Thanks.", ("Where is it?",)),
        ("en", "See https://x.example/?order=1 and https://x.example/?a=b", ()),
        ("en", "I wonder why. Thanks a lot!", ("I wonder why.",)),
        ("es", "¿Hacen envíos a Canarias? Gracias.", ("¿Hacen envíos a Canarias?",)),
        ("el", "Πότε θα έρθει; Καλά. Πόσο κάνει\u037e", ("Πότε θα έρθει;", "Πόσο κάνει\u037e")),
        ("en", "Nice; really nice", ()),
        ("zz", "Is it? Not known; never", ("Is it?",)),
        ("en", "", ()),
    ],
)  # fmt: skip
def test_questions_are_found_in_the_order_in_which_they_are_put(
    language: str, text: str, asked: tuple[str, ...]
) -> None:
    assert asked_in(text, language) == asked


def _mention(bot: Bot, text: str = TWO) -> str:
    with bot.database.write() as session:
        return make_draft(session, make_mention(session, text=text)).mention_id


def _read(bot: Bot, mention_id: str) -> tuple[Asked, ...]:
    with bot.database.read() as session:
        return read_asked(session, session.get_one(Mention, mention_id))


def _tick(bot: Bot, mention_id: str, *, seen: set[str], leaves: set[str], by: str) -> int:
    with bot.database.write() as session:
        mention = session.get_one(Mention, mention_id)
        return tick(session, mention, seen=seen, now_ticked=leaves, by=by, now=bot.clock())


def test_a_tick_says_who_made_it_and_reaches_who_has_the_item_open(bot: Bot) -> None:
    mention, later = _mention(bot), bot.clock.advance(minutes=1)  # type: ignore[attr-defined]
    first, _second = _read(bot, mention)
    assert _tick(bot, mention, seen=set(), leaves={first.digest}, by="anna") == 1
    assert [one.by for one in _read(bot, mention)] == ["anna", ""]
    with bot.database.read() as session:
        assert session.query(Draft).one().changed_at == later
        noted = session.query(Audit).one()
    assert (noted.who, noted.action, noted.detail) == ("anna", "tick question", first.digest)


def test_a_colleague_s_tick_outlives_a_page_that_did_not_show_it(bot: Bot) -> None:
    mention = _mention(bot)
    first, second = (one.digest for one in _read(bot, mention))
    _tick(bot, mention, seen=set(), leaves={first}, by="anna")
    _tick(bot, mention, seen=set(), leaves={second}, by="bo")
    assert [one.by for one in _read(bot, mention)] == ["anna", "bo"]
    assert _tick(bot, mention, seen={first, second}, leaves={second}, by="bo") == 1
    assert [one.by for one in _read(bot, mention)] == ["", "bo"]


def test_what_is_no_question_of_this_text_is_not_ticked(bot: Bot) -> None:
    mention = _mention(bot)
    assert _tick(bot, mention, seen=set(), leaves={"f" * 64, "rubbish"}, by="anna") == 0


def test_a_question_that_was_changed_is_open_again(bot: Bot) -> None:
    mention = _mention(bot)
    first, _ = _read(bot, mention)
    _tick(bot, mention, seen=set(), leaves={first.digest}, by="anna")
    with bot.database.write() as session:
        session.get_one(
            Mention, mention
        ).text = "Where is my OTHER parcel? And  where is my parcel?"
    assert [one.by for one in _read(bot, mention)] == ["", ""]


def test_spelling_and_spaces_do_not_open_a_question_again(bot: Bot) -> None:
    mention = _mention(bot, "Where is my parcel? And when?")
    first, _ = _read(bot, mention)
    _tick(bot, mention, seen=set(), leaves={first.digest}, by="anna")
    with bot.database.write() as session:
        session.get_one(Mention, mention).text = "WHERE is my  parcel? And when?"
    assert [one.by for one in _read(bot, mention)] == ["anna", ""]


def test_one_question_alone_is_no_list_to_tick_off() -> None:
    asked = tuple(Asked(text=str(n), digest=str(n), by="") for n in range(3))
    assert (still_open(asked[:1]), still_open(asked)) == (0, 3)
