"""Rules for automatic answers at the desk: made, tried out, ended; and the sample, judged."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from listener.models import Mention
from responder.automatic.models import AutoRule, Judgement, Review
from responder.desk.heavy import one_at_a_time
from responder.models import AuthorKind, Reply, ReplyStatus
from responder.team.models import Agent, Role
from tests.auto_story import GLAD
from tests.conftest import Place, Visit
from tests.factories import make_auto_rule, make_mention

THANKS: dict[str, Any] = {
    "name": "thanks",
    "occasions": ["praise"],
    "topics": ["praise", "product"],
    "confidence": "95",
}


def _rules(place: Place) -> list[AutoRule]:
    with place.bot.database.read() as session:
        return list(session.scalars(select(AutoRule)))


def test_a_rule_is_made_in_shadow_and_ended(visit: Visit, place: Place) -> None:
    client = visit(Role.ADMIN)
    assert "There is no rule" in client.get("/library/rules").text
    answer = client.post("/library/rules", data=THANKS)
    assert answer.status_code == 303
    (rule,) = _rules(place)
    assert (rule.name, rule.confidence, rule.created_by) == ("thanks", 0.95, "admin")
    page = client.get("/library/rules").text
    assert "Watches only" in page
    assert "It had nothing to show yet" in page
    twice = client.post("/library/rules", data=THANKS)
    assert twice.status_code == 409
    assert client.post(f"/library/rules/{rule.id}/end").status_code == 303
    assert client.post(f"/library/rules/{rule.id}/end").status_code == 409
    assert "There is no rule" in client.get("/library/rules").text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": " "}, "a rule needs a name"),
        ({"topics": []}, "name its topics"),
        ({"topics": ["safety"]}, "no rule may answer safety"),
        ({"occasions": []}, "at least one occasion"),
        ({"confidence": "5"}, "the confidence is between"),
        ({"channel": "nope"}, "no such channel"),
    ],
)
def test_a_rule_nobody_may_make_is_refused_and_kept(
    visit: Visit, place: Place, changes: dict[str, Any], sentence: str
) -> None:
    answer = visit(Role.ADMIN).post("/library/rules", data={**THANKS, **changes})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert _rules(place) == []


def test_what_a_rule_would_have_sent_is_shown(visit: Visit, place: Place) -> None:
    with place.bot.database.write() as session:
        make_mention(session, created_at=place.bot.clock() - timedelta(hours=1), **GLAD)
        rule = make_auto_rule(session, name="glad").id
    client = visit(Role.EDITOR)
    tried = client.post("/library/rules/preview", data={**THANKS, "days": "3"}).text
    assert "What thanks would have sent in the last 3 days" in tried
    assert "Thank you so much, I love my new boots!" in tried
    assert "1 of" in tried
    assert "What glad would have sent" in client.get(f"/library/rules/{rule}").text
    assert client.get(f"/library/rules/{'0' * 28}").status_code == 404
    assert len(_rules(place)) == 1


def test_who_does_not_see_a_channel_sees_no_example_of_it(visit: Visit, place: Place) -> None:
    client = visit(Role.EDITOR)
    with place.bot.database.write() as session:
        make_mention(session, created_at=place.bot.clock() - timedelta(hours=1), **GLAD)
        session.execute(update(Agent).where(Agent.name == "editor").values(channels=["facebook"]))
    tried = client.post("/library/rules/preview", data=THANKS).text
    assert "I love my new boots" not in tried


def test_figures_are_made_one_at_a_time(visit: Visit) -> None:
    client = visit(Role.EDITOR)
    with one_at_a_time():
        busy = client.post("/library/rules/preview", data=THANKS)
        assert busy.status_code == 503
        assert "try again in a moment" in busy.text
        assert client.get("/library/rules").status_code == 200


def _review(place: Place) -> str:
    """The reply that stands on X, as if a rule had sent it."""
    with place.bot.database.write() as session:
        rule = make_auto_rule(session, name="glad")
        reply = session.scalars(
            select(Reply).where(
                Reply.draft_id == place.ids["sent"], Reply.status == ReplyStatus.SENT
            )
        ).one()
        reply.author_kind, reply.rule_id = AuthorKind.AUTO, rule.id
        review = Review(reply_id=reply.id, rule_id=rule.id, due_at=place.bot.clock())
        session.add(review)
        session.flush()
        return review.id


def test_a_reply_of_the_sample_is_judged_once(visit: Visit, place: Place) -> None:
    review = _review(place)
    client = visit(Role.APPROVER)
    assert "Should not have left" in client.get("/library/rules").text
    assert "Should not have left" not in visit(Role.EDITOR).get("/library/rules").text
    path = f"/library/reviews/{review}/judge"
    assert client.post(path, data={"verdict": "good"}).status_code == 303
    assert client.post(path, data={"verdict": "bad"}).status_code == 409
    assert client.post(path, data={"verdict": "so so"}).status_code == 422
    with place.bot.database.read() as session:
        assert session.get_one(Review, review).verdict is Judgement.GOOD
    assert "Nothing waits to be judged" in client.get("/library/rules").text


def test_a_reply_of_another_team_is_nobody_elses_to_judge(visit: Visit, place: Place) -> None:
    review = _review(place)
    client = visit(Role.APPROVER)
    with place.bot.database.write() as session:
        session.execute(update(Agent).where(Agent.name == "approver").values(channels=["facebook"]))
        assert session.scalar(select(Mention.channel).limit(1))
    assert "Nothing waits to be judged" in client.get("/library/rules").text
    answer = client.post(f"/library/reviews/{review}/judge", data={"verdict": "good"})
    assert answer.status_code == 404
