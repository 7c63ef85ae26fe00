"""Mastodon over real HTTP: what a reply looks like, that it is posted once, and taken back where
the server did something else with it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

import pytest

from listener.channels.errors import (
    AuthFailed,
    ChannelError,
    Gone,
    RateLimited,
    Refused,
    Unavailable,
    Unknown,
)
from listener.channels.mastodon.channel import MastodonChannel
from tests.loopback import BOMB, Asked, Network, Says, free_port
from tests.mastodon_on_loopback import (
    ACCOUNT,
    MENTION,
    MENTIONS,
    NOT_FOUND,
    NOW,
    PAGE_404,
    PROXY_404,
    REPLY,
    SEND,
    WHO,
    at,
    channel,
    instance,
    mastodon_running,
    ours,
    recorded,
    status,
)

LOOK = f"GET /api/v1/statuses/{MENTION}"
POSTED = "115000000000000200"
LOOK_AT_OURS = f"GET /api/v1/statuses/{POSTED}"
DELETE = f"DELETE /api/v1/statuses/{POSTED}"


@pytest.fixture
def network() -> Iterator[Network]:
    with mastodon_running() as running:
        yield running.on(LOOK, status(MENTION)).on(SEND, answer())


def answer(**changes: Any) -> dict[str, Any]:
    hung = {"in_reply_to_id": MENTION, "visibility": "unlisted", "created_at": "2026-11-20T12:00Z"}
    return ours(POSTED, **{**hung, **changes})


def form(asked: Asked) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(asked.body).items()}


def sent(network: Network) -> dict[str, str]:
    (asked,) = network.calls(SEND)
    return form(asked)


def test_a_reply_hangs_under_the_mention_and_mentions_its_author(network: Network) -> None:
    posted = channel(network.url).post(REPLY)
    shape = sent(network)
    assert shape["status"] == "@anna@far.example Ciao Anna!"
    assert shape["in_reply_to_id"] == MENTION
    assert shape["language"] == "it"
    assert "spoiler_text" not in shape
    assert (posted.external_id, posted.in_reply_to) == (POSTED, MENTION)
    assert posted.url == f"https://social.example/@larix/{POSTED}"
    assert posted.posted_at == NOW


def test_the_key_is_the_same_for_every_attempt(network: Network) -> None:
    """Mastodon then answers with the first one's status; who ignores it is read back."""
    mastodon = channel(network.url)
    assert mastodon.post(REPLY) == mastodon.post(REPLY)
    keys = [asked.headers["Idempotency-Key"] for asked in network.calls(SEND)]
    assert keys == [REPLY.key, REPLY.key]


def test_two_calls_in_all_and_the_look_comes_first(network: Network) -> None:
    mastodon = channel(network.url)
    mastodon.post(REPLY)
    asked = [f"{asked.method} {asked.path}" for asked in network.asked]
    assert asked == [WHO, LOOK, SEND]


@pytest.mark.parametrize(
    ("theirs", "ours_is"),
    [
        ("public", "unlisted"),
        ("unlisted", "unlisted"),
        ("private", "direct"),
        ("direct", "direct"),
        ("local", "direct"),
        (None, "direct"),
    ],
)
def test_nobody_sees_a_reply_who_did_not_see_what_it_answers(
    network: Network, theirs: str | None, ours_is: str
) -> None:
    network.on(LOOK, status(MENTION, visibility=theirs)).on(SEND, answer(visibility=ours_is))
    channel(network.url).post(REPLY)
    assert sent(network)["visibility"] == ours_is


def test_a_warning_stays_on(network: Network) -> None:
    network.on(LOOK, status(MENTION, spoiler_text="infortunio"))
    channel(network.url).post(REPLY)
    assert sent(network)["spoiler_text"] == "infortunio"


def test_a_warning_gives_way_to_the_words(network: Network) -> None:
    """Mastodon counts both together."""
    network.on(LOOK, status(MENTION, spoiler_text="w" * 200))
    channel(network.url).post(replace(REPLY, text="x" * 400))
    shape = sent(network)
    # A mention counts without its server: "@anna " and the text are 406 of 500.
    assert len(shape["spoiler_text"]) == 94
    assert shape["spoiler_text"].endswith("w…")
    network.asked.clear()
    channel(network.url).post(replace(REPLY, text="x" * 494))
    assert "spoiler_text" not in sent(network)


