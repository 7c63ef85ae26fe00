"""The fixtures of the etiquette checker, tests/voice/*.toml: one reply each, and what it must show.

tests/voice/any.toml holds rules that need no language; its cases name one.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from config.book import Form
from config.settings import LANGUAGES
from listener.channels.base import Answerable, Length
from responder.voice.target import House, Target

FOLDER: Final = Path(__file__).parent / "voice"
FORMS: Final = {
    "it": Form.FAMILIAR,
    "en": Form.NONE,
    "fr": Form.FORMAL,
    "de": Form.FAMILIAR,
    "es": Form.FAMILIAR,
    "pl": Form.IMPERSONAL,
    "el": Form.FORMAL,
}
"""How the demo brand addresses customers."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """`good`: the rule must not be found; else it must."""

    id: str
    rule: str
    good: bool
    language: str
    reply: str
    mention: str = ""
    complaint: bool = False
    negative: bool = False
    form: Form
    automatic: bool = False
    handle: str = ""
    used: int = 10  # of 280
    answerable: Answerable = Answerable.YES
    link_price: str = ""
    recent: tuple[str, ...] = ()
    house: dict[str, Any] = field(default_factory=dict)
    why: str = ""


def cases(name: str) -> Iterator[Case]:
    """All cases of tests/voice/<name>.toml, each with an id such as it-R07-3-bad."""
    path = FOLDER / f"{name}.toml"
    counts: dict[tuple[str, bool], int] = {}
    for row in tomllib.loads(path.read_text(encoding="utf-8"))["case"]:
        language = row.pop("language", name)
        kind = (row["rule"], row["good"])
        counts[kind] = counts.get(kind, 0) + 1
        yield Case(
            id=f"{name}-{row['rule']}-{counts[kind]}-{'good' if row['good'] else 'bad'}",
            language=language,
            form=Form(row.pop("form", FORMS[language].value)),
            answerable=Answerable(row.pop("answerable", "yes")),
            recent=tuple(row.pop("recent", ())),
            **row,
        )


def written() -> tuple[str, ...]:
    """The files there are."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def target_of(case: Case) -> Target:
    """What the reply of a case must fit."""
    house = {"name": "Larix Outdoor", "handles": ("larixoutdoor",), "form": case.form}
    return Target(
        length=Length(used=case.used, limit=280),
        counted_in="weighted characters",
        language=case.language,
        languages=LANGUAGES,
        answerable=case.answerable,
        label="X",
        mention=case.mention,
        handle=case.handle,
        negative=case.negative,
        complaint=case.complaint,
        automatic=case.automatic,
        link_price=case.link_price,
        recent=case.recent,
        house=House(**{**house, **_tuples(case.house)}),
    )


def _tuples(house: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in house.items()}
