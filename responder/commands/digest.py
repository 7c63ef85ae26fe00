"""report daily, report weekly: what a digest tells, on demand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from config.digests import DigestSettings
from config.errors import ConfigError
from config.settings import LANGUAGES
from responder.bot import Bot
from responder.commands import with_bot
from responder.desk.report.letters import letter_of, page_of
from responder.desk.report.pdf import HOW, available, pdf_of
from responder.desk.tongue import speaking
from responder.digests import told
from responder.reports.periods import last_whole


@dataclass(frozen=True, kw_only=True)
class Asked:
    """None: no such file is wanted; with neither it is printed."""

    weekly: bool
    language: str
    pdf: Path | None
    html: Path | None


def make_report(config: Path, asked: Asked) -> int:
    """Of the last whole day, or week from Monday on. Raises ConfigError."""
    settings = _settings(asked)
    if asked.pdf and not available():
        raise ConfigError(where="--pdf", problem="Typst is not installed", fix=f"run: {HOW}")
    with with_bot(config) as bot, speaking(settings.language):
        files, text = _made(bot, settings, asked)
    for file, content in files.items():
        _write(file, content)
    if not files:
        print(text)
    return 0


def _settings(asked: Asked) -> DigestSettings:
    if asked.language not in LANGUAGES:
        raise ConfigError(
            where="--language",
            key=asked.language[:40],
            problem="is not spoken here",
            fix=f"choose from {', '.join(LANGUAGES)}",
        )
    return DigestSettings.model_validate({"when": "08:00", "language": asked.language})


def _made(bot: Bot, settings: DigestSettings, asked: Asked) -> tuple[Mapping[Path, bytes], str]:
    now = bot.clock()
    report, pictures = told(bot, settings, last_whole(asked.weekly, now, bot.zone), now)
    files = {}
    if asked.html:
        files[asked.html] = page_of(report, pictures).encode()
    if asked.pdf:
        files[asked.pdf] = pdf_of(report, pictures)
    return files, f"{report.title}\n{letter_of(report, pictures).text}"


def _write(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except OSError as error:
        raise ConfigError(
            where=str(file),
            problem=f"cannot be written ({error.strerror})",
            fix="choose another place",
        ) from None
