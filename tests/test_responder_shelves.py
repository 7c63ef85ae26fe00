"""What was learned of the examples outlives the process, and is never another book's."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from responder import shelves
from responder.examples import Examples
from responder.shelves import likely

EXAMPLES: Examples = (
    ("parcel_late", ("where is my parcel", "still no parcel after nine days")),
    ("thanks", ("best boots ever", "dry feet after ten hours of rain")),
)
MORE: Examples = (*EXAMPLES, ("refund", ("where is my money", "no refund yet")))
TEXT = "ten days and no parcel"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where shelves are kept, however small they are."""
    found = tmp_path / "learned"
    monkeypatch.setattr(shelves, "FOLDER", found)
    monkeypatch.setattr(shelves, "_WORTH_A_FILE", 1)
    return found


def _anew(examples: Examples = EXAMPLES, language: str = "en") -> Mapping[str, float]:
    """As a process says it that has just been started."""
    shelves._shelves.clear()
    return likely(TEXT, examples, language)


def _encrypted(path: Path) -> bytes:
    """The same with one bit turned in its directory: zipfile takes it for encrypted."""
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def _refuse(*_arguments: object) -> None:
    raise AssertionError("learned twice")


def test_the_next_process_reads_what_was_learned(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = _anew()
    monkeypatch.setattr(shelves, "shelve", _refuse)
    assert _anew() == said
    assert len(list(folder.iterdir())) == 1


def test_another_book_language_or_judge_is_another_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, (examples, language) in enumerate(((EXAMPLES, "en"), (MORE, "en"), (MORE, "it"))):
        assert _anew(examples, language).keys() == dict(examples).keys()
        assert len(list(folder.iterdir())) == number + 1
    monkeypatch.setattr(shelves, "_ourselves", lambda: b"we judge otherwise")
    _anew(MORE, "it")
    assert len(list(folder.iterdir())) == 4


@pytest.mark.parametrize("rubbish", [b"", b"PK\x03\x04", b"no shelf at all" * 99, "encrypted"])
def test_a_broken_file_is_learned_anew_and_replaced(
    folder: Path, monkeypatch: pytest.MonkeyPatch, rubbish: bytes | str
) -> None:
    said = _anew()
    (path,) = folder.iterdir()
    path.write_bytes(_encrypted(path) if isinstance(rubbish, str) else rubbish)
    assert _anew() == said
    monkeypatch.setattr(shelves, "shelve", _refuse)
    assert _anew() == said


def test_where_nothing_can_be_written_it_is_learned_all_the_same(folder: Path) -> None:
    folder.write_text("a file where the folder would be")
    assert _anew()["parcel_late"] > _anew()["thanks"]


def test_files_nobody_asked_for_lately_make_room(folder: Path) -> None:
    for examples in (EXAMPLES, MORE):
        _anew(examples)
        for path in folder.iterdir():
            os.utime(path, (path.stat().st_mtime - 60,) * 2)
    used, unused = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime)
    _anew(EXAMPLES)
    _anew(EXAMPLES[1:])
    assert used.exists()
    assert not unused.exists()
    assert len(list(folder.iterdir())) == 2
    _anew(EXAMPLES, "it")
    assert used.exists(), "each language has room of its own"


def test_without_a_look_at_ourselves_nothing_is_kept(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreadable() -> bytes:
        raise PermissionError

    monkeypatch.setattr(shelves, "_ourselves", unreadable)
    assert _anew()
    assert not folder.exists()


def test_a_handful_of_examples_takes_no_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelves, "_WORTH_A_FILE", 500)
    assert _anew()
    assert not folder.exists()


def test_what_judges_is_part_of_the_name() -> None:
    read = {path.name for path in shelves._sources()}
    assert {"weights.npz", "judge.py", "examples.py", "traits.py"} <= read
