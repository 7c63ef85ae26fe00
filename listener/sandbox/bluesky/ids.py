"""How Bluesky names things: accounts by a DID, records by an at-URI, contents by a CID.

https://atproto.com/specs/did, /at-uri-scheme, /tid, /data-model (2026-11). A CID is true here: it
is the hash of the record, so that the same record has the same one and another has another.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

_SORTABLE: Final = "234567abcdefghijklmnopqrstuvwxyz"  # in the order of ASCII, unlike base32
_DAG_CBOR: Final = b"\x01\x71\x12\x20"  # CID version 1, DAG-CBOR, SHA-256 of 32 bytes
_RAW: Final = b"\x01\x55\x12\x20"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_URI = re.compile(r"at://(?P<repo>[^/?#\s]+)/(?P<collection>[^/?#\s]+)/(?P<key>[^/?#\s]+)/?")


@dataclass(frozen=True, kw_only=True)
class Place:
    """The three parts of a record's at-URI. `repo` may be a handle in what clients send."""

    repo: str
    collection: str
    key: str

    @property
    def uri(self) -> str:
        return f"at://{self.repo}/{self.collection}/{self.key}"


def place(uri: str) -> Place | None:
    """None for what names no record."""
    found = _URI.fullmatch(uri)
    return Place(**found.groupdict()) if found else None


def did_for(*parts: object) -> str:
    """A `did:plc`, the same whenever the parts are the same."""
    digest = hashlib.sha256("\x1f".join(map(str, parts)).encode()).digest()
    return f"did:plc:{_base32(digest[:15])}"


def tid(number: int) -> str:
    """A number below 2**63 as 13 characters that sort as the numbers do."""
    return "".join(_SORTABLE[number >> 5 * place & 31] for place in range(12, -1, -1))


def tid_number(moment: datetime) -> int:
    """Microseconds since 1970, and room for the ten bits of a clock's id."""
    return max(0, (moment - _EPOCH) // timedelta(microseconds=1)) << 10


def cid_of(value: Any) -> str:
    """The CID of a record. Raises TypeError for what cannot be in one (floats)."""
    return _cid(_DAG_CBOR, dag_cbor(value))


def blob_cid(content: bytes) -> str:
    """The CID of a picture."""
    return _cid(_RAW, content)


def _cid(prefix: bytes, content: bytes) -> str:
    return "b" + _base32(prefix + hashlib.sha256(content).digest())


def _base32(content: bytes) -> str:
    return base64.b32encode(content).decode().lower().rstrip("=")


def dag_cbor(value: Any) -> bytes:
    """A JSON value of AT Protocol in its one binary form: maps sorted by the length of their keys
    first, `{"$link": ...}` as a link, `{"$bytes": ...}` as bytes."""
    match value:
        case None:
            return b"\xf6"
        case bool():
            return b"\xf5" if value else b"\xf4"
        case int():
            return _head(0, value) if value >= 0 else _head(1, -1 - value)
        case str():
            return _string(3, value.encode())
        case list():
            return _head(4, len(value)) + b"".join(map(dag_cbor, value))
        case {"$link": str(link), **rest} if not rest:
            return b"\xd8\x2a" + _string(2, b"\x00" + _unbase32(link[1:]))
        case {"$bytes": str(content), **rest} if not rest:
            return _string(2, base64.b64decode(content + "=" * (-len(content) % 4)))
        case dict():
            pairs = sorted((len(key.encode()), key.encode(), key) for key in value)
            inside = [_string(3, key) + dag_cbor(value[name]) for _, key, name in pairs]
            return _head(5, len(value)) + b"".join(inside)
    raise TypeError(f"{type(value).__name__} cannot be in a record")


def _unbase32(text: str) -> bytes:
    return base64.b32decode(text.upper() + "=" * (-len(text) % 8))


def _string(major: int, content: bytes) -> bytes:
    return _head(major, len(content)) + content


def _head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes([major << 5 | number])
    for code, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if number < 1 << 8 * size:
            return bytes([major << 5 | code]) + number.to_bytes(size, "big")
    raise TypeError(f"{number} is too large for a record")
