"""The nightly training: when it begins, what becomes of it, and that the bot takes up its work."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from threading import Event, Thread
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from config.settings import SentimentSettings
from listener.models import Mention
from responder.bot import Bot, trained_weights
from responder.correct import Right, correct
from responder.corrections import count_new
from responder.models import Audit
from responder.newest_weights import NewestWeights
from responder.origins import files_of, forgotten, made_of
from responder.training import (
    FAILED,
    FILES_WORSE,
    LONGEST,
    REFUSED,
    SUBJECT,
    Nightly,
    learned_until,
    newest,
    nightly_of,
    note_training,
)
from sentiment.linear import Weights
from sentiment.recipe import MADE_OF
from sentiment.score import Sentiment
from sentiment.weights import save, shipped
from tests.factories import Watch, make_bot, make_mention
from tests.patience import eventually

EVENING = datetime(2026, 3, 2, 21, 0, tzinfo=UTC)
NIGHT = datetime(2026, 3, 3, 2, 30, 10, tzinfo=UTC)  # 03:30:10 in Rome


class Night:
    """A bot that learns at 03:30 from two corrections on, and a command in the place of `train`."""

    def __init__(self, folder: Path) -> None:
        self.clock = Watch(EVENING)
        bot = make_bot(folder, clock=self.clock)
        asked = SentimentSettings(train_at=time(3, 30), train_from=2)
        settings = bot.settings.model_copy(update={"sentiment": asked})
        self.bot: Bot = replace(bot, settings=settings)
        self.nightly: Nightly | None = None

    def training(self, does: str) -> Nightly:
        self.nightly = Nightly(self.bot, [sys.executable, "-c", does])
        return self.nightly

    def set_right(self, times: int) -> None:
        for _ in range(times):
            with self.bot.database.write() as session:
                mention = make_mention(session)
            right = Right(sentiment=Sentiment.NEGATIVE)
            correct(self.bot, mention.id, version=1, right=right, by="anna")

    def actions(self) -> list[str]:
        with self.bot.database.read() as session:
            wanted = select(Audit.action).where(Audit.subject == SUBJECT).order_by(Audit.id)
            return list(session.scalars(wanted))


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    found = Night(tmp_path)
    yield found
    if found.nightly:
        found.nightly.stop()
    found.bot.database.close()


def is_under_way(nightly: Nightly) -> bool:
    return nightly._child is not None


def ends(nightly: Nightly) -> None:
    def ended() -> bool:
        nightly.round()
        return not is_under_way(nightly)

    eventually(ended)


def test_it_begins_once_a_night_at_its_time_if_there_is_enough_to_learn(
    night: Night, tmp_path: Path
) -> None:
    nightly = night.training(f"open({str(tmp_path / 'ran')!r}, 'a').write('x')")
    night.set_right(2)
    nightly.round()
    assert not is_under_way(nightly)
    night.clock.now = NIGHT
    nightly.round()
    assert is_under_way(nightly)
    ends(nightly)
    for _ in range(3):
        night.clock.now += timedelta(hours=1)
        nightly.round()
    assert (tmp_path / "ran").read_text() == "x"


def test_it_does_not_begin_for_less_than_was_asked(night: Night) -> None:
    nightly = night.training("")
    night.set_right(1)
    night.clock.now = NIGHT
    nightly.round()
    assert not is_under_way(nightly)


def test_what_was_set_right_of_private_mentions_does_not_count_as_something_to_learn(
    night: Night,
) -> None:
    night.set_right(2)
    assert count_new(night.bot, None) == 2
    with night.bot.database.write() as session:
        session.scalars(select(Mention)).all()[0].private = True
    assert count_new(night.bot, None) == 1
    nightly = night.training("")
    night.clock.now = NIGHT
    nightly.round()
    assert not is_under_way(nightly)


def test_what_was_learned_or_judged_worse_does_not_count_a_second_time(night: Night) -> None:
    bot = night.bot
    night.set_right(2)
    assert learned_until(bot) is None
    note_training(bot, taken=True, by="bo", texts=2, at=EVENING)
    assert learned_until(bot) is None, "somebody removed what it had learned"
    trained_weights(bot.state).write_bytes(b"")
    assert learned_until(bot) == EVENING
    note_training(bot, taken=False, by="bo", texts=2, at=EVENING + timedelta(minutes=5))
    trained_weights(bot.state).unlink()
    assert learned_until(bot) == EVENING + timedelta(minutes=5)
    nightly = night.training("")
    night.clock.now = NIGHT
    nightly.round()
    assert not is_under_way(nightly)


def test_files_that_judged_worse_leave_what_was_set_right_to_be_tried(night: Night) -> None:
    note_training(night.bot, taken=False, by="bo", texts=2, at=EVENING, files=1)
    assert (night.actions(), learned_until(night.bot)) == ([FILES_WORSE], None)


def test_what_files_taught_is_not_forgotten_by_night(
    night: Night, caplog: pytest.LogCaptureFixture
) -> None:
    night.bot = replace(night.bot, newest_weights=lambda: named(made_of(["mine.csv"], 3)))
    nightly = night.training("")
    night.set_right(2)
    night.clock.now = NIGHT
    nightly.round()
    assert (is_under_way(nightly), night.actions()) == (False, [REFUSED])
    assert "it would forget mine.csv" in caplog.text


@pytest.mark.parametrize(
    ("files", "corrections"), [([], 0), ([], 12), (["a.csv"], 0), (["a, b.csv", "c.tsv"], 3)]
)
def test_weights_say_of_which_files_they_were_made(files: list[str], corrections: int) -> None:
    said = made_of(files, corrections)
    assert files_of(said) == tuple(files)
    assert forgotten(said, files) == ()
    assert forgotten(said, ["new.csv"]) == tuple(files)


def test_weights_of_before_say_so_too() -> None:
    assert files_of(shipped().made_of) == files_of("another corpus, all of it") == ()
    assert files_of(f"{MADE_OF}, a.csv, c.tsv, 3 corrections") == ("a.csv", "c.tsv")


def test_it_runs_as_slowly_as_the_machine_likes(night: Night, tmp_path: Path) -> None:
    told = tmp_path / "nice"
    nightly = night.training(
        "import os, time\n"
        f"while os.nice(0) < 19: time.sleep(.01)\nopen({str(told)!r}, 'w').write(str(os.nice(0)))"
    )
    night.set_right(2)
    night.clock.now = NIGHT
    nightly.round()
    ends(nightly)
    assert told.read_text() == "19"


def test_a_failure_is_told_and_noted_and_the_next_night_tries_again(
    night: Night, caplog: pytest.LogCaptureFixture
) -> None:
    nightly = night.training("import sys; print('no more memory'); sys.exit(3)")
    night.set_right(2)
    night.clock.now = NIGHT
    nightly.round()
    ends(nightly)
    assert night.actions() == [FAILED]
    assert "failed with exit code 3: no more memory" in caplog.text
    night.clock.now = NIGHT + timedelta(days=1)
    nightly.round()
    assert is_under_way(nightly)


def test_one_that_judged_worse_is_no_failure(night: Night) -> None:
    nightly = night.training("import sys; sys.exit(1)")
    night.set_right(2)
    night.clock.now = NIGHT
    nightly.round()
    ends(nightly)
    assert night.actions() == []


def test_one_that_hangs_is_ended(night: Night) -> None:
    nightly = night.training("import time; time.sleep(600)")
    night.set_right(2)
    night.clock.now = NIGHT
    nightly.round()
    nightly.round()
    assert is_under_way(nightly)
    night.clock.now += LONGEST + timedelta(seconds=1)
    nightly.round()
    assert not is_under_way(nightly)
    assert night.actions() == [FAILED]


def test_a_stop_of_the_bot_ends_it(night: Night) -> None:
    nightly = night.training("import time; time.sleep(600)")
    night.set_right(2)
    night.clock.now = NIGHT
    nightly.round()
    assert nightly._child is not None
    pid = nightly._child.process.pid
    nightly.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_bot_that_was_stopped_begins_no_training(night: Night) -> None:
    nightly = night.training("import time; time.sleep(600)")
    night.set_right(2)
    nightly.stop()
    night.clock.now = NIGHT
    nightly.round()
    assert not is_under_way(nightly)


def test_a_training_that_begins_while_the_bot_stops_is_ended_as_well(night: Night) -> None:
    nightly = night.training("import time; time.sleep(600)")
    night.set_right(2)
    begun, goes_on = Event(), Event()

    def slowly() -> Weights:
        begun.set()
        goes_on.wait(10)
        return shipped()

    nightly._bot = replace(night.bot, newest_weights=slowly)
    night.clock.now = NIGHT
    rounds, stops = Thread(target=nightly.round), Thread(target=nightly.stop)
    rounds.start()
    assert begun.wait(10)
    stops.start()
    stops.join(0.05)
    goes_on.set()
    rounds.join(10)
    stops.join(10)
    assert not is_under_way(nightly)


def test_without_a_time_or_a_file_of_settings_nothing_is_trained_by_night(night: Night) -> None:
    assert nightly_of(night.bot, Path("bot.toml")) is not None
    assert nightly_of(night.bot, None) is None
    never = night.bot.settings.model_copy(update={"sentiment": SentimentSettings()})
    assert nightly_of(replace(night.bot, settings=never), Path("bot.toml")) is None


@pytest.mark.parametrize("said", ["25:00", "3:30 am", "03:30:10", "03:30+01:00", 3, ["03:30"]])
def test_a_time_that_is_none_is_refused(said: object) -> None:
    with pytest.raises(ValidationError, match="time"):
        SentimentSettings.model_validate({"train_at": said})


@pytest.mark.parametrize(("said", "at"), [("03:30", time(3, 30)), ("", None), (" ", None)])
def test_a_time_is_written_as_on_the_wall(said: str, at: time | None) -> None:
    assert SentimentSettings.model_validate({"train_at": said}).train_at == at


@pytest.mark.parametrize(
    ("now", "moment"),
    [
        ("2026-03-02T02:31+00:00", "2026-03-02T02:30+00:00"),
        ("2026-03-02T02:29+00:00", "2026-03-01T02:30+00:00"),
        ("2026-03-29T12:00+00:00", "2026-03-29T01:30+00:00"),
        ("2026-10-25T12:00+00:00", "2026-10-25T02:30+00:00"),
    ],
)
def test_the_time_is_that_of_the_wall_in_every_night(now: str, moment: str) -> None:
    found = newest(time(3, 30), datetime.fromisoformat(now), ZoneInfo("Europe/Rome"))
    assert found == datetime.fromisoformat(moment)


def named(name: str) -> Weights:
    return replace(shipped(), made_of=name)


def test_new_weights_serve_from_the_next_round_on_and_a_bad_file_changes_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "weights.npz"
    serving = NewestWeights(path)
    assert serving().made_of == shipped().made_of
    save(named("first"), path)
    assert serving().made_of == "first"
    save(named("second"), path)
    assert serving().made_of == "second"
    path.write_bytes(b"rubbish")
    assert serving().made_of == serving().made_of == "second"
    assert caplog.text.count("cannot be read as weights") == 1
    path.unlink()
    assert serving().made_of == shipped().made_of


def test_weights_that_are_broken_at_the_start_are_told_and_the_shipped_ones_serve(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "weights.npz").write_bytes(b"rubbish")
    assert NewestWeights(tmp_path / "weights.npz")() is shipped()
    assert "cannot be read as weights" in caplog.text


def test_a_bot_judges_by_what_was_trained_since_it_began(tmp_path: Path) -> None:
    path = tmp_path / "weights.npz"
    bot = replace(make_bot(tmp_path), newest_weights=NewestWeights(path))
    before = bot.poller.weights
    save(named("trained"), path)
    assert bot.weights.made_of == "trained"
    assert bot.poller.weights is bot.weights is not before
    bot.database.close()
