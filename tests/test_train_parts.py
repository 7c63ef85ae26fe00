"""What train learns from, what it checks by, and the figure it compares."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest

from responder.commands import evaluate
from responder.commands.train import (
    FEW,
    MANY_KINDS,
    ONE_SIDED,
    asked,
    figure,
    is_no_worse,
    parted,
    read_given,
)
from sentiment.labelled import LABELS, Labelled
from sentiment.lessons import QUESTIONS
from sentiment.recipe import questions
from sentiment.weights import shipped


def row(text: str, label: str = "neutral", *, language: str = "en", split: str = "") -> Labelled:
    return Labelled(text=text, label=label, language=language, split=split)


def test_what_is_kept_for_a_test_is_neither_learned_from_nor_checked_by() -> None:
    rows = [row("a", split="train"), row("b", split="val"), row("c", split="test")]
    found = parted(rows)
    assert [one.text for one, _ in found.learning] == ["a"]
    assert [one.text for one in found.checking] == ["b"]
    assert found.set_aside == 1


def test_a_file_that_marks_nothing_for_checking_gives_a_tenth_the_same_every_time() -> None:
    rows = [row(f"text {number}", split="train") for number in range(1000)]
    found = parted(rows)
    assert 60 < len(found.checking) < 140
    assert len(found.learning) + len(found.checking) == 1000
    assert parted(reversed(rows)).checking == found.checking[::-1]


def test_a_language_without_all_labels_counts_less() -> None:
    rows = [row("text", label, split="train") for label in LABELS]
    rows += [row("texto", "positive", language="es", split="train"), row("x", split="val")]
    assert [weight for _, weight in parted(rows).learning] == [1, 1, 1, ONE_SIDED]


def test_pieces_are_believed_in_full_when_files_teach_much() -> None:
    assert asked(MANY_KINDS - 1) == questions()
    assert asked(MANY_KINDS) == QUESTIONS != questions()


def test_losses_on_our_own_corpus_are_counted_from_the_shipped_weights() -> None:
    """What is no worse than weights that have lost already must not be taken for that."""
    head = shipped().heads["sentiment"]
    on_its_head = replace(head, names=head.names[::-1])
    lost = replace(shipped(), heads={**shipped().heads, "sentiment": on_its_head})
    assert is_no_worse(shipped(), lost, [], io.StringIO())
    assert not is_no_worse(lost, lost, [], io.StringIO())


def test_languages_of_few_texts_count_as_one_and_a_large_one_hides_none() -> None:
    good, bad = ("Love it, thank you so much!", "positive"), ("Odio todo esto", "positive")
    many = [row(*good) for _ in range(10 * FEW)]
    few = [row(*bad, language="es") for _ in range(FEW)]
    assert figure(many, shipped()) == 1
    assert figure(many + few, shipped()) == pytest.approx(0.5)
    odd = [row(*bad, language=code) for code in ("es", "it")]
    assert figure(many + odd, shipped()) == pytest.approx(FEW / (FEW + 2))
    assert figure(odd, shipped()) == evaluate.by_language(odd, shipped())["all"].macro_f1


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (
            "text,label,language,split\na,0,en,train\nb,0,en,Test\n",
            "some.csv: 1 texts are for a test",
        ),
        ("text,label,language\na,0,en\n", "some.csv leaves nothing to check by"),
    ],
)
def test_what_a_file_does_not_give_is_told(tmp_path: Path, lines: str, told: str) -> None:
    path, out = tmp_path / "some.csv", io.StringIO()
    path.write_text(lines, "utf-8")
    assert [one.text for one, _ in read_given(path, out).learning] == ["a"]
    assert told in out.getvalue()
