"""Bluesky over real HTTP: replies, and how they are found again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from listener.channels.base import Outgoing
from listener.channels.bluesky import fields, tid
from listener.channels.errors import (
    AuthFailed,
    ChannelError,
    Gone,
    RateLimited,
    Refused,
    Unavailable,
    Unknown,
)
from tests.bluesky_on_loopback import (
    ANNA,
    HANDLE,
    LOGIN,
    ME,
    NOTIFIED,
    NOW,
    POSTS,
    PUT,
    RECORD,
    RECORDS,
    REFRESH,
    RESOLVE,
    Sky,
    call,
    channel,
    no,
    sky_running,
    uri,
)
from tests.fakes import make_outgoing
from tests.loopback import Says, free_port, payload

APPROVED = NOW - timedelta(hours=3)


@pytest.fixture
def sky() -> Iterator[Sky]:
    with sky_running() as running:
        yield running


def reply_to(mention: str, text: str = "So sorry, Anna!", key: str = "01a202c0ffee") -> Outgoing:
    return make_outgoing(mention, text, key=key, made_at=APPROVED)


@pytest.fixture
def reply(sky: Sky) -> Outgoing:
    return reply_to(sky.say(f"@{HANDLE} where is my parcel?"))


def test_a_reply_hangs_under_the_mention_in_its_thread(sky: Sky, reply: Outgoing) -> None:
    posted = channel(sky.url).post(reply)
    ((rkey, record),) = sky.kept.items()
    assert posted.external_id == uri(rkey, ME)
    assert posted.in_reply_to == reply.answer_under
    assert posted.url == f"https://bsky.app/profile/{HANDLE}/post/{rkey}"
    assert posted.posted_at == NOW
    above = {"uri": reply.mention_id, "cid": sky.listed[reply.mention_id]["cid"]}
    assert record == {
        "$type": "app.bsky.feed.post",
        "text": "So sorry, Anna!",
        "reply": {"root": above, "parent": above},
        # Of its sending: sorted by the hour of its approval nobody would see it.
        "createdAt": "2026-11-22T09:00:00.000Z",
    }


def test_the_answer_of_a_real_server_is_a_success(sky: Sky, reply: Outgoing) -> None:
    sky.on(PUT, payload("bluesky/put.json"))
    posted = channel(sky.url).post(reply)
    assert posted.external_id == uri(tid.for_reply(APPROVED, reply.key), ME)


def test_a_reply_deep_in_a_thread_names_its_root_as_the_mention_does(sky: Sky) -> None:
    root = {"uri": uri("3n2v7zv5jwc2o", "did:plc:somebody"), "cid": "bafyreiroot"}
    parent = {"uri": uri("3n2v7zv5jwc2p", "did:plc:another"), "cid": "bafyreiparent"}
    mention = sky.say(f"@{HANDLE} you know?", reply={"root": root, "parent": parent})
    channel(sky.url).post(reply_to(mention))
    (record,) = sky.kept.values()
    assert record["reply"]["root"] == root
    assert record["reply"]["parent"]["uri"] == mention


@pytest.mark.parametrize(
    "root", [None, "?", {}, {"uri": "https://elsewhere", "cid": "b"}, {"uri": uri("3n2v7zv5jwc2o")}]
)
def test_a_mention_that_names_no_readable_root_is_one_itself(sky: Sky, root: object) -> None:
    mention = sky.say(f"@{HANDLE} hello", reply={"root": root, "parent": root})
    channel(sky.url).post(reply_to(mention))
    (record,) = sky.kept.values()
    assert record["reply"]["root"] == record["reply"]["parent"]
    assert record["reply"]["root"]["uri"] == mention


def test_a_mention_shown_without_its_version_is_answered_later(sky: Sky, reply: Outgoing) -> None:
    del sky.listed[reply.mention_id]["cid"]
    with pytest.raises(Unavailable):
        channel(sky.url).post(reply)
    assert not sky.calls(PUT)


def test_half_an_emoji_in_a_reply_is_repaired(sky: Sky, reply: Outgoing) -> None:
    broken = replace(reply, text="half \ud83d https://larix.example")
    assert channel(sky.url).length(broken.text).fits
    channel(sky.url).post(broken)
    (record,) = sky.kept.values()
    assert record["text"] == "half � https://larix.example"
    assert record["facets"][0]["index"]["byteStart"] == len("half � ".encode())


def test_an_edited_mention_is_answered_in_its_newest_version(sky: Sky, reply: Outgoing) -> None:
    sky.edit(reply.mention_id, f"@{HANDLE} where is my parcel, please?")
    channel(sky.url).post(reply)
    (record,) = sky.kept.values()
    assert record["reply"]["parent"]["cid"] == sky.listed[reply.mention_id]["cid"]


def test_the_key_of_a_reply_is_chosen_before_it_is_sent(sky: Sky, reply: Outgoing) -> None:
    channel(sky.url).post(reply)
    (asked,) = sky.calls(PUT)
    assert asked.json["rkey"] == tid.for_reply(APPROVED, "01a202c0ffee")
    assert tid.time_of(asked.json["rkey"]) is not None  # a server refuses any other key
    assert asked.json["swapRecord"] is None
    assert asked.json["repo"] == ME


def test_sent_twice_it_stands_once(sky: Sky, reply: Outgoing) -> None:
    first = channel(sky.url, clock=lambda: sky.now).post(reply)
    sky.now += timedelta(minutes=5)
    again = channel(sky.url, clock=lambda: sky.now).post(reply)
    assert again == first
    assert (len(sky.kept), sky.commits) == (1, 1)


def test_sent_twice_to_a_server_that_takes_the_same_record_for_no_change(
    sky: Sky, reply: Outgoing
) -> None:
    """200 without a new commit: so it is when not a letter differs."""
    first, again = channel(sky.url).post(reply), channel(sky.url).post(reply)
    assert first == again
    assert sky.commits == 1


def test_an_answer_that_is_lost_is_found_by_the_next_attempt(sky: Sky, reply: Outgoing) -> None:
    channel(sky.url).post(reply)
    standing = dict(sky.kept)
    sky.on(PUT, Says(reset=True))
    bsky = channel(sky.url)
    with pytest.raises(Unknown):
        bsky.post(reply)
    sky.says.clear()
    (found,) = bsky.own_replies(reply, NOW)
    assert found.text == reply.text
    assert sky.kept == standing


def test_other_words_under_the_same_key_are_not_written_over(sky: Sky, reply: Outgoing) -> None:
    bsky = channel(sky.url, clock=lambda: sky.now)
    bsky.post(reply)
    sky.now += timedelta(minutes=1)
    other = sky.say(f"@{HANDLE} and mine?")
    for changed in (replace(reply, text="Other words"), replace(reply, answer_under=other)):
        with pytest.raises(Refused):
            bsky.post(changed)
    assert [record["text"] for record in sky.kept.values()] == [reply.text]


def test_two_replies_with_the_same_words_both_stand(sky: Sky, reply: Outgoing) -> None:
    """Nobody there takes the second for a repetition."""
    bsky = channel(sky.url)
    bsky.post(reply)
    bsky.post(replace(reply, key="01a202c0fff0"))
    assert len(sky.kept) == 2


def test_links_and_people_in_a_reply_are_marked(sky: Sky, reply: Outgoing) -> None:
    text = "Zażółć 👨‍👩‍👧: https://larix.example/returns @anna.test @nobody.test"
    channel(sky.url).post(replace(reply, text=text))
    (record,) = sky.kept.values()
    link, mention = record["facets"]
    raw = text.encode()
    place = mention["index"]
    assert raw[place["byteStart"] : place["byteEnd"]] == b"@anna.test"
    assert mention["features"][0]["did"] == ANNA
    assert link["features"][0]["uri"] == "https://larix.example/returns"


@pytest.mark.parametrize("says", [Says(reset=True), no(502, "UpstreamFailure"), Says(body={})])
def test_a_handle_nobody_can_look_up_now_stays_plain_text(
    sky: Sky, reply: Outgoing, says: Says
) -> None:
    sky.on(RESOLVE, says)
    channel(sky.url).post(replace(reply, text="Hello @anna.test"))
    (record,) = sky.kept.values()
    assert "facets" not in record


def test_what_is_deleted_or_keeps_us_away_is_not_answered(sky: Sky, reply: Outgoing) -> None:
    """The server would take the reply, and show it to nobody."""
    sky.forget(reply.mention_id)
    with pytest.raises(Gone):
        channel(sky.url).post(reply)
    assert not sky.calls(PUT)


def test_a_thread_that_is_closed_is_not_answered(sky: Sky, reply: Outgoing) -> None:
    sky.listed[reply.mention_id]["viewer"]["replyDisabled"] = True
    with pytest.raises(Refused) as refused:
        channel(sky.url).post(reply)
    assert "reply" in refused.value.reason
    assert not sky.calls(PUT)


@pytest.mark.parametrize("text", ["x" * 301, "👨‍👩‍👧‍👦" * 200])
def test_a_text_that_is_too_long_asks_nothing_of_anybody(
    sky: Sky, reply: Outgoing, text: str
) -> None:
    with pytest.raises(Refused):
        channel(sky.url).post(replace(reply, text=text))
    assert not sky.asked


@pytest.mark.parametrize("under", ["", "17", "at://did:plc:a/app.bsky.feed.like/1"])
def test_what_is_no_post_cannot_be_answered(sky: Sky, reply: Outgoing, under: str) -> None:
    bad = replace(reply, answer_under=under)
    with pytest.raises(Gone):
        channel(sky.url).post(bad)
    with pytest.raises(Gone):
        channel(sky.url).own_replies(bad, NOW)


@pytest.mark.parametrize(
    ("says", "error"),
    [
        (Says(reset=True), Unknown),
        (Says(status=200, body=b"<html>hello</html>"), Unknown),
        (no(500, "InternalServerError"), Unknown),
        (no(502, "UpstreamFailure"), Unknown),
        (no(503, "NotEnoughResources"), Unknown),
        (Says(status=504, body=b"<html>late</html>"), Unknown),
        (Says(status=302, body={}, headers={"Location": "http://127.0.0.1:1/"}), Unknown),
        (no(408, "RequestTimeout"), Unknown),
        (no(501, "MethodNotImplemented"), Refused),
        (no(400, "InvalidRequest", "Record/text must not be longer than 3000"), Refused),
        (no(413, "PayloadTooLarge"), Refused),
        (no(401, "AccountTakedown", "Account has been taken down"), AuthFailed),
        (no(401, "AuthMissing", "Authentication Required"), AuthFailed),
        (no(429, "RateLimitExceeded"), RateLimited),
    ],
)
def test_what_a_failed_send_means(
    sky: Sky, reply: Outgoing, says: Says, error: type[ChannelError]
) -> None:
    sky.on(PUT, says)
    with pytest.raises(error):
        channel(sky.url).post(reply)
    assert len(sky.calls(PUT)) == 1


def test_a_reply_that_surely_did_not_leave_is_not_in_doubt(reply: Outgoing) -> None:
    with pytest.raises(Unavailable):
        channel(f"http://127.0.0.1:{free_port()}").post(reply)


def test_an_account_that_was_taken_down_is_called_so(sky: Sky, reply: Outgoing) -> None:
    sky.on(PUT, no(401, "AccountTakedown", "Account has been taken down"))
    with pytest.raises(AuthFailed) as failed:
        channel(sky.url).post(reply)
    assert "took the account down" in failed.value.action
    assert "app_password" not in failed.value.action


def test_who_cannot_read_can_still_write(sky: Sky, reply: Outgoing) -> None:
    """Reads go through our server to the AppView, our own repository is on it."""
    sky.on(NOTIFIED, no(502, "UpstreamFailure", "Upstream service unreachable"))
    bsky = channel(sky.url)
    with pytest.raises(Unavailable):
        bsky.fetch("notifications", None)
    assert bsky.post(reply)
    assert bsky.own_replies(reply, NOW)


def test_a_token_that_ends_in_the_middle_of_a_send_is_renewed_and_it_leaves_once(
    sky: Sky, reply: Outgoing
) -> None:
    bsky = channel(sky.url)
    bsky.lookup([reply.mention_id])
    sky.on(PUT, no(400, "ExpiredToken", "Token has expired"))
    sky.says[PUT].append(Says(body={"uri": "x", "cid": "y"}))
    bsky.post(reply)
    assert len(sky.calls(PUT)) == 2
    assert len(sky.calls(REFRESH)) == 1
    bodies = [asked.body for asked in sky.calls(PUT)]
    assert bodies[0] == bodies[1]


def test_a_send_that_is_held_up_before_the_write_does_not_leave_late(
    sky: Sky, reply: Outgoing
) -> None:
    """Whoever looks for it believes after twice the time of a call that it is not there."""
    slow = channel(sky.url, request_timeout_seconds=1)
    slow._posting = replace(slow._posting, within=0.0)
    with pytest.raises(Unavailable):
        slow.post(reply)
    assert not sky.calls(PUT)
    assert slow.options.call_seconds == 12
    assert slow.options.doubt == timedelta(seconds=17)


def test_our_words_are_found_straight_away_though_their_key_is_hours_old(
    sky: Sky, reply: Outgoing
) -> None:
    for n in range(150):
        sky.we_say(f"post {n}", at=NOW - timedelta(minutes=n))
    bsky = channel(sky.url)
    posted = bsky.post(reply)
    (found,) = bsky.own_replies(reply, NOW - timedelta(minutes=5))
    assert len(sky.calls(RECORDS)) == 1  # not read as far back as that
    assert found.external_id == posted.external_id
    assert (found.text, found.in_reply_to, found.url) == (
        reply.text,
        reply.answer_under,
        posted.url,
    )


def test_a_colleague_s_words_are_found_the_newest_first(sky: Sky, reply: Outgoing) -> None:
    channel(sky.url).post(reply)
    sky.we_say("I am on it", at=NOW + timedelta(seconds=5), under=reply.mention_id)
    sky.we_say("Something else", at=NOW + timedelta(seconds=6))
    sky.we_say("To another", at=NOW + timedelta(seconds=7), under=uri("3n2v7zv5jwc2o"))
    sky.now += timedelta(minutes=1)
    found = channel(sky.url, clock=lambda: sky.now).own_replies(reply, NOW)
    assert [one.text for one in found] == ["I am on it", reply.text]


def test_nothing_of_ours_there_is_clearly_nothing(sky: Sky, reply: Outgoing) -> None:
    for n in range(250):
        sky.we_say(f"post {n}", at=NOW - timedelta(minutes=n))
    assert channel(sky.url).own_replies(reply, NOW - timedelta(minutes=30)) == []
    assert len(sky.calls(RECORDS)) == 1
    assert channel(sky.url).own_replies(reply, NOW - timedelta(hours=3)) == []
    assert len(sky.calls(RECORDS)) == 3  # two more pages


def test_more_posts_of_ours_than_can_be_looked_through_are_no_empty_answer(
    sky: Sky, reply: Outgoing
) -> None:
    rows = [{"uri": uri(rkey_of(n), ME), "value": {"text": "x"}} for n in range(100)]
    sky.on(RECORDS, *({"records": rows, "cursor": f"c{n}"} for n in range(11)), {"records": []})
    with pytest.raises(Unavailable):
        channel(sky.url).own_replies(reply, NOW - timedelta(days=900))


def rkey_of(number: int) -> str:
    return tid.for_reply(NOW - timedelta(minutes=number), "k")


@pytest.mark.parametrize("value", [{"text": 5}, "?", None])
def test_a_post_of_ours_that_cannot_be_read_may_be_the_reply(
    sky: Sky, reply: Outgoing, value: object
) -> None:
    row = {"uri": uri(rkey_of(0), ME), "cid": "b", "value": value}
    sky.on(RECORDS, {"records": [row]})
    with pytest.raises(Unavailable):
        channel(sky.url).own_replies(reply, NOW)


def test_a_repository_that_is_away_does_not_make_the_mention_gone(
    sky: Sky, reply: Outgoing
) -> None:
    sky.on(RECORDS, no(400, "RepoNotFound", "Could not find repo"))
    with pytest.raises(Unavailable):
        channel(sky.url).own_replies(reply, NOW)
    sky.on(RECORD, {"value": {"text": 5}})
    with pytest.raises(Unavailable):
        channel(sky.url).own_replies(reply, NOW)


def test_an_older_server_names_a_missing_record_in_words_alone(sky: Sky, reply: Outgoing) -> None:
    sky.on(RECORD, no(400, "InvalidRequest", f"Could not locate record: {reply.mention_id}"))
    assert channel(sky.url).own_replies(reply, NOW) == []


def test_reading_back_goes_on_where_polling_has_to_stop(sky: Sky, reply: Outgoing) -> None:
    """A fifth of what may be asked is kept for replies, and for the look before and after."""
    scarce = {
        "ratelimit-limit": "3000",
        "ratelimit-remaining": "100",
        "ratelimit-reset": str(int(NOW.timestamp()) + 200),
        "ratelimit-policy": "3000;w=300",
    }
    sky.on(NOTIFIED, Says(body={"notifications": []}, headers=scarce))
    bsky = channel(sky.url)
    bsky.fetch("notifications", None)
    with pytest.raises(RateLimited) as limited:
        bsky.fetch("notifications", None)
    assert limited.value.until == NOW + timedelta(seconds=200)
    assert bsky.pressure() == 2.0
    assert bsky.post(reply)
    assert bsky.own_replies(reply, NOW)


def test_nothing_can_be_hidden_from_here(sky: Sky, reply: Outgoing) -> None:
    bsky = channel(sky.url)
    assert bsky.declaration.can_hide is False
    with pytest.raises(Refused):
        bsky.hide(reply.mention_id)
    assert bsky.count(NOW - timedelta(hours=3), NOW) is None


def test_the_date_of_a_reply_is_the_network_s_where_our_clock_is_off(
    sky: Sky, reply: Outgoing
) -> None:
    sky.now = NOW + timedelta(minutes=5)
    posted = channel(sky.url).post(reply)
    (record,) = sky.kept.values()
    assert record["createdAt"] == fields.iso(sky.now)
    assert posted.posted_at == sky.now


def test_a_call_nobody_asked_for_is_never_made(sky: Sky, reply: Outgoing) -> None:
    """createRecord breaks where a key is taken already (HTTP 500)."""
    channel(sky.url).post(reply)
    made = {f"{asked.method} {asked.path}" for asked in sky.asked}
    assert made == {LOGIN, POSTS, PUT}
    assert call("com.atproto.repo.createRecord", "POST") not in made
