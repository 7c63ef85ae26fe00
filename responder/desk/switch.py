"""The kill switch at the desk: pause and resume, for admins. To stop everywhere a word is typed."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Annotated, Final
from urllib.parse import parse_qsl

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from listener.normalize import clean
from responder.access import Visitor
from responder.desk.pages import desk_of, problem, query, render
from responder.desk.signin import AdminSeat, safe_next
from responder.desk.toast import HELD, RESUMED
from responder.desk.tongue import N_, _
from responder.health.outbox import read_held_back
from responder.models import PauseLevel
from responder.pause import (
    EVERYWHERE,
    LONGEST_REASON,
    level_for,
    lift_pause,
    set_pause,
    stops_sending,
)

router = APIRouter(include_in_schema=False)

HOME: Final = "/health"
_SAID: Final = ("done", "reply")
_WORD: Final = N_("stop")
_Word = Annotated[str, Field(max_length=500)]

LEVELS: Final[Mapping[PauseLevel, tuple[str, str]]] = {
    PauseLevel.SEND: (
        N_("Stop sending"),
        N_("Nothing leaves. What people approve waits. New texts are still heard and drafted."),
    ),
    PauseLevel.AUTO: (
        N_("Approve only"),
        N_("Rules send nothing by themselves. What people approve leaves as always."),
    ),
    PauseLevel.ALL: (
        N_("Stop sending and listening"),
        N_("Nothing leaves and the networks are not asked for anything. It is read afterwards."),
    ),
}
"""What each level is called, and what it does."""


class Going(BaseModel):
    """What resuming takes. `back` goes before `next`, which our scripts set to where the form
    stands."""

    channel: _Word = EVERYWHERE
    next: _Word = HOME
    back: _Word = ""

    @property
    def leads_to(self) -> str:
        return safe_next(self.back or self.next)


class Stopping(Going):
    level: PauseLevel = PauseLevel.SEND
    why: _Word = ""
    typed: _Word = ""


def word_to_type() -> str:
    """What somebody types who wants to stop everywhere, in their language."""
    return _(_WORD)


def is_the_word(typed: str) -> bool:
    """Whether that is what was typed: in any case, with or without accents, in English as well."""
    return _bare(typed) in {_bare(word_to_type()), _bare(_WORD)}


@router.post("/pause")
def pause(request: Request, seat: AdminSeat, wish: Annotated[Stopping, Form()]) -> Response:
    """Pause; everywhere only with the word typed, else it is asked for."""
    bot, channel = desk_of(request).bot, wish.channel
    if channel != EVERYWHERE and not (channel in bot.channels and seat.sees(channel)):
        title, sentence = _("No such channel"), _("Nothing was paused.")
        return problem(request, 404, title, sentence, seat=seat)
    if channel == EVERYWHERE and not is_the_word(wish.typed):
        return _ask(request, seat, wish)
    in_flight = set_pause(
        bot.database,
        channel=channel,
        level=wish.level,
        by=seat.name,
        now=bot.clock(),
        why=clean(wish.why),
    )
    return _go_on(wish.leads_to, "paused", in_flight)


@router.post("/resume")
def resume(request: Request, seat: AdminSeat, wish: Annotated[Going, Form()]) -> Response:
    """End a pause, or with no channel every pause, the one of the PAUSE file included."""
    bot, channel = desk_of(request).bot, wish.channel
    if channel != EVERYWHERE and not seat.sees(channel):
        title, sentence = _("No such channel"), _("Nothing was resumed.")
        return problem(request, 404, title, sentence, seat=seat)
    with bot.database.read() as session:
        held = read_held_back(session, bot)
    lift_pause(bot.database, channel=channel, by=seat.name, now=bot.clock())
    if channel == EVERYWHERE:
        bot.pause_file.unlink(missing_ok=True)
    with bot.database.read() as session:
        still = read_held_back(session, bot)
        stopped = stops_sending(level_for(session, channel, bot.pause_file))
    leave = sum(n for name, n in held.items() if name not in still and seat.sees(name))
    done = f"{RESUMED}{HELD if stopped else leave}"
    return RedirectResponse(saying(wish.leads_to, done), status_code=303)


def saying(path: str, done: str) -> str:
    """A path of ours that says what was done, in the place of what it said before."""
    place, _mark, asked = path.partition("?")
    kept = [pair for pair in parse_qsl(asked, keep_blank_values=True) if pair[0] not in _SAID]
    return query(place, [*kept, ("done", done)])


def _ask(request: Request, seat: Visitor, wish: Stopping) -> Response:
    """The page that asks for the word: nothing is paused yet."""
    return render(
        request,
        "stop.html",
        seat=seat,
        status=422 if wish.typed else 200,
        level=wish.level,
        levels=LEVELS,
        why=clean(wish.why),
        wrong=bool(wish.typed),
        word=word_to_type(),
        longest=LONGEST_REASON,
        leads_to=wish.leads_to,
    )


def _go_on(path: str, done: str, in_flight: Sequence[str]) -> Response:
    """Back; and where something was on the wire already, to the page that lists it."""
    place, _mark, _query = path.partition("?")
    if in_flight:
        path = query(HOME, {"done": done, "flight": ",".join(in_flight)})
    elif place == HOME:
        path = query(HOME, {"done": done})
    return RedirectResponse(path, status_code=303)


def _bare(word: str) -> str:
    letters = unicodedata.normalize("NFD", word.strip().casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
