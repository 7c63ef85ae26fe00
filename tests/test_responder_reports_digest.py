"""What a digest says: figures beside the rows, in its reader's language, by mail and by chat."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from config.digests import DigestSettings
from config.errors import ConfigError
from config.secrets import Redactor
from config.settings import AlertsSettings
from listener.models import MentionStatus
from responder.bot import Bot
from responder.desk.charts import to_svg
from responder.desk.report.letters import letter_of
from responder.desk.report.words import Report, report_of
from responder.desk.tongue import LANGUAGES, speaking
from responder.digests import compose, digest_jobs
from responder.models import AuthorKind, ReplyStatus
from responder.notify import open_services
from responder.reports.figures import Figures, figures_of, scope_of
from responder.reports.periods import Due
from sentiment.score import Sentiment
from tests.factories import (
    FakeChannel,
    Watch,
    make_author,
    make_bot,
    make_draft,
    make_mention,
    make_reply,
)
from tests.loopback import Network, Says, serving
from tests.mailbox import Mailbox, mail_server

PNG = b"\x89PNG\r\n\x1a\n"
NIGHT = datetime(2026, 3, 2, 23, tzinfo=UTC)  # midnight in Rome, after Monday 2 March
DAY = Due(start=NIGHT - timedelta(days=1), end=NIGHT, since=NIGHT)
NOW = NIGHT + timedelta(hours=8)
SECRETS = ("Giulia", "giulia_r", "anna@example.com", "+39 333 1234567", "https://evil.example")


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[Bot]:
    watch = Watch(NOW)
    channels = [FakeChannel("x", clock=watch), FakeChannel("facebook", clock=watch)]
    bot = make_bot(tmp_path, channels=channels, clock=watch)
    yield bot
    bot.database.close()


def said(session: Session, *, hours: float = 10, **changes: Any) -> Any:
    values = {"status": MentionStatus.LISTEN_ONLY, "topics": ["delivery"]}
    return make_mention(session, created_at=NIGHT - timedelta(hours=hours), **values | changes)


def a_day(bot: Bot) -> None:
    """Eight complaints about payment out of nowhere, two late answers, one by itself."""
    with bot.database.write() as session:
        for hour in range(8):
            said(session, hours=hour + 1, topics=["payment"], sentiment=Sentiment.NEGATIVE,
                 sentiment_score=-0.5, text=f"Double charge, number {hour}")  # fmt: skip
        for half in range(30):
            said(session, hours=25 + half / 2)
        said(session, channel="facebook")
        for minutes, who in (
            (20, AuthorKind.AUTO),
            (40, AuthorKind.HUMAN),
            (600, AuthorKind.HUMAN),
        ):
            mention = said(session, hours=11, due_at=NIGHT - timedelta(hours=10))
            posted = mention.created_at + timedelta(minutes=minutes)
            make_reply(session, make_draft(session, mention), status=ReplyStatus.SENT,
                       posted_at=posted, author_kind=who)  # fmt: skip
            mention.status = MentionStatus.ANSWERED
        make_draft(session, said(session, due_at=NIGHT, status=MentionStatus.NEW))
        make_draft(
            session, said(session, due_at=NOW + timedelta(hours=1), status=MentionStatus.NEW)
        )
        said(session, due_at=NIGHT, status=MentionStatus.BY_HAND)


def figures(bot: Bot, *channels: str, examples: bool = True) -> Figures:
    return figures_of(bot, scope_of(bot, DAY.start, DAY.end, channels), NOW, examples=examples)


def told(bot: Bot, language: str = "en") -> Report:
    with speaking(language):
        return report_of(bot, figures(bot))


def test_the_figures_are_those_of_the_rows(bot: Bot) -> None:
    a_day(bot)
    found = figures(bot)
    assert (found.mentions, found.before.mentions, found.mood.negative) == (15, 30, 8)
    assert (found.waiting, found.late) == (3, 2)
    assert (found.sent, found.automatic) == (3, 1)
    assert found.times.wall is not None
    assert (found.times.n, found.times.wall.median) == (3, timedelta(minutes=40))
    assert (found.times.kept.hits, found.times.kept.of) == (2, 6), "late ones count as broken"
    assert [one.part.name for one in found.rising] == ["payment"]
    assert [(one.name, one.mentions, one.before) for one in found.topics] == [
        ("payment", 8, 0),
        ("delivery", 7, 30),
    ]
    assert figures(bot, "facebook").mentions == 1
    assert (figures(bot, "facebook").waiting, figures(bot, "facebook").sent) == (0, 0)


def test_what_rises_is_shown_by_a_post_without_what_identifies_a_person(bot: Bot) -> None:
    text = f"Giulia here, charged twice! {' '.join(SECRETS[2:])} @giulia_r"
    with bot.database.write() as session:
        author = make_author(session, name="Giulia Rossi", handle="giulia_r")
        for half in range(20):
            said(session, hours=25 + half / 2)
        for hour in range(8):
            said(session, hours=hour + 2, topics=["payment"], text=text, author=author)
        for hidden in ({"private": True}, {"purged_at": NOW}, {"status": MentionStatus.GONE},
                       {"status": MentionStatus.IGNORED}, {"signals": ["self_harm"]}):  # fmt: skip
            said(session, hours=0.5, topics=["payment"], text="never to be quoted", **hidden)
    report = told(bot)
    letter = letter_of(report, {})
    for shown in (letter.text, letter.html):
        assert "here, charged twice!" in shown
        assert "never to be quoted" not in shown
        for secret in SECRETS:
            assert secret not in shown
    (rising,) = figures(bot, examples=False).rising
    assert rising.quote is None


def test_the_words_say_what_changed(bot: Bot) -> None:
    a_day(bot)
    report = told(bot)
    assert report.title == "Acme: Monday 2 March 2026"
    assert report.lead == "15 mentions, -50 % against the day before (30). Rising: payment."
    facts = {fact.name: f"{fact.value} {fact.note}".strip() for fact in report.facts}
    assert facts["Waiting for an answer now"] == "3 2 of them are late"
    assert facts["Answers sent"] == "3 1 of them left by itself"
    assert facts["Half of the answers took at most"] == "40 min nine of ten within 8 h"
    assert facts["Answered in time"] == "33% 2 of 6"


def test_when_nothing_was_said_it_is_a_line_and_what_waits(bot: Bot) -> None:
    report = told(bot)
    assert report.lead == "Nothing was said in this time."
    assert ([fact.name for fact in report.facts], report.pictures, report.sections) == (
        ["Waiting for an answer now"], (), (),
    )  # fmt: skip
    letter = compose(bot, DigestSettings(when="08:00", pdf=True), DAY, NOW)
    assert letter.enclosed == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_put_together_in_every_language(bot: Bot, language: str) -> None:
    a_day(bot)
    report = told(bot, language)
    letter = letter_of(report, {"moods": PNG, "topics": PNG})
    assert f'<html lang="{language}">' in letter.html
    assert "%(" not in letter.html + letter.text
    assert [one.name for one in letter.enclosed] == ["moods.png", "topics.png"]
    for one in report.pictures:
        assert one.finding
        assert one.spec


def test_hostile_words_stay_words(bot: Bot) -> None:
    with bot.database.write() as session:
        for hour in range(8):
            said(session, hours=25 + hour)
            said(session, hours=hour + 1, topics=["payment"], language="ru",
                 text="<script>alert(1)</script> & co")  # fmt: skip
    html = letter_of(told(bot), {}).html
    assert "<script" not in html
    assert "&lt;script&gt;" in html


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as box:
        yield box


@pytest.fixture
def network() -> Iterator[Network]:
    with serving() as network:
        network.on("POST /room", Says())
        yield network


def test_mail_shows_its_pictures_inside_and_keeps_its_words(bot: Bot, mailbox: Mailbox) -> None:
    a_day(bot)
    (service,) = open_services([mailbox.url], Redactor(), where="bot.toml")
    letter = compose(bot, DigestSettings(when="08:00", language="el"), DAY, NOW)
    assert service.deliver(letter) == ""
    (mail,) = mailbox.mails
    assert mail["Subject"] == letter.title
    html = next(part for part in mail.walk() if part.get_content_type() == "text/html")
    assert html.get_content().split() == letter.html.split()
    plain = next(part for part in mail.walk() if part.get_content_type() == "text/plain")
    assert "πληρωμή" in plain.get_content()
    pictures = {
        part["Content-ID"]: part.get_payload(decode=True)
        for part in mail.walk()
        if part.get_content_type() == "image/png"
    }
    assert set(pictures) == {"<moods.png>", "<topics.png>"}
    for name, content in pictures.items():
        assert isinstance(content, bytes)
        assert content.startswith(PNG), "drawn, not promised"
        assert f'src="cid:{name[1:-1]}"' in letter.html


def test_chats_get_the_text_and_the_pictures_as_files(bot: Bot, network: Network) -> None:
    a_day(bot)
    url = network.url.replace("http://", "json://") + "/room"
    (service,) = open_services([url], Redactor(), where="bot.toml", key="digests.team.urls")
    assert (service.key, service.name) == (
        "digests.team.urls[0]",
        "digests.team.urls[0] (JSON)",
    )
    letter = compose(bot, DigestSettings(when="08:00", language="it"), DAY, NOW)
    assert service.deliver(letter) == ""
    (asked,) = network.asked
    assert (asked.json["title"], asked.json["type"]) == (letter.title, "info")
    assert asked.json["message"].strip() == letter.text.strip()
    files = {one["filename"]: one["base64"] for one in asked.json["attachments"]}
    assert set(files) == {"moods.png", "topics.png"}
    assert all(base64.b64decode(content).startswith(PNG) for content in files.values())


def test_the_job_tells_those_of_the_alerts_once(bot: Bot, network: Network) -> None:
    a_day(bot)
    url = network.url.replace("http://", "json://") + "/room"
    changed = bot.settings.model_copy(
        update={
            "alerts": AlertsSettings(urls=(url,)),
            "digests": {"team": DigestSettings(when="08:00")},
        }
    )
    bot = replace(bot, settings=changed)
    (job,) = digest_jobs(bot)
    assert job.name == "digest team"
    assert job.work() is True
    assert network.asked == [], "it is new: it begins tomorrow"
    assert isinstance(bot.clock, Watch)
    bot.clock.advance(days=1)
    for _ in range(3):
        assert job.work() is True
    (asked,) = network.asked
    assert asked.json["title"] == "Acme: Tuesday 3 March 2026"


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ({"when": "08:00"}, "digests.team.urls: nobody would be told"),
        ({"when": "08:00", "channels": ["y"], "urls": ["json://x"]}, "digests.team.channels: y is"),
        ({"when": "08:00", "urls": ["nope://x"]}, "digests.team.urls[0]: no alert service"),
    ],
)
def test_a_digest_that_cannot_be_told_is_one_line_at_the_start(
    bot: Bot, settings: dict[str, Any], key: str
) -> None:
    digests = {"team": DigestSettings.model_validate(settings)}
    changed = bot.settings.model_copy(update={"digests": digests})
    with pytest.raises(ConfigError) as error:
        digest_jobs(replace(bot, settings=changed))
    assert f"settings: {key}" in str(error.value)


def test_a_chart_of_a_few_names_each_whole_number_once(bot: Bot) -> None:
    with bot.database.write() as session:
        for _ in range(2):
            said(session, hours=3)
    moods, _topics = told(bot).pictures
    labels = re.findall(r"<text[^>]*>(\d)</text>", to_svg(json.dumps(moods.spec)))
    assert sorted(labels) == ["0", "1", "2"]
