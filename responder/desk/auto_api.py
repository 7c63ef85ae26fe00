"""Automatic answers for programs: rules below /api/v1/auto-rules, the sample people judge below
/api/v1/auto-reviews."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from responder.automatic.models import Judgement
from responder.automatic.preview import DAYS, MOST_DAYS, preview
from responder.automatic.report import ReportsView, RuleView, one_rule, report, rules
from responder.automatic.reviews import JudgedView, ReviewView, judge, reviews_page
from responder.automatic.rule import AutoOccasion
from responder.automatic.rules import Unfit, Wanted, add_rule, end_rule, rule_of
from responder.desk.bearer import READS, Admin, Approver, TheBot, need
from responder.desk.bodies import LetterBody, described, reader
from responder.desk.heavy import one_at_a_time
from responder.desk.parameters import After, Key, Limit
from responder.desk.problem import Problem
from responder.team.models import Role
from responder.views import PageView

_Word = Annotated[str, Field(min_length=1, max_length=40)]
_Words = Annotated[list[_Word], Field(max_length=40)]
_Number = Annotated[int, Field(strict=True, ge=1, le=1000)]
_LOOKED_AT: Final = 300
"""Mentions of a preview, the latest: a request is answered within seconds. The command line looks
at 2,000."""


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AutoRuleBody(_Body):
    """A rule that is asked for. `channel` "" and no `languages`: all. `topics` have to be named,
    for praise "praise" among them. `confidence` of the sentiment, from `sentiment.send_from` to 1;
    null: `send_from`. `per_author` in 24 hours. Of `sample_percent` of what is sent people look
    afterwards. When it begins to send nobody can say: after a week in shadow."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    occasions: Annotated[list[AutoOccasion], Field(min_length=1, max_length=2)] = [
        AutoOccasion.PRAISE
    ]
    channel: Annotated[str, Field(max_length=64)] = ""
    topics: Annotated[_Words, Field(min_length=1)]
    languages: _Words = []
    confidence: Annotated[float | None, Field(strict=True, ge=0, le=1)] = None
    per_thread: _Number = 1
    per_author: _Number = 1
    per_hour: _Number = 10
    sample_percent: _Number = 20


class PreviewBody(AutoRuleBody):
    """The same, and over how many `days`, 1 to 90."""

    name: Annotated[str, Field(min_length=1, max_length=80)] = "preview"
    days: Annotated[int, Field(strict=True, ge=1, le=MOST_DAYS)] = DAYS


class JudgeBody(_Body):
    """Whether the reply was right to leave."""

    verdict: Judgement


class RulesView(BaseModel):
    rules: list[RuleView]


class ExampleView(BaseModel):
    """A mention the rule would have answered, and with what."""

    mention_id: str
    channel: str
    said: str
    answer: str


class ReasonView(BaseModel):
    why: str
    mentions: int


class PreviewView(BaseModel):
    """Of `looked_at` mentions `answered` would have got an answer, the latest of them in
    `examples`; `reasons` says why the others not. `more`: there are older ones than the 300 that
    are looked at."""

    looked_at: int
    answered: int
    examples: list[ExampleView]
    reasons: list[ReasonView]
    more: bool


router = APIRouter()
# In this order: a stranger is turned away before the body is looked at.
_END: Final[dict[str, Any]] = {
    "dependencies": [Depends(need(Role.ADMIN)), Depends(reader(LetterBody))],
    "openapi_extra": described(LetterBody),
}


@router.get("/auto-rules", dependencies=READS)
def listed(bot: TheBot, *, ended: bool = False) -> RulesView:
    """The open rules, the oldest first; with `ended` also the latest 50 that were ended."""
    return RulesView(rules=rules(bot, ended=ended))


@router.get("/auto-rules/report", dependencies=READS)
def reported(bot: TheBot, *, ended: bool = False) -> ReportsView:
    """What each rule sent, or would have sent in shadow, and what people made of it. 503: somebody
    else's figures are being made."""
    with one_at_a_time():
        return report(bot, ended=ended)


@router.get("/auto-rules/{rule_id}", dependencies=READS)
def one(bot: TheBot, rule_id: Key) -> RuleView:
    return one_rule(bot, rule_id)


@router.post("/auto-rules", openapi_extra=described(AutoRuleBody))
def add(
    bot: TheBot, who: Admin, body: Annotated[AutoRuleBody, Depends(reader(AutoRuleBody))]
) -> RuleView:
    """Make a rule, which begins in shadow. 409: an open one has that name. 422: nobody may make
    such a rule."""
    with _sense():
        return one_rule(bot, add_rule(bot, _wanted(body), by=who.name).id)


@router.post(
    "/auto-rules/preview",
    dependencies=[Depends(need(Role.EDITOR))],
    openapi_extra=described(PreviewBody),
)
def previewed(
    bot: TheBot, body: Annotated[PreviewBody, Depends(reader(PreviewBody))]
) -> PreviewView:
    """What such a rule would have done with the mentions of the last days, the latest 300 of them.
    Writes nothing. 503: somebody else's figures are being made."""
    with _sense():
        rule = rule_of(bot, _wanted(body), live_from=bot.clock())
    with one_at_a_time():
        found = preview(bot, rule, days=body.days, at_most=_LOOKED_AT)
    reasons = [ReasonView(why=why, mentions=mentions) for why, mentions in found.reasons]
    return PreviewView.model_validate(asdict(found) | {"reasons": reasons})


@router.post("/auto-rules/{rule_id}/end", **_END)
def end(bot: TheBot, who: Admin, rule_id: Key) -> RuleView:
    """Nothing leaves by it any more, not even what is queued. 409: somebody was faster."""
    return one_rule(bot, end_rule(bot, rule_id, by=who.name).id)


@router.get("/auto-reviews", dependencies=READS)
def reviews(
    bot: TheBot, *, judged: bool = False, limit: Limit = 50, after: After = None
) -> PageView[ReviewView]:
    """Automatic replies that wait to be looked at, the oldest first; or those that were judged, the
    newest first."""
    with bot.database.read() as session:
        return reviews_page(session, judged=judged, limit=limit, after=after)


@router.post("/auto-reviews/{review_id}/judge", openapi_extra=described(JudgeBody))
def judged(
    bot: TheBot,
    who: Approver,
    body: Annotated[JudgeBody, Depends(reader(JudgeBody))],
    review_id: Key,
) -> JudgedView:
    """Say whether a reply was right to leave. Two bad ones of a rule's last ten take it back to
    shadow. 409: somebody judged it already, or it was not sent."""
    return judge(bot, review_id, verdict=body.verdict, by=who.name)


def _wanted(body: AutoRuleBody) -> Wanted:
    return Wanted(**{name: getattr(body, name) for name in AutoRuleBody.model_fields})


@contextmanager
def _sense() -> Iterator[None]:
    try:
        yield
    except Unfit as error:
        raise Problem(422, str(error)) from None
