"""The keys of a `[channels.<name>]` table of kind "facebook"."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from config.secrets import Redactor
from listener.channels import outbound
from listener.channels.base import ChannelOptions
from listener.channels.facebook.client import Keys

Url = Annotated[str, AfterValidator(outbound.base_url)]


class FacebookOptions(ChannelOptions):
    """Secrets are values or `file:/path`. Graph v26.0 came on 2026-07-29, and a version lives for
    two years: https://developers.facebook.com/docs/graph-api/changelog."""

    api_url: Url = "https://graph.facebook.com"
    web_url: Url = "https://www.facebook.com"
    api_version: Annotated[str, Field(pattern=r"^v[0-9]{1,3}\.[0-9]{1,2}$")] = "v26.0"
    page_id: Annotated[str, Field(pattern=r"^[0-9]{0,32}$")] = ""
    page_access_token: SecretStr = SecretStr("")
    app_secret: SecretStr = SecretStr("")
    read_lag_seconds: Annotated[float, Field(ge=0, le=3600)] = 90

    def keys(self, *, name: str, source: str, redactor: Redactor) -> Keys:
        """The secrets themselves. Raises ConfigError naming what is missing."""
        locked = outbound.Locked(options=self, name=name, source=source, redactor=redactor)
        locked.needed("page_id")
        token = locked.needed("page_access_token")
        return Keys(page_access_token=token, app_secret=locked.value("app_secret"))
