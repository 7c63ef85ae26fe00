"""The keys of a `[channels.<name>]` table of kind "x"."""

from __future__ import annotations

from typing import Annotated, Final, Self

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator

from config.secrets import Redactor
from listener.channels import outbound
from listener.channels.base import ChannelOptions
from listener.channels.x.client import Keys

# X allows 512 characters (https://docs.x.com/x-api/posts/search/integrate/build-a-query, 2026-08);
# we wrap a query into "(...) -from:handle", and a handle has up to 15.
_X_ALLOWS: Final = 512
_WRAPPING: Final = "(...) -from:your_handle"
_QUERY_LIMIT: Final = _X_ALLOWS - len("() -from:") - 15

_NEEDED: Final = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")


def _short_enough(query: str) -> str:
    if len(query) > _QUERY_LIMIT:
        raise ValueError(
            f"at most {_QUERY_LIMIT} characters: X allows {_X_ALLOWS} and we add {_WRAPPING}"
        )
    return query


Url = Annotated[str, AfterValidator(outbound.base_url)]
Query = Annotated[str, Field(min_length=1), AfterValidator(_short_enough)]


class XOptions(ChannelOptions):
    """Secrets are values or `file:/path`. `text_limit` is 25 000 for a Premium account. With
    `may_train` the operator states to have X's licence to train on its texts, which X's terms
    forbid otherwise: https://docs.x.com/developer-terms/agreement (2026-08)."""

    api_url: Url = "https://api.x.com"
    web_url: Url = "https://x.com"
    consumer_key: SecretStr = SecretStr("")
    consumer_secret: SecretStr = SecretStr("")
    access_token: SecretStr = SecretStr("")
    access_token_secret: SecretStr = SecretStr("")
    bearer_token: SecretStr = SecretStr("")
    queries: Annotated[tuple[Query, ...], BeforeValidator(outbound.listed)] = ()
    text_limit: Annotated[int, Field(ge=1, le=25_000)] = 280
    automated_label: bool = False
    may_train: bool = False
    read_lag_seconds: Annotated[float, Field(ge=0, le=3600)] = 150

    @model_validator(mode="after")
    def _labelled(self) -> Self:
        """X wants accounts that answer by themselves labelled "Automated":
        https://docs.x.com/developer-guidelines (2026-08)."""
        if self.auto_reply and not self.automated_label:
            raise ValueError(
                "auto_reply needs automated_label = true, once the account carries that label"
            )
        return self

    def keys(self, *, name: str, source: str, redactor: Redactor) -> Keys:
        """The secrets themselves. Raises ConfigError naming the one that is missing."""
        locked = outbound.Locked(options=self, name=name, source=source, redactor=redactor)
        needed = {key: locked.needed(key) for key in _NEEDED}
        return Keys(**needed, bearer_token=locked.value("bearer_token"))
