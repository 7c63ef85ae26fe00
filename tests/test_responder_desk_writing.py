"""Writing the reply without scripts: every help is a form, keeps what was typed, and sends
nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from httpx2 import Response

from listener.models import MentionStatus
from responder.desk.tongue import COOKIE
from responder.handling.models import AnsweredQuestion, TypedWords
from responder.handling.offers import read_offers
from responder.model.tables import BY_MODEL, Outcome, Suggestion
from responder.models import Audit, Draft, DraftStatus, Reply
from responder.team.models import Role
from tests.conftest import Place, Visit
from tests.desk_story import FOR_OLA, WITHOUT_GREETING
from tests.model_server import completion, model_serving, with_model

QUESTIONS = "When do I get my money back? I waited. And how do I cancel the account?"


def change(place: Place, who: str, **values: Any) -> None:
    """Set fields of somebody's mention, or of the draft ("draft_text")."""
    with place.bot.database.write() as session:
        draft = session.get_one(Draft, place.ids[who])
        for name, value in values.items():
            row: Any = draft if name.startswith("draft_") else draft.mention
            setattr(row, name.removeprefix("draft_"), value)


def do(client: Any, place: Place, who: str, deed: str, **data: Any) -> Response:
    answer: Response = client.post(f"/item/{place.ids[who]}/{deed}", data={"version": 1} | data)
    return answer


def free(place: Place, who: str) -> None:
    """Nobody has somebody's draft open any more."""
    with place.bot.database.write() as session:
        session.get_one(Draft, place.ids[who]).claimed_until = place.bot.clock()


def field(page: str) -> str:
    found = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", page, re.DOTALL)
    assert found
    return unescape(found[1])


def after(client: Any, answer: Response) -> str:
    """What stands in the field of the page that a deed leads to."""
    assert answer.status_code == 303, answer.text
    return field(client.get(answer.headers["location"]).text)


def untouched(place: Place, who: str) -> bool:
    with place.bot.database.read() as session:
        draft = session.get_one(Draft, place.ids[who])
        sent = session.query(Reply).filter(Reply.draft_id == draft.id).count()
        return (draft.version, draft.status, sent) == (1, DraftStatus.PENDING, 0)


# -- fixes


def test_a_fix_is_applied_and_nothing_is_sent(visit: Visit, place: Place) -> None:
    client = visit(Role.EDITOR)
    page = do(client, place, "ola", "check", text=WITHOUT_GREETING).text
    assert 'value="R03:0"' in page
    answer = do(client, place, "ola", "fix", text=WITHOUT_GREETING, fix="R03:0")
    assert after(client, answer).endswith(" " + WITHOUT_GREETING)
    assert untouched(place, "ola")


@pytest.mark.parametrize("fix", ["R03:7", "R99:0", "", "R03", "x" * 400])
def test_a_fix_that_is_none_changes_nothing_and_loses_nothing(
    visit: Visit, place: Place, fix: str
) -> None:
    client = visit(Role.EDITOR)
    answer = do(client, place, "ola", "fix", text=WITHOUT_GREETING, fix=fix)
    assert after(client, answer) == WITHOUT_GREETING


def test_a_viewer_is_offered_nothing_to_press(visit: Visit, place: Place) -> None:
    change(place, "ola", draft_text=WITHOUT_GREETING, text="Kiedy paczka? Gdzie ona jest?")
    page = visit(Role.VIEWER).get(f"/item/{place.ids['ola']}").text
    assert "formaction" not in page
    assert 'id="saved"' not in page
    assert "Gdzie ona jest?" in page


# -- saved replies and articles


def test_a_saved_reply_is_put_together_as_a_draft_is(visit: Visit, place: Place) -> None:
    client = visit(Role.EDITOR)
    change(place, "giulia", topics=["delivery"])
    page = client.get(f"/item/{place.ids['giulia']}").text
    keys = re.findall(r'name="entry" value="(\w+)" data-whole', page)
    assert keys[0] == "parcel_late"
    assert len(keys) == len(place.bot.book.chapters["it"].saved_replies)
    words = after(client, do(client, place, "giulia", "use", text="Ciao", entry="parcel_late"))
    voice = place.bot.book.chapters["it"].voice
    assert words.startswith(voice.greeting.replace("{{name}}", "Giulia"))
    assert words.endswith(voice.signature)
    assert "{{" not in words
    assert untouched(place, "giulia")


