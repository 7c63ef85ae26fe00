"""Private data (R18, R19) where everybody reads."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from typing import Final

from responder.voice.finding import Finding, found
from responder.voice.linked import is_ours, without_links
from responder.voice.reading import Reading, Span

_EMAIL: Final = re.compile(r"[\w.+-]{1,64}@(?P<host>[\w-]+(?:\.[\w-]+)+)")
_DATE: Final = re.compile(
    r"(?<!\d)(?:\d{1,2}([./-])\d{1,2}\1\d{2,4}|\d{4}-\d{2}-\d{2})(?!\d)|"
    r"(?<![\d+])\d{1,2}[:.]\d{2}\s?[-–]\s?\d{1,2}[:.]\d{2}(?!\d)"
)
# Cheap looks, before a library is asked.
_PHONE: Final = re.compile(r"(?<![\w.,/#-])\+?\(?\d(?:[ \u00a0()./-]{0,2}\d){6,14}(?![\w-])")
_IBAN: Final = re.compile(r"\b[A-Z]{2}\d{2}(?:[ \u00a0]?[A-Z0-9]){6,32}\b")
_CARD: Final = re.compile(r"(?<![\w.,-])\d{4}(?:[ -]?\d{4}){2}(?:[ -]?\d{1,7})?(?![\w-])")
_REGIONS: Final = {
    "it": ("IT",),
    "en": ("GB", "US"),
    "fr": ("FR",),
    "de": ("DE",),
    "es": ("ES",),
    "pl": ("PL",),
    "el": ("GR",),
}
# Numbers of a person that carry a check digit. Which library module checks which shape.
_NATIONAL: Final = {
    "stdnum.it.codicefiscale": (
        re.compile(r"\b[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]\b", re.IGNORECASE),
        "codice fiscale",
    ),
    "stdnum.es.dni": (re.compile(r"\b\d{8}[- ]?[A-Z]\b", re.IGNORECASE), "DNI"),
    "stdnum.es.nie": (re.compile(r"\b[XYZ][- ]?\d{7}[- ]?[A-Z]\b", re.IGNORECASE), "NIE"),
    "stdnum.pl.pesel": (re.compile(r"(?<![\w-])\d{11}(?![\w-])"), "PESEL"),
    "stdnum.gr.amka": (re.compile(r"(?<![\w-])\d{11}(?![\w-])"), "AMKA"),
    "stdnum.de.idnr": (
        re.compile(r"(?<![\w-])[1-9]\d(?:[ ]?\d{3}){3}(?![\w-])"),
        "Steueridentifikationsnummer",
    ),
    "stdnum.fr.nir": (
        re.compile(r"(?<![\w-])[1-478](?:[ ]?\d{2}){3}[ ]?\d{3}[ ]?\d{3}[ ]?\d{2}(?![\w-])"),
        "numéro de sécurité sociale",
    ),
    "stdnum.us.ssn": (re.compile(r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])"), "SSN"),
}
_ORDER: Final = re.compile(r"[^\d.!?\n]{0,20}?(?<![\d.,])([a-z]{0,4}[-/#]?\d{5,}[\w-]*)")
_TOLD_BY: Final = 8  # the last digits: the same with and without the country in front
_IN_PRIVATE: Final = "Ask for it in a private message"
_TAKE_OUT: Final = "Take it out, or give the last three digits"


def private_data(reading: Reading) -> Iterator[Finding]:
    """R18: addresses and numbers of a person, in public. Ours may stand there."""
    if reading.target.private:
        return
    yield from _emails(reading)
    if sum(map(str.isdigit, reading.text)) < 5:
        return
    text = _DATE.sub(lambda date: " " * len(date[0]), without_links(reading.text))
    text = _without_ours(text, reading.target.house.phones)
    told: list[Span] = []
    for look in (_ibans, _nationals, _cards, _orders, _phones):
        for message, at in look(text, reading):
            if not any(a < at[1] and at[0] < b for a, b in told):
                told.append(at)
                yield found("R18", message, at, suggestion=_TAKE_OUT)


def asked_in_public(reading: Reading) -> Iterator[Finding]:
    """R19: asks for private data, and not in a private place."""
    if reading.target.private:
        return
    elsewhere = reading.lexicon.of("R19", "elsewhere")
    for at, cue in reading.hits(reading.lexicon.of("R19")):
        if not reading.beside(elsewhere, at):
            says = "{} asks for private data where everybody reads"
            yield reading.finding("R19", says, at, suggestion=cue.suggestion or _IN_PRIVATE)


def _without_ours(text: str, phones: Iterable[str]) -> str:
    """`text` with our own numbers made blank, so that offsets stay."""
    ours = {_digits(number)[-_TOLD_BY:] for number in phones}

    def blank(number: re.Match[str]) -> str:
        ends = _digits(number[0])[-_TOLD_BY:]
        return " " * len(number[0]) if ends in ours else number[0]

    return _PHONE.sub(blank, text) if ours else text


_Told = Iterator[tuple[str, Span]]


def _emails(reading: Reading) -> Iterator[Finding]:
    for hit in _EMAIL.finditer(reading.text) if "@" in reading.text else ():
        if hit.start() and reading.text[hit.start() - 1] == "@":
            continue  # a Mastodon handle
        if not is_ours(hit["host"].lower(), reading.target.house.hosts):
            message = f"The address {hit[0]} can be read by everybody"
            yield found("R18", message, hit.span(), suggestion="Take it out")


def _valid(module: str) -> Callable[[str], bool]:
    # Loaded when something looks like such a number: hardly a reply ever does.
    valid: Callable[[str], bool] = import_module(module).is_valid
    return valid


def _ibans(text: str, _: Reading) -> _Told:
    for hit in _IBAN.finditer(text):
        if _valid("stdnum.iban")(hit[0]):
            yield "A bank account can be read by everybody", hit.span()


def _nationals(text: str, _: Reading) -> _Told:
    for module, (pattern, name) in _NATIONAL.items():
        for hit in pattern.finditer(text):
            if _valid(module)(hit[0].upper()):
                yield f"A person's number ({name}) can be read by everybody", hit.span()


def _cards(text: str, _: Reading) -> _Told:
    for hit in _CARD.finditer(text):
        digits = re.sub(r"\D", "", hit[0])
        if 13 <= len(digits) <= 19 and digits[0] in "23456" and _valid("stdnum.luhn")(digits):
            yield "A card number can be read by everybody", hit.span()


def _orders(text: str, reading: Reading) -> _Told:
    for at, _cue in reading.hits(reading.lexicon.of("R18", "ids")):
        number = _ORDER.match(reading.folded.text, at[1])
        if number:
            start, end = reading.folded.back(*number.span(1))
            if text[start:end].strip():  # not in a link
                whole = reading.text[start:end]
                yield f"The whole number {whole} can be read by everybody", (start, end)


def _phones(text: str, reading: Reading) -> _Told:
    candidates = list(_PHONE.finditer(text))
    if not candidates:
        return
    # 10 MB and a tenth of a second to load: only once something looks like a number.
    import phonenumbers

    spoken = (reading.target.language, reading.language)
    here = next((_REGIONS[language] for language in spoken if language in _REGIONS), ())
    for hit in candidates:
        regions = (None,) if hit[0].startswith("+") else here
        for region in regions:
            try:
                number = phonenumbers.parse(hit[0], region)
            except phonenumbers.NumberParseException:
                continue
            if phonenumbers.is_valid_number(number):
                yield f"The phone number {hit[0]} can be read by everybody", hit.span()
                break


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)
