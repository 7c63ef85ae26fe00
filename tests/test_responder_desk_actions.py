"""What can be done at the desk, by whom, and what is said when it cannot. No scripts involved."""

from __future__ import annotations

import re
from typing import Any

import pytest
from httpx2 import Response
from sqlalchemy import select

from listener.channels.errors import Unavailable
from listener.models import Mention, MentionStatus
from responder.handling.handed_up import said_of
from responder.models import Audit, Draft, DraftStatus, Reply, ReplyStatus
from responder.team.models import Role
from responder.wordless import REJECTED
from tests.conftest import Place, Visit
from tests.desk_story import FOR_GIULIA, FOR_OLA, WITHOUT_GREETING


def draft(place: Place, who: str) -> Draft:
    with place.bot.database.read() as session:
        return session.get_one(Draft, place.ids[who])


def reply_of(place: Place, who: str) -> Reply | None:
    with place.bot.database.read() as session:
        return session.query(Reply).filter(Reply.draft_id == place.ids[who]).one_or_none()


def mention_of(place: Place, who: str) -> Mention:
    with place.bot.database.read() as session:
        return session.get_one(Draft, place.ids[who]).mention


def follow(client: Any, answer: Response) -> str:
    assert answer.status_code == 303, answer.text
    page: str = client.get(answer.headers["location"]).text
    return page


def test_approving_opens_the_next_and_offers_the_way_back(visit: Visit, place: Place) -> None:
    client, who = visit(Role.APPROVER), place.ids["giulia"]
    text = draft(place, "giulia").text
    answer = client.post(f"/item/{who}/approve", data={"version": 1, "text": text})
    assert f"/item/{place.ids['ola']}?view=approve&done=approved" in answer.headers["location"]
    page = follow(client, answer)
    assert "Approved for" in page
    # Of the eight seconds some may be gone: the first approval of a process loads a model.
    assert re.search(r"leaves in [4-8] seconds", page)
    reply = reply_of(place, "giulia")
    assert reply is not None
    assert reply.status is ReplyStatus.QUEUED
    page = follow(client, client.post(f"/reply/{reply.id}/undo", data={"view": "approve"}))
    assert "Taken back" in page
    assert draft(place, "giulia").status is DraftStatus.PENDING
    assert reply_of(place, "giulia") is None


def test_typed_words_replace_the_drafted_ones(visit: Visit, place: Place) -> None:
    client = visit(Role.APPROVER)
    client.post(f"/item/{place.ids['ola']}/approve", data={"version": 1, "text": FOR_OLA})
    reply = reply_of(place, "ola")
    assert reply is not None
    assert reply.text == FOR_OLA


def test_the_last_one_leads_back_to_an_empty_list(visit: Visit, place: Place) -> None:
    client = visit(Role.APPROVER)
    path = f"/item/{place.ids['hand']}/answered"
    answer = client.post(path, data={"version": 1, "view": "hand"})
    assert answer.headers["location"].startswith("/?view=hand&done=answered")
    assert "Nothing to answer by hand" in follow(client, answer)
    assert mention_of(place, "hand").status is MentionStatus.ANSWERED_OUTSIDE


def test_words_that_may_not_leave_are_kept_with_what_stands_against_them(
    visit: Visit, place: Place
) -> None:
    client = visit(Role.APPROVER)
    answer = client.post(
        f"/item/{place.ids['giulia']}/approve",
        data={"version": 1, "text": "Ciao TODO " + "parola " * 60},
    )
    assert answer.status_code == 422
    assert "A placeholder is left: TODO" in answer.text
    assert "shorten it by" in answer.text
    assert (
        "Ciao TODO parola" in re.findall(r"<textarea[^>]*>(.*?)</textarea>", answer.text, re.S)[0]
    )
    assert reply_of(place, "giulia") is None


def test_a_doubt_is_confirmed_by_a_tick(visit: Visit, place: Place) -> None:
    client, path = visit(Role.APPROVER), f"/item/{place.ids['ola']}/approve"
    answer = client.post(path, data={"version": 1, "text": WITHOUT_GREETING})
    assert answer.status_code == 422
    assert 'name="confirm" value="R03"' in answer.text
    answer = client.post(path, data={"version": 1, "text": WITHOUT_GREETING, "confirm": "R03"})
    assert answer.status_code == 303
    assert reply_of(place, "ola") is not None


