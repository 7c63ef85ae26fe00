"""The live stream: what changed is told once to everybody, and nobody waits for ever."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Coroutine
from contextlib import aclosing
from datetime import timedelta
from itertools import count
from typing import Any, TypeVar

import pytest

from responder.approve import claim, edit
from responder.bot import Bot
from responder.desk.live import Event, Hub, Watcher
from responder.desk.stream import _as_text
from responder.models import Draft, Reply
from tests.conftest import Place
from tests.desk_story import wait
from tests.factories import make_bot
from tests.fakes import Watch

T = TypeVar("T")


def run(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """In a thread of its own: the browser tests keep a loop in the main one."""
    found: list[T] = []
    trouble: list[BaseException] = []

    def body() -> None:
        try:
            found.append(asyncio.run(asyncio.wait_for(work(), 20)))
        except BaseException as error:
            trouble.append(error)

    thread = threading.Thread(target=body)
    thread.start()
    thread.join()
    if trouble:
        raise trouble[0]
    return found[0]


def watcher(bot: Bot) -> Watcher:
    return Watcher(database=bot.database, clock=bot.clock)


@pytest.fixture
def hub(place: Place) -> Hub:
    return Hub(watcher(place.bot), every=0.02)


@pytest.fixture
def quiet_hub(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Hub:
    """Nothing happens but what the test publishes."""
    monkeypatch.setattr(Watcher, "look", lambda _: ())
    return hub


def test_a_change_is_told_once(place: Place) -> None:
    eyes = watcher(place.bot)
    eyes.look()
    assert eyes.look() == ()
    edit(place.bot, place.ids["ola"], version=1, text="Cześć Ola, piszemy.", by="anna")
    assert eyes.look() == (place.ids["ola"],)
    assert eyes.look() == ()


def test_replies_and_mentions_count_for_their_draft(place: Place) -> None:
    eyes = watcher(place.bot)
    eyes.look()
    now = place.bot.clock()
    with place.bot.database.write() as session:
        session.query(Reply).filter(Reply.draft_id == place.ids["unknown"]).one().changed_at = now
        session.get_one(Draft, place.ids["sam"]).mention.changed_at = now
    assert set(eyes.look()) == {place.ids["unknown"], place.ids["sam"]}


def test_a_row_that_is_committed_late_is_not_missed(tmp_path: Any) -> None:
    watch = Watch()
    bot = make_bot(tmp_path, clock=watch)
    eyes = watcher(bot)
    eyes.look()
    began = watch.now
    watch.advance(seconds=6)
    assert eyes.look() == ()
    with bot.database.write() as session:  # its moment was taken before the wait for the lock
        draft = wait(session, began)
    assert eyes.look() == (draft.id,)
    for _ in range(30):
        watch.advance(seconds=1)
        assert eyes.look() == ()
    bot.database.close()


def test_everybody_hears_of_it_and_the_watcher_rests_afterwards(place: Place, hub: Hub) -> None:
    async def one() -> Event | None:
        async with aclosing(hub.listen(None)) as stream:
            async for event in stream:
                if event and event.drafts and place.ids["ola"] in event.drafts:
                    return event
        return None

    async def work() -> list[Event | None]:
        both = [asyncio.create_task(one()) for _ in range(2)]
        await asyncio.sleep(0.3)
        await asyncio.to_thread(claim, place.bot, place.ids["ola"], agent_id=_agent(place))
        heard = await asyncio.gather(*both)
        await asyncio.sleep(0.1)
        assert hub.listeners == 0
        assert hub._task is not None
        assert hub._task.done()
        return heard

    assert all(run(work))


def test_who_was_away_gets_what_was_missed_or_reads_all_again(quiet_hub: Hub) -> None:
    hub = quiet_hub

    async def first(last: int | None) -> Event | None:
        async with aclosing(hub.listen(last)) as stream:
            return await anext(stream)

    async def work() -> None:
        # A colleague stays all the while: the hub forgets what nobody listens to.
        async with aclosing(hub.listen(None)) as colleague:
            told = asyncio.ensure_future(anext(colleague))
            await asyncio.sleep(0.1)
            number = int(hub.mark.split("-")[1])
            hub.publish(("a",))
            hub.publish(("b",))
            assert await told == Event(number=number + 1, drafts=("a",))
            again = await first(number + 1)
            assert again == Event(number=number + 2, drafts=("b",))
            ahead = await first(10**15)
            assert ahead is not None
            assert ahead.drafts is None
            for _ in range(600):
                hub.publish(("c",))
            behind = await first(number)
            assert behind is not None
            assert behind.drafts is None

    run(work)


def test_too_much_at_once_is_a_resync(quiet_hub: Hub) -> None:
    hub = quiet_hub

    async def work() -> None:
        stream = hub.listen(None)
        task = asyncio.create_task(anext(stream))
        await asyncio.sleep(0.1)
        hub.publish(tuple(str(number) for number in range(500)))
        event = await task
        assert event is not None
        assert event.drafts is None
        await stream.aclose()

    run(work)


def test_closing_ends_every_stream_from_another_thread(hub: Hub) -> None:
    async def work() -> int:
        async def listen() -> int:
            return len(
                [event async for event in hub.listen(None) if event and event.drafts is None]
            )

        streams = [asyncio.create_task(listen()) for _ in range(5)]
        await asyncio.sleep(0.1)
        threading.Thread(target=hub.close).start()
        return sum(await asyncio.gather(*streams))

    assert run(work) == 0


def test_a_database_that_fails_does_not_end_the_stream(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    looks = count()

    def look(_: Watcher) -> tuple[str, ...]:
        if next(looks) == 0:
            raise RuntimeError("locked")
        return ("d1",)

    monkeypatch.setattr(Watcher, "look", look)

    async def work() -> None:
        async with aclosing(hub.listen(None)) as stream:
            async for event in stream:
                if event and event.drafts:
                    assert event.drafts == ("d1",)
                    return

    run(work)
    assert "could not look" in caplog.text


def test_events_as_text() -> None:
    assert _as_text("r", None).startswith(":")
    assert _as_text("r", Event(number=7, drafts=None)).startswith("id: r-7\nevent: resync\n")
    text = _as_text("r", Event(number=8, drafts=("d",)))
    assert text.startswith("id: r-8\nevent: changed\n")
    assert json.loads(text.split("data: ")[1]) == {"drafts": ["d"]}


def test_claims_run_out_by_themselves(place: Place) -> None:
    agent = _agent(place)
    assert claim(place.bot, place.ids["ola"], agent_id=agent)
    with place.bot.database.read() as session:
        until = session.get_one(Draft, place.ids["ola"]).claimed_until
    assert until is not None
    assert until - place.bot.clock() <= timedelta(seconds=90)


def _agent(place: Place) -> str:
    with place.bot.database.read() as session:
        draft = session.get_one(Draft, place.ids["sam"])
    assert draft.claimed_by is not None
    return draft.claimed_by
