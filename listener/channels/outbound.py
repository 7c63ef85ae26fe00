"""What every channel needs around a call: options, secrets, and failures below HTTP."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

import requests
from pydantic import SecretStr, ValidationError
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from config import secrets, settings
from config.errors import ConfigError
from config.http import TooLargeError, server_time
from config.secrets import Redactor
from listener.channels.base import ChannelOptions
from listener.channels.errors import ChannelError, TooLarge, Unavailable, Unknown

USER_AGENT: Final = "Antiphon/0.1 (social listening and reply bot)"

STUMBLES: Final = (
    requests.RequestException,
    AttributeError,
    KeyError,
    TypeError,
    ValueError,
    RecursionError,
)
"""What a library lets through when it stumbles over an answer it reads itself: int() of a header,
.get() on a list, JSON nested without end. The answer itself is what counts."""

_CLOCK_TOLERANCE: Final = timedelta(seconds=30)

# At DEBUG these print the Authorization header, the signature base string or the whole URL:
# https://github.com/tweepy/tweepy/blob/v4.14.0/tweepy/client.py (read 2026-11).
_TALKATIVE: Final = ("tweepy", "oauthlib", "requests_oauthlib", "urllib3", "facebook")

Options = TypeVar("Options", bound=ChannelOptions)
T = TypeVar("T")


def read_options(
    model: type[Options], *, name: str, table: Mapping[str, Any], source: str
) -> Options:
    """The options of `[channels.<name>]`. Raises ConfigError: one line, one key, one fix."""
    try:
        return model.model_validate({"kind": name, **table})
    except ValidationError as error:
        raise settings.explain(
            error, source=source, prefix=("channels", name), known=model.model_fields
        ) from None


def unlock(secret: SecretStr, *, name: str, key: str, source: str, redactor: Redactor) -> str:
    """The value behind a secret option, registered to be masked everywhere. May be empty.

    Raises ConfigError when the file it names cannot be used.
    """
    value = secrets.resolve(secret.get_secret_value(), where=source, key=f"channels.{name}.{key}")
    redactor.add(value)
    return value


def require(value: str, *, name: str, key: str, source: str) -> str:
    """`value`, or a ConfigError when it is empty."""
    if value:
        return value
    variable = f"BOT__CHANNELS__{name}__{key}".upper()
    raise ConfigError(
        where=source,
        key=f"channels.{name}.{key}",
        problem="is missing",
        fix=f"set it there, or set {variable}",
    )


@dataclass(frozen=True, kw_only=True)
class Locked:
    """The options of `[channels.<name>]` that somebody must fill in, above all the secrets."""

    options: ChannelOptions
    name: str
    source: str
    redactor: Redactor

    def value(self, key: str) -> str:
        """As it is meant, which may be empty. Raises ConfigError."""
        value = getattr(self.options, key)
        if not isinstance(value, SecretStr):
            return str(value)
        return unlock(value, name=self.name, key=key, source=self.source, redactor=self.redactor)

    def needed(self, key: str) -> str:
        """Like `value`, but a ConfigError where there is none."""
        return require(self.value(key), name=self.name, key=key, source=self.source)


def listed(value: object) -> object:
    """An option that is a list: in an environment variable it is JSON text. Raises ValueError."""
    if isinstance(value, str) and value.lstrip().startswith("["):
        return json.loads(value)
    return value


def base_url(value: str) -> str:
    """A base URL as an option: http or https, without a slash at the end. Raises ValueError."""
    if not value.startswith(("https://", "http://")):
        raise ValueError("must begin with https:// (or http:// for a test server)")
    return value.rstrip("/")


def hush() -> None:
    """Keep libraries that print credentials at DEBUG from doing so, whatever the root level is."""
    for name in _TALKATIVE:
        logger = logging.getLogger(name)
        logger.setLevel(max(logger.level, logging.INFO))


def no_answer(error: BaseException | None, *, label: str, write: bool) -> ChannelError:
    """The typed error for a call that brought no HTTP answer at all.

    A write is Unknown unless the connection was never made: the network may well have stored what
    we never heard back about.
    """
    detail = f"{label} did not answer ({type(error).__name__})"
    if write and not never_sent(error):
        return Unknown(detail)
    if isinstance(error, TooLargeError):
        return TooLarge(f"{label} gave {error}")
    return Unavailable(detail)


_WELL: Final = 20  # pages, before a larger one is tried


class PageSize:
    """How many items to ask for: `most`, or as few as the network can tell us in one answer, down
    to `least`. What was too much is not asked for again before many smaller pages went well: each
    failure costs what a whole page does."""

    def __init__(self, most: int, least: int = 1) -> None:
        self._most, self._least, self._next = most, least, most
        self._went_well = 0

    def fitting(self, ask: Callable[[int], T]) -> T:
        """What `ask(size)` gives. Raises ChannelError; TooLarge if even the smallest page is."""
        size = self._next
        while True:
            try:
                found = ask(size)
            except TooLarge:
                if size <= self._least:
                    raise
                self._next = size = max(size // 2, self._least)
                self._went_well = 0
            else:
                self._went_well += 1
                if self._went_well % _WELL == 0:
                    self._next = min(size * 2, self._most)
                return found


def clocks_apart(headers: Mapping[str, str], now: datetime) -> timedelta:
    """How far the network's clock is ahead of ours; zero where it does not say."""
    return (server_time(headers) or now) - now


def clock_problems(apart: timedelta) -> list[str]:
    """A sentence for `check` if the clocks are too far apart to compare times. Pure.

    Five minutes off, OAuth 1.0a signatures are refused: https://docs.x.com/fundamentals/authentication.
    """
    if abs(apart) <= _CLOCK_TOLERANCE:
        return []
    way = "behind" if apart > timedelta() else "ahead"
    seconds = round(abs(apart).total_seconds())
    return [f"our clock is {seconds} s {way}: set it right, or replies are lost track of"]


def redact(error: ChannelError, redactor: Redactor) -> ChannelError:
    """The same error with every text in it masked: networks quote a token they do not like."""
    for name, value in vars(error).items():
        if isinstance(value, str):
            setattr(error, name, redactor.mask(value))
    return error


def never_sent(error: BaseException | None) -> bool:
    """Did this failure come before anything of the request left the house?"""
    if isinstance(error, requests.ConnectTimeout):
        return True
    if isinstance(error, requests.exceptions.SSLError) and "CERTIFICATE_VERIFY" in str(error):
        return True
    # ChannelSession raises a copy with a masked text; the original, which knows why, is its
    # context.
    for suspect in (error, error.__context__ if error else None):
        if suspect is not None and suspect.args:
            cause = suspect.args[0]
            reason = cause.reason if isinstance(cause, MaxRetryError) else cause
            if isinstance(reason, (NewConnectionError, ConnectTimeoutError)):
                return True
    return False
