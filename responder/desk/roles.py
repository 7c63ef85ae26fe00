"""What the roles are called, and what each may do, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from responder.desk.tongue import N_, _
from responder.team.models import Role

_NAMES: Final[Mapping[Role, str]] = {
    Role.VIEWER: N_("viewer"),
    Role.EDITOR: N_("editor"),
    Role.APPROVER: N_("approver"),
    Role.ADMIN: N_("admin"),
}
_MAY: Final[Mapping[Role, str]] = {
    Role.VIEWER: N_("reads"),
    Role.EDITOR: N_("changes and rejects drafts"),
    Role.APPROVER: N_("sends, hides, says what became of a reply"),
    Role.ADMIN: N_("pauses, and settles who may do what"),
}


def role_name(role: Role) -> str:
    """As it stands inside a sentence."""
    return _(_NAMES[role])


def role_may(role: Role) -> str:
    """What it may do beside what the roles before it may."""
    return _(_MAY[role])
