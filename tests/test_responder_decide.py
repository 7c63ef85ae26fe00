from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.book import Occasion
from listener.channels.base import Answerable
from responder.decide import decide
from responder.decision import Action, Decision, Heard
from sentiment.phase import Phase
from sentiment.score import Sentiment
from sentiment.signals import Signal
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
        ([Signal.QUESTION], Occasion.OTHER),
        ([], Occasion.OTHER),
    ],
)
def test_what_is_addressed_to_us_gets_a_draft_for_its_occasion(
    signals: list[Signal], occasion: Occasion
) -> None:
    decision = _decide(*signals)
    assert (decision.action, decision.occasion) == (Action.DRAFT, occasion)


@pytest.mark.parametrize(
    ("signals", "occasion"),
    [
        ([Signal.SAFETY, Signal.PRAISE], Occasion.SERIOUS),
        ([Signal.LEGAL], Occasion.SERIOUS),
        ([Signal.LEGAL, Signal.SPAM], Occasion.SERIOUS),
        ([Signal.DATA, Signal.QUESTION], Occasion.SERIOUS),
        ([Signal.HUMAN], Occasion.OTHER),
        ([Signal.HUMAN, Signal.COMPLAINT], Occasion.COMPLAINT),
    ],
)
def test_danger_the_law_and_a_wish_for_a_human_go_one_rung_up(
    signals: list[Signal], occasion: Occasion
) -> None:
    decision = _decide(*signals)
    assert (decision.action, decision.occasion) == (Action.ESCALATE, occasion)
    assert not decision.safe


def test_who_was_answered_twice_in_vain_is_escalated() -> None:
    assert _decide(Signal.COMPLAINT, answers=1).action is Action.DRAFT
    stuck = _decide(Signal.COMPLAINT, answers=2)
    assert stuck.action is Action.ESCALATE
    assert stuck.reason == "a complaint; answered 2 times, and it is not settled"
    assert _decide(Signal.PRAISE, answers=2).action is Action.DRAFT


@pytest.mark.parametrize(
    ("moods", "action"),
    [
        ((0.4, -0.2, -0.7), Action.ESCALATE),
        ((-0.1, -0.5, -0.4), Action.DRAFT),
        ((0.9, 0.5, 0.1), Action.DRAFT),
        ((-0.2, -0.7), Action.DRAFT),
        ((0.8, 0.3, -0.2, -0.3), Action.ESCALATE),
    ],
)
def test_a_mood_that_fell_twice_is_escalated(moods: tuple[float, ...], action: Action) -> None:
    assert _decide(Signal.QUESTION, moods=moods).action is action


def test_in_an_incident_complaints_get_its_statement_and_nothing_leaves_by_itself() -> None:
    complaint = _decide(Signal.COMPLAINT, incident="Courier strike")
    assert complaint.stated
    assert complaint.reason == "a complaint; it belongs to the incident: Courier strike"
    glad = _decide(Signal.PRAISE, sentiment=Sentiment.POSITIVE, incident="Courier strike")
    assert (glad.stated, glad.safe) == (False, False)


def test_the_card_says_that_another_customer_answered_and_that_the_money_is_spent() -> None:
    decision = _decide(Signal.QUESTION, helped=True, affordable=False)
    assert decision.reason == (
        "a question; another customer answered already; "
        "the channel's budget has no room for a reply"
    )
    assert not _decide(Signal.PRAISE, sentiment=Sentiment.POSITIVE, helped=True).safe
    assert not _decide(Signal.PRAISE, sentiment=Sentiment.POSITIVE, affordable=False).safe


def test_an_escalation_out_of_hours_says_when_somebody_is_there() -> None:
    opens = "Mon 23 Nov, 09:00"
    assert _decide(Signal.HUMAN, opens=opens).reason.endswith(f"nobody is on duty before {opens}")
    assert "duty" not in _decide(Signal.QUESTION, opens=opens).reason


