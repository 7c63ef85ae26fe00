"""One call through Mastodon.py: in goes what to ask it, out come JSON and headers, or one of our
typed errors. Nothing of the library leaves this module.

The library makes the addresses, parameters and headers, and sends them through our session; the
answers are read here. Its own reading takes 280 ms of computing for a page of 40 notifications
where JSON takes 1 ms, raises after a write has succeeded when a rate-limit header is garbled, and
makes numbers of ids (Mastodon.py 2.3.3, internals.py and types_base.py). With "throw" it never
waits nor repeats a call.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import Any, Final, NoReturn

import requests
from mastodon import Mastodon, MastodonNetworkError

from config.clock import Clock
from config.http import ChannelSession
from config.secrets import Redactor
from listener.channels import outbound, wire
from listener.channels.errors import ChannelError, Gone, Unavailable, Unknown
from listener.channels.mastodon import errors, rates
from listener.channels.mastodon.errors import Wordless
from listener.channels.metering import Use
from listener.channels.wire import Item

LABEL: Final = "Mastodon"


class Api(Mastodon):
    """Mastodon.py, without the calls it makes on its own account."""

    def timeline_is_available(self, *_: object, **__: object) -> bool:
        """Yes: the library would ask for the server's settings before each timeline."""
        return True

    def verify_minimum_version(self, *_: object, **__: object) -> bool:
        """Yes: the library would ask for the server's version before the first search."""
        return True


Ask = Callable[[Api], object]


@dataclass(frozen=True, kw_only=True)
class _Call:
    """`wants`: the type of JSON value that is an answer; None: any body will do. `write`: doing it
    twice would show. `extra`: parameters the library does not know."""

    ask: Ask
    wants: type[dict[str, Any]] | type[list[Any]] | None
    family: str
    urgent: bool
    write: bool = False
    extra: Mapping[str, str] | None = None


class MastodonClient:
    """Safe to call from several threads: each has its own library object and session.

    Every call is counted in the server's rate limits before it is made.
    """

    def __init__(
        self,
        *,
        api_url: str,
        token: str,
        read_timeout: float,
        redactor: Redactor,
        clock: Clock,
    ) -> None:
        self.api_url = api_url
        self._token, self._read_timeout = token, read_timeout
        self._redactor, self._clock = redactor, clock
        self._local = threading.local()
        self.rates = rates.unknown()
        self.apart = (
            timedelta()
        )  # how far the server's clock is ahead of ours, by its newest answer
        outbound.hush()

    def items(
        self, ask: Ask, *, use: Use = Use.OWN, extra: Mapping[str, str] | None = None
    ) -> list[Any]:
        """Read a list. Raises ChannelError."""
        call = _Call(ask=ask, wants=list, family=rates.READ, urgent=use is Use.REPLY, extra=extra)
        found: list[Any] = self._call(call)
        return found

    def item(self, ask: Ask, *, use: Use = Use.OWN) -> Item:
        """Read an object. Raises ChannelError."""
        call = _Call(ask=ask, wants=dict, family=rates.READ, urgent=use is Use.REPLY)
        found: Item = self._call(call)
        return found

    def thing(self, ask: Ask, *, use: Use = Use.OWN) -> Item:
        """Read an object that may be gone. Raises Gone only if the server is sure to have said so,
        and other ChannelErrors."""
        try:
            return self.item(ask, use=use)
        except Wordless as error:
            self._prove_it_speaks(error, use)
            raise

    def post(self, ask: Ask) -> Item:
        """Write, once, and read the object that was made. Raises ChannelError."""
        call = _Call(ask=ask, wants=dict, family=rates.POST, urgent=True, write=True)
        try:
            found: Item = self._call(call)
        except Wordless as error:  # no word about what is answered: such a page says nothing of it
            raise Unavailable(f"the server knows no posting: {error}") from None
        return found

    def delete(self, ask: Ask) -> None:
        """Delete, once. Raises ChannelError; an unclear outcome is Unavailable, because a second
        time would change nothing."""
        self._call(_Call(ask=ask, wants=None, family=rates.DELETE, urgent=True))

    def _prove_it_speaks(self, error: Wordless, use: Use) -> None:
        """Raises Unavailable unless the server answers, in JSON, the one question that it surely
        can answer: who we are."""
        try:
            self.item(lambda api: api.account_verify_credentials(), use=use)
        except Gone:
            raise Unavailable(f"no Mastodon answers there: {error}") from None

    def _call(self, call: _Call) -> Any:
        self.rates.take(call.family, self._clock(), urgent=call.urgent)
        response, trouble = self._ask(call)
        if response is None:
            raise outbound.no_answer(trouble, label=LABEL, write=call.write) from None
        self.apart = outbound.clocks_apart(response.headers, self._clock())
        self.rates.learn(call.family, response.headers, self._clock())
        if not 200 <= response.status_code < 300:
            self._refuse(call, response)
        self.rates.went_through(call.family)
        return self._read(call, response)

    def _ask(self, call: _Call) -> tuple[requests.Response | None, BaseException | None]:
        """The answer, or what kept us from getting one."""
        api, session = self._api()
        session.last, session.params = None, dict(call.extra or {})
        try:
            call.ask(api)
        except MastodonNetworkError as error:
            return session.last, error.__context__  # what our session raised
        except Exception:  # of an answer it cannot read, the library makes any exception at all
            if session.last is None:
                raise
        return session.last, None

    def _read(self, call: _Call, response: requests.Response) -> Any:
        if call.wants is None:
            return None
        body = wire.decoded(response.content)
        if isinstance(body, call.wants):
            return body
        kind = "object" if call.wants is dict else "list"
        detail = f"the server answered {response.status_code} with what is no JSON {kind}"
        raise Unknown(detail) if call.write else Unavailable(detail)

    def _refuse(self, call: _Call, response: requests.Response) -> NoReturn:
        error: ChannelError = errors.failure(
            response.status_code,
            response.headers,
            wire.decoded(response.content),
            now=self._clock(),
            write=call.write,
            blind=self.rates.blind(call.family),
            page=response.content,
        )
        self.rates.heed(call.family, error)
        raise outbound.redact(error, self._redactor)

    def _api(self) -> tuple[Api, _Session]:
        if not hasattr(self._local, "api"):
            session = _Session(rewrite={}, read_timeout=self._read_timeout, redactor=self._redactor)
            api = Api(
                api_base_url=self.api_url,
                session=session,
                request_timeout=None,  # type: ignore[arg-type]  # so that our session's hold
                ratelimit_method="throw",
                version_check_mode="none",
                user_agent=outbound.USER_AGENT,
            )
            api.access_token = self._token  # given to the constructor it might name a file
            self._local.api, self._local.session = api, session
        return self._local.api, self._local.session


class _Session(ChannelSession):
    """Keeps the answer to itself: the library gets the status alone, with an empty object."""

    def request(  # type: ignore[override]  # as in ChannelSession
        self, method: str | bytes, url: str | bytes, **options: Any
    ) -> requests.Response:
        answer = super().request(method, url, **options)
        bare = requests.Response()
        bare.status_code, bare.url = answer.status_code, answer.url
        bare.raw = BytesIO(b"{}")
        return bare
