"""Which language a text is in: the network's word, the script, letter statistics, frequent words.

A text too short or too doubtful is "unknown": an answer in the wrong language is worse than a
question to a human. Measured on 10,103 public tweets of the seven languages: 96.7 % right, 2.4 %
unknown, 0.9 % wrong; on 5,600 film lines of two to six words: 86.6 %, 13.3 %, 0.2 %.
"""

from __future__ import annotations

import re
import threading
import tomllib
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeGuard

from sentiment.cues import fold

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

UNKNOWN: Final = "unknown"

# Old codes that X still sends.
_RENAMED: Final = {"iw": "he", "in": "id", "ji": "yi"}
_TWO_LETTERS: Final = re.compile(r"[a-z]{2}")

MAX_LETTERS: Final = 1000
MIN_LETTERS: Final = 3
SURE: Final = 0.60
"""py3langid's own probability from which it is believed without a second witness."""
DOUBTFUL: Final = 0.35
"""Below this it is not believed, even if frequent words agree with it."""
MANY_LETTERS: Final = 10
"""In fewer letters than this it needs a frequent word as a second witness, however sure it is."""

FEW_WORDS: Final = 4
CLEAR: Final = 3
"""So many frequent words of another language, and none of its own, refute what the network says."""

NEIGHBOURS: Final = ("pt", "ca", "ro", "nl", "sv", "cs", "tr")
"""Never an answer, but allowed to win: else Portuguese would be Spanish. On 1,500 Portuguese tweets
they bring the wrong answers from 65 % down to under 1 %, at no cost in wrong ones elsewhere."""

_NOISE: Final = re.compile(r"https?://\S+|www\.\S+|(?<!\S)[^\s@]*@[\w.@-]+|&\w{2,6};")
_NO_LETTERS: Final = re.compile(r"[^\w\s'’.,;:!?¿¡-]|[\d_]")
_DRAWN_OUT: Final = re.compile(r"(\w)\1{2,}")
_GREEK: Final = re.compile("[\u0370-\u03ff\u1f00-\u1fff]")
_LATIN: Final = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
_TOKEN: Final = re.compile(r"[a-z]+(?:'[a-z]+)?")


def identify(
    text: str, *, languages: Sequence[str], hint: str | None = None, usual: str | None = None
) -> str:
    """ISO 639-1 code of the language of `text`, or `UNKNOWN`. Never raises.

    The network's `hint` is believed when it is an ordinary code, even one outside `languages`,
    unless script or frequent words clearly say otherwise: many people post in another language
    than their account is set to. Codes such as "und", "zxx" or "qme" say nothing. Without a hint
    the answer is one of `languages`, and in fewer than `FEW_WORDS` words `usual`, the language the
    author wrote in before, if the text itself does not tell.
    """
    plain, chosen = _letters_only(text[:MAX_LETTERS]), tuple(languages)
    if said := ordinary(hint):
        return _contradicted(said, plain, chosen) or said
    found = _found(plain, chosen)
    return usual if found == UNKNOWN and _may_be(usual, plain, chosen) else found


def is_perhaps(usual: str, text: str, languages: Sequence[str]) -> bool:
    """Whether a text that does not tell its language by itself is taken to be in `usual`, its
    author's."""
    return _may_be(usual, _letters_only(text[:MAX_LETTERS]), tuple(languages))


def _may_be(usual: str | None, plain: str, languages: tuple[str, ...]) -> TypeGuard[str]:
    """Whether these few words, which tell nothing, may be in the author's usual language."""
    words = [word for word in plain.split() if any(map(str.isalpha, word))]
    letters, latin = sum(map(str.isalpha, plain)), len(_LATIN.findall(plain))
    return usual in languages and 0 < len(words) < FEW_WORDS and latin * 2 >= letters


