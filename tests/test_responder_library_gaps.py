from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from responder.library.gaps import Lacks, completeness, sentence
from responder.library.models import EntryKind, LibraryEntry, Standing
from tests.factories import NOW, make_database

TODAY = date(2026, 11, 20)


def _add(session: Session, name: str, **changes: Any) -> None:
    kind, key, language = name.split("/")
    values: dict[str, Any] = {
        "kind": EntryKind(kind),
        "key": key,
        "language": language,
        "version": 1,
        "standing": Standing.IN_FORCE,
        "body": {},
        "changed_at": NOW,
        "changed_by": "anna",
    }
    session.add(LibraryEntry(**values | changes))


def test_each_language_is_told_what_others_have_and_it_lacks(tmp_path: Path) -> None:
    database = make_database(tmp_path)
    with database.write() as session:
        for name in (
            "voice/voice/en", "voice/voice/pl", "article/returns/en", "article/returns/pl",
            "article/gift_card/en", "saved_reply/late/pl", "store/oslo/no",
        ):  # fmt: skip
            _add(session, name)
        _add(session, "article/gift_card/pl", body=None)  # it was removed
        _add(session, "saved_reply/late/en", standing=Standing.WAITING)
    with database.read() as session:
        found = completeness(session, ("en", "pl", "it"), TODAY)
    assert found.languages == {
        "en": Lacks(lacks=("saved_reply: late",), of=4),
        "pl": Lacks(lacks=("article: gift_card",), of=4),
        "it": Lacks(
            lacks=("voice: voice", "saved_reply: late", "article: gift_card", "article: returns"),
            of=4,
        ),
    }
    assert found.waiting == ("saved_reply/late/en",)
    database.close()


def test_it_is_said_in_a_sentence() -> None:
    lacks = Lacks(lacks=("article: gift_card", "store: oslo"), of=14)
    assert sentence("pl", lacks) == "Polish lacks 2 of 14: article: gift_card, store: oslo"
    assert sentence("el", Lacks(lacks=(), of=14)) == "Greek has all 14"


def test_a_date_of_review_is_overdue_from_the_day_after(tmp_path: Path) -> None:
    database = make_database(tmp_path)
    with database.write() as session:
        _add(session, "article/a/en", review_by=date(2026, 11, 19), owner="bea")
        _add(session, "article/b/en", review_by=TODAY)
        _add(session, "article/c/en")
        _add(session, "article/d/en", review_by=date(2026, 1, 1), body=None)
        _add(session, "article/e/en", review_by=date(2026, 1, 1), standing=Standing.FORMER)
    with database.read() as session:
        found = completeness(session, ("en",), TODAY)
    assert [(one.name, one.review_by, one.owner) for one in found.overdue] == [
        ("article/a/en", date(2026, 11, 19), "bea")
    ]
    database.close()


def test_of_nothing_nothing_is_lacking(tmp_path: Path) -> None:
    database = make_database(tmp_path)
    with database.read() as session:
        assert completeness(session, ("en",), TODAY).languages == {"en": Lacks(lacks=(), of=0)}
    database.close()
