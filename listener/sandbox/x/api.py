"""The part of X API v2 the bot uses. Operations and limits: https://docs.x.com/x-api (2026-08)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from listener.sandbox.exchange import Answer, Request, answer_json
from listener.sandbox.x import auth, problems, read, write
from listener.sandbox.x.asked import TOLD, TOLD_USER, known
from listener.sandbox.x.auth import Kind
from listener.sandbox.x.limits import Limits, Meter

if TYPE_CHECKING:
    from listener.sandbox.x.network import XNetwork

_RANGE: Final = frozenset({"since_id", "until_id", "start_time", "end_time"})
_TIMELINE: Final = TOLD | _RANGE | {"max_results", "pagination_token"}
_SEARCH: Final = TOLD | _RANGE | {"query", "max_results", "next_token", "pagination_token"}
_COUNTS: Final = _RANGE | {"query", "granularity", "next_token", "pagination_token"}


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request on its way to an operation."""

    network: XNetwork
    request: Request
    id: str  # of the path; empty where it has none

    @property
    def query(self) -> Mapping[str, str]:
        return self.request.query


@dataclass(frozen=True, kw_only=True)
class Operation:
    """An operation of X's OpenAPI document, by its operationId."""

    name: str
    method: str
    path: str
    does: Callable[[Call], Any]
    parameters: frozenset[str] = frozenset()
    auth: tuple[Kind, ...] = auth.ANY
    status: int = 200
    reads_posts: bool = False  # and each is counted against the month

    def matches(self, request: Request) -> re.Match[str] | None:
        if request.method != self.method:
            return None
        return re.fullmatch(self.path.replace("{id}", r"(?P<id>[0-9]{1,19})"), request.path)


def _op(method: str, path: str, name: str, does: Callable[[Call], Any], **more: Any) -> Operation:
    return Operation(name=name, method=method, path=path, does=does, **more)


_USER = auth.USER
OPERATIONS: Final = (
    _op("GET", "/2/users/me", "getUsersMe", read.me, parameters=TOLD_USER, auth=_USER),
    _op("GET", "/2/users", "getUsersByIds", read.users, parameters=TOLD_USER | {"ids"}),
    _op("GET", "/2/users/{id}/mentions", "getUsersMentions", read.mentions, parameters=_TIMELINE,
        reads_posts=True),
    _op("GET", "/2/users/{id}/tweets", "getUsersPosts", read.timeline,
        parameters=_TIMELINE | {"exclude"}, reads_posts=True),
    _op("GET", "/2/tweets", "getPostsByIds", read.posts, parameters=TOLD | {"ids"},
        reads_posts=True),
    _op("GET", "/2/tweets/search/recent", "searchPostsRecent", read.search,
        parameters=_SEARCH | {"sort_order"}, reads_posts=True),
    _op("GET", "/2/tweets/counts/recent", "getPostsCountsRecent", read.counts,
        parameters=_COUNTS, auth=auth.APP),
    _op("GET", "/2/usage/tweets", "getUsage", read.usage,
        parameters=frozenset({"days", "usage.fields"}), auth=auth.APP),
    _op("POST", "/2/tweets", "createPosts", write.create, auth=_USER, status=201),
    _op("DELETE", "/2/tweets/{id}", "deletePosts", write.delete, auth=_USER),
    _op("PUT", "/2/tweets/{id}/hidden", "hidePostsReply", write.hide, auth=_USER),
)  # fmt: skip


class Api:
    """Answers requests under /2/, and counts them as X's rate limits do."""

    def __init__(self, network: XNetwork) -> None:
        self._network = network
        self._limits = Limits(network)
        self.meter = Meter()

    def answer(self, request: Request) -> Answer:
        headers: dict[str, str] = {}
        try:
            answer = self._do(request, headers)
        except problems.Problem as problem:
            answer = problem.answer()
        return answer.plus(headers)

    def _do(self, request: Request, headers: dict[str, str]) -> Answer:
        operation, found = self._operation(request)
        network = self._network
        kind = auth.who(request, network.secrets(), network.user_token, operation.auth)
        headers["x-access-level"] = "read" if kind is Kind.APP else "read-write-directmessages"
        with network.lock:
            posts = operation.name == "createPosts"
            headers |= self._limits.count(operation.name, kind, posts=posts)
            known(request.query, operation.parameters)
            if operation.reads_posts and self.meter.total(network.now()) >= network.posts_a_month:
                raise problems.usage_capped(headers)
            target = found.groupdict().get("id", "")
            body = operation.does(Call(network=network, request=request, id=target))
            if operation.reads_posts:
                self.meter.read((post["id"] for post in body.get("data", ())), network.now())
        return answer_json(body, status=operation.status)

    @staticmethod
    def _operation(request: Request) -> tuple[Operation, re.Match[str]]:
        for operation in OPERATIONS:
            found = operation.matches(request)
            if found:
                return operation, found
        raise problems.not_found(f"The requested resource {request.path} was not found.")