def test_who_comes_second_is_told_and_keeps_the_words(visit: Visit, place: Place) -> None:
    path = f"/item/{place.ids['ola']}/approve"
    visit(Role.ADMIN).post(path, data={"version": 1, "text": FOR_OLA})
    answer = visit(Role.APPROVER).post(path, data={"version": 1, "text": "Moje słowa dla Oli"})
    assert answer.status_code == 409
    assert "Not sent: admin approved it first." in answer.text
    assert "Moje słowa dla Oli" in answer.text
    reply = reply_of(place, "ola")
    assert reply is not None
    assert reply.text == FOR_OLA


def test_who_edits_an_old_version_sees_both_and_may_insist(visit: Visit, place: Place) -> None:
    path = f"/item/{place.ids['ola']}"
    visit(Role.ADMIN).post(f"{path}/edit", data={"version": 1, "text": FOR_OLA})
    client = visit(Role.EDITOR)
    answer = client.post(f"{path}/edit", data={"version": 1, "text": "Moje słowa dla Oli"})
    assert answer.status_code == 409
    assert "Not saved" in answer.text
    assert "It says now:" in answer.text
    assert FOR_OLA in answer.text
    assert 'name="version" value="2"' in answer.text
    answer = client.post(f"{path}/edit", data={"version": 2, "text": "Moje słowa dla Oli"})
    assert "Saved. Nothing was sent." in follow(client, answer)


def test_rejecting_takes_a_reason(visit: Visit, place: Place) -> None:
    client = visit(Role.EDITOR)
    answer = client.post(
        f"/item/{place.ids['ola']}/reject",
        data={"version": 1, "reason": "fact", "note": "it was one charge"},
    )
    assert "Rejected. It stays open, for a person to write the answer." in follow(client, answer)
    assert draft(place, "ola").reason == "Wrong fact: it was one charge"
    assert draft(place, "ola").status is DraftStatus.REJECTED
    page = client.get(f"/item/{place.ids['ola']}").text
    assert "Wrong fact: it was one charge" in page


def test_what_was_rejected_for_its_words_waits_for_others_and_says_why(
    visit: Visit, place: Place
) -> None:
    client, mention = visit(Role.APPROVER), mention_of(place, "ola")
    path = f"/item/{place.ids['ola']}"
    assert "“Needs no answer” closes it." in client.get(path).text
    client.post(f"{path}/reject", data={"version": 1, "reason": "tone", "note": "too stiff"})
    with place.bot.database.read() as session:
        anew = session.scalars(
            select(Draft).where(Draft.mention_id == mention.id, Draft.id != place.ids["ola"])
        ).one()
    assert (anew.status, anew.text, anew.language) == (DraftStatus.PENDING, "", "pl")
    assert mention_of(place, "ola").status is MentionStatus.DRAFTED
    assert anew.id in client.get("/").text
    page = client.get(f"/item/{anew.id}").text
    assert "It is here for other words: the words before were rejected by " in page
    assert "Wrong tone: too stiff" in page


def test_a_case_that_was_handed_up_and_words_half_typed_outlive_rejected_words(
    visit: Visit, place: Place
) -> None:
    client, path = visit(Role.APPROVER), f"/item/{place.ids['ola']}"
    client.post(f"{path}/keep", data={"version": 1, "text": "Cześć Ola, już sprawdzamy"})
    client.post(f"{path}/escalate", data={"version": 1, "reason": "legal must see this"})
    version = draft(place, "ola").version
    client.post(f"{path}/reject", data={"version": version, "reason": "tone"})
    with place.bot.database.read() as session:
        anew = session.scalars(select(Draft).where(Draft.reason.startswith(REJECTED))).one()
        assert said_of(session, anew) == "legal must see this"
    listed = client.get("/").text
    assert anew.id in listed
    row = listed[listed.index(anew.id) :]
    assert "did not leave" not in row[: row.index("</a>")]
    assert "już sprawdzamy" in client.get(f"/item/{anew.id}").text


