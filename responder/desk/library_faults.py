"""What is wrong with what was typed into the form of an entry, as sentences for who typed it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from responder.approve import Blocked, Conflict
from responder.desk.library_fields import FIELDS_OF, Shape
from responder.desk.library_words import field_name
from responder.desk.retold import retold
from responder.desk.tongue import _, many
from responder.library.models import EntryKind, LibraryEntry
from responder.library.placeholders import strays
from responder.library.shelving import Name
from responder.library.unread import newest_counted

_KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")


def faults_of(name: Name, body: Mapping[str, Any]) -> tuple[str, ...]:
    """Why this could not be kept, as far as the reader's language has words for it. What is left
    the library itself refuses, in English."""
    return (*_of_key(name), *_of_fields(name.kind, body), *_of_placeholders(name.kind, body))


def _of_key(name: Name) -> Iterator[str]:
    if not _KEY.fullmatch(name.key):
        yield _("The key is made of small Latin letters, figures and _, and begins with a letter.")


def _of_fields(kind: EntryKind, body: Mapping[str, Any]) -> Iterator[str]:
    for field in FIELDS_OF[kind]:
        value, label = body.get(field.name), field_name(field.name)
        if field.needed > 1 and len(value or ()) < field.needed:
            yield many(
                "%(field)s: at least %(number)s is needed.",
                "%(field)s: at least %(number)s are needed.",
                field.needed,
                field=label,
            )
        elif field.needed and not value:
            yield _("%(field)s: this is missing.", field=label)
        elif value and field.shape is Shape.LINK and not str(value).startswith("https://"):
            yield _("%(field)s: a link begins with https://.", field=label)
    if kind is EntryKind.ARTICLE and not body.get("topics"):
        yield _("%(field)s: this is missing.", field=field_name("topics"))


def _of_placeholders(kind: EntryKind, body: Mapping[str, Any]) -> Iterator[str]:
    for stray in dict.fromkeys(strays(kind, body)):
        told = {"field": field_name(stray.field), "placeholder": stray.placeholder}
        if stray.allowed:
            yield _(
                "%(field)s: nobody fills in %(placeholder)s; only %(allowed)s may stand there.",
                allowed=f"{{{{{stray.allowed}}}}}",
                **told,
            )
        else:
            yield _(
                "%(field)s: nobody fills in %(placeholder)s; no placeholder may stand there.",
                **told,
            )


def of_conflict(known: Sequence[LibraryEntry], version: int, error: Conflict) -> str:
    """Who was faster, to who had read `version`; `known`: all there is by now."""
    newest = newest_counted(known)
    if newest is None or newest.version <= version:
        return retold(str(error))
    if version == 0:
        return _(
            "Not saved: there is an entry of that key already, last changed by %(who)s.",
            who=newest.changed_by,
        )
    return _(
        "Not saved: %(who)s was faster and wrote version %(version)s. What you typed is kept here; "
        "what is new there is shown below. To save yours in its place, save again.",
        who=newest.changed_by,
        version=newest.version,
    )


def of_block(blocked: Blocked) -> str:
    return many(
        "Not saved: %(number)s finding stands in the way.",
        "Not saved: %(number)s findings stand in the way.",
        len(blocked.findings),
    )
