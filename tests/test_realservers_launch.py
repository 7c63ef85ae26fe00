"""The real servers start, or say why not, and none of them outlives the tests."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import ROOT
from tests.patience import eventually
from tests.realservers.launch import NotThere, children_of, installed, new_folder, running


def test_a_set_up_that_fails_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    occupied = tmp_path / "cache"
    occupied.write_text("a file")
    monkeypatch.setenv("ANTIPHON_REALSERVERS", str(occupied))
    with pytest.raises(NotThere, match=r"bluesky cannot be set up: .* cannot be written"):
        installed("bluesky")


def test_a_server_that_ends_at_its_start_shows_the_end_of_its_log(tmp_path: Path) -> None:
    command = ["sh", "-c", "echo no memory; exit 3"]
    with (
        pytest.raises(NotThere, match=r"ended with 3\nno memory"),
        running(command, tmp_path / "log", lambda: False),
    ):
        pytest.fail("it is not there")


def test_a_server_and_all_it_has_started_end_with_the_block(tmp_path: Path) -> None:
    script = "trap '' TERM; sleep 60 & touch up; wait"
    command = ["sh", "-c", f"cd {tmp_path}; {script}"]
    with running(command, tmp_path / "log", (tmp_path / "up").exists, stop_seconds=0.1) as process:
        family = list(_family(process.pid))
        assert len(family) == 2
    eventually(lambda: not any(_runs(one) for one in family))


def test_its_folder_can_be_entered_by_another_user_and_goes_away() -> None:
    with new_folder("test") as place:
        assert place.stat().st_mode & 0o777 == 0o755
    assert not place.exists()


def test_what_a_killed_test_process_left_behind_goes_away(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with subprocess.Popen(["true"]) as dead:
        dead.wait()
    left, kept = tmp_path / f"antiphon-test-{dead.pid}-a", tmp_path / "antiphon-test-1-b"
    left.mkdir()
    kept.mkdir()
    with new_folder("test"):
        assert not left.exists()
        assert kept.exists()


@pytest.mark.servers
@pytest.mark.parametrize(
    "start",
    [
        "bluesky import bluesky_running",
        "mastodon import snac_running",
        "mastodon import mock_running",
    ],
)
def test_no_server_outlives_a_test_process_that_is_killed(start: str) -> None:
    program = f"""
import time
from tests.realservers.{start} as running
with running(1):
    print("up", flush=True)
    time.sleep(600)
"""
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=-1) as tests:
        assert tests.stdout is not None
        assert tests.stdout.readline() == b"up\n"
        family = list(_family(tests.pid))
        tests.kill()
    assert len(family) >= 2
    eventually(lambda: not any(_runs(one) for one in family))


def _family(process: int) -> Iterator[int]:
    yield process
    for child in children_of(process):
        yield from _family(child)


def _runs(process: int) -> bool:
    try:
        about = Path(f"/proc/{process}/stat").read_text("utf-8")
    except OSError:
        return False
    return about.rpartition(")")[2].split()[0] != "Z"
