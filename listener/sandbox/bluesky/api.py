"""The part of XRPC the bot uses: https://atproto.com/specs/xrpc, https://docs.bsky.app (2026-11).

One server stands for the account's PDS and for the AppView behind it. What the PDS only passes on
(`passed_on`) is refused for want of a token before anybody looks at its parameters.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlsplit

from listener.sandbox.bluesky import (
    feeds,
    notifications,
    people,
    problems,
    repo,
    search,
    sessions,
    threads,
    tokens,
)
from listener.sandbox.bluesky.lexicon import BODIES, PARAMETERS, Parameter
from listener.sandbox.bluesky.limits import POINTS, Limit, Limits
from listener.sandbox.bluesky.look import Look
from listener.sandbox.bluesky.record import Account
from listener.sandbox.bluesky.shapes import Misshapen
from listener.sandbox.bluesky.tokens import Kind
from listener.sandbox.exchange import Answer, Request, answer_json

if TYPE_CHECKING:
    from listener.sandbox.bluesky.network import BlueskyNetwork

_METHOD = re.compile(r"/xrpc/(?P<name>[a-zA-Z0-9.-]+)/?")
_DEEPEST = 100  # objects within objects
_SAFE = 2**53 - 1  # the largest integer of JavaScript
_PRIVATE: Final = {"Cache-Control": "private", "Vary": "Authorization, Accept-Encoding"}


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request on its way to a method."""

    network: BlueskyNetwork
    query: Mapping[str, Any]
    body: dict[str, Any] = field(default_factory=dict)
    claims: Mapping[str, Any] = field(default_factory=dict)  # of the token

    @property
    def account(self) -> Account:
        """The caller."""
        return self.network.accounts[self.claims["sub"]]

    def look(self, *, own_at_once: bool = False) -> Look:
        return Look(network=self.network, viewer=self.account.did, own_at_once=own_at_once)


@dataclass(frozen=True, kw_only=True)
class Method:
    """A method by its NSID. `auth` None: it asks for no token."""

    name: str
    does: Callable[[Call], Any]
    auth: Kind | None = None
    writes: bool = False  # POST
    passed_on: bool = False
    expired_too: bool = False  # an expired token will do

    @property
    def verb(self) -> str:
        return "POST" if self.writes else "GET"


def _read(name: str, does: Callable[[Call], Any], **more: Any) -> Method:
    return Method(name=name, does=does, **more)


def _write(name: str, does: Callable[[Call], Any], **more: Any) -> Method:
    return Method(name=name, does=does, writes=True, **more)


def _view(name: str, does: Callable[[Call], Any], **more: Any) -> Method:
    return Method(name=f"app.bsky.{name}", does=does, auth=Kind.ACCESS, **more)


_AT = "com.atproto"
METHODS: Final[Mapping[str, Method]] = {
    method.name: method
    for method in (
        _write(f"{_AT}.server.createSession", sessions.create),
        _write(f"{_AT}.server.refreshSession", sessions.refresh, auth=Kind.REFRESH),
        _write(f"{_AT}.server.deleteSession", sessions.delete, auth=Kind.REFRESH, expired_too=True),
        _read(f"{_AT}.server.getSession", sessions.get, auth=Kind.ACCESS),
        _read(f"{_AT}.identity.resolveHandle", repo.resolve),
        _write(f"{_AT}.repo.createRecord", repo.create, auth=Kind.ACCESS),
        _write(f"{_AT}.repo.putRecord", repo.put, auth=Kind.ACCESS),
        _write(f"{_AT}.repo.deleteRecord", repo.delete, auth=Kind.ACCESS),
        _read(f"{_AT}.repo.getRecord", repo.get),
        _read(f"{_AT}.repo.listRecords", repo.listed),
        _read(f"{_AT}.repo.describeRepo", repo.describe),
        _read(f"{_AT}.sync.getRepoStatus", repo.status),
        _view("actor.getProfile", people.one),
        _view("actor.getProfiles", people.several),
        _view("feed.getPosts", feeds.posts, passed_on=True),
        _view("feed.getPostThread", threads.get),
        _view("feed.getAuthorFeed", feeds.author),
        _view("feed.searchPosts", search.posts, passed_on=True),
        _view("notification.listNotifications", notifications.listed, passed_on=True),
        _view("notification.getUnreadCount", notifications.unread, passed_on=True),
        _view("notification.updateSeen", notifications.update_seen, writes=True, passed_on=True),
    )
}
_WITH_REVISION: Final = ("getProfile", "getProfiles", "getPostThread", "getAuthorFeed")


