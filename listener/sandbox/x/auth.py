"""Who is asking: OAuth 1.0a signatures are verified as X does, bearer tokens are compared."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from enum import StrEnum
from urllib.parse import unquote

from oauthlib.oauth1 import Client
from oauthlib.oauth1.rfc5849 import signature

from listener.sandbox.exchange import Request
from listener.sandbox.x import problems


class Kind(StrEnum):
    """The names of the schemes in X's OpenAPI document."""

    APP = "BearerToken"
    OAUTH2 = "OAuth2UserToken"
    OAUTH1 = "UserToken"


_SPOKEN = {
    Kind.APP: "OAuth 2.0 Application-Only",
    Kind.OAUTH2: "OAuth 2.0 User Context",
    Kind.OAUTH1: "OAuth 1.0a User Context",
}
USER = (Kind.OAUTH1, Kind.OAUTH2)
ANY = (*USER, Kind.APP)
APP = (Kind.APP,)


def who(
    request: Request, secrets: Mapping[str, str], user_token: str, allowed: tuple[Kind, ...]
) -> Kind:
    """How the caller proved who they are. Raises Problem 401, or 403 if that is not enough here.

    Time stamps and nonces are not looked at: tests set the clock.
    """
    kind = _proved(request, secrets, user_token)
    if kind is None:
        raise problems.unauthorized()
    if kind not in allowed:
        raise problems.unsupported_auth(_SPOKEN[kind], [_SPOKEN[one] for one in allowed])
    return kind


def _proved(request: Request, secrets: Mapping[str, str], user_token: str) -> Kind | None:
    scheme, _, rest = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        given = rest.strip()
        if hmac.compare_digest(given.encode(), secrets["bearer_token"].encode()):
            return Kind.APP
        return Kind.OAUTH2 if hmac.compare_digest(given.encode(), user_token.encode()) else None
    if scheme.lower() == "oauth" and _signed(request, rest, secrets):
        return Kind.OAUTH1
    return None


def _signed(request: Request, header: str, secrets: Mapping[str, str]) -> bool:
    given = _parameters(header)
    if given.get("oauth_consumer_key") != secrets["consumer_key"]:
        return False
    if given.get("oauth_token") != secrets["access_token"]:
        return False
    try:
        base = _base_string(request)
    except ValueError:
        return False
    keys = Client(
        secrets["consumer_key"],
        client_secret=secrets["consumer_secret"],
        resource_owner_secret=secrets["access_token_secret"],
    )
    due = signature.sign_hmac_sha1_with_client(base, keys)
    return hmac.compare_digest(given.get("oauth_signature", "").encode(), due.encode())


def _base_string(request: Request) -> str:
    url, _, query = request.url.partition("?")
    form = "application/x-www-form-urlencoded" in request.headers.get("content-type", "")
    collected = signature.collect_parameters(
        uri_query=query,
        body=request.body.decode() if form else [],
        headers={"Authorization": request.headers["authorization"]},
    )
    return signature.signature_base_string(
        request.method,  # type: ignore[arg-type]  # the stubs want one of nine literals
        signature.base_string_uri(url),
        signature.normalize_parameters(collected),  # type: ignore[arg-type]  # the stubs are wrong
    )


def _parameters(header: str) -> dict[str, str]:
    pairs = (part.strip().partition("=") for part in header.split(","))
    return {name: unquote(value.strip('"')) for name, _, value in pairs}
