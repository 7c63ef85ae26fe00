"""One call to X through tweepy: in go a route and its parameters, out come JSON and headers, or one
of our typed errors. Nothing of tweepy leaves this module.

tweepy's models, Paginator and wait_on_rate_limit are not used: the models know only one of X's two
vocabularies, the other two have no bound.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

import requests
import tweepy  # type: ignore[import-untyped]

from config.clock import Clock
from config.http import ChannelSession
from config.secrets import Redactor
from listener.channels import outbound, wire
from listener.channels.base import ChannelError, RateLimited, Unavailable, Unknown
from listener.channels.wire import Item, MalformedError
from listener.channels.x import errors

_TWEEPY_HOST: Final = "https://api.twitter.com"

# Besides its own exceptions tweepy lets through what its reading of an error body stumbles over:
# int() of a reset header, .get() on a list. The answer itself is what counts.
_TROUBLE: Final = (
    tweepy.TweepyException,
    requests.RequestException,
    AttributeError,
    KeyError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True, kw_only=True)
class Keys:
    """The four secrets of OAuth 1.0a, which never expire, and the app's own token."""

    consumer_key: str = field(repr=False)
    consumer_secret: str = field(repr=False)
    access_token: str = field(repr=False)
    access_token_secret: str = field(repr=False)
    bearer_token: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A 2xx answer: a JSON object and the headers, whose names may be asked in any case."""

    body: Item
    headers: Mapping[str, str]


class XClient:
    """Safe to call from several threads: each has its own tweepy client and session."""

    def __init__(
        self, *, keys: Keys, api_url: str, read_timeout: float, redactor: Redactor, clock: Clock
    ) -> None:
        self._keys, self._api_url, self._read_timeout = keys, api_url, read_timeout
        self._redactor, self._clock = redactor, clock
        self._local = threading.local()
        self._blind = 0  # 429 in a row that did not say until when
        outbound.hush()

    def get(
        self, route: str, params: Mapping[str, str | int] | None = None, *, as_app: bool = False
    ) -> Answer:
        """Read `route`. `as_app` uses the bearer token. Raises ChannelError."""
        return self._call("GET", route, params=dict(params or {}), as_app=as_app)

    def send(self, method: str, route: str, json: dict[str, Any], *, twice: bool = False) -> Answer:
        """Write to `route`, once. `twice`: repeating it would change nothing, so that an unknown
        outcome is just Unavailable. Raises ChannelError."""
        return self._call(method, route, json=json, write=not twice)

    def _call(
        self,
        method: str,
        route: str,
        *,
        params: dict[str, str | int] | None = None,
        json: dict[str, Any] | None = None,
        write: bool = False,
        as_app: bool = False,
    ) -> Answer:
        client = self._client()
        trouble: Exception | None = None
        try:
            client.request(method, route, params=params, json=json, user_auth=not as_app)
        except _TROUBLE as error:
            trouble = error
        response = client.session.last
        if response is None:
            raise outbound.no_answer(trouble, label="X", write=write) from None
        if not response.ok or response.is_redirect:
            self._refuse(response, write=write)
        return self._read(response, write=write)

    def _read(self, response: requests.Response, *, write: bool) -> Answer:
        try:
            body = wire.decode(response.content)
        except MalformedError as error:
            body = error
        if not isinstance(body, dict):
            detail = f"X answered {response.status_code} with what is no JSON object"
            raise Unknown(detail) if write else Unavailable(detail)
        self._blind = 0
        return Answer(body=body, headers=response.headers)

    def _refuse(self, response: requests.Response, *, write: bool) -> NoReturn:
        try:
            body = wire.decode(response.content)
        except MalformedError:
            body = None
        error: ChannelError = errors.failure(
            response.status_code,
            response.headers,
            body,
            now=self._clock(),
            write=write,
            blind=self._blind,
        )
        self._blind = self._blind + 1 if isinstance(error, RateLimited) else 0
        raise outbound.redact(error, self._redactor)

    def _client(self) -> tweepy.Client:
        if not hasattr(self._local, "client"):
            client = tweepy.Client(
                bearer_token=self._keys.bearer_token or None,
                consumer_key=self._keys.consumer_key,
                consumer_secret=self._keys.consumer_secret,
                access_token=self._keys.access_token,
                access_token_secret=self._keys.access_token_secret,
                return_type=requests.Response,
            )
            client.user_agent = outbound.USER_AGENT
            client.session = ChannelSession(
                rewrite={_TWEEPY_HOST: self._api_url},
                read_timeout=self._read_timeout,
                redactor=self._redactor,
            )
            self._local.client = client
        return self._local.client
