"""make messages: bring responder/desk/locale/*.po to the words the desk has now.

What is translated stays; what is new stands there empty; what nobody says any more goes. Exit 1 if
something waits for a translator.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from responder.desk.tongue import FOLDER, LANGUAGES

RESPONDER = FOLDER.parent.parent
_TEMPLATES = "desk/templates/**.html"
_METHODS = [
    (_TEMPLATES, "jinja2.ext:babel_extract"),
    ("desk/**.py", "python"),
    # What says no in a sentence, wherever that sentence is shown.
    ("team/**.py", "python"),
    ("access.py", "python"),
    ("passwords.py", "python"),
]
_OPTIONS = {_TEMPLATES: {"trimmed": "true", "newstyle_gettext": "true"}}
_KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "N_": None,
    "NN_": (1, 2),
    "P_": ((1, "c"), 2),
    "gettext": None,
    "ngettext": (1, 2),
    "many": (1, 2),
}


def found() -> Catalog:
    """Every word of ours that the desk may show."""
    catalogue = Catalog(charset="utf-8")
    for name, line, message, comments, context in extract_from_dir(
        RESPONDER, _METHODS, _OPTIONS, _KEYWORDS, comment_tags=("For translators:",)
    ):
        catalogue.add(message, locations=[(name, line)], auto_comments=comments, context=context)
    return catalogue


def _is_said(words: str | tuple[str, ...] | list[str] | None) -> bool:
    return bool(words) if words is None or isinstance(words, str) else all(words)


def main() -> int:
    """Write every catalogue anew."""
    waiting = 0
    for language in LANGUAGES[1:]:
        path = FOLDER / f"{language}.po"
        known = Catalog(locale=language)
        if path.exists():
            with path.open("rb") as file:
                known = read_po(file, locale=language)
        known.update(found(), no_fuzzy_matching=True)
        known.obsolete.clear()
        with path.open("wb") as file:
            write_po(file, known, width=100, sort_output=True, no_location=True, omit_header=True)
        empty = sum(not _is_said(message.string) for message in known if message.id)
        waiting += empty
        print(f"{language}: {len(known)} messages, {empty} wait for a translator")
    return 1 if waiting else 0


if __name__ == "__main__":
    raise SystemExit(main())
