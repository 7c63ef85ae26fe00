"""Who is asking. There is one token, in the name of the brand."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from listener.sandbox.exchange import Request
from listener.sandbox.mastodon import problems
from listener.sandbox.mastodon.objects import Account

if TYPE_CHECKING:
    from listener.sandbox.mastodon.network import MastodonNetwork


def has_token(network: MastodonNetwork, request: Request) -> bool:
    """Whether the request carries our token, valid or taken back. Only the header counts."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    due = network.secrets()["access_token"]
    return scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), due.encode())


def who(
    network: MastodonNetwork, request: Request, scopes: tuple[str, ...], *, needed: bool
) -> Account | None:
    """The brand, or None for a stranger. Raises Problem 401 or 403.

    Where no token is `needed`, an unknown one is like none at all, but one of ours must be good:
    app/controllers/api/base_controller.rb, authorize_if_got_token! (4.5). `scopes`: any of them
    will do, and none is asked for if there are none.
    """
    if not has_token(network, request):
        if needed:
            raise problems.unauthorized()
        return None
    if network.revoked:
        raise problems.revoked()
    if scopes and not any(_granted(network.scopes, scope) for scope in scopes):
        raise problems.outside_scopes()
    return network.brand


def _granted(granted: frozenset[str], scope: str) -> bool:
    """`read` holds `read:statuses` (https://docs.joinmastodon.org/api/oauth-scopes/, 4.5)."""
    return scope in granted or scope.partition(":")[0] in granted
