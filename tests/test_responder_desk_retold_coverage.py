"""Whatever the domain says to people, the desk can say in their language."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from config.settings import ROOT
from responder.desk.sentences import MESSAGES, screens
from tests.pseudo import Pseudo, untold
from tests.pseudo import pseudo as pseudo  # noqa: PLC0414  # a fixture
from tests.sentences_kept import ELSEWHERE, HELD, KEPT, SPOKEN
from tests.sentences_of import sentences_of

DOMAIN = (
    *ROOT.glob("responder/**/*.py"),
    *ROOT.glob("listener/**/*.py"),
    *(ROOT / "sentiment" / name for name in ("prioritize.py", "explain.py")),
    *(
        ROOT / "config" / name
        for name in ("book.py", "calendar.py", "cue_words.py", "hours.py", "opening.py")
    ),
)


def _modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(DOMAIN):
        name = path.relative_to(ROOT).as_posix()
        if not any(fnmatchcase(name, pattern) for pattern in ELSEWHERE):
            yield name, path


@pytest.mark.usefixtures("pseudo")
def test_every_sentence_in_a_module_of_the_domain_is_known() -> None:
    """Whoever writes a new one adds it to responder/desk/sentences/."""
    strange = [
        f"{name}:{line}: {ways[0]!r}"
        for name, path in _modules()
        for line, ways in sentences_of(path, HELD)
        if not KEPT.intersection(ways) and all(untold(way) for way in ways)
    ]
    assert not strange, "\n".join(strange)


@pytest.mark.usefixtures("pseudo")
def test_no_sentence_is_kept_that_nobody_says_any_more() -> None:
    Pseudo.asked.clear()
    for _, path in _modules():
        for _, ways in sentences_of(path, HELD):
            for way in ways:
                untold(way)
    said = Pseudo.asked
    kept = {*map(_first, screens.MESSAGES), *SPOKEN}
    unsaid = [one for one in map(_first, MESSAGES) if one not in said | kept]
    assert not unsaid, "\n".join(unsaid)


def _first(message: str | tuple[str, str]) -> str:
    return message if isinstance(message, str) else message[0]
