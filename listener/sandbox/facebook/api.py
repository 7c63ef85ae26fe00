"""The part of Meta's Graph the bot uses.

https://developers.facebook.com/docs/graph-api (2026-11)
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from listener.sandbox.exchange import Answer, Request, answer_json, is_text
from listener.sandbox.facebook import problems
from listener.sandbox.facebook.fields import Asked, parse
from listener.sandbox.facebook.limits import app_header, page_header
from listener.sandbox.facebook.lists import EDGES
from listener.sandbox.facebook.objects import Object
from listener.sandbox.facebook.told import Teller

if TYPE_CHECKING:
    from listener.sandbox.facebook.network import FacebookNetwork

_PATH = re.compile(r"(?P<version>/v\d{1,2}\.\d)?/?(?P<rest>.*)")
_CREDENTIALS: Final = ("access_token", "appsecret_proof")
_LONGEST = 8_000  # characters of a comment; https://developers.facebook.com, not confirmed
COMMENT_PARAMETERS: Final = frozenset({"message"})
UPDATE_PARAMETERS: Final = frozenset({"is_hidden", "message"})
SCOPES: Final = (
    "pages_show_list",
    "pages_read_engagement",
    "pages_read_user_content",
    "pages_manage_engagement",
    "pages_manage_metadata",
    "pages_messaging",
)


class Api:
    """Answers requests to Graph. The caller holds the network's lock."""

    def __init__(self, network: FacebookNetwork) -> None:
        self._network = network

    def answer(self, request: Request) -> Answer:
        try:
            # Graph writes all that is not ASCII as \\uXXXX.
            answer = answer_json(self._do(request), ascii_only=True)
        except problems.Problem as problem:
            answer = problem.answer()
        return answer.plus(self._headers(request))

    def _headers(self, request: Request) -> dict[str, str]:
        network, version = self._network, _PATH.fullmatch(request.path)
        now, least = network.now(), network.usage_percent
        app = max(least, network.app_calls.percent(now))
        page = max(least, network.page_calls.percent(now))
        regain = network.page_calls.regain(now) or (15 if least >= 100 else 0)
        return {
            "facebook-api-version": ((version and version["version"]) or "/v26.0").strip("/"),
            **app_header(app),
            **page_header(network.page_id, page, regain),
        }

    def _spend(self) -> None:
        """Count this call. Raises Problem when there was none left: it counts all the same."""
        now = self._network.now()
        app, page = self._network.app_calls.spend(now), self._network.page_calls.spend(now)
        if not app:
            raise problems.app_limit()
        if not page:
            raise problems.page_limit()

    def _do(self, request: Request) -> Any:
        found = _PATH.fullmatch(request.path)
        parameters = {**request.query, **self._body(request)}
        self._check_token(request, parameters)
        self._spend()
        query = {name: value for name, value in parameters.items() if name not in _CREDENTIALS}
        version = (found and found["version"]) or ""
        teller = Teller(
            network=self._network,
            base=f"{self._network.url}{version}",
            credentials={
                name: request.query[name] for name in _CREDENTIALS if name in request.query
            },
        )
        steps = [step for step in (found["rest"] if found else "").split("/") if step]
        if request.method == "GET":
            return self._read(teller, steps, query)
        return self._change(request.method, steps, query)

    @staticmethod
    def _body(request: Request) -> dict[str, str]:
        given = request.json
        if isinstance(given, dict):
            return {name: _as_text(value) for name, value in given.items()}
        return request.form

    def _check_token(self, request: Request, parameters: Mapping[str, str]) -> None:
        bearer = request.headers.get("authorization", "")
        scheme, _, value = bearer.partition(" ")
        given = value.strip() if scheme.lower() == "bearer" else parameters.get("access_token", "")
        if not given:
            raise problems.no_token()
        due = self._network.secrets()["page_access_token"]
        if not hmac.compare_digest(given.encode(), due.encode()):
            raise problems.bad_token()
        proof = parameters.get("appsecret_proof")
        if proof is not None and not hmac.compare_digest(
            proof.encode(), self._network.proof().encode()
        ):
            raise problems.bad_proof()

    def _read(self, teller: Teller, steps: list[str], query: dict[str, str]) -> Any:
        match steps:
            case []:
                return self._several(teller, query)
            case ["debug_token"]:
                return self._debug(query)
            case [("me" | self._network.page_id)]:
                return teller.page(_asked(query, {"fields"}))
            case [("me" | self._network.page_id), edge] if edge in EDGES and edge != "comments":
                return teller.list(edge, None, query)
            case [object_id]:
                return teller.object(self._living("get", object_id), _asked(query, {"fields"}))
            case [object_id, "comments"]:
                return teller.list("comments", self._living("get", object_id), query)
        raise problems.gone("get", "/".join(steps))

    def _several(self, teller: Teller, query: dict[str, str]) -> Any:
        """`/?ids=a,b`. One that is gone makes the whole request fail."""
        asked = _asked(query, {"fields", "ids"})
        ids = [one for one in query.get("ids", "").split(",") if one]
        if not ids or len(ids) > 50:
            raise problems.bad_parameter("ids must hold 1 to 50 ids")
        return {one: teller.object(self._living("get", one), asked) for one in ids}

    def _debug(self, query: dict[str, str]) -> Any:
        _only(query, {"input_token"})
        valid = query.get("input_token") == self._network.secrets()["page_access_token"]
        if not valid:
            error = {"code": 190, "message": "Invalid OAuth access token."}
            return {"data": {"error": error, "is_valid": False, "scopes": []}}
        return {
            "data": {
                "app_id": self._network.app_id,
                "type": "PAGE",
                "application": "Antiphon sandbox",
                "is_valid": True,
                "expires_at": 0,
                "data_access_expires_at": 0,
                "profile_id": self._network.page_id,
                "scopes": list(SCOPES),
            }
        }

    def _change(self, method: str, steps: list[str], query: dict[str, str]) -> Any:
        match method, steps:
            case "POST", [object_id, "comments"]:
                return self._comment(object_id, query)
            case "POST", [object_id]:
                return self._update(self._living(method, object_id), query)
            case "DELETE", [object_id]:
                _only(query, set())
                self._network.delete(self._living(method, object_id).id)
                return {"success": True}
        raise problems.gone(method, "/".join(steps))

    def _comment(self, object_id: str, query: dict[str, str]) -> Any:
        _only(query, COMMENT_PARAMETERS)
        target = self._living("post", object_id)
        message = query.get("message", "")
        if not is_text(message) or not message.strip() or len(message) > _LONGEST:
            raise problems.bad_parameter("Param message must be a non-empty string")
        made = self._network.comment(target.id, "page", message, lang=target.lang)
        return {"id": made}

    def _update(self, one: Object, query: dict[str, str]) -> Any:
        _only(query, UPDATE_PARAMETERS)
        ours = self._network.is_ours(one)
        if "message" in query:
            if not is_text(query["message"]):
                raise problems.bad_parameter("Param message must be a non-empty string")
            if not ours:
                raise problems.not_permitted("Permissions error")
            self._network.edit(one.id, query["message"])
        if "is_hidden" in query:
            if ours or not one.is_comment:
                raise problems.not_permitted("This comment cannot be hidden")
            self._network.hide(one.id, hidden=query["is_hidden"].lower() in ("true", "1"))
        return {"success": True}

    def _living(self, method: str, object_id: str) -> Object:
        """The object, as far as reads show it; writes reach one that is only not shown yet."""
        network = self._network
        found = network.living(object_id)
        if found is None or found.id in network.vanished:
            raise problems.gone(method, object_id)
        if method == "get" and not network.is_readable(found):
            raise problems.gone(method, object_id)
        return found


def _asked(query: Mapping[str, str], allowed: set[str]) -> tuple[Asked, ...] | None:
    _only(query, allowed)
    return parse(query["fields"]) if query.get("fields") else None


def _only(query: Mapping[str, str], allowed: set[str] | frozenset[str]) -> None:
    for name in query:
        if name not in allowed:
            raise problems.bad_parameter(f"Unknown parameter {name}")


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
