"""The customer's language (R16), and the form of address (R17)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from typing import Final

from config.book import Form
from responder.voice.finding import Finding, Severity, found
from responder.voice.reading import Reading, Span
from responder.voice.written import QUOTES, Written, written
from sentiment.language import UNKNOWN

_NAMES: Final = {
    "it": "Italian",
    "en": "English",
    "fr": "French",
    "de": "German",
    "es": "Spanish",
    "pl": "Polish",
    "el": "Greek",
}


def other_language(reading: Reading) -> Iterator[Finding]:
    """R16: a language the customer did not use. Silent for a mention in none of ours."""
    target, language = reading.target, reading.written.language
    if target.language not in target.languages or language in (UNKNOWN, target.language):
        return
    yield found(
        "R16",
        f"The customer wrote {_NAMES.get(target.language, target.language)}, "
        f"this reads like {_NAMES.get(language, language)}",
        severity=Severity.BLOCK if _no_doubt(reading) else Severity.CONFIRM,
    )


def _no_doubt(reading: Reading) -> bool:
    """Whether both are surely what they seem: who mixes languages may be answered in either."""
    target = reading.target
    asked = written(target.mention, brand=target.house.name, languages=target.languages)
    alone = not target.mention or asked == Written(language=target.language, sure=True)
    return reading.written.sure and alone


def form(reading: Reading) -> Iterator[Finding]:
    """R17: two forms of address in one reply, or another one than the house's."""
    quotes = [span.span() for span in QUOTES.finditer(reading.text[: reading.tail])]
    near = _unquoted(reading, _spoken(reading, "informal"), quotes)
    far = _unquoted(reading, (*_spoken(reading, "formal"), *_cased(reading)), quotes)
    if near and far:
        says = f"“{_first(reading, near)}” and “{_first(reading, far)}” are two forms of address"
        wrong = near if reading.target.house.form in (Form.FORMAL, Form.IMPERSONAL) else far
        yield reading.finding("R17", says, min(wrong))
        return
    settled = reading.target.house.form
    wrong = {Form.FAMILIAR: far, Form.FORMAL: near, Form.IMPERSONAL: near}.get(settled, [])
    if wrong:
        says = f"{{}} is not how we address customers: our form is {settled.value}"
        yield reading.finding("R17", says, min(wrong), severity=Severity.CONFIRM)


def _spoken(reading: Reading, name: str) -> list[Span]:
    end = reading.folded.place(reading.tail)
    hits = [at for at, _ in reading.hits(reading.lexicon.of("R17", name)) if at[0] < end]
    return hits if name == "formal" else [at for at in hits if not _is_name(reading, at)]


def _is_name(reading: Reading, at: Span) -> bool:
    """Whether a word is part of the greeted name: Tes, Toi and Ty are names, too. ("Pani" in a
    greeting is none, it is a form of address.)"""
    start = reading.folded.back(*at)[0]
    return 0 < start < reading.head and reading.text[start].isupper()


def _cased(reading: Reading) -> Iterator[Span]:
    """Forms that only a capital tells (Lei, Sie): not in the first word of a sentence."""
    cues = reading.lexicon.of("R17", "formal_cased")
    if not cues:
        return
    cased, plain = reading.cased, reading.folded
    begins = (0, *(start for start, _ in reading.sentences))
    firsts = {_first_word(reading.text, start) for start in begins}
    for cue in cues:
        for at in cue.spans(cased.text):
            start, end = cased.back(*at)
            spot = (plain.place(start), plain.place(end))
            opens = start >= reading.tail or _opens(reading.text, start, firsts)
            if not opens and not reading.excused(cue, spot):
                yield spot


def _opens(text: str, start: int, firsts: AbstractSet[int]) -> bool:
    """Whether a sentence, or what follows a colon or an opening quote, begins at `start`."""
    before = start - 1
    while before >= 0 and text[before].isspace():
        before -= 1
    return start in firsts or before < 0 or text[before] in ':.!?…;\n("“„«–—'


def _first_word(text: str, at: int) -> int:
    while at < len(text) and not text[at].isalnum():
        at += 1
    return at


def _unquoted(reading: Reading, hits: Iterable[Span], quotes: list[Span]) -> list[Span]:
    """The hits that stand in no quotation. `quotes`: one after the other, in the original."""
    begins = [start for start, _ in quotes]

    def quoted(at: Span) -> bool:
        start = reading.folded.back(*at)[0]
        before = bisect_right(begins, start) - 1
        return before >= 0 and start < quotes[before][1]

    return [at for at in hits if not quoted(at)]


def _first(reading: Reading, hits: list[Span]) -> str:
    return reading.quoted(min(hits))