def test_without_a_choice_what_was_typed_stays(visit: Visit, place: Place) -> None:
    client = visit(Role.EDITOR)
    for entry in ("", "nothing_like_this", "kept"):
        answer = do(client, place, "giulia", "use", text="Ciao Giulia", entry=entry)
        assert after(client, answer) == "Ciao Giulia"


def test_a_language_the_book_does_not_speak_has_nothing_to_offer(
    visit: Visit, place: Place
) -> None:
    change(place, "giulia", language="fi")
    page = visit(Role.EDITOR).get(f"/item/{place.ids['giulia']}").text
    assert 'id="saved"' not in page
    assert 'class="article"' not in page


def test_an_article_s_link_goes_before_the_signature_once(visit: Visit, place: Place) -> None:
    client = visit(Role.EDITOR)
    free(place, "sam")
    change(place, "sam", topics=["payment"])
    with place.bot.database.read() as session:
        draft = session.get_one(Draft, place.ids["sam"])
        article = read_offers(session, place.bot, draft.mention).articles[0]
        typed = draft.text
    words = after(client, do(client, place, "sam", "link", text=typed, entry=article.key))
    assert words == typed.replace(" — the", f" {article.url} — the")
    again = after(client, do(client, place, "sam", "link", text=words, entry=article.key))
    assert again == words


def test_what_a_link_costs_is_the_channel_s_own_word(visit: Visit, place: Place) -> None:
    client = visit(Role.EDITOR)
    linked = "Hello Sam, look here: https://larix.example/pay — the Larix team"
    assert "for the link" not in do(client, place, "sam", "check", text=linked).text
    place.x.declaration = replace(place.x.declaration, link_price="$0.07")
    assert "+ $0.07 for the link" in do(client, place, "sam", "check", text=linked).text
    assert "for the link" not in do(client, place, "sam", "check", text="Hello Sam").text
    free(place, "sam")
    change(place, "sam", topics=["payment"])
    assert "A link costs $0.07 here" in client.get(f"/item/{place.ids['sam']}").text


# -- typed words


def test_typed_words_come_back_in_another_browser(visit: Visit, place: Place) -> None:
    do(visit(Role.APPROVER), place, "ola", "check", text=FOR_OLA)
    client = visit(Role.APPROVER)
    page = client.get(f"/item/{place.ids['ola']}").text
    assert field(page) == FOR_OLA
    assert "Your words from before are here" in page
    free(place, "ola")
    assert FOR_OLA not in field(visit(Role.EDITOR).get(f"/item/{place.ids['ola']}").text)
    free(place, "ola")
    back = after(client, do(client, place, "ola", "forget", text=FOR_OLA))
    assert back != FOR_OLA
    assert field(client.get(f"/item/{place.ids['ola']}").text) == back


def test_words_over_a_draft_that_was_changed_since_stand_beside_it(
    visit: Visit, place: Place
) -> None:
    client, other = visit(Role.APPROVER), visit(Role.EDITOR)
    do(client, place, "ola", "check", text=WITHOUT_GREETING)
    do(other, place, "ola", "edit", text=FOR_OLA)
    page = client.get(f"/item/{place.ids['ola']}").text
    assert field(page) == FOR_OLA
    assert WITHOUT_GREETING in unescape(page)
    answer = do(client, place, "ola", "resume", text=FOR_OLA)
    assert after(client, answer) == WITHOUT_GREETING


def test_a_fix_over_a_stale_draft_overwrites_nobody(visit: Visit, place: Place) -> None:
    client, other = visit(Role.APPROVER), visit(Role.EDITOR)
    do(other, place, "ola", "edit", text=FOR_OLA)
    answer = do(client, place, "ola", "fix", text=WITHOUT_GREETING, fix="R03:0")
    assert after(client, answer) == FOR_OLA
    page = unescape(client.get(answer.headers["location"]).text)
    assert WITHOUT_GREETING in page


@pytest.mark.parametrize("deed", ["approve", "edit"])
def test_words_that_arrived_are_not_offered_again(visit: Visit, place: Place, deed: str) -> None:
    client = visit(Role.APPROVER)
    do(client, place, "ola", "check", text=FOR_OLA)
    assert do(client, place, "ola", deed, text=FOR_OLA).status_code == 303
    with place.bot.database.read() as session:
        assert session.query(TypedWords).count() == 0


