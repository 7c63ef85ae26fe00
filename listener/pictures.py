"""One picture, from a host on which a network keeps its pictures, for somebody who asked for it.

The address comes from a stranger, so nothing of it is believed: https on its own port, a host the
channel declared, every address of that host on the public internet, and the connection goes to the
very address that was looked at. What comes back is a picture by its first bytes, or nothing.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Collection, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import cache
from typing import Final
from urllib.parse import quote, urlsplit

MOST_BYTES: Final = 5_000_000
SECONDS: Final = 10.0  # for all of it, from the first byte to the last
_PIECE: Final = 65_536
_LONGEST: Final = 2_000  # characters of an address
_PORT: Final = 443
_HEADERS: Final = {"Accept": "image/*", "Connection": "close"}
_SAFE: Final = "%/:@!$&'()*+,;=~-._"

# `is_global` says yes to these on Python 3.11, and each leads to an address of any kind.
_INDIRECT: Final = tuple(
    map(
        ipaddress.ip_network,
        ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::ffff:0:0/96", "::/96"),
    )
)

Resolve = Callable[[str], Sequence[str]]
Connect = Callable[[str, str], socket.socket]


class NoPicture(Exception):
    """It is not shown. The text says why, fit for the page."""


@dataclass(frozen=True, kw_only=True)
class Picture:
    kind: str  # "image/png", by its bytes
    content: bytes


def is_from(url: str, hosts: Collection[str]) -> bool:
    """Pure: whether `url` is one that may be fetched, as far as its letters tell. `hosts` are
    names, or "*.name" for all below it."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    whole = parts.scheme == "https" and port in (None, _PORT) and "@" not in parts.netloc
    plain = url.isascii() and url.isprintable() and " " not in url and len(url) <= _LONGEST
    return whole and plain and "\\" not in url and any(_is_of(host, one) for one in hosts)


def is_public(address: str) -> bool:
    """Pure: whether an address is one of the internet and of nothing nearer."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return False
    indirect = any(known in net for net in _INDIRECT if net.version == known.version)
    return known.is_global and not (
        indirect or known.is_multicast or known.is_reserved or known.is_unspecified
    )


def fetch_picture(
    url: str,
    hosts: Collection[str],
    *,
    resolve: Resolve | None = None,
    connect: Connect | None = None,
) -> Picture:
    """The picture at `url`. Raises NoPicture. No redirect is followed."""
    if not is_from(url, hosts):
        raise NoPicture("It does not lie with the network itself")
    parts = urlsplit(url)
    host = parts.hostname or ""
    addresses = (resolve or _resolved)(host)
    if not addresses or not all(map(is_public, addresses)):
        raise NoPicture("Its address is none of the internet")
    path = quote(parts.path or "/", safe=_SAFE)
    if parts.query:
        path += "?" + quote(parts.query, safe=_SAFE + "?")
    try:
        content = _read(host, path, (connect or _connected)(addresses[0], host))
    except (OSError, http.client.HTTPException) as error:
        raise NoPicture("The network does not hand it out") from error
    kind = kind_of(content)
    if not kind:
        raise NoPicture("What lies there is no picture")
    return Picture(kind=kind, content=content)


def kind_of(content: bytes) -> str:
    """Pure: what kind of picture these bytes begin as; "" for none that is shown."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return ""


def _is_of(host: str, name: str) -> bool:
    if name.startswith("*."):
        return host.endswith(name[1:]) and host != name[1:]
    return host == name


def _read(host: str, path: str, link: socket.socket) -> bytes:
    """Ask once over `link`, and read what is said. A server that drips is cut off in time."""
    asked = http.client.HTTPConnection(host, _PORT)
    asked.sock = link
    overdue = threading.Timer(SECONDS, _cut, [link])
    overdue.daemon = True
    overdue.start()
    try:
        with closing(asked):
            asked.request("GET", path, headers={"Host": host, **_HEADERS})
            answer = asked.getresponse()
            if answer.status != http.client.OK:
                raise NoPicture("The network does not hand it out")
            return _within_measure(answer)
    finally:
        overdue.cancel()
        link.close()


def _within_measure(answer: http.client.HTTPResponse) -> bytes:
    found = bytearray()
    while part := answer.read(_PIECE):
        found += part
        if len(found) > MOST_BYTES:
            raise NoPicture(f"It is larger than {MOST_BYTES // 1_000_000} MB")
    if answer.length:
        raise NoPicture("It came in part only")
    return bytes(found)


def _cut(link: socket.socket) -> None:
    with suppress(OSError):
        link.shutdown(socket.SHUT_RDWR)


def _resolved(host: str) -> Sequence[str]:
    try:
        found = socket.getaddrinfo(host, _PORT, type=socket.SOCK_STREAM)
    except OSError as error:
        raise NoPicture("Nobody knows where it lies") from error
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def _connected(address: str, host: str) -> socket.socket:
    """To that address and no other; its certificate is that of the host's name."""
    plain = socket.create_connection((address, _PORT), timeout=SECONDS)
    try:
        return _trust().wrap_socket(plain, server_hostname=host)
    except BaseException:
        plain.close()
        raise


@cache
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()
