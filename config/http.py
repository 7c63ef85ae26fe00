"""The one outbound seam: every request either SDK makes goes through `ChannelSession`.

tweepy hard-codes its host and has no timeout (https://github.com/tweepy/tweepy/issues/2024);
facebook-sdk hard-codes its host, has no default timeout and hides status and headers. Both let us
hand in a `requests.Session`, so base URL, time and size limits, header capture and redaction live
here, once.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import requests
from requests.utils import get_environ_proxies

from config.deadline import Deadline, DeadlineAdapter
from config.secrets import Redactor

CONNECT_SECONDS: Final = 5.0
MOST_BYTES: Final = 5_000_000
"""The longest answer we read, unpacked: far more than a page of posts with all that comes along."""

_PIECE: Final = 65_536
_HARMLESS: Final = frozenset({"GET", "HEAD"})


class TooLargeError(requests.exceptions.ContentDecodingError):
    """An answer of more than MOST_BYTES, packed or not."""


def call_seconds(read_timeout: float) -> float:
    """The longest a call may take from its first byte to its last; after that nothing of it is on
    its way any more. `ChannelOptions.call_seconds` is the same sum."""
    return CONNECT_SECONDS + read_timeout


def server_time(headers: Mapping[str, str]) -> datetime | None:
    """The time by the server's clock, to the second; None where its `Date` says none."""
    try:
        found = parsedate_to_datetime(headers.get("date", ""))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


class ChannelSession(requests.Session):
    """A session that can be pointed elsewhere, always times out and never tells a secret.

    `rewrite` maps the SDK's hard-coded base URL to ours. It is applied before OAuth 1.0a signs the
    request, so the signature is valid for the host that really answers. `last` is the newest
    response, read to its end, for callers whose SDK throws status and headers away. Not
    thread-safe, like any `requests.Session`: one per thread.

    Of a call that comes while the server closes its connection for having rested nobody knows what
    became. So a write never goes out on a connection that was used before, and one is used again
    only where the server says that it keeps it: snac 2.75 closes each after its answer, says
    nothing of it, and so lost one post in seven.

    `read_timeout` is in seconds, for each silence of the server; a whole call lasts no longer than
    `call_seconds` says, and an answer is no larger than MOST_BYTES.
    """

    def __init__(
        self,
        *,
        rewrite: Mapping[str, str],
        read_timeout: float,
        redactor: Redactor,
        connect_timeout: float = CONNECT_SECONDS,
    ) -> None:
        super().__init__()
        self._rewrite = dict(rewrite)
        self._timeout = (connect_timeout, read_timeout)
        self._redactor = redactor
        self._deadline = Deadline(connect_timeout + read_timeout)
        for scheme in ("http://", "https://"):
            self.mount(scheme, DeadlineAdapter(self._deadline))
        self.last: requests.Response | None = None
        # With trust_env, a ~/.netrc entry would silently replace the Authorization header. Proxies
        # and the certificate bundle are the only things of the environment we want.
        self.trust_env = False
        self.verify = os.environ.get("REQUESTS_CA_BUNDLE") or True

    def request(  # type: ignore[override]  # requests names 16 parameters; we pass them through
        self, method: str | bytes, url: str | bytes, **options: Any
    ) -> requests.Response:
        target = self._redirected(url if isinstance(url, str) else url.decode())
        options["timeout"] = options.get("timeout") or self._timeout
        options["proxies"] = options.get("proxies") or get_environ_proxies(target)
        # Following a redirect would repeat a write, or carry the token to another host.
        options["allow_redirects"] = False
        options["stream"] = True  # the body is read here, where it can be measured
        self.last = None
        if str(method).upper() not in _HARMLESS:
            self.close()  # a write goes out on a connection of its own
        with self._deadline.running():
            try:
                response = _read(super().request(method, target, **options))
                if self._deadline.passed:  # a body without a length looks whole when cut off
                    raise requests.ReadTimeout
            except requests.RequestException as error:
                raise self._told(error) from None
        if "keep-alive" not in response.headers.get("connection", "").casefold():
            self.close()
        self.last = response
        return response

    def _told(self, error: requests.RequestException) -> requests.RequestException:
        """The same failure without secrets. One for lack of time says whether anything was asked:
        of a handshake without end urllib3 says that an answer is late."""
        passed, kind = self._deadline.passed, type(error)
        text = f"the call took longer than {self._deadline.seconds:g} s" if passed else str(error)
        if passed and kind is not requests.ConnectTimeout:
            kind = requests.ReadTimeout
        if kind is requests.ReadTimeout and not self._deadline.asked:
            kind = requests.ConnectTimeout
        return kind(self._redactor.mask(text))

    def get_redirect_target(self, resp: requests.Response) -> None:
        """None, ever: to prepare for a redirect, requests would read the body without measure."""

    def _redirected(self, url: str) -> str:
        for old, new in self._rewrite.items():
            if url.startswith(old):
                return new.rstrip("/") + "/" + url[len(old) :].lstrip("/")
        return url


def _read(response: requests.Response) -> requests.Response:
    """The response with its body read. Raises RequestException."""
    parts, size = list[bytes](), 0
    try:
        for part in response.iter_content(_PIECE):
            size += len(part)
            if size > MOST_BYTES:
                raise TooLargeError(f"an answer of more than {MOST_BYTES} bytes")
            parts.append(part)
    except BaseException:
        response.close()
        raise
    response._content = b"".join(parts)  # where requests itself keeps it; there is no other way in
    return response
