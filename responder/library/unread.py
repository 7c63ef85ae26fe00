"""What became of an entry since somebody read it: nobody writes over what they have not seen."""

from __future__ import annotations

from collections.abc import Sequence

from responder.access import Visitor
from responder.approve import Conflict
from responder.library.models import CAME_TO_NOTHING, LibraryEntry, Standing


def newest_counted(known: Sequence[LibraryEntry]) -> LibraryEntry | None:
    """The newest version that is or was in force, or waits; `known`: all, the newest first."""
    return next((one for one in known if one.standing not in CAME_TO_NOTHING), None)


def require_read(
    known: Sequence[LibraryEntry], version: int | None, *, by: Visitor, overwrite: bool
) -> None:
    """That a change which names `version` (None: whichever is newest) writes over nothing unread,
    but with `overwrite` a colleague's proposal. Raises Conflict."""
    _require_newest(known, version)
    if version is None and not overwrite:
        _require_nothing_waits(known, by)


def _require_newest(known: Sequence[LibraryEntry], version: int | None) -> None:
    """Proposals that came to nothing need not have been read: what is in force, and so an export,
    names none of them. Raises Conflict."""
    newest, counted = known[0].version if known else 0, newest_counted(known)
    if version is None or (counted.version if counted else 0) <= version <= newest:
        return
    if not known:
        raise Conflict("There is no such entry yet: name version 0 to begin it")
    row = counted or known[0]
    deed = "proposed" if row.standing is Standing.WAITING else "wrote"
    raise Conflict(f"{row.changed_by} {deed} version {row.version}: read it again")


def _require_nothing_waits(known: Sequence[LibraryEntry], by: Visitor) -> None:
    """That no proposal of a colleague would give way unread. Raises Conflict."""
    for row in known[:1]:
        if row.standing is Standing.WAITING and row.changed_by != by.name:
            raise Conflict(f"{row.changed_by} proposed version {row.version}: decide that first")
