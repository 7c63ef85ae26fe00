"""Tokens as a PDS makes them: JSON Web Tokens that a client can read and only the PDS can sign.

https://www.rfc-editor.org/rfc/rfc7519, https://www.rfc-editor.org/rfc/rfc9068
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from listener.sandbox.bluesky import problems
from listener.sandbox.exchange import Request

AUDIENCE: Final = "did:web:localhost"


class Kind(StrEnum):
    """What a token is for, as its header says."""

    ACCESS = "at+jwt"
    REFRESH = "refresh+jwt"


def sign(kind: Kind, claims: Mapping[str, Any], key: str) -> str:
    head = {"typ": kind, "alg": "HS256"}
    told = f"{_packed(head)}.{_packed({**claims, 'aud': AUDIENCE})}"
    return f"{told}.{_signature(told, key)}"


def verify(
    request: Request, kind: Kind, key: str, now: datetime, *, expired_too: bool = False
) -> dict[str, Any]:
    """The claims of the token a request came with. Raises Problem."""
    token = bearer(request)
    claims = _opened(token, kind, key)
    if claims["exp"] <= now.timestamp() and not expired_too:
        raise problems.expired_token()
    return claims


def bearer(request: Request) -> str:
    """The token of a request. Raises Problem where there is none."""
    header = request.headers.get("authorization")
    if not header:
        raise problems.no_auth()
    parts = header.split(" ")
    if len(parts) != 2:
        raise problems.bad_token("Malformed authorization header")
    if parts[0].upper() not in ("BEARER", "BASIC", "DPOP"):
        raise problems.bad_token(f"Unsupported authorization type: {parts[0]}")
    if parts[0].upper() != "BEARER":
        raise problems.bad_token("Unexpected authorization type")
    return parts[1]


def _opened(token: str, kind: Kind, key: str) -> dict[str, Any]:
    told, _, signature = token.rpartition(".")
    if not hmac.compare_digest(signature.encode(), _signature(told, key).encode()):
        raise problems.bad_token()
    head, claims = (json.loads(_unpacked(part)) for part in told.split("."))
    if head["typ"] != kind:
        raise problems.bad_token()
    return dict(claims)


def _signature(told: str, key: str) -> str:
    return _text(hmac.new(key.encode(), told.encode(), hashlib.sha256).digest())


def _packed(value: Mapping[str, Any]) -> str:
    return _text(json.dumps(value, separators=(",", ":")).encode())


def _unpacked(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
