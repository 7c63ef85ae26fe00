"""The step with the encoder, where it is installed: `make test-encoder` does so first."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from config.settings import LANGUAGES
from sentiment import encoder, stack, stacking
from sentiment.corpus import Part, mentions
from sentiment.examples import example
from sentiment.explain import ENCODER, pulls, told
from sentiment.features import SIZE
from sentiment.judge import judge, read
from sentiment.lessons import Question
from sentiment.linear import Weights
from sentiment.measure import calibration_error, figures
from sentiment.stack import SHIPPED
from sentiment.stacking import MADE_BY, Step
from sentiment.trainer import train
from sentiment.weights import shipped

pytest.importorskip(encoder.PACKAGE)

TEXTS = {
    "it": "È la terza settimana che aspetto, nessuno risponde",
    "en": "Third week of waiting, and nobody answers",
    "el": "Τρίτη εβδομάδα που περιμένω και κανείς δεν απαντά",
    "pt": "Já é a terceira semana à espera e ninguém responde",
}


@pytest.fixture(scope="module")
def step() -> Iterator[Step]:
    found = stacking.installed()
    assert found is not None
    yield found


@pytest.mark.parametrize("language", sorted(TEXTS))
def test_with_an_encoder_it_judges_and_signs(language: str) -> None:
    result = judge(TEXTS[language], languages=LANGUAGES, hint=language)
    assert (result.score.label.value, result.score.made_by) == ("negative", MADE_BY)


def test_the_shipped_file_is_for_the_encoder_that_is_installed(step: Step) -> None:
    assert step.stack.is_of(step.encoder.vector(stack.PROBE))


@pytest.mark.parametrize("text", ["", " ", "\0", "half a \ud83d face", "🚲", "a" * 100_000])
def test_any_text_has_numbers(step: Step, text: str) -> None:
    assert np.linalg.norm(step.encoder.vector(text)) == pytest.approx(1, abs=0.01)


def test_threads_that_ask_at_once_hear_what_each_would_hear_alone(step: Step) -> None:
    texts = list(TEXTS.values()) * 2
    alone = [step.encoder.vector(text) for text in texts]
    with ThreadPoolExecutor(4) as together:
        found = list(together.map(step.encoder.vector, texts))
    assert np.array_equal(found, alone)


def test_what_has_no_words_or_no_learned_language_is_judged_as_before() -> None:
    assert judge("😡😡", languages=LANGUAGES).score.made_by == "emoji"
    assert judge("Vad dyrt", languages=LANGUAGES, hint="sv").score.made_by != MADE_BY


def test_a_cued_complaint_makes_joy_doubtful_here_as_well() -> None:
    text = "Great, third week without my parcel, what a wonderful service, thanks for nothing"
    score = judge(text, languages=LANGUAGES, hint="en").score
    assert score.label.value in ("negative", "unknown")
    assert score.made_by.startswith(MADE_BY)


def test_a_file_for_another_encoder_is_not_used_and_said(
    step: Step, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    stack.save(replace(step.stack, probe=-step.stack.probe), tmp_path / "encoder.npz")
    with caplog.at_level(logging.INFO):
        assert stacking.load(tmp_path / "encoder.npz") is None
    assert "is not the encoder of encoder.npz" in caplog.text


def test_a_broken_file_is_not_used_and_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "encoder.npz"
    path.write_bytes(SHIPPED.read_bytes()[:1000])
    with caplog.at_level(logging.INFO):
        assert stacking.load(path) is None
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "judge without the encoder" in caplog.text


def test_explain_tells_the_words_of_the_weights_and_then_of_the_encoder() -> None:
    weights, text = shipped(), TEXTS["en"]
    *words, last = pulls(read(text, "en", weights), "negative", weights)
    assert words
    assert last.what == ENCODER
    assert told(last) == "what the encoder makes of the whole text speaks for it"


def _taught_ten() -> Weights:
    """Weights that learned the feeling from ten sentences, as somebody's own might be: sure of
    little, and of that too sure."""
    texts = [
        example(f"{word} boots number {n}", "en", {"sentiment": (label,)})
        for n in range(4)
        for word, label in (("lovely", "positive"), ("awful", "negative"), ("size of", "neutral"))
    ]
    question = Question(name="sentiment", rows=SIZE, strength=10, cue_weight=1)
    made = train(texts, texts, made_of="ten sentences", questions=[question])
    return replace(shipped(), heads={**shipped().heads, **made.heads}, rarity=made.rarity)


def test_beside_weights_trained_here_the_encoder_still_helps() -> None:
    """Right about more than either half of the texts of two languages nobody taught them."""
    rows = [(row, code) for code in ("it", "de") for row in mentions(code, Part.TEST)[:25]]
    right = [row["sentiment"] for row, _ in rows]
    taught = _taught_ten()
    stacked = [
        judge(row["text"], languages=LANGUAGES, hint=code, weights=taught) for row, code in rows
    ]
    alone = [_alone(row["text"], code, taught) for row, code in rows]
    with_it = figures(right, [one.score.label.value for one in stacked]).macro_f1
    assert with_it > figures(right, alone).macro_f1 + 0.2


def _alone(text: str, language: str, weights: Weights) -> str:
    seen = read(text, language, weights).seen
    assert seen is not None
    said = weights.heads["sentiment"].probabilities(seen)
    return weights.heads["sentiment"].names[int(said.argmax())]


def test_on_texts_nobody_trained_on_it_is_no_worse_than_the_weights_and_as_honest() -> None:
    rows = [(row, code) for code in LANGUAGES for row in mentions(code, Part.TEST)[:20]]
    right = [row["sentiment"] for row, _ in rows]
    found = [judge(row["text"], languages=LANGUAGES, hint=code).score for row, code in rows]
    labels = [score.label.value for score in found]
    alone = [_alone(row["text"], code, shipped()) for row, code in rows]
    assert figures(right, labels).macro_f1 > figures(right, alone).macro_f1 - 0.01
    hit = [label == wanted for label, wanted in zip(labels, right, strict=True)]
    assert calibration_error([score.confidence for score in found], hit) < 0.12