def _contradicted(said: str, plain: str, languages: tuple[str, ...]) -> str | None:
    """What the text is plainly in instead of the language the network says."""
    if said != "el" and "el" in languages and _is_greek(plain):
        return "el"
    found = _witnesses(plain, languages)
    (best, count), (_, second) = [*found.most_common(2), (said, 0), (said, 0)][:2]
    clear = count >= CLEAR and count > second and said in languages
    return best if clear and not found[said] else None


def _found(plain: str, languages: tuple[str, ...]) -> str:
    letters = sum(map(str.isalpha, plain))
    if not letters:
        return UNKNOWN
    if _is_greek(plain):
        return "el" if "el" in languages else UNKNOWN
    if letters < MIN_LETTERS or len(_LATIN.findall(plain)) * 2 < letters:
        return UNKNOWN
    return _weighed(plain, letters, languages)


def _is_greek(plain: str) -> bool:
    greek = len(_GREEK.findall(plain))
    return greek > 0 and greek * 2 >= sum(map(str.isalpha, plain))


def ordinary(hint: str | None) -> str | None:
    """An ISO 639-1 code out of what a network or a file says; None if it says nothing."""
    if not hint:
        return None
    code = hint.strip().lower().replace("_", "-").partition("-")[0]
    # ISO 639-1 has two letters; all that networks send to say "nothing" has three.
    return _RENAMED.get(code, code) if _TWO_LETTERS.fullmatch(code) else None


def _letters_only(text: str) -> str:
    plain = _NO_LETTERS.sub(" ", _NOISE.sub(" ", text))
    return _DRAWN_OUT.sub(r"\1\1", plain)


def _weighed(plain: str, letters: int, languages: tuple[str, ...]) -> str:
    likely, probability = _statistics(plain, languages)
    witnesses = _witnesses(plain, languages)
    best, second = [*witnesses.most_common(2), (UNKNOWN, 0), (UNKNOWN, 0)][:2]
    # A foreign neighbour shares some words with us: it takes one more to overrule the statistics.
    enough = 3 if likely not in languages and probability >= SURE else 2
    if best[1] >= enough and best[1] > second[1] and not witnesses[likely]:
        return best[0]
    seconded = witnesses[likely] > 0 and witnesses[likely] == best[1]
    if seconded and probability >= DOUBTFUL:
        return likely
    certain = probability >= SURE and letters >= MANY_LETTERS
    return likely if certain and likely in languages else UNKNOWN


def _witnesses(plain: str, languages: tuple[str, ...]) -> Counter[str]:
    """How many different frequent words of each language stand in the text."""
    owners = _owners()
    claims = (owners.get(word, UNKNOWN) for word in set(_TOKEN.findall(fold(plain))))
    return Counter(owner for owner in claims if owner in languages)


@cache
def _owners() -> dict[str, str]:
    lists = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
    return {word: language for language, words in lists.items() for word in words.split()}


_lock: Final = threading.Lock()


def _statistics(plain: str, languages: tuple[str, ...]) -> tuple[str, float]:
    with _lock:  # two threads must not both load 80 MB
        identifier = _identifier(languages)
    if identifier is None:
        return UNKNOWN, 0.0
    language, probability = identifier.classify(plain)
    return str(language), float(probability)


@cache
def _identifier(languages: tuple[str, ...]) -> LanguageIdentifier | None:
    # Loaded when first needed, because it takes most of a second and some 50 MB: a command that
    # identifies nothing, or a network that tells the language, does not pay for it.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    whole = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    known = [language for language in languages if language in whole.labels]
    if not known:
        return None
    whole.set_languages({*known, *NEIGHBOURS})
    # set_languages() keeps the tables of all languages for a later reset: 25 MB we never read.
    return LanguageIdentifier(
        whole.nb_ptc,
        whole.nb_pc,
        whole.nb_classes,
        whole.tk_nextmove,
        whole.tk_output,
        norm_probs=True,
        tk_row=whole.tk_row,
    )
