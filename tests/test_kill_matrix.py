"""Killed at every single point of a send, the bot answers once: not never, and not twice.

`make test` runs the two worst moods of a network; `make test-real` runs all of them and prints the
table, and once more the smoothest one, every statement to the database being a point to die at.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from responder.models import ReplyStatus
from tests.kill_matrix import MOODS, REPETITION, WORST, Fate, Nurseries

LEAST_POINTS = 20
"""Fewer would mean that the counting is broken: a send has six calls to the network alone."""


@pytest.fixture(scope="module")
def nurseries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nurseries]:
    with Nurseries(tmp_path_factory.mktemp("nurseries")) as nurseries:
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


@pytest.mark.real
@pytest.mark.parametrize(
    ("mood", "fine"), [*((mood, False) for mood in MOODS), ("all is well", True)]
)
def test_the_full_matrix(
    nurseries: Nurseries, mood: str, fine: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    fates = nurseries.row(MOODS[mood], fine=fine)
    lost = sum(fate.standing == 0 for fate in fates)
    doubled = sum(fate.standing > 1 for fate in fates)
    with capsys.disabled():
        killed = sum(fate.died for fate in fates)
        each = "commit, call and statement" if fine else "commit and call"
        line = f"\n{mood}: killed at {killed} points (every {each}), {lost} lost, {doubled} doubled"
        sys.stdout.write(line)
    assert not wrong(fates)