class Api:
    """Answers requests under /xrpc/, and counts them as Bluesky's rate limits do."""

    def __init__(self, network: BlueskyNetwork) -> None:
        self._network = network
        self._limits = Limits(network)

    def answer(self, request: Request) -> Answer:
        headers = {"Access-Control-Allow-Origin": "*"}
        try:
            with self._network.lock:
                answer = self._do(request, headers)
        except problems.Problem as problem:
            answer = problem.answer()
        return answer.plus(headers)

    def _do(self, request: Request, headers: dict[str, str]) -> Answer:
        if request.method not in ("GET", "POST"):
            raise problems.invalid("XRPC requests only supports GET and POST")
        if request.path == "/xrpc/_health":
            return answer_json({"version": "sandbox"})
        found = _METHOD.fullmatch(request.path)
        if found is None:
            raise problems.invalid("invalid xrpc path")
        method = METHODS.get(found["name"])
        if method is None:
            raise self._unknown(found["name"], request, headers)
        if request.method != method.verb:
            raise problems.invalid(
                f"Incorrect HTTP method ({request.method}) expected {method.verb}"
            )
        call = self._call(method, request, headers)
        told = method.does(call)
        if method.name.rpartition(".")[2] in _WITH_REVISION:
            headers["Atproto-Repo-Rev"] = self._network.known_revision(call.account.did)
        return answer_json(told) if told is not None else Answer()

    def _unknown(self, name: str, request: Request, headers: dict[str, str]) -> problems.Problem:
        """What the PDS does not know it would pass on, with a token."""
        headers |= _PRIVATE | self._limits.count(self._limits.general())
        tokens.verify(request, Kind.ACCESS, self._network.signing_key, self._network.now())
        if name.startswith("chat.bsky."):  # closed to ordinary app passwords
            return problems.bad_token("Bad token method")
        return problems.not_implemented()

    def _call(self, method: Method, request: Request, headers: dict[str, str]) -> Call:
        """What is asked, checked and counted, in the order the reference servers do it."""
        if method.passed_on:
            headers |= self._limits.count(self._limits.general())
            claims = self._claims(method, request, headers)
            query, body = _query(method, request), _body(method, request)
        else:
            query, claims = _query(method, request), self._claims(method, request, headers)
            body = _body(method, request)
            headers |= self._limits.count(self._due(method, body, claims))
        return Call(network=self._network, query=query, body=body, claims=claims)

    def _due(
        self, method: Method, body: Mapping[str, Any], claims: Mapping[str, Any]
    ) -> list[Limit]:
        """The limits a request counts against."""
        name = method.name.rpartition(".")[2]
        if name == "createSession":
            return self._limits.general() + self._limits.login(body["identifier"])
        writes = self._limits.write(claims["sub"], name) if name in POINTS else []
        return self._limits.general() + writes

    def _claims(
        self, method: Method, request: Request, headers: dict[str, str]
    ) -> Mapping[str, Any]:
        if method.auth is None:
            return {}
        headers |= _PRIVATE
        network = self._network
        claims = tokens.verify(
            request,
            method.auth,
            network.signing_key,
            network.now(),
            expired_too=method.expired_too,
        )
        if claims["sub"] not in network.accounts:
            raise problems.bad_token()
        return claims


def _query(method: Method, request: Request) -> dict[str, Any]:
    """The parameters, read and checked. Unknown ones are nobody's business, empty ones missing."""
    known = PARAMETERS.get(method.name, {})
    given: dict[str, list[str]] = {}
    for name, value in parse_qsl(urlsplit(request.url).query):
        given.setdefault(name, []).append(value)
    try:
        found = {name: _one(known[name], name, given.get(name)) for name in known}
    except Misshapen as error:
        raise problems.invalid(f"Invalid {method.name} params: {error.problem}") from None
    return {name: value for name, value in found.items() if value is not None}


def _one(parameter: Parameter, name: str, given: list[str] | None) -> Any:
    if given is None:
        if parameter.required:
            raise Misshapen(f'Missing required key "{name}"', "$")
        return parameter.usual
    value = [*map(parameter.reads, given)] if parameter.many else parameter.reads(given[-1])
    parameter.check(value, "$")
    return value


def _body(method: Method, request: Request) -> dict[str, Any]:
    check, kind = BODIES.get(method.name), request.headers.get("content-type", "")
    if check is None:
        if method.writes and request.body:
            raise problems.invalid("A request body was provided when none was expected")
        return {}
    if not kind:
        raise problems.invalid("Request encoding (Content-Type) required but not provided")
    kind = kind.partition(";")[0].strip()
    if kind != "application/json":
        raise problems.invalid(f"Wrong request encoding (Content-Type): {kind}")
    value = _json(request.body)
    try:
        check(value, "$")
    except Misshapen as error:
        raise problems.invalid(str(error)) from None
    return dict(value)


def _json(body: bytes) -> Any:
    try:
        value = json.loads(body, parse_constant=_no_constant, parse_float=_number)
    except (ValueError, RecursionError) as error:
        raise problems.invalid(str(error), "SyntaxError") from None
    return _plain(value, "$", 0)


def _no_constant(name: str) -> Any:
    raise ValueError(f"Unexpected token in JSON: {name}")


def _number(text: str) -> Any:
    """1.0 is the integer 1, as it is in JavaScript."""
    value = float(text)
    return int(value) if value.is_integer() else value


def _plain(value: Any, path: str, depth: int) -> Any:
    """The value as a record may hold it: half characters are replaced, fractions refused."""
    if depth > _DEEPEST:
        raise problems.invalid("Input is nested too deeply")
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_plain(one, f"{path}[{at}]", depth + 1) for at, one in enumerate(value)]
    if isinstance(value, dict):
        return {
            _plain(name, path, depth): _plain(one, f"{path}.{name}", depth + 1)
            for name, one in value.items()
        }
    if isinstance(value, float) or (isinstance(value, int) and abs(value) > _SAFE):
        raise problems.invalid(
            "Expected one of null, boolean, integer, string, cid, bytes, array or object value type"
            f" (got {value}) at {path}"
        )
    return value
