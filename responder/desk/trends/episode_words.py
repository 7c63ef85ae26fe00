"""Episodes in words: what they are about, how bad they are, by which rule, what happened."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from listener.spikes.watch import Level, Rule
from responder.access import Visitor
from responder.bot import Bot
from responder.crisis.course import Key
from responder.crisis.logbook import WATCH
from responder.crisis.models import Did, Episode, EpisodeEntry, Kind
from responder.desk.choices import named
from responder.desk.rows import label_of
from responder.desk.sight import may_change
from responder.desk.tongue import N_, _
from responder.desk.trends.amounts import number_words
from responder.desk.words import clock_time

LEVELS: Final[Mapping[Level, str]] = {
    Level.CALM: N_("Calm"),
    Level.WATCH: N_("Watch"),
    Level.ALERT: N_("Alert"),
    Level.CRISIS: N_("Crisis"),
}
SHAPES: Final[Mapping[Level, str]] = {
    Level.CALM: "○",
    Level.WATCH: "◇",
    Level.ALERT: "▲",
    Level.CRISIS: "■",
}
"""Never colour alone."""

_RULES: Final[Mapping[Rule, str]] = {
    Rule.NONE: "",
    Rule.TAIL: N_("so many in an hour hardly come by chance"),
    Rule.SUM: N_("hour after hour a little more than usual"),
    Rule.LASTING: N_("three hours in a row far above the usual"),
    Rule.RATIO: N_(
        "a day with more than twice the mean of the week before; three weeks have to be heard"
        " before we know what is usual"
    ),
    Rule.DANGER: N_("three people or more wrote of harm, the law or a data leak within an hour"),
}

_DID: Final[Mapping[Did, str]] = {
    Did.OPENED: N_("Noticed"),
    Did.RAISED: N_("It got worse"),
    Did.JOINED: N_("Something else is unusual too"),
    Did.PAUSED: N_("Automatic answers paused"),
    Did.RESTED: N_("Promotions rest"),
    Did.URGENT: N_("Mentions made urgent"),
    Did.ACKNOWLEDGED: N_("Taken up"),
    Did.SNOOZED: N_("Snoozed"),
    Did.NOTED: N_("Note"),
    Did.PROPOSED: N_("Holding statement proposed"),
    Did.APPROVED: N_("Holding statement approved"),
    Did.DECLINED: N_("Holding statement declined"),
    Did.ENDED: N_("Ended"),
    Did.LEARNED: N_("Post-mortem"),
}

_OF_CHANNELS: Final = frozenset({Did.JOINED, Did.PAUSED, Did.URGENT})
"""Their details name channels, or count what was said on all of them."""


def level_word(level: Level) -> str:
    return _(LEVELS[level])


def rule_words(rule: Rule) -> str:
    return _(_RULES[rule]) if _RULES[rule] else ""


def did_word(did: Did) -> str:
    return _(_DID[did])


def by_word(by: str) -> str:
    """Who did it."""
    return _("the watch over spikes") if by == WATCH else by


def title(bot: Bot, episode: Episode) -> str:
    """What there is more of, and where."""
    return about(bot, Key(episode.kind, episode.topic, episode.channel))


def about(bot: Bot, key: Key) -> str:
    where = label_of(bot, key.channel) if key.channel else ""
    if key.kind == Kind.TOPIC:
        topic = named(key.topic)
        if where:
            return _("Mentions about “%(topic)s” on %(channel)s", topic=topic, channel=where)
        return _("Mentions about “%(topic)s” on all channels", topic=topic)
    words = _ON_ONE[Kind(key.kind)] if where else _ON_ALL[Kind(key.kind)]
    return _(words, channel=where) if where else _(words)


_ON_ONE: Final[Mapping[Kind, str]] = {
    Kind.ALL: N_("Mentions on %(channel)s"),
    Kind.NEGATIVE: N_("Negative mentions on %(channel)s"),
    Kind.DANGER: N_("Mentions of danger on %(channel)s"),
}
_ON_ALL: Final[Mapping[Kind, str]] = {
    Kind.ALL: N_("Mentions on all channels"),
    Kind.NEGATIVE: N_("Negative mentions on all channels"),
    Kind.DANGER: N_("Mentions of danger on all channels"),
}


def numbers(episode: Episode) -> str:
    """How many, beside how many are usual."""
    if episode.rule is Rule.DANGER:
        return _("People within an hour: %(people)s", people=number_words(episode.authors))
    return _(
        "%(observed)s where %(expected)s are usual, by %(people)s people",
        observed=number_words(round(episode.observed)),
        expected=number_words(round(episode.expected, 1)),
        people=number_words(episode.authors),
    )


def is_whole(seat: Visitor, episode: Episode) -> bool:
    """Whether this visitor sees all it is about. Of one on all channels, those who see some of
    them are told what it is and how bad: its numbers and words are of the others, too."""
    return may_change(seat, episode.channel)


def detail(bot: Bot, entry: EpisodeEntry, *, whole: bool) -> str:
    """What stands behind a line of the log, in words. `whole` as of `is_whole`."""
    did, text = entry.did, entry.detail
    if not whole and did in _OF_CHANNELS:
        return ""
    if did in (Did.OPENED, Did.RAISED, Did.ACKNOWLEDGED) and text in {one.value for one in Level}:
        return level_word(Level(text))
    if did is Did.PAUSED:
        names = [label_of(bot, name) for name in text.split(", ") if name]
        return ", ".join(names) or _("nothing: it was paused already")
    if did is Did.SNOOZED:
        return clock_time(datetime.fromisoformat(text), entry.at, bot.zone)
    return text


def explained(bot: Bot, episode: Episode, *, whole: bool) -> Mapping[str, Any]:
    """The explanation, with names in place of keys; empty where they do not see the whole."""
    found = episode.explanation if whole else {}
    return {
        "terms": found.get("terms", []),
        "threads": found.get("threads", []),
        "first": found.get("first"),
        "languages": found.get("languages", []),
        "topics": [(named(topic), number) for topic, number in found.get("topics", [])],
        "channels": [(label_of(bot, name), n) for name, n in found.get("channels", [])],
        "also": [about(bot, Key(*key)) for key in found.get("also", [])],
    }
