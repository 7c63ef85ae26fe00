"""The brand book: what the brand may say, in its own words, language by language.

A book is a folder: `brand.toml` with what is the same everywhere, and one `<language>.toml` a
language with voice, saved replies, articles, products, stores and promotions (config/book.py).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from config.book import Chapter, Cover, Page
from config.errors import ConfigError


class BrandBook(Page):
    """A whole book. `bridge` is one of its languages."""

    cover: Cover
    chapters: Mapping[str, Chapter]

    @property
    def handles(self) -> tuple[str, ...]:
        return self.cover.handles

    @property
    def bridge(self) -> str:
        """The language for customers whose own nobody here speaks."""
        return (
            self.cover.bridge if self.cover.bridge in self.chapters else next(iter(self.chapters))
        )


M = TypeVar("M", bound=BaseModel)


def load(folder: Path, languages: Sequence[str]) -> BrandBook:
    """The book in `folder`, with a chapter for each of `languages`. Raises ConfigError."""
    cover = _page(folder / "brand.toml", Cover)
    chapters = {language: _page(folder / f"{language}.toml", Chapter) for language in languages}
    return BrandBook(cover=cover, chapters=MappingProxyType(chapters))


def _page(path: Path, model: type[M]) -> M:
    try:
        return model.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise ConfigError(
            where=str(path),
            problem=f"cannot be read ({error.strerror})",
            fix="point brand.path at a folder with brand.toml and one file a language",
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(
            where=str(path), problem=f"is not valid TOML: {error}", fix="mend that line"
        ) from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise ConfigError(
            where=str(path),
            key=".".join(str(part) for part in first["loc"]),
            problem=first["msg"].removeprefix("Value error, "),
            fix="see config/brand/demo for a complete book",
        ) from None
