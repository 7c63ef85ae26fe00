"""How soon the daemon answers, how much it holds when idle, how quickly it obeys.

Prints each figure with its target; the reference of the same run is a bare interpreter that imports
the web framework and the database library alone. Linux only (reads /proc).
"""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from listener.sandbox.sandbox import Sandbox
from tests.daemon import Daemon, write_config

RUNS = 5
IDLE_SECONDS = 15
REFERENCE = "import fastapi, uvicorn, sqlalchemy.orm; print(open('/proc/self/smaps_rollup').read())"


def pss_megabytes(smaps_rollup: str) -> float:
    """Proportional set size in MB: memory of its own, plus its share of what others use too."""
    found = re.search(r"^Pss:\s+(\d+) kB", smaps_rollup, re.MULTILINE)
    assert found is not None
    return int(found[1]) / 1024


def of_tree(pid: int) -> float:
    """PSS in MB of a process and all its children."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    own = pss_megabytes(Path(f"/proc/{pid}/smaps_rollup").read_text())
    return own + sum(of_tree(int(child)) for child in children)


def reference() -> tuple[float, float]:
    """Seconds and MB of the bare interpreter."""
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", REFERENCE], capture_output=True, text=True, check=True
    )
    return time.monotonic() - started, pss_megabytes(done.stdout)


def one_run(config: Path) -> tuple[float, float, float]:
    """Seconds to /livez, MB when idle, seconds from SIGTERM to the end."""
    started = time.monotonic()
    with Daemon(config) as daemon:
        alive = time.monotonic() - started
        time.sleep(IDLE_SECONDS)
        memory = of_tree(daemon.process.pid)
        return alive, memory, daemon.stop()


def main() -> None:
    networks = Sandbox(kinds=("x", "facebook"), seed=1)
    networks.start()
    bare_seconds, bare_memory = reference()
    runs = []
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory() as folder:
            runs.append(one_run(write_config(Path(folder), networks.tables())))
    networks.stop()
    alive, memory, stop = (statistics.median(column) for column in zip(*runs, strict=True))
    print(f"median of {RUNS} runs, X and Facebook, a week of mentions to catch up with")
    print(f"start to /livez  {alive:6.2f} s   target 3     {alive / bare_seconds:.1f} x reference")
    print(f"idle memory      {memory:6.0f} MB  target 250   {memory / bare_memory:.1f} x reference")
    print(f"SIGTERM to exit  {stop:6.2f} s   target 5")
    print(f"reference: interpreter with web framework and database {bare_seconds:.2f} s, "
          f"{bare_memory:.0f} MB")  # fmt: skip


if __name__ == "__main__":
    main()
