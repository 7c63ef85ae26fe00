"""Alerts: once per cause, by every way that works, and never at the price of the bot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from config.errors import ConfigError
from config.secrets import MASK, Redactor
from listener.models import Cursor, DeadLetter
from responder.alerts import CALM, LASTING, Kind, Message, Told, plan, said
from responder.bot import Bot
from responder.condition import Condition, Severity, each, note, red, warning
from responder.messenger import Messenger
from responder.notify import open_services
from responder.pulse import Pulse
from responder.upkeep import Alerts, upkeep
from tests.factories import NOW, FakeChannel, Watch, make_bot
from tests.loopback import Network, Says, free_port, serving

SILENT = red("x/mentions: silent", "x/mentions was never fetched")
FAILED = warning("x: failed: 1", "reply 1 did not leave")


@dataclass
class Fake:
    """One way to people, which may be out of order."""

    name: str = "post"
    broken: bool = False
    took: list[tuple[str, Kind]] = field(default_factory=list)
    tried: int = 0

    def send(self, title: str, body: str, kind: Kind) -> str:
        self.tried += 1
        if self.broken:
            return "out of order"
        self.took.append((body, kind))
        return ""


def lasting(*found: Condition) -> dict[str, Told]:
    """The books when these have just lasted long enough to be told of."""
    return dict(plan({}, found, NOW - LASTING).books)


def test_a_cause_is_told_once_it_has_lasted_and_only_once() -> None:
    first = plan({}, [SILENT], NOW)
    assert first.messages == ()
    (message,) = plan(first.books, [SILENT], NOW + LASTING).messages
    assert (message.kind, message.body) == (Kind.FAILURE, "x/mentions was never fetched")
    books = said(first.books, message, NOW + LASTING)
    assert plan(books, [SILENT], NOW + timedelta(days=3)).messages == ()


def test_a_hiccup_is_forgotten_without_a_word() -> None:
    books = plan({}, [SILENT], NOW).books
    assert plan(books, [], NOW + LASTING) == plan({}, [], NOW)


def test_a_note_wakes_nobody() -> None:
    assert plan({}, [note("pause", "paused")], NOW).books == {}


def test_what_nobody_took_is_said_again_in_its_newest_words() -> None:
    books = plan(lasting(SILENT), [SILENT], NOW).books
    newer = red(SILENT.cause, "x/mentions was last fetched at nine")
    (message,) = plan(books, [newer], NOW + LASTING).messages
    assert message.body == newer.text


def test_an_end_is_told_once_it_has_lasted_ten_minutes() -> None:
    (message,) = plan(lasting(SILENT), [SILENT], NOW).messages
    books = said(lasting(SILENT), message, NOW)
    away = plan(books, [], NOW).books
    assert plan(away, [], NOW + CALM - timedelta(seconds=1)).messages == ()
    (over,) = plan(away, [], NOW + CALM).messages
    assert (over.kind, over.body) == (
        Kind.INFO,
        "Over since 09:00 UTC: x/mentions was never fetched",
    )
    assert plan(away, [], NOW + 2 * CALM).messages == (over,), "nobody took it: said again"
    assert said(away, over, NOW + CALM) == {}


def test_what_comes_back_within_the_calm_is_the_same_trouble() -> None:
    (message,) = plan(lasting(SILENT), [SILENT], NOW).messages
    books = said(lasting(SILENT), message, NOW)
    for minute in range(0, 60, 5):
        moment = NOW + timedelta(minutes=minute)
        found = [] if minute % 10 else [SILENT]
        planned = plan(books, found, moment)
        assert planned.messages == ()
        books = dict(planned.books)


def test_what_comes_back_after_its_end_is_told_anew() -> None:
    (message,) = plan(lasting(SILENT), [SILENT], NOW).messages
    away = plan(said(lasting(SILENT), message, NOW), [], NOW).books
    (over,) = plan(away, [], NOW + CALM).messages
    again = plan(said(away, over, NOW + CALM), [SILENT], NOW + CALM).books
    (anew,) = plan(again, [SILENT], NOW + CALM + LASTING).messages
    assert anew.new == (SILENT.cause,)


def test_what_has_happened_once_does_not_end() -> None:
    vanished = Condition(cause="v", severity=Severity.WARNING, text="it vanished", once=True)
    (message,) = plan(lasting(vanished), [vanished], NOW).messages
    away = plan(said(lasting(vanished), message, NOW), [], NOW).books
    assert plan(away, [], NOW + CALM) == plan({}, [], NOW)


def test_what_is_new_together_is_told_together_and_a_storm_in_numbers() -> None:
    found = [red(f"x: failed: {number}", f"reply {number}") for number in range(42)]
    (message,) = plan(lasting(*found), found, NOW).messages
    lines = message.body.splitlines()
    assert (lines[0], lines[-1], len(lines)) == ("reply 0", "… and 32 more: see the desk", 11)
    assert len(message.new) == 42


def test_when_few_become_many_and_few_again_nobody_is_told_that_any_of_it_is_over() -> None:
    few = each(["1", "2"], "x: failed", "did not leave")
    many = each([str(number) for number in range(1, 9)], "x: failed", "did not leave")
    (message,) = plan(lasting(*few), few, NOW).messages
    books = dict(said(lasting(*few), message, NOW))
    told = []
    for minute, found in enumerate([many] * 30 + [few] * 30):
        planned = plan(books, found, NOW + timedelta(minutes=minute))
        books = dict(planned.books)
        for message in planned.messages:
            told.append(message.lines)
            books = said(books, message, NOW + timedelta(minutes=minute))
    assert told == [("8 replies did not leave",)]
    away = plan(books, [], NOW + timedelta(minutes=60)).books
    (over,) = plan(away, [], NOW + timedelta(minutes=80)).messages
    assert sorted(over.over) == ["x: failed: 1", "x: failed: 2"]


def test_a_warning_alone_is_no_failure() -> None:
    (message,) = plan(lasting(FAILED), [FAILED], NOW).messages
    assert message.kind is Kind.WARNING


HELLO = Message(kind=Kind.WARNING, lines=("hello",))


def test_a_way_that_fails_gets_later_what_the_others_took() -> None:
    good, bad = Fake("good"), Fake("bad", broken=True)
    messenger = Messenger([good, bad], title="t", footer="desk")
    assert messenger.tell(HELLO, NOW)
    bad.broken = False
    messenger.catch_up(NOW + timedelta(seconds=29))
    assert bad.took == []
    messenger.catch_up(NOW + timedelta(seconds=30))
    messenger.catch_up(NOW + timedelta(hours=1))
    assert good.took == bad.took == [("hello\ndesk", Kind.WARNING)]


def test_a_way_that_goes_on_failing_is_tried_ever_more_rarely() -> None:
    bad = Fake(broken=True)
    messenger = Messenger([bad], title="t", footer="desk")
    for second in range(0, 3600, 15):
        assert not messenger.tell(HELLO, NOW + timedelta(seconds=second))
    assert bad.tried == 8  # at 0, 30 s, 1.5, 3.5, 7.5, 15.5, 30.5 and 45.5 minutes


def test_with_nobody_to_tell_the_log_has_it(caplog: pytest.LogCaptureFixture) -> None:
    assert Messenger([], title="t", footer="desk").tell(HELLO, NOW)
    assert caplog.messages == ["told: hello"]


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def bot(tmp_path: Path, watch: Watch) -> Iterator[Bot]:
    bot = make_bot(tmp_path, channels=[FakeChannel("x", poll_seconds=600)], clock=watch)
    with bot.database.write() as session:
        session.add(Cursor(channel="x", stream="mentions", started_at=NOW, fetched_at=NOW))
    yield bot
    bot.database.close()


def alerts(bot: Bot, *ways: Fake) -> Alerts:
    return Alerts(bot, Pulse(), Messenger(ways, title="Antiphon: Acme", footer="desk"))


def unreadable(bot: Bot) -> None:
    with bot.database.write() as session:
        session.add(
            DeadLetter(
                channel="x",
                stream="mentions",
                fingerprint="1",
                payload="{}",
                error="no text",
                heard_at=bot.clock() - timedelta(minutes=16),
            )
        )


def test_after_a_restart_nobody_is_told_again(bot: Bot, watch: Watch) -> None:
    way = Fake()
    unreadable(bot)
    for _ in range(3):
        alerts(bot, way).round()
        watch.advance(seconds=31)
    assert [body for body, _ in way.took] == ["x: 1 unreadable text waits for a human\ndesk"]
    with bot.database.write() as session:
        session.execute(text("DELETE FROM dead_letters"))
    alerts(bot, way).round()
    watch.advance(minutes=10)
    alerts(bot, way).round()
    assert [kind for _, kind in way.took] == [Kind.FAILURE, Kind.INFO]
    with bot.database.read() as session:
        assert session.execute(text("SELECT count(*) FROM alerts")).scalar() == 0


def test_a_database_that_is_away_is_told_of_and_what_was_told_is_kept(
    bot: Bot, watch: Watch
) -> None:
    way = Fake()
    ours = alerts(bot, way)
    ours.round()
    with bot.database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE gaps RENAME TO elsewhere"))
        connection.execute(text("ALTER TABLE alerts RENAME TO nowhere"))
    for _ in range(4):
        watch.advance(seconds=31)
        ours.round()
    assert [body for body, _ in way.took] == ["the database cannot be read\ndesk"]
    with bot.database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE elsewhere RENAME TO gaps"))
        connection.execute(text("ALTER TABLE nowhere RENAME TO alerts"))
    ours.round()
    with bot.database.read() as session:
        assert session.execute(text("SELECT cause FROM alerts")).scalar() == "database"


def test_the_daemon_asks_each_network_at_times_who_we_are_there(bot: Bot) -> None:
    pulse = Pulse()
    work = {job.name: job for job in upkeep(bot, pulse, Messenger([], title="", footer=""))}
    assert set(work) == {"alerts", "check x"}
    assert work["check x"].wait > 0
    assert work["check x"].work() is True
    assert pulse.reports["x"].account == "x account"
    bot.pause_file.touch()
    pulse.reports.clear()
    assert work["check x"].work() is True


@pytest.fixture
def network() -> Iterator[Network]:
    with serving() as network:
        yield network


def json_url(network: Network, path: str = "/s3cretPath99") -> str:
    return network.url.replace("http://", "json://") + path


def test_apprise_brings_it_to_a_real_receiver(network: Network) -> None:
    network.on("POST /s3cretPath99", Says())
    (service,) = open_services([json_url(network)], Redactor(), where="bot.toml")
    assert service.name == "alerts.urls[0] (JSON)"
    assert service.send("Antiphon: Acme", "one\ntwo", Kind.FAILURE) == ""
    (asked,) = network.asked
    told = (asked.json["title"], asked.json["message"], asked.json["type"])
    assert told == ("Antiphon: Acme", "one\ntwo", "failure")


@pytest.mark.parametrize("trouble", ["refuses", "breaks off", "is not there"])
def test_a_service_that_fails_says_why_and_never_raises(network: Network, trouble: str) -> None:
    url = json_url(network)
    if trouble == "is not there":
        url = f"json://127.0.0.1:{free_port()}/s3cretPath99"
    network.on("POST /s3cretPath99", Says(status=500) if trouble == "refuses" else Says(reset=True))
    (service,) = open_services([url], Redactor(), where="bot.toml")
    told = service.send("t", "b", Kind.INFO)
    assert "JSON" in told
    assert "s3cretPath99" not in told
    assert "\n" not in told


@pytest.mark.parametrize(
    "url",
    [
        "nope://s3cretPath99",
        "s3cretPath99",
        "slack://s3cretPath99",
        "json://[::1/s3cretPath99",
        "json://",
    ],
)
def test_a_url_nothing_understands_is_one_line_without_the_url(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(ConfigError) as error:
        open_services(["json://127.0.0.1:1", url], Redactor(), where="bot.toml")
    assert str(error.value).startswith("bot.toml: alerts.urls[1]: no alert service understands")
    assert "s3cretPath99" not in str(error.value) + caplog.text


def test_the_secrets_of_a_url_are_masked_from_then_on() -> None:
    redactor = Redactor()
    urls = [
        "mailto://anna:lettersonly@example.com",
        "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#alerts",
        "tgram://123456789:abcdefg_hijklmnop/lead2gold/",
    ]
    open_services(urls, redactor, where="bot.toml")
    for word in ("lettersonly", "TIiajkdnlazkcOXrIdevi7FQ", "123456789", *urls):
        assert redactor.mask(f"<{word}>") == f"<{MASK}>"
    assert redactor.mask("alerts of example.com") == "alerts of example.com"


def test_a_url_may_come_from_a_file_that_only_we_can_read(tmp_path: Path, network: Network) -> None:
    network.on("POST /s3cretPath99", Says())
    secret = tmp_path / "url"
    secret.write_text(json_url(network) + "\n", encoding="utf-8")
    secret.chmod(0o600)
    (service,) = open_services([f"file:{secret}"], Redactor(), where="bot.toml")
    assert service.send("t", "b", Kind.INFO) == ""
