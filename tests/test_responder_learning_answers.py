from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from config.brand import BrandBook
from listener.models import Author, Mention, MentionStatus
from listener.purge import purge_closed
from responder.approve import approve
from responder.automatic.rule import SHADOW
from responder.bot import Bot
from responder.correct import Right, correct
from responder.draft import draft_round
from responder.incidents import Opening, open_incident
from responder.learning.answers import AT_MOST, LEARNED, REMEMBERED
from responder.models import AuthorKind, Draft, Reply, ReplyStatus
from responder.voice.finding import Severity
from sentiment.score import Sentiment
from tests.auto_story import ASKING, FOR_CARE, draft_of, eager_bot, hear
from tests.factories import (
    NOW,
    FakeChannel,
    Watch,
    make_agent,
    make_author,
    make_auto_rule,
    make_bot,
    make_draft,
    make_mention,
    make_reply,
)
from tests.small_book import BOOK as SMALL
from tests.small_book import saying

ASKED = "Do you ship to Norway, and how long does it take?"
AGAIN = "@shop hello, how long does it take to ship to Norway?"
SAID = "Yes, we ship to Norway: it takes 3 days, and you can follow it all the way."
SENT = f"Hi Giulia. {SAID} ^EM"
CALM: dict[str, Any] = {
    "topics": ["delivery"],
    "signals": ["question"],
    "sentiment": Sentiment.NEUTRAL,
}


@pytest.fixture
def clock() -> Watch:
    return Watch()


@pytest.fixture
def book() -> BrandBook:
    """The small one, in which the words of honest answers stand somewhere."""
    return saying(SMALL, WORDS)


WORDS = (
    "You can follow it all the way. It is there and back as well. Write again if it is late, and "
    "gladly so. Customs take no extra day. We guarantee it. Are you in a hurry?"
)


@pytest.fixture
def bot(tmp_path: Path, book: BrandBook, clock: Watch) -> Iterator[Bot]:
    channels = [FakeChannel("x", clock=clock), FakeChannel("facebook", clock=clock)]
    made = make_bot(tmp_path, channels=channels, clock=clock, book=book, languages=("en",))
    yield made
    made.database.close()


def _answered(bot: Bot, *, said: str = ASKED, sent: str = SENT, **changes: Any) -> str:
    """A mention a human answered in other words than ours. Returns the reply's id."""
    of_reply = {key: changes.pop(key) for key in list(changes) if hasattr(Reply, key)}
    of_draft = {key: changes.pop(key) for key in list(changes) if hasattr(Draft, key)}
    with bot.database.write() as session:
        values = {**CALM, **of_reply.pop("mention", {}), **changes, "text": said}
        mention = make_mention(session, **{"status": MentionStatus.ANSWERED, **values})
        proposed = of_draft.pop("proposed", "Hi Giulia. It takes 3 days. — the shop")
        draft = make_draft(session, mention, text=sent, proposed=proposed, **of_draft)
        moment = {"status": ReplyStatus.SENT, "not_before": NOW, "posted_at": NOW, **of_reply}
        return make_reply(session, draft, **moment).id


def _drafted(bot: Bot, **changes: Any) -> Draft:
    mention = hear(bot, **{"text": AGAIN, **CALM} | changes)
    draft_round(bot)
    return draft_of(bot, mention)


def _is_taught(bot: Bot, **changes: Any) -> bool:
    draft = _drafted(bot, **changes)
    assert draft.text == draft.proposed
    return draft.made_from.startswith(LEARNED)


def test_the_teams_own_answer_is_offered_to_who_asks_nearly_the_same(bot: Bot) -> None:
    _answered(bot)
    with bot.database.write() as session:
        author = make_author(session, name="Marta Blum")
    draft = _drafted(bot, author_id=author.id)
    assert draft.text == f"Hi Marta. {SAID} — the shop"
    assert draft.made_from == f"{LEARNED} (share kept 38%)"
    assert draft.proposed == draft.text
    assert draft.status == "pending"
    assert not [one for one in draft.findings if one["severity"] == Severity.BLOCK]


