"""A session with Bluesky: who we are, where our account lives, and two tokens for a while.

The access token lives for about two hours, the refresh token for about three months; a server lets
an account log in only 30 times in 5 minutes and 300 times a day, at some places 100 times
(https://docs.bsky.app/docs/advanced-guides/rate-limits, 2026-11). So a session may be kept in a
file: a start, or a crash loop, then costs no login.
"""

from __future__ import annotations

import json
import logging
import os
import stat
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from listener.channels import wire
from listener.channels.bluesky import fields
from listener.channels.wire import Item, MalformedError

log = logging.getLogger(__name__)

_MOST_BYTES: Final = 100_000
_TOKENS: Final = ("access", "refresh")


@dataclass(frozen=True, kw_only=True)
class Session:
    """`pds`: the server the account lives on, to which everything but the login goes."""

    did: str
    handle: str  # without its @; empty while the network cannot confirm it
    pds: str
    access: str = field(repr=False)
    refresh: str = field(repr=False)


def read(body: Item, *, api_url: str, pds: str = "") -> Session:
    """What `createSession` and `refreshSession` answer. `pds`: the server it was before, for an
    answer that names none. Raises MalformedError."""
    named = wire.mapping(body.get("didDoc"))
    return Session(
        did=fields.did(body.get("did")),
        handle=fields.handle(body.get("handle")),
        pds=_home(named, api_url) or pds or api_url,
        access=_token(body.get("accessJwt"), "accessJwt"),
        refresh=_token(body.get("refreshJwt"), "refreshJwt"),
    )


def _home(document: Item, api_url: str) -> str:
    """The account's own server, by its identity document (https://atproto.com/specs/did, 2026-11).
    Our token goes there: never over plain http, unless we are on a test server anyway."""
    for service in map(wire.mapping, wire.listing(document.get("service"))):
        address = wire.words(service.get("serviceEndpoint")).rstrip("/")
        if wire.words(service.get("id")).endswith("#atproto_pds") and _may_be_told(
            address, api_url
        ):
            return address
    return ""


def _may_be_told(address: str, api_url: str) -> bool:
    try:
        parts = urlsplit(address)
        safe = parts.scheme == "https" or (parts.scheme == "http" and api_url.startswith("http:"))
        return safe and bool(parts.hostname) and not parts.path and parts.username is None
    except ValueError:
        return False


def _token(value: object, name: str) -> str:
    token = wire.words(value)
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise MalformedError(f"{name} is no token")
    return token


@dataclass(frozen=True, kw_only=True)
class SessionFile:
    """Keeps a session for this account at this server. Never raises: without the file there is one
    more login, and no other harm."""

    path: Path
    api_url: str
    handle: str

    def load(self) -> Session | None:
        try:
            with self.path.open("rb") as file:
                if os.fstat(file.fileno()).st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                    raise MalformedError("other accounts of this machine may read it")
                note = wire.mapping(wire.decode(file.read(_MOST_BYTES)))
            if (note.get("api_url"), note.get("account")) != (self.api_url, self.handle):
                raise MalformedError("it is of another account, or none")
            return _noted(note)
        except FileNotFoundError:
            return None
        except (OSError, MalformedError) as error:
            log.warning("%s is passed over, we log in anew: %s", self.path, error)
            return None

    def save(self, session: Session) -> None:
        """In one step: who reads meanwhile finds the old session or the new one. 0600 from the
        first byte on."""
        note = {"api_url": self.api_url, "account": self.handle, **asdict(session)}
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle, fresh = tempfile.mkstemp(prefix=".", dir=self.path.parent)
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    json.dump(note, file)
                    file.flush()
                    os.fsync(file.fileno())
                Path(fresh).replace(self.path)
            except BaseException:
                with suppress(OSError):
                    Path(fresh).unlink()
                raise
        except OSError as error:
            log.warning("%s cannot be written, the session is kept in memory: %s", self.path, error)


def _noted(note: Item) -> Session:
    tokens: dict[str, Any] = {name: _token(note.get(name), name) for name in _TOKENS}
    pds = wire.words(note.get("pds"))
    if not pds.startswith(("https://", "http://")):
        raise MalformedError("pds is no address")
    return Session(
        did=fields.did(note.get("did")), handle=fields.handle(note.get("handle")), pds=pds, **tokens
    )
