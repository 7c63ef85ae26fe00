"""VADER's rules over the words of another language.

VADER (Hutto & Gilbert, ICWSM 2014) knows how capitals, "!", boosters, negations and "but" change
what a word says; its words are English. Here those of another language stand in their place: its
negations are handed over as "not", its boosters as "very", its "but" as "but", and a phrase as one
word. So the rules stay the library's.

The lists are `lexicon/<language>.toml`, in folded words; `~` stands for any ending.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from string import punctuation
from typing import TYPE_CHECKING, Final

from sentiment.emoji import FACES, spaced

if TYPE_CHECKING:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

FOLDER: Final = Path(__file__).parent / "lexicon"
LANGUAGES: Final = tuple(sorted(path.stem for path in FOLDER.glob("??.toml")))
"""The languages that have a lexicon of ours (ISO 639-1). English has VADER's own."""

_HEARD: Final = {"negations": "not", "more": "very", "less": "slightly", "but": "but"}
_FACE: Final = 3.0  # valence of a plainly glad emoji: VADER's own lexicon gives such words 2 to 3.2
_STEM: Final = 4  # letters every stem has at least
_REMEMBERED: Final = 4_000  # words of a language: what was looked up once, most texts say again

_BETWEEN: Final = re.compile(r"\s+/\s+|\s*\n\s*")
_MARKS: Final = re.compile("[\u0300-\u036f]+")
_WORD: Final = re.compile(r"\w+'?")
_ELISION: Final = re.compile(r"(?<=\w')(?=\w)")  # l'arnaque, n'aime, un'altra: two words each
# VADER takes ASCII punctuation off a word, and no other.
_SIGNS: Final = str.maketrans(dict.fromkeys("¡¿«»“”„‚‹›–—…·•", " ") | {"’": "'", "‘": "'"})
_LETTERS: Final = str.maketrans({"ł": "l", "Ł": "L", "ß": "ss", "ς": "σ"})


def compound(text: str, language: str) -> float:
    """How `text` feels by the words of `language`, -1..1 as VADER counts; 0 also when it knows none
    of them. Raises KeyError for a language without a lexicon."""
    words = _words(language)
    plain = words.translated(_ELISION.sub(" ", _without_marks(spaced(text))))
    return float(_analyzer(words.known(plain)).polarity_scores(plain)["compound"])


@dataclass(frozen=True, kw_only=True)
class Words:
    """The words of one language as they feel, -4..4, and what VADER is to hear for some of them."""

    exact: Mapping[str, float]
    stems: Mapping[str, tuple[tuple[str, float], ...]]  # by their first letters, the longest first
    phrases: Mapping[tuple[str, ...], tuple[tuple[tuple[str, ...], str], ...]]  # by two words

    def translated(self, text: str) -> str:
        """`text` with the phrases, negations and boosters VADER is to hear in its own words."""
        found = [(word.start(), word.end()) for word in _WORD.finditer(text)]
        said = [text[start:end].lower().replace("ς", "σ") for start, end in found]
        pieces, at, number = [], 0, 0
        while number < len(said):
            for length, heard in self._phrases(said, number):
                start, end = found[number][0], found[number + length - 1][1]
                if length == 1 or not _broken(text[start:end]):
                    pieces += [text[at:start], heard]
                    at, number = end, number + length
                    break
            else:
                number += 1
        return "".join([*pieces, text[at:]]) if pieces else text

    def known(self, text: str) -> dict[str, float]:
        """The words of `text` that say something, as VADER looks them up."""
        said = set(text.lower().split())
        said |= {word.strip(punctuation) for word in said}
        return {word: valence for word in said if (valence := self.valence(word)) is not None}

    @cached_property
    def valence(self) -> Callable[[str], float | None]:
        """How a word feels; None for one that is not listed."""
        return lru_cache(_REMEMBERED)(self._valence)

    def _valence(self, word: str) -> float | None:
        folded = word.replace("ς", "σ")
        if (exact := self.exact.get(folded)) is not None:
            return exact
        stems = self.stems.get(folded[:_STEM], ())
        return next((valence for stem, valence in stems if folded.startswith(stem)), None)

    @cached_property
    def _firsts(self) -> frozenset[str]:
        """The words a phrase begins with: most words are none of them."""
        return frozenset(words[0] for words in self.phrases)

    def _phrases(self, said: list[str], at: int) -> Iterator[tuple[int, str]]:
        """The phrases that begin there, the longest first: how many words each has, and what stands
        for it."""
        if said[at] not in self._firsts:
            return
        for key in (tuple(said[at : at + 2]), (said[at],)):
            for phrase, heard in self.phrases.get(key, ()):
                if tuple(said[at : at + len(phrase)]) == phrase:
                    yield len(phrase), heard


