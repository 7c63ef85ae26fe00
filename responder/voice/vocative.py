"""Pure: a first name as it is called. Greek has a form of its own for that: "Γεια σας, Γιώργο", and
every Greek notices when it is missing. In the other languages, and for names in Latin letters, a
name stays as it is: Polish has the form too, but only people who know each other use it.

Holton, Mackridge, Philippaki-Warburton, "Greek: A Comprehensive Grammar of the Modern Language",
2012, on masculine nouns: -ης and -ας lose their ς; names in -ος of two syllables have -ο, longer
ones -ε (Νίκος, Νίκο; Αλέξανδρος, Αλέξανδρε).
"""

from __future__ import annotations

import re
from typing import Final

from sentiment.cues import fold

_GREEK: Final = re.compile(r"[Ͱ-Ͽἀ-῿'’-]+\Z")
# An ι before another vowel is said with it: Γιώργος and Μάριος have two syllables.
_SYLLABLE: Final = re.compile(r"ι?(?:αι|ει|οι|ου|υι|αυ|ευ|[αεηουω])|ι")


def called(name: str, language: str) -> str:
    """How somebody of that first name is addressed in `language`."""
    if language != "el" or not _GREEK.match(name):
        return name
    ending = fold(name)[-2:]
    if ending in ("ησ", "ασ"):
        return name[:-1]
    if ending == "οσ":
        return name[:-2] + ("ο" if len(_SYLLABLE.findall(fold(name))) <= 2 else "ε")
    return name
