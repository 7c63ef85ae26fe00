"""Words that do harm in a reply: what they are is data, when they count stands here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from responder.voice.finding import Finding
from responder.voice.reading import Reading

_SAYS: Final = {
    "R07": "{} sounds sarcastic",
    "R09": "{} sends the customer elsewhere: answer here",
    "R10": "{} puts the blame on the customer",
    "R11": "{} is no apology: say what went wrong",
    "R12": "{} closes the door: say what can be done",
    "R13": "{} sounds unsure: say what is known, or when it will be",
    "R20": "{} promises what nobody has decided",
    "R21": "{} advertises to somebody who has a trouble",
    "R23": "{} is for those who may speak about liability, law or health",
}
# Digits and signs that stand for letters: "1d10t", "$tupid".
_LEET: Final = str.maketrans("01345789@$!|", "oieastbgasil")


def wording(reading: Reading) -> Iterator[Finding]:
    """R07 R09-R13 R20 R21 R23: any of these words, in the cases in which they count."""
    for rule, says in _SAYS.items():
        if _counts(rule, reading):
            for at, cue in reading.hits(reading.lexicon.of(rule)):
                if rule in ("R13", "R20", "R21", "R23") and reading.agreed(at):
                    continue
                yield reading.finding(rule, says, at, suggestion=cue.suggestion)


def _counts(rule: str, reading: Reading) -> bool:
    return rule != "R21" or reading.target.troubled


def vague_time(reading: Reading) -> Iterator[Finding]:
    """R08: a time nobody can hold us to, unless a real one stands beside it."""
    dated = reading.lexicon.of("R08", "dated")
    for at, cue in reading.hits(reading.lexicon.of("R08")):
        if not reading.beside(dated, at):
            says = "{} is no time: say by when"
            yield reading.finding("R08", says, at, suggestion=cue.suggestion)


def insult(reading: Reading) -> Iterator[Finding]:
    """R27: also where digits stand for letters. Not in the greeting: somebody may be called so."""
    cues = reading.lexicon.of("R27")
    plain, begins = reading.folded.text, reading.folded.place(reading.head)
    disguised = plain.translate(_LEET)
    for text in {plain, disguised}:
        for at, cue in reading.hits(cues, text):
            if at[0] < begins:
                continue
            yield reading.finding("R27", "{} insults", at, suggestion=cue.suggestion)
