"""The shape of the program, beside what import-linter holds (`make lint`)."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from config.settings import ROOT
from listener.channels import KINDS
from tests.daemon import clean_environment

SOURCES = sorted(
    path
    for folder in ("config", "sentiment", "listener", "responder")
    for path in (ROOT / folder).rglob("*.py")
)


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_no_module_is_longer_than_300_lines(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 300


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_no_function_is_longer_than_50_lines(path: Path) -> None:
    if "migrations/versions" in _name(path):
        return
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 50, node.name


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_nobody_outside_the_channels_knows_a_network_by_name(path: Path) -> None:
    at_home = ("listener/channels/", "listener/sandbox/", "responder/demo.py")
    if _name(path).startswith(at_home):
        return
    compared = {
        part.value
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Compare | ast.MatchValue)
        for part in ast.walk(node)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    }
    assert not compared & set(KINDS)


@pytest.mark.parametrize(
    "package",
    [
        "config.hours",
        "config.calendar",
        "listener.clocks",
        "sentiment.judge",
        "listener.normalize",
        "listener.likeness",
        "listener.spikes.series",
        "listener.forecast.ahead",
        "listener.forecast.known",
        "responder.decide",
        "responder.handling.roster",
        "responder.automatic.rule",
        "responder.learning.similar",
        "responder.voice.check",
        "responder.compose",
        "responder.recognise",
        "responder.staffing.ahead",
        "responder.staffing.fit",
        "responder.staffing.simulation",
        "responder.staffing.what_if",
        "responder.model.answer",
        "responder.model.masking",
    ],
)
def test_what_decides_loads_neither_database_nor_client_not_even_indirectly(package: str) -> None:
    program = (
        f"import sys, {package}\n"
        "heavy = {'sqlalchemy', 'requests', 'tweepy', 'facebook', 'fastapi', 'apscheduler'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=clean_environment(),
        check=True,
    )
    assert done.stdout.strip() == "[]"


def test_the_daemon_does_not_load_what_only_training_needs() -> None:
    program = (
        "import sys, responder.daemon\n"
        "print(sorted({'sklearn', 'scipy', 'pyarrow'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=clean_environment(),
        check=True,
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_nothing_imports_the_command_line(path: Path) -> None:
    assert "import run_bot" not in path.read_text("utf-8")
    assert "from run_bot" not in path.read_text("utf-8")
