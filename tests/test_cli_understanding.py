"""evaluate, explain and train, as somebody at a keyboard meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from config.settings import LANGUAGES
from sentiment import corpus
from tests.daemon import command, write_config

ROWS = [
    ("Love these boots, best purchase ever", "positive", "en"),
    ("My parcel never came and nobody answers, what a shame", "negative", "en"),
    ("Do you ship to Malta?", "neutral", "en"),
    ("Buty są świetne, polecam!", "positive", "pl"),
    ("Dramat, trzeci tydzień bez paczki", "negative", "pl"),
]


@pytest.fixture
def config(tmp_path: Path) -> str:
    return str(write_config(tmp_path, {}))


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    return write(tmp_path / "labelled.tsv", [*ROWS, ("odd", "lovely", "en")])


def write(path: Path, rows: list[tuple[str, str, str]]) -> Path:
    lines = ["text\tlabel\tlanguage", *("\t".join(row) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_evaluate_tells_each_language_and_what_it_left_out(config: str, labelled: Path) -> None:
    done = command("--config", config, "evaluate", str(labelled), "--json")
    assert done.returncode == 0
    told = json.loads(done.stdout)
    assert {code: one["texts"] for code, one in told.items()} == {"en": 3, "pl": 2, "all": 5}
    assert told["all"]["macro_f1"] == told["all"]["accuracy"] == 1
    assert told["pl"]["confusion"]["positive"]["positive"] == 1
    assert "left out 1 rows" in done.stderr
    assert "label 'lovely'" in done.stderr


def test_evaluate_prints_a_table_for_people(config: str, labelled: Path) -> None:
    done = command("--config", config, "evaluate", str(labelled))
    assert "macro-F1" in done.stdout
    assert "100.0" in done.stdout


@pytest.mark.parametrize("name", ["evaluate", "train"])
def test_a_file_that_is_none_is_one_line_and_no_traceback(config: str, name: str) -> None:
    done = command("--config", config, name, "/nowhere.tsv")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "nowhere.tsv" in done.stderr


def test_explain_tells_what_pulled(config: str) -> None:
    done = command("--config", config, "explain", "Scarpe pessime, una vergogna!")
    assert done.stdout.startswith("negative (0.")
    assert "language it" in done.stdout
    assert "speaks for it" in done.stdout


def test_broken_weights_in_the_data_folder_are_told_in_one_line(
    config: str, tmp_path: Path
) -> None:
    (tmp_path / "weights.npz").write_bytes(b"rubbish")
    done = command("--config", config, "explain", "hello")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "weights.npz" in done.stderr


@pytest.mark.real  # it learns from the whole corpus
def test_train_takes_nothing_that_judges_worse(config: str, tmp_path: Path) -> None:
    """Our own posts, with labels that stand on their heads."""
    upside_down = {"positive": "negative", "negative": "positive", "neutral": "neutral"}
    rows = [
        (" ".join(row["text"].split()), upside_down[row["sentiment"]], language)
        for language in LANGUAGES
        for row in corpus.rows(f"train/posts/{language}")
    ]
    path = write(tmp_path / "wrong.tsv", rows)
    done = command("--config", config, "train", str(path), seconds=1200)
    assert (done.returncode, "stay" in done.stdout) == (1, True), done.stdout
    assert not (tmp_path / "weights.npz").exists()
