"""A reply before the checker: what is read from the rows."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

import pytest

from config.book import Cover
from config.brand import BrandBook
from responder.checking import check_reply, target_of
from responder.house import house_of
from tests.factories import make_bot, make_mention
from tests.small_book import CHAPTER


@pytest.mark.parametrize("language", ["pt", "unknown"])
def test_who_writes_in_a_language_we_do_not_speak_is_answered_by_the_bridging_house(
    tmp_path: Path, language: str
) -> None:
    bot = make_bot(tmp_path)
    with bot.database.write() as session:
        mention = make_mention(session, text="Onde está a minha encomenda?", language=language)
        target = target_of(session, bot, mention, "Hi.")
        rules = {one.rule for one in check_reply(session, bot, mention, "Hi, you idiot.")}
    assert (target.language, target.bridge) == (language, bot.book.bridge)
    assert target.house == bot.house(bot.book.bridge)
    assert target.house.signature
    assert "R27" in rules


def test_the_answer_to_a_private_mention_is_read_by_its_author_alone(tmp_path: Path) -> None:
    bot, asks = make_bot(tmp_path), "Hi Giulia. What is your address? — Larix"
    with bot.database.write() as session:
        public, private = make_mention(session), make_mention(session, private=True)
        in_public = {one.rule for one in check_reply(session, bot, public, asks)}
        in_private = {one.rule for one in check_reply(session, bot, private, asks)}
    assert in_public - in_private == {"R19"}


def test_our_own_numbers_come_from_the_book() -> None:
    cover = Cover(name="Shop", site="https://shop.example", phones=("+39 0461 123456",))
    book = BrandBook(cover=cover, chapters=MappingProxyType({"en": CHAPTER}))
    assert house_of(book, "en").phones == ("+39 0461 123456",)
    assert house_of(book, "pl").phones == ("+39 0461 123456",)
