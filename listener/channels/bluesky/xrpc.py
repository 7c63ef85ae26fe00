"""One call to a server of Bluesky: in go a method's name and its parameters, out come JSON and
headers, or one of our typed errors.

The SDK (atproto for Python) is not used: it costs 30 MB and 1.3 s of CPU at every start, and its
calls have no deadline as a whole, on which rests when a reply may be believed to be absent.
https://atproto.com/specs/xrpc (2026-11)
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import requests

from config.clock import Clock
from config.http import ChannelSession
from config.secrets import Redactor
from listener.channels import outbound, wire
from listener.channels.bluesky import errors, rates
from listener.channels.bluesky.rates import Family
from listener.channels.errors import ChannelError, Unavailable, Unknown
from listener.channels.wire import Answer

Params = Mapping[str, str | int | list[str]]

_GLOBAL: Final = "w=300"  # of the policy that counts all calls of our address: 3,000 in 5 minutes


@dataclass(frozen=True, kw_only=True)
class Call:
    """One method. `json` None: it is asked for (GET), else it is told (POST). `write`: something
    is changed for others to see. `urgent`: it is part of a reply."""

    method: str
    params: Params = field(default_factory=dict)
    json: Mapping[str, Any] | None = field(default=None, repr=False)
    family: Family = Family.READ
    urgent: bool = False

    @property
    def write(self) -> bool:
        return self.family is Family.WRITE


class Xrpc:
    """Safe to call from several threads: each has its own session. Follows rate limits."""

    def __init__(self, *, read_timeout: float, redactor: Redactor, clock: Clock) -> None:
        self._read_timeout, self._redactor, self._clock = read_timeout, redactor, clock
        self._local = threading.local()
        self._rates = rates.unknown()
        self.apart = timedelta()  # how far the network's clock is ahead of ours, by its newest word
        outbound.hush()

    def ask(self, server: str, call: Call, *, token: str = "") -> Answer:
        """Make the call once. Raises ChannelError; Expired if the token was the matter."""
        urgent = call.urgent or call.family is not Family.READ
        self._rates.take(call.family, self._clock(), urgent=urgent)
        response, trouble = self._send(server, call, token)
        if response is None:
            raise outbound.no_answer(trouble, label="Bluesky", write=call.write) from None
        self.apart = outbound.clocks_apart(response.headers, self._clock())
        self._rates.learn(call.family, response.headers, self._clock())
        body = wire.decoded(response.content)
        if not response.ok or response.is_redirect:
            raise self._failure(call, response, body)
        self._rates.went_through(call.family)
        if not isinstance(body, dict):
            detail = f"Bluesky answered {response.status_code} with what is no JSON object"
            raise Unknown(detail) if call.write else Unavailable(detail)
        return Answer(body=body, headers=response.headers)

    def pressure(self) -> float:
        return self._rates.pressure(self._clock())

    def _send(
        self, server: str, call: Call, token: str
    ) -> tuple[requests.Response | None, Exception | None]:
        session = self._session()
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        verb = "GET" if call.json is None else "POST"
        try:
            session.request(
                verb,
                f"{server}/xrpc/{call.method}",
                params=dict(call.params),
                json=dict(call.json) if call.json else None,
                headers=headers,
            )
        except (requests.RequestException, ValueError) as error:  # ValueError: no address at all
            return session.last, error
        return session.last, None

    def _failure(self, call: Call, response: requests.Response, body: object) -> ChannelError:
        policy = response.headers.get("ratelimit-policy", "")
        error = errors.failure(
            response.status_code,
            response.headers,
            body,
            now=self._clock(),
            write=call.write,
            wide=not call.write or policy.endswith(_GLOBAL),
            blind=self._rates.blind(call.family),
        )
        self._rates.heed(call.family, error)
        return outbound.redact(error, self._redactor)

    def _session(self) -> ChannelSession:
        if not hasattr(self._local, "session"):
            session = ChannelSession(
                rewrite={}, read_timeout=self._read_timeout, redactor=self._redactor
            )
            session.headers["User-Agent"] = outbound.USER_AGENT
            self._local.session = session
        found: ChannelSession = self._local.session
        return found
