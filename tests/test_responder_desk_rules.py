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


def _held_to_facebook(place: Place, name: str) -> None:
    with place.bot.database.write() as session:
        session.execute(update(Agent).where(Agent.name == name).values(channels=["facebook"]))


def test_who_does_not_see_a_channel_is_told_nothing_of_its_mentions(
    visit: Visit, place: Place
) -> None:
    client = visit(Role.EDITOR)
    with place.bot.database.write() as session:
        make_mention(session, created_at=place.bot.clock() - timedelta(hours=1), **GLAD)
        rule = make_auto_rule(session, name="everywhere").id
    _held_to_facebook(place, "editor")
    with place.bot.database.read() as session:
        theirs = session.query(Mention).filter(Mention.channel == "facebook").count()
        others = session.query(Mention).filter(Mention.channel == "x").count()
    tried = client.get(f"/library/rules/{rule}?days=90").text
    assert "I love my new boots" not in tried
    assert f"0 of {theirs} mentions" in tried
    assert others


def test_who_sees_some_channels_sees_makes_and_ends_the_rules_of_theirs(
    visit: Visit, place: Place
) -> None:
    with place.bot.database.write() as session:
        ids = {
            name: make_auto_rule(session, name=name, channel=channel).id
            for name, channel in (("on-x", "x"), ("here", "facebook"), ("all-over", ""))
        }
    client = visit(Role.ADMIN)
    _held_to_facebook(place, "admin")
    page = client.get("/library/rules").text
    assert ("on-x" in page, "here" in page, "all-over" in page) == (False, True, True)
    assert "<strong>X</strong>" not in page
    assert f"/library/rules/{ids['here']}/end" in page
    assert f"/library/rules/{ids['all-over']}/end" not in page
    assert client.get(f"/library/rules/{ids['on-x']}").status_code == 404
    assert client.post(f"/library/rules/{ids['on-x']}/end").status_code == 404
    refused = client.post(f"/library/rules/{ids['all-over']}/end")
    assert refused.status_code == 422
    assert "it concerns channels you do not see" in refused.text
    for channel, sentence in (("", "choose one of them"), ("x", "there is no such channel")):
        for path in ("/library/rules", "/library/rules/preview"):
            answer = client.post(path, data={**THANKS, "channel": channel})
            assert answer.status_code == 422
            assert sentence in answer.text
    assert client.post("/library/rules", data={**THANKS, "channel": "facebook"}).status_code == 303
    assert client.post(f"/library/rules/{ids['here']}/end").status_code == 303
    assert {rule.name for rule in _rules(place) if rule.ended_at is None} == {
        "on-x",
        "all-over",
        "thanks",
    }


def test_the_figures_of_a_rule_are_those_of_the_channels_one_sees(
    visit: Visit, place: Place
) -> None:
    _review(place)  # the reply of a rule for all channels, on X
    client = visit(Role.EDITOR)
    assert "<dt>Sent</dt><dd>1</dd>" in client.get("/library/rules").text
    _held_to_facebook(place, "editor")
    assert "<dt>Sent</dt><dd>0</dd>" in client.get("/library/rules").text


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
