"""The keys of a `[channels.<name>]` table of kind "bluesky"."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from config.secrets import Redactor
from config.settings import ROOT
from listener.channels import outbound
from listener.channels.base import ChannelOptions
from listener.channels.bluesky.login import Keys
from listener.channels.bluesky.session import SessionFile

# https://atproto.com/specs/handle (2026-11)
_NOWHERE: Final = "-"
_UNSAFE: Final = re.compile(r"[^\w-]")  # in the name of a file

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
    kept from one start to the next; empty: in the folder of our data; "-": in memory alone."""

    api_url: Url = "https://bsky.social"
    web_url: Url = "https://bsky.app"
    handle: Annotated[str, AfterValidator(_whole_handle)] = ""
    app_password: SecretStr = SecretStr("")
    queries: Annotated[tuple[Query, ...], BeforeValidator(outbound.listed)] = ()
    session_file: str = ""
    read_lag_seconds: Annotated[float, Field(ge=0, le=3600)] = 5

    @property
    def call_seconds(self) -> float:
        """A send looks at the mention first, and begins to write no later than after the time of
        one call: nothing of it is on its way after that of two."""
        return 2 * super().call_seconds

    def keys(self, *, name: str, source: str, redactor: Redactor) -> Keys:
        """The secrets themselves. Raises ConfigError naming the one that is missing."""
        locked = outbound.Locked(options=self, name=name, source=source, redactor=redactor)
        return Keys(handle=locked.needed("handle"), app_password=locked.needed("app_password"))

    def kept(self, name: str, folder: Path | None) -> SessionFile | None:
        """Where sessions are kept: a server lets an account log in 300 times a day. A relative path
        starts in the program's folder. `folder`: that of our data, if it is known."""
        if self.session_file == _NOWHERE or not (self.session_file or folder):
            return None
        usual = (folder or ROOT) / f"{_UNSAFE.sub('_', name)}.session"
        path = ROOT / self.session_file if self.session_file else usual
        return SessionFile(path=path, api_url=self.api_url, handle=self.handle)
