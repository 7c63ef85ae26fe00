"""The screen of the team: who works here, as what and when. All read it, admins change it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from responder import access
from responder.access import Visitor
from responder.approve import NotFound
from responder.bot import Bot
from responder.desk.choices import choices
from responder.desk.pages import desk_of, query, render
from responder.desk.rows import label_of
from responder.desk.signin import AdminSeat, Seat
from responder.desk.toast import Toast
from responder.desk.tongue import N_, _, said
from responder.desk.words import language_name
from responder.sentences import Refused
from responder.team import accounts
from responder.team.listing import Account, Colleague, read_colleague, read_team
from responder.team.models import Agent, Role
from responder.team.roster import Roster, among, good_hours, write_roster

router = APIRouter(include_in_schema=False)

_Id = Annotated[str, Path(pattern=r"^[0-9a-f]{28}$")]
_Word = Annotated[str, Field(max_length=500)]
_Words = Annotated[list[_Word], Field(max_length=200)]

_DONE: Final[Mapping[str, str]] = {
    "roster": N_("The roster is saved."),
    "role": N_("The role is changed. They sign in again with it."),
    "disabled": N_("The account is closed and signed out everywhere."),
    "enabled": N_("The account is open again."),
}
_NO_CHANNEL: Final = N_("Choose one channel at least, or every channel.")


class Invitation(BaseModel):
    name: _Word = ""
    role: Role = Role.APPROVER


class RosterForm(BaseModel):
    """`every`: they see every channel, whatever is ticked."""

    hours: _Word = ""
    languages: _Words = []
    specialities: _Words = []
    channels: _Words = []
    every: bool = False


@dataclass(frozen=True, kw_only=True)
class Known:
    """What the roster of somebody may name: code and label."""

    languages: Sequence[tuple[str, str]]
    specialities: Sequence[tuple[str, str]]
    channels: Sequence[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Told:
    """What went wrong, beside the field it is about: "hours", "channels", "name"; "" for the
    page."""

    at: str
    sentence: str
    form: RosterForm = field(default_factory=RosterForm)


@router.get("/team")
def team_page(request: Request, seat: Seat, done: str = "") -> Response:
    bot = desk_of(request).bot
    team = read_team(bot, seat.channels)
    known = _known_of(bot, [one.agent for one in team])
    return render(
        request,
        "team.html",
        seat=seat,
        team=team,
        known=replace(known, channels=[one for one in known.channels if seat.sees(one[0])]),
        Account=Account,
        toast=_toast(done),
    )


@router.get("/team/invite")
def invite_page(request: Request, seat: AdminSeat) -> Response:
    return _invite_form(request, seat, Invitation())


@router.post("/team/invite")
def invite(request: Request, seat: AdminSeat, form: Annotated[Invitation, Form()]) -> Response:
    bot = desk_of(request).bot
    try:
        secret = access.invite(
            bot.database,
            name=form.name.strip() or None,
            role=form.role,
            now=bot.clock(),
            by=seat.name,
        )
    except Refused as refusal:
        return _invite_form(request, seat, form, error=said(refusal))
    return _link(request, seat, secret, form.name.strip(), form.role)


@router.get("/team/{agent_id}")
def agent_page(request: Request, seat: AdminSeat, agent_id: _Id, done: str = "") -> Response:
    return _agent(request, seat, agent_id, toast=_toast(done))


@router.post("/team/{agent_id}/roster")
def change_roster(
    request: Request, seat: AdminSeat, agent_id: _Id, form: Annotated[RosterForm, Form()]
) -> Response:
    bot = desk_of(request).bot
    agent = _colleague(bot, agent_id).agent
    known = _known_of(bot, [agent])
    channels = () if form.every else among(form.channels, dict(known.channels))
    if not (form.every or channels):
        return _agent(request, seat, agent_id, Told(at="channels", sentence=_NO_CHANNEL, form=form))
    try:
        roster = Roster(
            hours=good_hours(form.hours, bot.settings.brand.timezone),
            languages=among(form.languages, dict(known.languages)),
            specialities=among(form.specialities, dict(known.specialities)),
            channels=channels,
        )
    except Refused as refusal:
        told = Told(at="hours", sentence=said(refusal), form=form)
        return _agent(request, seat, agent_id, told)
    write_roster(bot.database, agent_id, roster, by=seat.name, now=bot.clock())
    return _done(agent_id, "roster")


@router.post("/team/{agent_id}/role")
def change_role(
    request: Request, seat: AdminSeat, agent_id: _Id, role: Annotated[Role, Form()]
) -> Response:
    bot = desk_of(request).bot
    name = _colleague(bot, agent_id).agent.name
    try:
        accounts.set_role(bot.database, name, role, bot.clock(), by=seat.name)
    except Refused as refusal:
        return _agent(request, seat, agent_id, Told(at="role", sentence=said(refusal)))
    return _done(agent_id, "role")


@router.post("/team/{agent_id}/reset")
def reset(request: Request, seat: AdminSeat, agent_id: _Id) -> Response:
    bot = desk_of(request).bot
    agent = _colleague(bot, agent_id).agent
    try:
        secret = accounts.reset(bot.database, agent.name, bot.clock(), by=seat.name)
    except Refused as refusal:
        return _agent(request, seat, agent_id, Told(at="account", sentence=said(refusal)))
    return _link(request, seat, secret, agent.name, agent.role)


@router.post("/team/{agent_id}/disable")
def disable(request: Request, seat: AdminSeat, agent_id: _Id) -> Response:
    bot = desk_of(request).bot
    name = _colleague(bot, agent_id).agent.name
    try:
        accounts.disable(bot.database, name, bot.clock(), by=seat.name)
    except Refused as refusal:
        return _agent(request, seat, agent_id, Told(at="account", sentence=said(refusal)))
    return _done(agent_id, "disabled")


@router.post("/team/{agent_id}/enable")
def enable(request: Request, seat: AdminSeat, agent_id: _Id) -> Response:
    bot = desk_of(request).bot
    name = _colleague(bot, agent_id).agent.name
    try:
        accounts.enable(bot.database, name, bot.clock(), by=seat.name)
    except Refused as refusal:
        return _agent(request, seat, agent_id, Told(at="account", sentence=said(refusal)))
    return _done(agent_id, "enabled")


def _colleague(bot: Bot, agent_id: str) -> Colleague:
    found = read_colleague(bot, agent_id)
    if found is None:
        raise NotFound("There is no such agent")
    return found


def _known_of(bot: Bot, agents: Sequence[Agent]) -> Known:
    """What may be chosen: of channels also those that are configured no more, as long as somebody
    is held to them; to lose the last one would open all the others."""
    channels = dict.fromkeys((*bot.channels, *(one for agent in agents for one in agent.channels)))
    return Known(
        languages=[(code, language_name(code)) for code in bot.settings.brand.languages],
        specialities=[(one.value, one.name) for one in choices()["topics"]],
        channels=[(name, label_of(bot, name)) for name in channels],
    )


def _agent(
    request: Request,
    seat: Visitor,
    agent_id: str,
    told: Told | None = None,
    **values: Any,
) -> Response:
    bot = desk_of(request).bot
    colleague = _colleague(bot, agent_id)
    agent = colleague.agent
    stands = RosterForm(
        hours=agent.hours,
        languages=agent.languages,
        specialities=agent.specialities,
        channels=agent.channels,
        every=not agent.channels,
    )
    return render(
        request,
        "agent.html",
        seat=seat,
        status=422 if told else 200,
        colleague=colleague,
        known=_known_of(bot, [agent]),
        Account=Account,
        form=told.form if told and told.at in ("hours", "channels") else stands,
        errors=defaultdict(str, {told.at: _(told.sentence)} if told else {}),
        **values,
    )


def _invite_form(request: Request, seat: Visitor, form: Invitation, *, error: str = "") -> Response:
    status = 422 if error else 200
    return render(request, "invite.html", seat=seat, status=status, form=form, error=error)


def _link(request: Request, seat: Visitor, secret: str, name: str, role: Role) -> Response:
    """The link, in the one answer that ever holds it: no address, no cookie and no log does."""
    link = f"{str(request.base_url).rstrip('/')}/join/{secret}"
    return render(request, "link.html", seat=seat, link=link, name=name, role=role)


def _done(agent_id: str, word: str) -> Response:
    return RedirectResponse(query(f"/team/{agent_id}", {"done": word}), status_code=303)


def _toast(done: str) -> Toast | None:
    return Toast(text=_(_DONE[done])) if done in _DONE else None