def test_a_question_in_a_bad_mood_is_a_complaint_where_it_is_about_a_trouble() -> None:
    angry = {"sentiment": Sentiment.NEGATIVE}
    where = _decide(Signal.QUESTION, topics=frozenset({"delivery"}), **angry)
    assert (where.occasion, where.question) == (Occasion.COMPLAINT, True)
    assert _decide(Signal.QUESTION, **angry).occasion is Occasion.OTHER


def test_praise_beside_a_trouble_may_be_scorn_so_a_human_looks_at_it() -> None:
    praise = _decide(Signal.PRAISE, topics=frozenset({"delivery"}))
    assert (praise.occasion, praise.safe) == (Occasion.PRAISE, False)
    assert _decide(Signal.PRAISE, sentiment=Sentiment.POSITIVE).safe


def test_words_of_praise_go_before_a_negative_score_and_a_score_never_thanks_for_trouble() -> None:
    assert _decide(Signal.PRAISE, sentiment=Sentiment.NEGATIVE).occasion is Occasion.PRAISE
    payment = frozenset({"payment"})
    assert _decide(sentiment=Sentiment.POSITIVE, topics=payment).occasion is Occasion.OTHER


def test_who_wants_a_person_is_met_with_regret_only_in_a_complaint() -> None:
    refund = frozenset({"returns"})
    assert _decide(Signal.HUMAN, topics=refund).occasion is Occasion.OTHER
    angry = _decide(Signal.HUMAN, topics=refund, sentiment=Sentiment.NEGATIVE)
    assert angry.occasion is Occasion.COMPLAINT


def test_who_once_said_stop_and_now_wants_a_person_gets_one() -> None:
    assert _decide(Signal.HUMAN, opted_out=True).action is Action.ESCALATE
    assert _decide(Signal.HUMAN, Signal.STOP, opted_out=True).action is Action.LISTEN_ONLY


@pytest.mark.parametrize("glad", [(), (Signal.PRAISE,)])
def test_who_asks_for_something_wants_that_and_no_thanks_alone(glad: tuple[Signal, ...]) -> None:
    wish = _decide(Signal.REQUEST, *glad, sentiment=Sentiment.POSITIVE)
    assert (wish.action, wish.occasion, wish.question) == (Action.DRAFT, Occasion.OTHER, True)
    assert (wish.reason, wish.safe) == ("a request", False)


def test_a_curt_wish_is_no_complaint_and_a_complaint_that_asks_stays_one() -> None:
    cross: dict[str, Any] = {
        "sentiment": Sentiment.NEGATIVE, "topics": frozenset({"order"})
    }  # fmt: skip
    assert _decide(Signal.REQUEST, **cross).occasion is Occasion.OTHER
    complaint = _decide(Signal.REQUEST, Signal.COMPLAINT, **cross)
    assert (complaint.occasion, complaint.question) == (Occasion.COMPLAINT, True)


@pytest.mark.parametrize(
    ("topics", "occasion"),
    [
        ({"praise"}, Occasion.PRAISE),
        ({"product", "service"}, Occasion.PRAISE),
        (set(), Occasion.PRAISE),
        ({"praise", "cancellation"}, Occasion.OTHER),
        ({"store"}, Occasion.OTHER),
        ({"other"}, Occasion.OTHER),
    ],
)
def test_a_glad_score_alone_is_praise_only_of_what_is_praised(
    topics: set[str], occasion: Occasion
) -> None:
    said = _decide(sentiment=Sentiment.POSITIVE, topics=frozenset(topics))
    assert (said.occasion, said.safe) == (occasion, False)


@pytest.mark.parametrize(
    ("changes", "safe"),
    [
        ({"topics": frozenset({"praise", "product", "service"})}, True),
        ({"topics": frozenset({"praise", "cancellation"})}, False),
        ({"topics": frozenset({"praise", "size"})}, False),
        ({"phase": "ownership"}, True),
        ({"phase": "retirement"}, False),
        ({"phase": "requirements"}, False),
    ],
)
def test_thanks_of_who_chooses_or_leaves_or_means_something_else_are_for_a_human(
    changes: dict[str, Any], *, safe: bool
) -> None:
    thanks = _decide(Signal.PRAISE, sentiment=Sentiment.POSITIVE, **changes)
    assert (thanks.occasion, thanks.safe) == (Occasion.PRAISE, safe)


