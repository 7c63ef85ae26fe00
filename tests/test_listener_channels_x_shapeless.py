"""X: whatever comes over the wire is read or set aside; nothing raises."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from listener.channels.x import activity as x_activity
from listener.channels.x import parse as x_parse
from listener.channels.x.stance import Account

ME = Account(id="1500000000000000001", handle="larixoutdoor", name="Larix Outdoor")


def read(body: object) -> x_parse.Parsed:
    return x_parse.parse_body(body, account=ME, web_url="https://x.com")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
names = st.sampled_from(
    [
        "id",
        "text",
        "created_at",
        "author_id",
        "lang",
        "entities",
        "attachments",
        "public_metrics",
        "note_tweet",
        "note_post",
        "referenced_tweets",
        "referenced_posts",
        "edit_history_tweet_ids",
        "conversation_id",
        "reply_settings",
        "in_reply_to_user_id",
        "display_text_range",
        "mentions",
        "urls",
        "type",
        "username",
        "media_keys",
        "data",
        "includes",
        "users",
        "tweets",
        "media",
        "errors",
        "meta",
        "next_token",
        "payload",
        "event_type",
        "direct_message_events",
        "message_create",
        "message_data",
        "sender_id",
    ]
)
posts = st.recursive(
    json_values | st.sampled_from(["1", "21", "larixoutdoor", "retweeted", "replied_to"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=6),
    max_leaves=25,
)


@given(posts)
def test_whatever_comes_is_read_or_rejected_and_nothing_raises(item: object) -> None:
    page = read({"data": [item], "includes": {"users": [item], "tweets": [item], "media": [item]}})
    assert len(page.items) + len(page.rejected) == 1


@given(posts)
def test_no_body_of_any_shape_raises(body: object) -> None:
    read(body)
    x_parse.chains(body)
    x_activity.parse_activity(body, account=ME, web_url="")
    x_activity.parse_direct(body, account=ME, web_url="")
