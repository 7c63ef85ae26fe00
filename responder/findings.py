"""What became of findings that wanted a second look: confirmed as they were, or mended by other
words. A rule whose findings people only wave through warns of nothing.

It is read from the audit, which holds the ids of rules and never a text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from responder.audit import note
from responder.bot import Bot
from responder.models import Audit
from responder.voice.finding import RULES, Finding, Severity

IGNORED: Final = "ignore findings"
MENDED: Final = "mend findings"

ENOUGH: Final = 20
"""Of fewer drafts nobody can say whether a rule is right."""
RIGHT: Final = 0.7
"""A rule that is right less often than this should be looked at."""

AT_MOST: Final = 20_000  # notes read, the newest


class RuleView(BaseModel):
    """One rule. `shown`: drafts on which somebody had to decide about a finding of it; `ignored`:
    they confirmed it and sent the words; `mended`: they changed the words so that it was gone.
    `right`: mended of shown, 0 to 1. `enough`: whether these are twenty or more drafts."""

    rule: str
    title: str
    shown: int
    ignored: int
    mended: int
    right: float
    enough: bool


class FindingsView(BaseModel):
    """The rules that are ignored most first. `more`: older decisions of these `days` were left
    out."""

    days: int
    more: bool
    rules: list[RuleView]


def note_decided(
    session: Session,
    *,
    by: str,
    draft_id: str,
    before: Iterable[Mapping[str, Any]],
    now_found: Iterable[Finding],
    sent: bool,
    now: datetime,
) -> None:
    """Note which findings of a draft a person let stand, and which their words did away with.
    `before`: those it had before they changed it; `sent`: whether they approved it."""
    asked = {str(one.get("rule")) for one in before if one.get("severity") == Severity.CONFIRM}
    stand = {one.rule for one in now_found if one.severity is Severity.CONFIRM}
    mended = asked - {one.rule for one in now_found}
    for action, rules in ((IGNORED, stand if sent else set()), (MENDED, mended)):
        if rules:
            told = " ".join(sorted(rules))
            note(session, who=by, action=action, subject=draft_id, now=now, detail=told)


def findings_report(bot: Bot, *, days: int) -> FindingsView:
    """How right each rule is, by what people made of it in the last `days`. A draft counts once a
    rule, and as ignored if it was sent with the finding in the end."""
    since = bot.clock() - timedelta(days=days)
    with bot.database.read() as session:
        notes = session.execute(
            select(Audit.action, Audit.subject, Audit.detail)
            .where(Audit.action.in_((IGNORED, MENDED)), Audit.at > since)
            .order_by(Audit.at.desc(), Audit.id.desc())
            .limit(AT_MOST + 1)
        ).all()
    drafts: dict[str, defaultdict[str, set[str]]] = {
        IGNORED: defaultdict(set),
        MENDED: defaultdict(set),
    }
    for action, draft, told in notes[:AT_MOST]:
        for rule in told.split():
            drafts[action][rule].add(draft)
    rules = {*drafts[IGNORED], *drafts[MENDED]} & set(RULES)
    found = [_view(rule, drafts[IGNORED][rule], drafts[MENDED][rule]) for rule in rules]
    found.sort(key=lambda one: (not one.enough, one.right, -one.shown, one.rule))
    return FindingsView(days=days, more=len(notes) > AT_MOST, rules=found)


def _view(rule: str, ignored: set[str], mended: set[str]) -> RuleView:
    shown, changed = len(ignored | mended), len(mended - ignored)
    return RuleView(
        rule=rule,
        title=RULES[rule].title,
        shown=shown,
        ignored=len(ignored),
        mended=changed,
        right=round(changed / shown, 3),
        enough=shown >= ENOUGH,
    )
