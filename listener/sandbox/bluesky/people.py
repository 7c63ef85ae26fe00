"""Profiles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from listener.sandbox.bluesky import problems, told

if TYPE_CHECKING:
    from listener.sandbox.bluesky.api import Call


def one(call: Call) -> Any:
    look = call.look()
    account = look.account(call.query["actor"])
    if account is None:
        raise problems.no_profile()
    if account.down:
        raise problems.suspended()
    return told.detailed(look, account)


def several(call: Call) -> Any:
    """Those nobody knows are left out."""
    look = call.look()
    accounts = [look.account(name) for name in call.query["actors"]]
    return {"profiles": [told.detailed(look, one) for one in accounts if one and not one.down]}
