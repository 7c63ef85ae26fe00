"""Two people for what could do harm, and a speaker for what its approver cannot read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from sqlalchemy import true
from starlette.testclient import TestClient

from config.errors import ConfigError
from responder.approve import Conflict, approve, edit, reject, take_back
from responder.bot import Bot
from responder.desk.app import create_app
from responder.desk.bulk import outcome_toast
from responder.handling.duty import read_presence
from responder.handling.lists import Onlooker
from responder.handling.models import FirstYes, Wanted
from responder.handling.second_looks import (
    OneMoreYes,
    Yes,
    of_second_looks,
    require_two,
    wanted,
)
from responder.handling.together import Outcome, Pick, decide_each
from responder.models import Audit, Draft, DraftStatus, Reply
from responder.team.models import Role
from sentiment.prioritize import Level
from tests.factories import make_agent, make_bot, make_draft, make_mention

WORDS = "Hello Giulia, your parcel left the warehouse. — the Larix team"
OTHERS = "Hello Giulia, your parcel has left our warehouse. — the Larix team"


def careful(folder: Path, **rules: bool) -> Bot:
    bot = make_bot(folder)
    desk = bot.settings.desk.model_copy(update=rules)
    object.__setattr__(bot, "settings", bot.settings.model_copy(update={"desk": desk}))
    with bot.database.write() as session:
        for name, languages in (("ann", ["en"]), ("bo", ["it"]), ("cy", []), ("di", ["it"])):
            make_agent(
                session, name=name, role=Role.APPROVER, languages=languages, password_hash="x"
            )
    return bot


def waiting(bot: Bot, *, level: Level = Level.P1, escalated: str = "") -> str:
    with bot.database.write() as session:
        mention = make_mention(session, priority=level)
        return make_draft(session, mention, text=WORDS, escalated=escalated).id


def says_yes(bot: Bot, draft_id: str, by: str, *, version: int = 1, text: str | None = None) -> str:
    """ "left", or whom it waits for."""
    confirm = frozenset({"R03"})
    try:
        approve(bot, draft_id, version=version, by=by, text=text, confirm=confirm)
    except OneMoreYes as waits:
        return waits.wanted.value
    return "left"


def audit(bot: Bot, draft_id: str) -> list[tuple[str, str]]:
    with bot.database.read() as session:
        rows = session.query(Audit).filter(Audit.subject == draft_id).order_by(Audit.id)
        return [(row.who, row.action) for row in rows]


POLE, ROMAN, ALL = Yes(by="p", languages=["pl"]), Yes(by="r", languages=["it"]), Yes(by="a")
Rules = Mapping[str, bool]
BOTH = {"two_people": True, "speaker_looks": True}
TWO = {"two_people": True, "speaker_looks": False}
SPEAKER = {"two_people": False, "speaker_looks": True}
NEITHER = {"two_people": False, "speaker_looks": False}


@pytest.mark.parametrize(
    ("first", "yes", "risky", "rules", "expected"),
    [
        (None, ALL, True, NEITHER, None),
        (None, ALL, True, TWO, Wanted.COLLEAGUE),
        (None, ALL, False, TWO, None),
        (ALL, ALL, True, TWO, Wanted.COLLEAGUE),
        (POLE, ROMAN, True, TWO, None),
        (None, ROMAN, False, SPEAKER, Wanted.SPEAKER),
        (None, POLE, False, SPEAKER, None),
        (None, ALL, False, SPEAKER, None),
        (ROMAN, POLE, False, SPEAKER, None),
        (ROMAN, Yes(by="s", languages=["de"]), False, SPEAKER, Wanted.SPEAKER),
        (POLE, ROMAN, True, BOTH, None),
        (None, POLE, True, BOTH, Wanted.COLLEAGUE),
        (None, ROMAN, True, BOTH, Wanted.SPEAKER),
        (ROMAN, Yes(by="s", languages=["de"]), True, BOTH, Wanted.SPEAKER),
        (ROMAN, ALL, True, BOTH, None),
    ],
)
def test_who_has_to_look_as_well(
    first: Yes | None, yes: Yes, risky: bool, rules: Rules, expected: Wanted | None
) -> None:
    assert wanted(yes=yes, first=first, language="pl", risky=risky, **rules) is expected


def test_what_is_urgent_leaves_with_the_yes_of_two(tmp_path: Path) -> None:
    bot = careful(tmp_path, two_people=True)
    draft_id = waiting(bot)
    assert says_yes(bot, draft_id, "ann") == "colleague"
    with bot.database.read() as session:
        assert session.get_one(Draft, draft_id).status is DraftStatus.PENDING
        assert session.query(Reply).count() == 0
    assert says_yes(bot, draft_id, "ann") == "colleague", "one person is one person"
    assert says_yes(bot, draft_id, "bo") == "left"
    assert audit(bot, draft_id) == [("ann", "first yes"), ("bo", "approve")]


@pytest.mark.parametrize(
    ("level", "escalated", "left"),
    [
        (Level.P2, "", "left"),
        (Level.P2, "a lawyer writes", "colleague"),
        (Level.P1, "", "colleague"),
    ],
)
def test_two_people_look_at_what_could_do_harm_and_at_nothing_else(
    tmp_path: Path, level: Level, escalated: str, left: str
) -> None:
    bot = careful(tmp_path, two_people=True)
    assert says_yes(bot, waiting(bot, level=level, escalated=escalated), "ann") == left


def test_of_several_at_once_those_that_wait_for_a_second_yes_are_counted_apart(
    tmp_path: Path,
) -> None:
    bot = careful(tmp_path, two_people=True)
    urgent, calm = waiting(bot), waiting(bot, level=Level.P3)
    gone = waiting(bot, level=Level.P3)
    picks = [Pick(draft_id=one, version=1) for one in (urgent, calm, gone)]
    reject(bot, gone, version=1, reason="spam", by="bo")

    def work(draft: Draft) -> None:
        approve(bot, draft.id, version=1, by="ann", confirm=frozenset({"R03", "R31"}))

    with bot.database.read() as session:
        presence = read_presence(bot, session, bot.clock())
    who = Onlooker(sight=true(), agent_id=None, presence=presence)
    assert decide_each(bot, picks, work, who) == Outcome(done=1, missed=1, waits=1)


def test_several_at_once_say_how_many_wait_for_a_second_yes() -> None:
    told = outcome_toast("approved-3-0-2")
    assert told is not None
    assert told.text == "3 approved. 2 wait for a second yes."


def test_other_words_void_the_first_yes(tmp_path: Path) -> None:
    bot = careful(tmp_path, two_people=True)
    draft_id = waiting(bot)
    says_yes(bot, draft_id, "ann")
    edit(bot, draft_id, version=1, text=OTHERS, by="cy")
    assert says_yes(bot, draft_id, "bo", version=2) == "colleague"
    assert says_yes(bot, draft_id, "ann", version=2) == "left"


def test_who_says_yes_to_other_words_is_the_first_to_say_yes_to_them(tmp_path: Path) -> None:
    bot = careful(tmp_path, two_people=True)
    draft_id = waiting(bot)
    says_yes(bot, draft_id, "ann")
    assert says_yes(bot, draft_id, "bo", text=OTHERS) == "colleague"
    with bot.database.read() as session:
        kept = session.get_one(FirstYes, draft_id)
        assert (kept.by, kept.version) == ("bo", 2)
        assert session.get_one(Draft, draft_id).text == OTHERS
    with pytest.raises(Conflict):
        says_yes(bot, draft_id, "ann", version=1)
    assert says_yes(bot, draft_id, "ann", version=2) == "left"


def test_what_was_taken_back_takes_two_again(tmp_path: Path) -> None:
    bot = careful(tmp_path, two_people=True)
    draft_id = waiting(bot)
    says_yes(bot, draft_id, "ann")
    reply_id = approve(bot, draft_id, version=1, by="bo", confirm=frozenset({"R03"})).reply_id
    take_back(bot, reply_id, by="bo")
    assert says_yes(bot, draft_id, "bo", version=2) == "colleague"


def test_what_its_approver_cannot_read_takes_a_speaker(tmp_path: Path) -> None:
    bot = careful(tmp_path, speaker_looks=True)
    draft_id = waiting(bot, level=Level.P3)
    assert says_yes(bot, draft_id, "bo") == "speaker"
    assert says_yes(bot, draft_id, "di") == "speaker"
    assert says_yes(bot, draft_id, "ann") == "left"
    assert says_yes(bot, waiting(bot, level=Level.P3), "cy") == "left", "who lists none speaks all"


def test_a_program_is_told_whom_its_draft_waits_for(tmp_path: Path) -> None:
    from responder import access

    bot = careful(tmp_path, two_people=True)
    draft_id = waiting(bot)
    client = TestClient(create_app(bot), base_url="http://127.0.0.1")
    answers = []
    for name in ("one", "two"):
        secret = access.create_token(bot.database, name=name, role=Role.APPROVER, now=bot.clock())
        answers.append(
            client.post(
                f"/api/v1/drafts/{draft_id}/approve",
                json={"version": 1, "confirm": ["R03"]},
                headers={"authorization": f"Bearer {secret}"},
            )
        )
    assert answers[0].status_code == 202
    assert answers[0].json() == {"draft_id": draft_id, "waiting_for": "colleague"}
    assert answers[1].status_code == 200
    assert answers[1].json()["reply_id"]
    described = client.get("/api/v1/openapi.json").json()["paths"]
    assert "202" in described["/api/v1/drafts/{draft_id}/approve"]["post"]["responses"]


def test_the_rule_takes_two_approvers_who_can_sign_in(tmp_path: Path) -> None:
    bot = make_bot(tmp_path)
    desk = bot.settings.desk.model_copy(update={"two_people": True})
    require_two(bot)
    object.__setattr__(bot, "settings", bot.settings.model_copy(update={"desk": desk}))
    with pytest.raises(ConfigError, match="there is none"):
        require_two(bot)
    with bot.database.write() as session:
        make_agent(session, role=Role.ADMIN, password_hash="x")
        make_agent(session, role=Role.APPROVER, password_hash="")
        make_agent(session, role=Role.EDITOR, password_hash="x")
        gone = make_agent(session, role=Role.APPROVER, password_hash="x", disabled_at=bot.clock())
        gone_id = gone.id
    with pytest.raises(ConfigError, match=r"desk\.two_people: it takes 2 .* there is one"):
        require_two(bot)
    with bot.database.write() as session:
        told = [condition.text for condition in of_second_looks(session, bot)]
        assert told == [
            "two_people is on and one approver can sign in: what takes two people cannot leave"
        ]
        from responder.team.models import Agent

        session.get_one(Agent, gone_id).disabled_at = None
        session.flush()
        assert list(of_second_looks(session, bot)) == []
    require_two(bot)
