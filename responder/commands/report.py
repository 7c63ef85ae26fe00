"""report: what became of our words at the desk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from config.errors import ConfigError
from responder.commands import with_bot
from responder.findings import AT_MOST as MOST_DECISIONS
from responder.findings import ENOUGH as ENOUGH_DRAFTS
from responder.findings import RIGHT, FindingsView, findings_report
from responder.learning.edits import AT_MOST, ENOUGH, MOST_DAYS, EditsView, EditView, edits


def report_edits(config: Path, *, days: int, as_json: bool) -> int:
    """Which words the team edits most. Raises ConfigError for days nobody can ask for."""
    _require_days(days)
    with with_bot(config) as bot:
        found = edits(bot, days=days)
    if as_json:
        print(found.model_dump_json())
    else:
        _tell(found)
    return 0


def report_etiquette(config: Path, *, days: int, as_json: bool) -> int:
    """How right each rule of etiquette is. Raises ConfigError for days nobody can ask for."""
    _require_days(days)
    with with_bot(config) as bot:
        found = findings_report(bot, days=days)
    print(found.model_dump_json() if as_json else "\n".join(_about_rules(found)))
    return 0


def _about_rules(found: FindingsView) -> Iterator[str]:
    if not found.rules:
        yield f"In the last {found.days} days nobody had to decide about a finding."
        return
    newest = f", the newest {MOST_DECISIONS} decisions" if found.more else ""
    yield f"The last {found.days} days{newest}, the most ignored first:"
    yield "  shown  ignored  mended  right"
    for one in found.rules:
        few = "" if one.enough else f" (fewer than {ENOUGH_DRAFTS} drafts: too few to judge)"
        weak = " (look at this rule)" if one.enough and one.right < RIGHT else ""
        figures = f"{one.shown:>7} {one.ignored:>8} {one.mended:>7} {one.right:>6.0%}"
        yield f"{figures}  {one.rule}  {one.title}{few}{weak}"


def _require_days(days: int) -> None:
    if not 1 <= days <= MOST_DAYS:
        raise ConfigError(
            where="--days",
            key=str(days),
            problem="is no such stretch of time",
            fix=f"choose 1 to {MOST_DAYS}",
        )


def _tell(found: EditsView) -> None:
    if not found.entries:
        print(f"In the last {found.days} days nobody decided about words of ours.")
        return
    newest = f", the newest {AT_MOST} replies" if found.more else ""
    print(f"The last {found.days} days{newest}, the most edited first:")
    print("  used  unchanged  kept  rejected")
    for one in found.entries:
        print(_line(one))


def _line(one: EditView) -> str:
    kept = "–" if one.kept is None else f"{one.kept:.0%}"
    few = "" if one.enough else f" (used fewer than {ENOUGH} times: too few to judge)"
    figures = f"{one.used:>6} {one.unchanged:>10} {kept:>5} {one.rejected:>9}"
    return f"{figures}  {one.made_from}, {one.language}{few}"
