"""How much is said and in which manner: length, greeting, capitals, exclamations, repetition."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from listener.channels.base import Answerable
from responder.voice.cues import lexicon
from responder.voice.finding import Finding, Fix, Severity, found
from responder.voice.fixes import calmed, lowered, without
from responder.voice.reading import Reading
from sentiment.cues import find, fold

MOST_SENTENCES: Final = 3
"""In public, where others read along: the answer and what comes next."""
MOST_EMOJI: Final = 2
ALIKE: Final = 0.9
"""The share of letters in words both have from which two replies are the same with another name."""
_ROUGHLY: Final = 0.4
"""So many words as they are written, marks and all, are the same in any two that are alike."""
_SAYS_LITTLE: Final = 10  # letters: "Grazie!" may be said to everybody
_SHOWN: Final = 20

_LETTERS: Final = re.compile(r"[^\W\d_]")
_WORD: Final = re.compile(r"(?<![@#\w./])[^\W\d_]{4,}(?![\w@])")
_LINK: Final = re.compile(r"(?:https?://|www\.)\S+|[@#][\w.@-]+", re.IGNORECASE)
_MARKS: Final = re.compile(r"[!?¡¿]{2,}")
_SHOUT: Final = re.compile(r"[!?]{2}")
# In capitals only: "todo" is an everyday word of Spanish.
_PLACEHOLDER: Final = re.compile(
    r"\{\{.{0,120}?\}\}|\{[a-z_]{3,30}\}"
    # In brackets: but sizes, and "see above", are what they say.
    r"|\[(?!X*[SML]\]|(?i:see|cf|sic|vedi|siehe|vgl|voir|ver|v[ée]ase|zob|patrz|βλ)\b)"
    r"[^\W\d_][^\W\d_ ._-]*(?:[ _.-][^\W\d_]+){0,4}\]"
    r"|\bXXX+\b|\bXX\b|\b[xX]{2}[./:][xX]{2}|\b(?:dd|gg|jj|tt)[./](?:mm|MM)\b|_{3,}"
    r"|\bTODO\b|(?i:lorem ipsum)"
)
_EMOJI: Final = re.compile(
    "(?:[\U0001f1e6-\U0001f1ff]{2}|[\U0001f300-\U0001faff\u2600-\u27bf\u2b50\u2b55]"
    "[\ufe0f\U0001f3fb-\U0001f3ff]*(?:\u200d[\U0001f300-\U0001faff\u2600-\u27bf]"
    "[\ufe0f\U0001f3fb-\U0001f3ff]*)*)"
)
_LAUGHING: Final = re.compile("[😂🤣😜🙄👏😆😹😏🤪]")
_LETTERED: Final = re.compile(r"\w+")
# The name behind a greeting, in a folded text.
_CALLED: Final = re.compile(r"[^.,!:;?–—-]{0,40}?(?:[,!:.;]+|\s[–—-])(?=\s|$)")
_CLOSING: Final = re.compile(
    r"(?:\^\s?[^\W\d_]{1,12}|[—–-]\s?[^\W\d_][^.!?\n]{0,40}|"
    r"(?:[.!?…,]|\n)\s*(?:[^\W\d_][\w'’.-]*\s+){0,4}[A-ZÀ-ŽΑ-ΩΆ-Ώ][\w'’-]*)\W*$"
)


def answerable(reading: Reading) -> Iterator[Finding]:
    """Whether the network lets us answer at all."""
    label = reading.target.label
    message = {
        Answerable.BY_HAND: f"{label} lets only a person answer this, in its own app",
        Answerable.NO: f"{label} does not let anybody answer this",
    }.get(reading.target.answerable)
    if message:
        yield found("answerable", message)


def hardly_a_word(reading: Reading) -> Iterator[Finding]:
    """R01: nothing said, or one word. Thanks may be short."""
    if not _LETTERS.search(reading.text):
        yield found("R01", "There are no words in it yet")
    elif len(reading.words) < 4 and not _says_something(reading):
        yield found("R01", "That is hardly a word: say what was done, and what comes next")


def _says_something(reading: Reading) -> bool:
    stopwords = reading.lexicon.listed("R14", "stopwords")
    ours = {fold(word) for word in reading.target.house.name.split()}
    content = [
        word
        for word in reading.words
        if len(word) > 2 and fold(word) not in stopwords and fold(word) not in ours
    ]
    # Praise is well answered by "So glad!".
    praise = bool(reading.target.mention) and not reading.target.troubled
    if len(content) >= 2 or (content and praise and len(reading.words) >= 2):
        return True
    said = reading.text[: min(reading.tail, 200)]
    thanks = find(said, reading.language).signals.get("thanks", 0)
    return thanks > 0 and len(said.split()) >= 3


def too_long(reading: Reading) -> Iterator[Finding]:
    """R02: longer than the channel takes, or than a passer-by reads."""
    length = reading.target.length
    if not length.fits:
        message = (
            f"{length.used} of {length.limit} {reading.target.counted_in}: "
            f"shorten it by {length.used - length.limit}"
        )
        yield found("R02", message, (0, len(reading.text)))
    many = not reading.target.private and len(reading.sentences) > MOST_SENTENCES
    if many and not all(map(reading.agreed, reading.folded_sentences)):
        first_too_many = reading.sentences[MOST_SENTENCES][0]
        yield found(
            "R02",
            f"{len(reading.sentences)} sentences: in public {MOST_SENTENCES} are enough",
            (first_too_many, reading.tail),
            severity=Severity.CONFIRM,
        )


def no_greeting(reading: Reading) -> Iterator[Finding]:
    """R03: silent where no greetings are known."""
    known = reading.lexicon.of("R03", "greetings")
    if known and not reading.greeted and _LETTERS.search(reading.text):
        hello = "" if reading.translates else reading.target.greeting
        fix = Fix(start=0, end=0, text=f"{hello} ") if hello else None
        yield found("R03", "It starts without a greeting", suggestion=hello, fix=fix)


def nobody(reading: Reading) -> Iterator[Finding]:
    """R04: words a person wrote end with who it was: ^EM, a name, or the house's signature."""
    if reading.target.automatic or not _LETTERS.search(reading.text):
        return
    house = reading.target.house
    if house.signature and fold(house.signature) in fold(reading.text):
        return
    end = reading.text.rstrip()
    if not _CLOSING.search(end, max(0, len(end) - 60)):
        signature = house.signature
        fix = Fix(start=len(end), end=len(end), text=f" {signature}") if signature else None
        yield found("R04", "Nobody's name stands under it", suggestion=signature, fix=fix)