def test_it_is_learned_from_an_approval_at_the_desk_but_what_was_taught_teaches_no_further(
    bot: Bot, clock: Watch
) -> None:
    first = _drafted(bot, text=ASKED)
    assert ("article" in first.made_from, first.taught_by) == (True, "")
    approve(bot, first.id, version=1, by="anna", text=SENT)
    taught = _send(bot, first)
    second = _drafted(bot)
    assert second.text == f"Hi Giulia. {SAID} — the shop"
    assert second.taught_by == taught
    clock.advance(hours=1)
    better = f"{SAID} Customs take no extra day."
    approve(bot, second.id, version=1, by="bea", text=f"Hi Giulia. {better} — the shop")
    _send(bot, second)
    third = _drafted(bot, text=f"{AGAIN} thanks")
    assert (third.text, third.taught_by) == (f"Hi Giulia. {SAID} — the shop", taught)


def test_once_its_source_is_erased_nothing_goes_on_saying_it(bot: Bot, clock: Watch) -> None:
    _answered(bot)
    second = _drafted(bot)
    approve(bot, second.id, version=1, by="bea", text=f"{second.text} Customs take no extra day.")
    clock.advance(days=20)
    _send(bot, second)
    clock.advance(days=11)
    purge_closed(bot.database, "x", 30, clock())
    with bot.database.read() as session:
        assert session.query(Mention).filter(Mention.purged_at.is_(None)).count() == 1
    assert not _is_taught(bot)


def test_what_was_answered_in_private_teaches_nothing(bot: Bot) -> None:
    _answered(bot, private=True)
    assert not _is_taught(bot)


def test_who_writes_in_private_is_offered_nothing_but_who_writes_beside_them_in_public_is(
    bot: Bot,
) -> None:
    _answered(bot)
    assert not _is_taught(bot, private=True)
    assert _is_taught(bot)


NEW = "Yes, we ship to Norway, where nobody pays duties."


def test_words_that_two_customers_were_told_are_nobody_s(bot: Bot) -> None:
    _answered(bot, sent=f"Hi Giulia. {NEW} ^EM", mention=_by(bot, "one"))
    assert not _is_taught(bot)
    asked = "Are there duties on a parcel of two boots, and who pays them?"
    _answered(bot, said=asked, sent=f"Hi Giulia. {NEW} ^EM", mention=_by(bot, "one"))
    assert not _is_taught(bot), "the same customer"
    _answered(bot, said=asked, sent=f"Hi Giulia. {NEW} ^EM", mention={"author_id": None})
    assert not _is_taught(bot), "perhaps the same customer"
    told = {"made_from": f"{LEARNED} (share kept 38%)", "mention": _by(bot, "two")}
    _answered(bot, said=asked, sent=f"Hi Giulia. {NEW} ^EM", **told)
    assert not _is_taught(bot), "it was taught itself"
    in_private = {"private": True, "mention": _by(bot, "four")}
    _answered(bot, said=asked, sent=f"Hi Giulia. {NEW} ^EM", **in_private)
    assert not _is_taught(bot), "told in private"
    _answered(bot, said=asked, sent=f"Hi Giulia. {NEW} ^EM", mention=_by(bot, "three"))
    assert _is_taught(bot)


def _by(bot: Bot, handle: str) -> dict[str, Any]:
    with bot.database.write() as session:
        known = session.query(Author).filter_by(external_id=handle).one_or_none()
        author = known or make_author(session, external_id=handle, name="", handle=handle)
        return {"author_id": author.id}


def _send(bot: Bot, draft: Draft) -> str:
    with bot.database.write() as session:
        reply = session.query(Reply).filter_by(draft_id=draft.id).one()
        reply.status, reply.posted_at = ReplyStatus.SENT, bot.clock()
        reply.mention.status, reply.mention.changed_at = MentionStatus.ANSWERED, bot.clock()
        return reply.id


