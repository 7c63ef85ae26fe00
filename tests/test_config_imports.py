"""The contracts of import-linter, held against a program that breaks them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from config.settings import ROOT

PACKAGES = ("config", "sentiment", "listener", "responder")


@pytest.mark.parametrize("module", ["responder/jobs.py", "responder/desk/app.py"])
def test_a_module_beside_the_daemon_that_schedules_breaks_the_contract(
    tmp_path: Path, module: str
) -> None:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / module).open("a", encoding="utf-8") as file:
        file.write("\nimport apscheduler\n")
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [str(linter), "--no-logo", "--no-cache"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "Only the wiring schedules BROKEN" in done.stdout
