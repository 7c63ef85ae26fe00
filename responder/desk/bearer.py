"""Who may use the API: programs that show a token, each with the role of a human."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from responder import access
from responder.access import Visitor
from responder.bot import Bot
from responder.desk.pages import desk_of
from responder.desk.problem import Problem
from responder.team.models import CredentialKind, Role

_BEARER: Final = HTTPBearer(auto_error=False, description="run_bot.py token create NAME --role …")


def the_bot(request: Request) -> Bot:
    """The bot whose desk this is."""
    return desk_of(request).bot


TheBot = Annotated[Bot, Depends(the_bot)]


def need(role: Role) -> Callable[..., Visitor]:
    """A dependency: let in whoever shows a token of this role or a higher one."""

    def visitor(
        bot: TheBot, shown: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]
    ) -> Visitor:
        secret = shown.credentials if shown else ""
        found = access.visitor(bot.database, secret, CredentialKind.TOKEN, bot.clock())
        if found is None:
            challenge = {"WWW-Authenticate": 'Bearer realm="antiphon"'}
            raise Problem(401, "Send a token: Authorization: Bearer antiphon_…", challenge)
        if not found.may(role):
            raise Problem(403, f"This token may do what a {found.role} does; it takes {role}")
        return found

    return visitor


READS: Final = [Depends(need(Role.VIEWER))]
Editor = Annotated[Visitor, Depends(need(Role.EDITOR))]
Approver = Annotated[Visitor, Depends(need(Role.APPROVER))]
Admin = Annotated[Visitor, Depends(need(Role.ADMIN))]
