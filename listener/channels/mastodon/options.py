"""The keys of a `[channels.<name>]` table of kind "mastodon"."""

from __future__ import annotations

import re
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from config.secrets import Redactor
from listener.channels import outbound
from listener.channels.base import ChannelOptions

_HASHTAG: Final = re.compile(r"#\w+")
_CALLS_OF_A_REPLY: Final = 2  # the look at what is answered, and the post itself


def _readable(query: str) -> str:
    if query.startswith("#") and not _HASHTAG.fullmatch(query):
        raise ValueError("a hashtag is # with letters, digits and underscores behind it")
    return query


Url = Annotated[str, AfterValidator(outbound.base_url)]
Query = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_readable)]


class MastodonOptions(ChannelOptions):
    """The secret is a value or `file:/path`. A query that begins with # is a hashtag, any other one
    is words to search for. Mastodon takes 300 posts in three hours: 25 in a quarter of one."""

    api_url: Url = "https://mastodon.social"
    access_token: SecretStr = SecretStr("")
    queries: Annotated[tuple[Query, ...], BeforeValidator(outbound.listed)] = ()
    sends_per_15_minutes: Annotated[int, Field(ge=1, le=10_000)] = 25

    @property
    def call_seconds(self) -> float:
        """A reply takes two calls, one after the other: nobody can say that it does not stand
        before the second one must have ended."""
        return _CALLS_OF_A_REPLY * super().call_seconds

    @property
    def tags(self) -> tuple[str, ...]:
        """The hashtags among the queries, without their #."""
        return tuple(query[1:] for query in self.queries if query.startswith("#"))

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(query for query in self.queries if not query.startswith("#"))

    @property
    def media_hosts(self) -> tuple[str, ...]:
        """Servers keep pictures on their own host, or on one below it."""
        server = urlsplit(self.api_url)
        host = server.hostname or ""
        return (host, f"*.{host}") if server.scheme == "https" and host else ()

    def token(self, *, name: str, source: str, redactor: Redactor) -> str:
        """The secret itself. Raises ConfigError when it is missing."""
        locked = outbound.Locked(options=self, name=name, source=source, redactor=redactor)
        return locked.needed("access_token")