def test_spam_is_ignored() -> None:
    assert _decide(Signal.SPAM, Signal.QUESTION).action is Action.IGNORE


def test_an_injury_is_never_taken_for_spam() -> None:
    assert _decide(Signal.SPAM, Signal.SAFETY).action is Action.ESCALATE


def test_what_may_be_danger_is_answered_as_usual_but_never_without_a_human() -> None:
    praise = _decide(Signal.PRAISE, Signal.ALARMING, sentiment=Sentiment.POSITIVE)
    assert (praise.action, praise.occasion, praise.safe) == (Action.DRAFT, Occasion.PRAISE, False)
    assert praise.reason == "praise; it may be about danger or the law"
    assert praise.words


def test_what_may_be_despair_or_violence_gets_no_words_of_ours() -> None:
    thanks = _decide(Signal.PRAISE, Signal.ALARMING, Signal.DELICATE)
    assert (thanks.action, thanks.words) == (Action.DRAFT, False)


@pytest.mark.parametrize("answerable", Answerable)
@pytest.mark.parametrize("signal", [Signal.SPAM, Signal.STOP, Signal.PRAISE])
def test_a_person_sees_what_may_be_danger_even_if_nobody_would_answer_it(
    answerable: Answerable, signal: Signal
) -> None:
    for addressed, opted_out in [(False, False), (True, True)]:
        decision = _decide(
            signal,
            Signal.ALARMING,
            answerable=answerable,
            addressed=addressed,
            opted_out=opted_out,
        )
        assert decision.action in (Action.DRAFT, Action.BY_HAND)
        assert not decision.safe


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


def test_scorn_or_praise_that_only_a_person_may_answer_is_looked_at() -> None:
    parcel = frozenset({"delivery"})
    decision = _decide(Signal.PRAISE, topics=parcel, answerable=Answerable.BY_HAND)
    assert decision.action is Action.BY_HAND
    assert decision.reason == "praise beside a trouble: it may be scorn"


def test_where_nobody_can_answer_nothing_is_drafted() -> None:
    assert _decide(Signal.COMPLAINT, answerable=Answerable.NO).action is Action.LISTEN_ONLY


@pytest.mark.parametrize("danger", [Signal.SAFETY, Signal.LEGAL, Signal.DATA])
def test_a_person_looks_at_danger_where_nobody_can_answer(danger: Signal) -> None:
    decision = _decide(danger, answerable=Answerable.NO)
    assert (decision.action, decision.words, decision.safe) == (Action.BY_HAND, False, False)
    assert decision.reason.endswith("but nobody can answer there")


@given(
    signals=st.frozensets(st.sampled_from(Signal)),
    topics=st.frozensets(st.sampled_from(TOPICS)),
    sentiment=st.sampled_from(Sentiment),
    answerable=st.sampled_from(Answerable),
    addressed=st.booleans(),
    opted_out=st.booleans(),
    before=st.fixed_dictionaries(
        {
            "answers": st.integers(0, 4),
            "moods": st.lists(st.floats(-1, 1), max_size=5),
            "helped": st.booleans(),
            "incident": st.sampled_from(["", "Courier strike"]),
            "affordable": st.booleans(),
            "sure": st.booleans(),
            "phase": st.sampled_from([phase.value for phase in Phase]),
            "opens": st.sampled_from(["", "Mon 23 Nov, 09:00"]),
        }
    ),
)
def test_only_praise_alone_and_a_calm_first_question_may_ever_leave_without_a_human(
    *,
    signals: frozenset[Signal],
    topics: frozenset[str],
    sentiment: Sentiment,
    answerable: Answerable,
    addressed: bool,
    opted_out: bool,
    before: dict[str, Any],
) -> None:
    decision = decide(
        Heard(
            signals=signals,
            topics=topics,
            sentiment=sentiment,
            answerable=answerable,
            addressed=addressed,
            opted_out=opted_out,
            **before,
        )
    )
    assert decision.reason
    if decision.safe:
        assert decision.action is Action.DRAFT
        assert addressed
        assert not opted_out
        assert before["sure"]
        if decision.question:
            assert decision.occasion is Occasion.OTHER
            assert signals == {Signal.QUESTION}
            assert sentiment in (Sentiment.NEUTRAL, Sentiment.POSITIVE)
            assert not before["answers"]
        else:
            assert decision.occasion is Occasion.PRAISE
            assert signals == {Signal.PRAISE}
            assert sentiment is Sentiment.POSITIVE
            assert topics <= {"praise", "product", "service"}
            assert before["phase"] not in ("requirements", "retirement")
        assert not before["incident"]
        assert not before["helped"]
        assert before["affordable"]


