"""Dead letters at the desk: ask for them once more, or drop them; one, or several at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from listener.letters import NoSuchLetter, find_letter
from responder.access import Visitor
from responder.approve import NotFound
from responder.bot import Bot
from responder.desk.pages import desk_of, query
from responder.desk.signin import AdminSeat
from responder.desk.switch import HOME
from responder.desk.tongue import many
from responder.letters import Fate, dismiss_several, retry_several

router = APIRouter(include_in_schema=False)

_Key = Annotated[str, Field(pattern=r"^[0-9a-f]{28}$")]


class Chosen(BaseModel):
    """`only`: the one whose own button was pressed; else all that are ticked."""

    letter: Annotated[list[_Key], Field(max_length=200)] = []
    only: Annotated[list[_Key], Field(max_length=1)] = []

    @property
    def ids(self) -> Sequence[str]:
        return self.only or self.letter


_Chosen = Annotated[Chosen, Form()]


@router.post("/letters/retry")
def retry(request: Request, seat: AdminSeat, chosen: _Chosen) -> Response:
    bot = desk_of(request).bot
    _require_sight(bot, seat, chosen.ids)
    return _told(retry_several(bot, chosen.ids, by=seat.name))


@router.post("/letters/drop")
def drop(request: Request, seat: AdminSeat, chosen: _Chosen) -> Response:
    bot = desk_of(request).bot
    _require_sight(bot, seat, chosen.ids)
    return _told(dismiss_several(bot, chosen.ids, by=seat.name))


def what_came_of_it(values: Mapping[str, str]) -> list[str]:
    """The words for what an address tells of letters; nothing of it is shown as it stands."""
    found = {fate: values.get(fate.value, "") for fate in Fate}
    return [
        _WORDS[fate](int(number))
        for fate, number in found.items()
        if number.isascii() and number.isdigit() and 0 < int(number[:9]) < 1000
    ]


_WORDS: Final[Mapping[Fate, Callable[[int], str]]] = {
    Fate.READ: lambda n: many("%(number)s was read.", "%(number)s were read.", n),
    Fate.GONE: lambda n: many(
        "%(number)s is gone from its network: closed.",
        "%(number)s are gone from their network: closed.",
        n,
    ),
    Fate.UNREADABLE: lambda n: many(
        "%(number)s still cannot be read.", "%(number)s still cannot be read.", n
    ),
    Fate.UNCLEAR: lambda n: many(
        "Of %(number)s its network says nothing clear: try again later.",
        "Of %(number)s their network says nothing clear: try again later.",
        n,
    ),
    Fate.REFUSED: lambda n: many(
        "%(number)s cannot be asked for: look for it on the network, then drop it.",
        "%(number)s cannot be asked for: look for them on the network, then drop them.",
        n,
    ),
    Fate.UNASKED: lambda n: many(
        "%(number)s was not asked for: its network does not answer.",
        "%(number)s were not asked for: their network does not answer.",
        n,
    ),
    Fate.DROPPED: lambda n: many("%(number)s was dropped.", "%(number)s were dropped.", n),
    Fate.CLOSED: lambda n: many(
        "%(number)s was closed already.", "%(number)s were closed already.", n
    ),
}


def _told(fates: Mapping[Fate, int]) -> Response:
    values = {fate.value: str(number) for fate, number in fates.items()}
    path = query(HOME, {"done": "letters", **values})
    return RedirectResponse(f"{path}#letters", status_code=303)


def _require_sight(bot: Bot, seat: Visitor, letter_ids: Sequence[str]) -> None:
    """Raises NotFound for another team's."""
    for letter_id in letter_ids if seat.channels else ():
        try:
            channel = find_letter(bot.database, letter_id).channel
        except NoSuchLetter:
            continue
        if not seat.sees(channel):
            raise NotFound("That is another team's")
