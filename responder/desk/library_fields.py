"""The form of an entry: which fields each kind has, what was typed into them, and the body that
makes. Lists are one line each; a line break within one is written as \\n."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import BaseModel, Field

from listener.normalize import clean
from responder.desk.tongue import N_
from responder.library.models import EntryKind
from responder.library.store import MODELS

Line = Annotated[str, Field(max_length=1_000)]
Text = Annotated[str, Field(max_length=20_000)]
Lines = Annotated[str, Field(max_length=200_000)]
Texts = Annotated[list[Text], Field(max_length=100)]
Marks = Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=100)]


class Shape(StrEnum):
    """How a field is typed. The values name the part of a template that shows it."""

    LINE = "line"
    TEXT = "text"
    TEXTS = "texts"  # several texts, a field each
    LINES = "lines"  # several, a line each
    PAIRS = "pairs"  # "phrase = instead", a line each
    CHOICE = "choice"
    CHOICES = "choices"
    DATE = "date"
    LINK = "link"


@dataclass(frozen=True, kw_only=True)
class Typed:
    """One field. `needed`: how many of it there have to be; `hint`: what to write, translated where
    it is shown. `own`: in the entry's language; others are the same in all."""

    name: str
    shape: Shape
    needed: int = 0
    hint: str = ""
    own: bool = True


_TOPICS: Final = (
    Typed(name="topics", shape=Shape.CHOICES, own=False, hint=N_("None: it fits any topic.")),
    Typed(name="phases", shape=Shape.CHOICES, own=False, hint=N_("None: it fits any phase.")),
)
_FOUND_BY: Final = (
    Typed(
        name="words",
        shape=Shape.LINES,
        hint=N_("One cue a line, as “where … parcel”: ~ stands for any ending, … for some words."),
    ),
    Typed(
        name="examples",
        shape=Shape.LINES,
        hint=N_("One text a line, as customers write; the more unlike each other, the better."),
    ),
)
_TITLE: Final = Typed(name="title", shape=Shape.LINE, needed=1)
_URL: Final = Typed(name="url", shape=Shape.LINK, needed=1)

FIELDS_OF: Final[Mapping[EntryKind, Sequence[Typed]]] = {
    EntryKind.SAVED_REPLY: (
        _TITLE,
        Typed(name="occasion", shape=Shape.CHOICE, needed=1, own=False),
        Typed(
            name="texts",
            shape=Shape.TEXTS,
            needed=2,
            hint=N_("At least two ways to say the same. Greeting and signature are put around it."),
        ),
        Typed(name="plain", shape=Shape.TEXTS, hint=N_("For who is lost or overwhelmed.")),
        *_TOPICS,
        *_FOUND_BY,
    ),
    EntryKind.ARTICLE: (
        _TITLE,
        Typed(name="kind", shape=Shape.CHOICE, own=False),
        Typed(name="answer", shape=Shape.TEXT, needed=1, hint=N_("In two sentences.")),
        Typed(name="steps", shape=Shape.TEXTS, hint=N_("Up to seven, each with what one sees.")),
        _URL,
        *_TOPICS,
        *_FOUND_BY,
    ),
    EntryKind.PRODUCT: (
        Typed(name="name", shape=Shape.LINE, needed=1),
        Typed(name="names", shape=Shape.LINES, needed=1, hint=N_("One a line.")),
        Typed(name="what_for", shape=Shape.TEXT, needed=1),
        Typed(name="sizes", shape=Shape.TEXT, needed=1),
        Typed(name="care", shape=Shape.TEXT, needed=1),
        Typed(name="honest_difference", shape=Shape.TEXT, needed=1),
        _URL,
        _FOUND_BY[1],
    ),
    EntryKind.STORE: (
        Typed(name="name", shape=Shape.LINE, needed=1),
        Typed(name="city", shape=Shape.LINE, needed=1),
        Typed(name="names", shape=Shape.LINES, needed=1, hint=N_("One a line.")),
        Typed(name="address", shape=Shape.LINE, needed=1),
        Typed(name="hours", shape=Shape.LINE, needed=1),
        Typed(name="map_url", shape=Shape.LINK, needed=1, own=False),
    ),
    EntryKind.PROMOTION: (
        _TITLE,
        Typed(name="starts", shape=Shape.DATE, needed=1, own=False),
        Typed(name="ends", shape=Shape.DATE, needed=1, own=False),
        Typed(name="text", shape=Shape.TEXT, needed=1),
        _URL,
    ),
    EntryKind.VOICE: (
        Typed(name="form_of_address", shape=Shape.TEXT, needed=1),
        Typed(name="form", shape=Shape.CHOICE),
        *(
            Typed(name=name, shape=Shape.TEXT, needed=1)
            for name in ("greeting", "greeting_without_name", "signature", "automatic")
        ),
        *(
            Typed(name=name, shape=Shape.TEXT)
            for name in (
                "again_in_trouble",
                "welcome_back",
                "person",
                "plain_start",
                "plain_next",
                "other_language",
                "only_in",
                "seconded",
                "corrected",
            )
        ),
        Typed(
            name="forbidden",
            shape=Shape.PAIRS,
            hint=N_("One a line: the words, =, and what is said instead. cheap~ has any ending."),
        ),
        Typed(name="required", shape=Shape.TEXTS, hint=N_("What stands in every reply.")),
        Typed(
            name="jargon",
            shape=Shape.PAIRS,
            hint=N_("One a line: our word, =, and the word customers use."),
        ),
    ),
}


