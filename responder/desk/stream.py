"""The live stream as a page of its own: server-sent events, each with an id to go on from."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from responder.desk.live import Event, Hub
from responder.desk.pages import desk_of
from responder.desk.sight import drafts_in_sight
from responder.desk.signin import Seat

router = APIRouter(include_in_schema=False)

_LONGEST_SECONDS: Final = 600.0  # then the browser comes back, and is asked again who it is


@router.get("/events")
async def events(request: Request, seat: Seat, after: str = "") -> StreamingResponse:
    """The stream, for one browser: on from the last event it had, or from the page it shows."""
    desk = desk_of(request)
    hub = desk.hub
    run, _, number = request.headers.get("last-event-id", after).partition("-")
    last = None
    if run:
        known = run == hub.run and number.isascii() and number.isdigit() and len(number) < 16
        last = int(number) if known else 10**15  # another run: beyond what we know, so resync
    return StreamingResponse(
        _stream(hub, last, partial(drafts_in_sight, desk.bot.database, seat)),
        media_type="text/event-stream",
        headers={"x-accel-buffering": "no"},
    )


class Sooner:
    """After each write at the desk, colleagues' screens are told at once, not at the next look."""

    def __init__(self, app: ASGIApp, *, hub: Hub) -> None:
        self.app, self._hub = app, hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)
        if scope["type"] == "http" and scope["method"] == "POST":
            self._hub.look_now()


_Seen = Callable[[tuple[str, ...]], tuple[str, ...]]


async def _stream(hub: Hub, last: int | None, seen: _Seen) -> AsyncIterator[str]:
    clock = asyncio.get_running_loop().time
    ends = clock() + _LONGEST_SECONDS
    yield "retry: 2000\n\n"
    async with aclosing(hub.listen(last)) as stream:
        async for event in stream:
            yield _as_text(hub.run, await _for(seen, event))
            if clock() > ends:
                return


async def _for(seen: _Seen, event: Event | None) -> Event | None:
    """The event without the drafts that are another team's."""
    if event is None or event.drafts is None:
        return event
    return replace(event, drafts=await run_in_threadpool(seen, event.drafts))


def _as_text(run: str, event: Event | None) -> str:
    if event is None:
        return ": still here\n\n"
    if event.drafts is None:
        return f"id: {run}-{event.number}\nevent: resync\ndata: {{}}\n\n"
    if not event.drafts:
        return f"id: {run}-{event.number}\n\n"  # nothing of theirs: only where to go on from
    data = json.dumps({"drafts": event.drafts})
    return f"id: {run}-{event.number}\nevent: changed\ndata: {data}\n\n"
