"""Several rows decided at once: what was chosen is shown with its number and confirmed once, then
each is decided with the version that was seen."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from responder import approve as decisions
from responder.access import Visitor
from responder.bot import Bot
from responder.desk.deeds import REASONS, wants_answer
from responder.desk.listing import Listing, ListingField, TheListing
from responder.desk.pages import desk_of, query, render
from responder.desk.rest import Sleep, wakes_at
from responder.desk.rows import asked_of, name_of, onlooker, read_queue
from responder.desk.signin import ApproverSeat, EditorSeat
from responder.desk.toast import Toast
from responder.desk.tongue import many
from responder.handling.assign import assign
from responder.handling.duty import is_there, sees
from responder.handling.lists import OF_DRAFTS, crowd_of, ids_of
from responder.handling.snooze import snooze, wake
from responder.handling.together import (
    MOST,
    Outcome,
    Pick,
    Work,
    chosen,
    decide_each,
    say_the_same,
)
from responder.models import Draft
from responder.team.models import Agent, Role

router = APIRouter(include_in_schema=False)

_PICK: Final = re.compile(r"(crowd|[0-9a-f]{28}):([0-9a-f]{28}|[0-9]{1,9})")
_AGAIN: Final = "R25"  # the rule against the same words again
_NAMED: Final = 8  # of those chosen the confirmation names so many


class What(StrEnum):
    """What may be done with several at once. The values stand in URLs."""

    REJECT = "reject"
    ASSIGN = "assign"
    SNOOZE = "snooze"
    WAKE = "wake"
    APPROVE = "approve"


Picks = Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=MOST)]


class Together(BaseModel):
    """The confirmation: what was chosen, and from which list."""

    view: ListingField = Listing()
    pick: Picks = []
    reason: Annotated[str, Field(max_length=500)] = "no_answer"
    agent: Annotated[str, Field(pattern=r"^([0-9a-f]{28})?$")] = ""
    how: Sleep = Sleep.HOUR
    again: bool = False  # the same words to so many, though a network may take them for spam


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What the confirmation shows. `picks` are what it sends on; `names` the first of those who
    wrote; `same`: their drafts are one answer, each with its own name in it; `text`: the first."""

    what: What
    picks: tuple[str, ...]
    names: tuple[str, ...]
    left_out: int  # a colleague has them open, or they were changed
    same: bool
    text: str
    language: str
    agents: tuple[tuple[str, str], ...]

    @property
    def number(self) -> int:
        return len(self.picks)


@router.get("/bulk")
def confirm_page(
    request: Request,
    seat: EditorSeat,
    listing: TheListing,
    deed: What = What.REJECT,
    pick: Annotated[Picks, Query()] = [],  # noqa: B006  # FastAPI copies it
) -> Response:
    """The one question before several are decided."""
    bot = desk_of(request).bot
    with bot.database.read() as session:
        found = _chosen(bot, session, deed, _picked(session, bot, seat, listing, pick), seat)
    queue = read_queue(bot, listing, seat)
    return render(
        request, "bulk.html", seat=seat, queue=queue, open_id=None, chosen=found, reasons=REASONS
    )


@router.post("/bulk/reject")
def reject_all(request: Request, seat: EditorSeat, deed: Annotated[Together, Form()]) -> Response:
    bot, why = desk_of(request).bot, REASONS.get(deed.reason, "")
    anew = wants_answer(deed.reason)

    def work(draft: Draft) -> None:
        decisions.reject(bot, draft.id, version=draft.version, reason=why, by=seat.name, anew=anew)

    return _decided(request, seat, deed, "rejected", work)


@router.post("/bulk/approve")
def approve_all(
    request: Request, seat: ApproverSeat, deed: Annotated[Together, Form()]
) -> Response:
    """Each its own draft: nothing is written into another's answer."""
    bot = desk_of(request).bot
    with bot.database.read() as session:
        found = chosen(session, _parsed(deed.pick), onlooker(bot, session, seat))
    if found and not say_the_same(found):
        return _told(deed.view, "differ", Outcome(done=0, missed=len(deed.pick)))

    agreed = frozenset({_AGAIN}) if deed.again else frozenset[str]()

    def work(draft: Draft) -> None:
        decisions.approve(bot, draft.id, version=draft.version, by=seat.name, confirm=agreed)

    return _decided(request, seat, deed, "approved", work)


@router.post("/bulk/assign")
def assign_all(request: Request, seat: EditorSeat, deed: Annotated[Together, Form()]) -> Response:
    bot = desk_of(request).bot

    def work(draft: Draft) -> None:
        assign(bot, draft.mention_id, to=deed.agent or None, by=seat.name)

    return _decided(request, seat, deed, "assigned" if deed.agent else "freed", work)


@router.post("/bulk/snooze")
def snooze_all(request: Request, seat: EditorSeat, deed: Annotated[Together, Form()]) -> Response:
    bot = desk_of(request).bot
    for_answer = deed.how is Sleep.ANSWER

    def work(draft: Draft) -> None:
        until = wakes_at(bot, deed.how, draft.mention.channel)
        snooze(bot, draft.mention_id, until=until, for_answer=for_answer, by=seat.name)

    return _decided(request, seat, deed, "snoozed", work)


