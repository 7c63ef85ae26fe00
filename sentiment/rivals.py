"""Pure: which competitors a text names, and whether it names us as well."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from sentiment.cues import MAX_LETTERS, fold
from sentiment.named import Named, named_in

WITHOUT_US: Final = "-"
"""Stands beside the competitors where a text names them and not us: such a mention is none of ours
when voices are counted."""


@dataclass(frozen=True, kw_only=True)
class Rivals:
    """`ours`: what people call us; `others`: our competitors."""

    ours: Named = field(default_factory=lambda: Named("", ()))
    others: tuple[Named, ...] = ()


NOBODY: Final = Rivals()


def rivals_of(text: str, rivals: Rivals, *, addressed: bool) -> tuple[str, ...]:
    """The names of the competitors in `text`, each once, in the book's order, and WITHOUT_US where
    it neither names nor speaks to us (`addressed`). Empty where no competitor is named."""
    if not rivals.others:
        return ()
    folded = fold(text[:MAX_LETTERS])
    found = set(named_in(folded, rivals.others))
    if not found:
        return ()
    named = tuple(one.name for one in rivals.others if one.name in found)
    about_us = addressed or bool(named_in(folded, (rivals.ours,)))
    return named if about_us else (*named, WITHOUT_US)
