from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from responder.bot import Bot
from responder.learning.answers import LEARNED
from responder.learning.edits import EditView, edits
from responder.models import AuthorKind, DraftStatus, ReplyStatus
from tests.api_client import Client, is_problem
from tests.factories import NOW, make_bot, make_draft, make_mention, make_reply
from tests.small_book import BOOK

OURS = "Hi Giulia. We look into it now and write to you. — the shop"


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[Bot]:
    made = make_bot(tmp_path, book=BOOK, languages=("en",))
    yield made
    made.database.close()


def _sent(bot: Bot, body: str = OURS, **changes: Any) -> str:
    """A reply that a human approved; of a draft made from `changes`. Returns its id."""
    of_draft = {"made_from": "saved reply: late", "proposed": OURS, "text": body}
    of_draft |= {key: changes.pop(key) for key in ("made_from", "proposed") if key in changes}
    of_draft |= {"language": changes.pop("language", "en")}
    values = {"status": ReplyStatus.SENT, "not_before": NOW, "posted_at": NOW, **changes}
    with bot.database.write() as session:
        draft = make_draft(session, make_mention(session), **of_draft)
        return make_reply(session, draft, text=body, **values).id


def _rejected(bot: Bot, **changes: Any) -> None:
    values = {"made_from": "saved reply: late", "proposed": OURS, "status": DraftStatus.REJECTED}
    with bot.database.write() as session:
        make_draft(session, make_mention(session), **{**values, **changes})


def _only(bot: Bot, **options: Any) -> EditView:
    (entry,) = edits(bot, **options).entries
    return entry


def test_what_people_made_of_an_entry_is_counted(bot: Bot) -> None:
    for _ in range(3):
        _sent(bot)
    _sent(bot, "Hi Giulia. We look into it. — the shop")
    _sent(bot, "Hi Giulia. Something else altogether here. — the shop")
    _rejected(bot)
    told = _only(bot)
    assert (told.made_from, told.language) == ("saved reply: late", "en")
    assert (told.used, told.unchanged, told.rejected) == (5, 3, 1)
    assert (told.kept, told.enough) == (1.0, True)


def test_the_most_edited_come_first_and_what_was_hardly_used_last(bot: Bot) -> None:
    for entry, body in (
        ("saved reply: half", "Hi Giulia. We look into it. — the shop"),
        ("saved reply: whole", OURS),
        ("saved reply: none", "Hi Giulia. Something else altogether here. — the shop"),
    ):
        for _ in range(5):
            _sent(bot, body, made_from=entry)
    _sent(bot, "Hi. No. — the shop", made_from="saved reply: rare")
    _rejected(bot, made_from="saved reply: refused")
    found = edits(bot).entries
    assert [one.made_from.removeprefix("saved reply: ") for one in found] == [
        "none", "half", "whole", "rare", "refused"
    ]  # fmt: skip
    assert [one.kept for one in found] == [0.0, pytest.approx(8 / 13, abs=0.001), 1.0, 0.0, None]
    assert [one.enough for one in found] == [True, True, True, False, False]


def test_an_entry_is_told_language_by_language_and_the_teams_answers_as_one(bot: Bot) -> None:
    _sent(bot, language="en")
    _sent(bot, language="it")
    _sent(bot, made_from=f"{LEARNED} (share kept 40%)")
    _sent(bot, made_from=f"{LEARNED} (share kept 60%)")
    _rejected(bot, made_from=f"{LEARNED} (all in their own words)")
    found = {(one.made_from, one.language): one for one in edits(bot).entries}
    assert set(found) == {
        ("saved reply: late", "en"), ("saved reply: late", "it"), (LEARNED, "en")
    }  # fmt: skip
    assert (found[LEARNED, "en"].used, found[LEARNED, "en"].rejected) == (2, 1)


@pytest.mark.parametrize(
    "changes",
    [
        {"author_kind": AuthorKind.AUTO},
        {"status": ReplyStatus.QUEUED},
        {"status": ReplyStatus.FAILED},
        {"proposed": ""},
        {"not_before": NOW - timedelta(days=91)},
    ],
)
def test_what_no_human_sent_or_could_change_is_not_counted(
    bot: Bot, changes: dict[str, Any]
) -> None:
    _sent(bot, **changes)
    assert edits(bot).entries == []


def test_the_days_looked_back_are_chosen(bot: Bot) -> None:
    _sent(bot, not_before=NOW - timedelta(days=20))
    _rejected(bot, changed_at=NOW - timedelta(days=20))
    assert edits(bot, days=10).entries == []
    assert (_only(bot, days=30).used, _only(bot, days=30).rejected) == (1, 1)


def test_the_report_says_when_there_was_more_than_it_read(bot: Bot) -> None:
    for _ in range(2):
        _sent(bot)
    assert not edits(bot, at_most=2).more
    _sent(bot, "Hi Giulia. No. — the shop", not_before=NOW - timedelta(days=1))
    assert edits(bot, at_most=2).more
    only = _only(bot, at_most=2)
    assert (only.used, only.unchanged) == (2, 2)


def test_programs_read_the_report_and_the_share_kept_of_a_reply(bot: Bot) -> None:
    client = Client(bot)
    reply = _sent(bot, "Hi Giulia. We look into it. — the shop")
    told = client.get("/reports/edits", days=30)
    assert (told["days"], told["more"]) == (30, False)
    assert told["entries"] == [
        {
            "made_from": "saved reply: late", "language": "en", "used": 1, "unchanged": 0,
            "kept": pytest.approx(0.615), "rejected": 0, "enough": False,
        }
    ]  # fmt: skip
    (shown,) = client.get("/replies")["items"]
    assert (shown["id"], shown["kept"]) == (reply, pytest.approx(0.615))


@pytest.mark.parametrize("changes", [{"author_kind": AuthorKind.AUTO}, {"proposed": ""}])
def test_where_nobody_could_keep_anything_nothing_is_said_of_it(
    bot: Bot, changes: dict[str, Any]
) -> None:
    _sent(bot, **changes)
    assert Client(bot).get("/replies")["items"][0]["kept"] is None


@pytest.mark.parametrize("days", ["0", "366", "many"])
def test_days_nobody_can_ask_for_are_refused(bot: Bot, days: str) -> None:
    is_problem(Client(bot).ask("GET", "/reports/edits", params={"days": days}), 422)
