"""The part of Mastodon's API the bot uses: https://docs.joinmastodon.org/methods/ (4.5)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from listener.sandbox.exchange import Answer, Request, answer_json
from listener.sandbox.mastodon import (
    asked,
    auth,
    instance,
    notices,
    problems,
    read,
    search,
    write,
)
from listener.sandbox.mastodon.asked import Asked
from listener.sandbox.mastodon.limits import Limits
from listener.sandbox.mastodon.objects import Account

if TYPE_CHECKING:
    from listener.sandbox.mastodon.network import MastodonNetwork

_NEVER_KEPT: Final = {"Cache-Control": "private, no-store"}
_DEPRECATED: Final = {"Deprecation": "@1668384000"}  # 2022-11-14; RFC 9745, sent since 4.4


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request on its way to an operation."""

    network: MastodonNetwork
    request: Request
    asked: Asked
    viewer: Account | None  # the brand, or nobody in particular
    id: str  # of the path; empty where it has none
    limits: Limits
    headers: dict[str, str] = field(default_factory=dict)  # those of this answer alone

    def place(self, status_id: str) -> int | None:
        """The place in lists of a status's id; None where an id that is no number is unknown."""
        if not self.network.manners.hex_ids:
            return asked.whole(status_id)
        known = self.network.statuses.get(status_id) or self.network.deleted.get(status_id)
        return known.number if known else None


@dataclass(frozen=True, kw_only=True)
class Operation:
    method: str
    path: str
    does: Callable[[Call], Any]
    scopes: tuple[str, ...] = ()
    signed_in: bool = True
    """False: anybody may ask; who shows a token must be allowed to."""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    def matches(self, request: Request) -> re.Match[str] | None:
        """Rails does not mind a slash at the end."""
        if request.method != self.method:
            return None
        pattern = self.path.replace("{id}", r"(?P<id>[^/]+)")
        return re.fullmatch(pattern, request.path.rstrip("/"))


def _op(
    method: str, path: str, does: Callable[[Call], Any], *scopes: str, **more: Any
) -> Operation:
    return Operation(method=method, path=path, does=does, scopes=scopes, **more)


_READ, _NOTES, _WRITE = "read:statuses", "read:notifications", "write:statuses"
_OPEN: Final = {"signed_in": False}
OPERATIONS: Final = (
    _op("GET", "/api/v1/instance", instance.first, headers=_DEPRECATED, **_OPEN),
    _op("GET", "/api/v2/instance", instance.second, **_OPEN),
    _op("GET", "/.well-known/nodeinfo", instance.directions, **_OPEN),
    _op("GET", "/nodeinfo/2.0", instance.node, **_OPEN),
    _op("GET", "/api/v1/apps/verify_credentials", read.app),
    _op("GET", "/api/v1/accounts/verify_credentials", read.ourselves, "read:accounts", "profile"),
    _op("GET", "/api/v1/accounts/lookup", read.lookup, "read:accounts", **_OPEN),
    _op("GET", "/api/v1/accounts/{id}", read.account, "read:accounts", **_OPEN),
    _op("GET", "/api/v1/accounts/{id}/statuses", read.statuses_of, _READ, **_OPEN),
    _op("GET", "/api/v1/notifications", notices.notifications, _NOTES),
    _op("GET", "/api/v1/notifications/requests", notices.requests, _NOTES),
    _op("POST", "/api/v1/notifications/requests/{id}/accept", notices.accept,
        "write:notifications"),
    _op("GET", "/api/v1/notifications/{id}", notices.notification, _NOTES),
    _op("GET", "/api/v2/notifications/policy", notices.policy, _NOTES),
    _op("PUT", "/api/v2/notifications/policy", notices.set_policy, "write:notifications"),
    _op("GET", "/api/v1/statuses", read.statuses, _READ, **_OPEN),
    _op("POST", "/api/v1/statuses", write.create, _WRITE),
    _op("GET", "/api/v1/statuses/{id}", read.status, _READ, **_OPEN),
    _op("PUT", "/api/v1/statuses/{id}", write.update, _WRITE),
    _op("DELETE", "/api/v1/statuses/{id}", write.delete, _WRITE),
    _op("GET", "/api/v1/statuses/{id}/context", read.context, _READ, **_OPEN),
    _op("GET", "/api/v1/statuses/{id}/source", read.source, _READ),
    _op("GET", "/api/v1/timelines/tag/{id}", read.tag, _READ, **_OPEN),
    _op("GET", "/api/v2/search", search.search, "read:search", **_OPEN),
    _op("GET", "/api/v1/conversations", notices.conversations, _READ),
)  # fmt: skip


class Api:
    """Answers requests, and counts them as Mastodon's rate limits do. The caller holds the
    network's lock."""

    def __init__(self, network: MastodonNetwork) -> None:
        self._network = network
        self._limits = Limits(network)

    def answer(self, request: Request) -> Answer:
        headers = dict(_NEVER_KEPT)
        try:
            answer = self._do(request, headers)
        except problems.Problem as problem:
            json_errors = self._network.manners.json_errors
            answer = problem.answer() if json_errors else problem.page()
        return answer.plus(headers)

    def _do(self, request: Request, headers: dict[str, str]) -> Answer:
        """`headers` are filled on the way, so that a refusal has them as well."""
        network = self._network
        given = asked.read(request)
        caller = "ours" if auth.has_token(network, request) else "strangers"
        limits = self._limits.count(request, given, caller=caller)
        headers |= limits
        operation, found = self._operation(request)
        headers |= operation.headers
        viewer = auth.who(network, request, operation.scopes, needed=operation.signed_in)
        call = Call(
            network=network,
            request=request,
            asked=given,
            viewer=viewer,
            id=unquote(found.groupdict().get("id", "")),
            limits=self._limits,
        )
        try:
            return answer_json(operation.does(call)).plus(call.headers)
        finally:
            if operation.does in (write.create, write.update):
                headers |= self._limits.posts(limits)

    def _operation(self, request: Request) -> tuple[Operation, re.Match[str]]:
        for operation in OPERATIONS:
            found = operation.matches(request)
            if found and operation.name not in self._network.manners.absent:
                return operation, found
        raise problems.not_found()
