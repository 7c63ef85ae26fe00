"""Pure: a short key that near-identical texts share, so that a crowd is seen as one."""

from __future__ import annotations

import hashlib
import re
from typing import Final

from sentiment.cues import fold

FEWEST_WORDS: Final = 4  # "thank you so much" is a crowd's word, "thanks" is everybody's
_LOOKED_AT: Final = 1000  # code points; folding may make one eighteen
_KEY: Final = 32  # hex digits

_NOISE: Final = re.compile(r"(?:https?://|www\.)\S+|@[\w.@]+")
_WORD: Final = re.compile(r"[^\W\d_]+")
_RUN: Final = re.compile(r"(.)\1+")


def likeness(text: str) -> str:
    """The key of `text`; "" for one of fewer than 4 words, which says nothing.

    Case, accents, handles, links, digits, emoji, punctuation and repeated letters do not count:
    these are what copies of one text are usually told apart by.
    """
    plain = _NOISE.sub(" ", fold(text[:_LOOKED_AT]))
    words = _WORD.findall(plain)
    if len(words) < FEWEST_WORDS:
        return ""
    said = _RUN.sub(r"\1", " ".join(words))
    return hashlib.sha256(said.encode()).hexdigest()[:_KEY]
