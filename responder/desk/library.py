"""The library's list, and one work with its texts in all languages."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import AfterValidator, BaseModel

from listener.normalize import clean
from responder.access import Visitor
from responder.approve import NotFound
from responder.bot import Bot
from responder.desk import library_words, tongue
from responder.desk.library_cards import card_of
from responder.desk.pages import PART, desk_of, query, render
from responder.desk.signin import Seat
from responder.library.models import EntryKind
from responder.library.shelving import Name
from responder.library.works import ANY, Order, Wanted, Work, chosen, works
from sentiment.phase import Phase

router = APIRouter(include_in_schema=False)

Key = Annotated[str, Path(max_length=64), AfterValidator(clean)]
LanguageCode = Annotated[str, Path(max_length=16), AfterValidator(clean)]

_ROWS: Final = 200
_PHASES: Final = [phase.value for phase in Phase if phase is not Phase.UNKNOWN]


class Look(BaseModel):
    """What the list shows, as it stands in its address. What nobody knows is left out."""

    kind: str = ""
    topic: str = ""
    phase: str = ""
    language: str = ""
    lacks: str = ""
    waiting: str = ""
    q: str = ""
    order: str = ""

    def wanted(self, languages: tuple[str, ...]) -> Wanted:
        return Wanted(
            kind=EntryKind(self.kind) if self.kind in list(EntryKind) else None,
            topic=self.topic,
            phase=self.phase,
            language=self.language if self.language in languages else "",
            lacks=self.lacks if self.lacks in (ANY, *languages) else "",
            waiting=bool(self.waiting),
            words=clean(self.q)[:200],
            order=Order(self.order) if self.order in list(Order) else Order.NAME,
        )


@router.get("/library")
def library(
    request: Request, seat: Seat, look: Annotated[Look, Query()], done: str = ""
) -> Response:
    desk = desk_of(request)
    languages = desk.bot.settings.brand.languages
    wanted = look.wanted(languages)
    with desk.bot.database.read() as session:
        every = works(session, languages, desk.uses.of_works())
    if wanted.kind is None:  # how the brand speaks has a page of its own
        every = tuple(work for work in every if work.kind is not EntryKind.VOICE)
    found = chosen(every, wanted)
    return render(
        request,
        "parts/library_list.html" if PART in request.headers else "library.html",
        seat=seat,
        wanted=wanted,
        found=found[:_ROWS],
        more=max(0, len(found) - _ROWS),
        total=len(every),
        waits=sum(bool(work.waits) for work in every),
        languages=languages,
        shown_in=_shown_in(desk.bot, wanted.language),
        kinds=list(EntryKind),
        phases=_PHASES,
        orders=list(Order),
        any_language=ANY,
        say=library_words,
        export=query("/library/export.csv", _exported(wanted)),
        toast=library_words.toast(done),
    )


@router.get("/library/entry/{kind}/{key}")
def work_page(request: Request, seat: Seat, kind: EntryKind, key: Key, done: str = "") -> Response:
    return show_work(request, seat, kind, key, done=done)


def show_work(
    request: Request,
    seat: Visitor,
    kind: EntryKind,
    key: str,
    *,
    done: str = "",
    refusal: str = "",
    status: int = 200,
) -> Response:
    """The page of a work, after a refusal with what did not happen. Raises NotFound."""
    desk = desk_of(request)
    bot, languages = desk.bot, desk.bot.settings.brand.languages
    with bot.database.read() as session:
        work = _work(works(session, languages, desk.uses.of_works(), kind=kind, key=key))
        cards = [
            card_of(bot, session, Name(kind=kind, key=key, language=code), desk.uses.of_entries())
            for code in languages
        ]
    return render(
        request,
        "library_work.html",
        seat=seat,
        status=status,
        work=work,
        shown=work.shown_in(*_shown_in(bot, "")),
        cards=cards,
        say=library_words,
        refusal=refusal,
        toast=library_words.toast(done),
    )


def _work(found: tuple[Work, ...]) -> Work:
    if not found:
        raise NotFound("There is no such work in the library")
    return found[0]


def _shown_in(bot: Bot, chosen_language: str) -> tuple[str, ...]:
    """In which language a work is named: the one asked for, the reader's own, the bridging one."""
    return tuple(filter(None, (chosen_language, tongue.spoken(), bot.book.bridge)))


def _exported(wanted: Wanted) -> dict[str, str]:
    values = {"kind": wanted.kind.value if wanted.kind else "", "language": wanted.language}
    return {name: value for name, value in values.items() if value}
