"""The screen of whoever looks at it: their account, how the desk speaks and looks, where they are
signed in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from responder.access import SignInRefused, TooManyAttempts, Visitor
from responder.bot import Bot
from responder.credentials import digest
from responder.desk.looks import DENSITY, KEYS, SINGLE_KEYS, THEME, THEMES, remember
from responder.desk.pages import desk_of, query, render
from responder.desk.rows import label_of
from responder.desk.signin import NotSignedIn, Seat, give_session, secret_of
from responder.desk.toast import Toast
from responder.desk.tongue import COOKIE, LANGUAGES, N_, _, said
from responder.desk.words import language_name
from responder.sentences import Refused
from responder.team import own
from responder.team.models import Agent
from responder.team.roster import among, write_languages

router = APIRouter(include_in_schema=False)

_Word = Annotated[str, Field(max_length=1000)]

_DONE: Final[Mapping[str, str]] = {
    "language": N_("The desk speaks this language to you now."),
    "looks": N_("This browser shows the desk so from now on."),
    "languages": N_("The languages you answer in are saved."),
    "password": N_("Your password is changed. Other sessions are signed out."),
    "ended": N_("Signed out there."),
}


class Looks(BaseModel):
    """Empty: as the system, the browser or the habit of the desk has it."""

    theme: _Word = ""
    density: _Word = ""
    keys: _Word = ""


class Languages(BaseModel):
    languages: Annotated[list[_Word], Field(max_length=200)] = []


class NewPassword(BaseModel):
    old: _Word
    new: Annotated[str, Field(max_length=5000)]


@router.get("/me")
def me(request: Request, seat: Seat, done: str = "") -> Response:
    return _page(request, seat, toast=Toast(text=_(_DONE[done])) if done in _DONE else None)


@router.post("/me/language")
def choose_language(
    request: Request, seat: Seat, language: Annotated[str, Form(max_length=16)] = ""
) -> Response:
    bot = desk_of(request).bot
    chosen = language if language in LANGUAGES else ""
    own.choose_interface(bot.database, _id(seat), chosen, bot.clock())
    answer = _done("language")
    remember(request, answer, COOKIE, chosen)
    return answer


@router.post("/me/looks")
def choose_looks(request: Request, seat: Seat, form: Annotated[Looks, Form()]) -> Response:  # noqa: ARG001  # whoever is signed in
    answer = _done("looks")
    remember(request, answer, THEME, form.theme if form.theme in THEMES else "")
    remember(request, answer, DENSITY, "compact" if form.density == "compact" else "")
    remember(request, answer, SINGLE_KEYS, form.keys if form.keys in KEYS else "on")
    return answer


@router.post("/me/languages")
def choose_languages(request: Request, seat: Seat, form: Annotated[Languages, Form()]) -> Response:
    bot = desk_of(request).bot
    spoken = among(form.languages, bot.settings.brand.languages)
    write_languages(bot.database, _id(seat), spoken, by=seat.name, now=bot.clock())
    return _done("languages")


@router.post("/me/password")
def change_password(request: Request, seat: Seat, form: Annotated[NewPassword, Form()]) -> Response:
    bot = desk_of(request).bot
    address = request.client.host if request.client else "unknown"
    try:
        secret = own.change_password(
            bot.database, _id(seat), old=form.old, new=form.new, address=address, now=bot.clock()
        )
    except SignInRefused as refusal:
        status = 429 if isinstance(refusal, TooManyAttempts) else 422
        return _page(request, seat, status=status, errors={"old": _(str(refusal))})
    except Refused as refusal:
        return _page(request, seat, status=422, errors={"new": said(refusal)})
    answer = _done("password")
    give_session(request, answer, secret)
    return answer


@router.post("/me/sessions/end")
def end_session(
    request: Request, seat: Seat, session: Annotated[str, Form(max_length=64)]
) -> Response:
    bot = desk_of(request).bot
    own.end_session(bot.database, _id(seat), session, bot.clock())
    return _done("ended")


@router.post("/me/sessions/end-others")
def end_other_sessions(request: Request, seat: Seat) -> Response:
    bot = desk_of(request).bot
    own.end_other_sessions(bot.database, _id(seat), secret_of(request), bot.clock())
    return _done("ended")


def _page(
    request: Request,
    seat: Visitor,
    *,
    status: int = 200,
    errors: Mapping[str, str] | None = None,
    toast: Toast | None = None,
) -> Response:
    bot = desk_of(request).bot
    agent = _agent(bot, seat)
    values: dict[str, Any] = {
        "agent": agent,
        "interfaces": [(code, language_name(code)) for code in LANGUAGES],
        "languages": [(code, language_name(code)) for code in bot.settings.brand.languages],
        "sees": [label_of(bot, name) for name in agent.channels],
        "sessions": own.sessions_of(bot.database, agent.id, bot.clock()),
        "this": digest(secret_of(request)),
        "errors": defaultdict(str, errors or {}),
        "toast": toast,
    }
    return render(request, "me.html", seat=seat, status=status, **values)


def _id(seat: Visitor) -> str:
    if seat.agent_id is None:
        raise NotSignedIn  # a program has no page of its own
    return seat.agent_id


def _agent(bot: Bot, seat: Visitor) -> Agent:
    with bot.database.read() as session:
        return session.get_one(Agent, _id(seat))


def _done(word: str) -> RedirectResponse:
    return RedirectResponse(query("/me", {"done": word}), status_code=303)
