"""Two people for what could do harm, and a speaker for what its approver cannot read.

A draft that takes two stays pending with its first yes; the yes of somebody else on the very same
words lets it leave. A change of the words voids what was said of the old ones.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.errors import ConfigError
from responder.audit import note
from responder.bot import Bot
from responder.condition import Condition, warning
from responder.corrections import YES, danger_of
from responder.handling.models import FirstYes, Wanted
from responder.models import Draft
from responder.outbox import text_hash
from responder.team.models import Agent, Role
from sentiment.prioritize import Level

TWO: Final = 2


class OneMoreYes(Exception):  # an outcome: the yes is kept, and nothing left
    """The yes of `by` counts, and somebody else has to look as well. `wanted` says who."""

    def __init__(self, *, draft_id: str, by: str, wanted: Wanted) -> None:
        self.draft_id, self.by, self.wanted = draft_id, by, wanted
        super().__init__(f"it needs one more person: {wanted.value}")


@dataclass(frozen=True, kw_only=True)
class Yes:
    """Somebody's yes. `languages`: those they can answer in; empty for every one."""

    by: str
    languages: Collection[str] = ()

    def speaks(self, language: str) -> bool:
        return not self.languages or language in self.languages


def wanted(
    *,
    yes: Yes,
    first: Yes | None,
    language: str,
    risky: bool,
    two_people: bool,
    speaker_looks: bool,
) -> Wanted | None:
    """Pure: who has to look besides those who said yes to these words; None if nobody has to.
    `first` is an earlier yes to the very same words, perhaps of the same person."""
    said = {one.by: one for one in (first, yes) if one is not None}
    if speaker_looks and not any(one.speaks(language) for one in said.values()):
        return Wanted.SPEAKER
    if two_people and risky and len(said) < TWO:
        return Wanted.COLLEAGUE
    return None


def is_risky(draft: Draft) -> bool:
    """What two people look at where the team wants that: danger, the highest priority, and what was
    handed up."""
    mention = draft.mention
    dangerous = danger_of(mention.signals) == YES
    return dangerous or mention.priority is Level.P1 or bool(draft.escalated)


def second_look(
    session: Session, bot: Bot, draft: Draft, *, by: str, now: datetime
) -> Wanted | None:
    """Who else has to look before the draft leaves with the words it has now; then the yes of `by`
    is kept, unless an earlier one stands for these words already."""
    rules = bot.settings.desk
    if not (rules.two_people or rules.speaker_looks):
        return None
    kept = first_yes(session, draft)
    found = wanted(
        yes=_yes(session, by),
        first=_yes(session, kept.by) if kept else None,
        language=draft.language,
        risky=is_risky(draft),
        two_people=rules.two_people,
        speaker_looks=rules.speaker_looks,
    )
    if found is not None:
        _keep(session, draft, found, kept, by, now)
    return found


def first_yes(session: Session, draft: Draft) -> FirstYes | None:
    """The yes that was said to the words the draft has now."""
    kept = session.get(FirstYes, draft.id)
    if kept is None or kept.version != draft.version or kept.text_hash != text_hash(draft.text):
        return None
    return kept


def _keep(
    session: Session, draft: Draft, found: Wanted, kept: FirstYes | None, by: str, now: datetime
) -> None:
    if kept is not None:
        kept.wanted = found
        return
    digest = text_hash(draft.text)
    session.merge(
        FirstYes(
            draft_id=draft.id,
            version=draft.version,
            text_hash=digest,
            wanted=found,
            by=by,
            at=now,
        )
    )
    note(session, who=by, action="first yes", subject=draft.id, detail=digest, now=now)


def _yes(session: Session, by: str) -> Yes:
    """A program has no languages of its own: whoever made its token answers for it."""
    languages = session.scalar(select(Agent.languages).where(Agent.name == by))
    return Yes(by=by, languages=tuple(languages or ()))


def approvers(session: Session) -> int:
    """How many people may approve and can sign in."""
    able = (
        Agent.role.in_((Role.APPROVER, Role.ADMIN)),
        Agent.disabled_at.is_(None),
        Agent.password_hash != "",
    )
    return session.scalar(select(func.count()).select_from(Agent).where(*able)) or 0


def require_two(bot: Bot) -> None:
    """The rule takes two people. Raises ConfigError."""
    if not bot.settings.desk.two_people:
        return
    with bot.database.read() as session:
        found = approvers(session)
    if found < TWO:
        raise ConfigError(
            where="settings",
            key="desk.two_people",
            problem=f"it takes {TWO} approvers who can sign in, and there {_are(found)}",
            fix="set it to false until there are: the desk has to run for them to come in",
        )


def _are(found: int) -> str:
    return "is one" if found else "is none"


def of_second_looks(session: Session, bot: Bot) -> Iterator[Condition]:
    """Too few people are left for the rule."""
    if bot.settings.desk.two_people and (found := approvers(session)) < TWO:
        who = "one approver" if found else "no approver"
        yield warning(
            "two people",
            f"two_people is on and {who} can sign in: what takes two people cannot leave",
        )
