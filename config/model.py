"""The settings of the language model that may word drafts. Off until somebody names its address."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator


class ModelSettings(BaseModel):
    """`url`: the base of an OpenAI-compatible endpoint, such as "https://api.openai.com/v1"; empty:
    no model is asked. `name`: of the model there. `key`: a value or `file:/path`; empty: the
    endpoint wants none. `seconds`: within so many after a draft was made the model's words may
    stand in its place. `per_hour`: so many questions in an hour at most, over all channels.
    `approved_on`: the channels whose network was asked, and agreed, where its rules want that."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = ""
    name: Annotated[str, Field(max_length=200)] = ""
    key: Annotated[SecretStr, Field(repr=False)] = SecretStr("")
    seconds: Annotated[int, Field(ge=5, le=30)] = 30
    per_hour: Annotated[int, Field(ge=1, le=10_000)] = 60
    approved_on: tuple[str, ...] = ()

    @property
    def on(self) -> bool:
        return bool(self.url)

    @field_validator("url")
    @classmethod
    def _plain_address(cls, value: str) -> str:
        if not value:
            return value
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("must begin with https:// (or http:// for a server of your own)")
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValueError("must be a bare address: a key belongs into model.key")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _named(self) -> ModelSettings:
        if self.url and not self.name:
            raise ValueError("model.name must say which model is asked at model.url")
        return self
