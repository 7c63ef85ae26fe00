from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import select

from responder.access import Visitor
from responder.approve import Blocked, Conflict, NotFound
from responder.bot import Bot
from responder.library.checks import Unfit
from responder.library.models import EntryKind, LibraryEntry, Standing
from responder.library.shelving import Change, Name, approve, decline, history, restore, save
from responder.library.store import body_of, seed_once
from responder.models import Audit
from responder.team.models import Role
from tests.factories import NOW, Watch, make_bot, tiny_book

BEA = Visitor(name="bea", role=Role.EDITOR, agent_id=None)
ANNA = Visitor(name="anna", role=Role.APPROVER, agent_id=None)

SORRY = Name(kind=EntryKind.SAVED_REPLY, key="sorry", language="en")
LATE = Name(kind=EntryKind.SAVED_REPLY, key="late", language="en")
RETURNS = Name(kind=EntryKind.ARTICLE, key="returns", language="en")
VOICE = Name(kind=EntryKind.VOICE, key="voice", language="en")
SUMMER = Name(kind=EntryKind.PROMOTION, key="summer", language="en")

BODIES: Mapping[Name, dict[str, Any]] = {
    SORRY: {
        "title": "Sorry",
        "occasion": "other",
        "texts": ["We trace your parcel, and write to you here.", "We look for it right now."],
    },
    LATE: {
        "title": "Parcel late",
        "occasion": "complaint",
        "topics": ["delivery"],
        "texts": [
            "We are sorry that your parcel is late. We trace it, and write to you here on 4 May.",
            "Your parcel is late, and we are sorry. We look for it, and answer here on 4 May.",
        ],
    },
    RETURNS: {
        "title": "Returns",
        "topics": ["returns"],
        "answer": "You can send it back within 30 days. The label is in the parcel.",
        "steps": ["Open the parcel.", "Stick the label on it."],
        "url": "https://tiny.example/returns",
    },
    SUMMER: {
        "title": "Summer",
        "starts": "2026-06-01",
        "ends": "2026-06-30",
        "text": "All tents are 10% off in June.",
        "url": "https://tiny.example/summer",
    },
}


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[Bot]:
    bot = make_bot(tmp_path, book=tiny_book(tmp_path / "book"))
    seed_once(bot.database, bot.newest_book.files, NOW)
    yield bot
    bot.database.close()


def _change(name: Name, **changes: Any) -> Change:
    return Change(body={**BODIES[name], **changes})


def _texts(bot: Bot, name: Name) -> tuple[str, ...]:
    replies = bot.book.chapters[name.language].saved_replies
    return next((reply.texts for reply in replies if reply.key == name.key), ())


def _history(bot: Bot, name: Name) -> list[tuple[int, Standing]]:
    with bot.database.read() as session:
        return [(row.version, row.standing) for row in history(session, name)]


# -- who decides


def test_what_an_approver_saves_is_in_force_at_once(bot: Bot) -> None:
    row = save(bot, SORRY, _change(SORRY), by=ANNA, version=1)
    assert (row.version, row.standing, row.approved_by) == (2, Standing.IN_FORCE, "anna")
    assert _texts(bot, SORRY) == tuple(BODIES[SORRY]["texts"])
    assert _history(bot, SORRY) == [(2, Standing.IN_FORCE), (1, Standing.FORMER)]


def test_what_an_editor_saves_waits_and_the_old_words_go_on(bot: Bot) -> None:
    before = _texts(bot, SORRY)
    row = save(bot, SORRY, _change(SORRY), by=BEA, version=1)
    assert (row.standing, row.approved_by) == (Standing.WAITING, "")
    assert _texts(bot, SORRY) == before
    approved = approve(bot, SORRY, version=2, by=ANNA)
    assert (approved.changed_by, approved.approved_by) == ("bea", "anna")
    assert _texts(bot, SORRY) == tuple(BODIES[SORRY]["texts"])
    with pytest.raises(Conflict, match="does not wait: it is in force"):
        approve(bot, SORRY, version=2, by=ANNA)