@pytest.mark.parametrize(
    ("acct", "text", "status_text"),
    [
        ("anna", "Ciao", "@anna Ciao"),
        ("anna", "Ciao @anna!", "Ciao @anna!"),
        ("anna", "Ciao @ANNA, ecco.", "Ciao @ANNA, ecco."),
        ("anna", "Ciao @anna.", "Ciao @anna."),
        ("anna", "Ciao @annabella", "@anna Ciao @annabella"),
        ("anna", "Ciao @anna@far.example", "@anna Ciao @anna@far.example"),
        ("anna", "write to x@anna", "@anna write to x@anna"),
        ("anna@far.example", "Ciao @anna", "@anna@far.example Ciao @anna"),
        ("anna@far.example", "@anna@far.example Ciao", "@anna@far.example Ciao"),
        ("anna@far.example", "@anna@far.example.org", "@anna@far.example @anna@far.example.org"),
        ("a.b+(c", "Ciao", "@a.b+(c Ciao"),
        ("anna@social.example", "Ciao", "@anna Ciao"),
    ],
)  # fmt: skip
def test_the_author_is_mentioned_once(
    network: Network, acct: str, text: str, status_text: str
) -> None:
    raw = status(MENTION)
    raw["account"] = {**raw["account"], "acct": acct}
    network.on(LOOK, raw)
    channel(network.url).post(replace(REPLY, text=text))
    assert sent(network)["status"] == status_text


@pytest.mark.parametrize("visibility", ["direct", "private"])
@pytest.mark.parametrize(
    ("text", "strangers"),
    [
        ("ask @eve", "@eve"),
        ("(@eve@elsewhere.example)", "@eve@elsewhere.example"),
        ("@Eve. @mallory!", "@Eve, @mallory"),
        ("hello @anna", "@anna"),  # one of our server's, and not Anna
        ("@anna@far.example.org", "@anna@far.example.org"),
    ],
)
def test_a_private_answer_that_mentions_somebody_else_is_a_human_s(
    network: Network, visibility: str, text: str, strangers: str
) -> None:
    network.on(LOOK, status(MENTION, visibility=visibility))
    with pytest.raises(Refused, match=re.escape(f"leave {strangers} out")):
        channel(network.url).post(replace(REPLY, text=text))
    assert network.calls(SEND) == []


@pytest.mark.parametrize(
    "text",
    [
        "@anna@far.example, write to care@larix.example or to https://larix.example/@care",
        "we are @larix, @LARIX@social.example",
        "5 @ 3 euro, @@, @",
    ],
)
def test_a_private_answer_may_name_its_reader_and_us(network: Network, text: str) -> None:
    who = {**ACCOUNT, "url": "https://social.example/@larix"}
    network.on(WHO, who).on(LOOK, status(MENTION, visibility="direct"))
    answer = ours("900", in_reply_to_id=MENTION, visibility="direct")
    network.on(SEND, answer)
    channel(network.url).post(replace(REPLY, text=text))
    assert text in sent(network)["status"]


def test_a_public_answer_may_mention_whom_it_wants(network: Network) -> None:
    channel(network.url).post(replace(REPLY, text="ask @eve"))
    assert "@eve" in sent(network)["status"]


def test_on_snac_a_name_stands_without_its_host(network: Network) -> None:
    """It gives every name with one, and understands none that has a port."""
    told = recorded("snac")
    raw, place = told["status"], "0000000000" + told["status"]["id"][10:]
    network.on(WHO, told["me"]).on(f"GET /api/v1/statuses/{place}", raw)
    network.on(SEND, told["our reply"])
    reply = replace(REPLY, mention_id=place, answer_under=place, text="Ci dispiace")
    posted = channel(network.url).post(reply)
    assert sent(network)["status"] == "@customer1 Ci dispiace"
    # It drops "unlisted", and calls every language English: nothing of that is our trouble.
    assert told["our reply"]["visibility"] == "public"
    assert posted.in_reply_to == place


def test_snac_s_private_is_as_private_as_direct(network: Network) -> None:
    told = recorded("snac")
    (raw,) = [one["status"] for one in told["mentions"] if "ordine" in one["status"]["content"]]
    place = "0000000000" + raw["id"][10:]
    network.on(WHO, told["me"]).on(f"GET /api/v1/statuses/{place}", {**raw, "visibility": "direct"})
    network.on(SEND, told["our reply in private"])
    reply = replace(REPLY, mention_id=place, answer_under=place)
    assert channel(network.url).post(reply).in_reply_to == place
    assert told["our reply in private"]["visibility"] == "private"
    assert sent(network)["visibility"] == "direct"


