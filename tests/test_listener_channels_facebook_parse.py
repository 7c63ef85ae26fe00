"""Facebook: from JSON to our values."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.channels.base import Answerable, Incoming, MediaKind
from listener.channels.facebook import instagram
from listener.channels.facebook.parse import Parsed, Reader, next_cursor
from tests.loopback import payload

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PAGE = "700000000000001"
READER = Reader(page_id=PAGE, web_url="https://www.facebook.com", seen=NOW)


def feed() -> dict[str, Incoming]:
    """The comments and posts of the feed payload by the end of their ids."""
    threads = READER.feed(payload("facebook/feed.json")).threads
    found = [item for thread in threads for item in thread.comments.items]
    found += [thread.post for thread in threads if thread.post]
    return {item.external_id.rpartition("_")[2]: item for item in found}


def comments(*data: Any, **more: Any) -> Parsed:
    return READER.comments({"data": list(data), **more}, post_id=f"{PAGE}_9")


def test_a_comment_becomes_one_of_our_values_whole() -> None:
    item = feed()["301"]
    assert item.text == "La fermeture de ma veste Mélèze a lâché au bout d’une semaine."
    assert item.created_at == datetime(2026, 11, 20, 11, 0, tzinfo=UTC)
    assert item.author is not None
    assert (item.author.external_id, item.author.name) == ("800000000000011", "Marie Dubois")
    assert item.conversation == f"{PAGE}_900000000000101"
    assert item.answer_under == item.external_id == "900000000000101_301"
    assert item.in_reply_to == item.conversation
    assert item.context.startswith("Winter is coming")
    assert item.url.endswith("?comment_id=301")
    assert (item.engagement, item.addressed, item.answerable) == (6, True, Answerable.YES)


def test_a_reply_to_a_reply_is_answered_under_the_top_comment() -> None:
    item = feed()["303"]
    assert item.answer_under == "900000000000101_301"
    assert item.in_reply_to == "900000000000101_301"
    deep = comments(
        {"id": "9_1", "message": "top"},
        {"id": "9_2", "message": "below", "parent": {"id": "9_1"}},
        {"id": "9_3", "message": "deeper", "parent": {"id": "9_2"}},
    )
    assert [item.answer_under for item in deep.items] == ["9_1", "9_1", "9_1"]


def test_parents_that_came_nested_or_go_in_a_circle_are_followed_to_an_end() -> None:
    nested = {"id": "9_3", "message": "x", "parent": {"id": "9_2", "parent": {"id": "9_1"}}}
    assert comments(nested).items[0].answer_under == "9_1"
    circle = [
        {"id": "9_1", "message": "a", "parent": {"id": "9_2"}},
        {"id": "9_2", "message": "b", "parent": {"id": "9_1"}},
    ]
    assert len(comments(*circle).items) == 2


def test_without_a_parent_the_permalink_tells_the_top_comment_and_the_id() -> None:
    link = f"https://www.facebook.com/{PAGE}/posts/9/?comment_id=1&reply_comment_id=3"
    (item,) = comments({"message": "x", "permalink_url": link}).items
    assert (item.external_id, item.answer_under) == ("9_3", "9_1")
    whole = f"/posts/{PAGE}_9?comment_id=9_1&reply_comment_id=9_3"
    (item,) = comments({"id": "9_3", "message": "x", "permalink_url": whole}).items
    assert item.answer_under == "9_1"


def test_the_pages_own_posts_and_comments_are_flagged_and_never_answerable() -> None:
    found = feed()
    for key in ("302", "900000000000101"):
        assert (found[key].own, found[key].answerable) == (True, Answerable.NO)


def test_a_visitors_post_is_a_mention_answered_under_itself_and_gives_no_context() -> None:
    item = feed()["900000000000102"]
    assert item.author is not None
    assert item.answer_under == item.conversation == item.external_id
    assert (item.own, item.answerable, item.in_reply_to) == (False, Answerable.YES, None)


def test_an_author_facebook_does_not_name_is_none_and_the_picture_is_told() -> None:
    item = feed()["304"]
    assert item.author is None
    assert item.own is False
    (media,) = item.media
    assert (media.kind, media.alt) == (MediaKind.IMAGE, "La cerniera")
    assert media.url == "https://scontent.example.org/cerniera.jpg"


@pytest.mark.parametrize("flag", [{"is_hidden": True}, {"can_comment": False}])
def test_hidden_and_closed_comments_cannot_be_answered(flag: dict[str, bool]) -> None:
    top = {"id": "9_1", "message": "x", **flag}
    below = {"id": "9_2", "message": "y", "parent": {"id": "9_1"}}
    first, second = comments(top, below).items
    assert first.answerable is Answerable.NO
    assert second.answerable is (Answerable.NO if "can_comment" in flag else Answerable.YES)


def test_a_tagged_post_gets_an_absolute_address_and_keeps_an_unknown_author() -> None:
    (thread,) = READER.feed(payload("facebook/tagged.json")).threads
    assert thread.post is not None
    assert thread.post.author is None
    assert thread.post.url == ("https://www.facebook.com/800000000000015/posts/900000000000777/")


def test_a_cursor_counts_only_while_there_is_a_next_page() -> None:
    assert next_cursor(payload("facebook/feed.json")) == "QVFIUa1"
    assert next_cursor(payload("facebook/feed_last.json")) is None
    assert next_cursor({"paging": {"next": "https://x/?after=q"}}) == "q"
    assert next_cursor([]) is None


@pytest.mark.parametrize(
    ("comment", "under", "ending"),
    [
        ("9_3", "9_1", "/posts/9?comment_id=1&reply_comment_id=3"),
        ("9_3", f"{PAGE}_9", "/posts/9?comment_id=3"),
        ("9_3", "8000_9", "/posts/9?comment_id=3"),  # under the post of somebody who tagged us
        ("77", "9_1", "facebook.com/77"),
    ],
)
def test_an_answer_has_an_address_before_facebook_tells_one(
    comment: str, under: str, ending: str
) -> None:
    assert READER.comment_url(comment, under=under).endswith(ending)


def test_albums_and_links_are_told_apart() -> None:
    inner = [{"type": "photo", "media": {"image": {"src": "https://e.org/1.jpg"}}}] * 2
    album = {"type": "album", "subattachments": {"data": inner}}
    share = {"type": "share", "unshimmed_url": "https://e.org/page", "title": "A page"}
    video = {"type": "video_inline", "url": "https://e.org/v"}
    item = READER.post({"id": "1", "attachments": {"data": [album, share, video, {"type": "x"}]}})
    assert [media.kind for media in item.media] == [
        MediaKind.IMAGE,
        MediaKind.IMAGE,
        MediaKind.LINK,
        MediaKind.VIDEO,
        MediaKind.OTHER,
    ]
    assert item.media[2].url == "https://e.org/page"
    assert item.text == ""


@pytest.mark.parametrize(
    "bad", [{"message": "no id"}, {"id": "9_1", "message": None}, {"id": "a b", "message": "x"}, 5]
)
def test_an_unreadable_comment_is_kept_for_a_human_and_the_rest_goes_on(bad: object) -> None:
    page = comments(bad, {"id": "9_7", "message": "fine"})
    assert [item.text for item in page.items] == ["fine"]
    assert len(page.rejected) == 1


def test_comments_under_an_unreadable_post_are_kept() -> None:
    post = {"id": f"{PAGE}_9", "message": 5, "comments": {"data": [{"id": "9_1", "message": "x"}]}}
    (thread,) = READER.feed({"data": [post]}).threads
    assert thread.post is None
    assert len(thread.rejected) == len(thread.comments.items) == 1


def test_a_text_without_a_readable_time_is_taken_as_of_now() -> None:
    assert (
        comments({"id": "9_1", "message": "x", "created_time": "noon"}).items[0].created_at == NOW
    )


def test_instagram_comments_captions_and_mentions_are_read() -> None:
    reader = instagram.InstagramReader(username="larixoutdoor", seen=NOW)
    two = reader.parse(payload("instagram/comments.json"))
    assert [item.text for item in two.items] == ["Where can I buy these boots?", "❤️"]
    assert two.after == "QVFIUi1"
    (caption,) = reader.parse(payload("instagram/media.json")).items
    assert caption.media[0].kind is MediaKind.IMAGE
    (mention,) = reader.parse(payload("instagram/mentioned_comment.json")).items
    assert mention.author is not None
    assert mention.author.handle == "marco.in.quota"
    nested = {
        "id": "1",
        "caption": "c",
        "comments": {"data": [{"id": "2", "text": "t", "replies": {"data": [
            {"id": "3", "text": "r", "parent_id": "2", "username": "larixoutdoor"}]}}]},
    }  # fmt: skip
    media, comment, reply = reader.parse({"data": [nested]}).items
    assert (comment.conversation, reply.conversation) == (media.external_id, "1")
    assert (reply.answer_under, reply.own) == ("2", True)


names = st.sampled_from(
    [
        *("id", "message", "from", "parent", "created_time", "updated_time", "permalink_url"),
        *("attachment", "attachments", "data", "comments", "paging", "next", "cursors", "after"),
        *("summary", "shares", "media", "image", "src", "subattachments", "is_hidden", "type"),
        *("text", "caption", "username", "replies", "mentioned_comment", "timestamp"),
    ]
)
bodies = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["1", "9_1", PAGE, "http://[x?comment_id=1", "2026-11-20T11:00:00+0000"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=6),
    max_leaves=25,
)


@given(bodies)
def test_whatever_comes_is_read_or_rejected_and_nothing_raises(item: object) -> None:
    page = comments(item)
    assert len(page.items) + len(page.rejected) == 1
    found = READER.feed({"data": [item]})
    assert len(found.threads) + len(found.rejected) == 1
    READER.feed(item)
    READER.comments(item, post_id=None)
    instagram.InstagramReader(username="x", seen=NOW).parse(item)
