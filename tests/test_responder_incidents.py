from __future__ import annotations

from pathlib import Path

import pytest

from listener.models import Mention
from responder.bot import Bot
from responder.draft import draft_round
from responder.incidents import (
    NoSuchIncident,
    Opening,
    Unfit,
    close_incident,
    incident_of,
    known_as,
    open_incident,
    running,
)
from responder.models import Audit, Draft, Incident
from tests.factories import make_author, make_bot, make_mention

STRIKE = Opening(
    title="Courier strike",
    topics=["delivery"],
    words=["sciopero", "corriere … ferm~"],
    statements={"it": "Il corriere è in sciopero fino al 3 dicembre: i pacchi ripartono il 4."},
)


@pytest.fixture
def bot(tmp_path: Path) -> Bot:
    return make_bot(tmp_path)


def _open(bot: Bot, opening: Opening = STRIKE) -> str:
    return open_incident(bot.database, opening, by="anna", now=bot.clock())


def _belongs(bot: Bot, **changes: object) -> str | None:
    with bot.database.write() as session:
        incident = incident_of(session, make_mention(session, **changes))
        return incident.title if incident else None


def test_a_mention_belongs_to_an_incident_by_its_topics_or_by_its_words(bot: Bot) -> None:
    _open(bot)
    assert _belongs(bot, text="dov'è il pacco?", topics=["delivery"]) == "Courier strike"
    assert _belongs(bot, text="il corriere è fermo?", topics=[]) == "Courier strike"
    assert _belongs(bot, text="la zip si è rotta", topics=["warranty"]) is None


def test_an_incident_of_one_channel_leaves_the_others_alone(bot: Bot) -> None:
    _open(bot, Opening(title="X only", channel="x", topics=["delivery"]))
    assert _belongs(bot, channel="x", topics=["delivery"]) == "X only"
    assert _belongs(bot, channel="facebook", topics=["delivery"]) is None


def test_the_latest_of_several_incidents_counts(bot: Bot) -> None:
    _open(bot)
    _open(bot, Opening(title="Snow in Trento", topics=["delivery"]))
    assert _belongs(bot, topics=["delivery"]) == "Snow in Trento"


def test_what_is_closed_counts_no_more_and_nobody_closes_it_twice(bot: Bot) -> None:
    incident = _open(bot)
    close_incident(bot.database, incident, by="bo", now=bot.clock())
    assert _belongs(bot, topics=["delivery"]) is None
    with pytest.raises(NoSuchIncident, match="bo closed it already"):
        close_incident(bot.database, incident, by="anna", now=bot.clock())
    with pytest.raises(NoSuchIncident, match="no such incident"):
        close_incident(bot.database, "nothing", by="anna", now=bot.clock())


def test_who_opened_and_who_closed_is_in_the_audit(bot: Bot) -> None:
    incident = _open(bot)
    close_incident(bot.database, incident, by="bo", now=bot.clock())
    with bot.database.read() as session:
        deeds = session.query(Audit).filter(Audit.subject == incident).order_by(Audit.id).all()
    assert [(deed.who, deed.action) for deed in deeds] == [
        ("anna", "open incident"),
        ("bo", "close incident"),
    ]


@pytest.mark.parametrize(
    ("opening", "why"),
    [
        (Opening(title="  ", topics=["delivery"]), "title"),
        (Opening(title="Strike"), "topics or words"),
        (Opening(title="\x00", topics=["delivery"]), "title"),
        (Opening(title="\u200b\u202e", topics=["delivery"]), "title"),
        (Opening(title="Strike", words=["x"]), "at least 2 characters"),
        (Opening(title="Strike", words=["parcels (Milan"]), r"a \( without its \)"),
        (Opening(title="Strike", words=[r"(\w+\s?)+x$"]), "and not be repeated"),
        (Opening(title="Strike", topics=["deliverry"]), "there is no topic deliverry"),
        (
            Opening(title="Strike", topics=["delivery"], statements={"en": "Hi {{name}}, soon."}),
            "the statement in en: no {{…}} may stand in it",
        ),
        (
            Opening(title="Strike", topics=["delivery"], statements={"it": "\u200b"}),
            "the statement in it says nothing",
        ),
    ],
)
def test_an_incident_nothing_could_belong_to_is_refused(
    bot: Bot, opening: Opening, why: str
) -> None:
    with pytest.raises(Unfit, match=why):
        _open(bot, opening)


def test_words_of_former_days_that_nobody_can_look_for_stop_no_draft(
    bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    with bot.database.write() as session:
        row = Incident(title="Old", channel="", topics=[], words=["(delay", "sciopero"])
        row.statements, row.opened_at, row.opened_by = {}, bot.clock(), "anna"
        session.add(row)
    assert _belongs(bot, text="Ancora un delay (per lo sciopero)?", topics=[]) == "Old"
    assert _belongs(bot, text="Che delay!", topics=[]) is None
    assert "(delay" in caplog.text


def test_a_card_tells_where_an_incident_has_no_words_for_a_customer(bot: Bot) -> None:
    _open(bot)
    with bot.database.read() as session:
        (strike,) = running(session)
    assert known_as(strike, "it") == "Courier strike"
    assert known_as(strike, "pl") == "Courier strike (no statement in Polish)"
    assert known_as(strike, "unknown") == "Courier strike (no statement in its language)"


def test_a_complaint_in_an_incident_gets_its_statement_in_its_language(bot: Bot) -> None:
    _open(bot)
    with bot.database.write() as session:
        for text, language in (("Il pacco non arriva!", "it"), ("My parcel is late!", "en")):
            make_mention(
                session,
                text=text,
                language=language,
                topics=["delivery"],
                signals=["complaint"],
                status="new",
                author=make_author(session, name="Giulia Rossi"),
            )
    draft_round(bot)
    with bot.database.read() as session:
        drafts = {
            draft.language: draft.text for draft in session.query(Draft).join(Draft.mention).all()
        }
        reasons = {mention.status_reason for mention in session.query(Mention).all()}
    assert "sciopero fino al 3 dicembre" in drafts["it"]
    assert "sciopero" not in drafts["en"]  # nobody wrote a statement in English
    known = "a complaint; it belongs to the incident: Courier strike"
    assert reasons == {known, f"{known} (no statement in English)"}
