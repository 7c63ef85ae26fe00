from __future__ import annotations

import pytest

from responder.voice.vocative import called


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Γιώργος", "Γιώργο"),
        ("Νίκος", "Νίκο"),
        ("Μάριος", "Μάριο"),
        ("Παύλος", "Παύλο"),
        ("Αλέξανδρος", "Αλέξανδρε"),
        ("Κωνσταντίνος", "Κωνσταντίνε"),
        ("Γιάννης", "Γιάννη"),
        ("Κώστας", "Κώστα"),
        ("Ελένη", "Ελένη"),
        ("Giorgos", "Giorgos"),
        ("", ""),
    ],
)
def test_a_greek_is_called_as_greeks_call_each_other(name: str, said: str) -> None:
    assert called(name, "el") == said


@pytest.mark.parametrize("language", ["it", "en", "fr", "de", "es", "pl", ""])
def test_elsewhere_a_name_stays_as_it_is(language: str) -> None:
    assert called("Γιώργος", language) == "Γιώργος"
