"""The state machine of tests/test_promises.py is worth something: each fault put into the bot here
breaks a promise in it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from responder import post, reconcile, settle
from responder.recognise import Recognised, Whose
from tests.test_promises import Promises, so_often

Break = Callable[[pytest.MonkeyPatch], None]


def sends_again_without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settle, "_believable_at", lambda reply, channel, now: now)


def does_not_wait_for_the_call_to_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        settle, "_believable_at", lambda reply, channel, now: reply.stamped_at or now
    )


def knows_nothing_as_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        reconcile, "recognise", lambda found, sought: Recognised(whose=Whose.NOBODYS)
    )


def sends_while_paused(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("paused", "wait_for"):
        monkeypatch.setattr(post, name, lambda *_: None)
    monkeypatch.setattr(post, "must_wait", lambda *_: None)
    monkeypatch.setattr(post, "asleep", lambda *_: False)


def forgets_what_it_was_sending(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(post, "recover", lambda *_: 0)
    monkeypatch.setattr("tests.test_promises.recover", lambda *_: 0)


def takes_a_doubtful_send_for_a_failed_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        settle, "_doubt", lambda bot, reply, reason, now, **_: settle.may_leave_again(reply, now)
    )


@pytest.mark.real
@pytest.mark.parametrize(
    "fault",
    [
        sends_again_without_waiting,
        does_not_wait_for_the_call_to_end,
        knows_nothing_as_its_own,
        sends_while_paused,
        forgets_what_it_was_sending,
        takes_a_doubtful_send_for_a_failed_one,
    ],
    ids=lambda fault: fault.__name__,
)
def test_a_bot_breaks_its_promises_that(fault: Break, monkeypatch: pytest.MonkeyPatch) -> None:
    fault(monkeypatch)
    with pytest.raises(AssertionError):
        # The same orders each time: what is caught today is caught tomorrow.
        run_state_machine_as_test(Promises, settings=settings(so_often(400), derandomize=True))
