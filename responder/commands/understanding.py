"""What the commands about understanding share: which weights judge, and why."""

from __future__ import annotations

from pathlib import Path
from typing import IO

from config import settings
from config.errors import ConfigError
from config.settings import LANGUAGES
from responder.bot import state_folder, trained_weights
from sentiment.explain import pulls, told
from sentiment.judge import judge, read
from sentiment.linear import Weights
from sentiment.weights import chosen


def weights_file(config: Path) -> Path:
    """Where the trained weights of this installation lie, or will."""
    loaded = settings.load(config) if config.exists() else settings.Settings()
    return trained_weights(state_folder(loaded))


def is_installed(config: Path) -> bool:
    """Whether there are settings to run by, be it in the environment alone; not whether they are
    right."""
    try:
        settings.load(config)
    except ConfigError:
        return config.exists()
    return True


def weights_of(config: Path) -> Weights:
    """The weights this installation judges by. Raises ConfigError if they are broken."""
    return chosen(weights_file(config))


def explain_text(text: str, language: str | None, weights: Weights, out: IO[str]) -> int:
    """Say how `text` is judged and what made it so. Always 0."""
    result = judge(text, languages=LANGUAGES, hint=language, weights=weights)
    verdict = result.score
    out.write(f"{verdict.label.value} ({verdict.confidence:.2f}, {verdict.made_by})\n")
    out.write(f"language {result.language}, phase {result.phase.value}\n")
    out.write(f"topics {', '.join(result.topics) or '-'}\n")
    out.write(f"signals {', '.join(sorted(result.signals)) or '-'}\n")
    for pull in pulls(read(text, result.language, weights), verdict.label.value, weights):
        out.write(f"{pull.strength:+.2f}  {told(pull)}\n")
    return 0
