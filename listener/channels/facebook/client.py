"""One Graph call through facebook-sdk: in go a path and its parameters, out come JSON and headers,
or one of our typed errors. Nothing of the SDK leaves this module.

facebook-sdk 3.1.0 (2018) accepts no living Graph version, so the version is set after construction
(https://github.com/mobolic/facebook-sdk/issues/464). It hides status and headers, returns a JSON
500 without `error` as a success and stumbles over a missing content-type: the session's last
response is what counts. The token travels in a header: the SDK would put it into the address, and
from there it gets into logs and error texts. One call is the exception, because Facebook knows no
other way to ask: see `inspect_token`.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import facebook
import requests

from config.clock import Clock
from config.http import ChannelSession
from config.secrets import Redactor
from listener.channels import outbound, wire
from listener.channels.errors import ChannelError, RateLimited, Unavailable, Unknown
from listener.channels.facebook import errors
from listener.channels.wire import Answer, Item

_SDK_HOST: Final = "https://graph.facebook.com"

_TROUBLE: Final = (facebook.GraphAPIError, *outbound.STUMBLES)


@dataclass(frozen=True, kw_only=True)
class Keys:
    page_access_token: str = field(repr=False)
    app_secret: str = field(default="", repr=False)

    @property
    def proof(self) -> dict[str, str]:
        """https://developers.facebook.com/docs/graph-api/guides/secure-requests (2026-11)"""
        if not self.app_secret:
            return {}
        token, secret = self.page_access_token.encode(), self.app_secret.encode()
        return {"appsecret_proof": hmac.new(secret, token, hashlib.sha256).hexdigest()}


class FacebookClient:
    """Safe to call from several threads: each has its own SDK object and session."""

    def __init__(
        self,
        *,
        keys: Keys,
        api_url: str,
        version: str,
        read_timeout: float,
        redactor: Redactor,
        clock: Clock,
    ) -> None:
        self._keys, self._api_url, self._version = keys, api_url, version
        self._read_timeout, self._redactor, self._clock = read_timeout, redactor, clock
        self._local = threading.local()
        self._blind = 0  # limits in a row that did not say until when
        self.used = 0  # percent of the fullest allowance, by the newest answer that told
        self.apart = timedelta()  # how far Facebook's clock is ahead of ours, by its newest answer
        self._spare_until: datetime | None = None
        outbound.hush()

    def spare(self) -> None:
        """Raises RateLimited while the allowance is nearly used up: what is left is for replies."""
        until = self._spare_until
        if until and self._clock() < until:
            detail = "Facebook: the allowance is nearly used up, the rest is for replies"
            raise RateLimited(until=until, scope="call", detail=detail)

    def get(self, path: str, params: Mapping[str, str | int] | None = None) -> Answer:
        """Read `path`. Raises ChannelError."""
        return self._call("GET", path, args={**(params or {}), **self._keys.proof}, write=False)

    def send(self, path: str, params: Mapping[str, str], *, twice: bool = False) -> Answer:
        """Write to `path`, once. `twice`: repeating it would change nothing, so that an unknown
        outcome is just Unavailable. Raises ChannelError."""
        return self._call("POST", path, post={**params, **self._keys.proof}, write=not twice)

    def delete(self, path: str) -> None:
        """Delete what is at `path`; a second time would change nothing. Raises ChannelError."""
        self._call("DELETE", path, args=dict(self._keys.proof), write=False)

    def inspect_token(self) -> Item:
        """What Facebook knows of our token. Raises ChannelError.

        The one call with the token in its address, as `input_token`; only `check` makes it. Our own
        logs and errors mask it, a proxy in between would see it if `api_url` were plain http.

        https://developers.facebook.com/docs/graph-api/reference/debug_token (2026-11)
        """
        answer = self.get("debug_token", {"input_token": self._keys.page_access_token})
        return wire.mapping(answer.body.get("data"))

    def _call(
        self,
        method: str,
        path: str,
        *,
        write: bool,
        args: dict[str, Any] | None = None,
        post: dict[str, Any] | None = None,
    ) -> Answer:
        graph = self._graph()
        trouble: Exception | None = None
        try:
            graph.request(f"{graph.version}/{path}", args=args, post_args=post, method=method)
        except _TROUBLE as error:
            trouble = error
        response = graph.session.last
        if response is None:
            raise outbound.no_answer(trouble, label="Facebook", write=write) from None
        body = wire.decoded(response.content)
        self.apart = outbound.clocks_apart(response.headers, self._clock())
        self._mind_usage(response.headers)
        if response.status_code == 200 and isinstance(body, dict) and "error" not in body:
            self._blind = 0
            return Answer(body=body, headers=response.headers)
        raise self._failure(response, body, write=write)

    def _mind_usage(self, headers: Mapping[str, str]) -> None:
        used, now = errors.usage(headers), self._clock()
        if used is not None:
            self.used = used
        if self.used >= errors.STOP_AT and used is not None:
            regain = errors.regain_at(headers, now)
            self._spare_until = regain or errors.first_wait(now)

    def _failure(self, response: requests.Response, body: object, *, write: bool) -> ChannelError:
        if response.status_code == 200 and not wire.mapping(body).get("error"):
            detail = "Facebook answered with what is no JSON object"
            return Unknown(detail) if write else Unavailable(detail)
        error = errors.failure(
            response.status_code,
            response.headers,
            body,
            now=self._clock(),
            write=write,
            blind=self._blind,
        )
        self._blind = self._blind + 1 if isinstance(error, RateLimited) else 0
        return outbound.redact(error, self._redactor)

    def _graph(self) -> Any:
        if not hasattr(self._local, "graph"):
            session = ChannelSession(
                rewrite={_SDK_HOST: self._api_url},
                read_timeout=self._read_timeout,
                redactor=self._redactor,
            )
            session.headers["Authorization"] = f"Bearer {self._keys.page_access_token}"
            session.headers["User-Agent"] = outbound.USER_AGENT
            graph = facebook.GraphAPI(access_token=None, session=session)
            graph.version = self._version
            self._local.graph = graph
        return self._local.graph
