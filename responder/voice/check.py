"""Pure: what must not, or should not, leave in a reply. The rules are listed in docs/etiquette.md.

A rule whose words are not known in the mention's language is silent: better no help than false
alarms, and a human reads every reply that is not from the book.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final

from responder.voice.finding import RULES, Finding, Severity
from responder.voice.reading import Reading
from responder.voice.rules import (
    address,
    answers,
    hidden,
    house,
    links,
    plain,
    private,
    shape,
    wording,
)
from responder.voice.target import Target

_GRAVITY: Final = list(Severity)
_ORDER: Final = {rule: place for place, rule in enumerate(RULES)}

_CHECKS: Final[tuple[Callable[[Reading], Iterable[Finding]], ...]] = (
    shape.answerable,
    shape.hardly_a_word,
    shape.too_long,
    shape.no_greeting,
    shape.nobody,
    shape.capitals,
    shape.shouting,
    shape.placeholders,
    shape.repeated,
    shape.emoji,
    wording.wording,
    wording.vague_time,
    wording.insult,
    answers.open_question,
    answers.ambiguous,
    answers.nobody_takes_it,
    answers.unacknowledged,
    address.other_language,
    address.form,
    private.private_data,
    private.asked_in_public,
    links.links,
    links.strangers,
    hidden.hidden,
    house.undisclosed,
    house.forbidden,
    house.missing,
    plain.plain,
)


def check(text: str, target: Target) -> tuple[Finding, ...]:
    """Every finding about `text`, the gravest first. Empty: it may leave. Never raises."""
    reading = Reading(text, target)
    if not any(map(str.isalpha, text)):  # of nothing, only that can be said
        return (*shape.answerable(reading), *shape.hardly_a_word(reading))
    findings = [finding for look in _CHECKS for finding in look(reading)]
    return tuple(sorted(_merged(findings), key=_rank))


def unconfirmed(findings: tuple[Finding, ...], confirmed: frozenset[str]) -> tuple[Finding, ...]:
    """The findings that still stand in the way: all blocks, and confirms nobody confirmed."""
    return tuple(
        f
        for f in findings
        if f.severity is Severity.BLOCK
        or (f.severity is Severity.CONFIRM and f.rule not in confirmed)
    )


def _rank(finding: Finding) -> tuple[int, int, int]:
    return _GRAVITY.index(finding.severity), finding.start, _ORDER[finding.rule]


def _both(last: Finding, finding: Finding) -> Finding:
    """Two findings of one rule on the same words. Of two things wrong one fix mends only one, so it
    stays where both say the same."""
    same = finding.message == last.message
    told = finding if same and finding.fix and not last.fix else last
    return replace(
        last,
        end=max(last.end, finding.end),
        suggestion=told.suggestion or finding.suggestion,
        fix=told.fix if finding.end <= last.end else None,
    )


def _merged(findings: list[Finding]) -> list[Finding]:
    """Several cues may know the same words: told once, by the one that covers most."""
    kept: list[Finding] = []
    for finding in sorted(findings, key=lambda f: (f.rule, f.severity, f.start, -f.end)):
        last = kept[-1] if kept else None
        if (
            last is not None
            and last.end > 0
            and (last.rule, last.severity) == (finding.rule, finding.severity)
            and finding.start < last.end
        ):
            kept[-1] = _both(last, finding)
        else:
            kept.append(finding)
    return kept
