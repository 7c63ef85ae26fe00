"""One question to an OpenAI-compatible endpoint, through the `openai` client and our own session.

The client is loaded only where a model is configured: it takes 0.4 s and 20 MB. Our session goes
under it, so that the whole call has an end, an answer has a size, no redirect is followed, and
nothing of the environment (OPENAI_API_KEY, OPENAI_ORG_ID, OPENAI_CUSTOM_HEADERS) and nothing about
this machine leaves with it.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

import requests

from config import secrets
from config.errors import ConfigError
from config.http import CONNECT_SECONDS, ChannelSession
from config.model import ModelSettings
from config.secrets import Redactor
from listener.channels.outbound import USER_AGENT

PACKAGE: Final = "openai"
MOST_TOKENS: Final = 2_000
"""Of one answer, what a model thinks before it speaks included."""

_MOST_COUNTED: Final = 1_000_000  # tokens of one question, whatever an endpoint tells

_TALKATIVE: Final = ("openai", "httpx", "httpx2", "httpcore", "httpcore2")
_JSON: Final = {"response_format": {"type": "json_object"}}
# What endpoints call a limit differs by their age, and some take neither of these options.
_FORMS: Final[tuple[dict[str, Any], ...]] = (
    {**_JSON, "max_completion_tokens": MOST_TOKENS},
    {**_JSON, "max_tokens": MOST_TOKENS},
    {},
)
_NOT_UNDERSTOOD: Final = (400, 422)


class NoAnswer(Exception):
    """Nothing came that can be read. The text says why, without a key or anybody's words."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """An answer as it came. `tokens`: as the endpoint counts them, both ways; 0: it does not."""

    content: str
    tokens: int


def require_package() -> None:
    """Raises ConfigError where the client is not installed."""
    if find_spec(PACKAGE) is None:
        raise ConfigError(
            where="settings",
            key="model.url",
            problem=f"the package {PACKAGE} is not installed",
            fix=f'run: .venv/bin/python -m pip install "{PACKAGE}>=3,<4" (or empty model.url)',
        )


class Endpoint:
    """Where a model is asked. Safe to use from one thread at a time."""

    def __init__(self, settings: ModelSettings, redactor: Redactor) -> None:
        """Asks nothing. Raises ConfigError."""
        require_package()
        self._key = secrets.resolve(
            settings.key.get_secret_value(), where="settings", key="model.key"
        )
        redactor.add(self._key)
        self._settings, self._redactor = settings, redactor
        self._form = 0  # the first that the endpoint has not refused

    def ask(self, messages: Sequence[dict[str, str]], *, seconds: float) -> Said:
        """What the model says, within `seconds` from the first byte to the last; asked once, never
        again. Raises NoAnswer."""
        package: Any = import_module(PACKAGE)
        _hush()
        try:
            answer = self._client(package, seconds).chat.completions.create(
                model=self._settings.name, messages=list(messages), **_FORMS[self._form]
            )
        except package.APIStatusError as error:
            raise NoAnswer(self._refused(error.status_code)) from None
        except package.APIConnectionError as error:
            cause = type(error.__cause__ or error).__name__
            raise NoAnswer(f"the endpoint did not answer ({cause})") from None
        except Exception as error:  # what a library lets through when it stumbles over an answer
            raise NoAnswer(f"the answer cannot be read ({type(error).__name__})") from None
        return _said(answer)

    def _client(self, package: Any, seconds: float) -> Any:
        wire: Any = import_module("httpx2")  # what the client itself stands on
        session = _Session(self._key, self._redactor, seconds)
        return package.OpenAI(
            api_key=self._key or "none",
            base_url=self._settings.url,
            max_retries=0,
            timeout=seconds,
            http_client=wire.Client(transport=_Under(wire, session), trust_env=False),
        )

    def _refused(self, status: int) -> str:
        if status in _NOT_UNDERSTOOD and self._form + 1 < len(_FORMS):
            self._form += 1
            return f"the endpoint did not take the question ({status}); asked more plainly next"
        return f"the endpoint answered {status}"


def _said(answer: Any) -> Said:
    """The text of an answer, whatever the endpoint made of the format. Raises NoAnswer."""
    try:
        choice = answer.choices[0]
        content, cut = choice.message.content, choice.finish_reason == "length"
        calls = choice.message.tool_calls or getattr(choice.message, "function_call", None)
        tokens = getattr(answer.usage, "total_tokens", 0)
    except (AttributeError, IndexError, KeyError, TypeError):
        raise NoAnswer("the answer cannot be read") from None
    if calls:
        raise NoAnswer("it wants to use tools, and has none")
    if cut:
        raise NoAnswer("its answer was cut off")
    if not isinstance(content, str):
        raise NoAnswer("it said nothing")
    return Said(content=content, tokens=_count(tokens))


def _count(tokens: object) -> int:
    return min(max(tokens, 0), _MOST_COUNTED) if isinstance(tokens, int) else 0


def _hush() -> None:
    """With OPENAI_LOG=debug the client would print every question to the log."""
    for name in _TALKATIVE:
        logger = logging.getLogger(name)
        logger.setLevel(max(logger.level, logging.WARNING))


class _Session(ChannelSession):
    """Our session, for one call that lasts `seconds` at most."""

    def __init__(self, key: str, redactor: Redactor, seconds: float) -> None:
        connect = min(CONNECT_SECONDS, seconds / 2)
        super().__init__(
            rewrite={},
            read_timeout=seconds - connect,
            connect_timeout=connect,
            redactor=redactor,
        )
        self.headers.clear()
        self.headers.update({"Content-Type": "application/json", "Accept": "application/json"})
        self.headers["User-Agent"] = USER_AGENT
        if key:
            self.headers["Authorization"] = f"Bearer {key}"


class _Under:
    """Our session as what the client sends its requests through (httpx2.BaseTransport). Of a
    request only place and body count: its headers tell of this machine and its environment."""

    def __init__(self, wire: Any, session: ChannelSession) -> None:
        self._wire, self._session = wire, session

    def handle_request(self, request: Any) -> Any:
        try:
            answer = self._session.request(request.method, str(request.url), data=request.read())
        except requests.Timeout as error:
            raise self._wire.ReadTimeout(str(error)) from None
        except requests.RequestException as error:
            raise self._wire.ConnectError(str(error)) from None
        told = {"content-type": answer.headers.get("content-type", "")}
        return self._wire.Response(answer.status_code, headers=told, content=answer.content)

    def close(self) -> None:
        self._session.close()

    def __enter__(self) -> _Under:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
