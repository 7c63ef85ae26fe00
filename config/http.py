"""The one outbound seam: every request either SDK makes goes through `ChannelSession`.

tweepy hard-codes its host and has no timeout (https://github.com/tweepy/tweepy/issues/2024);
facebook-sdk hard-codes its host, has no default timeout and hides status and headers. Both let us
hand in a `requests.Session`, so base URL, timeout, header capture and redaction live here, once.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import requests
from requests.utils import get_environ_proxies

from config.secrets import Redactor

CONNECT_TIMEOUT_SECONDS = 5.0


class ChannelSession(requests.Session):
    """A session that can be pointed elsewhere, always times out and never tells a secret.

    `rewrite` maps the SDK's hard-coded base URL to ours. It is applied before OAuth 1.0a signs the
    request, so the signature is valid for the host that really answers. `last` is the newest
    response, for callers whose SDK throws status and headers away. Not thread-safe, like any
    `requests.Session`: one per thread.
    """

    def __init__(
        self, *, rewrite: Mapping[str, str], read_timeout: float, redactor: Redactor
    ) -> None:
        super().__init__()
        self._rewrite = dict(rewrite)
        self._timeout = (CONNECT_TIMEOUT_SECONDS, read_timeout)
        self._redactor = redactor
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
        self.last = None
        try:
            self.last = super().request(method, target, **options)
        except requests.RequestException as error:
            raise type(error)(self._redactor.mask(str(error))) from None
        return self.last

    def _redirected(self, url: str) -> str:
        for old, new in self._rewrite.items():
            if url.startswith(old):
                return new.rstrip("/") + "/" + url[len(old) :].lstrip("/")
        return url