@pytest.mark.parametrize("signal", [Signal.SELF_HARM, Signal.THREAT])
@pytest.mark.parametrize("answerable", list(Answerable))
def test_who_may_harm_themselves_or_threatens_is_for_a_person_and_gets_no_words(
    signal: Signal, answerable: Answerable
) -> None:
    decision = _decide(signal, Signal.STOP, Signal.SPAM, answerable=answerable)
    wanted = Action.ESCALATE if answerable is Answerable.YES else Action.BY_HAND
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


@pytest.mark.parametrize("other", Signal)
def test_thanks_beside_anything_else_are_for_a_human(other: Signal) -> None:
    alone = other is Signal.PRAISE
    assert _decide(Signal.PRAISE, other, sentiment=Sentiment.POSITIVE).safe is alone


@pytest.mark.parametrize(
    ("changes", "safe"),
    [
        ({}, True),
        ({"sentiment": Sentiment.POSITIVE}, True),
        ({"sentiment": Sentiment.NEGATIVE}, False),
        ({"sentiment": Sentiment.UNKNOWN}, False),
        ({"sure": False}, False),
        ({"addressed": False}, False),
        ({"answers": 1}, False),
        ({"helped": True}, False),
        ({"incident": "Courier strike"}, False),
        ({"affordable": False}, False),
        ({"moods": (0.4, 0.1, -0.1)}, False),
    ],
    ids=str,
)
def test_only_a_calm_first_question_may_be_answered_without_a_human(
    changes: dict[str, Any], *, safe: bool
) -> None:
    asked = _decide(Signal.QUESTION, **{"sentiment": Sentiment.NEUTRAL, **changes})
    assert (asked.safe, asked.question) == (safe, True)


@pytest.mark.parametrize("other", [Signal.PRAISE, Signal.CONFUSED, Signal.OUTAGE, Signal.HUMAN])
def test_a_question_beside_anything_else_is_for_a_human(other: Signal) -> None:
    assert not _decide(Signal.QUESTION, other, sentiment=Sentiment.NEUTRAL).safe


@pytest.mark.parametrize("answerable", Answerable)
@pytest.mark.parametrize(
    "signal",
    [Signal.SELF_HARM, Signal.THREAT, Signal.SAFETY, Signal.LEGAL, Signal.DATA, Signal.ALARMING],
)
def test_danger_and_the_law_are_for_a_person_wherever_they_are_told(
    signal: Signal, answerable: Answerable
) -> None:
    for addressed in (True, False):
        assert _decide(signal, answerable=answerable, addressed=addressed).for_a_person


def test_a_wish_for_a_person_and_who_was_answered_in_vain_are_for_a_person() -> None:
    assert _decide(Signal.HUMAN).for_a_person
    assert _decide(Signal.HUMAN, answerable=Answerable.BY_HAND).for_a_person
    assert _decide(Signal.COMPLAINT, answers=2).for_a_person


@pytest.mark.parametrize("signal", [Signal.COMPLAINT, Signal.QUESTION, Signal.PRAISE])
@pytest.mark.parametrize("answerable", Answerable)
def test_an_ordinary_text_is_for_nobody_in_particular(
    signal: Signal, answerable: Answerable
) -> None:
    assert not _decide(signal, answerable=answerable).for_a_person
