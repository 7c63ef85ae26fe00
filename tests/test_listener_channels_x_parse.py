"""X: from JSON to our values, in both of its vocabularies."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from listener.channels.base import Answerable, Incoming, MediaKind
from listener.channels.x import activity as x_activity
from listener.channels.x import fields as x_fields
from listener.channels.x import parse as x_parse
from listener.channels.x.parse import Parsed, Reader
from listener.channels.x.stance import Account
from tests.loopback import payload

ME = Account(id="1500000000000000001", handle="larixoutdoor", name="Larix Outdoor")
OURS = "2100000000000000000"


def read(body: object) -> Parsed:
    return x_parse.parse_body(body, account=ME, web_url="https://x.com")


def one(post: dict[str, Any], **includes: Any) -> Incoming:
    body = {"data": [{"id": "2100000000000000777", "text": "hi", **post}], "includes": includes}
    (item,) = read(body).items
    return item


def at(start: int, handle: str = "larixoutdoor") -> dict[str, Any]:
    return {"start": start, "end": start + 5, "username": handle}


def test_a_mention_becomes_one_of_our_values_whole() -> None:
    item = read(payload("x/mentions_page1.json")).items[0]
    assert item.text.startswith("@larixoutdoor la giacca Betulla perde acqua dalle cuciture & il")
    assert item.created_at == datetime(2026, 11, 20, 11, 30, tzinfo=UTC)
    assert item.author is not None
    assert (item.author.name, item.author.handle) == ("Anna Ferri", "annaferri_it")
    assert item.author.followers == 312
    assert item.url == f"https://x.com/annaferri_it/status/{item.revision_id}"
    assert item.answer_url == f"https://x.com/intent/tweet?in_reply_to={item.revision_id}"
    assert item.answer_under == item.revision_id == item.external_id == item.conversation
    assert (item.language, item.engagement) == ("it", 5)
    assert (item.addressed, item.own, item.repost) == (True, False, False)


def test_a_page_says_where_it_ends_and_whether_there_is_another() -> None:
    page = read(payload("x/mentions_page1.json"))
    assert page.newest == page.items[0].revision_id
    assert page.oldest == page.items[1].revision_id
    assert page.next_token == "7140dibdnow9c7btw0001"
    assert read(payload("x/mentions_page2.json")).next_token is None


def test_a_reply_to_a_post_of_ours_carries_that_post_as_context() -> None:
    item = read(payload("x/mentions_page2.json")).items[1]
    assert item.context.startswith("Our Betulla jackets are tested")
    assert item.in_reply_to == item.conversation
    assert item.answerable is Answerable.YES


def test_the_new_vocabulary_says_the_same_as_the_old() -> None:
    edited, long, reply = read(payload("x/mentions_post_vocabulary.json")).items
    assert edited.external_id != edited.revision_id
    assert edited.external_id == edited.conversation
    assert edited.engagement == 3
    assert long.text.endswith("nobody answers the phone.")
    assert len(long.text) > 280
    assert reply.context.startswith("Our Betulla jackets")
    assert reply.in_reply_to == reply.conversation


def test_of_a_long_post_the_whole_is_read_and_not_the_cut_text() -> None:
    long = read(payload("x/media_and_note.json")).items[0]
    assert long.text.endswith("Was nun?")
    assert "…" not in long.text


def test_pictures_videos_and_outside_links_are_named_but_not_the_links_of_x_itself() -> None:
    media = read(payload("x/media_and_note.json")).items[1].media
    assert [(part.kind, part.alt) for part in media] == [
        (MediaKind.IMAGE, "A boot whose sole comes off"),
        (MediaKind.VIDEO, ""),
        (MediaKind.LINK, ""),
    ]
    assert media[1].url == "https://pbs.example.org/media/suola-video.jpg"
    assert media[2].url == "https://forum.example.org/larix-suola"


def test_media_that_did_not_come_along_are_still_told_by_their_key() -> None:
    item = one({"attachments": {"media_keys": ["16_1", "99_2"]}})
    assert [part.kind for part in item.media] == [MediaKind.VIDEO, MediaKind.OTHER]
    assert item.media[0].url == item.url


def test_own_posts_and_reposts_are_flagged_and_never_answerable() -> None:
    mine, repost = (read(payload("x/search.json")).items[i] for i in (2, 1))
    assert (mine.own, mine.answerable) == (True, Answerable.NO)
    assert (repost.repost, repost.answerable) == (True, Answerable.NO)
    assert repost.text == "Plecak Larix po trzech latach: zamek padł, reszta jak nowa."


@pytest.mark.parametrize(
    ("post", "addressed", "answerable"),
    [
        ({"entities": {"mentions": [at(3)]}}, True, Answerable.YES),
        ({"entities": {"mentions": [at(3, "LarixOutdoor")]}}, True, Answerable.YES),
        ({"entities": {"mentions": [at(0)]}, "display_text_range": [14, 20]}, True, Answerable.YES),
        ({"in_reply_to_user_id": ME.id}, True, Answerable.YES),
        ({"referenced_tweets": [{"type": "quoted", "id": OURS}]}, True, Answerable.YES),
        ({"referenced_tweets": [{"type": "replied_to", "id": OURS}]}, True, Answerable.YES),
        ({"text": "larix is a tree"}, False, Answerable.BY_HAND),
        ({"text": "mail@larixoutdoor.example"}, False, Answerable.BY_HAND),
        ({"text": "so, @LarixOutdoor, when?"}, True, Answerable.YES),
        ({"text": "@larixoutdoor2 hi"}, False, Answerable.BY_HAND),
        ({"entities": {"mentions": [at(0, "other")]}}, False, Answerable.BY_HAND),
        ({"referenced_tweets": [{"type": "quoted", "id": "21"}]}, False, Answerable.BY_HAND),
        (
            {"entities": {"mentions": [at(3)]}, "reply_settings": "mentionedUsers"},
            True,
            Answerable.YES,
        ),
        ({"reply_settings": "mentionedUsers"}, False, Answerable.NO),
        ({"reply_settings": "following"}, False, Answerable.BY_HAND),
        ({"in_reply_to_user_id": ME.id, "reply_settings": "verified"}, True, Answerable.BY_HAND),
        ({"author_id": ME.id, "entities": {"mentions": [at(3)]}}, True, Answerable.NO),
    ],
)
def test_who_may_be_answered_through_the_api(
    post: dict[str, Any], addressed: bool, answerable: Answerable
) -> None:
    item = one(post, tweets=[{"id": OURS, "text": "ours", "author_id": ME.id}])
    assert (item.addressed, item.answerable) == (addressed, answerable)


def test_a_quote_is_known_by_its_link_when_the_quoted_post_did_not_come_along() -> None:
    assert read(payload("x/search.json")).items[3].answerable is Answerable.YES


def test_a_mention_in_the_long_part_of_a_post_counts() -> None:
    note = {"text": "... @larixoutdoor", "entities": {"mentions": [at(4)]}}
    assert one({"text": "...", "note_tweet": note}).addressed


@pytest.mark.parametrize(
    ("code", "language"),
    [("it", "it"), ("und", None), ("qme", None), ("iw", "he"), ("zh-cn", "zh"), (None, None)],
)
def test_xs_language_codes_become_iso_639_1(code: str | None, language: str | None) -> None:
    assert one({"lang": code}).language == language


def test_without_a_conversation_the_answered_post_is_one() -> None:
    assert one({"referenced_tweets": [{"type": "replied_to", "id": "77"}]}).conversation == "77"
    assert one({}).conversation == "2100000000000000777"


def test_a_bad_date_is_replaced_by_the_one_in_the_id() -> None:
    for bad in ("2026-02-30T00:00:00Z", "", None, 5, "0001-01-01T00:00:00+14:00"):
        item = one({"created_at": bad})
        assert item.created_at == x_fields.time_of("2100000000000000777")


def test_an_id_tells_its_time_and_back() -> None:
    moment = datetime(2026, 11, 20, 11, 30, tzinfo=UTC)
    assert x_fields.time_of(x_fields.id_at(moment)) == moment
    assert x_fields.id_at(datetime(1999, 1, 1, tzinfo=UTC)) == "1"


@pytest.mark.parametrize(
    "bad",
    [
        {"id": "1", "text": None},
        {"id": "1", "text": ["a"]},
        {"id": "1"},
        {"text": "no id"},
        {"id": "../../x", "text": "hi"},
        {"id": "1" * 4000, "text": "hi"},
        {"id": {"a": 1}, "text": "hi"},
        None,
        [],
        7,
    ],
)
def test_an_unreadable_item_is_kept_for_a_human_and_the_page_goes_on(bad: object) -> None:
    page = read({"data": [bad, {"id": "2", "text": "fine"}]})
    assert [item.text for item in page.items] == ["fine"]
    assert len(page.rejected) == 1
    assert page.rejected[0].error


def test_a_garbled_ornament_costs_only_itself() -> None:
    item = one(
        {
            "public_metrics": {"like_count": "many", "reply_count": -4, "retweet_count": 10**30},
            "author_id": 12345678901234567890,
            "entities": [],
            "attachments": {"media_keys": [None, {}]},
            "referenced_tweets": "x",
            "text": "half an emoji \ud83d",
        }
    )
    assert item.engagement == 10**9
    assert item.author is not None
    assert item.author.external_id == "12345678901234567890"
    assert item.text.encode()


def test_partial_errors_name_the_posts_that_are_gone() -> None:
    page = read(payload("x/lookup_partial.json"))
    assert len(page.gone) == 1
    assert len(page.items) == 1


def test_direct_messages_are_read_in_both_forms_and_answered_by_hand_only() -> None:
    new = x_activity.parse_direct(payload("x/dm_events.json"), account=ME, web_url="https://x.com")
    old = x_activity.parse_activity(
        payload("x/activity_message.json"), account=ME, web_url="https://x.com"
    )
    assert new.items[0].text == "Order LX-20417, please keep it private"
    assert new.items[0].answerable is Answerable.BY_HAND
    assert new.items[0].private
    assert old.items[0].author is not None
    assert old.items[0].author.name == "Ewa Zając"
    assert old.items[0].created_at == datetime(2026, 11, 20, 6, 40, tzinfo=UTC)


def test_an_activity_event_is_the_same_mention_as_the_one_that_is_polled() -> None:
    body = payload("x/activity_mention.json")
    pushed = x_activity.parse_activity(body, account=ME, web_url="https://x.com").items[0]
    assert pushed == read(payload("x/mentions_page1.json")).items[1]


def test_a_reader_without_includes_reads_a_bare_post() -> None:
    item = Reader(account=ME, web_url="https://x.com").read({"id": "21", "text": "hi"})
    assert item.author is None
    assert item.url == "https://x.com/i/status/21"
    assert item.created_at < datetime.now(UTC) + timedelta(days=1)