def capitals(reading: Reading) -> Iterator[Finding]:
    """R05: two words or more that shout, other than names and acronyms."""
    house = reading.target.house
    known = {fold(word) for name in (*house.acronyms, house.name) for word in name.split()}
    known |= reading.lexicon.listed("R05", "acronyms")
    loud = [
        word
        for word in _WORD.finditer(_blanked(reading.text[: reading.tail], _LINK))
        if word[0].isupper() and fold(word[0]) not in known
    ]
    if len(loud) >= 2:
        words = ", ".join(dict.fromkeys(word[0] for word in loud[:4]))
        message, at = f"Capitals read as shouting: {words}", (loud[0].start(), loud[-1].end())
        yield found("R05", message, at, fix=calmed(reading, at, known))


def shouting(reading: Reading) -> Iterator[Finding]:
    """R06: one exclamation mark is enough; that of the greeting does not count."""
    plain = _blanked(reading.text, _LINK)
    runs = [run for run in _MARKS.finditer(plain) if _SHOUT.search(run[0])]
    for run in runs:
        said = run[0].rstrip("¡¿")
        at = (run.start(), run.start() + len(said))
        message, fix = (
            f"“{_short(said)}” reads as shouting",
            Fix(start=at[0], end=at[1], text=said[-1]),
        )
        yield found("R06", message, at, suggestion=said[-1], fix=fix)
    marks = [at for at in range(reading.head, len(plain)) if plain[at] == "!"]
    if not runs and len(marks) > 1:
        message, at = f"{len(marks)} exclamation marks: one is enough", (marks[1], marks[1] + 1)
        yield found("R06", message, at, suggestion=".", fix=lowered(reading.text, marks))


