"""A table held against the library without writing anything: what taking it in would change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from responder.access import Visitor
from responder.approve import Blocked, Conflict
from responder.bot import Bot
from responder.library.checks import Unfit
from responder.library.differences import Difference, differences
from responder.library.importing import Became, Plan, Stands, all_stands, lines_of, plan_of
from responder.library.models import Standing
from responder.library.shelving import Name, history, looked_at
from responder.library.store import body_of
from responder.library.table import Line
from responder.library.unread import require_read
from responder.voice.finding import Finding, Severity


@dataclass(frozen=True, kw_only=True)
class Foreseen:
    """What would become of a row. `findings`: what stands in the way, some of which may be
    confirmed; `is_new`: there is no such entry yet; `gives_way`: whose proposal would."""

    row: int
    became: Became
    name: Name | None = None
    problem: str = ""
    is_new: bool = False
    changes: tuple[Difference, ...] = ()
    findings: tuple[Finding, ...] = ()
    gives_way: str = ""

    @property
    def may_be_confirmed(self) -> bool:
        """Whether a yes would be enough to take the row in."""
        return bool(self.findings) and all(
            one.severity is Severity.CONFIRM for one in self.findings
        )


def rehearse(
    bot: Bot,
    text: str,
    *,
    by: Visitor,
    confirm: frozenset[str] = frozenset(),
    overwrite: bool = False,
) -> tuple[Foreseen, ...]:
    """What `import_table` would do with the same table right now. Raises BadTable."""
    lines, stands = lines_of(text), all_stands(bot)
    return tuple(
        _foresee(bot, line, stands, by=by, confirm=confirm, overwrite=overwrite) for line in lines
    )


def to_confirm(rows: Iterable[Foreseen]) -> tuple[Finding, ...]:
    """Of each rule that keeps a row out and may be confirmed, its first finding."""
    first: dict[str, Finding] = {}
    for row in rows:
        for finding in row.findings if row.may_be_confirmed else ():
            first.setdefault(finding.rule, finding)
    return tuple(first[rule] for rule in sorted(first))


def _foresee(
    bot: Bot,
    line: Line,
    stands: Mapping[Name, Stands],
    *,
    by: Visitor,
    confirm: frozenset[str],
    overwrite: bool,
) -> Foreseen:
    name = line.name
    if name is None or line.problem:
        return _refused(line, line.problem)
    known = stands.get(name)
    try:
        plan = plan_of(line, known, confirm=confirm, overwrite=overwrite)
        if plan is None:
            return Foreseen(row=line.number, became=Became.UNCHANGED, name=name)
        return _weighed(bot, line, name, plan, known, by=by, overwrite=overwrite)
    except Blocked as error:
        return _refused(line, "", error.findings)
    except (Unfit, Conflict) as error:
        return _refused(line, str(error))


def _weighed(
    bot: Bot,
    line: Line,
    name: Name,
    plan: Plan,
    known: Stands | None,
    *,
    by: Visitor,
    overwrite: bool,
) -> Foreseen:
    with bot.database.read() as session:
        past = history(session, name)
        require_read(past, plan.version, by=by, overwrite=overwrite)
    page, _ = looked_at(bot, name, plan.change)
    newest = past[0] if past else None
    waits = newest if newest is not None and newest.standing is Standing.WAITING else None
    before = known.in_force.body if known and known.in_force else None
    return Foreseen(
        row=line.number,
        became=Became.SAVED,
        name=name,
        is_new=before is None,
        changes=differences(before, body_of(page)) if page is not None else (),
        gives_way=waits.changed_by if waits is not None and waits.changed_by != by.name else "",
    )


def _refused(line: Line, problem: str, findings: tuple[Finding, ...] = ()) -> Foreseen:
    return Foreseen(
        row=line.number,
        became=Became.REFUSED,
        name=line.name,
        problem=problem,
        findings=findings,
    )
