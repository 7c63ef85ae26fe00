"""One call to X through tweepy: in go a route and its parameters, out come JSON and headers, or one
of our typed errors. Nothing of tweepy leaves this module.

tweepy's models, Paginator and wait_on_rate_limit are not used: the models know only one of X's two
vocabularies, the other two have no bound.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, NoReturn

import requests
import tweepy  # type: ignore[import-untyped]

from config.clock import Clock
from config.http import ChannelSession
from config.secrets import Redactor
from listener.channels import outbound, wire
from listener.channels.errors import ChannelError, Unavailable, Unknown
from listener.channels.metering import Use
from listener.channels.wire import Answer
from listener.channels.x import errors, rates, tariff
from listener.channels.x.meter import Till

_TWEEPY_HOST: Final = "https://api.twitter.com"

_TROUBLE: Final = (tweepy.TweepyException, *outbound.STUMBLES)


@dataclass(frozen=True, kw_only=True)
class Keys:
    """The four secrets of OAuth 1.0a, which never expire, and the app's own token."""

    consumer_key: str = field(repr=False)
    consumer_secret: str = field(repr=False)
    access_token: str = field(repr=False)
    access_token_secret: str = field(repr=False)
    bearer_token: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True)
class _Call:
    """One request. `write`: doing it twice would show."""

    method: str
    route: str
    params: Mapping[str, str | int] = field(default_factory=dict)
    json: Mapping[str, Any] = field(default_factory=dict)
    write: bool = False
    as_app: bool = False

    @property
    def operation(self) -> str:
        return tariff.operation(self.method, self.route)

    @property
    def family(self) -> str:
        """What shares a rate limit. X counts for the account and for the app apart."""
        return f"{self.operation} as app" if self.as_app else self.operation


class XClient:
    """Safe to call from several threads: each has its own tweepy client and session.

    Every call is paid for at the `till` and counted in X's rate limits before it is made.
    """

    def __init__(
        self,
        *,
        keys: Keys,
        api_url: str,
        read_timeout: float,
        redactor: Redactor,
        clock: Clock,
        till: Till,
    ) -> None:
        self._keys, self._api_url, self._read_timeout = keys, api_url, read_timeout
        self._redactor, self._clock, self.till = redactor, clock, till
        self._local = threading.local()
        self._rates = rates.unknown()
        self.apart = timedelta()  # how far X's clock is ahead of ours, by its newest answer
        outbound.hush()

    def get(
        self,
        route: str,
        params: Mapping[str, str | int] | None = None,
        *,
        use: Use = Use.OWN,
        as_app: bool = False,
    ) -> Answer:
        """Read `route`. `as_app` uses the bearer token. Raises ChannelError."""
        return self._call(_Call(method="GET", route=route, params=params or {}, as_app=as_app), use)

    def send(
        self,
        method: str,
        route: str,
        json: Mapping[str, Any],
        *,
        use: Use = Use.REPLY,
        twice: bool = False,
    ) -> Answer:
        """Write to `route`, once. `twice`: repeating it would change nothing, so that an unknown
        outcome is just Unavailable. Raises ChannelError."""
        return self._call(_Call(method=method, route=route, json=json, write=not twice), use)

    def _call(self, call: _Call, use: Use) -> Answer:
        self._rates.take(call.family, self._clock(), urgent=use is Use.REPLY)
        sale = self.till.open(use, call.operation, call.params, call.json)
        response, trouble = self._ask(call, sale.params)
        if _surely_free(call, response, trouble):
            self.till.release(sale)
        if response is None:
            raise outbound.no_answer(trouble, label="X", write=call.write) from None
        self.apart = outbound.clocks_apart(response.headers, self._clock())
        self._rates.learn(call.family, response.headers, self._clock())
        if not response.ok or response.is_redirect:
            self._refuse(call, response)
        self._rates.went_through(call.family)
        answer = self._read(response, write=call.write)
        self.till.settle(sale, answer.body)
        return answer

    def _ask(
        self, call: _Call, params: Mapping[str, Any]
    ) -> tuple[requests.Response | None, Exception | None]:
        client = self._client()
        trouble: Exception | None = None
        json = dict(call.json) or None
        try:
            client.request(
                call.method, call.route, params=dict(params), json=json, user_auth=not call.as_app
            )
        except _TROUBLE as error:
            trouble = error
        return client.session.last, trouble

    def _read(self, response: requests.Response, *, write: bool) -> Answer:
        body = wire.decoded(response.content)
        if not isinstance(body, dict):
            detail = f"X answered {response.status_code} with what is no JSON object"
            raise Unknown(detail) if write else Unavailable(detail)
        return Answer(body=body, headers=response.headers)

    def _refuse(self, call: _Call, response: requests.Response) -> NoReturn:
        error: ChannelError = errors.failure(
            response.status_code,
            response.headers,
            wire.decoded(response.content),
            now=self._clock(),
            write=call.write,
            blind=self._rates.blind(call.family),
        )
        self._rates.heed(call.family, error)
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


def _surely_free(
    call: _Call, response: requests.Response | None, trouble: Exception | None
) -> bool:
    """Can X not have charged for this? Nothing left the house, X refused it, or it was a read that
    brought no resource: reads are charged "per resource returned in the response"
    (https://docs.x.com/x-api/getting-started/pricing, 2026-11)."""
    if response is None:
        return outbound.never_sent(trouble)
    if response.ok and not response.is_redirect:
        return False
    refused = 400 <= response.status_code < 500 and response.status_code != 408
    return refused or call.method == "GET"
