"""A real server as a child process: set up if missing, started, awaited and surely stopped."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

SETUP_SECONDS = 900
START_SECONDS = 240.0
"""A loaded machine takes many times what an idle one does."""

STOP_SECONDS = 20.0
_HERE = Path(__file__).parent


class NotThere(RuntimeError):
    """A real server could not be set up or started. The text says why."""


def installed(what: str) -> Path:
    """The folder in which `setup.sh` has installed "bluesky" or "mastodon"; seconds when it stands
    already, a minute or two when not. Raises NotThere."""
    done = subprocess.run(
        ["timeout", str(SETUP_SECONDS), "sh", str(_HERE / "setup.sh"), what],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env={**os.environ, "PYTHON": sys.executable},
        text=True,
        check=False,
    )
    if done.returncode:
        raise NotThere(f"set-up failed ({done.returncode})\n{done.stderr[-3000:]}")
    return Path(done.stdout.splitlines()[-1])


@contextmanager
def new_folder(what: str) -> Iterator[Path]:
    """A folder for a server's data, in which a server of another user may have one of its own.
    What test processes that were killed have left behind goes away as well."""
    ours = f"antiphon-{what}-"
    for old in Path(tempfile.gettempdir()).glob(f"{ours}*"):
        owner = old.name.removeprefix(ours).partition("-")[0]
        if not Path(f"/proc/{owner}").exists():
            shutil.rmtree(old, ignore_errors=True)
    with tempfile.TemporaryDirectory(
        prefix=f"{ours}{os.getpid()}-", ignore_cleanup_errors=True
    ) as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@contextmanager
def running(
    command: Sequence[str | Path],
    log: Path,
    ready: Callable[[], bool],
    *,
    stop_seconds: float = STOP_SECONDS,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run `command` until the block ends, which begins when `ready` has said True.

    It ends with us even if we are killed: setpriv has the kernel send it a SIGTERM when the thread
    that starts it is gone. So start it from a thread that lives on. Raises NotThere with the end of
    its log.
    """
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", "--", *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _await(process, log, ready)
        yield process
    finally:
        _stop(process, stop_seconds)


def children_of(parent: int) -> list[int]:
    """The processes that this one has started and that still run."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has just ended
            state, above = stat.read_text("utf-8", "replace").rpartition(")")[2].split()[:2]
            if int(above) == parent and state != "Z":
                found.append(int(stat.parent.name))
    return found


def _await(process: subprocess.Popen[bytes], log: Path, ready: Callable[[], bool]) -> None:
    end = time.monotonic() + START_SECONDS
    while not ready():
        ended = process.poll() is not None
        if ended or time.monotonic() > end:
            fate = f"ended with {process.returncode}" if ended else "is not ready in time"
            raise NotThere(f"{process.args!r} {fate}\n{log.read_text('utf-8', 'replace')[-3000:]}")
        time.sleep(0.05)


def _stop(process: subprocess.Popen[bytes], seconds: float) -> None:
    """Ask, then kill all that is left of its group."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
