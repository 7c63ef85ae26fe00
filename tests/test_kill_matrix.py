"""Killed at every single point of a send, the bot answers once: not never, and not twice.

`make test` runs the two worst moods of X; `make test-real` runs all of them, the two worst on every
network, and the smoothest one once more, every statement to the database being a point to die at;
and prints the table.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from responder.models import ReplyStatus
from tests.channel_stages import STAGES
from tests.kill_matrix import LIMITED, MOODS, REPETITION, WORST, Fate, Nurseries

LEAST_POINTS = 20
"""Fewer would mean that the counting is broken: a send has six calls to the network alone."""


@pytest.fixture(scope="module")
def nurseries(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Nurseries]:
    kind = getattr(request, "param", "x")
    with Nurseries(tmp_path_factory.mktemp("nurseries"), STAGES[kind]) as nurseries:
        yield nurseries


def wrong(fates: list[Fate]) -> list[str]:
    return [
        f"killed at point {number}: {fate}"
        for number, fate in enumerate(fates, 1)
        if fate.standing != 1 or fate.status is not ReplyStatus.SENT
    ]


@pytest.mark.parametrize("mood", WORST)
def test_killed_at_any_point_of_a_send_it_answers_exactly_once(
    nurseries: Nurseries, mood: str
) -> None:
    fates = nurseries.row(MOODS[mood])
    assert sum(fate.died for fate in fates) >= LEAST_POINTS
    assert not wrong(fates)


def test_words_the_network_takes_for_a_repetition_end_with_a_human(nurseries: Nurseries) -> None:
    (fate,) = nurseries.some(REPETITION, [0])
    assert (fate.standing, fate.status) == (0, ReplyStatus.FAILED)


ALL = {**MOODS, **LIMITED}
ROWS = [
    *(("x", mood, False) for mood in ALL),
    ("x", "all is well", True),
    *((kind, mood, False) for kind in STAGES if kind != "x" for mood in WORST),
]


@pytest.mark.real
@pytest.mark.parametrize(("nurseries", "mood", "fine"), ROWS, indirect=["nurseries"])
def test_the_full_matrix(
    nurseries: Nurseries, mood: str, fine: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    fates = nurseries.row(ALL[mood], fine=fine)
    lost = sum(fate.standing == 0 for fate in fates)
    doubled = sum(fate.standing > 1 for fate in fates)
    with capsys.disabled():
        killed = sum(fate.died for fate in fates)
        each = "commit, call and statement" if fine else "commit and call"
        row = f"{nurseries.name}, {mood}: killed at {killed} points (every {each})"
        sys.stdout.write(f"\n{row}, {lost} lost, {doubled} doubled")
    assert not wrong(fates)
