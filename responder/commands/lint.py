"""lint: the etiquette checker, for a reply from a pipe."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from config.book import Occasion
from config.errors import ConfigError
from listener.channels.base import Answerable
from responder.alike import likely_in
from responder.bot import Bot
from responder.commands import require_known, with_bot
from responder.kind import kind_of, speaking_for
from responder.traits import traits_of
from responder.voice.check import check
from responder.voice.finding import Finding, Severity
from responder.voice.target import Target
from sentiment.judge import Judgement, judge
from sentiment.score import Sentiment

OK = "ok"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is to be checked: a reply on a channel, in a language, to a mention ("" if unknown)."""

    reply: str
    channel: str
    language: str
    mention: str = ""


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
        findings = check(asked.reply, _target(bot, asked))
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


def _target(bot: Bot, asked: Asked) -> Target:
    channel = bot.channels[asked.channel]
    judged = judge(
        asked.mention, languages=bot.settings.brand.languages, hint=asked.language,
        weights=bot.weights,
    )  # fmt: skip
    kind = _taken_for(bot, asked, judged)
    return Target(
        length=channel.length(asked.reply),
        counted_in=channel.declaration.counted_in,
        language=asked.language,
        languages=bot.settings.brand.languages,
        answerable=Answerable.YES,
        label=channel.declaration.label,
        mention=asked.mention,
        negative=judged.score.label is Sentiment.NEGATIVE and kind is not Occasion.PRAISE,
        complaint=kind is Occasion.COMPLAINT,
        link_price=channel.declaration.link_price,
        house=bot.house(asked.language),
    )


def _taken_for(bot: Bot, asked: Asked, judged: Judgement) -> Occasion:
    chapter = bot.book.chapters[asked.language] if asked.mention else None
    said = likely_in(
        asked.mention, traits_of(judged), chapter, asked.language
    )  # fmt: skip
    sure = judged.score.confidence >= bot.settings.sentiment.send_from
    what = (judged.signals, set(judged.topics), judged.score.label)
    return kind_of(*what, speaking_for(said, chapter), sure=sure)


def _for_people(verdict: str, findings: tuple[Finding, ...]) -> str:
    if not findings:
        return "Nothing stands against it.\n"
    lines = [f"{one.rule}  {one.severity.value:8}{one.message}" for one in findings]
    hints = [f"     {'':8}{one.suggestion}" if one.suggestion else "" for one in findings]
    told = [line for pair in zip(lines, hints, strict=True) for line in pair if line]
    return "\n".join([*told, f"Verdict: {verdict}", ""])
