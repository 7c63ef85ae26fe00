"""Switching a model on: settings, what is missing, where it may, and what people see of it."""

from __future__ import annotations

import logging
import time
from pathlib import Path

import pytest

from config.errors import ConfigError
from config.model import ModelSettings
from config.secrets import Redactor
from config.settings import load
from listener.models import Mention
from responder.bot import Bot
from responder.desk.item import read_item
from responder.draft import draft_round
from responder.metrics import exposition
from responder.model import client
from responder.model.client import Endpoint, NoAnswer
from responder.model.drafting import model_jobs
from responder.model.permission import forbidden_by
from responder.redraft import draft_again
from tests.auto_story import draft_of, hear
from tests.factories import NOW, make_bot
from tests.model_server import Answers, drafter, model_serving, said, with_model
from tests.x_on_loopback import channel as x_channel

HELLO = [{"role": "user", "content": "Hello"}]
ON = ModelSettings(url="https://models.example/v1", name="m")


def _told(folder: Path, text: str) -> ConfigError:
    file = folder / "bot.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as told:
        load(file, environment=False)
    return told.value


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ('url = "ftp://models.example"', "model.url"),
        ('url = "models.example"', "model.url"),
        ('url = "https://key@models.example/v1"', "model.url"),
        ('url = "https://models.example/v1?key=1"', "model.url"),
        ("seconds = 31", "model.seconds"),
        ("per_hour = 0", "model.per_hour"),
        ('tools = ["refund"]', "model.tools"),
        ('url = "https://models.example/v1"', "model"),
    ],
)
def test_a_mistake_is_told_in_one_line_with_its_key(tmp_path: Path, table: str, key: str) -> None:
    told = _told(tmp_path, f"[model]\n{table}\n")
    assert told.key == key
    assert "\n" not in str(told)


def test_a_key_is_never_shown_with_the_settings() -> None:
    settings = ModelSettings(url="https://models.example/v1", name="m", key="sk-very-secret")
    assert "sk-very-secret" not in f"{settings!r} {settings}"


def test_without_the_package_the_start_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "PACKAGE", "openai_that_is_not_there")
    bot = make_bot(tmp_path)
    with model_serving(lambda _: Answers()) as server, pytest.raises(ConfigError) as told:
        model_jobs(with_model(bot, server))
    assert "pip install" in str(told.value)
    bot.database.close()


def test_an_approval_for_a_channel_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    bot = make_bot(tmp_path)
    with model_serving(lambda _: Answers()) as server, pytest.raises(ConfigError) as told:
        model_jobs(with_model(bot, server, approved_on=("X",)))
    assert "choose from x" in str(told.value)
    bot.database.close()


def test_x_is_left_to_the_book_until_its_approval_was_obtained() -> None:
    declared = x_channel("http://127.0.0.1:1").declaration
    assert "X wants to be asked" in forbidden_by(ON, "x", declared)
    assert forbidden_by(ON, "x_france", declared)
    assert forbidden_by(ON.model_copy(update={"approved_on": ("x",)}), "x", declared) == ""
    assert forbidden_by(ModelSettings(), "x", declared) == "no model is configured"


def test_a_key_may_lie_in_a_file_that_others_cannot_read(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("sk-from-a-file\n")
    file.chmod(0o600)
    with model_serving(lambda _: said("Hello.")) as server:
        settings = ModelSettings(url=server.url, name="m", key=f"file:{file}")
        Endpoint(settings, Redactor()).ask(HELLO, seconds=5)
        assert server.asked[0].headers["Authorization"] == "Bearer sk-from-a-file"
        file.chmod(0o644)
        with pytest.raises(ConfigError):
            Endpoint(settings, Redactor())


def test_an_endpoint_without_a_key_gets_no_authorization() -> None:
    with model_serving(lambda _: said("Hello.")) as server:
        Endpoint(ModelSettings(url=server.url, name="m"), Redactor()).ask(HELLO, seconds=5)
    assert "Authorization" not in server.asked[0].headers


def test_a_call_ends_however_the_endpoint_drips() -> None:
    with model_serving(lambda _: Answers(drips=True)) as server:
        endpoint = Endpoint(ModelSettings(url=server.url, name="m"), Redactor())
        began = time.monotonic()
        with pytest.raises(NoAnswer):
            endpoint.ask(HELLO, seconds=0.3)
        assert time.monotonic() - began < 15  # it would drip for ever


def test_the_client_prints_no_question_to_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    logging.getLogger("openai").setLevel(logging.DEBUG)
    with model_serving(lambda _: said("Hello.")) as server, caplog.at_level(logging.DEBUG):
        endpoint = Endpoint(ModelSettings(url=server.url, name="m", key="sk-quiet-1"), Redactor())
        endpoint.ask([{"role": "user", "content": "a customer's own words"}], seconds=5)
    assert "own words" not in caplog.text
    assert "sk-quiet-1" not in caplog.text


# -- what people see


WORDS = (
    "We're sorry your parcel is late. Please send us the order number by private message and we'll "
    "check with the courier where your parcel is."
)


def _worded(bot: Bot) -> str:
    mention = hear(
        bot,
        text="My parcel has still not arrived.",
        signals=["complaint"],
        topics=["delivery"],
    )
    draft_round(bot)
    assert drafter(bot).round() == 1
    return mention


def test_the_desk_says_that_a_model_wrote_it_and_keeps_the_book_s_words(tmp_path: Path) -> None:
    with model_serving(lambda _: said(WORDS)) as server:
        bot = with_model(make_bot(tmp_path), server)
        draft = draft_of(bot, _worded(bot))
        item = read_item(bot, draft.id, agent_id=None, by="anna")
        told = exposition(bot, None)
        bot.database.close()
    assert item.draft.made_from == "a language model"
    assert item.kept_from == "saved reply: parcel_late"
    assert "parcel" in item.kept
    assert item.kept != item.draft.text
    assert 'antiphon_suggestions{channel="x",outcome="taken"} 1.0' in told
    assert 'antiphon_model_tokens{channel="x"} 540.0' in told


def test_words_made_anew_after_a_correction_are_the_book_s_and_say_so(tmp_path: Path) -> None:
    with model_serving(lambda _: said(WORDS)) as server:
        bot = with_model(make_bot(tmp_path), server)
        mention = _worded(bot)
        with bot.database.write() as session:
            row = session.get_one(Mention, mention)
            assert draft_again(bot, session, row, dangerous=False, by="anna", now=NOW)
        draft = draft_of(bot, mention)
        item = read_item(bot, draft.id, agent_id=None, by="anna")
        assert drafter(bot).round() == 0
        bot.database.close()
    assert (draft.made_from, item.kept) == ("saved reply: parcel_late", "")
    assert len(server.asked) == 1
