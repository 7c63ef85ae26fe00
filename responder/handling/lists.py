"""The lists of the desk: what stands in each, in which order, page by page, and how many.

A draft that waits for a yes is in exactly one of three: to approve, by hand, snoozed. The other
lists look at the same drafts from another side.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, String, and_, cast, func, or_, select, true
from sqlalchemy.orm import Session, contains_eager, joinedload

from listener.models import OPEN, Author, Mention, MentionStatus
from responder.handling.crowds import CROWD, Place, behind, first_of_each
from responder.handling.duty import Presence
from responder.handling.models import Assignment, Snooze
from responder.handling.snooze import asleep
from responder.handling.waiting import waits
from responder.models import OPEN_DRAFT, Draft
from responder.paging import BadCursor, cursor_of, parts_of
from responder.search import contains
from sentiment.phase import Phase
from sentiment.prioritize import Level
from sentiment.score import Sentiment

Asked = Select[*tuple[Any, ...]]

NOBODY: Final = "nobody"
"""As the owner in a filter: those that nobody who is there has."""


class View(StrEnum):
    """The lists of the desk. The values stand in URLs."""

    APPROVE = "approve"  # wait for a yes
    MINE = "mine"
    SNOOZED = "snoozed"
    ESCALATED = "escalated"  # a person takes the case over
    BY_HAND = "hand"  # only a person may answer them, on the network
    UNKNOWN = "unknown"  # nobody knows whether our reply stands
    REVIEW = "review"  # left without a human: to be judged
    SENT = "sent"  # on their way, or there
    SLIPPING = "slipping"  # without an owner, or late: whatever else they are


OF_DRAFTS: Final = (
    View.APPROVE,
    View.MINE,
    View.SNOOZED,
    View.ESCALATED,
    View.BY_HAND,
    View.SLIPPING,
)
"""Lists of what waits. The others hold replies."""


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What narrows a list. `owner`: the id of an agent, or NOBODY; `languages`: any of these;
    `like`: the likeness of one crowd; `q`: words in the text, or in its author's name or handle."""

    channel: str = ""
    language: str = ""
    sentiment: Sentiment | None = None
    topic: str = ""
    phase: Phase | None = None
    priority: Level | None = None
    owner: str = ""
    languages: tuple[str, ...] = ()
    like: str = ""
    q: str = ""


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A row of a list of drafts. `crowd`: how many of the list say the same, this one included."""

    draft: Draft
    crowd: int
    assignment: Assignment | None
    snooze: Snooze | None


@dataclass(frozen=True, kw_only=True)
class Onlooker:
    """Who looks at a list: their channels as a condition on mentions, and whose "mine" is meant."""

    sight: ColumnElement[bool]
    agent_id: str | None
    presence: Presence

    @property
    def now(self) -> datetime:
        return self.presence.now


def in_view(view: View, who: Onlooker) -> ColumnElement[bool]:
    """Of drafts with their mentions: those in a list of drafts."""
    by_hand, sleeps, mine, escalated, slips = _traits(who)
    return {
        View.APPROVE: and_(~by_hand, ~sleeps),
        View.BY_HAND: and_(by_hand, ~sleeps),
        View.SNOOZED: sleeps,
        View.MINE: and_(mine, ~sleeps),
        View.ESCALATED: and_(escalated, ~sleeps),
        View.SLIPPING: slips,
    }[view]


def _traits(who: Onlooker) -> tuple[ColumnElement[bool], ...]:
    """What decides about the lists of a draft: by hand, asleep, mine, escalated, slipping."""
    slips = or_(~who.presence.owned(), Mention.due_at < who.now)
    return (
        Mention.status == MentionStatus.BY_HAND,
        asleep(who.now),
        _belongs_to(who.agent_id or ""),
        Draft.escalated != "",
        and_(Mention.status.in_(OPEN), slips),
    )


def _lists_of(
    by_hand: object, sleeps: object, mine: object, escalated: object, slips: object
) -> list[View]:
    """As `in_view`, for one draft of which that is known."""
    home = View.SNOOZED if sleeps else View.BY_HAND if by_hand else View.APPROVE
    awake = {View.MINE: mine, View.ESCALATED: escalated} if not sleeps else {}
    also = [view for view, within in awake.items() if within]
    return [home, *also, *([View.SLIPPING] if slips else [])]


def narrowed(filters: Filters, who: Onlooker) -> ColumnElement[bool]:
    """Of mentions with their authors: those that pass all filters."""
    equal = (
        (Mention.channel, filters.channel),
        (Mention.language, filters.language),
        (Mention.sentiment, filters.sentiment),
        (Mention.phase, filters.phase),
        (Mention.priority, filters.priority),
        (Mention.likeness, filters.like),
    )
    found: list[ColumnElement[bool]] = [column == wanted for column, wanted in equal if wanted]
    if filters.topic:
        # The list as it is kept, a JSON text: one topic is no part of another's name in quotes.
        found.append(cast(Mention.topics, String).contains(f'"{filters.topic}"', autoescape=True))
    if filters.languages:
        found.append(Mention.language.in_(filters.languages))
    if filters.owner:
        nobodys = filters.owner == NOBODY
        found.append(~who.presence.owned() if nobodys else _belongs_to(filters.owner))
    if filters.q:
        found.append(contains(filters.q, Mention.text, Author.name, Author.handle))
    return and_(true(), who.sight, *found)


def drafts_of(
    session: Session, view: View, filters: Filters, who: Onlooker, *, limit: int, after: str = ""
) -> tuple[list[Waiting], str]:
    """One page of a list of drafts, the most urgent first, and the cursor of the next ("" for the
    last page). A crowd is one row, its most urgent; asked for by its likeness, each is its own."""
    listed = _selected(select(Draft.id, *_PLACE, *CROWD), view, filters, who).order_by(*_ORDER)
    found = first_of_each(session, listed, _place_of(after), limit + 1, apart=bool(filters.like))
    page = _loaded(session, dict(found[:limit]))
    return page, _cursor(page[-1].draft) if len(found) > limit else ""


def next_of(
    session: Session, view: View, filters: Filters, who: Onlooker, draft_id: str
) -> str | None:
    """The draft of a list to open once this one is done: the next that nobody else has open, or the
    first such one."""
    free = or_(
        Draft.claimed_until.is_(None),
        Draft.claimed_until <= who.now,
        Draft.claimed_by == who.agent_id,
    )
    listed = _selected(select(Draft.id), view, filters, who).where(free, Draft.id != draft_id)
    this = session.execute(select(*_PLACE).join(Draft.mention).where(Draft.id == draft_id)).first()
    later = this and session.scalar(listed.where(behind(this)).order_by(*_ORDER).limit(1))
    return later or session.scalar(listed.order_by(*_ORDER).limit(1))


def _loaded(session: Session, crowds: Mapping[str, int]) -> list[Waiting]:
    """The rows of these drafts, in this order."""
    query = (
        select(Draft, Assignment, Snooze)
        .join(Draft.mention)
        .outerjoin(Assignment, Assignment.mention_id == Mention.id)
        .outerjoin(Snooze, Snooze.mention_id == Mention.id)
        .options(
            contains_eager(Draft.mention).joinedload(Mention.author),
            joinedload(Draft.claimant),
            joinedload(Assignment.agent),
        )
        .where(Draft.id.in_(crowds))
    )
    rows = {
        draft.id: Waiting(draft=draft, crowd=crowds[draft.id], assignment=whose, snooze=snooze)
        for draft, whose, snooze in session.execute(query)
    }
    return [rows[draft_id] for draft_id in crowds if draft_id in rows]


def ids_of(
    session: Session, view: View, filters: Filters, who: Onlooker, *, limit: int
) -> list[tuple[str, int]]:
    """The drafts of a list, with their versions, the most urgent first; crowds with all members."""
    query = _selected(select(Draft.id, Draft.version), view, filters, who)
    return [(row[0], row[1]) for row in session.execute(query.order_by(*_ORDER).limit(limit))]


def count_drafts(session: Session, who: Onlooker) -> dict[View, int]:
    """How many wait in each list of drafts, in one go."""
    # Each question is asked once of each draft, whatever lists it decides about.
    traits = _traits(who)
    asked = select(func.count(), *traits).select_from(Draft).join(Draft.mention)
    asked = asked.where(OPEN_DRAFT, waits(), who.sight)
    counts = dict.fromkeys(OF_DRAFTS, 0)
    for number, *known in session.execute(asked.group_by(*traits)):
        for view in _lists_of(*known):
            counts[view] += number
    return counts


def crowd_of(mention: Mention) -> Filters:
    """The filters that leave a mention and those who say the same, for the same answer."""
    return Filters(channel=mention.channel, language=mention.language, like=mention.likeness)


_ORDER: Final = (Mention.due_at, Mention.points.desc(), Draft.id)
_PLACE: Final = (Mention.due_at, Mention.points, Draft.id.label("draft_id"))


def _selected(query: Asked, view: View, filters: Filters, who: Onlooker) -> Asked:
    query = query.select_from(Draft).join(Draft.mention)
    if filters.q:
        query = query.outerjoin(Mention.author)
    return query.where(OPEN_DRAFT, waits(), in_view(view, who), narrowed(filters, who))


def _belongs_to(agent_id: str) -> ColumnElement[bool]:
    return (
        select(Assignment.mention_id)
        .where(Assignment.mention_id == Mention.id, Assignment.agent_id == agent_id)
        .correlate(Mention)
        .exists()
    )


def _cursor(draft: Draft) -> str:
    mention = draft.mention
    return cursor_of(mention.due_at.isoformat(), repr(mention.points), draft.id)


def _place_of(after: str) -> Place | None:
    """Where a cursor stands; at the beginning, if it is none of ours: lists are read on, not argued
    about."""
    try:
        return _parts(after) if after else None
    except (BadCursor, ValueError, OverflowError):
        return None


def _parts(after: str) -> Place:
    moment, points, draft_id = parts_of(after, 3)
    due_at = datetime.fromisoformat(moment)
    if due_at.tzinfo is None:
        raise ValueError(moment)
    return due_at.astimezone(UTC), float(points), draft_id
