"""Mastodon over real HTTP: what of ours stands, how statuses stand now, and in which thread."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from listener.channels.errors import AuthFailed, ChannelError, Gone, RateLimited, Unavailable
from listener.channels.mastodon.threads import AT_ONCE
from listener.channels.metering import Use
from responder.recognise import Sought, Whose, recognise
from tests.factories import Watch
from tests.loopback import BOMB, Network, Says
from tests.mastodon_on_loopback import (
    ACCOUNT,
    MENTION,
    MENTIONS,
    NOT_FOUND,
    NOW,
    ON_TIME,
    OWN,
    PAGE_404,
    PROXY_404,
    REPLY,
    SEND,
    SEVERAL,
    TAG,
    WHO,
    channel,
    mastodon_running,
    ours,
    recorded,
    said,
    stamp,
    status,
)

CONTEXT = f"GET /api/v1/statuses/{MENTION}/context"
SINCE = NOW - timedelta(minutes=10)
EMPTY: dict[str, Any] = {"ancestors": [], "descendants": []}
NOTHING = Says(body=[])


@pytest.fixture
def network() -> Iterator[Network]:
    with mastodon_running() as running:
        yield running.on(CONTEXT, EMPTY).on(OWN, NOTHING)


def reply_of_ours(found: str = "r1", text: str = "Ciao Anna!", **changes: Any) -> dict[str, Any]:
    content = f'<p><a href="https://far.example/@anna" class="u-url mention">@anna</a> {text}</p>'
    return ours(found, content, **{"in_reply_to_id": MENTION, **changes})


def thread(*descendants: Any, ancestors: tuple[Any, ...] = ()) -> Says:
    return Says(body={"ancestors": list(ancestors), "descendants": list(descendants)})


# What of ours stands under a mention


@pytest.mark.parametrize("shown_in", ["thread", "own list", "both"])
def test_a_reply_of_ours_is_found_and_known_by_its_words(network: Network, shown_in: str) -> None:
    if shown_in != "own list":
        network.on(CONTEXT, thread(status("x", in_reply_to_id=MENTION), reply_of_ours()))
    if shown_in != "thread":
        network.on(OWN, Says(body=[ours("o9"), reply_of_ours()]), NOTHING)
    found = channel(network.url).own_replies(REPLY, SINCE)
    (post,) = found
    assert (post.external_id, post.in_reply_to, post.text) == ("r1", MENTION, "Ciao Anna!")
    assert post.url == "https://social.example/@larix/r1"
    assert recognise(found, Sought(text=REPLY.text)).whose is Whose.OURS


def test_a_reply_under_a_warning_is_known_by_its_words_too(network: Network) -> None:
    network.on(CONTEXT, thread(reply_of_ours(spoiler_text="infortunio")))
    found = channel(network.url).own_replies(REPLY, SINCE)
    assert recognise(found, Sought(text=REPLY.text)).whose is Whose.OURS


def test_links_paragraphs_and_entities_do_not_hide_a_reply(network: Network) -> None:
    text = 'Ciao & "benvenuta"!\n\nVedi https://larix.example/aiuto/pacchi-in-ritardo <3'
    shown = (
        "Ciao &amp; &quot;benvenuta&quot;!</p><p>Vedi "
        '<a href="https://larix.example/aiuto/pacchi-in-ritardo"><span class="invisible">https://'
        '</span><span class="ellipsis">larix.example/aiuto/pacchi-in-</span>'
        '<span class="invisible">ritardo</span></a> &lt;3'
    )
    network.on(CONTEXT, thread(reply_of_ours(text=shown)))
    (post,) = channel(network.url).own_replies(REPLY, SINCE)
    assert post.text == text
    assert recognise([post], Sought(text=text)).whose is Whose.OURS


def test_two_of_the_same_from_a_server_that_ignores_the_key_are_one_reply(network: Network) -> None:
    """snac 2.75 posts both; reading back before the second attempt is what keeps it from that."""
    network.on(CONTEXT, thread(reply_of_ours("r1"), reply_of_ours("r2", created_at=stamp(NOW))))
    found = channel(network.url).own_replies(REPLY, SINCE)
    assert [post.external_id for post in found] == ["r2", "r1"]
    assert recognise(found, Sought(text=REPLY.text)).whose is Whose.OURS


def test_what_a_real_server_shows_of_our_reply_is_known_again(network: Network) -> None:
    for server in ("snac", "mock"):
        told = recorded(server)
        place = told["status"]["id"]
        place = "0000000000" + place[10:] if server == "snac" else place
        network.on(WHO, told["me"]).on(f"GET /api/v1/statuses/{place}/context", told["context"])
        network.on(f"GET /api/v1/accounts/{told['me']['id']}/statuses", Says(body=told["our own"]))
        reply = replace(REPLY, mention_id=place, answer_under=place)
        found = channel(network.url).own_replies(reply, SINCE)
        sought = Sought(text="Ci dispiace, arriva domani.")
        assert recognise(found, sought).whose is Whose.OURS
        assert len(found) == 1


def test_what_stands_elsewhere_or_is_older_or_another_s_is_not_under_it(network: Network) -> None:
    old = stamp(SINCE - timedelta(seconds=601))
    network.on(
        CONTEXT,
        thread(
            status("x", in_reply_to_id=MENTION),
            reply_of_ours("r2", in_reply_to_id="x"),
            reply_of_ours("r3", created_at=old),
        ),
    )
    network.on(OWN, Says(body=[ours("o1"), ours("o2", in_reply_to_id="999")]), NOTHING)
    assert list(channel(network.url).own_replies(REPLY, SINCE)) == []


def test_the_clocks_may_be_ten_minutes_apart(network: Network) -> None:
    late = stamp(SINCE - timedelta(seconds=599))
    network.on(CONTEXT, thread(reply_of_ours(created_at=late)))
    assert len(channel(network.url).own_replies(REPLY, SINCE)) == 1


def test_our_own_list_is_read_down_to_the_moment_and_no_further(network: Network) -> None:
    rows = [ours(f"o{n}", created_at=stamp(NOW - timedelta(seconds=n))) for n in range(40)]
    older = [ours(f"p{n}", created_at=stamp(SINCE - timedelta(hours=1))) for n in range(40)]
    network.on(OWN, Says(body=rows), Says(body=[reply_of_ours(), *older]), NOTHING)
    assert len(channel(network.url).own_replies(REPLY, SINCE)) == 1
    assert [asked.query.get("max_id") for asked in network.calls(OWN)] == [None, "o39"]


def test_a_server_that_lists_all_of_ours_at_once_is_asked_twice(network: Network) -> None:
    """snac 2.75 takes no heed of limit and max_id here."""
    rows = [ours(f"o{n}", created_at=stamp(NOW)) for n in range(300)]
    network.on(OWN, Says(body=rows))
    assert list(channel(network.url).own_replies(REPLY, SINCE)) == []
    assert len(network.calls(OWN)) == 2


def test_too_much_of_ours_is_no_clear_answer(network: Network) -> None:
    pages = [
        Says(body=[ours(f"o{page}-{n}", created_at=stamp(NOW)) for n in range(40)])
        for page in range(9)
    ]
    network.on(OWN, *pages)
    with pytest.raises(Unavailable, match="too many"):
        channel(network.url).own_replies(REPLY, SINCE)
    assert len(network.calls(OWN)) == 5


@pytest.mark.parametrize(
    "broken",
    [
        {**reply_of_ours(), "content": None},
        reply_of_ours(found="../x"),
        reply_of_ours(created_at="soon"),
        reply_of_ours(account={}),
        "rubbish",
    ],
)
def test_what_may_be_the_reply_and_cannot_be_read_is_no_clear_answer(
    network: Network, broken: Any
) -> None:
    network.on(CONTEXT, thread(broken))
    with pytest.raises(Unavailable, match="may be the reply"):
        channel(network.url).own_replies(REPLY, SINCE)


@pytest.mark.parametrize("call", [CONTEXT, OWN])
@pytest.mark.parametrize(
    ("says", "error"),
    [
        (Says(status=500), Unavailable),
        (Says(reset=True), Unavailable),
        (Says(body=b"<html>"), Unavailable),
        (Says(body={"ancestors": []}), Unavailable),
        (Says(status=429), RateLimited),
        (Says(status=401), AuthFailed),
    ],
)
def test_without_both_answers_nothing_is_clear(
    network: Network, call: str, says: Says, error: type[ChannelError]
) -> None:
    network.on(call, says)
    with pytest.raises(error):
        channel(network.url).own_replies(REPLY, SINCE)


def test_where_the_mention_is_gone_only_our_own_list_can_tell(network: Network) -> None:
    network.on(CONTEXT, NOT_FOUND)
    with pytest.raises(Gone):
        channel(network.url).own_replies(REPLY, SINCE)
    network.on(OWN, Says(body=[reply_of_ours()]), NOTHING)
    assert len(channel(network.url).own_replies(REPLY, SINCE)) == 1
    with pytest.raises(Gone):
        channel(network.url).own_replies(replace(REPLY, answer_under="a/b"), SINCE)


# How statuses stand now


def test_lookup_asks_for_twenty_at_a_time(network: Network) -> None:
    network.on(SEVERAL, Says(body=[status(f"s{n}") for n in range(50)]))
    ids = [f"s{n}" for n in range(45)]
    found = channel(network.url).lookup([*ids, "s1", "a/b", ""])
    assert list(found) == ids
    assert all(found.values())
    calls = network.calls(SEVERAL)
    assert len(calls) == 3
    assert {call.headers["Authorization"] for call in calls} == {"Bearer canary-mastodon-token"}


def test_what_is_left_out_of_several_is_asked_for_alone(network: Network) -> None:
    network.on(SEVERAL, Says(body=[status("a"), "rubbish", {"id": "b"}]))
    network.on("GET /api/v1/statuses/c", NOT_FOUND).on("GET /api/v1/statuses/d", status("d"))
    found = channel(network.url).lookup(["a", "b", "c", "d"])
    assert {key: item and item.external_id for key, item in found.items()} == {
        "a": "a",
        "c": None,
        "d": "d",
    }, "b cannot be read: it is not known to be gone"


def test_a_server_that_knows_no_several_is_asked_one_by_one(network: Network) -> None:
    network.on(SEVERAL, PAGE_404)
    for one in ("a", "b"):
        network.on(f"GET /api/v1/statuses/{one}", status(one))
    mastodon = channel(network.url)
    assert set(mastodon.lookup(["a", "b"])) == {"a", "b"}
    assert set(mastodon.lookup(["a", "b"])) == {"a", "b"}
    assert len(network.calls(SEVERAL)) == 1, "it is not asked that again"


def test_after_an_hour_several_are_asked_for_at_once_again(network: Network) -> None:
    clock = Watch(now=NOW)
    network.on(SEVERAL, PROXY_404, Says(body=[status("a"), status("b")]))
    for one in ("a", "b"):
        network.on(f"GET /api/v1/statuses/{one}", status(one))
    mastodon = channel(network.url, clock=clock)
    for minutes, calls in ((0, 1), (59, 1), (2, 2)):
        clock.advance(minutes=minutes)
        assert set(mastodon.lookup(["a", "b"])) == {"a", "b"}
        assert len(network.calls(SEVERAL)) == calls


def test_several_that_are_too_large_together_are_asked_for_alone(network: Network) -> None:
    network.on(SEVERAL, BOMB).on("GET /api/v1/statuses/b", BOMB)
    network.on("GET /api/v1/statuses/a", status("a"))
    assert list(channel(network.url).lookup(["a", "b"])) == ["a"]


def test_a_proxy_s_page_marks_nothing_as_gone(network: Network) -> None:
    network.on("GET /api/v1/statuses/a", PROXY_404)
    mastodon = channel(network.url)
    with pytest.raises(Unavailable):
        mastodon.lookup(["a"])
    network.on(SEVERAL, Says(body=[status("b")]))
    assert list(mastodon.lookup(["a", "b"])) == ["b"]


def test_a_single_one_costs_a_single_call(network: Network) -> None:
    network.on("GET /api/v1/statuses/a", status("a", edited_at="2026-11-20T11:58:00Z"))
    mastodon = channel(network.url)
    item = mastodon.lookup(["a"], use=Use.REPLY)["a"]
    assert item is not None
    assert item.revision_id != item.external_id
    assert mastodon.lookup([]) == {}
    asked = [f"{asked.method} {asked.path}" for asked in network.asked]
    assert asked == [WHO, "GET /api/v1/statuses/a"]


def test_a_page_that_is_not_found_counts_only_where_the_server_speaks(network: Network) -> None:
    """snac sends web pages for what is gone; so does a proxy that has lost its server."""
    network.on("GET /api/v1/statuses/a", PAGE_404)
    mastodon = channel(network.url)
    assert mastodon.lookup(["a"]) == {"a": None}
    network.on(WHO, PAGE_404)
    with pytest.raises(Unavailable):
        mastodon.lookup(["a"])


def test_one_in_trouble_is_left_out_and_the_others_are_told(network: Network) -> None:
    network.on(SEVERAL, NOT_FOUND)
    network.on("GET /api/v1/statuses/a", Says(status=500)).on("GET /api/v1/statuses/b", status("b"))
    network.on("GET /api/v1/statuses/c", status("other"))
    found = channel(network.url).lookup(["a", "b", "c"])
    assert list(found) == ["b"]
    with pytest.raises(Unavailable):
        channel(network.url).lookup(["a"])


def test_a_limit_in_the_middle_keeps_what_is_known(network: Network) -> None:
    network.on(SEVERAL, NOT_FOUND)
    network.on("GET /api/v1/statuses/a", status("a")).on("GET /api/v1/statuses/b", Says(status=429))
    assert list(channel(network.url).lookup(["a", "b"])) == ["a"]
    with pytest.raises(RateLimited):
        channel(network.url).lookup(["b", "a"])


def test_a_revoked_token_makes_nothing_gone(network: Network) -> None:
    network.on("GET /api/v1/statuses/a", Says(status=401))
    with pytest.raises(AuthFailed):
        channel(network.url).lookup(["a"])


# In which thread


def answering(number: int, above: str) -> dict[str, Any]:
    return said(number, in_reply_to_id=above)


def context_of(found: str) -> str:
    return f"GET /api/v1/statuses/{found}/context"


def test_a_thread_is_called_after_its_first_status(network: Network) -> None:
    network.on(MENTIONS, Says(body=[answering(990, "r1"), said(980)]), NOTHING)
    network.on(context_of("s990"), thread(ancestors=(status("root"), reply_of_ours("r1"))))
    answer, first = channel(network.url).fetch("mentions", None).items
    assert answer.conversation == "root"
    assert answer.context == "Ciao Anna!", "what of ours it answers"
    assert answer.in_reply_to == "r1"
    assert (first.conversation, first.context) == ("s980", "")
    assert len([asked for asked in network.asked if asked.path.endswith("/context")]) == 1


def test_a_thread_is_asked_for_once(network: Network) -> None:
    rows = [answering(992, "s991"), answering(991, "r1"), answering(990, "r1"), said(989)]
    network.on(MENTIONS, Says(body=rows), Says(body=[answering(993, "s992")]), NOTHING)
    network.on(context_of("s992"), NOT_FOUND).on(context_of("s990"), NOT_FOUND)
    network.on(context_of("s991"), thread(ancestors=(status("root"), reply_of_ours("r1"))))
    mastodon = channel(network.url)
    got = mastodon.fetch("mentions", None)
    assert {item.conversation for item in got.items} == {"s991", "root", "s989"}
    later = mastodon.fetch("mentions", got.position)
    assert [item.external_id for item in later.items] == ["s993"]
    contexts = [asked.path.split("/")[4] for asked in network.asked if "context" in asked.path]
    assert contexts == ["s992", "s991"], "and none for what answers those"


def test_what_stands_on_one_page_needs_no_call(network: Network) -> None:
    rows = [answering(992, "s991"), answering(991, "s990"), said(990)]
    network.on(MENTIONS, Says(body=rows), NOTHING)
    items = channel(network.url).fetch("mentions", None).items
    assert {item.conversation for item in items} == {"s990"}
    assert not [asked for asked in network.asked if "context" in asked.path]


def test_what_a_keyword_found_costs_no_call_for_its_thread(network: Network) -> None:
    network.on(TAG, Says(body=[status("t1", in_reply_to_id="x", mentions=[])]), NOTHING)
    (item,) = channel(network.url, queries=["#larix"]).fetch("tags", None).items
    assert (item.conversation, item.addressed) == ("x", False)
    assert not [asked for asked in network.asked if "context" in asked.path]


@pytest.mark.parametrize("says", [NOT_FOUND, Says(status=500), Says(reset=True), Says(body=b"x")])
def test_a_thread_nobody_tells_of_is_called_after_what_is_answered(
    network: Network, says: Says
) -> None:
    network.on(MENTIONS, Says(body=[answering(990, "r1")]), NOTHING).on(context_of("s990"), says)
    (item,) = channel(network.url).fetch("mentions", None).items
    assert item.conversation == "r1"


def test_a_server_that_fails_three_times_is_asked_for_no_more_threads(network: Network) -> None:
    rows = [answering(number, f"r{number}") for number in range(990, 980, -1)]
    network.on(MENTIONS, Says(body=rows), NOTHING)
    for number in range(990, 980, -1):
        network.on(context_of(f"s{number}"), Says(status=500))
    assert len(channel(network.url).fetch("mentions", None).items) == 10
    assert len([asked for asked in network.asked if "context" in asked.path]) == 3


def test_a_limit_holds_the_page_back_and_what_was_found_is_remembered(network: Network) -> None:
    rows = [answering(990, "r1"), answering(989, "r2")]
    network.on(MENTIONS, Says(body=rows), Says(body=rows), NOTHING)
    network.on(context_of("s990"), thread(ancestors=(status("root"),)))
    network.on(context_of("s989"), Says(status=429), thread(ancestors=(status("other"),)))
    mastodon = channel(network.url)
    with pytest.raises(RateLimited):
        mastodon.fetch("mentions", None)
    items = mastodon.fetch("mentions", None).items
    assert [item.conversation for item in items] == ["root", "other"]
    assert len(network.calls(context_of("s990"))) == 1


def test_many_threads_are_asked_for_in_several_fetches(network: Network) -> None:
    rows = [answering(number, f"r{number}") for number in range(990, 950, -1)]
    for number in range(990, 950, -1):
        network.on(context_of(f"s{number}"), thread(ancestors=(status(f"root{number}"),)))
    rest = Says(body=rows[AT_ONCE:])
    network.on(MENTIONS, Says(body=rows), rest, NOTHING)
    mastodon = channel(network.url)
    first = mastodon.fetch("mentions", None)
    second = mastodon.fetch("mentions", first.position)
    assert (len(first.items), len(second.items)) == (AT_ONCE, 40 - AT_ONCE)
    assert network.calls(MENTIONS)[1].query["max_id"] == f"n{991 - AT_ONCE}"
    heard = [item.conversation for item in (*first.items, *second.items)]
    assert heard == [f"root{number}" for number in range(990, 950, -1)]
    assert json.loads(first.position)["pending"]["rows"] == AT_ONCE


def test_our_own_reply_leads_the_customer_s_answer_into_the_same_thread(network: Network) -> None:
    network.on(MENTIONS, Says(body=[said(980)]), NOTHING)
    network.on(OWN, Says(body=[reply_of_ours("r1", in_reply_to_id="s980")]), NOTHING)
    mastodon = channel(network.url)
    mastodon.fetch("mentions", None)
    mastodon.fetch("own", None)
    network.on(MENTIONS, Says(body=[answering(990, "r1")], headers=ON_TIME), NOTHING)
    (item,) = mastodon.fetch("mentions", None).items
    assert (item.conversation, item.context) == ("s980", "Ciao Anna!")
    assert not [asked for asked in network.asked if "context" in asked.path]
    assert network.calls(SEND) == []
    assert ACCOUNT["id"]