def test_what_we_wrote_ourselves_is_answered_without_mentioning_us(network: Network) -> None:
    network.on(LOOK, ours(MENTION))
    channel(network.url).post(REPLY)
    assert sent(network)["status"] == "Ciao Anna!"


def test_what_is_gone_is_not_answered(network: Network) -> None:
    for gone in (NOT_FOUND, Says(status=410, body={"error": "Gone"}), PAGE_404):
        network.on(LOOK, gone)
        with pytest.raises(Gone):
            channel(network.url).post(REPLY)
    with pytest.raises(Gone):
        channel(network.url).post(replace(REPLY, answer_under="../../x"))
    assert network.calls(SEND) == []


@pytest.mark.parametrize(
    ("says", "error"),
    [
        (Says(status=503), Unavailable),
        (Says(reset=True), Unavailable),
        (Says(body=b"<html>"), Unavailable),
        (Says(body=[]), Unavailable),
        (Says(body={"id": MENTION}), Unavailable),
        (Says(body={"id": MENTION, "account": {"id": "5"}}), Unavailable),
        (Says(status=401, body={"error": "The access token is invalid"}), AuthFailed),
        (Says(status=429), RateLimited),
        (PROXY_404, Unavailable),
        (Says(status=410), Unavailable),
    ],
)
def test_without_a_clear_look_nothing_is_posted(
    network: Network, says: Says, error: type[ChannelError]
) -> None:
    network.on(LOOK, says)
    with pytest.raises(error):
        channel(network.url).post(REPLY)
    assert network.calls(SEND) == []


@pytest.mark.parametrize(
    ("says", "error"),
    [
        (Says(reset=True), Unknown),
        (Says(status=500), Unknown),
        (Says(status=502, body=b"<html>Bad Gateway</html>"), Unknown),
        (Says(status=503, body={"error": "There was a temporary problem"}), Unknown),
        (Says(status=408), Unknown),
        (Says(body=b'{"id": "1'), Unknown),
        (Says(body={}), Unknown),
        (Says(body={"id": None}), Unknown),
        (Says(body={"id": "../x"}), Unknown),
        (Says(body=[]), Unknown),
        (Says(body=b""), Unknown),
        (BOMB, Unknown),
        (Says(status=302, headers={"Location": "/elsewhere"}), Unknown),
        (Says(status=401, body={"error": "The access token was revoked"}), AuthFailed),
        (Says(status=403, body={"error": "Your login is currently disabled"}), AuthFailed),
        (
            Says(status=403, body={"error": "This action is outside the authorized scopes"}),
            AuthFailed,
        ),
        (Says(status=403, body={"error": "This action is not allowed"}), Refused),
        (Says(status=404, body={"error": "Record not found"}), Gone),
        (Says(status=410, body={"error": "Gone"}), Gone),
        (PROXY_404, Unavailable),
        (PAGE_404, Unavailable),
        (Says(status=410), Unavailable),
        (Says(status=413), Refused),
        (Says(status=422, body={"error": "Validation failed: character limit of 500"}), Refused),
        (Says(status=429, headers={"X-RateLimit-Reset": "garbled"}), RateLimited),
    ],
)
def test_every_end_of_a_reply_has_its_type_and_it_is_sent_once(
    network: Network, says: Says, error: type[ChannelError]
) -> None:
    network.on(SEND, says)
    with pytest.raises(error):
        channel(network.url).post(REPLY)
    assert len(network.calls(SEND)) == 1
    assert not [asked for asked in network.asked if asked.method == "DELETE"]


def test_a_refusal_is_told_in_the_server_s_own_words(network: Network) -> None:
    body = {"error": "Validation failed: Text character limit of 500 exceeded"}
    network.on(SEND, Says(status=422, body=body))
    with pytest.raises(Refused, match="character limit of 500 exceeded"):
        channel(network.url).post(REPLY)


def test_a_reply_without_an_answer_in_time_is_unknown(network: Network) -> None:
    """It may be carried out after all, as the mock does with its `timeout`."""
    network.on(SEND, Says(body=answer(), seconds=0.8))
    with pytest.raises(Unknown):
        channel(network.url, request_timeout_seconds=0.2).post(REPLY)
    assert len(network.calls(SEND)) == 1


def test_where_nobody_listens_nothing_was_sent() -> None:
    with pytest.raises(Unavailable):
        channel(f"http://127.0.0.1:{free_port()}").post(REPLY)


