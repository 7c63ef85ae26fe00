"""A Facebook Page over real HTTP: replies, reading back, moderation, secrets and the check."""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime

import pytest

from config.errors import ConfigError
from config.secrets import Redactor
from listener.channels import open_channels
from listener.channels.base import Report
from listener.channels.errors import (
    AuthFailed,
    ChannelError,
    Gone,
    PolicyBlock,
    RateLimited,
    Refused,
    Unavailable,
    Unknown,
)
from listener.channels.metering import free
from tests.facebook_on_loopback import (
    COMMENTS,
    FEED,
    NOW,
    PAGE,
    POST,
    REPLY,
    SEND,
    TOKEN,
    TOP,
    channel,
    own,
)
from tests.loopback import BOMB, Network, Says, free_port, payload, serving


@pytest.fixture
def network() -> Iterator[Network]:
    with serving() as running:
        yield running


def test_a_reply_goes_under_the_top_comment_and_the_token_into_a_header(network: Network) -> None:
    network.on(SEND, payload("facebook/created.json"))
    posted = channel(network.url).post(REPLY)
    (asked,) = network.calls(SEND)
    assert asked.body == "message=Merci+Marie"
    assert asked.query == {}
    assert asked.headers["Authorization"] == f"Bearer {TOKEN}"
    assert asked.headers["User-Agent"] == "Antiphon/0.1 (social listening and reply bot)"
    assert posted.external_id == "900000000000101_399"
    assert posted.url.endswith("/posts/900000000000101?comment_id=301&reply_comment_id=399")
    assert (posted.posted_at, posted.in_reply_to) == (NOW, TOP)


HTML = {"Content-Type": "text/html"}


@pytest.mark.parametrize(
    ("says", "error"),
    [
        (Says(reset=True), Unknown),
        (Says(status=500, body=payload("facebook/errors/2-temporary.json")), Unknown),
        (Says(status=500, body={"id": "1"}), Unknown),
        (Says(status=500, body={"error": {"code": 99}}), Unknown),
        (Says(status=503, body={"error": {"code": -1, "message": "busy"}}), Unknown),
        (Says(status=502, body=b"<html>bad gateway</html>", headers=HTML), Unknown),
        (Says(status=200, body=b"<html>hello</html>", headers=HTML), Unknown),
        (Says(status=200, body=b"{cut", headers={}), Unknown),
        (Says(status=200, body={"id": 5.5}), Unknown),
        (Says(status=200, body=[1]), Unknown),
        (BOMB, Unknown),
        (Says(status=400, body=payload("facebook/errors/506-duplicate.json")), Unknown),
        (Says(status=400, body=payload("facebook/errors/368-blocked.json")), PolicyBlock),
        (Says(status=400, body=payload("facebook/errors/32-page-limit.json")), RateLimited),
        (Says(status=429, body=b""), RateLimited),
        (Says(status=400, body=payload("facebook/errors/190-expired.json")), AuthFailed),
        (Says(status=403, body=payload("facebook/errors/200-permission.json")), AuthFailed),
        (Says(status=401, body=b""), AuthFailed),
        (Says(status=400, body=payload("facebook/errors/100-gone.json")), Gone),
        (Says(status=400, body={"error": {"code": 551, "message": "unavailable"}}), Refused),
    ],
)
def test_every_end_of_a_reply_has_its_type(
    network: Network, says: Says, error: type[ChannelError]
) -> None:
    network.on(SEND, says)
    with pytest.raises(error):
        channel(network.url).post(REPLY)
    assert len(network.calls(SEND)) == 1


def test_an_answer_without_a_content_type_is_read_all_the_same(network: Network) -> None:
    bare = Says(body=payload("facebook/created.json"), headers={"Content-Type": ""})
    network.on(SEND, bare)
    assert channel(network.url).post(REPLY).external_id == "900000000000101_399"


def test_a_reply_without_an_answer_in_time_is_unknown(network: Network) -> None:
    network.on(SEND, Says(seconds=0.6))
    with pytest.raises(Unknown):
        channel(network.url, request_timeout_seconds=0.2).post(REPLY)


def test_a_reply_that_never_left_the_house_may_be_tried_again() -> None:
    with pytest.raises(Unavailable):
        channel(f"http://127.0.0.1:{free_port()}").post(REPLY)


def test_the_same_failures_while_reading_are_no_mystery(network: Network) -> None:
    for says in (Says(reset=True), Says(status=502, body=b"<p>", headers=HTML), Says(body=[])):
        network.on(FEED, says)
        with pytest.raises(Unavailable):
            channel(network.url).fetch("feed", None)


READ = f"GET /v26.0/{TOP}/comments"


