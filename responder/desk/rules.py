"""Automatic answers at the desk: the rules, what each would have sent, how it does, and the sample
that people judge."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field
from sqlalchemy import select

from listener.models import Mention
from responder.access import Visitor
from responder.approve import Conflict, NotFound
from responder.automatic.models import Judgement, Review
from responder.automatic.preview import Preview, preview
from responder.automatic.report import ReportView, RuleView, report, rules
from responder.automatic.reviews import judge, reviews_page
from responder.automatic.rule import NEVER, AutoOccasion, Rule
from responder.automatic.rules import (
    Unfit,
    Wanted,
    add_rule,
    end_rule,
    find_rule,
    rule_of,
    value_of,
)
from responder.bot import Bot
from responder.desk import library_words
from responder.desk.heavy import one_at_a_time
from responder.desk.pages import desk_of, query, render
from responder.desk.problem import Problem
from responder.desk.sight import against, in_sight, may_change, reaches
from responder.desk.signin import AdminSeat, ApproverSeat, EditorSeat, Seat
from responder.desk.tongue import N_, _
from responder.models import Reply
from responder.team.models import Role
from sentiment.topics import TOPICS

router = APIRouter(include_in_schema=False)

_LOOKED_AT: Final = 300
"""Mentions of a preview, the latest: a page is answered within seconds."""
_REVIEWS: Final = 20

Id = Annotated[str, Path(pattern=r"^[0-9a-f]{28}$")]
_Word = Annotated[str, Field(max_length=64)]
_Number = Annotated[int, Field(ge=1, le=1000)]

OCCASIONS: Final = {
    AutoOccasion.PRAISE: N_("Plain thanks"),
    AutoOccasion.QUESTION: N_("A question the book answers"),
}


class RuleForm(BaseModel):
    """A rule somebody asks for, or tries out over the last `days`. `confidence` in percent."""

    name: Annotated[str, Field(max_length=80)] = ""
    occasions: Annotated[list[AutoOccasion], Field(max_length=2)] = []
    channel: _Word = ""
    topics: Annotated[list[_Word], Field(max_length=40)] = []
    languages: Annotated[list[_Word], Field(max_length=40)] = []
    confidence: Annotated[int, Field(ge=0, le=100)] | None = None
    per_thread: _Number = 1
    per_author: _Number = 1
    per_hour: _Number = 10
    sample_percent: _Number = 20
    days: Annotated[int, Field(ge=1, le=90)] = 14

    def wanted(self, name: str) -> Wanted:
        return Wanted(
            name=name,
            occasions=self.occasions,
            channel=self.channel,
            topics=self.topics,
            languages=self.languages,
            confidence=None if self.confidence is None else self.confidence / 100,
            per_thread=self.per_thread,
            per_author=self.per_author,
            per_hour=self.per_hour,
            sample_percent=self.sample_percent,
        )


class JudgeForm(BaseModel):
    verdict: Literal["good", "bad"]


@dataclass(frozen=True, kw_only=True)
class Typed:
    """The form as it stands, what was refused, and what a rule would have done. `of`: its name."""

    form: RuleForm = field(default_factory=RuleForm)
    refusal: str = ""
    of: str = ""
    found: Preview | None = None


@router.get("/library/rules")
def rules_page(request: Request, seat: Seat, done: str = "") -> Response:
    return _show(request, seat, Typed(), done=done)


@router.get("/library/rules/{rule_id}")
def rule_page(request: Request, seat: EditorSeat, rule_id: Id, days: int = 14) -> Response:
    """What an open rule would have sent in the last days."""
    bot = desk_of(request).bot
    with bot.database.read() as session:
        rule = value_of(find_rule(session, rule_id))
    _require_reach(seat, rule.channel)
    return _previewed(request, seat, rule, RuleForm(days=min(max(days, 1), 90)))


@router.post("/library/rules/preview")
def try_rule(request: Request, seat: EditorSeat, form: Annotated[RuleForm, Form()]) -> Response:
    """What such a rule would have sent. Nothing is kept."""
    bot = desk_of(request).bot
    try:
        _require_known(bot, seat, form)
        rule = rule_of(bot, form.wanted(form.name or "preview"), live_from=bot.clock())
    except Unfit as unfit:
        return _show(request, seat, Typed(form=form, refusal=_no(unfit)), status=422)
    return _previewed(request, seat, rule, form)


@router.post("/library/rules")
def make_rule(request: Request, seat: AdminSeat, form: Annotated[RuleForm, Form()]) -> Response:
    bot = desk_of(request).bot
    try:
        _require_known(bot, seat, form)
        add_rule(bot, form.wanted(form.name), by=seat.name)
    except (Unfit, Conflict) as error:
        status = 409 if isinstance(error, Conflict) else 422
        return _show(request, seat, Typed(form=form, refusal=_no(error)), status=status)
    return _go_on("rule made")


@router.post("/library/rules/{rule_id}/end")
def stop_rule(request: Request, seat: AdminSeat, rule_id: Id) -> Response:
    bot = desk_of(request).bot
    with bot.database.read() as session:
        channel = find_rule(session, rule_id).channel
    _require_reach(seat, channel)
    if not may_change(seat, channel):
        sentence = _("Not ended: it concerns channels you do not see.")
        return _show(request, seat, Typed(refusal=sentence), status=422)
    try:
        end_rule(bot, rule_id, by=seat.name)
    except Conflict as late:
        return _show(
            request, seat, Typed(refusal=_("Nothing was done: %(why)s.", why=late)), status=409
        )
    return _go_on("rule ended")


@router.post("/library/reviews/{review_id}/judge")
def judge_reply(
    request: Request, seat: ApproverSeat, review_id: Id, form: Annotated[JudgeForm, Form()]
) -> Response:
    bot = desk_of(request).bot
    _require_review_in_sight(bot, seat, review_id)
    try:
        judged = judge(bot, review_id, verdict=Judgement(form.verdict), by=seat.name)
    except Conflict as late:
        return _show(
            request, seat, Typed(refusal=_("Nothing was done: %(why)s.", why=late)), status=409
        )
    return _go_on("judged to shadow" if judged.back_to_shadow else "judged")


def _previewed(request: Request, seat: Visitor, rule: Rule, form: RuleForm) -> Response:
    bot = desk_of(request).bot
    try:
        with one_at_a_time():
            found = preview(bot, rule, days=form.days, at_most=_LOOKED_AT, seen=in_sight(seat))
    except Problem:
        busy = _("Figures are being made for somebody else: try again in a moment.")
        return _show(request, seat, Typed(form=form, refusal=busy), status=503)
    return _show(request, seat, Typed(form=form, of=rule.name, found=found))


def _show(
    request: Request, seat: Visitor, typed: Typed, *, done: str = "", status: int = 200
) -> Response:
    bot = desk_of(request).bot
    views, reports = _rules(bot, seat)
    known = {name: one for name, one in bot.channels.items() if seat.sees(name)}
    with bot.database.read() as session:
        waiting = reviews_page(session, limit=_REVIEWS, seen=in_sight(seat))
    return render(
        request,
        "library_rules.html",
        seat=seat,
        status=status,
        rules=views,
        reports=reports,
        typed=typed,
        endable={one.id for one in views if may_change(seat, one.channel)},
        reviews=waiting.items,
        more_reviews=waiting.next is not None,
        known=known,
        everywhere=not seat.channels,
        labels={name: one.declaration.label for name, one in known.items()},
        least=round(bot.settings.sentiment.send_from * 100),
        languages=bot.settings.brand.languages,
        topics=library_words.named(set(TOPICS) - NEVER),
        occasions=OCCASIONS,
        may_make=seat.may(Role.ADMIN),
        may_preview=seat.may(Role.EDITOR),
        may_judge=seat.may(Role.APPROVER),
        say=library_words,
        toast=library_words.toast(done),
    )


def _rules(bot: Bot, seat: Visitor) -> tuple[list[RuleView], dict[str, ReportView]]:
    """The open rules that concern this visitor, and how each does with what they see; without that
    while figures are made for somebody else."""
    try:
        with one_at_a_time():
            found = report(bot, seen=in_sight(seat)).rules
    except Problem:
        return _seen(rules(bot), seat), {}
    return _seen([one.rule for one in found], seat), {one.rule.id: one for one in found}


def _seen(found: list[RuleView], seat: Visitor) -> list[RuleView]:
    """Of each rule its channels that this visitor sees."""
    return [
        one.model_copy(
            update={"sends_from": {k: v for k, v in one.sends_from.items() if seat.sees(k)}}
        )
        for one in found
        if reaches(seat, one.channel)
    ]


def _require_reach(seat: Visitor, channel: str) -> None:
    """Raises NotFound."""
    if not reaches(seat, channel):
        raise NotFound("There is no such rule")


def _require_known(bot: Bot, seat: Visitor, form: RuleForm) -> None:
    """Raises Unfit."""
    if why := against(bot, seat, form.channel):
        raise Unfit(why)


def _require_review_in_sight(bot: Bot, seat: Visitor, review_id: str) -> None:
    """Raises NotFound."""
    query = (
        select(Review.id)
        .join(Reply, Reply.id == Review.reply_id)
        .join(Mention, Mention.id == Reply.mention_id)
        .where(Review.id == review_id, in_sight(seat))
    )
    with bot.database.read() as session:
        if session.scalar(query) is None:
            raise NotFound("There is no such review")


def _no(error: Exception) -> str:
    return _("No rule was made: %(why)s.", why=error)


def _go_on(done: str) -> Response:
    return RedirectResponse(query("/library/rules", {"done": done}), status_code=303)
