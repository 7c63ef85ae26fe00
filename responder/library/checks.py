"""Whether an entry may stand in the library, and what the etiquette checker says of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from pydantic import ValidationError

from config.book import Article, Entry, Occasion, Page, Promotion, SavedReply, Voice
from listener.channels.base import Answerable, Length
from listener.normalize import clean
from responder.asked import UNREADABLE
from responder.library.models import EntryKind
from responder.library.store import VOICE, body_of, in_a_line, page_of
from responder.voice.check import check
from responder.voice.finding import Finding, Severity
from responder.voice.target import House, Target
from sentiment.signals import DANGEROUS, Signal
from sentiment.topics import OTHER, TOPICS

LONGEST_KEY: Final = 64
TROUBLED: Final = frozenset({Occasion.COMPLAINT, Occasion.SERIOUS})

MADE_FOR: Final = frozenset(
    {
        *TOPICS,
        OTHER,
        UNREADABLE,
        Signal.HUMAN.value,
        Signal.QUESTION.value,
        *(one.value for one in DANGEROUS),
    }
)
"""What a mention can be about, as entries name it: a topic, or what `propose.signals_of` says."""

# Here is where the house decides what it promises, and what it says of law or health: whoever
# confirms these has decided. In a reply to one customer they block.
_DECIDED_HERE: Final = frozenset({"R20", "R23"})


class Unfit(ValueError):
    """An entry that cannot be kept. The text says why, in one line."""


def fit(kind: EntryKind, key: str, body: Mapping[str, Any]) -> Page:
    """The value that will be kept, with texts as any database can store them. Raises Unfit."""
    if len(key) > LONGEST_KEY:
        raise Unfit(f"key: at most {LONGEST_KEY} letters")
    if kind is EntryKind.VOICE and key != VOICE:
        raise Unfit(f"key: a language has one voice, and its key is {VOICE!r}")
    if "key" in body:
        raise Unfit("key: it is named beside the body, not in it")
    try:
        page = page_of(kind, key, cleaned(body_of(page_of(kind, key, body))))
    except ValidationError as error:
        raise Unfit(in_a_line(error)) from None
    _require_sense(page)
    return page


def _require_sense(page: Page) -> None:
    """What a model alone cannot see: an entry that would never be found, or never hold."""
    if isinstance(page, Entry):
        unknown = [topic[:40] for topic in page.topics if topic not in MADE_FOR]
        if unknown:
            raise Unfit(f"topics: there is no topic {', '.join(unknown)} (docs/glossary.md)")
    if isinstance(page, Promotion) and page.ends < page.starts:
        raise Unfit("ends: it ends before it starts")


def cleaned(value: Any) -> Any:
    """A JSON value with every text in it as it can be stored and shown."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {clean(name): cleaned(one) for name, one in value.items()}
    if isinstance(value, list):
        return [cleaned(one) for one in value]
    return value


# -- etiquette


@dataclass(frozen=True, kw_only=True)
class Wrapping:
    """What stands around a text when it is said: the voice of its language and the house."""

    language: str
    languages: tuple[str, ...]
    voice: Voice
    house: House


@dataclass(frozen=True, kw_only=True)
class Said:
    """One text of an entry: the field it stands in, and which of its texts it is, counted from 1; 0
    where the field is one text. `alone`: it is a whole answer, not one of several parts."""

    field: str
    number: int
    text: str
    alone: bool = True

    @property
    def place(self) -> str:
        return f"{self.field} {self.number}" if self.number else self.field


def findings_of(page: Page, wrapping: Wrapping) -> tuple[Finding, ...]:
    """What stands against the texts of a saved reply or an article, each said as a whole reply:
    greeting, text, signature. Offsets are of the text itself; its place begins the message.

    Nobody has written to us here, so rules about a mention's own words are silent.
    """
    return tuple(
        replace(finding, message=f"{said.place}: {finding.message}")
        for said, findings in found_in(page, wrapping)
        for finding in findings
    )


def found_in(page: Page, wrapping: Wrapping) -> Iterator[tuple[Said, tuple[Finding, ...]]]:
    """The same text by text."""
    troubled = isinstance(page, SavedReply) and page.occasion in TROUBLED
    for said in said_by(page):
        found = _found(said, wrapping, troubled=troubled)
        # Steps are cut to the room there is.
        yield said, tuple(one for one in found if said.alone or one.rule != "R02")


def said_by(page: Page) -> Iterator[Said]:
    """The texts of a saved reply or an article, as they are said to customers."""
    if isinstance(page, SavedReply):
        for name in ("texts", "plain"):
            for number, text in enumerate(getattr(page, name), 1):
                yield Said(field=name, number=number, text=text)
    elif isinstance(page, Article):
        yield Said(field="answer", number=0, text=page.answer)
        if page.steps:
            yield Said(field="steps", number=0, text=" ".join(page.steps), alone=False)


def whole_of(said: Said, voice: Voice) -> str:
    """A text as a whole reply: with greeting and signature, to who is not called by name."""
    return f"{voice.greeting_without_name} {said.text} {voice.signature}"


def _found(said: Said, wrapping: Wrapping, *, troubled: bool) -> Iterator[Finding]:
    voice = wrapping.voice
    before = f"{voice.greeting_without_name} "
    whole = whole_of(said, voice)
    target = Target(
        length=Length(used=len(whole), limit=len(whole)),  # each channel counts for itself
        counted_in="characters",
        language=wrapping.language,
        languages=wrapping.languages,
        answerable=Answerable.YES,
        label="the library",
        complaint=troubled,
        house=wrapping.house,
    )
    for finding in check(whole, target):
        gravity = finding.severity
        if finding.rule in _DECIDED_HERE and gravity is Severity.BLOCK:
            gravity = Severity.CONFIRM
        start, end = (
            min(max(at - len(before), 0), len(said.text)) for at in (finding.start, finding.end)
        )
        yield replace(finding, severity=gravity, start=start, end=end)
