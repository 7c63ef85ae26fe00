"""One HTTP request and one answer, as plain values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl


def names(text: str) -> frozenset[str]:
    """The words of a text: how the tables of parameters and fields are written."""
    return frozenset(text.split())


def is_text(value: object) -> bool:
    """Whether it can be written as UTF-8: JSON can smuggle in half a character (`"\\ud800"`)."""
    try:
        return isinstance(value, str) and value.encode() is not None
    except UnicodeEncodeError:
        return False


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a client asked. `query` and `form` keep one value a name: the last one wins."""

    method: str
    path: str
    url: str  # absolute, with the query string
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case
    body: bytes = b""

    @property
    def form(self) -> dict[str, str]:
        if "application/x-www-form-urlencoded" not in self.headers.get("content-type", ""):
            return {}
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    @property
    def json(self) -> Any:
        """The body as JSON; None if it is not."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


@dataclass(frozen=True, kw_only=True)
class Answer:
    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    def plus(self, headers: Mapping[str, str]) -> Answer:
        """The same answer with further headers; those it already has stay."""
        return Answer(status=self.status, body=self.body, headers={**headers, **self.headers})


def answer_json(
    payload: Any, *, status: int = 200, kind: str = "application/json", ascii_only: bool = False
) -> Answer:
    text = json.dumps(payload, ensure_ascii=ascii_only, separators=(",", ":"))
    return Answer(
        status=status, body=text.encode(), headers={"Content-Type": f"{kind}; charset=utf-8"}
    )


def answer_html(page: str, *, status: int = 200) -> Answer:
    """A page for people. It can load nothing and run nothing, whatever a customer wrote into it."""
    return Answer(
        status=status,
        body=page.encode(),
        headers={
            "Content-Type": "text/html; charset=utf-8",
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
        },
    )
