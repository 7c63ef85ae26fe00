from __future__ import annotations

import pytest

from listener.channels.base import Written
from responder.recognise import Recognised, Sought, Whose, recognise
from tests.factories import NOW

WORDS = "Hello Giulia, your parcel leaves today. See https://larix.example/track"


def post(text: str = WORDS, external_id: str = "r1") -> Written:
    return Written(external_id=external_id, text=text, posted_at=NOW, in_reply_to="m1")


def test_nothing_there_is_nobodys() -> None:
    assert recognise([], Sought(text=WORDS)) == Recognised(whose=Whose.NOBODYS)


@pytest.mark.parametrize(
    "shown",
    [
        WORDS,
        "@giulia " + WORDS,
        "@giulia Hello Giulia, your parcel leaves today. See https://t.co/a1B2c3",
        "Hello  Giulia,\nyour parcel leaves today. See https://t.co/a1B2c3 ",
    ],
)
def test_the_same_words_are_ours_however_the_network_shows_them(shown: str) -> None:
    found = recognise([post(shown)], Sought(text=WORDS))
    assert (found.whose, found.post and found.post.external_id) == (Whose.OURS, "r1")


def test_other_words_of_this_account_are_a_colleagues() -> None:
    found = recognise([post("Already solved by phone, thanks!")], Sought(text=WORDS))
    assert found.whose is Whose.COLLEAGUES


def test_in_a_thread_that_several_mentions_share_other_words_are_a_doubt() -> None:
    found = recognise([post("Already solved by phone!")], Sought(text=WORDS, exact=False))
    assert found.whose is Whose.DOUBTFUL


def test_what_another_reply_of_the_outbox_stands_for_is_nothing_new() -> None:
    found = recognise([post("Thanks!")], Sought(text=WORDS, accounted={"r1"}))
    assert found.whose is Whose.NOBODYS


def test_our_own_words_go_before_a_colleagues_later_ones() -> None:
    both = [post("And have a nice day!", "r2"), post(WORDS, "r1")]
    found = recognise(both, Sought(text=WORDS))
    assert (found.whose, found.post and found.post.external_id) == (Whose.OURS, "r1")
