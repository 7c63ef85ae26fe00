"""Pure: a customer's text as a model elsewhere may see it: without what identifies a person, and
without what no reader sees."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from typing import Final

from listener.channels.base import Answerable, Length
from listener.normalize import clean
from responder.voice.linked import links_in
from responder.voice.reading import Reading
from responder.voice.rules.private import private_data
from responder.voice.target import House, Target

HIDDEN: Final = "[hidden]"
"""Stands for an address or a number of a person."""
LINK: Final = "[link]"
SOMEBODY: Final = "@somebody"

_SHORTEST_NAME: Final = 3

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
    return _without(_HANDLE.sub(SOMEBODY, plain), names)


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


def _without(text: str, names: Collection[str]) -> str:
    """Names as people write their own: with a capital. Without one they may be any word."""
    parts = {part for name in names for part in name.split()}
    for part in sorted(parts, key=len, reverse=True):
        if len(part) >= _SHORTEST_NAME and part[0].isupper():
            text = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", HIDDEN, text)
    return text
