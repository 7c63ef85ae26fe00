"""Whether the reply answers: the question (R14), in one meaning (R15), with a next step by
somebody (R30), and the trouble first (R32)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from responder.voice.cues import Cues
from responder.voice.finding import Finding, found
from responder.voice.folded import spans
from responder.voice.linked import links_in, without_links
from responder.voice.reading import Reading
from sentiment.cues import fold

_STEM: Final = 5
"""So many first letters two forms of one word share in all our languages, more or less;"""
_SHORT_STEM: Final = 4
"""of a word that has no more than these letters it may be one less (pagare, pagamento)."""
_SHORT_WORD: Final = 7
_SHORTEST: Final = 4
_ALSO_SHORT: Final = 15
"""From so many stopwords of three letters on, the other words of three letters count too (zip)."""
_WORD: Final = re.compile(r"[^\W\d_]+")
_ASKS: Final = re.compile(r"\?|;(?=\s|$)|\u037e")
# A number, or a size: it answers more often than not.
_FIGURE: Final = re.compile(r"\d|(?<![\w'’])(?:X{0,4}[SL]|M)(?![\w'’])")
_NOISE: Final = re.compile(r"https?://\S+|[@#][\w.@-]+")
# How far into the reply its trouble may be named.
_EARLY: Final = 3


def content(text: str, stopwords: frozenset[str]) -> frozenset[str]:
    """The words of a folded text that are about something."""
    least = _least(stopwords)
    return frozenset(
        word
        for word in _WORD.findall(_NOISE.sub(" ", text))
        if len(word) >= least and word not in stopwords
    )


@lru_cache(maxsize=32)
def _least(stopwords: frozenset[str]) -> int:
    short = sum(len(word) == _SHORTEST - 1 for word in stopwords)
    return _SHORTEST - 1 if short >= _ALSO_SHORT else _SHORTEST


def akin(some: frozenset[str], others: frozenset[str]) -> bool:
    """Whether a word of the one stands in the other, be it in another form."""
    if not some.isdisjoint(others):
        return True
    ours, theirs = _stems(some), _stems(others)
    return not (
        ours.long.isdisjoint(theirs.long)
        and ours.short.isdisjoint(theirs.starts)
        and theirs.short.isdisjoint(ours.starts)
    )


@dataclass(frozen=True, kw_only=True)
class _Stems:
    """The first letters of words: five of them, four of them, and four of those of short ones."""

    long: frozenset[str]
    starts: frozenset[str]
    short: frozenset[str]


@lru_cache(maxsize=16)  # the words of one reply are held against every question
def _stems(words: frozenset[str]) -> _Stems:
    known = [word for word in words if len(word) >= _SHORT_STEM]
    return _Stems(
        long=frozenset(word[:_STEM] for word in known if len(word) >= _STEM),
        starts=frozenset(word[:_SHORT_STEM] for word in known),
        short=frozenset(word[:_SHORT_STEM] for word in known if len(word) <= _SHORT_WORD),
    )


def open_question(reading: Reading) -> Iterator[Finding]:
    """R14: a question to which nothing in the reply answers. Few false alarms matter more here
    than every miss: one shared word, number, date, link, yes or no is an answer."""
    if reading.translates:
        return
    questions = _questions(reading)
    if not questions or not reading.lexicon.listed("R14", "stopwords"):
        return
    if _answers_all(reading):
        return
    stopwords = reading.lexicon.listed("R14", "stopwords")
    said, whole = content(reading.body, stopwords), content(fold(reading.target.mention), stopwords)
    answered: set[frozenset[str]] = set()
    for question in questions:
        asked = content(fold(question), stopwords)
        # A complaint's "are you serious?" is answered by what is said about the complaint.
        if not asked or reading.target.complaint:
            asked = whole
        if asked in answered:
            continue
        answered.add(asked)
        if asked and not akin(asked, said):
            message = f"“{_short(question)}” is not answered"
            yield found("R14", message, suggestion="Answer it, or say who will and when")
            return


def _questions(reading: Reading) -> list[str]:
    """The questions of the mention, as they are written."""
    target = reading.target
    return questions_in(target.mention, target.language, reading.lexicon.of("R14", "questions"))


def questions_in(text: str, language: str, opening: Cues) -> list[str]:
    """The questions of a text in `language`, as they are written: they end in a question mark, or
    begin as questions do (`opening`). What stands in an address asks nothing."""
    greek, plain, asked = language == "el", without_links(text), []
    for start, end in spans(plain, greek=greek) if text else ():
        sentence = fold(plain[start:end])
        marked = "?" in sentence or (greek and sentence.endswith(";"))
        if marked or any(True for cue in opening for _ in cue.spans(sentence)):
            asked.append(text[start:end].strip())
    return asked


def _answers_all(reading: Reading) -> bool:
    body = reading.body
    said = reading.text[reading.head : reading.tail]
    if _FIGURE.search(said) or links_in(said):
        return True
    if reading.has(reading.lexicon.of("R14", "yes_no"), body):
        return True
    return _hands_over(reading)


def _hands_over(reading: Reading) -> bool:
    lexicon = reading.lexicon
    return reading.has(lexicon.of("R30", "owner")) and reading.has(lexicon.of("R30", "step"))


def ambiguous(reading: Reading) -> Iterator[Finding]:
    """R15: a day without a date, "it" without a noun, two links without an "if"."""
    lexicon = reading.lexicon
    dated = lexicon.of("R15", "dated")
    for at, cue in reading.hits(lexicon.of("R15", "relative")):
        if not reading.beside(dated, at):
            says = "{} depends on when it is read: add the date"
            yield reading.finding("R15", says, at, suggestion=cue.suggestion)
    named = _first_named(reading)
    for at, cue in reading.hits(lexicon.of("R15", "pronouns")):
        if at[0] < named and not reading.agreed(at):
            says = "{} does not say what"
            yield reading.finding("R15", says, at, suggestion=cue.suggestion or "Name the thing")
    links = links_in(reading.text)
    choice = lexicon.of("R15", "choice")
    if len({link.url for link in links}) > 1 and choice and not reading.has(choice, reading.body):
        at = (links[0].start, links[-1].end)
        yield found("R15", "Two links, and nothing says which is for whom", at)


def _first_named(reading: Reading) -> int:
    """From where on in the folded reply it has said what it is about; its end if nowhere."""
    stopwords = reading.lexicon.listed("R14", "stopwords")
    least, text = _least(stopwords), _NOISE.sub(_blank, reading.folded.text)
    for word in _WORD.finditer(text, reading.folded.place(reading.head)):
        if len(word[0]) >= least and word[0] not in stopwords:
            return word.end()
    return len(text)


def _blank(hit: re.Match[str]) -> str:
    return " " * len(hit[0])


def nobody_takes_it(reading: Reading) -> Iterator[Finding]:
    """R30: what comes next in a complaint: a time, or the one thing asked of the customer. Who
    only takes it on ("we take this seriously") leaves the customer where they were."""
    lexicon = reading.lexicon
    step, elsewhere = lexicon.of("R30", "step"), lexicon.of("R19", "elsewhere")
    if not reading.target.complaint or not step or _settled(reading):
        return
    if reading.has(step) or reading.has(elsewhere):
        return
    owned = reading.has(lexicon.of("R30", "owner"))
    message = "Nothing follows: say by when you are back, or what you need"
    if not owned:
        message = "Nobody takes it on: say who does what now"
    yield found("R30", message, suggestion="Add a time, or the one thing you need")


def _settled(reading: Reading) -> bool:
    """Whether these are the brand's own words for this trouble: somebody weighed them already."""
    return any(map(reading.settled, reading.folded_sentences))


