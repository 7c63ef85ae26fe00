"""The one door: everything a text can tell, and nothing that breaks it."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from config.settings import LANGUAGES
from sentiment.corpus import Part, mentions
from sentiment.judge import _danger, _reconciled, judge
from sentiment.learned import Learned
from sentiment.phase import Phase
from sentiment.score import Score, Sentiment
from sentiment.signals import DANGERS, Signal
from sentiment.topics import OTHER, TOPICS


def test_a_judgement_holds_all_a_text_tells() -> None:
    result = judge("Dov'è il mio pacco? Tre settimane di ritardo, vergogna!", languages=LANGUAGES)
    assert result.language == "it"
    assert result.topics[0] == "delivery"
    assert result.phase is Phase.ACQUISITION
    assert result.signals == {Signal.COMPLAINT, Signal.QUESTION}
    assert result.score.label is Sentiment.NEGATIVE


def test_the_networks_word_for_the_language_is_used() -> None:
    result = judge("Super!", languages=LANGUAGES, hint="de")
    assert result.language == "de"
    assert Signal.PRAISE in result.signals


def test_a_language_we_do_not_speak_is_told_and_not_guessed_at() -> None:
    result = judge("Waar is mijn pakket? Schande!", languages=LANGUAGES, hint="nl")
    assert (result.language, result.topics, result.phase) == ("nl", (), Phase.UNKNOWN)
    assert result.score.label is Sentiment.UNKNOWN


def test_of_a_language_we_only_learned_to_feel_nothing_else_is_claimed() -> None:
    result = judge("Que vergonha, atendimento horrível", languages=LANGUAGES, hint="pt")
    assert (result.language, result.topics, result.phase) == ("pt", (), Phase.UNKNOWN)
    assert (result.score.label, result.score.made_by) == (Sentiment.NEGATIVE, "trained")


@pytest.mark.parametrize(
    "text",
    [
        "Great, third week without my parcel. Love it!",
        "Thanks for nothing, what a wonderful, fantastic delivery service",
        "Oh brilliant, the zip broke. Amazing quality.",
        "Complimenti davvero, terza settimana senza pacco",
    ],
)
def test_scorn_is_a_complaint_and_never_joy(text: str) -> None:
    result = judge(text, languages=LANGUAGES)
    assert Signal.COMPLAINT in result.signals
    assert Signal.PRAISE not in result.signals
    assert result.score.label in (Sentiment.NEGATIVE, Sentiment.UNKNOWN)


def test_what_is_read_as_joy_beside_a_cued_complaint_is_unknown() -> None:
    joy = Score(label=Sentiment.POSITIVE, score=0.9, confidence=0.9, made_by="trained")
    doubted = _reconciled(joy, {Signal.COMPLAINT})
    assert (doubted.label, doubted.score, doubted.confidence) == (Sentiment.UNKNOWN, 0, 0)
    assert doubted.made_by == "trained, contradicted by cues"
    assert _reconciled(joy, {Signal.PRAISE}) is joy


def test_what_no_cue_hears_is_a_complaint_if_the_weights_are_sure_of_it() -> None:
    result = judge("Ich könnte heulen, so eine Enttäuschung", languages=LANGUAGES)
    assert result.score.made_by == "trained"
    assert result.score.confidence > 0.6
    assert Signal.COMPLAINT in result.signals


def test_nobody_praises_in_a_bad_mood() -> None:
    for language in LANGUAGES:
        for row in mentions(language, Part.DEV):
            result = judge(row["text"], languages=LANGUAGES, hint=language)
            if "praise" in result.topics:
                assert result.score.label is not Sentiment.NEGATIVE
                assert Signal.COMPLAINT not in result.signals


def test_an_injury_is_heard_whatever_the_network_says_the_language_is() -> None:
    for hint in ("pt", "und", None):
        assert Signal.SAFETY in judge("ferito", languages=LANGUAGES, hint=hint).signals


CUED = frozenset({Signal.SAFETY})


@pytest.mark.parametrize(
    ("cues", "alarming", "dangerous", "expected"),
    [
        (CUED, True, False, {Signal.SAFETY}),
        (CUED, False, False, {Signal.ALARMING}),
        (frozenset(), True, False, {Signal.ALARMING}),
        (frozenset({Signal.SELF_HARM}), False, False, {Signal.ALARMING, Signal.DELICATE}),
        (frozenset(), True, True, {Signal.LEGAL}),
        (CUED, True, True, {Signal.SAFETY}),
        (frozenset(), False, False, set()),
    ],
)
def test_danger_takes_two_witnesses_or_a_sure_one_and_one_asks_a_person_to_look(
    *, cues: frozenset[Signal], alarming: bool, dangerous: bool, expected: set[Signal]
) -> None:
    known = Learned(
        sentiment={},
        topics={},
        phase=Phase.UNKNOWN,
        kind="legal",
        alarming=alarming,
        delicate=False,
        dangerous=dangerous,
    )
    assert _danger(cues, known) == expected


def test_what_may_be_despair_by_the_weights_alone_is_delicate() -> None:
    known = Learned(
        sentiment={},
        topics={},
        phase=Phase.UNKNOWN,
        kind="self_harm",
        alarming=True,
        delicate=True,
        dangerous=False,
    )
    assert _danger(frozenset(), known) == {Signal.ALARMING, Signal.DELICATE}
    assert _danger(CUED, known) == {Signal.SAFETY}


@pytest.mark.parametrize(
    ("language", "greetings"),
    [
        ("en", "Hi @acme|Hello everyone|Hey Acme team|Evening all|One question please|Yep|Nope"),
        ("it", "Ciao @acme|Buonasera @acme|Salve Acme|Sì sì|Una domandina|Eccomi"),
        ("fr", "Bonsoir @acme|Bonjour Acme|Coucou tout le monde|Une question svp|Oui oui"),
        ("de", "Hallo @acme|Moin moin|Guten Abend Acme|Mal eine Frage|Jaja"),
        ("es", "Hola @acme|Buenas noches Acme|Hola qué tal|Una consulta|Sí sí"),
        ("pl", "Cześć @acme|Dobry wieczór Acme|Hejka|Pytanko|Tak tak"),
        ("el", "Γεια σας @acme|Καλησπέρα Acme|Γεια χαρά|Μια ερωτησούλα|Ναι ναι"),
    ],
)
def test_a_greeting_alarms_nobody(language: str, greetings: str) -> None:
    for greeting in greetings.split("|"):
        signals = judge(greeting, languages=LANGUAGES, hint=language).signals
        assert not signals & {*DANGERS.values(), Signal.ALARMING}, greeting


ODD = st.characters(categories=("Cs", "Cc", "Cf", "Mn", "So", "Lo", "Ll", "Po", "Zs"))


@given(
    text=st.text() | st.text(alphabet=ODD),
    hint=st.none() | st.sampled_from([*LANGUAGES, "pt", "und"]) | st.text(max_size=5),
)
@example(text="\ud800", hint=None)
@example(text="refund \udfff\ud800 please", hint=None)
@example(text="\x00" * 50, hint="en")
@example(text="\u202eparcel\u2066 \u200f", hint=None)
@example(text="where is my parcel? " * 500, hint=None)
@example(text="a" * 10_000, hint=None)
@example(text="😡" * 10_000, hint="el")
@example(text="!" * 10_000, hint="en")
@example(text="𝔓𝔞𝔯𝔠𝔢𝔩", hint=None)
def test_no_text_breaks_the_judge(text: str, hint: str | None) -> None:
    result = judge(text, languages=LANGUAGES, hint=hint)
    assert result.language == "unknown" or len(result.language) == 2
    assert -1 <= result.score.score <= 1
    assert 0 <= result.score.confidence <= 1
    assert result.score.label in set(Sentiment)
    assert set(result.topics) <= {*TOPICS, OTHER}
    assert len(set(result.topics)) == len(result.topics)
    assert result.signals <= set(Signal)
    assert result.phase in set(Phase)
    assert not {Signal.PRAISE, Signal.COMPLAINT} <= result.signals


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz ", max_size=200))
def test_a_judgement_depends_on_the_text_alone(text: str) -> None:
    assert judge(text, languages=LANGUAGES) == judge(text, languages=LANGUAGES)
