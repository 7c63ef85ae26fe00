"""The linear model: what a text is to it, what is learned, and the file that is kept."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import ConfigError
from config.settings import LANGUAGES
from sentiment.cues import find
from sentiment.evidence import NAMES, evidence
from sentiment.examples import example
from sentiment.features import LETTERS, MAX_LETTERS, SIZE, pieces
from sentiment.learned import DANGER, learn, vector
from sentiment.lessons import QUESTIONS, Example, Question
from sentiment.linear import Head, Weights
from sentiment.signals import DANGERS
from sentiment.topics import TOPICS
from sentiment.trainer import train
from sentiment.weights import SHIPPED, chosen, load, save, shipped


@given(st.text())
def test_any_text_is_so_many_different_pieces_of_letters_and_then_of_words(text: str) -> None:
    found = pieces(text)
    assert found.dtype == np.int32
    assert len(set(found.tolist())) == len(found)
    assert all(0 <= piece < SIZE for piece in found)
    assert list(found) == sorted(found)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("GREAT   shoes", "great shoes"),
        ("soooooo good", "sooo good"),
        ("@anna hello https://a.example/1", "@bea hello https://b.example/2"),
        ("order 4711", "order 0815"),
        ("tom &amp; anna", "tom & anna"),
    ],
)
def test_what_says_nothing_of_a_feeling_is_made_alike(one: str, other: str) -> None:
    assert pieces(one).tolist() == pieces(other).tolist()


def test_letters_without_their_accents_are_the_same_and_words_are_not() -> None:
    plain, accented = pieces("wloczega"), pieces("włóczęga")
    assert plain[plain < LETTERS].tolist() == accented[accented < LETTERS].tolist()
    assert plain[plain >= LETTERS].tolist() != accented[accented >= LETTERS].tolist()


def test_a_long_text_is_read_up_to_its_first_thousand_letters() -> None:
    text = ("I love it. " * MAX_LETTERS)[: MAX_LETTERS - 1] + " "
    assert pieces(text + "fine").tolist() == pieces(text + "terrible " * 500).tolist()


@given(text=st.text(), language=st.sampled_from(LANGUAGES), felt=st.floats(-1, 1))
def test_evidence_is_between_nothing_and_all(text: str, language: str, felt: float) -> None:
    found = evidence(text, find(text, language), felt)
    assert found.shape == (len(NAMES),)
    assert ((found >= 0) & (found <= 1)).all()


@given(text=st.text(min_size=1), language=st.sampled_from(LANGUAGES))
def test_probabilities_are_some_whatever_the_text(text: str, language: str) -> None:
    weights = shipped()
    known = learn(vector(text, find(text, language), 0.0, weights), weights)
    assert sum(known.sentiment.values()) == pytest.approx(1, abs=1e-4)
    assert set(known.topics) <= set(TOPICS)
    assert all(0 <= likely <= 1 for likely in known.topics.values())
    assert known.kind in DANGERS
    assert known.alarming or not known.dangerous


@given(text=st.text(), language=st.sampled_from(LANGUAGES))
def test_heads_asked_together_say_what_each_says_alone(text: str, language: str) -> None:
    weights = shipped()
    seen = vector(text, find(text, language), 0.0, weights)
    for name, said in weights.answers(seen).items():
        assert said == pytest.approx(weights.heads[name].probabilities(seen), abs=1e-4)


GLAD = ["lovely boots", "i love them", "what a lovely day", "love this shop", "so lovely, thanks"]
CROSS = ["awful boots", "i hate them", "what an awful day", "hate this shop", "so awful, never"]
QUESTION = Question(name="sentiment", rows=SIZE, strength=10, cue_weight=1)
TINY = Question(name="sentiment", rows=1 << 10, strength=10, cue_weight=1)


def _examples() -> list[Example]:
    glad = [example(text, "en", {"sentiment": ("positive",)}) for text in GLAD]
    return glad + [example(text, "en", {"sentiment": ("negative",)}) for text in CROSS]


def _trained(question: Question = QUESTION) -> Weights:
    """Only the feeling is new: weights answer every question."""
    made = train(_examples(), _examples(), made_of="ten sentences", questions=[question])
    return replace(made, heads={**shipped().heads, **made.heads})


def _says(weights: Weights, text: str) -> dict[str, float]:
    head = weights.heads["sentiment"]
    seen = weights.rarity.vector(pieces(text), np.zeros(len(NAMES), np.float32))
    return dict(zip(head.names, head.probabilities(seen).tolist(), strict=True))


@pytest.mark.parametrize("question", [QUESTION, TINY], ids=["every piece", "pieces share rows"])
def test_what_was_taught_is_known_in_other_sentences(question: Question) -> None:
    weights = _trained(question)
    assert _says(weights, "a lovely jacket")["positive"] > 0.6
    assert _says(weights, "an awful jacket")["negative"] > 0.6


def test_less_trust_makes_pieces_pull_less_to_the_same_side() -> None:
    full = _trained()
    half = _trained(Question(name="sentiment", rows=SIZE, strength=10, cue_weight=1, trust=0.5))
    text = "a lovely jacket"
    piece = [_pull(weights.heads["sentiment"], weights, text) for weights in (full, half)]
    assert piece[1] == pytest.approx(piece[0] / 2, rel=1e-3)


def _pull(head: Head, weights: Weights, text: str) -> float:
    seen = weights.rarity.vector(pieces(text), np.zeros(len(NAMES), np.float32))
    return float(head.pull(seen, "positive").sum())


def test_several_answers_may_hold_at_once_and_each_has_its_own_cut() -> None:
    both = [example("late and broken parcel", "en", {"topics": ("delivery", "damaged")})] * 5
    late = [example("late parcel", "en", {"topics": ("delivery",)})] * 5
    size = [example("which size fits", "en", {"topics": ("size",)})] * 5
    texts = [*both, *late, *size]
    question = Question(name="topics", rows=1 << 10, strength=10, cue_weight=1, many=True)
    weights = train(texts, texts, made_of="three sentences", questions=[question])
    head = weights.heads["topics"]
    seen = weights.rarity.vector(both[0].pieces, both[0].cues)
    said = dict(zip(head.names, head.probabilities(seen) >= head.cuts, strict=True))
    assert said == {"damaged": True, "delivery": True, "size": False}


def test_of_what_is_no_danger_no_more_is_alarming_than_the_question_allows() -> None:
    calm = [example(f"which size is number {n}, please", "en", {DANGER: ()}) for n in range(90)]
    near = [example(f"the jacket {n} is fire", "en", {DANGER: ()}) for n in range(10)]
    fire = [example(f"the jacket {n} is on fire", "en", {DANGER: (DANGER,)}) for n in range(50)]
    texts = [*calm, *near, *fire]
    question = Question(
        name=DANGER, rows=1 << 10, strength=1, cue_weight=1, many=True, most_false=(0.05, 0.01)
    )
    weights = train(texts, texts, made_of="three sentences", questions=[question])
    possible, believed = weights.heads[DANGER].cuts.tolist()
    said = [_danger(weights, one) for one in [*calm, *near]]
    assert sum(likely >= possible for likely in said) <= 6
    assert sum(likely >= believed for likely in said) <= 2
    assert sum(_danger(weights, one) >= possible for one in fire) > 40


def _danger(weights: Weights, one: Example) -> float:
    return float(weights.answers(weights.rarity.vector(one.pieces, one.cues))[DANGER][0])


def test_weights_that_were_saved_judge_as_before(tmp_path: Path) -> None:
    weights, path = _trained(), tmp_path / "weights.npz"
    save(weights, path)
    again = load(path)
    assert (again.made_of, again.languages) == ("ten sentences", ())  # ten teach no language
    for text in ("a lovely jacket", "an awful jacket", "", "🚲"):
        assert _says(again, text) == pytest.approx(_says(weights, text), abs=0.005)


def test_the_shipped_weights_are_small_and_answer_every_question() -> None:
    assert SHIPPED.stat().st_size < 2_500_000
    assert set(shipped().heads) == {question.name for question in QUESTIONS}
    assert set(shipped().languages) >= set(LANGUAGES)
    assert "corpus" in shipped().made_of


def test_what_was_trained_here_goes_before_what_was_shipped(tmp_path: Path) -> None:
    path = tmp_path / "weights.npz"
    assert chosen(path) is shipped()
    save(_trained(), path)
    assert chosen(path).made_of == "ten sentences"


def test_a_broken_file_of_weights_is_told_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "weights.npz"
    for rubbish in (b"", b"rubbish", SHIPPED.read_bytes()[:1000]):
        path.write_bytes(rubbish)
        with pytest.raises(ConfigError, match=r"weights\.npz.*cannot be read as weights"):
            load(path)


def test_weights_that_leave_a_question_open_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "weights.npz"
    weights = shipped()
    kept = {name: head for name, head in weights.heads.items() if name != "phase"}
    save(replace(weights, heads=kept), path)
    with pytest.raises(ConfigError, match="not all questions"):
        load(path)


def test_weights_that_no_judgement_could_be_made_of_are_refused(tmp_path: Path) -> None:
    heads = shipped().heads
    one_cut = replace(heads["danger"], cuts=heads["danger"].cuts[:1])
    unheard = replace(heads["kind"], names=("flood", *heads["kind"].names[1:]))
    for number, wrong in enumerate(({"danger": one_cut}, {"kind": unheard})):
        path = tmp_path / f"{number}.npz"
        save(replace(shipped(), heads={**heads, **wrong}), path)
        with pytest.raises(ConfigError, match="nobody asked for"):
            load(path)


def test_two_who_save_at_once_leave_whole_weights(tmp_path: Path) -> None:
    path = tmp_path / "weights.npz"
    with ThreadPoolExecutor(4) as together:
        list(together.map(lambda _: save(shipped(), path), range(8)))
    assert load(path).made_of == shipped().made_of
    assert [kept.name for kept in tmp_path.iterdir()] == ["weights.npz"]


def test_weights_for_other_evidence_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "weights.npz"
    with np.load(SHIPPED) as file:
        arrays = dict(file)
    np.savez_compressed(path, **{**arrays, "evidence": np.array(["something", "else"])})
    with pytest.raises(ConfigError, match="another version"):
        load(path)