def _broken(between: str) -> bool:
    """A phrase does not go on beyond the end of a clause."""
    return any(sign in between for sign in ".,;:!?()\n")


def _without_marks(text: str) -> str:
    """Folded but for its capitals: shouting is a sign."""
    if text.isascii():
        return text
    text = _MARKS.sub("", unicodedata.normalize("NFKD", text.translate(_SIGNS)))
    return text.translate(_LETTERS)


def _analyzer(lexicon: dict[str, float]) -> SentimentIntensityAnalyzer:
    """VADER with these words alone. Its constructor would read its English files each time."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    analyzer = SentimentIntensityAnalyzer.__new__(SentimentIntensityAnalyzer)
    analyzer.lexicon, analyzer.emojis = lexicon, {}
    return analyzer


@cache
def _words(language: str) -> Words:
    if language not in LANGUAGES:
        raise KeyError(language)
    tables = tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    exact = {face: _FACE * felt for face, felt in FACES.items()}
    heard = dict(_rules(tables["rules"]))
    for entry, valence in [*_entries(tables["words"]), *_entries(tables["phrases"])]:
        if len(_WORD.findall(entry)) > 1:
            heard[entry] = f"phrase{len(heard)}"
        exact[heard.get(entry, entry)] = valence
    return Words(
        exact={entry: valence for entry, valence in exact.items() if not entry.endswith("~")},
        stems=_filed_stems(exact),
        phrases=_filed_phrases(heard),
    )


def _filed_stems(entries: Mapping[str, float]) -> dict[str, tuple[tuple[str, float], ...]]:
    stems: dict[str, list[tuple[str, float]]] = {}
    for entry, valence in entries.items():
        if entry.endswith("~"):
            stems.setdefault(entry[:_STEM], []).append((entry[:-1], valence))
    return {key: tuple(sorted(filed, key=_longest_first)) for key, filed in stems.items()}


def _filed_phrases(
    heard: Mapping[str, str],
) -> dict[tuple[str, ...], tuple[tuple[tuple[str, ...], str], ...]]:
    filed: dict[tuple[str, ...], list[tuple[tuple[str, ...], str]]] = {}
    for phrase, word in heard.items():
        said = tuple(_WORD.findall(phrase))
        filed.setdefault(said[:2], []).append((said, word))
    return {key: tuple(sorted(all_, key=_longest_first)) for key, all_ in filed.items()}


def _longest_first(entry: tuple[str | tuple[str, ...], object]) -> int:
    return -len(entry[0])


def _entries(table: Mapping[str, str]) -> Iterator[tuple[str, float]]:
    """The entries of a table that files them under their valence."""
    for valence, entries in table.items():
        for entry in _listed(entries):
            yield entry, float(valence)


def _rules(table: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What is said, and what VADER is to hear instead."""
    for name, heard in _HEARD.items():
        for entry in _listed(table.get(name, "")):
            yield entry, heard


def _listed(entries: str) -> Iterable[str]:
    return (entry for entry in _BETWEEN.split(entries.strip()) if entry)
