"""Pure: the language a reply is written in, as far as its words tell.

Rules read a reply by the words of its own language: by another's, innocent ones insult ("order" is
a Polish word for a medal, and what is said when somebody deserves none).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sentiment.language import UNKNOWN, identify

SURE_LETTERS: Final = 25
"""From so many letters on another language is believed, if parts of the text agree."""
FEWEST_LETTERS: Final = 12
"""Below this no identifier is to be trusted (names, "OK")."""

QUOTES: Final = re.compile(r"“[^”]{1,200}”|\"[^\"]{1,200}\"|«[^»]{1,200}»|„[^“”]{1,200}[“”]")

_LETTERS: Final = re.compile(r"[^\W\d_]")
# What is in no language: addresses, handles, hashtags, and what is quoted.
_FOREIGN: Final = re.compile(
    r"https?://\S+|www\.\S+|(?<!\S)[^\s@]{1,64}@\S+|[@#]\w[\w.@-]*|" + QUOTES.pattern
)
_NAME: Final = re.compile(
    r"(?<=[^\W_] )[A-ZÀ-ŽΑ-ΩΆ-Ώ][\w'’-]+|\b[A-Z]{2,}\b|(?<!\w)[^\W\d]{0,12}\d\w*"
)


@dataclass(frozen=True, kw_only=True)
class Written:
    """`language`: one of those asked about, or "unknown". `sure`: whether parts of the text agree.
    `few`: too few letters for anybody to tell."""

    language: str = UNKNOWN
    sure: bool = False
    few: bool = False


def written(text: str, *, brand: str, languages: Sequence[str]) -> Written:
    """What `text`, without its signature, is written in; nothing is said of a few letters. The
    name of the brand is in no language."""
    words = _own_words(text, brand)
    if _count(words) < FEWEST_LETTERS:
        return Written(few=True)
    language = identify(words, languages=languages)
    return Written(language=language, sure=_is_sure(words, language, languages))


def _own_words(text: str, brand: str) -> str:
    """The reply without what says nothing about its language."""
    plain = _FOREIGN.sub(" ", text)
    for name in (brand, *brand.split()):
        plain = plain.replace(name, " ") if name else plain
    named = _NAME.sub(" ", plain)
    # German writes its nouns in capitals: what is left must still be most of the text.
    return named if 2 * _count(named) >= _count(plain) else plain


def _is_sure(words: str, language: str, languages: Sequence[str]) -> bool:
    """Whether the halves of the text, read alone, say the same or nothing."""
    if language == UNKNOWN or _count(words) < SURE_LETTERS:
        return False
    parts = words.split()
    halves = (" ".join(parts[: len(parts) // 2]), " ".join(parts[len(parts) // 2 :]))
    said = {identify(half, languages=languages) for half in halves}
    return language in said and not said - {language, UNKNOWN}


def _count(text: str) -> int:
    return len(_LETTERS.findall(text))
