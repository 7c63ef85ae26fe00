"""What every channel must do, whatever its network is: the rest of the product knows nothing else
of it. A new channel is written against these, on its own stage (tests/channel_stages.py)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from listener.channels.base import (
    Answerable,
    Channel,
    Incoming,
    MediaKind,
    Page,
)
from listener.channels.errors import (
    AuthFailed,
    ChannelError,
    Gone,
    RateLimited,
    Refused,
    Unavailable,
    Unknown,
)
from listener.normalize import said
from listener.sandbox.faults import Act
from listener.sandbox.wire_faults import WIRE
from tests.channel_stages import NOW, STAGES, WRONG, Stage, reply_to

MANY = 130  # more than one page on every network


@pytest.fixture(params=STAGES)
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    with STAGES[request.param]() as opened:
        yield opened


@pytest.fixture
def channel(stage: Stage) -> Channel:
    return stage.channel()


def read(channel: Channel, stage: Stage, position: str | None = None) -> tuple[list[Incoming], str]:
    """All that is new after `position`, page by page; and where to go on later."""
    items: list[Incoming] = []
    while True:
        page = channel.fetch(stage.hears, position)
        items += page.items
        position = page.position
        if not page.more:
            return items, position


def heard(channel: Channel, stage: Stage) -> Incoming:
    """The only thing said to us so far."""
    (mention,) = [item for item in read(channel, stage)[0] if not item.own]
    return mention


def ends_with(call: Callable[[], object]) -> type[ChannelError] | None:
    """The kind of error it ends with. Anything that is no ChannelError passes through."""
    try:
        call()
    except ChannelError as error:
        return next(kind for kind in type(error).__mro__ if kind.__module__.endswith(".errors"))
    return None


# Asking nothing


def test_opening_it_asks_nothing_of_the_network(stage: Stage) -> None:
    before = len(stage.network.requests)
    opened = stage.channel()
    assert opened.name == stage.kind
    assert opened.options.kind == stage.kind
    assert len(stage.network.requests) == before


def test_it_says_of_itself_what_nobody_should_have_to_ask_its_kind_for(channel: Channel) -> None:
    declared = channel.declaration
    assert declared.label
    assert declared.streams
    assert len(set(declared.streams)) == len(declared.streams)
    assert declared.text_limit >= 100
    assert declared.counted_in
    assert all(line and not line.endswith(".") for line in declared.allowances)
    assert declared.allowances
    assert all(fee.micros >= 0 and fee.what for fee in declared.fees)
    assert (declared.prices_checked is None) == (not declared.fees)


def test_it_knows_its_length_without_asking(stage: Stage, channel: Channel) -> None:
    before = len(stage.network.requests)
    limit = channel.declaration.text_limit
    assert channel.length("").used >= 0
    assert channel.length("a" * (channel.length("").limit - channel.length("").used)).fits
    assert not channel.length("a" * (limit + 1)).fits
    assert len(stage.network.requests) == before


# Listening


def test_each_declared_stream_can_be_fetched_and_no_other(channel: Channel) -> None:
    for stream in channel.declaration.streams:
        assert isinstance(channel.fetch(stream, None), Page)
    with pytest.raises(Refused):
        channel.fetch("no such stream", None)


def test_what_is_said_to_us_is_heard_with_all_that_matters(stage: Stage, channel: Channel) -> None:
    key = stage.says("Where is my parcel? 📦 Zażółć")
    mention = heard(channel, stage)
    assert mention.external_id == key
    assert "Where is my parcel? 📦 Zażółć" in mention.text
    assert mention.created_at == stage.watch.now
    assert mention.created_at.utcoffset() == timedelta()
    assert mention.author is not None
    assert mention.author.external_id
    assert mention.author.name
    assert mention.conversation
    assert mention.answer_under
    assert mention.url.startswith("http")
    assert (mention.addressed, mention.own, mention.repost) == (True, False, False)
    assert mention.answerable is Answerable.YES


def test_more_than_a_page_is_heard_once_and_the_next_time_only_what_is_new(
    stage: Stage, channel: Channel
) -> None:
    said_to_us = set()
    for number in range(MANY):
        said_to_us.add(stage.says(f"hello {number}"))
        stage.later(seconds=20)
    items, position = read(channel, stage)
    ids = [item.external_id for item in items if not item.own]
    assert set(ids) == said_to_us
    assert len(ids) == MANY
    stage.later(minutes=30)
    late = stage.says("one more")
    again, _ = read(channel, stage, position)
    fresh = {item.external_id for item in again if not item.own} - said_to_us
    assert fresh == {late}


def test_a_walk_that_was_broken_off_is_taken_up_by_another_process(stage: Stage) -> None:
    said_to_us = set()
    for number in range(MANY):
        said_to_us.add(stage.says(f"hello {number}"))
        stage.later(seconds=20)
    page = stage.channel().fetch(stage.hears, None)
    assert json.loads(page.position) is not None, "a position is JSON"
    items, _ = read(stage.channel(), stage, page.position)
    assert {item.external_id for item in (*page.items, *items) if not item.own} == said_to_us


def test_an_edit_keeps_the_identity_and_changes_the_revision(
    stage: Stage, channel: Channel
) -> None:
    key = stage.says("My parcel is late")
    before = heard(channel, stage)
    stage.later(minutes=2)
    stage.edits(key, "My parcel has come")
    after = channel.lookup([key])[key]
    assert after is not None
    assert (after.external_id, after.conversation) == (key, before.conversation)
    assert "has come" in after.text
    assert (after.revision_id, after.text) != (before.revision_id, before.text)


def test_people_are_known_by_an_id_that_is_theirs_alone(stage: Stage, channel: Channel) -> None:
    stage.says("first")
    stage.later(minutes=1)
    stage.says("second")
    stage.later(minutes=1)
    stage.says("third", author="bruno")
    authors = [item.author for item in read(channel, stage)[0] if item.author and not item.own]
    assert len(authors) == 3
    assert len({author.external_id for author in authors}) == 2


def test_a_picture_comes_along_with_what_it_shows(stage: Stage, channel: Channel) -> None:
    stage.says("Look at this", picture=stage.pictures)
    if not stage.pictures:
        assert heard(channel, stage).media == ()
        return
    (shown,) = heard(channel, stage).media
    assert shown.url.startswith(stage.picture)
    assert (shown.kind, shown.alt) == (MediaKind.IMAGE, stage.alt)


# Looking again


def test_a_lookup_shows_what_stands_and_what_is_gone(stage: Stage, channel: Channel) -> None:
    stays = stage.says("I stay")
    goes = stage.says("I go", author="bruno")
    read(channel, stage)
    stage.deletes(goes)
    found = channel.lookup([stays, goes])
    standing = found[stays]
    assert standing is not None
    assert "I stay" in standing.text
    assert found[goes] is None
    assert dict(channel.lookup([])) == {}


# Answering


def test_a_reply_stands_under_its_mention_in_the_very_words(stage: Stage, channel: Channel) -> None:
    stage.says("Where is it?", author="bruno")
    stage.later(minutes=1)
    key = stage.says("And mine?")
    mention = next(item for item in read(channel, stage)[0] if item.external_id == key)
    text = 'Hello Anna & friends: <it> is "on" its way 📦, zażółć, it\'s sure.'
    posted = channel.post(reply_to(mention, text))
    (standing,) = stage.standing()
    assert standing.external_id == posted.external_id
    assert standing.under == mention.answer_under == posted.in_reply_to
    assert said(text) in said(standing.text)
    assert posted.url.startswith("http")
    assert abs(posted.posted_at - stage.watch.now) < timedelta(minutes=1)


def test_what_of_ours_stands_under_a_mention_is_read_back_the_newest_first(
    stage: Stage, channel: Channel
) -> None:
    stage.says("And me?", author="bruno")
    stage.later(minutes=1)
    key = stage.says("Where is it?")
    asked = [item for item in read(channel, stage)[0] if not item.own]
    other, mention = sorted(asked, key=lambda item: item.external_id == key)
    assert list(channel.own_replies(reply_to(mention, ""), NOW)) == []
    text = "Tom & Anna <care> say it's on its way!"
    posted = channel.post(reply_to(mention, text))
    stage.later(minutes=5)
    by_hand = stage.a_colleague_answers(key, "I am on it")
    stage.later(minutes=5)
    hands, ours = channel.own_replies(reply_to(mention, ""), NOW)
    assert (hands.external_id, ours.external_id) == (by_hand, posted.external_id)
    assert said(ours.text) == said(text), "it is known again by its words"
    assert hands.in_reply_to == ours.in_reply_to == mention.answer_under
    assert list(channel.own_replies(reply_to(other, ""), NOW)) == []


def test_what_is_gone_gets_no_reply(stage: Stage, channel: Channel) -> None:
    key = stage.says("Where is it?")
    mention = heard(channel, stage)
    stage.deletes(key)
    with pytest.raises((Gone, Refused)):
        channel.post(reply_to(mention, "On its way!"))
    assert stage.standing() == []


def test_a_reply_to_a_reply_of_ours_is_heard_in_the_same_conversation(
    stage: Stage, channel: Channel
) -> None:
    key = stage.says("Where is it?")
    first = heard(channel, stage)
    posted = channel.post(reply_to(first, "On its way!"))
    stage.later(minutes=3)
    answer = stage.answers(posted.external_id, "Thank you!")
    found = {item.external_id: item for item in read(channel, stage)[0]}
    assert answer in found
    assert found[answer].conversation == found[key].conversation
    assert found[answer].addressed


def test_hiding_is_offered_or_refused_and_harmless_twice(stage: Stage, channel: Channel) -> None:
    if not channel.declaration.can_hide:
        with pytest.raises(Refused):
            channel.hide(stage.says("Buy followers now"))
        return
    key = stage.says_what_we_may_hide("Buy followers now")
    channel.hide(key)
    channel.hide(key)


def test_our_own_reply_is_deleted_and_a_second_time_does_no_harm(
    stage: Stage, channel: Channel
) -> None:
    stage.says("Where is it?")
    posted = channel.post(reply_to(heard(channel, stage), "On its way!"))
    if not channel.declaration.can_delete:
        with pytest.raises(Refused):
            channel.delete(posted.external_id)
        return
    channel.delete(posted.external_id)
    assert stage.standing() == []
    assert channel.lookup([posted.external_id]) == {posted.external_id: None}
    channel.delete(posted.external_id)


@pytest.mark.parametrize("name", ["reset_before", "reset_after", "html_503_after"])
def test_a_deletion_nobody_confirmed_may_be_asked_for_again(stage: Stage, name: str) -> None:
    channel = stage.channel()
    if not channel.declaration.can_delete:
        return
    stage.says("Where is it?")
    posted = channel.post(reply_to(heard(channel, stage), "On its way!"))
    stage.network.faults.next(*stage.deletion(posted.external_id), name)
    ended = ends_with(lambda: channel.delete(posted.external_id))
    assert ended in (None, Unavailable)
    assert ended is Unavailable or stage.standing() == []
    channel.delete(posted.external_id)
    assert stage.standing() == []


def test_pictures_are_only_taken_from_hosts_by_name(channel: Channel) -> None:
    for host in channel.declaration.media_hosts:
        assert host.removeprefix("*.").count(".") >= 1
        assert host == host.lower()
        assert "/" not in host


# When the network is in trouble


SILENT = {name for name, fault in WIRE.items() if fault.act is Act.HANG or fault.seconds > 10}
SLOW = {"slow", "drip"}  # they come, though late: each network's own tests have them


@pytest.mark.parametrize("name", sorted(WIRE.keys() - SLOW))
def test_a_reading_that_fails_says_so_and_the_next_one_hears_all(stage: Stage, name: str) -> None:
    key = stage.says("Where is it?")
    patience = 1 if name in SILENT else 15
    channel = stage.channel(request_timeout_seconds=patience)
    channel.check()
    stage.network.faults.next(*stage.reads, name)
    assert ends_with(lambda: channel.fetch(stage.hears, None)) is Unavailable
    again = stage.channel()
    assert heard(again, stage).external_id == key


@pytest.mark.parametrize("name", sorted(WIRE.keys() - SLOW))
def test_a_reply_nobody_confirmed_is_in_doubt_or_surely_not_there(stage: Stage, name: str) -> None:
    stage.says("Where is it?")
    patience = 1 if name in SILENT else 15
    channel = stage.channel(request_timeout_seconds=patience)
    mention = heard(stage.channel(), stage)
    channel.check()
    stage.network.faults.next(*stage.writes, name)
    kind = ends_with(lambda: channel.post(reply_to(mention, "On its way!")))
    assert kind in (Unknown, Unavailable)
    assert kind is Unknown or not stage.standing(), "what stands must never be called undone"
    assert len(stage.standing()) <= 1


def test_wrong_keys_are_told_without_naming_them(stage: Stage) -> None:
    channel = stage.channel(**stage.wrong_keys())
    with pytest.raises(AuthFailed) as raised:
        channel.fetch(stage.hears, None)
    report = channel.check()
    assert report.problems
    assert WRONG not in f"{raised.value} {report}"


def test_a_limit_is_told_with_its_end(stage: Stage, channel: Channel) -> None:
    channel.check()
    stage.network.faults.next(*stage.reads, stage.limited)
    with pytest.raises(RateLimited) as raised:
        channel.fetch(stage.hears, None)
    assert stage.watch.now < raised.value.until <= stage.watch.now + timedelta(hours=25)


# Its state


def test_on_a_good_day_all_is_green(stage: Stage, channel: Channel) -> None:
    stage.says("Where is it?")
    read(channel, stage)
    report = channel.check()
    assert report.account
    assert report.problems == ()
    assert channel.pressure() == 1
    assert abs(channel.clock_apart()) <= timedelta(seconds=2)


def test_a_stretch_is_read_again_or_the_network_has_no_way_to(
    stage: Stage, channel: Channel
) -> None:
    keys = []
    for _ in range(4):
        keys.append(stage.says("hello"))
        stage.later(minutes=30)
    since = NOW + timedelta(minutes=20)
    until = NOW + timedelta(minutes=70)
    found: list[Incoming] = []
    position = None
    try:
        while True:
            page = channel.fill(since, until, position)
            found += page.items
            position = page.position
            if not page.more:
                break
    except Refused:
        return
    assert {item.external_id for item in found if not item.own} == set(keys[1:3])


def test_hours_are_counted_or_the_network_does_not_count(stage: Stage, channel: Channel) -> None:
    stage.says("hello")
    stage.later(hours=3)
    counted = channel.count(NOW - timedelta(hours=1), stage.watch.now)
    assert counted is None or +Counter(counted) == {NOW.replace(minute=0): 1}
