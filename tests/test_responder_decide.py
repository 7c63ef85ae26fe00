from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.brand import Occasion
from listener.channels.base import Answerable
from responder.decide import Action, Decision, Heard, decide
from sentiment.score import Sentiment
from sentiment.signals import TROUBLE_TOPICS, Signal
from sentiment.topics import TOPICS


def _decide(*signals: Signal, **changes: object) -> Decision:
    values: dict[str, object] = {
        "signals": frozenset(signals),
        "topics": frozenset(),
        "sentiment": Sentiment.UNKNOWN,
        "answerable": Answerable.YES,
        "addressed": True,
        "opted_out": False,
    }
    return decide(Heard(**{**values, **changes}))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("signals", "occasion"),
    [
        ([Signal.PRAISE], Occasion.PRAISE),
        ([Signal.COMPLAINT], Occasion.COMPLAINT),
        ([Signal.COMPLAINT, Signal.PRAISE], Occasion.COMPLAINT),
        ([Signal.SAFETY, Signal.PRAISE], Occasion.SERIOUS),
        ([Signal.LEGAL], Occasion.COMPLAINT),
        ([Signal.LEGAL, Signal.SPAM], Occasion.COMPLAINT),
        ([Signal.QUESTION], Occasion.OTHER),
        ([Signal.HUMAN], Occasion.OTHER),
        ([], Occasion.OTHER),
    ],
)
def test_what_is_addressed_to_us_gets_a_draft_for_its_occasion(
    signals: list[Signal], occasion: Occasion
) -> None:
    decision = _decide(*signals)
    assert (decision.action, decision.occasion) == (Action.DRAFT, occasion)


def test_praise_beside_a_trouble_may_be_scorn_so_a_human_looks_at_it() -> None:
    praise = _decide(Signal.PRAISE, topics=frozenset({"delivery"}))
    assert (praise.occasion, praise.safe) == (Occasion.PRAISE, False)
    assert _decide(Signal.PRAISE, sentiment=Sentiment.POSITIVE).safe


def test_words_of_praise_go_before_a_negative_score_and_a_score_never_thanks_for_trouble() -> None:
    assert _decide(Signal.PRAISE, sentiment=Sentiment.NEGATIVE).occasion is Occasion.PRAISE
    payment = frozenset({"payment"})
    assert _decide(sentiment=Sentiment.POSITIVE, topics=payment).occasion is Occasion.OTHER


def test_who_wants_a_person_about_a_refund_is_met_with_regret() -> None:
    refund = frozenset({"returns"})
    assert _decide(Signal.HUMAN, topics=refund).occasion is Occasion.COMPLAINT


def test_spam_is_ignored() -> None:
    assert _decide(Signal.SPAM, Signal.QUESTION).action is Action.IGNORE


def test_an_injury_is_never_taken_for_spam() -> None:
    assert _decide(Signal.SPAM, Signal.SAFETY).action is Action.DRAFT


@pytest.mark.parametrize("opted_out", [True, False])
def test_who_said_stop_is_left_alone_then_and_later(*, opted_out: bool) -> None:
    signals = [] if opted_out else [Signal.STOP]
    assert _decide(*signals, opted_out=opted_out).action is Action.LISTEN_ONLY


def test_a_complaint_the_api_may_not_answer_goes_to_a_person() -> None:
    decision = _decide(Signal.COMPLAINT, answerable=Answerable.BY_HAND, addressed=False)
    assert decision.action is Action.BY_HAND


def test_talk_about_the_brand_that_asks_nothing_is_only_listened_to() -> None:
    assert _decide(addressed=False, answerable=Answerable.BY_HAND).action is Action.LISTEN_ONLY


def test_praise_the_api_may_not_answer_is_only_listened_to() -> None:
    decision = _decide(Signal.PRAISE, answerable=Answerable.BY_HAND)
    assert decision.action is Action.LISTEN_ONLY


def test_where_nobody_can_answer_nothing_is_drafted() -> None:
    assert _decide(Signal.SAFETY, answerable=Answerable.NO).action is Action.LISTEN_ONLY


@given(
    signals=st.frozensets(st.sampled_from(Signal)),
    topics=st.frozensets(st.sampled_from(TOPICS)),
    sentiment=st.sampled_from(Sentiment),
    answerable=st.sampled_from(Answerable),
    addressed=st.booleans(),
    opted_out=st.booleans(),
)
def test_only_praise_alone_may_ever_leave_without_a_human(
    *,
    signals: frozenset[Signal],
    topics: frozenset[str],
    sentiment: Sentiment,
    answerable: Answerable,
    addressed: bool,
    opted_out: bool,
) -> None:
    decision = decide(
        Heard(
            signals=signals,
            topics=topics,
            sentiment=sentiment,
            answerable=answerable,
            addressed=addressed,
            opted_out=opted_out,
        )
    )
    assert decision.reason
    if decision.safe:
        assert decision.action is Action.DRAFT
        assert decision.occasion is Occasion.PRAISE
        assert addressed
        assert not opted_out
        assert signals - {Signal.OUTAGE} == {Signal.PRAISE}
        assert not topics & TROUBLE_TOPICS


@pytest.mark.parametrize("signal", [Signal.SELF_HARM, Signal.THREAT])
@pytest.mark.parametrize("answerable", list(Answerable))
def test_who_may_harm_themselves_or_threatens_is_for_a_person_and_gets_no_words(
    signal: Signal, answerable: Answerable
) -> None:
    decision = _decide(signal, Signal.STOP, Signal.SPAM, answerable=answerable)
    wanted = Action.DRAFT if answerable is Answerable.YES else Action.BY_HAND
    assert (decision.action, decision.words, decision.safe) == (wanted, False, False)


@pytest.mark.parametrize(
    ("sentiment", "sure", "safe"),
    [
        (Sentiment.POSITIVE, True, True),
        (Sentiment.POSITIVE, False, False),
        (Sentiment.NEUTRAL, True, False),
        (Sentiment.NEGATIVE, True, False),
        (Sentiment.UNKNOWN, True, False),
    ],
)
def test_only_praise_that_surely_is_glad_may_be_thanked_for_without_a_human(
    sentiment: Sentiment, *, sure: bool, safe: bool
) -> None:
    assert _decide(Signal.PRAISE, sentiment=sentiment, sure=sure).safe is safe
