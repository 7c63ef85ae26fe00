"""Each ready-made fault of sandbox Bluesky reaches the real channel as the error it should become,
and does to the network what it says: nothing, or the whole request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from config.secrets import Redactor
from listener.channels import open_channels
from listener.channels.base import Channel, Outgoing
from listener.channels.errors import (
    AuthFailed,
    ChannelError,
    Gone,
    RateLimited,
    Refused,
    Unavailable,
    Unknown,
)
from listener.channels.metering import free
from listener.sandbox.bluesky.network import BRAND, BlueskyNetwork
from listener.sandbox.faults import Act, Fault
from tests.fakes import NOW, make_outgoing
from tests.patience import PATIENCE

FAULTS = BlueskyNetwork.FAULTS
SILENCE = 1  # seconds a channel waits for an answer that never comes,
PUT = "/xrpc/com.atproto.repo.putRecord"
NOTIFICATIONS = "/xrpc/app.bsky.notification.listNotifications"

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
NO = Means(read=Refused, write=Refused)
MEANS = {
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
    "internal_error": LOST,
    "internal_error_after": LOST_AFTER,
    "upstream_failure": LOST,
    "upstream_error": LOST,
    "rate_limited": LIMITED,
    "rate_limited_no_reset": LIMITED,
    "rate_limited_empty_reset": LIMITED,
    "rate_limited_past_reset": LIMITED,
    "points_spent": LIMITED,
    "expired_token": FINE,  # a fresh one is fetched, and the call made again: it was not done
    "invalid_token": FINE,
    "auth_missing": BAD_KEYS,
    "invalid_login": BAD_KEYS,
    "takedown": BAD_KEYS,
    "deactivated": BAD_KEYS,
    "invalid_record": NO,
    "invalid_swap": Means(write=Unavailable),
    "not_found": Means(read=Gone),
    "record_not_found": Means(read=Gone),
    "not_implemented": NO,
    "empty_page": FINE,
}


def is_silence(fault: Fault) -> bool:
    return fault.act is Act.HANG or fault.seconds > 10


def quick(fault: Fault) -> Fault:
    """The same fault, without making us wait; silence stays what it is."""
    return fault if is_silence(fault) else replace(fault, seconds=min(fault.seconds, 0.2))


def outcome(call: object) -> Kind:
    assert callable(call)
    try:
        call()
    except ChannelError as error:
        known = [kind for kind in type(error).__mro__ if kind.__module__ == ChannelError.__module__]
        return known[0]
    return None


@contextmanager
def running(fault: Fault | None = None) -> Iterator[tuple[BlueskyNetwork, Channel, Outgoing]]:
    """A network with one mention, the channel that has heard it, and our reply."""
    network = BlueskyNetwork(clock=lambda: NOW)
    network.start()
    network.post("anna", f"@{BRAND} where is it?", at=NOW - timedelta(minutes=5))
    patience = SILENCE if fault is not None and is_silence(fault) else PATIENCE
    table = {"api_url": network.url, **network.secrets(), "request_timeout_seconds": patience}
    channel = open_channels(
        {"bluesky": table}, source="bot.toml", redactor=Redactor(), clock=lambda: NOW, meter=free
    )["bluesky"]
    (mention,) = channel.fetch("notifications", None).items
    reply = make_outgoing(mention.external_id, "On its way!", conversation=mention.conversation)
    try:
        yield network, channel, reply
    finally:
        network.stop()


def test_no_ready_made_fault_is_without_a_meaning() -> None:
    assert FAULTS.keys() == MEANS.keys()


@pytest.mark.parametrize("name", [n for n, f in FAULTS.items() if not f.only or "POST" in f.only])
def test_a_write_to_bluesky_ends_as_its_fault_means(name: str) -> None:
    fault = quick(FAULTS[name])
    with running(fault) as (network, channel, reply):
        network.faults.next("POST", PUT, fault)
        assert (outcome(lambda: channel.post(reply)), bool(network.own_posts())) == (
            MEANS[name].write,
            MEANS[name].stored,
        )
        assert network.faults.done == 1


@pytest.mark.parametrize("name", [n for n, f in FAULTS.items() if not f.only or "GET" in f.only])
def test_a_read_of_bluesky_ends_as_its_fault_means(name: str) -> None:
    fault = quick(FAULTS[name])
    with running(fault) as (network, channel, _):
        network.faults.next("GET", NOTIFICATIONS, fault)
        assert outcome(lambda: channel.fetch("notifications", None)) == MEANS[name].read
        assert network.faults.done == 1


@pytest.mark.parametrize(
    ("name", "seconds"),
    [("rate_limited", 300), ("points_spent", 3437)],
)
def test_a_limit_of_bluesky_lasts_as_its_headers_say(name: str, seconds: int) -> None:
    with running() as (network, channel, reply):
        network.faults.next("POST", PUT, name)
        with pytest.raises(RateLimited) as raised:
            channel.post(reply)
        assert raised.value.until == NOW + timedelta(seconds=seconds)


def test_a_reply_whose_answer_was_lost_may_be_sent_again_and_stands_once() -> None:
    with running() as (network, channel, reply):
        for fault in ("reset_after", "internal_error_after"):
            network.faults.next("POST", PUT, fault)
            assert outcome(lambda: channel.post(reply)) is Unknown
        posted = channel.post(reply)
        (ours,) = network.own_posts()
        assert (ours.uri, ours.in_reply_to) == (posted.external_id, reply.mention_id)
