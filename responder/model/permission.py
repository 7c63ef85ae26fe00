"""Pure: where a language model may word drafts at all."""

from __future__ import annotations

from config.errors import ConfigError
from config.model import ModelSettings
from listener.channels.base import Declaration


def forbidden_by(settings: ModelSettings, name: str, declaration: Declaration) -> str:
    """Why no model is asked for the channel `name`, as a sentence; "" if one may be."""
    if not settings.on:
        return "no model is configured"
    if declaration.model_rule and name not in settings.approved_on:
        return f'{declaration.model_rule}: once it agreed, add "{name}" to model.approved_on'
    return ""


def require_known(settings: ModelSettings, names: list[str]) -> None:
    """Raises ConfigError where an approval names a channel that is not configured: a slip there
    must not look like an approval that counts."""
    for name in settings.approved_on:
        if name not in names:
            raise ConfigError(
                where="settings",
                key="model.approved_on",
                problem=f"there is no channel {name!r}",
                fix=f"choose from {', '.join(names) or 'none: no channel is configured'}",
            )
