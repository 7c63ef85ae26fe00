"""What programs send to the API, read so that no input can make it fall over."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request

from responder.desk.problem import Problem, in_words
from responder.models import PauseLevel

LIMIT: Final = 64_000  # bytes; the longest reply of any network is a tenth of it

M = TypeVar("M", bound=BaseModel)
_Version = Annotated[int, Field(strict=True, ge=1, le=2**31 - 1)]
_Channel = Annotated[str | None, Field(max_length=64)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ApproveBody(_Body):
    """`version` is the one that was read; `text` takes the place of its words; `confirm` names the
    rules whose findings somebody has looked at."""

    version: _Version
    text: Annotated[str | None, Field(max_length=20_000)] = None
    confirm: Annotated[list[Annotated[str, Field(max_length=40)]] | None, Field(max_length=50)] = (
        None
    )


class RejectBody(_Body):
    """`anew`: the mention still wants an answer, which a person writes in a draft of its own."""

    version: _Version
    anew: bool = False
    reason: Annotated[str, Field(max_length=500)]


class PauseBody(_Body):
    """Without `channel`: everywhere. `auto`: nothing leaves without a human; `send`: nothing
    leaves; `all`: nothing leaves and nothing is polled."""

    channel: _Channel = None
    level: PauseLevel = PauseLevel.SEND


class ResumeBody(_Body):
    """Without `channel`: every pause there is."""

    channel: _Channel = None


class LetterBody(_Body):
    """Nothing is to be said about it."""


def reader(model: type[M]) -> Callable[[Request], Coroutine[Any, Any, M]]:
    """A dependency that reads the body as `model`; no body is an empty object. Raises Problem.

    FastAPI's own way parses before it looks at the token, and has no limit.
    """

    async def read(request: Request) -> M:
        raw = bytearray()
        async for chunk in request.stream():
            raw += chunk
            if len(raw) > LIMIT:
                raise Problem(413, f"The body is longer than {LIMIT} bytes")
        try:
            return model.model_validate(_parsed(bytes(raw)) if raw.strip() else {})
        except ValidationError as error:
            raise Problem(422, in_words(error.errors())) from None

    return read


def described(model: type[BaseModel]) -> dict[str, Any]:
    """The body's entry in the API description."""
    content = {"application/json": {"schema": model.model_json_schema()}}
    return {"requestBody": {"content": content}}


def _parsed(raw: bytes) -> object:
    try:
        return json.loads(raw, parse_constant=_refuse, object_pairs_hook=_each_key_once)
    except RecursionError:
        raise Problem(422, "The body is nested too deeply") from None
    except ValueError:  # no JSON, no UTF-8, NaN, a number of 5,000 digits
        raise Problem(422, "The body is not a JSON object with each key once") from None


def _refuse(word: str) -> object:
    raise ValueError(word)


def _each_key_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found