def test_a_declined_proposal_changes_nothing(bot: Bot) -> None:
    before = _texts(bot, SORRY)
    save(bot, SORRY, _change(SORRY), by=BEA)
    assert decline(bot, SORRY, version=2, by=ANNA).approved_by == "anna"
    assert _texts(bot, SORRY) == before
    with pytest.raises(Conflict, match="declined"):
        approve(bot, SORRY, version=2, by=ANNA)
    with pytest.raises(NotFound):
        decline(bot, SORRY, version=9, by=ANNA)


def test_a_newer_proposal_takes_the_place_of_one_that_waits(bot: Bot) -> None:
    save(bot, SORRY, _change(SORRY), by=BEA)
    save(bot, SORRY, _change(SORRY, title="Sorry!"), by=BEA)
    assert _history(bot, SORRY) == [
        (3, Standing.WAITING), (2, Standing.SUPERSEDED), (1, Standing.IN_FORCE)
    ]  # fmt: skip


def test_a_colleague_s_proposal_does_not_go_unread(bot: Bot) -> None:
    save(bot, SORRY, _change(SORRY), by=BEA)
    with pytest.raises(Conflict, match="bea proposed version 2: decide that first"):
        save(bot, SORRY, _change(SORRY, title="Mine"), by=ANNA)
    with pytest.raises(Conflict, match="bea proposed version 2: decide that first"):
        save(bot, SORRY, Change(body=None), by=ANNA)
    with pytest.raises(Conflict, match="bea proposed version 2: decide that first"):
        restore(bot, SORRY, 1, by=ANNA)
    assert _history(bot, SORRY) == [(2, Standing.WAITING), (1, Standing.IN_FORCE)]
    save(bot, SORRY, Change(body=None), by=ANNA, overwrite=True)
    assert _history(bot, SORRY)[1] == (2, Standing.SUPERSEDED)
    with bot.database.read() as session:
        notes = session.scalars(select(Audit).where(Audit.who == "anna")).all()
    assert [(one.action, one.detail) for one in notes] == [
        ("supersede library entry", "saved_reply/sorry/en version 2"),
        ("remove library entry", "saved_reply/sorry/en version 3"),
    ]


def test_who_names_the_proposal_has_read_it(bot: Bot) -> None:
    save(bot, SORRY, _change(SORRY), by=BEA)
    save(bot, SORRY, _change(SORRY, title="Mine"), by=ANNA, version=2)
    assert _history(bot, SORRY)[1] == (2, Standing.SUPERSEDED)
    with pytest.raises(Conflict, match="superseded by a later one"):
        approve(bot, SORRY, version=2, by=ANNA)


def test_an_approver_who_says_what_is_proposed_has_decided(bot: Bot) -> None:
    save(bot, SORRY, _change(SORRY), by=BEA)
    assert save(bot, SORRY, _change(SORRY), by=BEA).version == 2, "said already"
    assert save(bot, SORRY, _change(SORRY), by=ANNA, version=2).standing is Standing.IN_FORCE


def test_who_has_not_read_the_newest_version_changes_nothing(bot: Bot) -> None:
    save(bot, SORRY, _change(SORRY), by=BEA, version=1)
    with pytest.raises(Conflict, match="bea proposed version 2"):
        save(bot, SORRY, _change(SORRY, title="Mine"), by=ANNA, version=1)
    approve(bot, SORRY, version=2, by=ANNA)
    with pytest.raises(Conflict, match="bea wrote version 2"):
        save(bot, SORRY, _change(SORRY, title="Mine"), by=ANNA, version=0)
    with pytest.raises(Conflict, match="no such entry yet"):
        save(bot, LATE, _change(LATE), by=ANNA, version=1)
    assert len(_history(bot, SORRY)) == 2


