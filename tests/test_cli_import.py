"""`import` on the real command line: what it prints, and what it returns."""

from __future__ import annotations

import json
from pathlib import Path

from tests.daemon import command, write_config

GOOD = "id,created_at,text\n1,2025-05-01T10:00:00Z,Where is my parcel?\n2,,no date\n"


def test_import_tells_a_program_what_came_of_a_file(tmp_path: Path) -> None:
    config, export = write_config(tmp_path, {}), tmp_path / "posts.csv"
    export.write_text(GOOD)
    arguments = ("--config", str(config), "import", str(export), "--channel", "forum", "--json")
    done = command(*arguments)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["rows"], told["new"], told["rejected"]) == (1, 1, 1)
    assert told["channels"] == {"forum": 1}
    assert told["report"] == str(tmp_path / "posts.csv.rejected.csv")
    assert "forum is not configured" in " ".join(told["notes"])
    assert "reading" not in done.stderr  # a pipe is told nothing of the way


def test_a_file_of_bad_rows_alone_fails_and_one_that_tells_nothing_is_wrong_usage(
    tmp_path: Path,
) -> None:
    config, export = write_config(tmp_path, {}), tmp_path / "posts.csv"
    export.write_text("id,created_at,text\n2,,no date\n")
    done = command("--config", str(config), "import", str(export), "--channel", "x")
    assert done.returncode == 1
    assert "line 2: no date" in done.stdout
    export.write_text("colour,size\nred,XL\n")
    done = command("--config", str(config), "import", str(export), "--channel", "x")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "no column tells created_at and text; there are: colour, size" in done.stderr
    assert "Traceback" not in done.stderr
