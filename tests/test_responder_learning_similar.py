from __future__ import annotations

import pytest

from config.settings import LANGUAGES
from responder.house import house_of
from responder.learning.similar import (
    SIMILAR_FROM,
    body_of,
    says_enough,
    shape_of,
    share_kept,
    similarity,
)
from sentiment.weights import shipped
from tests.small_book import BOOK, VOICE

HOUSE = house_of(BOOK, "en")

SAME = [
    (
        "The zip on my Fjell jacket broke after two weeks",
        "After only two weeks the zip of my Fjell jacket is broken",
    ),
    (
        "My gift card code is not accepted at checkout",
        "@larixoutdoor The checkout won't accept my gift card code, help",
    ),
    ("Where is my parcel? It was due on Monday", "my parcel was due last monday, where is it??"),
    ("Spedite anche in Svizzera?", "Ciao, fate spedizioni in Svizzera?"),
    ("Livrez-vous en Suisse ?", "Bonjour, est-ce que vous livrez en Suisse ?"),
    (
        "Der Gutscheincode wird an der Kasse nicht angenommen",
        "mein gutscheincode wird im checkout nicht akzeptiert",
    ),
    (
        "El código de la tarjeta regalo no funciona al pagar",
        "no me acepta el código de la tarjeta regalo al pagar",
    ),
    ("Czy wysyłacie do Norwegii?", "Dzień dobry, czy jest wysyłka do Norwegii?"),
    ("Στέλνετε στην Κύπρο;", "Καλησπέρα, κάνετε αποστολές στην Κύπρο;"),
]
OTHER = [
    (
        "The zip on my Fjell jacket broke after two weeks",
        "The sole of my boots came off after two weeks",
    ),
    ("Where is my parcel? It was due on Monday", "The parcel arrived soaked on Monday"),
    ("My gift card code is not accepted at checkout", "My card was charged twice at checkout"),
    ("Spedite anche in Svizzera?", "Spedite anche le tende grandi?"),
    ("Czy wysyłacie do Norwegii?", "Czy wysyłacie katalog pocztą?"),
    ("Στέλνετε στην Κύπρο;", "Στέλνετε και σε κουτί δώρου;"),
]


def _alike(one: str, other: str) -> float:
    rarity = shipped().rarity
    return similarity(shape_of(one, rarity), shape_of(other, rarity))


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_in_other_words_is_similar(one: str, other: str) -> None:
    assert _alike(one, other) >= SIMILAR_FROM
    assert _alike(one, other) == pytest.approx(_alike(other, one))


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_another_matter_in_similar_words_is_not(one: str, other: str) -> None:
    assert _alike(one, other) < SIMILAR_FROM


def test_a_text_is_wholly_similar_to_itself_and_nothing_to_nothing() -> None:
    assert _alike("Where is my parcel?", "@larix WHERE is my parcel?") > 0.95
    assert _alike("Where is my parcel?", "where is my parcel?") == pytest.approx(1)
    assert _alike("", "") == _alike("", "Where is my parcel?") == 0


def test_handles_and_links_make_no_texts_similar() -> None:
    link = "https://shop.example/en/a-very-long-page-about-boots"
    assert _alike(f"{link} @larixoutdoor lovely", f"{link} @larixoutdoor broken") < SIMILAR_FROM


def test_the_share_kept_counts_what_is_taken_out_and_what_is_added() -> None:
    assert share_kept("we look into it", "We look into it.") == 1
    assert share_kept("a1 b2 c3 d4", "a1 b2 c3 d4 e5 f6 g7 h8") == pytest.approx(8 / 12)
    assert share_kept("a1 b2 c3 d4", "a1 c3") == pytest.approx(4 / 6)
    assert share_kept("a1 b2", "something else") == 0
    assert share_kept("", "all their own") == 0
    assert share_kept("", "") == 1


@pytest.mark.parametrize(
    "text",
    [
        f"Hi Anna. We look into it. {VOICE.signature}",
        "Hello. We look into it.",
        "Hi there, Anna! We look into it. ^EM",
        "@anna We look into it. — Emma",
        "We look into it.",
    ],
)
def test_greeting_and_signature_are_nobodys_words(text: str) -> None:
    assert body_of(text, "en", HOUSE) == "We look into it."


@pytest.mark.parametrize("language", [*LANGUAGES, "xx", ""])
def test_any_text_in_any_language_has_a_body(language: str) -> None:
    for text in ("", " ", "😀", "^", "—", "@", "Hi", "a\n\nb", "\u202e\u0000"):
        assert body_of(text, language, house_of(BOOK, language)) in text or not text.strip()


def test_a_few_words_say_too_little() -> None:
    assert says_enough("Do you ship abroad?")
    assert not says_enough("@larixoutdoor thanks a lot https://a.example/b-c-d-e")
