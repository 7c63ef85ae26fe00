"""Sentences of the domain, said in the reader's language.

They are made in English by modules that know of no reader, and kept, logged, compared and searched
so. Where the desk shows one, the message it was made of is found again (responder/desk/sentences/)
and its translation is filled with what stood in its holes. What no message fits stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice
from typing import Final

from responder.desk import retold_values
from responder.desk.sentences import MESSAGES
from responder.desk.tongue import N_, say, say_many, spoken

_ENGLISH: Final = "en"
_LONGEST: Final = 2_000
"""Longer is no sentence of ours."""
_MOST_MARKS: Final = 8
_DEEPEST: Final = 12
"""So often at most a sentence is taken apart: customers and networks write what they like, and
nothing of it may hold up a page."""
_HOLE: Final = re.compile(r"%\((\w+)\)s|%%")
_MARK: Final = re.compile(r"; |: |, |\. | \((?=.*\)$)", re.DOTALL)
_JOINED: Final = {
    # For translators: two things said of one matter; the Greek ano teleia goes here
    "; ": N_("%(first)s; %(second)s"),
    ": ": N_("%(first)s: %(second)s"),
    ", ": N_("%(first)s, %(second)s"),
    ". ": N_("%(first)s. %(second)s"),
    " (": N_("%(first)s (%(second)s)"),
}


def retold(sentence: str) -> str:
    """The sentence in the reader's language; as it is if nobody translated it. Never raises."""
    if spoken() == _ENGLISH or len(sentence) > _LONGEST:
        return sentence
    told = _told(sentence, 0)
    return sentence if told is None else told


def begun(sentence: str) -> str:
    """With a capital, as at the beginning of a sentence; the rest stays as it is."""
    return sentence[:1].upper() + sentence[1:]


def forget() -> None:
    """Other catalogues count from now on."""
    _found.cache_clear()


def _told(sentence: str, depth: int) -> str | None:
    """By the messages it consists of; None if not even a part of it is known."""
    return _found(spoken(), sentence, depth) if depth < _DEEPEST else None


@lru_cache(maxsize=8192)
def _found(_language: str, sentence: str, depth: int) -> str | None:
    if (told := _fixed(sentence)) is not None:
        return told
    parts = tuple(_parts(sentence, depth))
    joined = tuple(part for part in parts if part.mark == "; ")
    return _of_two(joined) or _one(sentence, depth) or _of_two(parts) or _of_half(parts)


@dataclass(frozen=True, kw_only=True)
class _Parts:
    """Two sentences that the domain may have joined. `depth`: how often it was taken apart."""

    first: str
    mark: str
    second: str
    depth: int

    @property
    def one(self) -> str | None:
        """The first one, by one message."""
        return _one(self.first, self.depth)

    @property
    def other(self) -> str | None:
        return _told(self.second, self.depth + 1)

    def say(self, first: str, second: str) -> str:
        return say(_JOINED[self.mark]) % {"first": first, "second": second}


def _parts(sentence: str, depth: int) -> Iterator[_Parts]:
    for mark in islice(_MARK.finditer(sentence), _MOST_MARKS):
        behind = sentence[mark.end() :]
        yield _Parts(
            first=sentence[: mark.start()],
            mark=mark[0],
            second=behind[:-1] if mark[0] == " (" else behind,
            depth=depth,
        )


def _of_two(parts: Iterable[_Parts]) -> str | None:
    """Two known sentences; the first one as short as can be."""
    for part in parts:
        one = part.one
        other = None if one is None else part.other
        if one is not None and other is not None:
            return part.say(one, other)
    return None


def _of_half(parts: Sequence[_Parts]) -> str | None:
    """One of ours before words that are not, such as a network's; or behind them. A comma joins
    nothing there: any text has commas."""
    for part in parts:
        if part.mark != ", " and (one := part.one) is not None:
            return part.say(one, part.other or part.second)
    behind = next((part for part in parts if part.mark in ("; ", ": ")), None)
    if behind is None or (other := behind.other) is None:
        return None
    return behind.say(behind.first, other)


def _one(sentence: str, depth: int) -> str | None:
    """By one message; also with another first letter or a full stop, as pages put them."""
    told = _plainly(sentence, depth)
    if told is None and sentence[:1].isupper():
        told = _plainly(sentence[:1].lower() + sentence[1:], depth)
        return None if told is None else begun(told)
    return told


def _plainly(sentence: str, depth: int) -> str | None:
    if (told := _fixed(sentence)) is not None:
        return told
    for message in _messages():
        if message.probe in sentence and (found := _pattern(message.form).fullmatch(sentence)):
            told = _filled(message, found.groupdict(), depth)
            if told is not None:
                return told
    if sentence.endswith("."):
        told = _plainly(sentence[:-1], depth)
        return None if told is None else f"{told}."
    return None


def _fixed(sentence: str) -> str | None:
    return say(sentence) if sentence in _without_holes() else retold_values.word(sentence)


@dataclass(frozen=True, kw_only=True)
class _Message:
    """`form` is the one it is looked for by, `probe` stands in every sentence it was made into.
    `told`: how many letters stand outside its holes."""

    one: str
    more: str
    form: str
    probe: str
    told: int


def _filled(message: _Message, held: Mapping[str, str], depth: int) -> str | None:
    """The translation, with what stood in the holes; None where that cannot stand there."""
    values = {}
    for name, text in held.items():
        if name == "sentence":
            values[name] = _told(text, depth + 1) or text
        elif (value := retold_values.value(name, text)) is not None:
            values[name] = value
        else:
            return None
    said = say(message.one)
    if message.more:
        said = say_many(message.one, message.more, retold_values.number(held["number"]))
    try:
        return said % values
    except (KeyError, TypeError, ValueError):  # a translator's slip must not cost the page
        return None


@cache
def _without_holes() -> frozenset[str]:
    return frozenset(one for one in MESSAGES if isinstance(one, str) and not _HOLE.search(one))


@cache
def _messages() -> tuple[_Message, ...]:
    """Those with holes, the most particular first."""
    return tuple(sorted(_compiled(), key=lambda one: -one.told))


def _compiled() -> Iterator[_Message]:
    for message in MESSAGES:
        one, more = (message, "") if isinstance(message, str) else message
        for form in filter(None, dict.fromkeys((one, more))):
            if _HOLE.search(form):
                probe = max(_HOLE.sub("\0", form).split("\0"), key=len)
                told = len(_HOLE.sub("", form))
                yield _Message(one=one, more=more, form=form, probe=probe, told=told)


@cache  # when it is first wanted: all of them at once would hold up the first page
def _pattern(message: str) -> re.Pattern[str]:
    parts, at = [], 0
    for hole in _HOLE.finditer(message):
        parts.append(re.escape(message[at : hole.start()]))
        name = hole[1]
        parts.append(f"(?P<{name}>{retold_values.shape(name)})" if name else "%")
        at = hole.end()
    return re.compile("".join(parts) + re.escape(message[at:]), re.DOTALL)
