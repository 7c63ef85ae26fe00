"""Which words and cues are told as what made a judgement."""

from __future__ import annotations

import numpy as np
import pytest

from config.settings import LANGUAGES
from sentiment.evidence import NAMES
from sentiment.explain import ENCODER, MOST, Pull, pulls, told
from sentiment.judge import Reading, read
from sentiment.stack import FEELING
from sentiment.weights import shipped

FILLER = "signal filler"
FILLERS = {
    "it": "ciao per favore grazie adesso",
    "en": "hello please now thanks",
    "fr": "bonjour merci maintenant",
    "de": "hallo bitte danke jetzt",
    "es": "hola por favor gracias ahora",
    "pl": "cześć proszę teraz dzięki",
    "el": "γεια παρακαλώ ευχαριστώ τώρα",
}


def _read(text: str, language: str = "en") -> Reading:
    return read(text, language, shipped())


def _pulls(text: str, answer: str, language: str = "en") -> tuple[Pull, ...]:
    found = pulls(_read(text, language), answer, shipped())
    return tuple(pull for pull in found if pull.what != ENCODER)


@pytest.mark.parametrize("answer", FEELING)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_filler_is_never_told_as_a_reason_though_it_pulls(language: str, answer: str) -> None:
    reading = _read(FILLERS[language], language)
    assert reading.seen is not None
    weights, at = shipped().heads["sentiment"].cues, NAMES.index(FILLER)
    pull = reading.seen.cues[at] * (weights[at] - weights[at].mean())[FEELING.index(answer)]
    assert abs(pull) > 0.1  # so much that it would be told, were it any other cue
    assert FILLER not in {one.what for one in _pulls(FILLERS[language], answer, language)}


def test_other_cues_are_told_and_the_strongest_stands_first() -> None:
    found = _pulls("The zip broke after two days, hello?!", "negative")
    assert found[0].what == "signal complaint"
    assert told(found[0]) == "a cue for complaint speaks for it"
    strengths = [abs(pull.strength) for pull in found]
    assert strengths == sorted(strengths, reverse=True)
    assert len(found) <= MOST


def test_a_complaint_and_cross_words_speak_for_negative_and_against_positive() -> None:
    text = "What an awful, awful jacket"
    cross = {pull.what: pull.strength for pull in _pulls(text, "negative")}
    glad = {pull.what: pull.strength for pull in _pulls(text, "positive")}
    for what in ("signal complaint", "lexicon cross"):
        assert cross[what] > 0.5
        assert glad[what] < -0.5


@pytest.mark.parametrize("pulled", ["awful", "jacket"])
def test_a_word_is_told_as_it_was_written(pulled: str) -> None:
    sides = {-0.2: "against", 0.2: "for"}
    for strength, side in sides.items():
        line = told(Pull(what=pulled, strength=strength, is_word=True))
        assert line == f"“{pulled}” speaks {side} it"


def test_every_number_a_text_is_judged_by_has_words() -> None:
    for name in NAMES:
        line = told(Pull(what=name, strength=1.0, is_word=False))
        assert line.endswith(" speaks for it")
        assert "_" not in line


def test_where_the_weights_did_not_judge_nothing_is_told() -> None:
    assert _pulls("Vad dyrt det blev", "negative", "sv") == ()
    assert _pulls("😡😡", "negative") == ()
    assert _pulls("The zip broke", "unknown") == ()


def test_the_pulls_of_all_pieces_and_cues_are_what_the_weights_say() -> None:
    """Told or not: added up, with the bias, they are the log-odds the answer was chosen by."""
    weights, reading = shipped(), _read("The zip broke after two days")
    head, seen = weights.heads["sentiment"], reading.seen
    assert seen is not None
    bias = head.bias - head.bias.mean()
    cues = head.cues - head.cues.mean(axis=1, keepdims=True)
    summed = [
        head.pull(seen, name).sum() + (seen.cues @ cues)[at] + bias[at]
        for at, name in enumerate(head.names)
    ]
    logs = np.log(head.probabilities(seen))
    assert np.array(summed) / head.temperature == pytest.approx(logs - logs.mean(), abs=1e-3)
