"""Secrets: where they may come from, and how they are kept out of everything that is written."""

from __future__ import annotations

import re
import stat
from pathlib import Path

from config.errors import ConfigError

MASK = "•••"
FILE_PREFIX = "file:"

# Whatever looks like a credential is masked even if nobody registered its value: facebook-sdk puts
# `access_token` into URLs, and every ConnectionError text quotes the URL.
_SHAPES = re.compile(
    r"(?i)((?:access_token|input_token|appsecret_proof|oauth_signature|oauth_token|client_secret|password)"
    r"(?:=|%3D|\"?\s*[:=]\s*\"?)|(?:bearer|basic|oauth)\s+)([^\s&\"',;]{4,})"
)

# A token that carries what it is about (https://www.rfc-editor.org/rfc/rfc7519): base64 of JSON
# always begins like this.
_TOKEN = re.compile(r"\beyJ[\w-]{4,}(?:\.[\w-]+){1,4}")


def mask_shapes(text: str) -> str:
    """`text` without what looks like a credential, whoever it belongs to."""
    return _TOKEN.sub(MASK, _SHAPES.sub(lambda found: found[1] + MASK, text))


class Redactor:
    """Masks the secrets it was told of, and whatever has the shape of one."""

    def __init__(self) -> None:
        self._values: set[str] = set()

    def add(self, *values: str) -> None:
        # A value of a few letters would blank out ordinary words of the log.
        self._values.update(value for value in values if len(value) >= 6)

    def mask(self, text: str) -> str:
        for value in sorted(self._values, key=len, reverse=True):
            text = text.replace(value, MASK)
        return mask_shapes(text)


def resolve(value: str, *, where: str, key: str) -> str:
    """The secret itself: `value`, or the content of the file it names as `file:/path`.

    A file that others may read is refused, like ssh refuses such a key.
    """
    if not value.startswith(FILE_PREFIX):
        return value
    path = Path(value.removeprefix(FILE_PREFIX))
    try:
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise ConfigError(
                where=where,
                key=key,
                problem=f"{path} can be read by other accounts of this machine",
                fix=f"run: chmod 600 {path}",
            )
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigError(
            where=where,
            key=key,
            problem=f"cannot read {path} ({error.strerror})",
            fix="name an existing file of mode 0600, or give the value itself",
        ) from None