def test_our_comments_are_found_again_by_place_and_time_the_newest_first(
    network: Network,
) -> None:
    at = NOW - timedelta(minutes=2)
    earlier = at - timedelta(seconds=30)
    first, second = own("Bonjour", earlier, "398"), own("Merci  Marie ", at)
    network.on(READ, {"data": [{**one, "parent": {"id": TOP}} for one in (first, second)]})
    newest, oldest = channel(network.url).own_replies(REPLY, at)
    assert (newest.external_id, newest.posted_at) == ("900000000000101_399", at)
    assert (newest.text, newest.in_reply_to) == ("Merci  Marie ", TOP)
    assert newest.url.endswith("comment_id=301&reply_comment_id=399")
    assert oldest.external_id == "900000000000101_398"
    assert not channel(network.url).own_replies(REPLY, at + timedelta(seconds=61))
    asked = network.calls(READ)[0].query
    assert (asked["filter"], asked["order"]) == ("stream", "reverse_chronological")


def test_anothers_comment_with_the_same_text_is_not_ours(network: Network) -> None:
    theirs = {**own("Merci Marie", NOW), "from": {"id": "8", "name": "Troll"}}
    network.on(READ, {"data": [theirs]})
    assert not channel(network.url).own_replies(REPLY, NOW)


def test_below_a_post_our_replies_to_its_comments_are_not_replies_to_the_post(
    network: Network,
) -> None:
    nested = {**own("to Anna", NOW, "398"), "parent": {"id": TOP}}
    network.on(COMMENTS, {"data": [nested, own("to the post", NOW)]})
    under_post = replace(REPLY, answer_under=POST)
    (found,) = channel(network.url).own_replies(under_post, NOW)
    assert (found.text, found.in_reply_to) == ("to the post", POST)


def test_a_comment_nobody_can_read_is_no_proof_of_absence(network: Network) -> None:
    network.on(READ, {"data": [{**own("", NOW), "message": 5}]})
    with pytest.raises(Unavailable):
        channel(network.url).own_replies(REPLY, NOW)


def test_reading_back_without_end_is_no_proof_of_absence(network: Network) -> None:
    paging = {"cursors": {"after": "x"}, "next": "https://x/"}
    network.on(READ, {"data": [own("a", NOW)], "paging": paging})
    with pytest.raises(Unavailable):
        channel(network.url).own_replies(REPLY, NOW)


def test_hiding_is_harmless_twice(network: Network) -> None:
    network.on(f"POST /v26.0/{TOP}", payload("facebook/success.json"))
    fb = channel(network.url)
    fb.hide(TOP)
    fb.hide(TOP)
    assert network.asked[0].body == "is_hidden=true"
    with pytest.raises(Gone):
        fb.hide("a/b")


def test_reading_stops_before_the_allowance_is_gone_and_replies_go_on(network: Network) -> None:
    usage = '{"7":[{"type":"pages","call_count":96,"estimated_time_to_regain_access":0}]}'
    says = Says(
        body=payload("facebook/feed_last.json"), headers={"X-Business-Use-Case-Usage": usage}
    )
    network.on(FEED, says).on(SEND, payload("facebook/created.json"))
    fb = channel(network.url)
    fb.fetch("feed", None)
    with pytest.raises(RateLimited) as error:
        fb.fetch("feed", None)
    assert error.value.until == NOW + timedelta(minutes=15)
    assert len(network.calls(FEED)) == 1
    fb.post(REPLY)


def test_the_fuller_the_allowance_the_longer_the_time_between_rounds(network: Network) -> None:
    body, usage = payload("facebook/feed_last.json"), '{"call_count":90}'
    network.on(FEED, Says(body=body, headers={"X-App-Usage": usage}), Says(body=body))
    fb = channel(network.url)
    assert fb.pressure() == 1
    for _ in range(2):  # an answer that says nothing of it changes nothing
        fb.fetch("feed", None)
        assert fb.pressure() == 1.2


def test_a_refusal_tells_of_the_allowance_too(network: Network) -> None:
    limited = payload("facebook/errors/32-page-limit.json")
    network.on(SEND, Says(status=400, body=limited, headers={"X-App-Usage": '{"call_count":99}'}))
    fb = channel(network.url)
    with pytest.raises(RateLimited):
        fb.post(REPLY)
    with pytest.raises(RateLimited):
        fb.fetch("feed", None)
    assert not network.calls(FEED)


def _checked(network: Network, *, ahead: timedelta = timedelta(), days: int = 40) -> Report:
    """The check of a Page whose server's clock is `ahead`, with a token of so many days."""
    date = {"Date": format_datetime(NOW + ahead, usegmt=True)}
    ends = int((NOW + timedelta(days=days)).timestamp())
    token = {"scopes": [], "is_valid": True, "expires_at": 0, "data_access_expires_at": ends}
    network.on(f"GET /v26.0/{PAGE}", Says(body=payload("facebook/page.json"), headers=date))
    network.on("GET /v26.0/debug_token", Says(body={"data": token}, headers=date))
    return channel(network.url).check()


