"""How a text feels."""

from __future__ import annotations

import pytest
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from sentiment.score import MAX_LETTERS, Sentiment, score
from sentiment.signals import Signal

GLAD, SAD, UNKNOWN = Sentiment.POSITIVE, Sentiment.NEGATIVE, Sentiment.UNKNOWN

ENGLISH = [
    "Love these boots, best purchase of the year!",
    "Terrible service, I hate waiting.",
    "The parcel is on the table.",
    "NOT good at all :(",
    "It was okay, but the delivery was awful",
    "Happy enough 😍",
]


@pytest.mark.parametrize("text", ENGLISH)
def test_english_is_scored_by_vader_to_the_digit(text: str) -> None:
    compound = SentimentIntensityAnalyzer().polarity_scores(text)["compound"]
    result = score(text, "en")
    assert result.score == compound
    assert result.made_by == "vader"
    wanted = GLAD if compound >= 0.05 else SAD if compound <= -0.05 else Sentiment.NEUTRAL
    assert result.label is wanted


def test_confidence_grows_with_the_feeling() -> None:
    mild, strong = score("It is fine.", "en"), score("I absolutely LOVE it!!! Best ever", "en")
    assert 0.5 < mild.confidence < strong.confidence <= 1


def test_a_text_vader_knows_no_word_of_is_a_weak_neutral() -> None:
    result = score("The parcel is on the table.", "en")
    assert (result.label, result.confidence) == (Sentiment.NEUTRAL, 0.3)


def test_only_the_beginning_of_a_long_text_is_scored() -> None:
    text = "I love it. ".ljust(MAX_LETTERS) + "terrible awful horrible disaster " * 50
    assert score(text, "en").label is GLAD


@pytest.mark.parametrize("language", ["en", "it", "el", "pt", "unknown"])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("😍😍😍", GLAD),
        ("😡", SAD),
        ("❤️ @acme", GLAD),
        ("👎👎 https://a.example/x", SAD),
        (":)", GLAD),
        (":(", SAD),
    ],
)
def test_emoji_alone_read_the_same_in_every_language(
    language: str, text: str, expected: Sentiment
) -> None:
    result = score(text, language)
    assert (result.label, result.made_by) == (expected, "emoji")


@pytest.mark.parametrize("language", ["en", "it", "unknown"])
@pytest.mark.parametrize(
    "text", ["", "   ", "42", "!!!", "@acme", "https://a.example/d", "😍😡", "🚲"]
)
def test_what_nobody_can_read_is_unknown_and_never_neutral(language: str, text: str) -> None:
    result = score(text, language)
    assert (result.label, result.score, result.confidence) == (UNKNOWN, 0.0, 0.0)
    assert result.made_by == "none"


NEUTRAL = Sentiment.NEUTRAL


@pytest.mark.parametrize(
    ("language", "expected", "text"),
    [
        ("it", GLAD, "Scarpe bellissime, siete bravi"),
        ("it", SAD, "Servizio pessimo, mai più"),
        ("it", NEUTRAL, "Oggi le porto al lago"),
        ("fr", GLAD, "Superbes, je suis ravie"),
        ("fr", SAD, "Une honte, n'achetez pas"),
        ("fr", NEUTRAL, "Je les porte au lac"),
        ("de", GLAD, "Ich bin begeistert, tolle Schuhe"),
        ("de", SAD, "Eine Frechheit, nie wieder"),
        ("de", NEUTRAL, "Heute trage ich sie am See"),
        ("es", GLAD, "Me encantan, son preciosas"),
        ("es", SAD, "Un desastre, no compréis aquí"),
        ("es", NEUTRAL, "Hoy las llevo al lago"),
        ("pl", GLAD, "Świetne buty, polecam"),
        ("pl", SAD, "Tragedia, nie polecam"),
        ("pl", NEUTRAL, "Dziś mam je nad jeziorem"),
        ("el", GLAD, "Υπέροχα, είμαι ευχαριστημένη"),
        ("el", SAD, "Αίσχος, δεν απαντά κανείς"),
        ("el", NEUTRAL, "Σήμερα τα φοράω στη λίμνη"),
    ],
)
def test_other_languages_are_read_with_words_of_their_own(
    language: str, expected: Sentiment, text: str
) -> None:
    result = score(text, language)
    assert (result.label, result.made_by) == (expected, "lexicon")
    assert result.confidence == (0.3 if expected is NEUTRAL else pytest.approx(0.5, abs=0.5))


def test_a_language_without_a_lexicon_is_read_by_cues_and_emoji_or_not_at_all() -> None:
    assert score("Hoje no lago", "pt").label is UNKNOWN
    assert score("Hoje no lago 😡", "pt").label is SAD


def test_scorn_that_reads_as_joy_is_negative_by_its_cue() -> None:
    result = score("Complimenti davvero, terza settimana senza pacco", "it")
    assert (result.label, result.made_by) == (SAD, "cues")


def test_emoji_count_beside_words() -> None:
    assert score("Oggi al lago 😍", "it").label is GLAD
    assert score("Dziś nad jeziorem😡", "pl").label is SAD


def test_kind_words_under_an_angry_face_are_doubtful() -> None:
    assert abs(score("Bravi 😡", "it").score) < abs(score("Bravi", "it").score)


def test_a_complaint_under_a_clapping_emoji_is_negative() -> None:
    assert score("Pessimo servizio 👏😍", "it").label is SAD


def test_signals_already_known_are_not_looked_up_again() -> None:
    assert score("parole", "it", cued=frozenset({Signal.COMPLAINT})).label is SAD
