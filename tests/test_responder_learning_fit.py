from __future__ import annotations

from typing import Any

import pytest

from responder.house import house_of
from responder.learning.fit import Answer, Place, obstacle, without_welcome
from tests.small_book import BOOK, CHAPTER, VOICE, saying

ASKED = "Do you ship to Norway? And how long does it take?"
BODY = "Yes, we ship to Norway. It takes 3 days, and you can follow it all the way."


KNOWN = "You can follow it all the way. You see what it costs, and see for it here."


def _place(**changes: Any) -> Place:
    values: dict[str, Any] = {
        "mention": "hi, how long does it take to ship to Norway?",
        "language": "en",
        "chapter": saying(BOOK, KNOWN).chapters["en"],
        "house": house_of(BOOK, "en"),
        "links": True,
    }
    return Place(**values | changes)


def _why(body: str = BODY, place: Place | None = None, **changes: Any) -> str:
    names = ("Giulia Rossi", "giulia_r", "anna")
    values: dict[str, Any] = {"mention": ASKED, "body": body, "kept": 0.5, "names": names}
    shared = frozenset(changes.pop("shared", ()))
    return obstacle(Answer(**values | changes), place or _place(), shared=shared)


def test_an_answer_that_holds_nothing_of_the_other_customer_fits() -> None:
    assert not _why()


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("Yes we do.", "too few words"),
        ("Yes Giulia, we ship to Norway in 3 days.", "it names a person"),
        ("Yes, we ship to Norway. Is giulia your sister?", "it names a person"),
        ("Yes, we ship to Norway, dear Ms Rossi, in 3 days.", "it names a person"),
        ("Yes, we ship to Norway in 3 days. Best, Anna.", "it names a person"),
        ("Yes, we ship to Norway. Ask @larix about it.", "it names a person"),
        ("Your parcel 71204 is on its way to Norway.", "a number of one case"),
        ("Order #A7 is on its way to Norway.", "a number of one case"),
        ("Use the code WINTER26 when you pay, we ship to Norway.", "a number of one case"),
        ("Call us on 02 123 45 and we ship to Norway.", "a number of one case"),
        ("Yes, we ship to Norway. It costs 12,50 €.", "an amount that is not in the book"),
        ("Yes, we ship to Norway for £9 and gladly.", "an amount that is not in the book"),
        ("Yes, we ship to Norway. It leaves tomorrow.", "a date"),
        ("Yes, we ship to Norway. It leaves on 24 November.", "a date"),
        ("Yes, we ship to Norway. It leaves on 24/11.", "a date"),
        ("Yes, we ship to Norway, see https://courier.example/x.", "a link"),
        ("Marco is right, thank you. We ship to Norway.", "a word to another customer"),
        ("Yes, we ship to Norway, as Kasimir told you.", "a name nobody knows"),
        ("Yes, we ship to Norway in 3 days. Kasimir.", "a name nobody knows"),
    ],
)
def test_what_belongs_to_one_customer_is_not_said_to_another(body: str, why: str) -> None:
    assert _why(body) == why


def test_what_this_customer_did_not_say_is_not_answered() -> None:
    iceland = _place(mention="hi, how long does it take to ship to Iceland?")
    assert _why(place=iceland) == "words of the other customer"


def _in(language: str, *texts: str) -> Place:
    """Where the book says this, in the words of a language."""
    chapter = saying(BOOK, *texts).chapters["en"]
    return _place(language=language, mention=texts[0], chapter=chapter)


def test_names_are_known_by_their_forms_but_common_words_stay_words() -> None:
    polish = _in("pl", "Wysyłamy w 3 dni robocze.", "Tak, w marcu albo w maju.")
    assert _why("Tak, Marku, wysyłamy w 3 dni robocze.", polish, names=("Marek",))
    assert _why("Tak, wysyłamy w marcu albo w maju.", polish, names=("Marcin",)) == ""


def test_german_nouns_are_no_names() -> None:
    german = _in("de", "Versendet ihr nach Norwegen?", "Wir versenden jedes Paket gern.")
    said = "Versendet ihr auch nach Norwegen?"
    assert not _why("Ja, auch nach Norwegen geht jedes Paket.", german, mention=said)


