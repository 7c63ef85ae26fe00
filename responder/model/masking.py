"""Pure: a customer's text as a model elsewhere may see it: without what identifies a person, and
without what no reader sees."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from typing import Final

from listener.channels.base import Answerable, Length
from listener.normalize import clean
from responder.voice.greet import first_name
from responder.voice.linked import links_in
from responder.voice.reading import Reading
from responder.voice.rules.private import private_data
from responder.voice.target import House, Target
from responder.voice.vocative import called
from sentiment.cues import fold

HIDDEN: Final = "[hidden]"
"""Stands for an address or a number of a person."""
LINK: Final = "[link]"
SOMEBODY: Final = "@somebody"

_SHORT_NAME: Final = 2
"""A word of so few letters is a name where it is written with a capital: "Li", not "de"."""

_LETTERS: Final = re.compile(r"[^\W\d_]+")
_HANDLE: Final = re.compile(r"(?<![\w.])@[\w.-]*\w(?:@[\w-]+(?:\.[\w-]+)+)?")
# Letters nobody sees (tags U+E0000 to U+E007F, directions, joiners), and what is no letter yet:
# words for a model alone hide there.
_UNSEEN: Final = frozenset({"Cf", "Cc", "Cs", "Co", "Cn"})


def masked(text: str, *, language: str, names: Collection[str], house: House) -> str:
    """`text` with e-mail addresses, telephone, account, card, identity and whole order numbers,
    `names` of people, handles and links made unrecognisable."""
    plain = seen(clean(text))
    spots = sorted(_private(plain, language, house), reverse=True)
    for start, end in spots:
        plain = plain[:start] + HIDDEN + plain[end:]
    for link in reversed(links_in(plain)):
        plain = plain[: link.start] + LINK + plain[link.end :]
    return nameless(_HANDLE.sub(SOMEBODY, plain), names)


def nameless(text: str, names: Collection[str]) -> str:
    """`text` without `names`, as they stand there or as we greet by them, in letters of any case
    behind a capital. Without one they may be any word."""
    hidden = frozenset(
        fold(form) for name in names for form in _forms(unicodedata.normalize("NFC", clean(name)))
    )
    if not hidden:
        return text

    def shown(word: re.Match[str]) -> str:
        small = word[0][0].islower()
        return word[0] if small or fold(word[0]) not in hidden else HIDDEN

    return _LETTERS.sub(shown, unicodedata.normalize("NFC", text))


def seen(text: str) -> str:
    """`text` without the characters no reader sees; lines stay apart."""
    return "".join(c for c in text if c == "\n" or unicodedata.category(c) not in _UNSEEN)


def _private(text: str, language: str, house: House) -> list[tuple[int, int]]:
    target = Target(
        length=Length(used=0, limit=0),
        counted_in="",
        language=language,
        languages=(),
        answerable=Answerable.YES,
        label="",
        house=house,
    )
    return [(one.start, one.end) for one in private_data(Reading(text, target))]


def _forms(name: str) -> Iterator[str]:
    """The words of a name, each also as it is called out."""
    greeted = first_name(name)
    for part in (*_LETTERS.findall(name), *_LETTERS.findall(greeted)):
        if len(part) > _SHORT_NAME or (len(part) == _SHORT_NAME and not part[0].islower()):
            yield part
            yield called(part, "el")  # no other language bends a name