def test_headers_that_trip_the_library_do_not_trip_us(network: Network) -> None:
    """Mastodon.py raises after the post has succeeded, for a reset that is no date, and warns of
    a deprecation."""
    headers = {
        "X-RateLimit-Remaining": "many",
        "X-RateLimit-Reset": "soon",
        "Deprecation": "@1",
        "Link": "<>; rel",
    }
    network.on(SEND, Says(body=answer(), headers=headers))
    assert channel(network.url).post(REPLY).external_id == POSTED


def test_what_the_server_posted_under_nobody_is_taken_back(network: Network) -> None:
    """snac 2.75 makes a public post of an answer to what it does not know."""
    network.on(SEND, answer(in_reply_to_id=None, visibility="public"))
    network.on(LOOK_AT_OURS, answer(in_reply_to_id=None)).on(DELETE, {})
    with pytest.raises(Gone, match="deleted again"):
        channel(network.url).post(REPLY)
    assert len(network.calls(DELETE)) == 1
    assert len(network.calls(SEND)) == 1


def test_what_the_server_posted_under_another_one_is_taken_back(network: Network) -> None:
    elsewhere = answer(in_reply_to_id="115000000000000999")
    network.on(SEND, elsewhere).on(LOOK_AT_OURS, elsewhere).on(DELETE, Says(body=b""))
    with pytest.raises(Refused, match="another post"):
        channel(network.url).post(REPLY)


def test_a_private_answer_shown_to_everybody_is_taken_back(network: Network) -> None:
    leaked = answer(visibility="public")
    network.on(LOOK, status(MENTION, visibility="direct"))
    network.on(SEND, leaked).on(LOOK_AT_OURS, leaked).on(DELETE, {})
    with pytest.raises(Refused, match="private"):
        channel(network.url).post(REPLY)
    assert len(network.calls(DELETE)) == 1


def test_a_server_that_says_where_it_hangs_only_when_asked_is_believed(network: Network) -> None:
    short = {"id": POSTED}
    network.on(SEND, short).on(LOOK_AT_OURS, answer())
    assert channel(network.url).post(REPLY).in_reply_to == MENTION
    assert network.calls(DELETE) == []
    network.on(LOOK_AT_OURS, Says(status=503))
    with pytest.raises(Unknown, match="does not say"):
        channel(network.url).post(REPLY)
    assert network.calls(DELETE) == []


def test_a_deletion_that_is_answered_404_counts_only_if_it_is_gone(network: Network) -> None:
    """snac 2.75 answers so to every deletion, and deletes nothing."""
    stray = answer(in_reply_to_id=None)
    network.on(SEND, stray).on(DELETE, PAGE_404).on(LOOK_AT_OURS, stray, NOT_FOUND)
    with pytest.raises(Gone, match="deleted again"):
        channel(network.url).post(REPLY)
    network.on(LOOK_AT_OURS, stray)
    with pytest.raises(Refused, match=r"delete https://social\.example/@larix/.* by hand"):
        channel(network.url).post(REPLY)


@pytest.mark.parametrize("says", [Says(status=500), Says(reset=True), Says(status=429)])
def test_a_deletion_nobody_confirmed_is_a_human_s(network: Network, says: Says) -> None:
    stray = answer(in_reply_to_id=None)
    network.on(SEND, stray).on(LOOK_AT_OURS, stray, Says(status=500)).on(DELETE, says)
    with pytest.raises(Refused, match="by hand"):
        channel(network.url).post(REPLY)


def test_a_reply_has_room_when_reading_has_none(network: Network) -> None:
    """A fifth of the calls is kept for replies and the look before them."""
    spent = {
        "X-RateLimit-Limit": "300",
        "X-RateLimit-Remaining": "59",
        "X-RateLimit-Reset": "2026-11-20T12:03:00.000Z",
    }
    network.on(MENTIONS, Says(body=[], headers=spent))
    mastodon = channel(network.url)
    mastodon.fetch("mentions", None)
    with pytest.raises(RateLimited) as raised:
        mastodon.fetch("mentions", None)
    assert raised.value.until == at(1003)
    assert len(network.calls(MENTIONS)) == 1
    assert mastodon.post(REPLY).external_id == POSTED


def test_hiding_is_refused(network: Network) -> None:
    mastodon = channel(network.url)
    assert not mastodon.declaration.can_hide
    with pytest.raises(Refused):
        mastodon.hide(MENTION)
    assert network.asked == []


