"""The keys of a `[channels.<name>]` table of kind "bluesky"."""

from __future__ import annotations

import json
import re
from typing import Annotated, Final

from pydantic import AfterValidator, Field, SecretStr, field_validator

from config.secrets import Redactor
from config.settings import ROOT
from listener.channels import outbound
from listener.channels.base import ChannelOptions
from listener.channels.bluesky.login import Keys
from listener.channels.bluesky.session import SessionFile

# https://atproto.com/specs/handle (2026-11)
_HANDLE: Final = re.compile(
    r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?"
)


def _whole_handle(value: str) -> str:
    """Without its @, in lower case. Raises ValueError."""
    handle = value.strip().removeprefix("@").lower()
    if handle and not _HANDLE.fullmatch(handle):
        raise ValueError("must be the whole handle, such as acme.bsky.social")
    return handle


Url = Annotated[str, AfterValidator(outbound.base_url)]
Query = Annotated[str, Field(min_length=1, max_length=300)]


class BlueskyOptions(ChannelOptions):
    """Secrets are values or `file:/path`. `session_file`: where the session that a login opened is
    kept from one start to the next; empty: in memory alone."""

    api_url: Url = "https://bsky.social"
    web_url: Url = "https://bsky.app"
    handle: Annotated[str, AfterValidator(_whole_handle)] = ""
    app_password: SecretStr = SecretStr("")
    queries: tuple[Query, ...] = ()
    session_file: str = ""
    read_lag_seconds: Annotated[float, Field(ge=0, le=3600)] = 5

    @field_validator("queries", mode="before")
    @classmethod
    def _from_environment(cls, value: object) -> object:
        """A list in an environment variable is JSON text."""
        if isinstance(value, str) and value.lstrip().startswith("["):
            return json.loads(value)
        return value

    @property
    def call_seconds(self) -> float:
        """A send looks at the mention first, and begins to write no later than after the time of
        one call: nothing of it is on its way after that of two."""
        return 2 * super().call_seconds

    def keys(self, *, name: str, source: str, redactor: Redactor) -> Keys:
        """The secrets themselves. Raises ConfigError naming the one that is missing."""

        def needed(key: str, value: str) -> str:
            return outbound.require(value, name=name, key=key, source=source)

        password = outbound.unlock(
            self.app_password, name=name, key="app_password", source=source, redactor=redactor
        )
        return Keys(
            handle=needed("handle", self.handle),
            app_password=needed("app_password", password),
        )

    def kept(self) -> SessionFile | None:
        """Where sessions are kept. A relative path starts in the program's folder."""
        if not self.session_file:
            return None
        return SessionFile(path=ROOT / self.session_file, api_url=self.api_url, handle=self.handle)
