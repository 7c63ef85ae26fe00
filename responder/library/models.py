"""The library, as a table: every version of every entry of the brand book."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import JSON, Dialect, Index, String, TypeDecorator, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base, Choice, Moment
from config.ids import new_id


class EntryKind(StrEnum):
    """What an entry of the library is."""

    VOICE = "voice"  # how the brand speaks, with its rules: words it always, or never, says
    SAVED_REPLY = "saved_reply"
    ARTICLE = "article"
    PRODUCT = "product"
    STORE = "store"
    PROMOTION = "promotion"


class Standing(StrEnum):
    """What a version of an entry is worth."""

    WAITING = "waiting"  # proposed: an approver decides
    IN_FORCE = "in_force"  # what is said; or, without a body, that it was removed
    FORMER = "former"  # a later version took its place
    DECLINED = "declined"  # an approver said no
    SUPERSEDED = "superseded"  # proposed, and another change took its place before anybody decided


CAME_TO_NOTHING: Final = (Standing.DECLINED, Standing.SUPERSEDED)
"""The standings of proposals that never counted: nobody has to have read them to go on."""

SPOILED: Final = "unreadable"
"""The one value of a body that is none: no entry has a value of that name."""


_NAMED: Final = {kind.value.replace("_", " "): kind for kind in EntryKind}
_SOURCE: Final = re.compile(rf"\b({'|'.join(_NAMED)})(?:, [a-z ]+)?: ([a-z][a-z0-9_]*)")


def named_in(made_from: str) -> Iterator[tuple[EntryKind, str]]:
    """Kind and key of the entries that a draft was made from (`Draft.made_from`)."""
    for kind, key in _SOURCE.findall(made_from):
        yield _NAMED[kind], key


class Body(TypeDecorator[dict[str, Any]]):
    """A JSON object. What a hand spoiled in the database is read as a body that no entry can have,
    so that one row stops no reading of the others."""

    impl = JSON
    cache_ok = True

    def __init__(self) -> None:
        super().__init__(none_as_null=True)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        read = super().result_processor(dialect, coltype)

        def process(value: Any) -> Any:
            if value is None:
                return None
            try:
                found = read(value) if read else value
            except (ValueError, TypeError, RecursionError):
                return {SPOILED: "it is no JSON"}
            return found if isinstance(found, dict) else {SPOILED: "it is no JSON object"}

        return process


class LibraryEntry(Base):
    """One version of an entry. Rows are only added; what changes in them is how they stand."""

    __tablename__ = "library"
    __table_args__ = (
        UniqueConstraint("kind", "key", "language", "version"),
        # Of an entry one version counts, and at most one waits.
        Index(
            "uq_library_in_force",
            "kind",
            "key",
            "language",
            unique=True,
            sqlite_where=text("standing = 'in_force'"),
            postgresql_where=text("standing = 'in_force'"),
        ),
        Index(
            "uq_library_waiting",
            "kind",
            "key",
            "language",
            unique=True,
            sqlite_where=text("standing = 'waiting'"),
            postgresql_where=text("standing = 'waiting'"),
        ),
    )

    id: Mapped[str] = mapped_column(String(28), primary_key=True, default=new_id)
    kind: Mapped[EntryKind] = mapped_column(Choice(EntryKind))
    key: Mapped[str] = mapped_column(String(64))  # the same in all languages
    language: Mapped[str] = mapped_column(String(16))
    version: Mapped[int]
    standing: Mapped[Standing] = mapped_column(Choice(Standing))
    # The values of config/book.py without the key; none: this version removes the entry.
    body: Mapped[dict[str, Any] | None] = mapped_column(Body)
    owner: Mapped[str] = mapped_column(String(64), default="")  # who answers for it
    review_by: Mapped[date | None]  # when somebody must see whether it still holds
    findings: Mapped[list[dict[str, object]]] = mapped_column(JSON, default=list)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    changed_by: Mapped[str] = mapped_column(String(64))
    approved_at: Mapped[datetime | None] = mapped_column(Moment)
    approved_by: Mapped[str] = mapped_column(String(64), default="")
    # Counts every version that came in force, over the whole library and without gaps or ties, so
    # that the highest one tells whether anything has changed. Moments could be equal.
    turn: Mapped[int | None] = mapped_column(unique=True)
