"""A reply tried out: what stands against it on a channel and in a language, before there is any
draft. For `lint` and for the try-it box of the desk."""

from __future__ import annotations

from dataclasses import dataclass

from config.book import Occasion
from listener.channels.base import Answerable, Length
from responder.alike import likely_in
from responder.bot import Bot
from responder.kind import kind_of, speaking_for
from responder.traits import traits_of
from responder.voice.check import check
from responder.voice.finding import Finding
from responder.voice.target import Target
from sentiment.judge import Judgement, judge
from sentiment.score import Sentiment


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is to be checked: a reply on a channel, in a language, to a mention ("" if unknown).
    Channel and language have to be configured."""

    reply: str
    channel: str
    language: str
    mention: str = ""


@dataclass(frozen=True, kw_only=True)
class Tried:
    """What came of it. `troubled`: the mention is taken for one of somebody in trouble."""

    findings: tuple[Finding, ...]
    length: Length
    counted_in: str
    troubled: bool


def try_reply(bot: Bot, asked: Asked) -> Tried:
    """What stands against a reply, the gravest first, taken for one that everybody reads."""
    target = _target(bot, asked)
    return Tried(
        findings=check(asked.reply, target),
        length=target.length,
        counted_in=target.counted_in,
        troubled=target.troubled,
    )


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
