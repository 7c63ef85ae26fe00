"""Each ready-made fault reaches the real channel as the error it should become, and does to the
network what it says: nothing, or the whole request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from listener.channels.base import Outgoing
from listener.channels.errors import (
    AuthFailed,
    BudgetSpent,
    ChannelError,
    Gone,
    PolicyBlock,
    RateLimited,
    Refused,
    Unavailable,
    Unknown,
)
from listener.channels.facebook.channel import FacebookChannel
from listener.channels.x.channel import XChannel
from listener.sandbox.facebook.network import FacebookNetwork
from listener.sandbox.faults import Act, Fault
from listener.sandbox.wire_faults import WIRE
from listener.sandbox.x.network import BRAND, XNetwork
from tests import facebook_on_loopback, x_on_loopback
from tests.fakes import make_outgoing
from tests.patience import PATIENCE

NOW = x_on_loopback.NOW
SILENCE = 1  # seconds a channel waits for an answer that never comes,

Kind = type[ChannelError] | None  # None: no error


@dataclass(frozen=True, kw_only=True)
class Means:
    """What a fault is to who reads and to who writes; `stored`: what was written stands."""

    read: Kind = Unavailable
    write: Kind = Unknown
    stored: bool = False


FINE = Means(read=None, write=None, stored=True)
LOST, LOST_AFTER = Means(), Means(stored=True)
LIMITED, BAD_KEYS = (
    Means(read=RateLimited, write=RateLimited),
    Means(read=AuthFailed, write=AuthFailed),
)
SPENT, NO = Means(read=BudgetSpent, write=BudgetSpent), Means(write=Refused)

BELOW_HTTP = {
    "reset_before": LOST,
    "reset_after": LOST_AFTER,
    "hang": LOST,
    "hang_after": LOST_AFTER,
    "slow": FINE,
    "drip": FINE,
    "cut_short": LOST_AFTER,
    "too_long": LOST_AFTER,
    "html_503": LOST,
    "html_503_after": LOST_AFTER,
    "garbled": LOST,
    "garbled_after": LOST_AFTER,
}
X_MEANS = BELOW_HTTP | {
    "unavailable": LOST,
    "unavailable_after": LOST_AFTER,
    "rate_limited": LIMITED,
    "rate_limited_no_reset": LIMITED,
    "rate_limited_empty_reset": LIMITED,
    "rate_limited_past_reset": LIMITED,
    "day_spent": LIMITED,
    "usage_capped": SPENT,
    "credits_depleted": SPENT,
    "unauthorized": BAD_KEYS,
    "duplicate": LOST,
    "duplicate_after": LOST_AFTER,
    "not_summoned": NO,
    "not_authorized": NO,
    "target_gone": Means(write=Gone),
    "reply_restricted": NO,
    "not_found": Means(read=Gone, write=Gone),
}
FACEBOOK_MEANS = BELOW_HTTP | {
    "code_1": LOST,
    "code_1_after": LOST_AFTER,
    "code_2": LOST,
    "code_2_after": LOST_AFTER,
    "duplicate": LOST,
    "duplicate_after": LOST_AFTER,
    "blocked": Means(write=PolicyBlock),
    "app_limit": LIMITED,
    "app_limit_usage": LIMITED,
    "user_limit": LIMITED,
    "user_limit_usage": LIMITED,
    "page_limit": LIMITED,
    "page_limit_usage": LIMITED,
    "token_dead": BAD_KEYS,
    "gone": Means(read=Gone, write=Gone),
    "no_authors": FINE,
    "usage_96": FINE,
}


def quick(fault: Fault) -> Fault:
    """The same fault, without making us wait; silence stays what it is."""
    return fault if is_silence(fault) else replace(fault, seconds=min(fault.seconds, 0.2))


def is_silence(fault: Fault) -> bool:
    return fault.act is Act.HANG or fault.seconds > 10


def patience(fault: Fault) -> float:
    return SILENCE if is_silence(fault) else PATIENCE


def x_channel(network: XNetwork, patience: float = PATIENCE) -> XChannel:
    options: dict[str, Any] = {**network.secrets(), "request_timeout_seconds": patience}
    return x_on_loopback.channel(network.url, **options)


@contextmanager
def x_running(fault: Fault | None = None) -> Iterator[tuple[XNetwork, XChannel, Outgoing]]:
    network = XNetwork(clock=lambda: NOW)
    network.start()
    post = network.post("anna", f"@{BRAND} where is it?", created_at=NOW - timedelta(minutes=5))
    channel = x_channel(network, patience(fault) if fault else PATIENCE)
    channel.check()  # learns who we are, so that the next call is the one a test breaks
    reply = make_outgoing(post, "On its way!")
    try:
        yield network, channel, reply
    finally:
        network.stop()


def facebook_channel(network: FacebookNetwork, patience: float) -> FacebookChannel:
    own: dict[str, Any] = {**network.secrets(), "page_id": network.page_id}
    return facebook_on_loopback.channel(network.url, request_timeout_seconds=patience, **own)


@contextmanager
def facebook_running(
    fault: Fault | None = None,
) -> Iterator[tuple[FacebookNetwork, FacebookChannel, Outgoing]]:
    network = FacebookNetwork(clock=lambda: NOW)
    network.start()
    post = network.page_post("Winter is coming")
    top = network.comment(post, "anna", "Where is it?")
    channel = facebook_channel(network, patience(fault) if fault else PATIENCE)
    reply = make_outgoing(top, "On its way!", conversation=post)
    try:
        yield network, channel, reply
    finally:
        network.stop()


def test_no_ready_made_fault_is_without_a_word_or_without_a_meaning() -> None:
    for catalogue, means in ((XNetwork.FAULTS, X_MEANS), (FacebookNetwork.FAULTS, FACEBOOK_MEANS)):
        assert catalogue.keys() == means.keys()
        assert WIRE.items() <= catalogue.items()
        assert all(fault.about for fault in catalogue.values())


@pytest.mark.parametrize("name", XNetwork.FAULTS)
def test_a_write_to_x_ends_as_its_fault_means(name: str) -> None:
    fault = quick(XNetwork.FAULTS[name])
    with x_running(fault) as (network, channel, reply):
        network.faults.next("POST", "/2/tweets", fault)
        assert (outcome(lambda: channel.post(reply)), bool(network.own_posts())) == (
            X_MEANS[name].write,
            X_MEANS[name].stored,
        )
        assert network.faults.done == 1


@pytest.mark.parametrize("name", [n for n, f in XNetwork.FAULTS.items() if not f.only])
def test_a_read_of_x_ends_as_its_fault_means(name: str) -> None:
    fault = quick(XNetwork.FAULTS[name])
    with x_running(fault) as (network, channel, reply):
        network.faults.next("GET", "/2/users/", fault)
        assert outcome(lambda: channel.fetch("mentions", None)) == X_MEANS[name].read
        (heard,) = x_channel(network).fetch("mentions", None).items
        assert (heard.external_id, network.faults.done) == (reply.mention_id, 1)


@pytest.mark.parametrize("name", FacebookNetwork.FAULTS)
def test_a_write_to_facebook_ends_as_its_fault_means(name: str) -> None:
    fault = quick(FacebookNetwork.FAULTS[name])
    with facebook_running(fault) as (network, channel, reply):
        network.faults.next("POST", "/v26.0/", fault)
        assert (outcome(lambda: channel.post(reply)), bool(network.own_comments())) == (
            FACEBOOK_MEANS[name].write,
            FACEBOOK_MEANS[name].stored,
        )
        assert network.faults.done == 1


@pytest.mark.parametrize(
    "name", [n for n, f in FacebookNetwork.FAULTS.items() if not f.only or "GET" in f.only]
)
def test_a_read_of_facebook_ends_as_its_fault_means(name: str) -> None:
    fault = quick(FacebookNetwork.FAULTS[name])
    with facebook_running(fault) as (network, channel, _):
        network.faults.next("GET", "/v26.0/", fault)
        assert outcome(lambda: channel.fetch("feed", None)) == FACEBOOK_MEANS[name].read
        assert network.faults.done == 1


def outcome(call: object) -> Kind:
    assert callable(call)
    try:
        call()
    except ChannelError as error:
        known = [kind for kind in type(error).__mro__ if kind.__module__ == ChannelError.__module__]
        return known[0]
    return None


@pytest.mark.parametrize(
    ("name", "seconds", "scope"),
    [
        ("rate_limited", 300, "call"),
        ("rate_limited_no_reset", 60, "call"),
        ("rate_limited_empty_reset", 60, "call"),
        ("rate_limited_past_reset", 60, "call"),
        ("day_spent", 7200, "call"),
    ],
)
def test_a_limit_of_x_lasts_as_its_headers_say(name: str, seconds: int, scope: str) -> None:
    with x_running() as (network, channel, reply):
        network.faults.next("POST", "/2/tweets", name)
        with pytest.raises(RateLimited) as raised:
            channel.post(reply)
        assert raised.value.until == NOW + timedelta(seconds=seconds)
        assert raised.value.scope == scope


@pytest.mark.parametrize(
    ("name", "minutes", "scope"),
    [
        ("app_limit", 15, "app"),
        ("app_limit_usage", 15, "app"),
        ("user_limit", 15, "account"),
        ("user_limit_usage", 37, "account"),
        ("page_limit", 15, "account"),
        ("page_limit_usage", 37, "account"),
    ],
)
def test_a_limit_of_facebook_lasts_as_its_headers_say(name: str, minutes: int, scope: str) -> None:
    with facebook_running() as (network, channel, reply):
        network.faults.next("POST", "/v26.0/", name)
        with pytest.raises(RateLimited) as raised:
            channel.post(reply)
        assert raised.value.until == NOW + timedelta(minutes=minutes)
        assert raised.value.scope == scope


@pytest.mark.parametrize(
    ("name", "by_hand"),
    [("not_summoned", True), ("not_authorized", True), ("reply_restricted", False)],
)
def test_what_x_refuses_to_a_program_a_person_may_still_do(name: str, *, by_hand: bool) -> None:
    with x_running() as (network, channel, reply):
        network.faults.next("POST", "/2/tweets", name)
        with pytest.raises(Refused) as raised:
            channel.post(reply)
        assert raised.value.by_hand is by_hand


def test_facebook_may_keep_its_authors_to_itself() -> None:
    with facebook_running() as (network, channel, reply):
        network.faults.next("GET", "/v26.0/", "no_authors")
        heard = {item.external_id: item for item in channel.fetch("feed", None).items}
        assert heard[reply.mention_id].author is None
        heard = {item.external_id: item for item in channel.fetch("feed", None).items}
        assert heard[reply.mention_id].author is not None


def test_what_is_left_of_an_allowance_at_96_percent_is_kept_for_replies() -> None:
    with facebook_running() as (network, channel, reply):
        network.faults.next("GET", "/v26.0/", "usage_96")
        channel.fetch("feed", None)
        with pytest.raises(RateLimited, match="the rest is for replies"):
            channel.fetch("feed", None)
        channel.post(reply)
        assert len(network.own_comments()) == 1


LIMITS = {name for name, means in X_MEANS.items() if means.read in (RateLimited, BudgetSpent)}
LATE = {"hang", "hang_after", "slow", "drip"}


def test_through_a_storm_a_reader_hears_errors_it_knows_and_after_it_the_mention() -> None:
    names = [name for name in XNetwork.FAULTS if name not in LIMITS | LATE]
    with x_running() as (network, channel, reply):
        network.faults.storm(0.5, names, seed=1)
        ends = [outcome(lambda: channel.fetch("mentions", None)) for _ in range(60)]
        assert {None, Unavailable} <= set(ends) <= {None, Unavailable, AuthFailed, Gone}
        assert network.faults.happened.total() == len(ends) - ends.count(None)
        network.faults.calm()
        (heard,) = channel.fetch("mentions", None).items
        assert heard.external_id == reply.mention_id


def test_through_a_storm_each_write_is_stored_once_or_its_error_says_that_it_may_be() -> None:
    names = [name for name in FacebookNetwork.FAULTS if name not in LATE]
    with facebook_running() as (network, _, reply):
        network.faults.storm(0.7, names, seed=1)
        for turn in range(60):
            before = len(network.own_comments())
            said = replace(reply, text=f"{reply.text} {turn}")
            end = outcome(lambda said=said: facebook_channel(network, PATIENCE).post(said))
            stored = len(network.own_comments()) - before
            assert end is Unknown or stored == (end is None)
            assert stored <= 1
        assert len(network.faults.happened) > len(names) // 2