@pytest.mark.parametrize(("days", "problems"), [(14, 0), (13, 1), (0, 1)])
def test_check_warns_two_weeks_before_the_token_ends(
    network: Network, days: int, problems: int
) -> None:
    report = _checked(network, days=days)
    assert report.token_days_left == days
    told = f"the token lives for {days} more days: make a new page_access_token"
    assert list(report.problems) == [told] * problems


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0, ""), (30, ""), (-30, ""), (31, "31 s behind"), (-90, "90 s ahead")],
)
def test_check_sees_a_clock_that_is_off(network: Network, seconds: int, told: str) -> None:
    problems = _checked(network, ahead=timedelta(seconds=seconds)).problems
    assert [told in problem for problem in problems] == ([True] if told else [])


def test_the_clocks_are_compared_with_every_answer(network: Network) -> None:
    ahead = {"Date": format_datetime(NOW + timedelta(minutes=2), usegmt=True)}
    network.on(FEED, Says(body=payload("facebook/feed_last.json"), headers=ahead))
    fb = channel(network.url)
    assert fb.clock_apart() == timedelta()
    fb.fetch("feed", None)
    assert fb.clock_apart() == timedelta(minutes=2)


def test_check_names_scopes_days_and_what_is_missing(network: Network) -> None:
    date = {"Date": format_datetime(NOW, usegmt=True)}
    network.on(f"GET /v26.0/{PAGE}", Says(body=payload("facebook/page.json"), headers=date))
    token = payload("facebook/debug_token.json")
    network.on("GET /v26.0/debug_token", Says(body=token, headers=date))
    report = channel(network.url).check()
    assert report.account == "Larix Outdoor"
    assert report.token_days_left == 40
    assert "pages_read_engagement" in report.permissions
    assert len(report.problems) == 1
    assert "pages_manage_engagement" in report.problems[0]


def test_check_is_content_if_the_token_may_not_look_at_itself(network: Network) -> None:
    date = {"Date": format_datetime(NOW, usegmt=True)}
    network.on(f"GET /v26.0/{PAGE}", Says(body=payload("facebook/page.json"), headers=date))
    network.on("GET /v26.0/debug_token", Says(status=400, body={"error": {}}, headers=date))
    report = channel(network.url).check()
    assert (report.problems, report.token_days_left) == ((), None)


def test_the_token_stands_in_one_address_alone_where_facebook_takes_it_nowhere_else(
    network: Network, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    network.on(f"GET /v26.0/{PAGE}", payload("facebook/page.json"))
    network.on("GET /v26.0/debug_token", Says(reset=True))
    channel(network.url).check()
    telling = [asked.path for asked in network.asked if TOKEN in f"{asked.path}{asked.query}"]
    assert telling == ["/v26.0/debug_token"]
    assert TOKEN not in caplog.text


def test_check_raises_nothing(network: Network) -> None:
    network.on(
        f"GET /v26.0/{PAGE}",
        Says(status=400, body=payload("facebook/errors/190-expired.json")),
    )
    (problem,) = channel(network.url).check().problems
    assert "it has run out" in problem


def test_calls_are_proven_with_the_app_secret_where_there_is_one(network: Network) -> None:
    network.on(FEED, payload("facebook/feed_last.json")).on(SEND, payload("facebook/created.json"))
    fb = channel(network.url, app_secret="canary-app-secret")
    fb.fetch("feed", None)
    fb.post(REPLY)
    proof = hmac.new(b"canary-app-secret", TOKEN.encode(), hashlib.sha256).hexdigest()
    assert network.calls(FEED)[0].query["appsecret_proof"] == proof
    assert f"appsecret_proof={proof}" in network.calls(SEND)[0].body


def test_secrets_stand_in_no_address_no_error_and_no_log_even_at_debug(
    network: Network, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    echo = {"error": {"code": 190, "message": f"Malformed access token {TOKEN}"}}
    network.on(SEND, Says(status=400, body=echo), Says(reset=True))
    network.on(FEED, payload("facebook/feed_last.json"))
    fb = channel(network.url, app_secret="canary-app-secret")
    for _ in range(2):
        with pytest.raises(ChannelError) as error:
            fb.post(REPLY)
        assert "canary" not in f"{error.value}{error.value!r}"
    fb.fetch("feed", None)
    assert "canary" not in f"{caplog.text}{fb.options!r}".lower().replace("bearer", "")
    assert all("canary" not in f"{asked.path}{asked.query}" for asked in network.asked)


@pytest.mark.parametrize("key", ["page_id", "page_access_token"])
def test_a_missing_key_is_one_line_that_names_it(key: str) -> None:
    table = {"page_id": PAGE, "page_access_token": TOKEN}
    table.pop(key)
    with pytest.raises(ConfigError) as error:
        open_channels(
            {"facebook": table}, source="b.toml", redactor=Redactor(), clock=lambda: NOW, meter=free
        )
    assert f"b.toml: channels.facebook.{key}: is missing" in str(error.value)


def test_length_counts_code_points() -> None:
    length = channel("http://127.0.0.1:1").length("é👍\r\n")
    assert (length.used, length.limit) == (3, 8000)