def test_a_declined_proposal_need_not_have_been_read(bot: Bot) -> None:
    save(bot, SORRY, _change(SORRY), by=BEA, version=1)
    decline(bot, SORRY, version=2, by=ANNA)
    assert save(bot, SORRY, _change(SORRY, title="Mine"), by=ANNA, version=1).version == 3
    with pytest.raises(Conflict, match="anna wrote version 3"):
        save(bot, SORRY, _change(SORRY), by=BEA, version=2)
    with pytest.raises(Conflict, match="anna wrote version 3"):
        save(bot, SORRY, _change(SORRY), by=BEA, version=9)


def test_an_entry_that_was_only_ever_declined_can_be_begun(bot: Bot) -> None:
    save(bot, LATE, _change(LATE), by=BEA, version=0)
    decline(bot, LATE, version=1, by=ANNA)
    assert save(bot, LATE, _change(LATE), by=ANNA, version=0).version == 2


def test_who_did_what_is_noted_without_the_words(bot: Bot) -> None:
    save(bot, SORRY, _change(SORRY), by=BEA)
    approve(bot, SORRY, version=2, by=ANNA)
    save(bot, RETURNS, _change(RETURNS), by=ANNA)
    save(bot, RETURNS, Change(body=None), by=BEA)
    with bot.database.read() as session:
        notes = session.scalars(select(Audit).order_by(Audit.id)).all()
    assert {(one.who, one.action, one.detail) for one in notes} == {
        ("bea", "propose to save", "saved_reply/sorry/en version 2"),
        ("anna", "approve library entry", "saved_reply/sorry/en version 2"),
        ("anna", "save library entry", "article/returns/en version 1"),
        ("bea", "propose to remove", "article/returns/en version 2"),
    }


# -- what is kept


@pytest.mark.parametrize("name", [SORRY, LATE, RETURNS, SUMMER], ids=str)
def test_a_new_entry_stands_in_the_book_as_it_was_said(bot: Bot, name: Name) -> None:
    save(bot, name, _change(name), by=ANNA)
    chapter = bot.book.chapters["en"]
    pages: tuple[Any, ...] = (*chapter.saved_replies, *chapter.articles, *chapter.promotions)
    (page,) = (page for page in pages if page.key == name.key)
    assert body_of(page) == BODIES[name]


def test_the_same_words_again_are_no_new_version(bot: Bot) -> None:
    save(bot, SORRY, _change(SORRY), by=ANNA)
    for by in (ANNA, BEA):
        assert save(bot, SORRY, _change(SORRY), by=by).version == 2


def test_owner_and_review_date_stay_until_somebody_changes_them(bot: Bot) -> None:
    day = date(2026, 9, 1)
    body = BODIES[SORRY]
    save(bot, SORRY, Change(body=body, owner=" bea \n", review_by=day), by=ANNA)
    row = save(bot, SORRY, _change(SORRY, title="New"), by=ANNA)
    assert (row.owner, row.review_by) == ("bea", day)
    row = save(bot, SORRY, Change(body=body, owner="", review_by=None), by=ANNA)
    assert (row.version, row.owner, row.review_by) == (4, "", None)


def test_a_declined_proposal_leaves_no_owner_and_no_review_date(bot: Bot) -> None:
    body, day = BODIES[SORRY], date(2026, 9, 1)
    save(bot, SORRY, Change(body=body, owner="carl", review_by=day), by=ANNA)
    save(bot, SORRY, Change(body=body, owner="bea", review_by=None), by=BEA)
    decline(bot, SORRY, version=3, by=ANNA)
    row = save(bot, SORRY, _change(SORRY, title="New"), by=ANNA)
    assert (row.owner, row.review_by) == ("carl", day)


def test_moments_are_those_of_the_deed(bot: Bot) -> None:
    clock = cast(Watch, bot.clock)
    save(bot, SORRY, _change(SORRY), by=BEA)
    clock.now += timedelta(hours=1)
    row = approve(bot, SORRY, version=2, by=ANNA)
    assert (row.changed_at, row.approved_at) == (NOW, NOW + timedelta(hours=1))