def test_enter_without_scripts_keeps_and_sends_nothing(visit: Visit, place: Place) -> None:
    client = visit(Role.APPROVER)
    page = client.get(f"/item/{place.ids['ola']}").text
    form = page[page.index('id="reply"') :]
    first = re.search(r"<button[^>]*>", form)
    assert first
    assert f"/item/{place.ids['ola']}/keep" in first[0]
    assert after(client, do(client, place, "ola", "keep", text=FOR_OLA)) == FOR_OLA
    assert untouched(place, "ola")


# -- questions


def test_questions_are_ticked_off_for_colleagues_to_see(visit: Visit, place: Place) -> None:
    client = visit(Role.EDITOR)
    free(place, "sam")
    change(place, "sam", text=QUESTIONS)
    page = client.get(f"/item/{place.ids['sam']}").text
    assert "2 questions are not ticked off yet" in page
    digests = re.findall(r'name="answered" value="(\w+)"', page)
    answer = do(client, place, "sam", "questions", text="Hi", answered=digests[:1])
    assert after(client, answer) == "Hi"
    free(place, "sam")
    seen = visit(Role.APPROVER).get(f"/item/{place.ids['sam']}").text
    assert "ticked by editor" in seen
    assert "1 question is not ticked off yet" in seen
    do(client, place, "sam", "questions", answered=[], seen=digests[:1])
    with place.bot.database.read() as session:
        assert session.query(AnsweredQuestion).count() == 0


def test_open_questions_hint_and_do_not_block(visit: Visit, place: Place) -> None:
    free(place, "sam")
    change(place, "sam", text=QUESTIONS)
    confirm = ["R14", "R32", "R30", "R20"]
    answer = do(visit(Role.APPROVER), place, "sam", "approve", confirm=confirm, text=_sams(place))
    assert answer.status_code == 303


def _sams(place: Place) -> str:
    with place.bot.database.read() as session:
        return session.get_one(Draft, place.ids["sam"]).text


# -- what it says


def test_the_twin_is_people_s_own_and_says_what_it_is(visit: Visit, place: Place) -> None:
    book, client = place.bot.book, visit(Role.APPROVER)
    it, en = (
        next(r for r in book.chapters[code].saved_replies if r.key == "parcel_late")
        for code in ("it", "en")
    )
    words = f"Ciao Giulia! {it.texts[1]} — il team Larix"
    change(place, "giulia", draft_text=words, draft_proposed=words)
    page = unescape(client.get(f"/item/{place.ids['giulia']}").text)
    assert "The same saved reply in English. Not a translation of edits." in page
    assert en.texts[1] in page
    client.cookies.set(COOKIE, "it")
    assert en.texts[1] not in unescape(client.get(f"/item/{place.ids['giulia']}").text)
    client.cookies.delete(COOKIE)
    change(place, "giulia", draft_text="Ciao! Parole mie, di nessuno. — io", draft_made_from="")
    assert "The same saved reply" not in client.get(f"/item/{place.ids['giulia']}").text


def test_without_a_service_the_button_says_so(visit: Visit, place: Place) -> None:
    client = visit(Role.EDITOR)
    page = client.get(f"/item/{place.ids['giulia']}").text
    button = re.search(r"<button[^>]*/translate[^>]*>", page)
    assert button
    assert "disabled" in button[0]
    assert "No translation service is configured." in page
    assert "/translate" not in client.get(f"/item/{place.ids['sam']}").text, "it is English"
    answer = do(client, place, "giulia", "translate", text="Ciao mia")
    assert answer.status_code == 200
    assert field(answer.text) == "Ciao mia"