@pytest.mark.parametrize(
    ("text", "used"),
    [
        ("", 0),
        ("Ciao", 4),
        ("a\r\nb", 3),
        ("żółć", 4),
        ("日本", 2),
        ("https://larix.example/a/very/long/way/to/write/it/indeed", 23),
        ("https://a.it", 23),
        ("see https://larix.example/tende.", 28),
        ("(https://larix.example/tende?x=1&y=2)", 25),
        ("see larix.example", 17),
        ("http://localhost/x", 18),
        ("@anna@far.example ciao", 10),
        ("@anna ciao", 10),
        ("mail x@larix.example", 20),
        ("@anna@far.example, @bruno@far.example", 13),
        ("👨‍👩‍👧‍👦", 7),
        ("#larix", 6),
    ],
)
def test_length_is_counted_as_mastodon_counts_or_longer(text: str, used: int) -> None:
    assert channel("http://127.0.0.1:1").length(text).used == used


def test_what_mentioning_the_reader_takes_is_set_aside() -> None:
    mastodon = channel("http://127.0.0.1:1")
    assert mastodon.declaration.text_limit == mastodon.length("x").limit == 500 - 32
    assert mastodon.length("x" * 468).fits
    assert not mastodon.length("x" * 469).fits


def test_a_text_that_fits_fits_with_the_longest_name_of_mastodon(network: Network) -> None:
    raw = status(MENTION)
    raw["account"] = {**raw["account"], "acct": "a" * 30 + "@far.example"}
    network.on(LOOK, raw)
    mastodon = channel(network.url)
    mastodon.post(replace(REPLY, text="x" * mastodon.declaration.text_limit))
    whole = sent(network)["status"].replace("@far.example", "")
    assert len(whole) == 500


def test_the_limit_is_the_server_s_own_asked_for_once_a_day(network: Network) -> None:
    network.on(MENTIONS, Says(body=[])).on("GET /api/v2/instance/", instance(5000, 30))
    hours = 0
    mastodon = channel(
        network.url, clock=lambda: NOW.replace(hour=hours % 24, day=20 + hours // 24)
    )
    assert mastodon.declaration.text_limit == 468
    for _ in range(3):
        mastodon.fetch("mentions", None)
    assert mastodon.declaration.text_limit == 4968
    assert mastodon.length("https://a.it").used == 30
    assert len(network.calls("GET /api/v2/instance/")) == 1
    hours = 24
    mastodon.fetch("mentions", None)
    assert len(network.calls("GET /api/v2/instance/")) == 2


def limits_of(network: Network) -> MastodonChannel:
    network.on(MENTIONS, Says(body=[]))
    mastodon = channel(network.url)
    mastodon.fetch("mentions", None)
    return mastodon


def test_a_server_without_the_newer_page_says_it_on_the_older_one(network: Network) -> None:
    network.on("GET /api/v2/instance/", PAGE_404)
    network.on("GET /api/v1/instance/", recorded("snac")["instance v1"])
    mastodon = limits_of(network)
    assert mastodon.declaration.text_limit == 100_000 - 32
    assert mastodon.length("https://a.it").used == 32
    network.on("GET /api/v1/instance/", {"max_toot_chars": 1024})
    assert limits_of(network).declaration.text_limit == 1024 - 32


@pytest.mark.parametrize(
    "says",
    [Says(status=500), Says(body=b"<html>"), Says(body={}), Says(status=429), Says(reset=True),
     Says(body={"configuration": {"statuses": {"max_characters": -5}}})],
)  # fmt: skip
def test_a_server_that_does_not_say_keeps_us_from_nothing(network: Network, says: Says) -> None:
    network.on("GET /api/v2/instance/", says).on("GET /api/v1/instance/", says)
    assert limits_of(network).declaration.text_limit == 468


def test_counting_asks_nothing(network: Network) -> None:
    mastodon = channel(network.url)
    mastodon.length("Ciao")
    assert mastodon.declaration.text_limit == 468
    assert mastodon.pressure() == 1.0
    assert network.asked == []


def test_the_account_answers_under_its_own_name_even_if_the_post_has_no_address(
    network: Network,
) -> None:
    network.on(SEND, answer(url=None, created_at="soon"))
    posted = channel(network.url).post(REPLY)
    assert posted.url == f"{network.url}/@{ACCOUNT['acct']}/{POSTED}"
    assert posted.posted_at == NOW
    assert json.dumps(posted.external_id)