@pytest.mark.parametrize(
    ("name", "changes", "says"),
    [
        (SORRY, {"texts": ["We look for it right now."]}, "texts: "),
        (SORRY, {"texts": ["We look for it, {{name}}.", "We look for it."]}, "texts.0: "),
        (SORRY, {"occasion": "party"}, "occasion: "),
        (SORRY, {"topics": ["parcels"]}, "topics: there is no topic parcels"),
        (SORRY, {"colour": "red"}, "colour: Extra inputs"),
        (SORRY, {"key": "other"}, "key: it is named beside the body"),
        (SORRY, {"title": "\x01"}, "title: "),
        (SORRY, {"title": "\ud800"}, "title: "),
        (RETURNS, {"url": "http://tiny.example"}, "url: "),
        (RETURNS, {"kind": "opera"}, "kind: "),
        (SUMMER, {"ends": "2026-05-01"}, "ends: it ends before it starts"),
        (SUMMER, {"starts": "soon"}, "starts: "),
    ],
)
def test_what_is_not_fit_is_told_in_one_line(
    bot: Bot, name: Name, changes: dict[str, Any], says: str
) -> None:
    with pytest.raises(Unfit) as error:
        save(bot, name, _change(name, **changes), by=ANNA)
    assert str(error.value).startswith(says)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("situation", ["human", "question", "unreadable", "other", "safety"])
def test_a_saved_reply_can_be_made_for_what_is_no_topic(bot: Bot, situation: str) -> None:
    save(bot, SORRY, _change(SORRY, topics=[situation]), by=ANNA)
    replies = bot.book.chapters["en"].saved_replies
    assert {reply.key: reply.topics for reply in replies}["sorry"] == (situation,)


@pytest.mark.parametrize(
    ("kind", "key", "language", "says"),
    [
        (EntryKind.SAVED_REPLY, "late", "pl", "language: 'pl' is not one of brand.languages"),
        (EntryKind.SAVED_REPLY, "Late!", "en", "key: "),
        (EntryKind.SAVED_REPLY, "a" * 65, "en", "key: at most 64"),
        (EntryKind.VOICE, "second", "en", "key: a language has one voice"),
    ],
)
def test_an_entry_has_a_name_that_can_be(
    bot: Bot, kind: EntryKind, key: str, language: str, says: str
) -> None:
    with pytest.raises(Unfit) as error:
        save(bot, Name(kind=kind, key=key, language=language), _change(LATE), by=ANNA)
    assert str(error.value).startswith(says)


def test_characters_no_database_takes_are_cleaned_away(bot: Bot) -> None:
    row = save(bot, SORRY, _change(SORRY, title="So\x07rry\0"), by=ANNA)
    assert row.body is not None
    assert row.body["title"] == "Sorry�"


def test_an_owner_s_name_has_room_for_64_letters(bot: Bot) -> None:
    with pytest.raises(Unfit, match="owner"):
        save(bot, SORRY, Change(body=BODIES[SORRY], owner="a" * 65), by=ANNA)


# -- etiquette


def _refused(bot: Bot, name: Name, change: Change) -> list[tuple[str, str]]:
    with pytest.raises(Blocked) as error:
        save(bot, name, change, by=ANNA)
    return [(one.rule, one.message.partition(":")[0]) for one in error.value.findings]


def test_words_that_may_not_leave_are_not_kept_either(bot: Bot) -> None:
    texts = ["We look for it right now.", "You should have read the conditions, you idiot."]
    found = _refused(bot, SORRY, _change(SORRY, texts=texts))
    assert ("R27", "texts 2") in found
    assert {place for _, place in found} == {"texts 2"}
    assert len(_history(bot, SORRY)) == 1


