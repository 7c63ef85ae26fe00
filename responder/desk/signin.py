"""Who is at the desk: signing in, the one-time link, the demo's link, signing out."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from responder import access
from responder.access import SignInRefused, TooManyAttempts, Visitor
from responder.desk.looks import remember
from responder.desk.pages import desk_of, problem, render
from responder.desk.sight import require_sight
from responder.desk.tongue import COOKIE, _, said
from responder.sentences import Refused
from responder.team.models import CredentialKind, Role

router = APIRouter(include_in_schema=False)

_WEEK_SECONDS: Final = 7 * 24 * 3600
_Word = Annotated[str, Form(max_length=1000)]


class NotSignedIn(Exception):  # an outcome: mishaps.py sends the browser to sign in
    """Nobody we know, or not any more."""


class NotAllowed(Exception):
    """Somebody we know, whose role does not reach that far."""

    def __init__(self, seat: Visitor, needed: Role) -> None:
        self.seat, self.needed = seat, needed
        super().__init__(f"needs the role {needed.value}")


def seat_of(request: Request) -> Visitor:
    """The agent behind a request. Raises NotSignedIn."""
    desk = desk_of(request)
    # Noted before anything is read: the page then listens on from here, and misses nothing.
    request.state.live = desk.hub.mark
    secret = secret_of(request)
    known = secret and access.visitor(
        desk.bot.database, secret, CredentialKind.SESSION, desk.bot.clock()
    )
    if not known:
        raise NotSignedIn
    request.state.seat = known
    return known


class Need:
    """A seat whose role reaches far enough, and who may see what the address names. Raises
    NotSignedIn, NotAllowed, NotFound."""

    def __init__(self, role: Role) -> None:
        self.role = role

    def __call__(self, request: Request, seat: Annotated[Visitor, Depends(seat_of)]) -> Visitor:
        if not seat.may(self.role):
            raise NotAllowed(seat, self.role)
        database = desk_of(request).bot.database
        require_sight(database, seat, request.path_params, request.query_params)
        return seat


Seat = Annotated[Visitor, Depends(Need(Role.VIEWER))]
EditorSeat = Annotated[Visitor, Depends(Need(Role.EDITOR))]
ApproverSeat = Annotated[Visitor, Depends(Need(Role.APPROVER))]
AdminSeat = Annotated[Visitor, Depends(Need(Role.ADMIN))]


def safe_next(path: str) -> str:
    """Where to go after signing in: a path of ours, or the queue. Browsers read "/\\" as "//"."""
    ours = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if ours and len(path) < 500 else "/"


@router.get("/sign-in")
def sign_in_page(request: Request, next: str = "/") -> Response:  # noqa: A002  # the URL's word
    return render(request, "sign_in.html", next=safe_next(next), name="", error="")


@router.post("/sign-in")
def sign_in(
    request: Request,
    name: _Word,
    password: _Word,
    next: _Word = "/",  # noqa: A002
) -> Response:
    bot = desk_of(request).bot
    address = request.client.host if request.client else "unknown"
    try:
        secret = access.sign_in(
            bot.database, name=name, password=password, address=address, now=bot.clock()
        )
    except SignInRefused as refusal:
        again, status = safe_next(next), 429 if isinstance(refusal, TooManyAttempts) else 403
        error = _(str(refusal))
        return render(request, "sign_in.html", status=status, next=again, name=name, error=error)
    return _seated(request, secret, safe_next(next))


@router.get("/join/{invite}")
def join_page(request: Request, invite: str) -> Response:
    """The form; the POST spends the link. One made out to somebody shows their name."""
    name = _invited(request, invite)
    return render(request, "join.html", name=name, fixed=bool(name), error="")


@router.post("/join/{invite}")
def join(request: Request, invite: str, name: _Word, password: _Word) -> Response:
    bot = desk_of(request).bot
    try:
        secret = access.accept_invite(
            bot.database, invite, name=name, password=password, now=bot.clock()
        )
    except Refused as refusal:
        known, error = _invited(request, invite), said(refusal)
        return render(
            request, "join.html", status=422, name=known or name, fixed=bool(known), error=error
        )
    return _seated(request, secret, "/")


@router.get("/enter/{link}")
def enter(request: Request, link: str) -> Response:
    bot = desk_of(request).bot
    secret = access.enter(bot.database, link, bot.clock())
    if secret is not None:
        return _seated(request, secret, "/")
    return problem(
        request,
        404,
        _("This link does not open the desk"),
        _("It was replaced by a newer one, or a part of it is missing. Ask for a new one."),
    )


@router.post("/sign-out")
def sign_out(request: Request) -> Response:
    access.sign_out(desk_of(request).bot.database, secret_of(request))
    answer = RedirectResponse("/sign-in", status_code=303)
    answer.delete_cookie(_cookie(request), path="/", secure=_https(request), httponly=True)
    return answer


def secret_of(request: Request) -> str:
    """The secret of the session a request came with, if any."""
    return request.cookies.get(_cookie(request), "")


def give_session(request: Request, answer: Response, secret: str) -> None:
    """Have the browser come with this session from now on."""
    answer.set_cookie(
        _cookie(request),
        secret,
        max_age=_WEEK_SECONDS,
        path="/",
        secure=_https(request),
        httponly=True,
        samesite="lax",
    )


def _invited(request: Request, invite: str) -> str:
    """Whose link it is; "" while it is nobody's, or none."""
    bot = desk_of(request).bot
    guest = access.visitor(bot.database, invite, CredentialKind.INVITE, bot.clock())
    return guest.name if guest else ""


def _seated(request: Request, secret: str, path: str) -> Response:
    """In, with a session of its own: the one this browser had before ends. The pages speak as who
    comes in chose, not as who was here before them."""
    bot = desk_of(request).bot
    access.sign_out(bot.database, secret_of(request))
    seat = access.visitor(bot.database, secret, CredentialKind.SESSION, bot.clock())
    answer = RedirectResponse(path, status_code=303)
    give_session(request, answer, secret)
    remember(request, answer, COOKIE, seat.interface if seat else "")
    return answer


def _cookie(request: Request) -> str:
    # The __Host- prefix makes the browser hold a cookie to https, this host and the whole site.
    return "__Host-desk" if _https(request) else "desk"


def _https(request: Request) -> bool:
    return request.url.scheme == "https"
