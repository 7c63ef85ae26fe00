"""Killed at any of the sampled points of a send on a real server, the bot answers once."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import pytest

from responder.models import ReplyStatus
from tests.realservers.kills import fates
from tests.realservers.people import RealNetwork, answers, in_time

pytest_plugins = ["tests.realservers.fixtures"]
pytestmark = pytest.mark.servers

LEAST_KILLS = 10


def test_killed_at_any_point_of_a_send_it_answers_exactly_once(
    real_network: RealNetwork, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told, answered = fates(real_network, tmp_path)
    killed = [point for point, fate in told.items() if fate.died]
    with capsys.disabled():
        sys.stdout.write(
            f"\n{real_network.name}: killed at {len(killed)} points of a send {killed}, "
            f"{sum(one.standing == 0 for one in told.values())} lost, "
            f"{sum(one.standing > 1 for one in told.values())} doubled"
        )
    assert len(killed) >= LEAST_KILLS
    wrong = {
        point: fate
        for point, fate in told.items()
        if fate.standing != 1 or fate.status is not ReplyStatus.SENT
    }
    assert not wrong
    for post in answered if real_network.delivers else ():
        assert len(in_time(partial(answers, real_network, post))) == 1