def test_what_must_be_confirmed_is_kept_once_it_is_and_the_approver_sees_it(bot: Bot) -> None:
    texts = ["We look for it, and tell you as soon as possible.", "We look for it right now."]
    change = _change(SORRY, texts=texts)
    assert _refused(bot, SORRY, change) == [("R08", "texts 1")]
    confirmed = Change(body=change.body, confirm=frozenset({"R08"}))
    row = save(bot, SORRY, confirmed, by=BEA)
    finding: Any = row.findings[0]
    assert len(row.findings) == 1
    assert (finding["rule"], texts[0][finding["start"] : finding["end"]]) == (
        "R08", "as soon as possible"
    )  # fmt: skip
    assert approve(bot, SORRY, version=2, by=ANNA).standing is Standing.IN_FORCE


def test_a_promise_is_decided_here_by_whoever_confirms_it(bot: Bot) -> None:
    answer = "We guarantee you a full refund."
    change = _change(RETURNS, answer=answer)
    assert set(_refused(bot, RETURNS, change)) == {("R20", "answer")}
    save(bot, RETURNS, Change(body=change.body, confirm=frozenset({"R20"})), by=ANNA)
    assert bot.book.chapters["en"].articles[0].answer == answer


def test_a_complaint_s_reply_is_held_to_what_complaints_ask_for(bot: Bot) -> None:
    texts = ["Tell us the colour of your jacket.", "Tell us which colour your jacket has."]
    found = _refused(bot, LATE, _change(LATE, texts=texts))
    assert "R32" in {rule for rule, _ in found}
    save(bot, LATE, _change(LATE, texts=texts, occasion="other"), by=ANNA)


def test_steps_are_looked_at_together(bot: Bot) -> None:
    steps = ["Open it.", "Stick it.", "Go.", "Wait there.", "Done, you idiot."]
    assert _refused(bot, RETURNS, _change(RETURNS, steps=steps)) == [("R27", "steps")]


def test_a_proposal_that_the_house_forbids_by_now_is_not_approved(bot: Bot) -> None:
    save(bot, SORRY, _change(SORRY), by=BEA)
    voice = {**body_of(bot.book.chapters["en"].voice), "forbidden": {"parcel": "package"}}
    save(bot, VOICE, Change(body=voice), by=ANNA)
    with pytest.raises(Blocked, match="parcel"):
        approve(bot, SORRY, version=2, by=ANNA)
    assert _history(bot, SORRY)[0] == (2, Standing.WAITING)


# -- removing and bringing back


def test_a_removed_entry_is_said_no_more_and_can_be_brought_back(bot: Bot) -> None:
    before = _texts(bot, SORRY)
    save(bot, SORRY, Change(body=None), by=ANNA, version=1)
    assert _texts(bot, SORRY) == ()
    row = restore(bot, SORRY, 1, by=ANNA, version=2)
    assert (row.version, _texts(bot, SORRY)) == (3, before)
    with pytest.raises(NotFound, match="no version 2 of saved_reply/sorry/en that says anything"):
        restore(bot, SORRY, 2, by=ANNA)


def test_an_editor_s_wish_to_remove_waits(bot: Bot) -> None:
    save(bot, SORRY, Change(body=None), by=BEA)
    assert _texts(bot, SORRY)
    approve(bot, SORRY, version=2, by=ANNA)
    assert _texts(bot, SORRY) == ()


def test_a_language_keeps_its_voice_and_its_last_saved_reply(bot: Bot) -> None:
    with pytest.raises(Unfit, match="keeps its voice"):
        save(bot, VOICE, Change(body=None), by=ANNA)
    thanks = Name(kind=EntryKind.SAVED_REPLY, key="thanks", language="en")
    for name in (SORRY, thanks):
        save(bot, name, Change(body=None), by=BEA)
    approve(bot, SORRY, version=2, by=ANNA)
    with pytest.raises(Unfit, match="last saved reply"):
        approve(bot, thanks, version=2, by=ANNA)


def test_what_never_was_cannot_be_removed(bot: Bot) -> None:
    with pytest.raises(NotFound, match="no saved_reply/late/en"):
        save(bot, LATE, Change(body=None), by=ANNA)
    with bot.database.read() as session:
        assert session.scalars(select(LibraryEntry).filter_by(key="late")).all() == []
