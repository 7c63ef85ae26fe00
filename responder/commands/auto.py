"""auto: the rules by which answers may leave without a human: preview, add, end, report."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from config.errors import ConfigError
from responder.approve import Conflict, NotFound
from responder.automatic.preview import DAYS, MOST_DAYS, Preview, preview
from responder.automatic.report import ReportView, RuleView, one_rule, report, rules
from responder.automatic.rule import AutoOccasion
from responder.automatic.rules import Unfit, Wanted, add_rule, end_rule, rule_of
from responder.commands import BY, with_bot

_SHOWN = 200  # characters of a text, for a person
_REASONS = 12


@dataclass(frozen=True, kw_only=True)
class Typed:
    """A rule as it is typed: lists are words with commas between them."""

    name: str
    channel: str | None
    occasions: str
    topics: str
    languages: str
    confidence: float | None
    per_thread: int
    per_author: int
    per_hour: int
    sample_percent: int


def list_rules(config: Path, *, ended: bool, as_json: bool) -> int:
    with with_bot(config) as bot:
        found = rules(bot, ended=ended)
    if as_json:
        _print_json([rule.model_dump(mode="json") for rule in found])
        return 0
    for rule in found:
        print(_told(rule))
    if not found:
        print("There is no rule: nothing leaves without a human.")
    return 0


def preview_rule(config: Path, typed: Typed, *, days: int, as_json: bool) -> int:
    """What the rule would have done with the mentions of the last `days`. Writes nothing."""
    if not 1 <= days <= MOST_DAYS:
        raise ConfigError(
            where="--days",
            key=str(days),
            problem="is too few or too many",
            fix=f"1 to {MOST_DAYS}; {DAYS} if you say nothing",
        )
    with with_bot(config) as bot:
        with _sense():
            rule = rule_of(bot, wanted(typed), live_from=bot.clock())
        found = preview(bot, rule, days=days)
    if as_json:
        _print_json(asdict(found))
    else:
        _tell_preview(found, days)
    return 0


def add(config: Path, typed: Typed) -> int:
    with with_bot(config) as bot:
        try:
            with _sense():
                row = add_rule(bot, wanted(typed), by=BY)
        except Conflict as error:
            print(error, file=sys.stderr)
            return 1
        rule = one_rule(bot, row.id)
    print(_told(rule))
    print("Until then it only shows on the desk what it would have sent: see `auto report`.")
    if not rule.switched_on:
        print("Its channel's auto_reply is off in the settings: it shows nothing, and its week has")
        print("not begun.")
    return 0


def end(config: Path, rule_id: str) -> int:
    """Exit code 1 if there is no such rule, or it was ended before."""
    with with_bot(config) as bot:
        try:
            row = end_rule(bot, rule_id, by=BY)
        except (Conflict, NotFound) as error:
            print(error, file=sys.stderr)
            return 1
    print(f"Ended: {row.name}. Nothing leaves by it any more.")
    return 0


def tell_report(config: Path, *, ended: bool, as_json: bool) -> int:
    with with_bot(config) as bot:
        found = report(bot, ended=ended)
    if as_json:
        _print_json(found.model_dump(mode="json"))
        return 0
    for one in found.rules:
        print(_told(one.rule))
        _tell_one(one)
    if not found.rules:
        print("There is no rule: nothing leaves without a human.")
    return 0


def wanted(typed: Typed) -> Wanted:
    """Raises ConfigError for an occasion nobody knows."""
    return Wanted(
        name=typed.name,
        channel=typed.channel or "",
        occasions=tuple(_occasion(word) for word in _words(typed.occasions)),
        topics=_words(typed.topics),
        languages=_words(typed.languages),
        confidence=typed.confidence,
        per_thread=typed.per_thread,
        per_author=typed.per_author,
        per_hour=typed.per_hour,
        sample_percent=typed.sample_percent,
    )


def _occasion(word: str) -> AutoOccasion:
    try:
        return AutoOccasion(word)
    except ValueError:
        raise ConfigError(
            where="--occasions",
            key=word,
            problem="no such occasion",
            fix=f"choose from {', '.join(AutoOccasion)}",
        ) from None


def _words(typed: str) -> Sequence[str]:
    return tuple(word for part in typed.split(",") if (word := part.strip()))


@contextmanager
def _sense() -> Iterator[None]:
    try:
        yield
    except Unfit as error:
        raise ConfigError(
            where="the rule", problem=str(error), fix="docs/automatic.md says what it may be"
        ) from None


def _told(rule: RuleView) -> str:
    where = rule.channel or "all channels"
    when = _until(rule) if rule.state == "shadow" else ""
    why = f" ({rule.shadow_reason})" if rule.state == "shadow" and rule.shadow_reason else ""
    what = f"{', '.join(rule.occasions)}; about {', '.join(rule.topics) or 'nothing'}"
    return f"{rule.id}  {rule.name}: {what}; {where}; {rule.state}{when}{why}"


def _until(rule: RuleView) -> str:
    """When the first of its weeks is over."""
    if not rule.sends_from:
        return " until a week after it first has something to show"
    return f" until {min(rule.sends_from.values()):%Y-%m-%d %H:%M} UTC"


def _tell_one(one: ReportView) -> None:
    shadow, reviews = one.shadow, one.reviews
    kept = "" if shadow.kept is None else f" ({shadow.kept:.0%} of the words kept)"
    print(f"    sent {one.sent}, held back {one.held_back}")
    print(
        f"    in shadow {shadow.shown}: approved as they were {shadow.unchanged}, changed "
        f"{shadow.changed}{kept}, rejected {shadow.rejected}, waiting {shadow.waiting}, "
        f"dropped {shadow.dropped}, sent by another rule {shadow.by_rule}, erased {shadow.erased}"
    )
    print(
        f"    reviewed: good {reviews.good}, bad {reviews.bad}; waiting {reviews.waiting}, "
        f"of these overdue {reviews.overdue}"
    )


def _tell_preview(found: Preview, days: int) -> None:
    latest = "the latest " if found.more else ""
    print(f"Of {latest}{found.looked_at} mentions of {days} days it would answer {found.answered}.")
    for example in found.examples:
        print(f"{example.channel}  {example.said[:_SHOWN]!r}")
        print(f"    {example.answer[:_SHOWN]!r}")
    for why, count in found.reasons[:_REASONS]:
        print(f"{count:>6}  not, because {why}")


def _print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False))