@pytest.mark.parametrize(
    "changes",
    [
        {"proposed": f"Hi Giulia. {SAID} — the shop"},  # our very words
        {"proposed": ""},  # from before they were kept
        {"made_from": "statement on an open incident"},
        {"escalated": "the law is involved"},
        {"author_kind": AuthorKind.AUTO},
        {"status": ReplyStatus.FAILED},
        {"status": ReplyStatus.UNKNOWN},
        {"vanished_at": NOW},
        {"not_before": NOW - REMEMBERED},
        {"mention": {"language": "it"}},
        {"mention": {"topics": ["care"]}},
        {"mention": {"topics": ["other"]}},
        {"mention": {"signals": ["complaint"]}},
        {"mention": {"signals": ["question", "alarming"]}},
        {"mention": {"signals": ["question", "legal"]}},
        {"mention": {"status": MentionStatus.GONE}},
        {"mention": {"version": 2}, "mention_version": 1},
        {"mention": {"purged_at": NOW}},
        {"mention": {"channel": "facebook"}},
        {"said": "Do you have these boots in a wider fit, and how much do they weigh?"},
        {"sent": "Hi Giulia. Yes Giulia, we ship to Norway: it takes 3 days. ^EM"},
        {"sent": "Hi Giulia. Yes, we ship to Norway: your parcel 71204 is there in 3 days. ^EM"},
        {"sent": "Hi Giulia. We ship to Norway, and we guarantee you a full refund. ^EM"},
    ],
)  # fmt: skip
def test_what_is_not_the_teams_or_not_for_everybody_teaches_nothing(
    bot: Bot, changes: dict[str, Any]
) -> None:
    _answered(bot, **changes)
    assert not _is_taught(bot)


def test_words_a_person_found_where_we_had_none_teach(bot: Bot) -> None:
    _answered(bot, proposed="", made_from="no words: drafting failed (ValueError)")
    assert _drafted(bot).made_from == f"{LEARNED} (all in their own words)"


@pytest.mark.parametrize(
    "changes",
    [
        {"signals": ["question", "legal"]},
        {"signals": ["question", "safety"]},
        {"signals": ["question", "human"]},
        {"signals": ["question", "confused"]},
        {"signals": ["question", "alarming"]},
        {"answerable": "by_hand"},
        {"text": "ship to Norway?"},
    ],
)
def test_who_needs_a_person_gets_no_learned_words(bot: Bot, changes: dict[str, Any]) -> None:
    _answered(bot, mention={"signals": changes.get("signals", ["question"])})
    _answered(bot)
    assert not _is_taught(bot, **changes)


def test_in_an_incident_the_team_says_what_was_agreed(bot: Bot) -> None:
    _answered(bot)
    opening = Opening(title="Strike", channel="", topics=["delivery"], words=[], statements={})
    open_incident(bot.database, opening, by="anna", now=NOW)
    assert not _is_taught(bot, signals=["question"], sentiment=Sentiment.NEGATIVE)


def test_a_channel_whose_texts_may_not_be_learned_from_teaches_nothing(bot: Bot) -> None:
    x = cast(Any, bot.channels["x"])
    x.declaration = replace(x.declaration, may_teach=False)
    _answered(bot)
    assert not _is_taught(bot)


def test_erased_words_teach_nothing_any_more(bot: Bot, clock: Watch) -> None:
    _answered(bot)
    clock.advance(days=31)
    assert purge_closed(bot.database, "x", 30, clock()) == 1
    assert not _is_taught(bot)


def test_the_name_of_a_colleague_is_not_signed_by_others(bot: Bot) -> None:
    with bot.database.write() as session:
        make_agent(session, name="hanna")
    _answered(bot, sent=f"Hi Giulia. {SAID} Hanna is glad to help.")
    assert not _is_taught(bot)


