"""Reading a request's parameters as Rails does: from the query, a form or JSON, what is not known
is left alone, and what is no number is 0."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from listener.sandbox.exchange import Request, is_text
from listener.sandbox.mastodon.problems import bad_request

_FALSE = frozenset({"", "0", "f", "F", "false", "FALSE", "off", "OFF"})
_LEADING = re.compile(r"\s*[+-]?\d+")
_MOST = 80  # digits anybody needs: int() of more is slow


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The parameters of one request. `lists` are those whose names end in [], without it."""

    values: Mapping[str, str]
    lists: Mapping[str, tuple[str, ...]]

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def text(self, name: str, usual: str = "") -> str:
        return self.values.get(name, usual)

    def flag(self, name: str) -> bool:
        return self.values.get(name, "") not in _FALSE

    def number(self, name: str) -> int | None:
        """None: not given, or empty."""
        value = self.values.get(name, "")
        return whole(value) if value else None

    def limit(self, usual: int) -> int:
        """`limit`, at most twice the usual; 0 is 0."""
        if "limit" not in self.values:
            return usual
        return min(abs(whole(self.values["limit"])), 2 * usual)


def whole(value: str) -> int:
    """The number a text begins with, as Ruby reads it; 0 if it begins with none."""
    found = _LEADING.match(value[:_MOST])
    return int(found[0]) if found else 0


def read(request: Request) -> Asked:
    """Raises Problem 400 for a body that cannot be read."""
    values: dict[str, str] = {}
    lists: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
    for name, value in [*_query(request), *_body(request)]:
        if not is_text(name) or not is_text(value):
            raise bad_request()
        if name.endswith("[]"):
            lists[name.removesuffix("[]")] += (value,)
        else:
            values[name] = value
    return Asked(values=values, lists=lists)


def _query(request: Request) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(request.url).query, keep_blank_values=True)


def _body(request: Request) -> Iterator[tuple[str, str]]:
    kind = request.headers.get("content-type", "")
    if not request.body:
        return
    if "application/json" in kind:
        yield from _object(request.json)
    elif "application/x-www-form-urlencoded" in kind:
        body = request.body.decode("utf-8", "replace")
        yield from parse_qsl(body, keep_blank_values=True)


def _object(body: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(body, dict):
        raise bad_request()
    for name, value in body.items():
        if isinstance(value, list):
            for one in value:
                yield f"{name}[]", _plain(one)
        elif value is not None:
            yield name, _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value)
