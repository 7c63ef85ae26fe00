"""What became of findings: ignored, or mended by other words."""

from __future__ import annotations

from pathlib import Path

import pytest

from responder.approve import approve, edit, take_back
from responder.bot import Bot
from responder.findings import ENOUGH, IGNORED, MENDED, findings_report, note_decided
from responder.models import Audit
from responder.voice.finding import found
from tests.api_client import Client, is_problem
from tests.factories import NOW, make_bot, make_draft, make_mention

VAGUE = "Hi Giulia, your parcel leaves soon. — Anna"
CLEAR = "Hi Giulia, your parcel leaves today at 17:00. — Anna"
CONFIRMED = [{"rule": "R08", "severity": "confirm"}]


@pytest.fixture
def bot(tmp_path: Path) -> Bot:
    return make_bot(tmp_path)


def _draft(bot: Bot) -> str:
    with bot.database.write() as session:
        mention = make_mention(session, text="When does it leave?", language="en")
        return make_draft(session, mention, text=VAGUE, findings=CONFIRMED).id


def _told(bot: Bot) -> dict[str, tuple[int, int, int]]:
    report = findings_report(bot, days=30)
    return {one.rule: (one.shown, one.ignored, one.mended) for one in report.rules}


def test_a_finding_somebody_confirms_counts_as_ignored(bot: Bot) -> None:
    approve(bot, _draft(bot), version=1, by="anna", confirm=frozenset({"R08"}))
    assert _told(bot) == {"R08": (1, 1, 0)}


def test_a_finding_that_other_words_did_away_with_counts_as_mended(bot: Bot) -> None:
    approve(bot, _draft(bot), version=1, by="anna", text=CLEAR)
    edit(bot, _draft(bot), version=1, text=CLEAR, by="bo")
    assert _told(bot) == {"R08": (2, 0, 2)}


def test_a_draft_counts_once_and_by_how_it_left_in_the_end(bot: Bot) -> None:
    draft = _draft(bot)
    version = edit(bot, draft, version=1, text=CLEAR, by="anna")
    version = edit(bot, draft, version=version, text=VAGUE, by="anna")
    sent = approve(bot, draft, version=version, by="anna", confirm=frozenset({"R08"}))
    take_back(bot, sent.reply_id, by="anna")
    approve(bot, draft, version=version + 1, by="anna", confirm=frozenset({"R08"}))
    assert _told(bot) == {"R08": (1, 1, 0)}


def test_the_audit_holds_rules_and_no_words(bot: Bot) -> None:
    draft = _draft(bot)
    approve(bot, draft, version=1, by="anna", confirm=frozenset({"R08"}))
    with bot.database.read() as session:
        notes = session.query(Audit).filter(Audit.action.in_((IGNORED, MENDED))).all()
        assert [(one.who, one.subject, one.detail) for one in notes] == [("anna", draft, "R08")]


def test_nothing_is_noted_of_words_without_findings(bot: Bot) -> None:
    with bot.database.write() as session:
        draft = make_draft(session, make_mention(session, language="en"), text=CLEAR).id
    approve(bot, draft, version=1, by="anna")
    assert _told(bot) == {}


def test_of_fewer_drafts_than_twenty_nobody_can_say_whether_a_rule_is_right(bot: Bot) -> None:
    with bot.database.write() as session:
        for number in range(ENOUGH):
            note_decided(
                session,
                by="anna",
                draft_id=f"draft {number}",
                before=CONFIRMED,
                now_found=[found("R15", "two ways")] if number else [],
                sent=True,
                now=NOW,
            )
    rows = {one.rule: one for one in findings_report(bot, days=30).rules}
    assert (rows["R08"].right, rows["R08"].enough) == (1.0, True)
    assert (rows["R15"].right, rows["R15"].enough) == (0.0, False)


def test_programs_read_the_same_report(bot: Bot) -> None:
    approve(bot, _draft(bot), version=1, by="anna", confirm=frozenset({"R08"}))
    client = Client(bot)
    assert client.get("/reports/etiquette", days=30) == findings_report(bot, days=30).model_dump()
    assert client.get("/reports/etiquette")["rules"][0]["ignored"] == 1
    is_problem(client.ask("GET", "/reports/etiquette", params={"days": 0}), 422)
