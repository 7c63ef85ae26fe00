"""lint: the etiquette checker, for a reply from a pipe."""

from __future__ import annotations

import json
from pathlib import Path
from typing import IO

from config.errors import ConfigError
from responder.commands import require_known, with_bot
from responder.trying import Asked, try_reply
from responder.voice.finding import Finding, Severity

OK = "ok"


def lint_reply(config: Path, asked: Asked, out: IO[str], *, as_json: bool) -> int:
    """Tell what stands against a reply. Exit code 1 if something blocks it. Raises ConfigError."""
    with with_bot(config) as bot:
        require_known(asked.channel, bot.channels)
        if asked.language not in bot.settings.brand.languages:
            raise ConfigError(
                where="--language",
                key=asked.language,
                problem="the brand does not answer in it",
                fix=f"choose from {', '.join(bot.settings.brand.languages)}",
            )
        findings = try_reply(bot, asked).findings
    verdict = verdict_of(findings)
    if as_json:
        told = {"verdict": verdict, "findings": [finding.as_json() for finding in findings]}
        out.write(json.dumps(told, ensure_ascii=False) + "\n")
    else:
        out.write(_for_people(verdict, findings))
    return 1 if verdict == Severity.BLOCK else 0


def verdict_of(findings: tuple[Finding, ...]) -> str:
    """The gravest of the findings: "block", "confirm" or "warn"; "ok" for none."""
    return findings[0].severity.value if findings else OK


def _for_people(verdict: str, findings: tuple[Finding, ...]) -> str:
    if not findings:
        return "Nothing stands against it.\n"
    lines = [f"{one.rule}  {one.severity.value:8}{one.message}" for one in findings]
    hints = [f"     {'':8}{one.suggestion}" if one.suggestion else "" for one in findings]
    told = [line for pair in zip(lines, hints, strict=True) for line in pair if line]
    return "\n".join([*told, f"Verdict: {verdict}", ""])