class EntryForm(BaseModel):
    """What the form of an entry sends, of whatever kind. `version` is the one that was read, 0 of
    a new one. An article's kind is `format`."""

    version: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    owner: Line = ""
    review_by: Line = ""
    confirm: Marks = []
    title: Line = ""
    name: Line = ""
    occasion: Line = ""
    format: Line = ""
    texts: Texts = []
    plain: Texts = []
    answer: Text = ""
    steps: Texts = []
    url: Line = ""
    map_url: Line = ""
    topics: Marks = []
    phases: Marks = []
    words: Lines = ""
    examples: Lines = ""
    names: Lines = ""
    what_for: Text = ""
    sizes: Text = ""
    care: Text = ""
    honest_difference: Text = ""
    city: Line = ""
    address: Line = ""
    hours: Line = ""
    starts: Line = ""
    ends: Line = ""
    text: Text = ""
    form_of_address: Text = ""
    form: Line = ""
    greeting: Text = ""
    greeting_without_name: Text = ""
    signature: Text = ""
    automatic: Text = ""
    again_in_trouble: Text = ""
    welcome_back: Text = ""
    person: Text = ""
    plain_start: Text = ""
    plain_next: Text = ""
    other_language: Text = ""
    only_in: Text = ""
    seconded: Text = ""
    corrected: Text = ""
    forbidden: Lines = ""
    required: Texts = []
    jargon: Lines = ""


class NewEntryForm(EntryForm):
    """A whole new entry. `entry_kind` and `key` say which; without `key` the title makes one."""

    entry_kind: EntryKind
    language: Annotated[str, Field(max_length=16)]
    key: Line = ""


def sent_as(name: str) -> str:
    """The name of a field in the form: an entry's own `kind` stands in the address already."""
    return "format" if name == "kind" else name


def body_of(kind: EntryKind, form: EntryForm) -> dict[str, Any]:
    """The body that was typed; what is empty is left out."""
    body = {}
    for field in FIELDS_OF[kind]:
        typed = getattr(form, sent_as(field.name))
        if value := _value(field.shape, typed):
            body[field.name] = value
    return body


def _value(shape: Shape, typed: Any) -> Any:
    if shape is Shape.LINES:
        return [_unescaped(line) for line in clean(typed).split("\n") if line.strip()]
    if shape is Shape.PAIRS:
        return dict(_pair(line) for line in clean(typed).split("\n") if line.strip())
    if isinstance(typed, list):
        return [one for text in typed if (one := clean(text).strip())]
    return clean(typed).strip()


def values_of(kind: EntryKind, body: Mapping[str, Any]) -> dict[str, Any]:
    """A body as the form shows it: texts as lists, everything else as a string. What a body leaves
    out is as usual."""
    usual = MODELS[kind].model_fields
    return {
        field.name: _shown(
            field.shape,
            body.get(field.name, usual[field.name].get_default(call_default_factory=True)),
        )
        for field in FIELDS_OF[kind]
    }


def _shown(shape: Shape, value: Any) -> Any:
    if shape in (Shape.TEXTS, Shape.CHOICES):
        return [str(one) for one in value] if isinstance(value, list | tuple) else []
    if shape is Shape.LINES:
        lines = value if isinstance(value, list | tuple) else ()
        return "\n".join(_escaped(str(one)) for one in lines)
    if shape is Shape.PAIRS:
        pairs = value.items() if isinstance(value, Mapping) else ()
        return "\n".join(f"{words} = {instead}".rstrip() for words, instead in pairs)
    return value if isinstance(value, str) else ""  # no default is PydanticUndefined


def _pair(line: str) -> tuple[str, str]:
    words, _, instead = line.partition("=")
    return words.strip(), instead.strip()


def _escaped(text: str) -> str:
    return re.sub(r"\\(?=[\\n\n])|\n", lambda at: "\\n" if at[0] == "\n" else r"\\", text)


def _unescaped(line: str) -> str:
    return re.sub(r"\\([\\n])", lambda found: "\n" if found[1] == "n" else "\\", line.strip())


def key_from(title: str) -> str:
    """A key made of a title's Latin letters and figures; "" where it has none to begin with."""
    plain = unicodedata.normalize("NFKD", title.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_0123456789")[:60].strip("_")
