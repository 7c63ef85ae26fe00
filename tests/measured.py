"""What tests of the measures begin with: a bot with two channels, and a scope of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from listener.trends.scope import Scope
from listener.trends.steps import By
from responder.bot import Bot
from tests.factories import NOW, FakeChannel, Watch, make_bot


def open_bot(folder: Path, clock: Watch) -> Iterator[Bot]:
    channels = [FakeChannel(name=name, clock=clock) for name in ("x", "facebook")]
    made = make_bot(folder, channels=channels, clock=clock)
    yield made
    made.database.close()


def scope_until(end: datetime, bot: Bot, **changes: Any) -> Scope:
    """From NOW on."""
    values: dict[str, Any] = {"start": NOW, "end": end, "by": By.DAY, "zone": bot.zone}
    return Scope(**values | changes)
