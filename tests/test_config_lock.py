from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from config.lock import AlreadyRunning, InstanceLock
from config.settings import ROOT

HOLDER = """
import sys, time
from pathlib import Path
from config.lock import InstanceLock
with InstanceLock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_process_is_told_which_one_holds_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "run.lock"
    with InstanceLock(path), pytest.raises(AlreadyRunning, match=str(os.getpid())):
        InstanceLock(path).__enter__()


def test_the_lock_is_free_again_once_its_holder_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "run.lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE, cwd=ROOT
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(AlreadyRunning, match=str(holder.pid)):
            InstanceLock(path).__enter__()
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        with InstanceLock(path):
            assert path.read_text() == f"{os.getpid()}\n"
