"""What a text is made of, as numbers a linear model can weigh: hashed pieces of letters and words.

A piece's number is a hash of it, so that no vocabulary has to be kept (the "hashing trick":
Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", ICML 2009,
https://arxiv.org/abs/0902.2206). Pieces of 2 to 5 letters see through typos, endings and missing
accents; words and pairs of words see meaning.
"""

from __future__ import annotations

import html
import re
import unicodedata
import zlib
from typing import Final

import numpy as np
from numpy.typing import NDArray

LETTER_BITS: Final = 18
WORD_BITS: Final = 17
LETTERS: Final = 1 << LETTER_BITS
SIZE: Final = LETTERS + (1 << WORD_BITS)
"""How many different numbers there are: first those of letters, then those of words."""

MAX_LETTERS: Final = 1000
"""A feeling shows in the first paragraph, and time must be bounded whatever comes."""

_SHORTEST, _LONGEST = 2, 5
_LINK: Final = re.compile(r"https?://\S+|www\.\S+")
_HANDLE: Final = re.compile(r"(?<![\w@])@\w[\w.@-]*")
_DIGIT: Final = re.compile(r"\d")
_DRAWN_OUT: Final = re.compile(r"(.)\1{2,}", re.DOTALL)
_UNSEEN: Final = re.compile(
    "[\u0300-\u036f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f]+"
)
_TOKEN: Final = re.compile(r"\w+|[^\w\s]")

# Any two odd 64-bit numbers without pattern do; these are of xxHash (https://xxhash.com).
_TURN: Final = np.uint64(0x9E3779B185EBCA87)
_MIX: Final = np.uint64(0xC2B2AE3D27D4EB4F)


def pieces(text: str) -> NDArray[np.int32]:
    """The pieces of `text`, each as a number of 0 to `SIZE` - 1: first all of letters, then all of
    words, and each once.

    What says nothing of the feeling is made alike: links, handles, digits, accents, case, letters
    drawn out beyond three.
    """
    plain = normal(text)
    return np.concatenate([_of_letters(folded(plain)), _of_words(plain)])


def normal(text: str) -> str:
    """`text` as the pieces are cut from it; accents stay."""
    text = _DIGIT.sub("0", impersonal(text[: 2 * MAX_LETTERS]).casefold())
    return " ".join(_DRAWN_OUT.sub(r"\1\1\1", text).split())[:MAX_LETTERS]


def impersonal(text: str) -> str:
    """`text` with every link and every handle made alike."""
    return _HANDLE.sub("@user", _LINK.sub("http", html.unescape(text)))


def folded(text: str) -> str:
    """Without accents and what is not seen: half of all Polish and Greek posts are typed so."""
    if text.isascii():
        return text
    return _UNSEEN.sub("", unicodedata.normalize("NFKD", text)).casefold().replace("ł", "l")


def _of_letters(text: str) -> NDArray[np.int32]:
    """Every run of 2 to 5 letters, spaces included, by a rolling hash over the whole text at
    once: in a loop over the runs this would take ten times as long."""
    codes = f" {text} ".encode("utf-32-le", "replace")
    letters = np.frombuffer(codes, dtype=np.uint32).astype(np.uint64)
    runs, found = letters, []
    with np.errstate(over="ignore"):  # wrapping round is what makes it a hash
        for length in range(_SHORTEST, _LONGEST + 1):
            if len(runs) < _SHORTEST:
                break
            runs = runs[:-1] * _TURN + letters[length - 1 :]
            found.append((runs * _MIX) >> np.uint64(64 - LETTER_BITS))
    return _each_once(np.concatenate(found).astype(np.int32))


def _of_words(text: str) -> NDArray[np.int32]:
    """Words, signs, and pairs of them that stand side by side."""
    words = np.array(
        [zlib.crc32(token.encode("utf-8", "replace")) for token in _TOKEN.findall(text)], np.uint64
    )
    with np.errstate(over="ignore"):
        both = np.concatenate([words, words[:-1] * _TURN + words[1:]])
        hashed = (both * _MIX) >> np.uint64(64 - WORD_BITS)
    return _each_once(hashed.astype(np.int32)) + LETTERS


def _each_once(found: NDArray[np.int32]) -> NDArray[np.int32]:
    """Sorted. As numpy's `unique`, which takes ten times as long for so few."""
    found.sort()
    new = np.ones(len(found), bool)
    np.not_equal(found[1:], found[:-1], out=new[1:])
    return found[new]
