"""Sentences for people, said where something is refused: English there, and put into the reader's
language where they are shown."""

from __future__ import annotations


def N_(text: str) -> str:  # noqa: N802  # gettext's own name for it
    """Marks words that are translated where they are shown, not where they stand."""
    return text


class Refused(ValueError):
    """Not done, and why. `sentence` is what the catalogues know it by; `values` fill it."""

    def __init__(self, sentence: str, /, **values: object) -> None:
        self.sentence, self.values = sentence, values
        super().__init__(sentence % values if values else sentence)
