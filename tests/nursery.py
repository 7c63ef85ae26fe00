"""A process that gives birth to bots and lets each die at a chosen point of its life.

Started as `python -m tests.nursery`. It leads one such life itself, so that what a life loads and
compiles is there for all that are born later; from then on every line on stdin is an
order (JSON, see `Order`), for which it forks a bot, lets it run, and answers with one line: how it
ended and how many kill points it passed. A point is: before and after every commit; and of every
call to a network before it, when all of it has been sent, and when the answer is in. In `fine` mode
every statement to the database is a point as well.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

from sqlalchemy import event
from sqlalchemy.engine import Engine
from urllib3.connection import HTTPConnection

from config import brand, settings
from config.secrets import Redactor
from listener.channels.x import weigh  # noqa: F401  # loaded late by the product, early here
from responder.bot import Bot, assemble
from responder.models import Reply, ReplyStatus
from responder.post import post_round
from responder.settle import recover

HASTE = 10.0
"""The bot's clock runs so much faster than the wall's. Not faster: what it waits for in doubt (the
5 seconds of a connect and more) must in real time be longer than its calls may take."""

_RESTS = 0.2  # real seconds between two rounds


@dataclass(frozen=True, kw_only=True)
class Order:
    config: str  # a bot.toml
    born: float  # epoch seconds at which the hasty clock starts; both lives of a row share it
    die_at: int  # the number of the point; 0: live on
    fine: bool
    seconds: float  # real ones, then it gives up


class _Points:
    def __init__(self, die_at: int) -> None:
        self.passed = 0
        self._die_at = die_at

    def __call__(self) -> None:
        self.passed += 1
        if self.passed == self._die_at:
            os.kill(os.getpid(), signal.SIGKILL)
            time.sleep(10)


def hasty(born: float) -> Callable[[], datetime]:
    def now() -> datetime:
        return datetime.fromtimestamp(born, UTC) + timedelta(seconds=(time.time() - born) * HASTE)

    return now


def live(order: Order) -> int:
    """A life, with its points. Returns how many of them were passed."""
    points = _Points(order.die_at)
    _mark_calls(points)
    _work(order, lambda bot: _mark_commits(bot.database.engine, points, fine=order.fine))
    return points.passed


def _work(order: Order, born: Callable[[Bot], None]) -> None:
    """Come up as `run` does, then post and reconcile until nothing is open."""
    bot = assemble(
        settings.load(Path(order.config), environment=False),
        source=order.config,
        redactor=Redactor(),
        clock=hasty(order.born),
        checkpoints=True,
    )
    born(bot)
    recover(bot)
    end = time.monotonic() + order.seconds
    while _open(bot) and time.monotonic() < end:
        for channel in bot.channels:
            post_round(bot, channel)
        time.sleep(_RESTS)
    bot.database.close()


def _open(bot: Bot) -> bool:
    with bot.database.read() as session:
        soon = bot.clock() + timedelta(hours=6)
        return (
            session.query(Reply)
            .filter(
                Reply.status.in_((ReplyStatus.QUEUED, ReplyStatus.SENDING, ReplyStatus.UNKNOWN)),
                Reply.not_before < soon,
            )
            .first()
            is not None
        )


def _mark_commits(engine: Engine, points: _Points, *, fine: bool) -> None:
    """SQLAlchemy tells of a commit before it is made; that the connection is given back comes
    after. What only read is rolled back, and is no point."""
    committed = threading.local()

    def before(_connection: object) -> None:
        committed.lately = True
        points()

    def after(*_connection: object) -> None:
        if getattr(committed, "lately", False):
            committed.lately = False
            points()

    event.listen(engine, "commit", before)
    event.listen(engine, "checkin", after)
    if fine:
        event.listen(engine, "before_cursor_execute", lambda *_: points())


def _mark_calls(points: _Points) -> None:
    real_request = HTTPConnection.request
    real_answer = HTTPConnection.getresponse

    def request(self: Any, *args: Any, **options: Any) -> None:
        points()
        real_request(self, *args, **options)
        points()

    def answer(self: Any, *args: Any, **options: Any) -> Any:
        response = real_answer(self, *args, **options)
        points()
        return response

    HTTPConnection.request = request  # type: ignore[method-assign]
    HTTPConnection.getresponse = answer  # type: ignore[method-assign]


def _bear(order: Order) -> dict[str, Any]:
    """Fork a bot and wait for its end."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _be_born(order, writer)
    os.close(writer)
    with os.fdopen(reader) as told:
        said = told.read()
    _, status = os.waitpid(child, 0)
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    return {"killed": killed, "points": int(said or 0), "code": 0 if killed else status}


def _be_born(order: Order, writer: int) -> NoReturn:
    code = 1
    try:
        os.write(writer, str(live(order)).encode())
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def main() -> None:
    brand.load = cache(brand.load)
    _work(Order(**json.loads(sys.stdin.readline())), lambda _bot: None)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_bear(Order(**json.loads(line)))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
