"""The whole product on real networks: customers write in their own apps, a human approves through
the API, and what stands is read in the network's own view of the thread."""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.daemon import Daemon, write_config
from tests.realservers.people import RealNetwork, all_say, answers, in_time

pytest_plugins = ["tests.realservers.fixtures"]
pytestmark = pytest.mark.servers

LIVES = 5
MENTIONS = 200
REPLIES = 50
HASTE = {
    "poll_seconds": 1,
    "sends_per_15_minutes": 1000,
    # So soon a reply is looked for whose fate nobody knows: these servers show our own at once.
    "request_timeout_seconds": 5,
    "read_lag_seconds": 5,
}
_LONG = 600.0  # seconds; snac2 alone takes a minute for what others do in one


@pytest.fixture
def config(tmp_path: Path, real_network: RealNetwork) -> Path:
    table = {**real_network.table(), **HASTE}
    return write_config(tmp_path, {table["kind"]: table})


@pytest.fixture
def daemon(config: Path) -> Iterator[Daemon]:
    with Daemon(config) as running:
        yield running


def all_of(daemon: Daemon, path: str, **params: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    after: dict[str, str] = {}
    while True:
        page = daemon.get(path, limit=200, **params, **after)
        items += page["items"]
        if page["next"] is None:
            return items
        after = {"after": page["next"]}


def heard(daemon: Daemon) -> dict[str, dict[str, Any]]:
    """Every mention by the network's own id of it. Fails if one is there twice."""
    mentions = all_of(daemon, "/mentions")
    found = {mention["external_id"]: mention for mention in mentions}
    assert len(found) == len(mentions)
    return found


def is_heard(daemon: Daemon, post: str) -> bool:
    return post in heard(daemon)


def all_heard(daemon: Daemon, posts: list[str]) -> bool:
    return set(posts) <= heard(daemon).keys()


def approve(daemon: Daemon, posts: set[str], *, most: int) -> int:
    """A human lets up to so many drafts for these posts leave. Returns how many did."""
    done, known = 0, {mention["id"]: key for key, mention in heard(daemon).items()}
    for draft in all_of(daemon, "/drafts", status="pending"):
        if done == most:
            break
        if known.get(draft["mention_id"]) in posts and draft["text"]:
            # R25 (the same words again) comes up only once others have left.
            doubts = ["R25", *(finding["rule"] for finding in draft["findings"])]
            answer = daemon.post(
                f"/drafts/{draft['id']}/approve", version=draft["version"], confirm=doubts
            )
            done += answer.status_code == 200
    return done


def approved_one(daemon: Daemon, post: str) -> bool:
    return approve(daemon, {post}, most=1) == 1


def open_replies(daemon: Daemon) -> list[dict[str, Any]]:
    return [
        reply
        for status in ("queued", "sending", "unknown")
        for reply in all_of(daemon, "/replies", status=status)
    ]


def test_two_hundred_mentions_and_fifty_replies_survive_five_kills(
    real_network: RealNetwork, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(5)
    posts: list[str] = []
    approved = 0
    for life in range(LIVES):
        texts = [
            f"where is my parcel number {life * 40 + number}?"
            for number in range(MENTIONS // LIVES)
        ]
        with Daemon(config) as daemon:
            # Some servers list no more than `burst`: so many at most may be unheard at a time.
            in_time(partial(all_heard, daemon, posts.copy()), seconds=_LONG)
            said = all_say(real_network, texts)
            wanted = REPLIES * (life + 1) // LIVES - approved
            approved += approve(daemon, {*posts, *said}, most=wanted)
            time.sleep(chance.uniform(0, 2))
            daemon.kill()
        posts += real_network.arrived(said)
    with Daemon(config) as daemon:
        in_time(partial(all_heard, daemon, posts), seconds=_LONG)
        while approved < REPLIES:
            approved += approve(daemon, set(posts), most=REPLIES - approved)
            time.sleep(0.5)
        in_time(lambda: not open_replies(daemon), seconds=_LONG)
        replies = all_of(daemon, "/replies")
        known = {mention["id"]: key for key, mention in heard(daemon).items()}
        lost = set(posts) - set(known.values())
    sent = {known[reply["mention_id"]]: reply for reply in replies if reply["status"] == "sent"}
    unsent = [(reply["status"], reply["reason"]) for reply in replies if reply["status"] != "sent"]
    standing = Counter(said.parent for said in real_network.brand_said())
    doubled = [post for post, times in standing.items() if times != 1]
    with capsys.disabled():
        sys.stdout.write(
            f"\n{real_network.name}: {len(posts)} mentions, {len(sent)} replies, "
            f"{LIVES} kills, {len(lost)} lost, {len(doubled)} doubled\n"
        )
    assert len(posts) > 0.95 * MENTIONS
    assert unsent == []
    assert len(sent) == REPLIES
    assert (lost, doubled, set(standing)) == (set(), [], set(sent))
    for post, reply in sent.items() if real_network.delivers else ():
        (shown,) = in_time(partial(answers, real_network, post))
        assert reply["text"] in shown.text


def test_a_conversation_of_five_turns_stays_in_its_thread(
    real_network: RealNetwork, daemon: Daemon
) -> None:
    anna, at = real_network.customers[0], f"@{real_network.handle}"
    post = real_network.says(anna, "where is my parcel?")
    first, parents = post, list[str]()
    for text in ("when will it come?", "and who pays for that?"):
        in_time(partial(approved_one, daemon, post))
        (ours,) = in_time(partial(answers, real_network, post))
        parents += [post, ours.id]
        post = real_network.says_to(anna, f"{at} {text}", under=ours.id)
        in_time(partial(is_heard, daemon, post))
    thread = real_network.thread(first)
    assert [said.parent for said in thread] == parents
    conversations = {
        mention["conversation_id"]
        for key, mention in heard(daemon).items()
        if key in {first, *(said.id for said in thread)}
    }
    assert len(conversations) == 1


def test_what_was_edited_is_answered_in_its_new_words_and_what_is_deleted_is_not(
    real_network: RealNetwork, daemon: Daemon
) -> None:
    anna, bruno = real_network.customers[1], real_network.customers[2]
    edited = real_network.says(anna, "my parcel is late")
    deleted = real_network.says(bruno, "my parcel is lost")
    in_time(lambda: {edited, deleted} <= heard(daemon).keys())
    in_time(lambda: all_of(daemon, "/drafts", status="pending"))
    real_network.edits(anna, edited, f"@{real_network.handle} my jacket is torn")
    real_network.deletes(bruno, deleted)
    in_time(lambda: "torn" in heard(daemon)[edited]["text"])
    in_time(lambda: heard(daemon)[deleted]["status"] == "gone")
    in_time(lambda: approved_one(daemon, edited))
    in_time(lambda: answers(real_network, edited))
    assert approve(daemon, {deleted}, most=1) == 0


def test_what_a_colleague_answered_in_the_app_is_left_alone(
    real_network: RealNetwork, daemon: Daemon
) -> None:
    anna = real_network.customers[3]
    post = real_network.says(anna, "where is my parcel?")
    in_time(lambda: post in heard(daemon))
    real_network.brand_answers("I am on it.", under=post)
    in_time(lambda: heard(daemon)[post]["status"] == "answered_outside")
    assert approve(daemon, {post}, most=1) == 0
    assert len(in_time(lambda: answers(real_network, post))) == 1
    assert len(real_network.brand_said()) == 1


def test_a_quote_of_ours_that_names_us_is_heard(real_network: RealNetwork, daemon: Daemon) -> None:
    if not real_network.can_quote:
        pytest.skip("nobody can quote there")
    ours = real_network.brand_says("Our winter coats are here.")
    text = f"@{real_network.handle} in green?"
    quote = real_network.quotes(real_network.customers[4], text, of=ours)
    in_time(lambda: quote in heard(daemon))