PRIVATE = {
    "en": (
        (
            "Yes, we ship to Norway. We send it in 3 days, to your new address. Your order is on "
            "its way, and your card was charged. Do you have the code? The shop is in number 12."
        ),
        (
            "We have refunded 15 pounds to your card.",
            "It costs fifteen pounds and we waive it for you.",
            "Your order 512 is on its way.",
            "Your order 5 1 2 is on its way.",
            "Your order is on its way, as Ref AB-12.",
            "Do you have the code VIPX?",
            "Li, we send it in 3 days.",
            "Anna, we send it in 3 days.",
            "Dear kas, we send it in 3 days.",
            "Write to kasimir at gmail dot com.",
            "We hope your chemotherapy goes well.",
            "Your daughter is in hospital, and we wish her well.",
            "We send it to your new address, second floor.",
            "Your password is kitten, and we send it in 3 days.",
            "Your neighbour takes it in 3 days.",
            "We send it 20% off in 3 days.",
            "Your return was refused because you wore the shoes.",
        ),
    ),
    "it": (
        "Sì, spediamo in Norvegia. Arriva in 3 giorni al tuo indirizzo. Il tuo ordine è partito.",
        (
            "Ti abbiamo rimborsato 15 euro in 3 giorni.",
            "Ti abbiamo rimborsato quindici euro.",
            "Il tuo ordine 512 è partito.",
            "Speriamo che la chemioterapia vada bene.",
            "Tua figlia è in ospedale.",
            "Arriva al tuo indirizzo, secondo piano.",
            "La tua password è gattino.",
            "Anna, arriva in 3 giorni.",
        ),
    ),
    "de": (
        "Wir versenden nach Norwegen, an deine Adresse. Die Bestellung ist unterwegs, sie kommt.",
        (
            "Wir haben dir fünfzehn Euro erstattet.",
            "Die Bestellung 512 ist unterwegs.",
            "Wir hoffen, dass die Chemotherapie gut verläuft.",
            "Deine Tochter ist im Krankenhaus.",
            "Es kommt an deine Adresse im zweiten Stock.",
            "Dein Passwort ist Kätzchen.",
        ),
    ),
    "pl": (
        "Tak, wysyłamy do Norwegii. Paczka będzie pod twoim adresem. Zamówienie jest już w drodze.",
        (
            "Zwróciliśmy ci piętnaście złotych.",
            "Zamówienie 512 jest już w drodze.",
            "Mamy nadzieję, że chemioterapia przebiega dobrze.",
            "Twoja córka jest w szpitalu.",
            "Paczka będzie na drugim piętrze.",
            "Twoje hasło to kotek.",
        ),
    ),
    "el": (
        "Ναι, στέλνουμε στη Νορβηγία. Φτάνει σε 3 μέρες στη διεύθυνσή σου. Η παραγγελία έφυγε.",
        (
            "Σου επιστρέψαμε δεκαπέντε ευρώ.",
            "Η παραγγελία 512 έφυγε.",
            "Ελπίζουμε η χημειοθεραπεία να πάει καλά.",
            "Η κόρη σου είναι στο νοσοκομείο.",
            "Ο κωδικός σου είναι γατάκι.",
        ),
    ),
}


@pytest.mark.parametrize(
    ("language", "private"),
    [(language, one) for language, (_, said) in PRIVATE.items() for one in said],
)
def test_what_one_customer_was_told_in_any_words_is_not_told_to_another(
    language: str, private: str
) -> None:
    honest = PRIVATE[language][0]
    place = _in(language, honest)
    names = ("Bo Li", "annarossi", "kasimir.k")
    assert not _why(honest, place, names=names)
    assert _why(f"{honest} {private}", place, names=names)


def test_a_word_is_known_by_its_other_forms_and_no_other_word_by_it() -> None:
    place = _in("en", "We ship boots, and the delivery is fast. We hope the chemist is open.")
    assert not _why("Yes, we ship a boot, and deliveries are fast.", place)
    assert _why("Yes, we ship boots, and the chemotherapy is fast.", place)
    assert not _why("Yes, and the chemotherapy is open.", place, shared={"chemotherapy"})


def test_amounts_and_links_of_the_house_may_stand_there() -> None:
    amount = "Yes, we ship to Norway. It costs 12,50 €."
    assert not _why(amount, _place(mention=f"{ASKED} Is it 12.50 €?"))
    link = "Yes, we ship to Norway, see https://shop.example/en/times for it."
    assert not _why(link)
    assert _why(link, _place(links=False)) == "a link"


def test_the_word_to_who_wrote_before_is_left_out() -> None:
    assert without_welcome(f"{VOICE.welcome_back} {BODY}", CHAPTER) == BODY
    assert without_welcome(f"{VOICE.again_in_trouble} {BODY}", CHAPTER) == BODY
    assert without_welcome(BODY, CHAPTER) == BODY