def test_a_translation_is_shown_masked_and_keeps_what_was_typed(visit: Visit, place: Place) -> None:
    said = '{"translation": "Giulia? <b>Nine days</b> of waiting."}'
    with model_serving(lambda _: completion(said)) as model:
        bot = with_model(place.bot, model)
        client = visit(Role.EDITOR)
        object.__setattr__(client.app.state.desk, "bot", bot)  # type: ignore[attr-defined]
        change(place, "giulia", text="Sono Giulia Rossi, giulia@posta.example: dov'è il pacco?")
        page = client.get(f"/item/{place.ids['giulia']}").text
        assert "No translation service" not in page
        answer = do(client, place, "giulia", "translate", text="Ciao mia")
        url, part = f"/item/{place.ids['giulia']}/translate", {"desk-part": "1"}
        alone = client.post(url, data={"version": 1}, headers=part).text
        asked, _ = model.asked
    assert "&lt;b&gt;Nine days&lt;/b&gt; of waiting." in answer.text
    assert field(answer.text) == "Ciao mia"
    assert "dov'è il pacco" in asked.messages[1]["content"]
    assert "Rossi" not in asked.body
    assert "posta.example" not in asked.body
    assert "of waiting." in alone
    assert "<textarea" not in alone
    with place.bot.database.read() as session:
        noted, _ = session.query(Audit).filter(Audit.action == "translate").all()
    assert (noted.who, len(noted.detail)) == ("editor", 64)


# -- the other words, and what moved under them


def _worded_by_a_model(place: Place, who: str) -> None:
    with place.bot.database.write() as session:
        draft = session.get_one(Draft, place.ids[who])
        kept = {"kept": FOR_OLA, "kept_from": "saved reply: complaint"}
        at = place.bot.clock()
        values = {"channel": "x", "asked_at": at, "outcome": Outcome.TAKEN}
        session.add(Suggestion(draft_id=draft.id, **values, **kept))
        draft.made_from = BY_MODEL


def test_the_book_s_words_beside_a_model_s_can_be_chosen(visit: Visit, place: Place) -> None:
    _worded_by_a_model(place, "ola")
    client = visit(Role.APPROVER)
    assert 'id="kept-words"' in client.get(f"/item/{place.ids['ola']}").text
    assert after(client, do(client, place, "ola", "use", text="Hi", entry="kept")) == FOR_OLA


def test_approving_one_of_several_words_settles_them_all(visit: Visit, place: Place) -> None:
    _worded_by_a_model(place, "ola")
    client = visit(Role.APPROVER)
    do(client, place, "ola", "use", text="Hi", entry="kept")
    assert do(client, place, "ola", "approve", text=FOR_OLA).status_code == 303
    with place.bot.database.read() as session:
        mention = session.get_one(Draft, place.ids["ola"]).mention_id
        drafts = session.query(Draft).filter(Draft.mention_id == mention).all()
        replies = session.query(Reply).filter(Reply.mention_id == mention).all()
    assert [draft.status for draft in drafts] == [DraftStatus.APPROVED]
    assert [reply.text for reply in replies] == [FOR_OLA]
    page = client.get(f"/item/{place.ids['ola']}").text
    assert 'id="kept-words"' not in page


@pytest.mark.parametrize(
    "moved", [{"version": 2}, {"status": MentionStatus.GONE}], ids=["edited", "deleted"]
)
def test_nothing_is_approved_that_answers_another_text(
    visit: Visit, place: Place, moved: dict[str, Any]
) -> None:
    change(place, "ola", **moved)
    client = visit(Role.APPROVER)
    page = client.get(f"/item/{place.ids['ola']}").text
    button = re.search(r'<button[^>]*id="approve"[^>]*>', page)
    assert button
    assert "disabled" in button[0]
    assert 'id="approve-why">' in page
    assert do(client, place, "ola", "approve", text=FOR_OLA).status_code == 409


@pytest.mark.parametrize(
    ("private", "said"), [(True, "Only its author can read it."), (False, "Everybody can read it.")]
)
def test_it_says_from_where_it_leaves_and_who_reads_it(
    visit: Visit, place: Place, private: bool, said: str
) -> None:
    change(place, "ola", private=private)
    page = visit(Role.APPROVER).get(f"/item/{place.ids['ola']}").text
    assert "Leaves from Facebook (facebook)." in page
    assert said in page


def test_people_s_letters_are_counted_beside_the_network_s(visit: Visit, place: Place) -> None:
    page = do(visit(Role.EDITOR), place, "ola", "check", text="Cześć 👩‍👩‍👧 !").text
    counted = re.search(r'id="letters">(\d+)<', page)
    assert counted
    assert counted[1] == "9"
