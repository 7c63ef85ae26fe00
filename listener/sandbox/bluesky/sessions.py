"""Signing in: an app password is changed for two tokens, one that works for two hours and one that
gets the next two.

Lifetimes, grace and refusals: the reference PDS 0.5.35, `account-manager` (2026-11-22).
"""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from listener.sandbox.bluesky import problems, tokens
from listener.sandbox.bluesky.record import Account
from listener.sandbox.bluesky.tokens import Kind
from listener.sandbox.network import token

if TYPE_CHECKING:
    from listener.sandbox.bluesky.api import Call
    from listener.sandbox.bluesky.network import BlueskyNetwork

ACCESS_LIVES: Final = timedelta(hours=2)
REFRESH_LIVES: Final = timedelta(days=90)
_GRACE: Final = timedelta(hours=2)
"""How long a refresh token still works after it was used: the answer may have been lost."""


def create(call: Call) -> Any:
    """An account that was taken down cannot sign in with an app password, and is told that the
    password is wrong."""
    network, body = call.network, call.body
    account = network.account_for_login(body["identifier"])
    due = network.password_of(account.handle) if account else ""
    fits = hmac.compare_digest(body["password"].encode(), due.encode())
    if account is None or not fits or account.down:
        raise problems.wrong_login()
    session = network.begin_session(account.did)
    return _tokens(network, account, session) | _about(network, account)


def refresh(call: Call) -> Any:
    """Whoever uses the same token twice gets the same next one, within the grace."""
    network, account = call.network, call.account
    if account.down:
        raise problems.taken_down()
    following = network.rotate_session(call.claims["jti"], _GRACE)
    if following is None:
        raise problems.revoked_token()
    return _tokens(network, account, following) | _about(network, account)


def get(call: Call) -> Any:
    if call.account.down:
        raise problems.invalid(f"Could not find user info for account: {call.account.did}")
    return _about(call.network, call.account)


def delete(call: Call) -> Any:
    """Only the refresh token ends. The access token works on until its two hours are over."""
    call.network.end_session(call.claims["jti"])


def _tokens(network: BlueskyNetwork, account: Account, session: str) -> dict[str, str]:
    now = network.now()
    access = {"scope": "com.atproto.appPass", "sub": account.did, **_lives(now, ACCESS_LIVES)}
    again = {"scope": "com.atproto.refresh", "sub": account.did, "jti": session}
    return {
        "accessJwt": tokens.sign(Kind.ACCESS, access, network.signing_key),
        "refreshJwt": tokens.sign(
            Kind.REFRESH, again | _lives(now, REFRESH_LIVES), network.signing_key
        ),
    }


def _lives(now: datetime, long: timedelta) -> dict[str, int]:
    began = int(now.timestamp())
    return {"iat": began, "exp": began + int(long.total_seconds())}


def _about(network: BlueskyNetwork, account: Account) -> dict[str, Any]:
    return {
        "did": account.did,
        "didDoc": did_document(network, account),
        "handle": account.handle,
        "email": f"{account.handle.partition('.')[0]}@larix.example",
        "emailConfirmed": True,
        "active": True,
    }


def did_document(network: BlueskyNetwork, account: Account) -> dict[str, Any]:
    """Where an account lives: clients go on there, whatever address they began with."""
    return {
        "@context": [
            "https://www.w3.org/ns/did/v1",
            "https://w3id.org/security/suites/secp256k1-2019/v1",
        ],
        "id": account.did,
        "alsoKnownAs": [f"at://{account.handle}"],
        "verificationMethod": [
            {
                "id": "#atproto",
                "type": "EcdsaSecp256k1VerificationKey2019",
                "controller": account.did,
                "publicKeyMultibase": f"z{token(network.seed, 'key', account.did)}",
            }
        ],
        "service": [
            {
                "id": "#atproto_pds",
                "type": "AtprotoPersonalDataServer",
                "serviceEndpoint": network.url,
            }
        ],
    }
