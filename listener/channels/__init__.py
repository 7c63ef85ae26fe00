"""The channels there are. A new network is one package (or module) and one line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import Any

from config.clock import Clock
from config.errors import ConfigError
from config.secrets import Redactor
from listener.channels.base import Channel
from listener.channels.metering import Metering

# kind -> "module:factory". Loaded only when configured, to keep start and memory small.
KINDS: Mapping[str, str] = {
    "bluesky": "listener.channels.bluesky.channel:open_channel",
    "facebook": "listener.channels.facebook.channel:open_channel",
    "mastodon": "listener.channels.mastodon.channel:open_channel",
    "x": "listener.channels.x.channel:open_channel",
}


def open_channels(
    tables: Mapping[str, Mapping[str, Any]],
    *,
    source: str,
    redactor: Redactor,
    clock: Clock,
    meter: Metering,
    folder: Path | None = None,
) -> dict[str, Channel]:
    """A channel for each `[channels.<name>]` table, in their order. Raises ConfigError.

    `folder`: where a channel may keep files of its own, for those whose factory takes one. Nothing
    is asked of any network here.
    """
    parts: dict[str, Any] = {"source": source, "redactor": redactor, "clock": clock, "meter": meter}
    return {name: _open(name, dict(table), folder, **parts) for name, table in tables.items()}


def _open(
    name: str, table: dict[str, Any], folder: Path | None, *, source: str, **parts: Any
) -> Channel:
    table.setdefault("kind", name)
    factory = _factory(str(table["kind"]), name, source)
    if "folder" in signature(factory).parameters:
        parts["folder"] = folder
    return factory(name, table, source=source, **parts)


def _factory(kind: str, name: str, source: str) -> Callable[..., Channel]:
    if kind not in KINDS:
        raise ConfigError(
            where=source,
            key=f"channels.{name}.kind",
            problem=f"no channel of kind {kind!r}",
            fix=f"choose from {', '.join(sorted(KINDS))}",
        )
    module, _, attribute = KINDS[kind].partition(":")
    factory: Callable[..., Channel] = getattr(import_module(module), attribute)
    return factory