def unacknowledged(reading: Reading) -> Iterator[Finding]:
    """R32: a complaint is first understood, in its own words, and then dealt with."""
    acknowledge = reading.lexicon.of("R32", "acknowledge")
    if not reading.target.complaint or not acknowledge or _settled(reading):
        return
    if reading.translates:
        return
    stopwords = reading.lexicon.listed("R14", "stopwords")
    trouble = content(fold(reading.target.mention), stopwords)
    sentences = [reading.folded.text[a:b] for a, b in reading.folded_sentences]
    sentences = [reading.folded.text[: reading.folded.place(reading.head)], *sentences]
    request = reading.lexicon.of("R32", "request")
    first = next((n for n, text in enumerate(sentences) if n and reading.has(request, text)), None)
    before = _before_the_request(sentences, first, reading)
    names = akin(trouble, content(" ".join(sentences[: _EARLY + 1]), stopwords))
    # "Sorry for the inconvenience" is what is said to everybody, and so to nobody.
    meant = _without(reading.lexicon.of("R32", "hollow"), before)
    understood = reading.has(acknowledge, meant) or akin(trouble, content(meant, stopwords))
    if not understood:
        message = "It asks or orders before it says that the trouble was understood"
        if first is None:
            message = "It does not say that the trouble was understood"
        yield found("R32", message, suggestion="Begin with what went wrong for the customer")
    elif trouble and not names:
        message = "It is sorry, and does not say for what"
        yield found("R32", message, suggestion="Name what went wrong, in the customer's words")


def _before_the_request(sentences: list[str], first: int | None, reading: Reading) -> str:
    """All that is said before something is asked of the customer."""
    if first is None:
        return " ".join(sentences)
    asking = sentences[first]
    at = min(
        start
        for cue in reading.lexicon.of("R32", "request")
        for start, _ in cue.spans(asking)
        if cue.unless is None or not cue.unless.search(asking)
    )
    return " ".join([*sentences[:first], asking[:at]])


def _without(cues: Cues, text: str) -> str:
    spans = sorted((start, end) for cue in cues for start, end in cue.spans(text))
    for start, end in reversed(spans):
        text = text[:start] + " " * (min(end, len(text)) - start) + text[end:]
    return text


def _short(question: str) -> str:
    return question if len(question) <= 60 else question[:59] + "…"
