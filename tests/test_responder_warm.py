"""What takes seconds at its first use is done before somebody waits for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from responder.examples import Examples, Shelf
from responder.jobs import jobs
from responder.models import DraftStatus
from responder.shelves import learn
from tests.factories import make_bot, make_draft, make_mention


def test_the_languages_of_what_waits_at_the_desk_are_learned_by_themselves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learned: list[str] = []

    def noted(examples: Examples, language: str) -> Shelf | None:
        learned.append(language)
        return learn(examples, language)

    monkeypatch.setattr("responder.warm.learn", noted)
    bot = make_bot(tmp_path)
    with bot.database.write() as session:
        make_draft(session, make_mention(session, language="it"))
        make_draft(session, make_mention(session, language="en"), status=DraftStatus.REJECTED)
    (round_,) = [job for job in jobs(bot) if job.name == "warm"]
    assert round_.work() is True
    assert learned == ["it"]
    bot.database.close()