def test_the_most_similar_answer_that_may_be_offered_is(bot: Bot) -> None:
    _answered(bot, sent=f"Hi Giulia. {SAID} Write again if it is late. ^EM")
    _answered(bot, said=AGAIN, sent="Hi Giulia. Yes, Giulia, to Norway it takes 3 days. ^EM")
    _answered(bot, said=f"Oh dear, {AGAIN} Please say so, I am in a hurry.")
    assert _drafted(bot).text == f"Hi Giulia. {SAID} — the shop"


def test_of_equally_similar_ones_the_newest_is_offered(bot: Bot) -> None:
    _answered(bot, sent=f"Hi Giulia. {SAID} And back as well. ^EM", not_before=NOW)
    _answered(bot, not_before=NOW - timedelta(days=1))
    assert "back as well" in _drafted(bot).text


def test_only_the_newest_answers_are_looked_at(bot: Bot, monkeypatch: Any) -> None:
    assert AT_MOST == 500
    monkeypatch.setattr("responder.learning.answers.AT_MOST", 2)
    _answered(bot, not_before=NOW - timedelta(days=1))
    for _ in range(2):
        _answered(bot, said="Something else is asked here, about boots")
    assert not _is_taught(bot)


def test_what_leaves_by_itself_leaves_in_the_books_words(tmp_path: Path) -> None:
    bot = eager_bot(tmp_path)
    sent = "Hello Giulia, brush the boots, then wax them a little once a month. The Tiny team"
    _answered(bot, said=ASKING["text"], sent=sent, mention=ASKING)
    assert draft_of(bot, _heard(bot, ASKING)).made_from.startswith(LEARNED)
    with bot.database.write() as session:
        make_auto_rule(session, **FOR_CARE)
    draft = draft_of(bot, _heard(bot, ASKING))
    assert (draft.status, draft.made_from) == ("approved", "article: clean_boots")
    assert "Brush the boots dry" in draft.text
    assert "Brush the boots dry" in draft.proposed
    bot.database.close()


def test_what_a_rule_in_shadow_would_have_sent_is_shown_in_the_books_words(tmp_path: Path) -> None:
    bot = eager_bot(tmp_path)
    sent = "Hello Giulia, brush the boots, then wax them a little once a month. The Tiny team"
    _answered(bot, said=ASKING["text"], sent=sent, mention=ASKING)
    with bot.database.write() as session:
        make_auto_rule(session, live_from=NOW + SHADOW, **FOR_CARE)
    draft = draft_of(bot, _heard(bot, ASKING))
    assert (draft.status, draft.made_from) == ("pending", "article: clean_boots")
    bot.database.close()


def _heard(bot: Bot, asked: dict[str, Any]) -> str:
    mention = hear(bot, **asked)
    draft_round(bot)
    return mention


def test_once_there_is_no_danger_the_teams_answer_is_offered(bot: Bot) -> None:
    _answered(bot)
    mention = hear(bot, text=AGAIN, **CALM | {"signals": ["question", "safety"]})
    draft_round(bot)
    assert not draft_of(bot, mention).made_from.startswith(LEARNED)
    correct(bot, mention, version=1, right=Right(danger=False), by="anna")
    assert draft_of(bot, mention).made_from.startswith(LEARNED)


def test_what_does_not_fit_its_channel_gives_way_to_the_book(bot: Bot) -> None:
    _answered(bot, sent=f"Hi Giulia. {SAID} {'And gladly so every day. ' * 12}^EM")
    assert not _is_taught(bot)


def test_a_mention_nobody_can_read_is_drafted_as_ever(bot: Bot) -> None:
    _answered(bot, mention={"language": "unknown"})
    draft = _drafted(bot, language="unknown")
    assert not draft.made_from.startswith(LEARNED)
    with bot.database.read() as session:
        assert session.query(Mention).count() == 2
