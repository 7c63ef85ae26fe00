"""What the brand itself has settled: its disclosure (R31), its words (B01, B02)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from responder.voice.finding import Finding, Fix, found
from responder.voice.reading import Reading
from sentiment.cues import fold


def undisclosed(reading: Reading) -> Iterator[Finding]:
    """R31: who reads an automatic reply is told so (Regulation (EU) 2024/1689, article 50:
    https://eur-lex.europa.eu/eli/reg/2024/1689/oj, applies from 2026-08-02). A sentence without
    letters says nothing: nobody is told by a dot."""
    if not reading.target.automatic:
        return
    disclosure = reading.target.house.disclosure
    if not any(map(str.isalpha, fold(disclosure))):
        yield found("R31", "It leaves by itself, and the brand book has no sentence that says so")
    elif fold(disclosure) not in fold(reading.text):
        message, end = "It leaves by itself and does not say so", len(reading.text.rstrip())
        fix = Fix(start=end, end=end, text=f" {disclosure}")
        yield found("R31", message, suggestion=disclosure, fix=fix)


def forbidden(reading: Reading) -> Iterator[Finding]:
    """B01: words the brand never says. "cheap~" stands for any ending."""
    for phrase, instead in reading.target.house.forbidden.items():
        for hit in phrase_pattern(phrase).finditer(reading.folded.text):
            says = "{} is a word we never say"
            sure = certain(phrase, instead)
            yield reading.finding("B01", says, hit.span(), suggestion=instead, instead=sure)


def missing(reading: Reading) -> Iterator[Finding]:
    """B02: what stands in every reply of the brand."""
    target = reading.target
    if target.language not in target.languages and reading.language != target.bridge:
        return  # these are the bridging language's words
    for phrase in target.house.required:
        if fold(phrase) not in fold(reading.text):
            fix = Fix(start=reading.tail, end=reading.tail, text=f" {phrase}")
            yield found("B02", f"“{phrase}” is missing", suggestion=phrase, fix=fix)


def certain(phrase: str, instead: str) -> str:
    """The brand's own words for one of ours, where they fit as they are: behind a stem ("cheap~")
    any ending may stand, and only a person can bend the other word like it."""
    return "" if phrase.endswith("~") else instead.strip()


@lru_cache(maxsize=1024)
def phrase_pattern(phrase: str) -> re.Pattern[str]:
    """A brand's phrase as whole words of folded text; "~" behind it: any ending."""
    folded = fold(phrase)
    ending = r"\w*" if folded.endswith("~") else r"(?!\w)"
    return re.compile(r"(?<!\w)" + re.escape(folded.removesuffix("~").strip()) + ending)
