"""R29: characters that a reader does not see, or takes for others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from responder.voice.finding import Finding, Fix, found
from responder.voice.reading import Reading

# Directions, tags (but in the flags of Wales, Scotland and England) and letters without width.
# Joiners stay: emoji and some scripts need them.
_INVISIBLE: Final = re.compile(
    "\U0001f3f4[\U000e0020-\U000e007f]+|"
    "[\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f\u200b\u2060\ufeff\u00ad]+"
)
_FLAG: Final = "\U0001f3f4"
_ODD: Final = re.compile("[\u0370-\u03ff\u0400-\u04ff]")
_LATIN: Final = re.compile("[A-Za-zÀ-ɏ]")
# Words with a Latin letter: in a Greek text they are few.
_WORD: Final = re.compile(r"(?<![^\W\d_])[^\W\d_A-Za-zÀ-ɏ]{0,40}[A-Za-zÀ-ɏ][^\W\d_]*")
# Letters that look like Latin ones, and these.
_CYRILLIC: Final = "асеорхуіјѕԁһАВЕКМНОРСТХУІЈЅ"
_GREEK: Final = "οανρυικτΑΒΕΖΗΙΚΜΝΟΡΤΥΧ"
_AS_LATIN: Final = str.maketrans(
    _CYRILLIC + _GREEK, "aceopxyijsdhABEKMHOPCTXYIJS" + "oavpuiktABEZHIKMNOPTYX"
)
_AS_GREEK: Final = str.maketrans("oavpuiktABEZHIKMNOPTYXnvw", "οανρυικτΑΒΕΖΗΙΚΜΝΟΡΤΥΧηνω")


def hidden(reading: Reading) -> Iterator[Finding]:
    """R29: invisible characters, and words whose letters only look like those of their script."""
    text = reading.text
    if text.isascii():
        return
    for unseen in _INVISIBLE.finditer(text):
        if not unseen[0].startswith(_FLAG):
            message = "An invisible character that changes the order of the text, or hides in it"
            fix = Fix(start=unseen.start(), end=unseen.end(), text="")
            yield found("R29", message, unseen.span(), suggestion="Take it out", fix=fix)
    if _ODD.search(text):
        yield from _disguised(text)


def _disguised(text: str) -> Iterator[Finding]:
    for word in _WORD.finditer(text):
        right = "" if word[0].isascii() else _in_one_script(word[0])
        if right:
            message = f"“{word[0]}” mixes letters of two scripts that look alike"
            fix = Fix(start=word.start(), end=word.end(), text=right)
            yield found("R29", message, word.span(), suggestion=right, fix=fix)


def _in_one_script(word: str) -> str:
    """The word in one script, if letters of another one only look right in it; else ""."""
    latin, odd = _LATIN.findall(word), _ODD.findall(word)
    if not latin or not odd or len(word) < 2:
        return ""
    # A Greek ending on a foreign word, or a unit (μm), is written so: nothing is disguised there.
    as_latin = word.translate(_AS_LATIN)
    if not _ODD.search(as_latin):
        return as_latin if len(latin) >= len(odd) and len(word) > 2 else word.translate(_AS_GREEK)
    as_greek = word.translate(_AS_GREEK)
    return as_greek if not _LATIN.search(as_greek) and len(odd) > len(latin) else ""
