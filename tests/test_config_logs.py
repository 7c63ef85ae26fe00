from __future__ import annotations

import logging
import re
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import logs
from config.secrets import Redactor

CANARY = "canary-secret-value"


@pytest.fixture(autouse=True)
def _tidy() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def _set_up() -> None:
    redactor = Redactor()
    redactor.add(CANARY)
    logs.set_up(redactor)


def _fail(text: str) -> Exception:
    try:
        raise RuntimeError(text)
    except RuntimeError as error:
        return error


def test_a_customer_s_line_break_cannot_forge_a_log_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _set_up()
    logging.getLogger("bot").info("heard %s", "hello\n2026-01-01 INFO bot all is well\r\u2028")
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "hello\\n2026-01-01 INFO" in err


def test_a_traceback_keeps_its_lines_but_none_looks_like_a_log_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _set_up()
    error = _fail("oh\n2026-01-01 INFO bot all is well")
    logging.getLogger("bot").error("a round failed", exc_info=error)
    first, *more = capsys.readouterr().err.splitlines()
    assert first.endswith("ERROR bot a round failed")
    assert len(more) >= 3
    assert all(line.startswith("  ") for line in more)


def test_an_unexpected_error_never_tells_a_secret_the_log_was_told_of(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _set_up()
    assert logs.unexpected(_fail(f"the database said {CANARY}")) == 1
    err = capsys.readouterr().err
    details = Path(re.findall(r"details are in (\S+)", err)[0])
    text = details.read_text(encoding="utf-8")
    details.unlink()
    assert err.count("\n") == 1
    assert "Traceback" in text
    assert CANARY not in err + text


def test_the_details_of_an_error_are_private_and_their_name_cannot_be_foreseen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    logs.unexpected(_fail("one"))
    logs.unexpected(_fail("two"))
    files = list(tmp_path.iterdir())
    assert len(files) == 2
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
