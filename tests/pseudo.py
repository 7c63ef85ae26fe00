"""A language in which every word of ours stands in ⟦ ⟧: what does not was not translated."""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator
from typing import ClassVar, Final

import pytest

from responder.desk import retold, retold_values, tongue
from responder.desk.tongue import speaking

_INNERMOST: Final = re.compile(r"⟦[^⟦⟧]*⟧")

_FIELD: Final = re.compile(r"^[a-z_]+: ")  # of an entry, before what is wrong with it


class Pseudo(gettext.NullTranslations):
    """Numbers and names stand in the brackets, too. What only joins two sentences has none.
    `asked`: the English of all that was said."""

    asked: ClassVar[set[str]] = set()

    def gettext(self, message: str) -> str:
        self.asked.add(message)
        return message if message.startswith("%(first)s") else f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        self.asked.add(msgid1)
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"

    def pgettext(self, context: str, message: str) -> str:
        del context
        return f"⟦{message}⟧"


@pytest.fixture
def pseudo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The reader speaks it; numbers and dates are German."""
    for module in (tongue, retold_values):
        monkeypatch.setattr(module, "catalogue", lambda _language: Pseudo())
    retold.forget()
    with speaking("de"):
        yield
    retold.forget()


def untold(sentence: str) -> str:
    """What of a sentence stays in English, but for words of others ("X7"); "" if nothing does."""
    told = retold.retold(sentence)
    while (less := _INNERMOST.sub("", told)) != told:
        told = less
    return re.sub(r"\bX7\b", "", _FIELD.sub("", told)).strip(" ;:,.()")
