"""The rules of sandbox Mastodon: who may do what, in whose sight, how often, and what is said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests

from listener.sandbox.mastodon.network import BRAND, DOMAIN, MastodonNetwork
from tests.fakes import NOW, Watch
from tests.test_listener_sandbox_mastodon import ask, call, heard, ids, say

FAR = "anna@troet.example"
OURS = f"@{BRAND}@{DOMAIN}"


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def masto(watch: Watch) -> Iterator[MastodonNetwork]:
    network = MastodonNetwork(clock=watch)
    network.start()
    yield network
    network.stop()


def refused(answer: requests.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    return answer.status_code, answer.json()["error"]


def post(network: MastodonNetwork, **body: Any) -> requests.Response:
    return call(network, "POST", "v1/statuses", data=body)


def left(answer: requests.Response) -> list[str]:
    names = ("Limit", "Remaining", "Reset")
    return [answer.headers[f"X-RateLimit-{name}"] for name in names]


# Who may


def test_who_shows_no_token_or_a_wrong_one_is_401(masto: MastodonNetwork) -> None:
    for token in (None, "wrong"):
        answer = call(masto, "GET", "v1/notifications", token=token)
        assert refused(answer) == (401, "The access token is invalid")
        assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    in_query = {"access_token": masto.secrets()["access_token"]}
    answer = call(masto, "GET", "v1/notifications", token=None, params=in_query)
    assert answer.status_code == 401


def test_a_token_that_was_taken_back_is_401_even_where_none_is_needed(
    masto: MastodonNetwork,
) -> None:
    status = masto.post("anna", "hello")
    masto.revoked = True
    for path in ("v1/notifications", f"v1/statuses/{status}"):
        answer = call(masto, "GET", path)
        assert refused(answer) == (401, "The access token was revoked")
    assert call(masto, "GET", f"v1/statuses/{status}", token=None).status_code == 200


def test_a_token_does_what_it_was_granted_and_no_more(masto: MastodonNetwork) -> None:
    masto.scopes = frozenset({"read"})
    assert refused(post(masto, status="hi")) == (
        403,
        "This action is outside the authorized scopes",
    )
    masto.scopes = frozenset({"read:notifications", "write:statuses", "profile"})
    assert post(masto, status="hi").status_code == 200
    assert call(masto, "GET", "v1/notifications").status_code == 200
    assert call(masto, "GET", "v1/accounts/verify_credentials").status_code == 200
    assert call(masto, "GET", "v1/conversations").status_code == 403


def test_a_stranger_sees_what_is_open_and_no_traces_of_us(masto: MastodonNetwork) -> None:
    seen = masto.post("anna", "hello")
    hidden = masto.post("anna", f"@{BRAND} psst", visibility="private", reply_to=seen)
    told = call(masto, "GET", f"v1/statuses/{seen}", token="unknown").json()
    assert "favourited" not in told
    assert refused(call(masto, "GET", f"v1/statuses/{hidden}", token=None)) == (404, "Not Found")
    context = call(masto, "GET", f"v1/statuses/{seen}/context", token=None).json()
    assert context["descendants"] == []
    assert ask(masto, f"v1/statuses/{hidden}")["visibility"] == "private"


# What is there


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "v1/statuses/1"),
        ("GET", "v1/statuses/abc/context"),
        ("DELETE", "v1/statuses/1"),
        ("PUT", "v1/statuses/1"),
        ("GET", "v1/accounts/1"),
        ("GET", "v1/accounts/lookup?acct=nobody"),
        ("GET", "v1/notifications/1"),
    ],
)
def test_what_is_not_there_is_404(masto: MastodonNetwork, method: str, path: str) -> None:
    assert refused(call(masto, method, path)) == (404, "Record not found")


def test_an_address_nobody_answers_at_is_404(masto: MastodonNetwork) -> None:
    assert refused(call(masto, "GET", "v1/nothing")) == (404, "Not Found")
    assert refused(call(masto, "POST", "v1/accounts/lookup")) == (404, "Not Found")


def test_who_blocks_us_shows_us_nothing_and_cannot_be_answered(masto: MastodonNetwork) -> None:
    status = masto.post(FAR, f"{OURS} you are terrible")
    masto.block(FAR)
    assert heard(masto) == [status]  # the notification is still there: it may be answered in vain
    assert refused(call(masto, "GET", f"v1/statuses/{status}")) == (404, "Not Found")
    assert refused(post(masto, status="sorry", in_reply_to_id=status)) == (
        404,
        "The post you are trying to reply to does not appear to exist",
    )
    masto.block(FAR, blocked=False)
    assert post(masto, status="sorry", in_reply_to_id=status).status_code == 200


@pytest.mark.parametrize("target", ["1", "abc", "deleted", "vanished"])
def test_what_is_not_there_cannot_be_answered(masto: MastodonNetwork, target: str) -> None:
    status = masto.post("anna", f"@{BRAND} where?")
    if target == "deleted":
        masto.delete(status)
    elif target == "vanished":
        masto.vanish(status)
    answered = status if target in ("deleted", "vanished") else target
    answer = post(masto, status="here", in_reply_to_id=answered)
    assert refused(answer)[0] == 404
    assert "does not appear to exist" in refused(answer)[1]
    assert masto.own_posts() == []


# What may be said


def test_a_text_of_500_characters_is_taken_and_no_more(masto: MastodonNetwork) -> None:
    assert post(masto, status="x" * 500).status_code == 200
    too_long = (422, "Validation failed: Text character limit of 500 exceeded")
    assert refused(post(masto, status="x" * 501)) == too_long
    assert refused(post(masto, status="x" * 490, spoiler_text="y" * 11)) == too_long
    ours = masto.own_posts()[0].id
    assert refused(call(masto, "PUT", f"v1/statuses/{ours}", data={"status": "x" * 501})) == (
        too_long
    )
    link = "https://larix.example/" + "a" * 400
    assert post(masto, status=f"{'x' * 476} {link}").status_code == 200
    assert post(masto, status=f"@a@{'long' * 20}.example {'x' * 497}").status_code == 200


def test_a_text_of_nothing_is_refused_but_a_warning_alone_is_a_text(
    masto: MastodonNetwork,
) -> None:
    blank = (422, "Validation failed: Text can't be blank")
    assert refused(post(masto, status="  \n ")) == blank
    assert refused(post(masto)) == blank
    told = say(masto, "", spoiler_text="careful")
    assert (told["spoiler_text"], told["content"]) == ("", "<p>careful</p>")


def test_a_visibility_there_is_not_is_refused(masto: MastodonNetwork) -> None:
    assert refused(post(masto, status="hi", visibility="secret")) == (
        422,
        "Validation failed: Visibility is not included in the list",
    )


def test_an_answer_is_public_unless_we_say_otherwise(masto: MastodonNetwork) -> None:
    private = masto.post("anna", f"@{BRAND} my address is", visibility="direct")
    assert say(masto, "@anna thanks", in_reply_to_id=private)["visibility"] == "public"
    kept = say(masto, "@anna thanks", in_reply_to_id=private, visibility="direct")
    assert kept["visibility"] == "direct"


def test_what_the_sandbox_cannot_do_it_refuses_to_do(masto: MastodonNetwork) -> None:
    for body in (
        {"scheduled_at": "2027-01-01"},
        {"media_ids[]": "1"},
        {"quoted_status_id": "1"},
        {"poll[options][]": "yes"},
    ):
        assert post(masto, status="hi", **body).status_code == 422
    assert masto.own_posts() == []


# The same thing twice


def test_a_key_makes_one_status_for_an_hour_whatever_it_says(
    masto: MastodonNetwork, watch: Watch
) -> None:
    first = say(masto, "hello", key="k1")
    watch.advance(minutes=59)
    assert say(masto, "other words", key="k1")["id"] == first["id"]
    assert say(masto, "hello", key="k2")["id"] != first["id"]
    assert len(masto.own_posts()) == 2
    watch.advance(minutes=1)
    assert say(masto, "hello", key="k1")["id"] != first["id"]
    assert say(masto, "hello")["id"] != say(masto, "hello")["id"]


def test_a_key_whose_status_is_deleted_is_404(masto: MastodonNetwork) -> None:
    first = say(masto, "hello", key="k1")
    masto.delete(first["id"])
    headers = {"Idempotency-Key": "k1"}
    answer = call(masto, "POST", "v1/statuses", data={"status": "hello"}, headers=headers)
    assert refused(answer) == (404, "Record not found")
    assert masto.own_posts() == []


def test_a_key_does_not_help_when_what_was_answered_is_gone(masto: MastodonNetwork) -> None:
    question = masto.post("anna", f"@{BRAND} where?")
    say(masto, "here", in_reply_to_id=question, key="k1")
    masto.delete(question)
    headers = {"Idempotency-Key": "k1"}
    body = {"status": "here", "in_reply_to_id": question}
    answer = call(masto, "POST", "v1/statuses", data=body, headers=headers)
    assert "does not appear to exist" in refused(answer)[1]


# Private mentions


def test_a_private_mention_by_a_stranger_is_held_back(masto: MastodonNetwork) -> None:
    masto.post(FAR, f"{OURS} my order", visibility="direct")
    assert ask(masto, "v1/notifications") == []
    assert ask(masto, "v1/conversations") == []
    (held,) = ask(masto, "v1/notifications", include_filtered="true")
    assert (held["filtered"], held["status"]["visibility"]) == (True, "direct")
    told = ask(masto, "v2/notifications/policy")
    assert told["for_private_mentions"] == "filter"
    assert told["summary"] == {"pending_requests_count": 1, "pending_notifications_count": 1}


def test_whose_request_is_accepted_is_heard_from_then_on_and_before(
    masto: MastodonNetwork,
) -> None:
    first = masto.post(FAR, f"{OURS} my order", visibility="direct")
    (request,) = ask(masto, "v1/notifications/requests")
    assert (request["account"]["acct"], request["last_status"]["id"]) == (FAR, first)
    accept = f"v1/notifications/requests/{request['id']}/accept"
    assert call(masto, "POST", accept).json() == {}
    assert call(masto, "POST", accept).status_code == 404
    second = masto.post(FAR, f"{OURS} it is 48213", visibility="direct")
    assert heard(masto) == [second, first]
    assert ask(masto, "v1/notifications/requests") == []


def test_a_private_answer_to_a_private_word_of_ours_is_heard_to_a_public_one_it_is_not(
    masto: MastodonNetwork,
) -> None:
    question = masto.post(FAR, f"{OURS} where is it?")
    public = say(masto, f"@{FAR} send us your number privately", in_reply_to_id=question)
    masto.post(FAR, f"{OURS} 48213", reply_to=public["id"], visibility="direct")
    assert heard(masto) == [question]
    private = say(masto, f"@{FAR} hello?", in_reply_to_id=question, visibility="direct")
    answer = masto.post(FAR, f"{OURS} 48213", reply_to=private["id"], visibility="direct")
    assert heard(masto) == [answer, question]


def test_a_shop_may_welcome_private_mentions_or_drop_them(masto: MastodonNetwork) -> None:
    def policy(value: str) -> requests.Response:
        body = {"for_private_mentions": value}
        return call(masto, "PUT", "v2/notifications/policy", data=body)

    assert policy("accept").json()["for_private_mentions"] == "accept"
    heard_ = masto.post(FAR, f"{OURS} one", visibility="direct")
    assert policy("drop").status_code == 200
    masto.post(FAR, f"{OURS} two", visibility="direct")
    assert ids(one["status"] for one in ask(masto, "v1/notifications", include_filtered="1")) == [
        heard_
    ]
    assert policy("loud").status_code == 422


def test_private_words_make_a_conversation_for_each_circle_of_people(
    masto: MastodonNetwork, watch: Watch
) -> None:
    masto.set_policy("accept")
    first = masto.post(FAR, f"{OURS} my order", visibility="direct")
    masto.post("bob", "nothing for you: @anna", visibility="direct")
    (told,) = ask(masto, "v1/conversations")
    assert ([one["acct"] for one in told["accounts"]], told["unread"]) == ([FAR], True)
    watch.advance(seconds=9)
    ours = say(masto, f"@{FAR} thanks", in_reply_to_id=first, visibility="direct")
    other = masto.post("carl", f"@{BRAND} hi", visibility="direct")
    newest = call(masto, "GET", "v1/conversations", params={"limit": 1})
    assert newest.json()[0]["last_status"]["id"] == other
    (second,) = ask(masto, "v1/conversations", max_id=other)
    assert (second["id"], second["last_status"]["id"]) == (told["id"], ours["id"])
    assert second["unread"] is False
    assert f"max_id={other}" in newest.links["next"]["url"]


# How often


def test_every_answer_says_how_many_calls_are_left_a_refusal_too(
    masto: MastodonNetwork, watch: Watch
) -> None:
    watch.advance(seconds=61, microseconds=250_000)
    reset = f"{NOW + timedelta(minutes=5):%Y-%m-%dT%H:%M:%S}.250000Z"
    assert left(call(masto, "GET", "v1/notifications")) == ["300", "299", reset]
    assert left(call(masto, "GET", "v1/nothing")) == ["300", "298", reset]
    assert left(call(masto, "GET", "v1/notifications", token=None))[1] == "299"
    watch.now = NOW + timedelta(minutes=5)
    assert left(call(masto, "GET", "v1/notifications"))[1] == "299"


def test_who_has_no_call_left_waits_for_the_reset(masto: MastodonNetwork, watch: Watch) -> None:
    masto.calls_in_5_minutes = 1
    assert call(masto, "GET", "v1/notifications").status_code == 200
    spent = call(masto, "GET", "v1/notifications")
    assert refused(spent) == (429, "Too many requests")
    assert left(spent)[:2] == ["1", "0"]
    assert call(masto, "GET", "v2/instance", token=None).status_code == 200
    watch.advance(minutes=5)
    assert call(masto, "GET", "v1/notifications").status_code == 200


def test_pages_are_scarcer_than_calls(masto: MastodonNetwork, watch: Watch) -> None:
    masto.pages_in_15_minutes = 2
    for since in ("1", "2"):
        assert call(masto, "GET", f"v1/notifications?since_id={since}").status_code == 200
    spent = call(masto, "GET", "v1/notifications?max_id=9")
    assert (spent.status_code, left(spent)[:2]) == (429, ["2", "0"])
    assert left(call(masto, "GET", "v1/notifications"))[0] == "300"
    watch.advance(minutes=10)
    assert call(masto, "GET", "v1/notifications?min_id=1").status_code == 429
    watch.advance(minutes=5)
    assert call(masto, "GET", "v1/notifications?min_id=1").status_code == 200


def test_statuses_run_out_by_themselves_and_a_refused_one_costs_nothing(
    masto: MastodonNetwork, watch: Watch
) -> None:
    masto.posts_in_3_hours = 2
    assert left(post(masto, status=""))[:2] == ["2", "2"]
    assert left(post(masto, status="one"))[:2] == ["2", "1"]
    assert left(post(masto, status="two"))[:2] == ["2", "0"]
    spent = post(masto, status="three")
    assert refused(spent) == (429, "Too many requests")
    third_hour = NOW.replace(hour=NOW.hour // 3 * 3, minute=0) + timedelta(hours=3)
    assert left(spent) == ["2", "0", f"{third_hour:%Y-%m-%dT%H:%M:%S}.000000Z"]
    assert len(masto.own_posts()) == 2
    watch.now = third_hour
    assert post(masto, status="three").status_code == 200


def test_deletions_run_out_too(masto: MastodonNetwork) -> None:
    masto.deletions_in_30_minutes = 1
    first, second = say(masto, "one")["id"], say(masto, "two")["id"]
    assert call(masto, "DELETE", f"v1/statuses/{first}").status_code == 200
    assert call(masto, "DELETE", f"v1/statuses/{second}").status_code == 429
    assert [one.id for one in masto.own_posts()] == [second]
