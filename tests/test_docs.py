"""The manual cannot go stale: these tests read it."""

from __future__ import annotations

import re
import tomllib
from importlib import import_module
from typing import Any

import pytest
import typer.main

import run_bot
from config.digests import DigestSettings
from config.settings import LANGUAGES, ROOT, Settings
from listener.channels import KINDS
from listener.channels.base import Answerable, ChannelOptions
from listener.models import MentionStatus
from responder.models import DraftStatus, PauseLevel, ReplyStatus
from responder.team.models import Role
from sentiment.phase import Phase
from sentiment.signals import Signal


def _doc(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _options_of(kind: str) -> type[ChannelOptions]:
    module = import_module(KINDS[kind].partition(":")[0].rpartition(".")[0] + ".options")
    (found,) = (
        thing
        for thing in vars(module).values()
        if isinstance(thing, type) and issubclass(thing, ChannelOptions)
        if thing is not ChannelOptions
    )
    return found


@pytest.mark.parametrize(
    "section",
    ["brand", "database", "desk", "responder", "sentiment", "model", "staffing", "alerts"],
)
def test_every_setting_is_in_the_manual(section: str) -> None:
    manual = _doc("docs/configuration.md")
    model: Any = Settings.model_fields[section].annotation
    for key in model.model_fields:
        assert f"`{section}.{key}`" in manual


def test_every_setting_of_a_digest_is_in_the_manual_and_in_the_example() -> None:
    manual, example = _doc("docs/configuration.md"), _doc("config/bot.example.toml")
    told = example.split("[digests.team]\n")[1].split("\n\n")[0].replace("# ", "", 1)
    shown = tomllib.loads("\n".join(line.removeprefix("# ") for line in told.splitlines()))
    assert DigestSettings.model_validate(shown) == DigestSettings(when="08:00")
    assert set(shown) == set(DigestSettings.model_fields)
    for key in DigestSettings.model_fields:
        assert f"`digests.*.{key}`" in manual


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_option_of_every_channel_is_in_the_manual_and_in_the_example(kind: str) -> None:
    manual = _doc("docs/configuration.md")
    example = tomllib.loads(_doc("config/bot.example.toml"))["channels"][kind]
    options = _options_of(kind).model_fields
    assert set(example) == set(options)
    for key in options:
        assert f"`{key}`" in manual, key


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_example_shows_the_true_defaults_of_every_channel(kind: str) -> None:
    example = tomllib.loads(_doc("config/bot.example.toml"))["channels"][kind]
    for key, field in _options_of(kind).model_fields.items():
        if field.is_required() or key in ("kind", "queries"):
            continue
        default = field.default
        value = getattr(default, "get_secret_value", lambda default=default: default)()
        assert example[key] == value, key


def test_every_key_of_the_example_is_explained_where_it_first_stands() -> None:
    explained: set[str] = set()
    for line in _doc("config/bot.example.toml").splitlines():
        if "=" in line and not line.startswith("#"):
            key = line.split("=")[0].strip()
            assert key in explained or "#" in line.partition("=")[2], line
            explained.add(key)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_channel_has_its_steps_to_get_in(kind: str) -> None:
    text = _doc("docs/channels.md")
    part = text.split(f"\n## {kind.capitalize()}\n")[1].split("\n## ")[0]
    assert "### Getting in, step by step" in part
    assert "| permission | needed for |" in part


def test_every_word_of_the_code_is_in_the_glossary() -> None:
    glossary = set(re.findall(r"\w+", _doc("docs/glossary.md").lower()))
    for words in (
        MentionStatus,
        DraftStatus,
        ReplyStatus,
        PauseLevel,
        Role,
        Phase,
        Signal,
        Answerable,
    ):
        for word in words:
            if word.value != "unknown":
                assert word.value in glossary, f"{words.__name__}.{word.name}"


def test_every_command_is_in_the_readme() -> None:
    readme = _doc("README.md")
    group: Any = typer.main.get_command(run_bot.app)
    for name in group.commands:
        assert re.search(rf"`{name}[ `]", readme), name


def test_every_language_is_named_in_the_readme() -> None:
    named = ("Italian", "English", "French", "German", "Spanish", "Polish", "Greek")
    assert len(named) == len(LANGUAGES)
    for language in named:
        assert language in _doc("README.md")


def test_every_folder_and_module_the_architecture_names_exists() -> None:
    text = _doc("docs/architecture.md")
    for path in re.findall(
        r"`((?:config|sentiment|listener|responder|tests|scripts)/[\w/.]*)`", text
    ):
        assert (ROOT / path).exists(), path


def test_links_between_documents_lead_somewhere() -> None:
    for document in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", document.read_text("utf-8")):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_the_changelog_has_an_unreleased_part() -> None:
    assert "## Unreleased" in _doc("CHANGELOG.md")


def test_every_row_of_the_fault_table_names_tests_that_exist_or_what_will_bring_it() -> None:
    rows = re.findall(r"^\| (\d+) \|(.*)$", _doc("docs/reliability.md"), re.MULTILINE)
    assert [int(number) for number, _ in rows] == list(range(1, 47))
    known = set()
    for path in (ROOT / "tests").glob("test_*.py"):
        known |= set(re.findall(r"def (test_\w+)", path.read_text(encoding="utf-8")))
    for number, row in rows:
        named = set(re.findall(r"`(test_\w+)`", row))
        assert named <= known, f"row {number}: {named - known}"
        assert named or ("not built" in row and "will" in row), f"row {number} is held by nothing"
