from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.book import SavedReply
from responder.bot import Bot
from responder.handling.offers import end_of, read_offers
from responder.handling.twin import twin_of
from responder.library.models import EntryKind
from responder.models import Draft
from tests.factories import Watch, make_bot, make_draft, make_mention

LANGUAGES = ("en", "it", "el")
LATE = {"text": "Dov'è il mio pacco? Non è arrivato.", "language": "it", "topics": ["delivery"]}


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    folder: Path = tmp_path_factory.mktemp("twin")
    made = make_bot(folder, clock=Watch(), languages=LANGUAGES)
    yield made
    made.database.close()


def _reply(bot: Bot, language: str, key: str) -> SavedReply:
    replies = bot.book.chapters[language].saved_replies
    return next(one for one in replies if one.key == key)


def _draft(bot: Bot, words: str, **changes: object) -> Draft:
    with bot.database.write() as session:
        values = {"text": words, "proposed": words, "made_from": ""} | changes
        return make_draft(session, make_mention(session, **LATE), **values)


@pytest.mark.parametrize("variant", [0, 1])
def test_the_twin_is_the_same_variant_of_the_entry_whose_words_stand_there(
    bot: Bot, variant: int
) -> None:
    words = f"Ciao! {_reply(bot, 'it', 'parcel_late').texts[variant]} — il team"
    twin = twin_of(bot, _draft(bot, words), words, "en")
    assert twin is not None
    assert (twin.kind, twin.key) == (EntryKind.SAVED_REPLY, "parcel_late")
    assert twin.text == _reply(bot, "en", "parcel_late").texts[variant]


def test_other_words_in_the_field_have_another_twin_than_the_draft(bot: Bot) -> None:
    words = f"Ciao! {_reply(bot, 'it', 'wrong_item').texts[0]} — il team"
    draft = _draft(bot, "Ciao! Il pacco.", made_from="saved reply: parcel_late")
    twin = twin_of(bot, draft, words, "en")
    assert twin is not None
    assert twin.key == "wrong_item"


def test_edited_words_keep_their_twin_while_most_of_them_is_left(bot: Bot) -> None:
    proposed = f"Ciao! {_reply(bot, 'it', 'parcel_late').texts[0]} — il team Larix"
    draft = _draft(bot, proposed, made_from="saved reply: parcel_late")
    edited = proposed.replace("ci dispiace", "ci dispiace davvero")
    twin = twin_of(bot, draft, edited, "el")
    assert twin is not None
    assert (twin.key, twin.language) == ("parcel_late", "el")
    assert twin_of(bot, draft, "Ciao! Tutt'altro: l'ordine è annullato. — io", "el") is None


@pytest.mark.parametrize(
    ("made_from", "language"),
    [
        ("saved reply: parcel_late", "it"),  # the draft's own language
        ("saved reply: parcel_late", "fi"),  # no language of the book
        ("saved reply: no_such_key", "en"),
        ("the team's answer", "en"),
        ("a language model, after saved_reply:parcel_late", "en"),
        ("no words: a person writes here", "en"),
        ("", "en"),
    ],
)
def test_what_comes_from_no_entry_has_no_twin(bot: Bot, made_from: str, language: str) -> None:
    words = "Ciao Giulia! Parole che nel libro non ci sono affatto. — il team"
    draft = _draft(bot, words, made_from=made_from)
    assert twin_of(bot, draft, words, language) is None


def test_an_article_s_answer_has_one_too(bot: Bot) -> None:
    article = bot.book.chapters["it"].articles[0]
    words = f"Ciao! {article.answer} {article.url} — il team"
    twin = twin_of(bot, _draft(bot, words), words, "en")
    assert twin is not None
    assert (twin.kind, twin.key) == (EntryKind.ARTICLE, article.key)


# -- offers


def test_every_saved_reply_is_offered_once_the_most_fitting_first(bot: Bot) -> None:
    with bot.database.read() as session:
        draft = session.get_one(Draft, _draft(bot, "Ciao.").id)
        offers = read_offers(session, bot, draft.mention)
    keys = [offer.key for offer in offers.replies]
    assert sorted(keys) == sorted(one.key for one in bot.book.chapters["it"].saved_replies)
    assert keys[0] == "parcel_late"
    voice = bot.book.chapters["it"].voice
    length = bot.channels["x"].length
    for offer in offers.replies:
        assert offer.body in offer.whole
        assert "{{" not in offer.whole
        assert voice.signature in offer.whole or not length(f"{offer.whole} {voice.signature}").fits


def test_articles_on_the_topic_come_and_no_others(bot: Bot) -> None:
    with bot.database.read() as session:
        draft = session.get_one(Draft, _draft(bot, "Ciao.").id)
        offers = read_offers(session, bot, draft.mention)
    assert 0 < len(offers.articles) <= 4
    assert "delivery" in offers.articles[0].topics


def test_words_end_where_their_signature_begins(bot: Bot) -> None:
    signature = bot.book.chapters["it"].voice.signature
    said = "Ciao Giulia! Il pacco parte oggi."
    draft = _draft(bot, said)
    assert end_of(bot, draft, f"{said} {signature}") == len(said)
    assert end_of(bot, draft, said) == len(said)
    assert end_of(bot, draft, "") == 0