def test_what_needs_no_answer_is_closed(visit: Visit, place: Place) -> None:
    client, path = visit(Role.EDITOR), f"/item/{place.ids['ola']}"
    answer = client.post(f"{path}/reject", data={"version": 1, "reason": "no_answer"})
    assert "Rejected: this gets no answer." in follow(client, answer)
    assert mention_of(place, "ola").status is MentionStatus.IGNORED


def test_hiding_asks_the_network_first(visit: Visit, place: Place) -> None:
    client, path = visit(Role.APPROVER), f"/item/{place.ids['inès']}/hide"
    place.facebook.fail("hide", Unavailable("Facebook does not answer"))
    answer = client.post(path, data={"text": "mes mots"})
    assert answer.status_code == 409
    assert "Not hidden: Facebook does not answer." in answer.text
    assert "mes mots" in answer.text
    assert "Hidden on the network." in follow(client, client.post(path))
    assert place.facebook.hidden == [mention_of(place, "inès").revision_id]
    assert draft(place, "inès").status is DraftStatus.WITHDRAWN


@pytest.mark.parametrize(("stands", "said"), [("true", "is there"), ("false", "is not there")])
def test_a_person_settles_what_nobody_knows(
    visit: Visit, place: Place, stands: str, said: str
) -> None:
    client, path = visit(Role.APPROVER), f"/item/{place.ids['unknown']}/settle"
    page = client.get(f"/item/{place.ids['unknown']}?view=unknown").text
    assert "Nobody knows whether this reply stands on X" in page
    assert said in follow(client, client.post(path, data={"stands": stands, "view": "unknown"}))
    status = ReplyStatus.SENT if stands == "true" else ReplyStatus.FAILED
    reply = reply_of(place, "unknown")
    assert reply is not None
    assert reply.status is status
    assert client.post(path, data={"stands": stands}).status_code == 409


def test_an_undo_that_comes_too_late_says_so(visit: Visit, place: Place) -> None:
    reply = reply_of(place, "sent")
    assert reply is not None
    answer = visit(Role.APPROVER).post(f"/reply/{reply.id}/undo")
    assert answer.status_code == 409
    assert "Too late: the reply is sent." in answer.text
    assert visit(Role.APPROVER).post(f"/reply/{'0' * 28}/undo").status_code == 404


def test_opening_claims_and_lets_go_of_the_last_one(visit: Visit, place: Place) -> None:
    editor, viewer = visit(Role.EDITOR), visit(Role.VIEWER)
    editor.get(f"/item/{place.ids['ola']}")
    viewer.get(f"/item/{place.ids['jonas']}")
    page = viewer.get("/").text
    assert "<bdi>editor</bdi> is on it" in page
    assert "<bdi>viewer</bdi> is on it" not in page
    assert "<bdi>editor</bdi> has this open." in viewer.get(f"/item/{place.ids['ola']}").text
    assert editor.post(f"/item/{place.ids['ola']}/claim").status_code == 204
    assert visit(Role.ADMIN).post(f"/item/{place.ids['ola']}/claim").status_code == 409
    editor.get(f"/item/{place.ids['marta']}")
    assert viewer.get("/").text.count("<bdi>editor</bdi> is on it") == 1


def test_the_check_counts_as_the_network_does(visit: Visit, place: Place) -> None:
    path = f"/item/{place.ids['giulia']}/check"
    typed = FOR_GIULIA.replace(" — il", "<b>\r\n— il")
    answer = visit(Role.EDITOR).post(path, data={"text": typed})
    assert f"{len(typed) - 1} / 280" in answer.text  # CR LF of a form is one line break
    assert "Nothing in the way" in answer.text
    assert "<b>" not in answer.text


def test_what_is_done_is_noted_without_anybodys_words(visit: Visit, place: Place) -> None:
    client = visit(Role.APPROVER)
    client.post(f"/item/{place.ids['ola']}/edit", data={"version": 1, "text": FOR_OLA})
    with place.bot.database.read() as session:
        notes = session.query(Audit).filter(Audit.subject == place.ids["ola"]).all()
    assert [(note.who, note.action) for note in notes] == [("approver", "edit")]
    assert FOR_OLA not in "".join(note.detail for note in notes)
