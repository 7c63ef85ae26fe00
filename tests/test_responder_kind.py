"""What kind of answer a text calls for, by what was judged of it and by the examples."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from config import brand
from config.book import Occasion
from config.settings import ROOT
from listener.channels.base import Answerable
from listener.models import Mention
from responder.alike import likely_in
from responder.checking import target_of
from responder.correct import Right, correct
from responder.decide import decide
from responder.decision import Action, Heard
from responder.kind import CLEARLY, judged_to_be, kind_of, leant, likest_danger, speaking_for
from responder.propose import propose
from sentiment.cues import LANGUAGES
from sentiment.phase import Phase
from sentiment.score import Sentiment
from tests.factories import NOW, make_bot, make_mention
from tests.small_book import CHAPTER

BOOK = brand.load(ROOT / "config/brand/demo", LANGUAGES)
COMPLAINT, PRAISE, OTHER = Occasion.COMPLAINT, Occasion.PRAISE, Occasion.OTHER


def _like_praise(session: Session) -> Mention:
    """Praise, as people write it, that was judged to be a complaint."""
    return make_mention(
        session,
        text="Third winter in my Adamello, still bone dry. Worth every penny",
        signals=["complaint"],
        topics=["product"],
        sentiment=Sentiment.UNKNOWN,
        phase=Phase.OWNERSHIP,
    )


def _heard(speaks: dict[Occasion, float], *signals: str, **changes: object) -> Heard:
    values: dict[str, object] = {
        "signals": frozenset(signals),
        "topics": frozenset({"product"}),
        "sentiment": Sentiment.NEUTRAL,
        "answerable": Answerable.YES,
        "addressed": True,
        "opted_out": False,
        "speaks": speaks,
    }
    return Heard(**{**values, **changes})  # type: ignore[arg-type]


def test_without_examples_the_judgement_stands() -> None:
    for judged in Occasion:
        assert leant(judged, {}) is judged


def test_only_what_is_clearly_likelier_is_believed_against_the_judgement() -> None:
    speaks = {COMPLAINT: 0.2, PRAISE: 0.2 + CLEARLY * 0.9, OTHER: 0.0}
    assert leant(COMPLAINT, speaks) is COMPLAINT
    assert leant(COMPLAINT, speaks | {PRAISE: 0.2 + CLEARLY * 1.1}) is PRAISE


def test_likeness_alone_makes_no_danger() -> None:
    assert leant(OTHER, {Occasion.SERIOUS: 0.9, OTHER: 0.1}) is OTHER
    quiet = decide(_heard({Occasion.SERIOUS: 0.9, OTHER: 0.1}, "question"))
    assert quiet.occasion is OTHER


def test_an_alarming_text_that_is_most_like_danger_is_taken_over_by_a_person() -> None:
    speaks = {Occasion.SERIOUS: 0.4, COMPLAINT: 0.2}
    found = decide(_heard(speaks, "alarming", "request"))
    assert (found.action, found.occasion, found.words) == (
        Action.ESCALATE,
        Occasion.SERIOUS,
        True,
    )
    assert not decide(_heard(speaks, "alarming", "delicate", "request")).words
    assert decide(_heard(speaks, "alarming", "spam")).action is Action.DRAFT
    assert likest_danger(speaks)
    assert not likest_danger({})


def test_praise_in_the_words_of_a_complaint_is_thanked_for_by_a_human() -> None:
    found = decide(_heard({PRAISE: 0.5, COMPLAINT: 0.1}, "complaint"))
    assert (found.action, found.occasion, found.safe) == (Action.DRAFT, PRAISE, False)
    assert "like texts" in found.reason


def test_a_trouble_in_the_words_of_praise_gets_no_thanks() -> None:
    glad = {"sentiment": Sentiment.POSITIVE}
    plain = decide(_heard({PRAISE: 0.5}, "praise", **glad))
    assert (plain.occasion, plain.safe) == (PRAISE, True)
    scorn = decide(_heard({PRAISE: 0.1, COMPLAINT: 0.5}, "praise", **glad))
    assert (scorn.occasion, scorn.safe) == (COMPLAINT, False)


def test_what_examples_do_not_agree_with_never_leaves_without_a_human() -> None:
    """Too near to be believed against the judgement, and near enough to doubt it."""
    near = {PRAISE: 0.30, COMPLAINT: 0.30 + CLEARLY / 2}
    found = decide(_heard(near, "praise", sentiment=Sentiment.POSITIVE))
    assert (found.occasion, found.safe) == (PRAISE, False)


def test_a_kind_without_examples_loses_to_none_that_has_some() -> None:
    assert leant(COMPLAINT, {PRAISE: 0.9}) is COMPLAINT
    assert not likest_danger({Occasion.SERIOUS: 0.9})


def test_what_is_likest_a_danger_never_leaves_without_a_human() -> None:
    speaks = {Occasion.SERIOUS: 0.5, PRAISE: 0.3}
    found = decide(_heard(speaks, "praise", sentiment=Sentiment.POSITIVE))
    assert (found.occasion, found.safe) == (PRAISE, False)


def test_a_complaint_like_praise_does_not_vanish_where_only_a_person_may_answer() -> None:
    hand = {"answerable": Answerable.BY_HAND}
    found = decide(_heard({PRAISE: 0.5, COMPLAINT: 0.1}, "complaint", **hand))
    assert found.action is Action.BY_HAND
    assert decide(_heard({}, "praise", **hand)).action is Action.LISTEN_ONLY
    unasked = _heard({PRAISE: 0.5, COMPLAINT: 0.1}, "complaint", addressed=False, **hand)
    assert decide(unasked).action is Action.BY_HAND


def test_a_complaint_like_praise_that_goes_in_circles_is_escalated() -> None:
    speaks = {PRAISE: 0.5, COMPLAINT: 0.1}
    assert decide(_heard(speaks, "complaint", answers=2)).action is Action.ESCALATE
    assert decide(_heard({}, "praise", answers=2)).action is Action.DRAFT


def test_no_likeness_overrules_a_person(tmp_path: Path) -> None:
    bot = make_bot(tmp_path, book=BOOK)
    with bot.database.write() as session:
        mention = _like_praise(session)
        assert propose(session, bot, mention, NOW).decision.occasion is PRAISE
    correct(bot, mention.id, version=1, right=Right(sentiment=Sentiment.NEGATIVE), by="anna")
    with bot.database.write() as session:
        mention = session.get_one(Mention, mention.id)
        assert propose(session, bot, mention, NOW).decision.occasion is COMPLAINT
        assert target_of(session, bot, mention, "Thank you.").complaint
    bot.database.close()


def test_a_book_with_few_examples_is_asked_for_none() -> None:
    english = BOOK.chapters["en"]
    one = next(reply for reply in english.saved_replies if reply.examples)
    few = english.model_copy(update={"saved_replies": (one,), "articles": (), "products": ()})
    assert likely_in("my parcel is late", None, few, "en") == {}
    assert likely_in("my parcel is late", None, english, "en")
    assert likely_in("my parcel is late", None, None, "en") == {}


def test_nobody_is_thanked_who_did_not_speak_to_us() -> None:
    found = decide(_heard({PRAISE: 0.5, OTHER: 0.1}, addressed=False))
    assert found.action is Action.LISTEN_ONLY


def test_a_complaint_by_its_examples_gets_the_statement_on_an_open_incident() -> None:
    speaks = {COMPLAINT: 0.5, OTHER: 0.1}
    assert decide(_heard(speaks, "question", incident="Late parcels")).stated


def test_each_kind_speaks_with_its_likeliest_entry() -> None:
    found = speaking_for({"late": 0.3, "twice": 0.4, "thanks": 0.1, "wash": 0.2}, CHAPTER)
    assert found == {COMPLAINT: 0.4, PRAISE: 0.1, OTHER: 0.2}
    assert speaking_for({}, CHAPTER) == speaking_for({"late": 1.0}, None) == {}


@pytest.mark.parametrize(
    ("signals", "topics", "feeling", "kind"),
    [
        ({"complaint"}, set(), Sentiment.POSITIVE, COMPLAINT),
        (set(), {"order"}, Sentiment.NEGATIVE, COMPLAINT),
        ({"request"}, {"order"}, Sentiment.NEGATIVE, OTHER),
        ({"question"}, {"size"}, Sentiment.NEGATIVE, OTHER),
        ({"praise"}, {"delivery"}, Sentiment.NEUTRAL, PRAISE),
        (set(), {"product"}, Sentiment.POSITIVE, PRAISE),
        (set(), {"delivery"}, Sentiment.POSITIVE, OTHER),
    ],
)
def test_a_kind_is_judged_by_cues_first_and_by_the_score_where_nothing_else_can_be_meant(
    signals: set[str], topics: set[str], feeling: Sentiment, kind: Occasion
) -> None:
    assert judged_to_be(signals, topics, feeling) is kind


def test_who_asks_for_nothing_has_no_question_because_a_complaint_names_a_repair() -> None:
    speaks = {OTHER: 0.5, COMPLAINT: 0.1, PRAISE: 0.1}
    angry = frozenset({"complaint"}), frozenset({"warranty"}), Sentiment.NEGATIVE
    assert kind_of(*angry, speaks) is COMPLAINT
    assert kind_of(angry[0] | {"question"}, *angry[1:], speaks) is OTHER
    assert kind_of(angry[0] | {"question"}, *angry[1:], speaks, sure=True) is COMPLAINT
    glad = frozenset({"praise"}), frozenset({"product"}), Sentiment.POSITIVE
    assert kind_of(*glad, speaks, sure=True) is PRAISE
    assert kind_of(*glad, speaks) is OTHER


def test_deciding_and_the_checker_take_a_text_for_the_same(tmp_path: Path) -> None:
    bot = make_bot(tmp_path, book=BOOK)
    with bot.database.write() as session:
        mention = _like_praise(session)
        decision = propose(session, bot, mention, NOW).decision
        target = target_of(session, bot, mention, "Thank you.")
    bot.database.close()
    assert decision.occasion is PRAISE
    assert (target.complaint, target.negative) == (False, False)