@router.post("/bulk/wake")
def wake_all(request: Request, seat: EditorSeat, deed: Annotated[Together, Form()]) -> Response:
    bot = desk_of(request).bot
    return _decided(
        request, seat, deed, "woken", lambda draft: wake(bot, draft.mention_id, by=seat.name)
    )


def outcome_toast(done: str) -> Toast | None:
    """What became of several, out of a URL: "approved-3-1-0" (done, missed, waiting for a second
    yes); None for other words."""
    found = re.fullmatch(r"([a-z]+)-([0-9]{1,4})-([0-9]{1,4})-([0-9]{1,4})", done)
    if found is None:
        return None
    number, missed, waits = int(found[2]), int(found[3]), int(found[4])
    said = [_done(found[1], number)]
    if waits:
        said.append(
            many("%(number)s waits for a second yes.", "%(number)s wait for a second yes.", waits)
        )
    if missed:
        said.append(_missed(found[1], missed))
    return Toast(text=" ".join(part for part in said if part)) if all(said) else None


def _done(what: str, number: int) -> str:
    return {
        "rejected": lambda: many("%(number)s rejected.", "%(number)s rejected.", number),
        "approved": lambda: many("%(number)s approved.", "%(number)s approved.", number),
        "assigned": lambda: many("%(number)s assigned.", "%(number)s assigned.", number),
        "freed": lambda: many("%(number)s given back.", "%(number)s given back.", number),
        "snoozed": lambda: many("%(number)s snoozed.", "%(number)s snoozed.", number),
        "woken": lambda: many("%(number)s woken.", "%(number)s woken.", number),
        "differ": lambda: many("%(number)s approved.", "%(number)s approved.", number),
    }.get(what, str)()


def _missed(what: str, missed: int) -> str:
    if what == "differ":
        return many(
            "%(number)s is not one answer with the others: decide it by itself.",
            "%(number)s are not one answer: decide each by itself.",
            missed,
        )
    return many(
        "%(number)s was not: it was changed meanwhile, or has to be looked at by itself.",
        "%(number)s were not: they were changed meanwhile, or have to be looked at one by one.",
        missed,
    )


def _decided(request: Request, seat: Visitor, deed: Together, done: str, work: Work) -> Response:
    bot = desk_of(request).bot
    with bot.database.read() as session:
        who = onlooker(bot, session, seat)
    outcome = decide_each(bot, _parsed(deed.pick), work, who)
    return _told(deed.view, done, outcome)


def _told(view: Listing, done: str, outcome: Outcome) -> Response:
    # Back to where several were chosen; a crowd that is done is no list any more.
    back = view.without("like", "channel", "language") if view.filters.like else view
    became = f"{outcome.done}-{outcome.missed}-{outcome.waits}"
    url = query("/", [*back.pairs(), ("done", f"{done}-{became}")])
    return RedirectResponse(url, status_code=303)


def _picked(
    session: Session, bot: Bot, seat: Visitor, listing: Listing, values: Sequence[str]
) -> list[Pick]:
    """What was chosen, draft by draft: a crowd's row stands for all who say the same."""
    picks = _parsed(values)
    crowds = [value.removeprefix("crowd:") for value in values if value.startswith("crowd:")]
    if crowds and listing.of in OF_DRAFTS:
        asked, who = asked_of(session, listing, seat), onlooker(bot, session, seat)
        for draft in session.scalars(select(Draft).where(Draft.id.in_(crowds))):
            crowd = crowd_of(draft.mention)
            if not crowd.like:  # it is like nothing any more: that would be its whole channel
                continue
            inside = asked.with_(channel=crowd.channel, language=crowd.language, like=crowd.like)
            found = ids_of(session, listing.of, inside.filters, who, limit=MOST)
            picks += [Pick(draft_id=key, version=version) for key, version in found]
    return list({pick.draft_id: pick for pick in picks}.values())[:MOST]


def _parsed(values: Sequence[str]) -> list[Pick]:
    matches = [found for value in values if (found := _PICK.fullmatch(value))]
    return [
        Pick(draft_id=found[1], version=int(found[2]))
        for found in matches
        if found[1] != "crowd" and found[2].isdecimal() and len(found[2]) < 10
    ]


def _chosen(bot: Bot, session: Session, what: What, picks: list[Pick], seat: Visitor) -> Chosen:
    drafts = chosen(session, picks, onlooker(bot, session, seat))
    return Chosen(
        what=what,
        picks=tuple(f"{draft.id}:{draft.version}" for draft in drafts),
        left_out=len(picks) - len(drafts),
        names=tuple(name_of(draft.mention.author) for draft in drafts[:_NAMED]),
        same=say_the_same(drafts),
        text=drafts[0].text if drafts else "",
        language=drafts[0].language if drafts else "",
        agents=_agents(bot, session, {draft.mention.channel for draft in drafts}),
    )


def _agents(bot: Bot, session: Session, channels: set[str]) -> tuple[tuple[str, str], ...]:
    """Who is there for all of these channels."""
    team = select(Agent).where(Agent.disabled_at.is_(None), Agent.role != Role.VIEWER)
    now = bot.clock()
    return tuple(
        (agent.id, agent.name)
        for agent in session.scalars(team.order_by(Agent.name))
        if all(sees(agent, name) and is_there(bot, agent, now, name) for name in channels)
    )