def placeholders(reading: Reading) -> Iterator[Finding]:
    """R24: what a template left behind."""
    for left in _PLACEHOLDER.finditer(reading.text):
        yield found("R24", f"A placeholder is left: {left[0]}", left.span())


def emoji(reading: Reading) -> Iterator[Finding]:
    """R26: none that laughs at somebody who feels bad, and few in any case."""
    if reading.text.isascii():
        return
    if reading.target.troubled:
        for face in _LAUGHING.finditer(reading.text):
            message = f"{face[0]} reads as mockery to somebody who feels bad"
            yield found("R26", message, face.span(), fix=without(reading.text, [face.span()]))
    faces = list(_EMOJI.finditer(reading.text))
    if len(faces) > MOST_EMOJI:
        message = f"{len(faces)} emoji: {MOST_EMOJI} are enough"
        fix = without(reading.text, [face.span() for face in faces[MOST_EMOJI:]])
        yield found("R26", message, (faces[MOST_EMOJI].start(), faces[-1].end()), fix=fix)


def repeated(reading: Reading) -> Iterator[Finding]:
    """R25: the words of two replies of the last day, but for the name."""
    if len(reading.body.strip()) <= _SAYS_LITTLE:
        return
    house, alike = reading.target.house, 0
    spoken = (reading.language, house.signature, house.disclosure)
    ours, rough = _said(reading.text, *spoken), frozenset(reading.text.split())
    for other in reading.target.recent:
        # Most replies of a day have little in common, which is told before they are read closely.
        if _in_common(rough, frozenset(other.split())) > _ROUGHLY:
            alike += _is_alike(ours, _said(other, *spoken))
        if alike >= 2:
            message = "These words stand under others of today already: networks take that for spam"
            yield found("R25", message, suggestion="Say it in words of this case")
            return


@dataclass(frozen=True)
class _Said:
    """The words of a reply, each once, and how many letters these have."""

    words: frozenset[str]
    letters: int


@lru_cache(maxsize=512)
def _said(text: str, language: str, signature: str, disclosure: str) -> _Said:
    """What a reply of ours says between greeting and signature. Asked for the same replies of a day
    again and again."""
    plain = fold(text)
    for closing in filter(None, (fold(disclosure), fold(signature))):
        plain = plain.replace(closing, " ")
    words = frozenset(_LETTERED.findall(_ungreeted(plain, language)))
    return _Said(words, sum(map(len, words)))


def _ungreeted(plain: str, language: str) -> str:
    """A folded text without its greeting and the name in it."""
    start = next((at for at, letter in enumerate(plain[:40]) if letter.isalnum()), 0)
    for cue in lexicon(language).of("R03", "greetings"):
        if greeting := cue.pattern.match(plain, start):
            name = _CALLED.match(plain, greeting.end())
            return plain[name.end() if name else greeting.end() :]
    return plain


def _in_common(ours: frozenset[str], theirs: frozenset[str]) -> float:
    """How many of the words of the shorter one stand in both, 0 to 1."""
    return len(ours & theirs) / max(min(len(ours), len(theirs)), 1)


def _is_alike(ours: _Said, theirs: _Said) -> bool:
    # What both have in common is at most the shorter one.
    enough = ALIKE * (ours.letters + theirs.letters) / 2
    if min(ours.letters, theirs.letters) <= enough:
        return ours.words == theirs.words
    return sum(map(len, ours.words & theirs.words)) > enough


def _short(marks: str) -> str:
    return marks if len(marks) <= _SHOWN else marks[: _SHOWN - 1] + "…"


def _blanked(text: str, pattern: re.Pattern[str]) -> str:
    """`text` with what matches made blank, so that offsets stay."""
    return pattern.sub(lambda hit: " " * len(hit[0]), text)
