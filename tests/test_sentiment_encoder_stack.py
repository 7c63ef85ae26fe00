"""What reads an encoder's numbers: its sums, how it is trained, and its file. No encoder needed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.kernel_approximation import Nystroem
from sklearn.linear_model import LogisticRegression

from config.errors import ConfigError
from sentiment.encoder import LETTERS, WIDTH, checked, commands, prepared
from sentiment.examples import example
from sentiment.lessons import Example, Question
from sentiment.linear import Floats
from sentiment.stack import FEELING, SHIPPED, Stack, believed, load, save, softmax
from sentiment.stack_trainer import PARTS, Texts, calibrated, fit, make, part_of, said, trusted
from sentiment.trainer import train

CROSS, NEUTRAL, GLAD = range(3)
UNSURE = np.full(3, 1 / 3, np.float32)


def _texts(vectors: NDArray[Any], right: Any, linear: Floats) -> Texts:
    return Texts(
        vectors=vectors.astype(np.float32),
        linear=linear.astype(np.float32),
        right=np.asarray(right),
        counts=np.ones(len(right)),
        part=np.arange(len(right)) % PARTS,
    )


def _rightly(right: Any, sure: float) -> Floats:
    """Probabilities of somebody who is right, and so sure of it."""
    told = np.full((len(right), 3), (1 - sure) / 2, np.float32)
    told[np.arange(len(right)), right] = sure
    return told


def _clouds(random: np.random.Generator, texts: int) -> tuple[Floats, Any]:
    """Vectors that tell their feeling by where they are, and these feelings."""
    right = random.integers(0, 3, texts)
    centres = np.random.default_rng(0).normal(size=(3, WIDTH))
    return (centres[right] + random.normal(size=(texts, WIDTH))).astype(np.float32), right


@pytest.fixture(scope="module")
def stack() -> Stack:
    """One that can trust the encoder alone: the weights say the same of every text."""
    random = np.random.default_rng(1)
    vectors, right = _clouds(random, 240)
    texts = _texts(vectors, right, np.tile(UNSURE, (240, 1)))
    return fit(texts, texts, probe=vectors[0] / np.linalg.norm(vectors[0]), made_of="clouds")


def _chosen(stack: Stack, vector: Floats, linear: Floats) -> int:
    told = stack.together(vector, dict(zip(FEELING, linear.tolist(), strict=True)))
    return FEELING.index(max(told, key=told.__getitem__))


def test_what_the_numbers_tell_is_how_alike_they_are_to_the_landmarks(stack: Stack) -> None:
    vector = np.random.default_rng(2).normal(size=WIDTH).astype(np.float32)
    spot = (vector - stack.mean) / stack.scale
    logits = stack.bias.astype(float)
    for landmark, pull in zip(stack.landmarks, stack.pulls, strict=True):
        logits = logits + np.exp(-float(stack.reach) * ((landmark - spot) ** 2).sum()) * pull
    powers = np.exp(logits - logits.max())
    assert stack.meant(vector) == pytest.approx(powers / powers.sum(), abs=1e-3)


def test_the_two_tables_of_the_training_are_one_at_work_and_say_the_same(stack: Stack) -> None:
    vectors, right = _clouds(np.random.default_rng(1), 240)
    units = (vectors - vectors.mean(axis=0)) / vectors.std(axis=0)
    near = Nystroem(gamma=float(stack.reach), n_components=240, random_state=0).fit(units)
    model = LogisticRegression(C=1, max_iter=300, tol=1e-3).fit(near.transform(units), right)
    wanted = model.predict_proba(near.transform(units))
    assert said(stack, vectors) == pytest.approx(wanted, abs=0.02)


def test_a_feeling_the_numbers_tell_is_known_of_new_texts(stack: Stack) -> None:
    vectors, right = _clouds(np.random.default_rng(3), 90)
    found = [_chosen(stack, vector, UNSURE) for vector in vectors]
    assert np.mean(np.array(found) == right) > 0.95


def test_where_the_numbers_tell_nothing_the_weights_are_believed() -> None:
    random = np.random.default_rng(4)
    right = random.integers(0, 3, 240)
    noise = random.normal(size=(240, WIDTH))
    texts = _texts(noise, right, _rightly(right, 0.7))
    stack = fit(texts, texts, probe=np.ones(WIDTH, np.float32), made_of="noise")
    fresh = random.normal(size=(90, WIDTH)).astype(np.float32)
    truth = random.integers(0, 3, 90)
    found = [
        _chosen(stack, vector, linear)
        for vector, linear in zip(fresh, _rightly(truth, 0.7), strict=True)
    ]
    assert np.mean(np.array(found) == truth) > 0.95


def test_how_far_the_encoder_is_believed_is_not_learned_from_texts_it_remembers() -> None:
    """In 384 dimensions any noise can be learned by heart: heard about the very texts it was taught
    on, it would seem to know them all, and outvote weights that are right four times in five."""
    random = np.random.default_rng(5)
    right = random.integers(0, 3, 300)
    told = np.where(random.random(300) < 0.8, right, random.integers(0, 3, 300))
    texts = _texts(random.normal(size=(300, WIDTH)), right, _rightly(told, 0.8))
    stack = fit(texts, texts, probe=np.ones(WIDTH, np.float32), made_of="noise")
    weights, encoder = stack.trust.tolist()
    assert weights > 2 * encoder


@settings(max_examples=30)
@given(seed=st.integers(0, 2**32 - 1), likely=st.lists(st.floats(0, 1), min_size=3, max_size=3))
def test_probabilities_add_up_whatever_was_said(
    stack: Stack, seed: int, likely: list[float]
) -> None:
    vector = np.random.default_rng(seed).normal(size=WIDTH).astype(np.float32)
    told = stack.together(vector, dict(zip(FEELING, likely, strict=True)))
    assert sum(told.values()) == pytest.approx(1, abs=1e-4)
    assert all(0 <= one <= 1 for one in told.values())


def test_weights_that_know_two_answers_are_heard_as_well(stack: Stack) -> None:
    vector = stack.mean
    told = stack.together(vector, {"negative": 0.9, "positive": 0.1})
    assert set(told) == set(FEELING)


def test_weights_that_never_doubt_are_believed_like_very_sure_ones() -> None:
    certain, sure = np.array([1.0, 0, 0], np.float32), np.array([0.99, 0.005, 0.005], np.float32)
    even = np.ones(2, np.float32)
    found = [believed(one, UNSURE, even) for one in (certain, sure)]
    assert found[0] == pytest.approx(found[1], abs=0.02)


def test_both_together_are_surer_than_either_and_between_them_where_they_differ() -> None:
    even = np.ones(2, np.float32)
    glad, cross = _rightly([GLAD], 0.7)[0], _rightly([CROSS], 0.6)[0]
    assert believed(glad, glad, even)[GLAD] > 0.8
    apart = believed(glad, cross, even)
    assert 0.6 > apart[GLAD] > apart[CROSS] > 0.3


def test_trust_makes_what_both_say_together_as_sure_as_it_is_right() -> None:
    random = np.random.default_rng(6)
    right = random.integers(0, 3, 3000)
    told = [np.where(random.random(3000) < 0.7, right, random.integers(0, 3, 3000)) for _ in "ab"]
    linear, meant = (_rightly(one, 0.95) for one in told)  # right in 80 %, and surer than that
    texts = _texts(np.zeros((3000, WIDTH)), right, linear)
    found = trusted(texts, meant)
    assert found[0] == pytest.approx(found[1], rel=0.1)
    for trust in (found, calibrated(found * 3, texts, meant)):
        both = believed(linear, meant, trust)
        hits = both.argmax(axis=1) == right
        assert both.max(axis=1).mean() == pytest.approx(hits.mean(), abs=0.03)


QUESTION = Question(name="sentiment", rows=1 << 10, strength=10, cue_weight=1)
SAYINGS = {"negative": "awful {} boots", "neutral": "which {} boots", "positive": "lovely {} boots"}


def _examples() -> list[Example]:
    return [
        example(saying.format(number), "en", {"sentiment": (label,)})
        for number in ("red", "blue", "green", "black", "white", "big", "small", "old", "new")
        for label, saying in SAYINGS.items()
    ]


def _numbers_of(seed: int) -> Callable[[str], Floats]:
    def vector(text: str) -> Floats:
        number = sum(map(ord, text)) + seed
        return np.random.default_rng(number).normal(size=WIDTH).astype(np.float32)

    return vector


def test_from_labelled_texts_to_a_stack_that_believes_the_step_that_knows() -> None:
    texts = _examples()
    texts.append(example("boots on fire", "en", {"danger": ("danger",)}))  # tells no feeling
    weights = train(texts, texts[:-1], made_of="sayings", questions=[QUESTION])
    noise = _numbers_of(7)
    stack = make(texts, texts, weights, noise, question=QUESTION, made_of="sayings")
    assert stack.made_of == "sayings"
    assert len(stack.landmarks) == len(texts) - 1
    for label, saying in SAYINGS.items():
        linear = _rightly([FEELING.index(label)], 0.8)[0]
        assert FEELING[_chosen(stack, noise(saying), linear)] == label


def test_the_same_text_is_in_the_same_part_and_every_part_has_some() -> None:
    parts = [part_of(f"text {number}") for number in range(60)]
    assert parts == [part_of(f"text {number}") for number in range(60)]
    assert set(parts) == set(range(PARTS))


def test_weights_that_do_not_know_all_feelings_are_refused() -> None:
    two = [one for one in _examples() if one.answers["sentiment"] != ("neutral",)]
    weights = train(two, two, made_of="two", questions=[QUESTION])
    with pytest.raises(ValueError, match="negative, positive alone"):
        make(two, two, weights, _numbers_of(0), question=QUESTION, made_of="two")


def test_what_was_saved_judges_as_before(stack: Stack, tmp_path: Path) -> None:
    save(stack, tmp_path / "encoder.npz")
    again = load(tmp_path / "encoder.npz")
    for field in fields(stack):
        assert np.array_equal(getattr(again, field.name), getattr(stack, field.name)), field.name


def test_the_shipped_file_is_small_and_of_our_own_corpus() -> None:
    assert SHIPPED.stat().st_size < 1_500_000
    shipped = load(SHIPPED)
    assert "corpus" in shipped.made_of
    assert np.linalg.norm(shipped.probe) == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("rubbish", [b"", b"rubbish", b"PK\x03\x04"])
def test_a_broken_file_is_told_in_one_line(rubbish: bytes, tmp_path: Path) -> None:
    path = tmp_path / "encoder.npz"
    path.write_bytes(rubbish)
    with pytest.raises(ConfigError, match=r"encoder\.npz.*cannot be read"):
        load(path)
    with pytest.raises(ConfigError, match=r"none\.npz.*cannot be read"):
        load(tmp_path / "none.npz")


@pytest.mark.parametrize(
    ("name", "wrong", "problem"),
    [
        ("mean", np.zeros(WIDTH - 1), "mean is no table"),
        ("landmarks", np.zeros((5, WIDTH - 1)), "landmarks is no table"),
        ("pulls", np.zeros((5, 3)), "pulls is no table"),
        ("trust", np.zeros(6), "trust is no table"),
        ("bias", np.full(3, np.nan), "bias is no table"),
        ("scale", np.zeros(WIDTH), "more than nothing"),
        ("reach", np.array(0.0), "more than nothing"),
        ("trust", np.array([1.0, 0.0]), "more than nothing"),
        ("feeling", np.array(["glad", "sad", "mad"]), "nobody asked for"),
    ],
)
def test_a_file_of_another_shape_is_refused(
    name: str, wrong: Any, problem: str, stack: Stack, tmp_path: Path
) -> None:
    path = tmp_path / "encoder.npz"
    save(stack, path)
    with np.load(path) as file:
        arrays = dict(file)
    np.savez_compressed(path, **{**arrays, name: wrong})
    with pytest.raises(ConfigError, match=problem):
        load(path)


def test_a_file_that_lacks_something_is_refused(stack: Stack, tmp_path: Path) -> None:
    path = tmp_path / "encoder.npz"
    save(stack, path)
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files if name != "probe"}
    np.savez_compressed(path, **arrays)
    with pytest.raises(ConfigError, match="probe"):
        load(path)


def test_an_encoder_that_sees_things_otherwise_is_known_by_that(stack: Stack) -> None:
    other = np.random.default_rng(8).normal(size=WIDTH).astype(np.float32)
    assert stack.is_of(stack.probe)
    assert not stack.is_of(other / np.float32(np.linalg.norm(other)))


def test_softmax_does_not_run_over() -> None:
    assert softmax(np.array([1e4, 0, -1e4], np.float32)).tolist() == [1, 0, 0]


@given(text=st.text())
def test_any_text_can_be_handed_to_an_encoder(text: str) -> None:
    ready = prepared(text)
    assert "\0" not in ready
    assert len(ready) <= LETTERS
    ready.encode("utf-8")


@pytest.mark.parametrize(
    ("text", "ready"),
    [
        ("Tom &amp; Anna", "Tom & Anna"),
        ("see https://a.example/1 now", "see http now"),
        ("@anna.b hello", "@user hello"),
        ("half a \ud83d face", "half a ? face"),
        ("a\0b", "a b"),
        ("GREAT  SHOES", "GREAT  SHOES"),
    ],
)
def test_an_encoder_reads_a_text_as_it_was_written_but_for_links_and_handles(
    text: str, ready: str
) -> None:
    assert prepared(text) == ready


@pytest.mark.parametrize(
    "found", [np.zeros(3, np.float32), np.zeros((1, WIDTH)), np.full(WIDTH, np.nan)]
)
def test_what_can_be_no_text_is_refused(found: Floats) -> None:
    with pytest.raises(ValueError, match="384 numbers"):
        checked(found)


def test_what_the_processor_can_do_is_read_from_what_linux_tells() -> None:
    told = "processor\t: 0\nmodel name\t: avx2\nflags\t\t: fpu sse2 avx2 fma\nbugs\t: f16c\n"
    assert commands(told) == {"fpu", "sse2", "avx2", "fma"}
    assert commands("Features\t: fp asimd\n") == frozenset()
