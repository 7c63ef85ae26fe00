"""The guard before every page: who may speak to us, from where, how much, and what a browser may
do with the answer. Pure ASGI, because a middleware that buffers would break the live stream."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from responder.desk.problem import PREFIX, Problem

BODY_LIMIT: Final = 1_000_000
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "font-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types desk",
    )
)
_HEADERS: Final = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # Links out carry no trace of which customer is being read.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_YEAR: Final = "max-age=31536000"
_SENTENCES: Final = {
    403: "Cross-site request refused.",
    413: "The request is too large.",
    421: "This desk is not known by that name.",
}


class TooLarge(HTTPException):  # of a kind that the app's own readers of bodies let through
    """The body went on after the limit."""

    def __init__(self) -> None:
        super().__init__(413, _SENTENCES[413])


class Guard:
    """Refuses foreign hosts (DNS rebinding), cross-site writes and huge bodies; adds the headers.

    `hosts` are the names we answer to; None: any, for an address that is not loopback.
    """

    def __init__(self, app: ASGIApp, *, hosts: Iterable[str] | None) -> None:
        self.app = app
        self.hosts = None if hosts is None else frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        answered = False

        async def dressed(message: Message) -> None:
            nonlocal answered
            if message["type"] == "http.response.start":
                answered = True
                _dress(MutableHeaders(scope=message), scope)
            await send(message)

        refusal = self._refusal(scope)
        if refusal:
            await refusal(scope, receive, dressed)
            return
        try:
            await self.app(scope, _capped(receive), dressed)
        except TooLarge:
            if not answered:
                await _refused(scope, 413)(scope, receive, dressed)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        if self.hosts is not None and _name(headers.get("host", "")) not in self.hosts:
            return _refused(scope, 421)
        if scope["method"] not in _SAFE and not _of_our_own(scope, headers):
            return _refused(scope, 403)
        length = headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit()) or int(length) > BODY_LIMIT:
            return _refused(scope, 413)
        return None


def hosts_of(configured: str) -> frozenset[str] | None:
    """The Host names to accept for a desk bound to `configured`."""
    bare = configured.strip("[]").lower()
    return LOOPBACK | {bare} if bare in LOOPBACK or bare.startswith("127.") else None


def _of_our_own(scope: Scope, headers: Headers) -> bool:
    """Does a write come from our own pages? Browsers say so themselves; the header is missing over
    plain http off localhost, and Origin answers then. The API knows no cookie: only a token counts
    there, which no foreign page has."""
    if _of_the_api(scope):
        return True
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == headers.get("host")


def _name(host: str) -> str:
    """The host of a Host header, without port and brackets."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower()


def _capped(receive: Receive) -> Receive:
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > BODY_LIMIT:
            raise TooLarge
        return message

    return counted


def _dress(headers: MutableHeaders, scope: Scope) -> None:
    for name, value in _HEADERS.items():
        headers.setdefault(name, value)
    if scope.get("scheme") == "https":
        headers.setdefault("strict-transport-security", _YEAR)
    # Pages hold customers' words: not on disk, and not one sign-out later. Files of ours are asked
    # for again each time, and answered "not modified" by their ETag.
    static = scope["path"].startswith("/static/")
    headers.setdefault("cache-control", "no-cache" if static else "no-store")


def _of_the_api(scope: Scope) -> bool:
    path: str = scope["path"]
    return path.startswith(PREFIX + "/")


def _refused(scope: Scope, status: int) -> Response:
    sentence = _SENTENCES[status]
    if _of_the_api(scope):
        return Problem(status, sentence).answer()
    return PlainTextResponse(f"{sentence}\n", status_code=status)
